//! What crosses the wire to the window and to `sanctumctl --json`.
//!
//! These types own the JSON shape and nothing else: domain crates never derive `Serialize` for the wire. Numbers
//! are `u32` or `f64` and instants are RFC 3339 UTC text, because the generated TypeScript has no 64-bit integer.

mod agents;
mod app;
mod broca;
mod changes;
mod chat;
mod letta;
mod logs;
mod modules;
mod plan;
mod plugins;
mod ports;
mod python;
mod secrets;
mod settings;
mod setup;
mod tools;

pub use agents::*;
pub use app::*;
pub use broca::*;
pub use changes::*;
pub use chat::*;
pub use letta::*;
pub use logs::*;
pub use modules::*;
pub use plan::*;
pub use plugins::*;
pub use ports::*;
pub use python::*;
pub use secrets::*;
pub use settings::*;
pub use setup::*;
pub use tools::*;

use serde::{Deserialize, Serialize};
use specta::Type;

/// One window of a list, and how many rows the whole list has under the same filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Page<T> {
    /// The rows asked for, in the list's order.
    pub items: Vec<T>,
    /// Rows in the whole list.
    pub total: u32,
}

/// The status words of DESIGN section 2. `Error` is for plugins and for manifests that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub enum StatusWord {
    Healthy,
    Degraded,
    Off,
    Ready,
    Unknown,
    Active,
    Inactive,
    Error,
}

/// A measured status: never a word without the reason, what was looked at, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Status {
    pub word: StatusWord,
    /// One short clause a person reads after the word: "nothing listens on 9200".
    pub reason: String,
    /// What was looked at, one fact a line.
    pub evidence: Vec<String>,
    /// When it was measured (RFC 3339 UTC); `None` where nothing was measured.
    pub measured_at: Option<String>,
}

/// A named fact in a detail pane; `mono` marks what a machine reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Fact {
    pub name: String,
    pub value: String,
    pub mono: bool,
}

/// Something wrong with an answer or an install: what happened, what it means, what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Finding {
    /// Stable identifier, e.g. `root_relative`, `port_held`.
    pub code: String,
    pub level: FindingLevel,
    pub message: String,
    pub hint: String,
    /// The path it is about, relative to the root where it is inside.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FindingLevel {
    /// Worth knowing; nothing is wrong.
    Info,
    /// Works, with a catch.
    Warn,
    /// Must be answered before going on.
    Error,
}
