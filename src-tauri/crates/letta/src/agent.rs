//! What a Letta tells about its agents, models, memory and tools, whichever adapter asked.
//!
//! Plain values: nothing here knows HTTP, JSON or the version that answered. Identifiers are Letta's own and are
//! not interpreted; texts are whatever somebody told Letta, so whoever shows them treats them as hostile.

use std::collections::BTreeSet;

/// One agent as Letta knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agent {
    /// Letta's identifier.
    pub id: String,
    /// Its name; not unique in Letta.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Handle of its model, as in [`Models::llm`].
    pub model: Option<String>,
    /// Handle of its embedding, as in [`Models::embedding`].
    pub embedding: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
    /// Its system prompt; empty in a list.
    pub system: String,
    /// The model's context window in tokens.
    pub context_window: Option<u64>,
    /// When it was made, as Letta writes it (ISO 8601).
    pub created_at: Option<String>,
    /// When it was last changed, as Letta writes it.
    pub updated_at: Option<String>,
}

/// An agent to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewAgent {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Handle of its model, from the live list.
    pub model: String,
    /// Handle of its embedding, from the live list; `None` takes the first that does not send texts to letta.com.
    pub embedding: Option<String>,
    /// Text of the `persona` block.
    pub persona: String,
    /// Text of a `human` block; `None` where Broca drives the agent, which attaches a block per user itself.
    pub human: Option<String>,
    /// Its labels.
    pub tags: Vec<String>,
}

/// What is to become different; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentChange {
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// Another model, by handle.
    pub model: Option<String>,
    /// Another system prompt.
    pub system: Option<String>,
    /// Other labels, all of them.
    pub tags: Option<Vec<String>>,
}

/// A model that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// What an agent is told to use.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Who provides it.
    pub provider: String,
    /// Context window in tokens; `None` for an embedding or where it is not told.
    pub context_window: Option<u64>,
}

impl Model {
    /// True where texts go to letta.com for it, whatever server is asked.
    pub fn is_of_lettas_cloud(&self) -> bool {
        self.handle.starts_with("letta/")
    }
}

/// The live lists of what can be chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Models {
    /// Language models.
    pub llm: Vec<Model>,
    /// Embeddings; empty where the adapter has none.
    pub embedding: Vec<Model>,
}

/// One memory block of an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Letta's identifier.
    pub id: String,
    /// Its label, unique within an agent.
    pub label: String,
    /// Its text.
    pub value: String,
    /// Most characters it may hold.
    pub limit: u64,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the agent itself may not change it.
    pub read_only: bool,
}

/// A block to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewBlock {
    /// Its label.
    pub label: String,
    /// Its text.
    pub value: String,
    /// Most characters it may hold; `None` leaves that to Letta.
    pub limit: Option<u64>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the agent itself may not change it.
    pub read_only: bool,
}

/// What is to become different about a block; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockChange {
    /// Another text.
    pub value: Option<String>,
    /// Another limit.
    pub limit: Option<u64>,
    /// Another description.
    pub description: Option<String>,
    /// Whether the agent itself may change it.
    pub read_only: Option<bool>,
}

/// A tool that an agent has or could have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tool {
    /// Letta's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Letta's word for its kind (`letta_core`, `external_mcp`, `custom` …).
    pub kind: String,
    /// Its labels.
    pub tags: Vec<String>,
}

/// A tool server that Letta keeps in its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolServer {
    /// Letta's identifier.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where Letta reaches it; `None` for one that it starts by itself.
    pub url: Option<String>,
}

/// What Letta knows of a tool of a tool server, since it read that server last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerTool {
    /// Its name.
    pub name: String,
    /// What it does, where Letta says so.
    pub description: Option<String>,
    /// Names of its arguments, where Letta says which it takes.
    pub arguments: Option<BTreeSet<String>>,
}

/// How full the context of an agent is, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context {
    /// The most there can be.
    pub max: u64,
    /// All of what is there now.
    pub used: u64,
    /// Of the system prompt.
    pub system: u64,
    /// Of the memory blocks.
    pub memory: u64,
    /// Of the tools' definitions.
    pub tools: u64,
    /// Of the summary of older messages.
    pub summary: u64,
    /// Of the messages.
    pub messages: u64,
    /// How many messages are in it.
    pub message_count: u64,
}
