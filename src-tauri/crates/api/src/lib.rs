//! The one door: use cases, wire types, error codes and who may do what.
//!
//! The shell and `sanctumctl` see only this crate. Every call takes its actor from the session or the console and is
//! checked here, never in the UI. Nothing below this crate knows JSON for the wire or error codes, and nothing here
//! knows Tauri.

mod actor;
mod agents;
mod app;
mod apply;
mod audit;
mod blocking;
mod cards;
mod changes;
mod convert;
mod diff;
mod doctor;
pub mod dto;
mod env;
mod error;
mod events;
mod files;
mod open;
mod plan;
mod repair;
mod session;
mod setup;
mod stamps;
mod state;
mod words;

pub use actor::{Actor, Via};
pub use app::App;
pub use env::{AppEnv, Clock};
pub use error::{ApiError, ApiResult};
pub use events::{EventSink, Nobody};
pub use setup::{PortPolicy, default_draft};
