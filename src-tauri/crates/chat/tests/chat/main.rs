//! Conversations, the pump, and looks into Broca's database, on real files in temporary folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod broca;
mod conversations;
mod delivery;
mod place;
