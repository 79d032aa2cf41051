//! The agent list.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Fact, Finding, Status};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentRow {
    /// Folder-safe identifier: `athena` in `agents/agent-athena`.
    pub uid: String,
    pub name: String,
    pub description: String,
    /// 1 to 4, the identity colour.
    pub color: u32,
    /// A short text or emoji in place of the initial.
    pub avatar: Option<String>,
    /// Put aside: not in the lists unless asked for.
    pub archived: bool,
    /// How it is talked to.
    pub way: super::ChatWay,
    /// Unread entries of its conversation.
    pub unread: u32,
    pub status: Status,
    pub modules: Vec<AgentModule>,
    /// Relative to the root.
    pub path: String,
    /// Letta agent id, `None` while it is not linked.
    pub letta_uid: Option<String>,
    /// `registry` (ours) or `layout` (found on disk, not recorded).
    pub origin: String,
    pub created_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentModule {
    pub name: String,
    pub title: String,
    pub port: Option<u32>,
    pub status: Status,
    /// Card to open.
    pub tool_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentDetail {
    pub agent: AgentRow,
    pub facts: Vec<Fact>,
    pub findings: Vec<Finding>,
}

/// A Prime to be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentDraft {
    pub name: String,
    /// `None`: made from the name.
    pub uid: Option<String>,
    pub description: String,
    /// Names from the catalogue.
    pub modules: Vec<String>,
}

/// What a typed name would become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NameVerdict {
    pub uid: Option<String>,
    pub findings: Vec<Finding>,
}
