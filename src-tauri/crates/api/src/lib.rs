//! The one door: use cases, wire types, error codes and who may do what.
//!
//! The shell and `sanctumctl` see only this crate. Every call takes its actor from the session or the console and is
//! checked here, never in the UI. Nothing below this crate knows JSON for the wire or error codes.

pub mod dto;
mod error;
mod stub;
pub use stub::{App, Actor};

pub use error::{ApiError, ApiResult};
