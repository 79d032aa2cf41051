//! The bridge as Broca and others meet it: over HTTP, over a raw socket, and through its store with a clock of our own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod abuse;
mod broca;
mod place;
mod wire;
