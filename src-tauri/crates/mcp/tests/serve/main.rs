//! The client against a tool server with SMCP's habits (`tests/stand-ins/smcp`), over both ways, and against servers that mean
//! harm. Everything listens on loopback, and every process that is started is ended by its number.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fake;
mod hostile;
mod sse;
mod stdio;
mod support;
