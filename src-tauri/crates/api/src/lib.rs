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
mod broca;
mod cards;
mod changes;
mod chat;
mod convert;
mod diff;
mod doctor;
pub mod dto;
mod env;
mod error;
mod events;
mod files;
mod letta;
mod logs;
mod modules;
mod on_trial;
mod open;
mod plan;
mod plugins;
mod ports;
mod prove;
mod python;
mod repair;
mod secrets;
mod session;
mod settings;
mod setup;
mod stamps;
mod state;
mod stops;
mod words;

pub use actor::{Actor, Via};
pub use app::App;
pub use env::{AppEnv, Clock};
pub use error::{ApiError, ApiResult};
pub use events::{EventSink, Nobody};
/// Fetching of code, which is a command of its own so that a plan can run it (`sanctumctl fetch`).
pub use sanctum_fetch as fetch;
pub use sanctum_foreign::hides;
/// The keeper of one module, which is the same program as the terminal's (`sanctumctl keep`).
pub use sanctum_modules::keep;
pub use sanctum_secrets::Secret;
pub use setup::{PortPolicy, default_draft};
