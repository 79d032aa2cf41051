//! Agents in Letta: what the server has, how it stands to what is recorded here, memory, tools.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Status;

/// The Letta server as it answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LettaState {
    /// Empty where none is set.
    pub url: String,
    /// A password is kept for it.
    pub password: bool,
    pub status: Status,
    /// "Letta server", "Letta Code".
    pub flavour: Option<String>,
    pub version: Option<String>,
    pub features: LettaFeatures,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LettaFeatures {
    pub blocks: bool,
    pub tools: bool,
    pub context: bool,
    pub transfer: bool,
    pub images: bool,
    pub cancel: bool,
    pub embedding: bool,
    pub broca: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LettaModel {
    /// What an agent is told to use.
    pub handle: String,
    pub name: String,
    pub provider: String,
    /// Tokens.
    pub context_window: Option<u32>,
    /// Texts go to letta.com for it.
    pub cloud: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LettaModels {
    pub llm: Vec<LettaModel>,
    pub embedding: Vec<LettaModel>,
}

/// How an agent here and one in Letta stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Recorded here and there under one name.
    Linked,
    /// In Letta, not here.
    OnlyInLetta,
    /// Here, not linked to Letta.
    OnlyHere,
    /// Linked, and gone in Letta.
    GoneInLetta,
    /// Linked; renamed in Letta.
    RenamedInLetta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LettaAgent {
    /// Letta's identifier; `None` for an agent that is only here.
    pub id: Option<String>,
    /// Its name in Letta.
    pub name: String,
    pub description: Option<String>,
    pub model: Option<String>,
    pub embedding: Option<String>,
    pub tags: Vec<String>,
    /// The agent here.
    pub uid: Option<String>,
    /// Its name here.
    pub name_here: Option<String>,
    pub link: LinkState,
    /// What that means and what can be done.
    pub words: String,
}

/// What is to become of the Letta side of a new agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "side")]
pub enum LettaSide {
    /// Nothing: it is linked later.
    None,
    Link {
        id: String,
    },
    Create {
        model: String,
        embedding: Option<String>,
        /// Text of the `persona` block.
        persona: String,
        /// Text of the `human` block. Never where Broca drives the agent: Broca attaches a block of that label for every person
        /// itself, and Letta refuses a second one.
        human: Option<String>,
    },
}

/// A new agent, here and in Letta.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NewAgentDraft {
    pub name: String,
    pub uid: Option<String>,
    pub description: String,
    pub modules: Vec<String>,
    pub color: Option<u32>,
    pub avatar: Option<String>,
    pub letta: LettaSide,
}

/// What is to become different about an agent; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentEdit {
    pub name: Option<String>,
    pub description: Option<String>,
    pub color: Option<u32>,
    /// Empty takes it away.
    pub avatar: Option<String>,
    pub model: Option<String>,
    pub system: Option<String>,
    pub tags: Option<Vec<String>>,
    /// Account ids; an empty list is everybody.
    pub visible_to_users: Option<Vec<u32>>,
    /// `admin`, `user`, `viewer`; an empty list is everybody.
    pub visible_to_roles: Option<Vec<String>>,
    pub way: Option<super::ChatWay>,
}

/// An agent's Letta side, read now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentMind {
    pub link: LettaAgent,
    /// Its system prompt.
    pub system: String,
    pub blocks: Vec<MemoryBlock>,
    pub tools: Vec<AgentTool>,
    pub context: Option<ContextUse>,
    pub features: LettaFeatures,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct MemoryBlock {
    pub id: String,
    pub label: String,
    pub value: String,
    /// Characters at most.
    pub limit: u32,
    /// Characters now.
    pub used: u32,
    pub description: Option<String>,
    /// The agent itself may not change it.
    pub read_only: bool,
}

/// What is to become of a block. `None` leaves a field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
pub struct BlockEdit {
    pub value: Option<String>,
    pub limit: Option<u32>,
    pub description: Option<String>,
    pub read_only: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AgentTool {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub kind: String,
    pub attached: bool,
}

/// Tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ContextUse {
    pub max: u32,
    pub used: u32,
    pub system: u32,
    pub memory: u32,
    pub tools: u32,
    pub summary: u32,
    pub messages: u32,
    pub message_count: u32,
}
