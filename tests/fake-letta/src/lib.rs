//! A Letta server for tests, for a paid model cannot stand behind one here. It is made of the OpenAPI files of two versions,
//! holds every request against them before it answers, and can be slow, die in the middle of an answer, and come back.
//!
//! Never part of the app: only tests depend on it.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

mod fake;
pub mod http;
mod spec;
mod state;

pub use fake::Fake;
pub use spec::{Operation, Spec};
