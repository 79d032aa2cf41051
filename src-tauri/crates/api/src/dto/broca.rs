//! Inside Broca: its queue, people and conversations, read from its own database and never written while it is only looked at.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BrocaCounts {
    pub pending: u32,
    pub processing: u32,
    pub completed: u32,
    pub failed: u32,
    pub flushed: u32,
    pub messages: u32,
    pub people: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BrocaView {
    /// Relative to the root; `None` where there is no database yet.
    pub file: Option<String>,
    pub counts: BrocaCounts,
    /// What could not be read, and what that means.
    pub missing: Vec<String>,
    /// RFC 3339 UTC.
    pub read_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BrocaQueueRow {
    pub id: u32,
    /// `pending`, `processing`, `completed`, `failed`, `flushed`, or a word Broca made up since.
    pub status: String,
    pub attempts: u32,
    pub at: Option<String>,
    pub platform: Option<String>,
    pub person: Option<String>,
    pub message: String,
    pub answer: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BrocaPerson {
    pub id: u32,
    pub platform: String,
    pub name: String,
    pub username: Option<String>,
    pub messages: u32,
    pub last_active: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BrocaLine {
    pub id: u32,
    /// `user`, `assistant`, or Broca's own word.
    pub role: String,
    pub at: Option<String>,
    pub text: String,
}

/// What can be done to Broca's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum BrocaAction {
    /// Failed ones are tried again.
    Requeue,
    /// Waiting ones are dropped from the queue; the messages stay.
    Flush,
    /// Rows are taken out of the queue.
    Delete,
}

/// The bridge that Broca fetches from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct BridgeState {
    pub status: super::Status,
    /// `http://127.0.0.1:9300/api/v1/`.
    pub address: Option<String>,
    /// Agents that have a key.
    pub agents: Vec<String>,
}
