//! The JSON of the REST server, as far as it is read, and what it becomes.
//!
//! Versions differ in what they send; a field that is missing or `null` is its default here, and what is not read is
//! not required. Sources: the OpenAPI files of 0.11.7 and 0.16.8.

use crate::agent::{Agent, Block, Context, Model, Tool};
use crate::clean;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `null` is the default.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Config {
    handle: Option<String>,
    context_window: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct AgentShape {
    pub id: String,
    name: String,
    description: Option<String>,
    model: Option<String>,
    embedding: Option<String>,
    llm_config: Option<Config>,
    embedding_config: Option<Config>,
    #[serde(default, deserialize_with = "or_default")]
    tags: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    system: String,
    created_at: Option<String>,
    updated_at: Option<String>,
}

impl From<AgentShape> for Agent {
    fn from(shape: AgentShape) -> Agent {
        let llm = shape.llm_config.unwrap_or_default();
        let embedding = shape.embedding_config.unwrap_or_default();
        Agent {
            id: shape.id,
            name: shape.name,
            description: shape.description.filter(|text| !text.is_empty()),
            model: shape.model.or(llm.handle),
            embedding: shape.embedding.or(embedding.handle),
            tags: shape.tags,
            system: shape.system,
            context_window: llm.context_window,
            created_at: shape.created_at,
            updated_at: shape.updated_at,
        }
    }
}

/// One entry of the list of models, with all of it kept: 0.11.7 wants it back when an agent is made.
#[derive(Clone, Deserialize)]
pub(crate) struct ModelShape(pub Value);

impl ModelShape {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    pub fn handle(&self) -> Option<&str> {
        self.text("handle")
    }

    /// What can be chosen; `None` where it has no handle.
    pub fn model(&self) -> Option<Model> {
        let handle = self.handle()?;
        let name = ["display_name", "name", "model", "embedding_model"].iter().find_map(|name| self.text(name));
        let provider = self.text("provider_name").or_else(|| handle.split('/').next()).unwrap_or_default();
        Some(Model {
            handle: clean::line(handle, 200),
            name: clean::line(name.unwrap_or(handle), 200),
            provider: clean::line(provider, 80),
            context_window: self.0.get("context_window").and_then(Value::as_u64),
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct BlockShape {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub label: String,
    value: String,
    #[serde(default, deserialize_with = "or_default")]
    limit: u64,
    description: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    read_only: bool,
}

impl From<BlockShape> for Block {
    fn from(shape: BlockShape) -> Block {
        let BlockShape { id, label, value, limit, description, read_only } = shape;
        Block { id, label, value, limit, description: description.filter(|text| !text.is_empty()), read_only }
    }
}

#[derive(Deserialize)]
pub(crate) struct ToolShape {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    description: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    tool_type: String,
    #[serde(default, deserialize_with = "or_default")]
    tags: Vec<String>,
}

impl From<ToolShape> for Tool {
    fn from(shape: ToolShape) -> Tool {
        let ToolShape { id, name, description, tool_type: kind, tags } = shape;
        Tool { id, name, description, kind, tags }
    }
}

#[derive(Deserialize)]
pub(crate) struct ContextShape {
    context_window_size_max: u64,
    context_window_size_current: u64,
    num_messages: u64,
    num_tokens_system: u64,
    num_tokens_core_memory: u64,
    num_tokens_summary_memory: u64,
    num_tokens_functions_definitions: u64,
    num_tokens_messages: u64,
}

impl From<ContextShape> for Context {
    fn from(shape: ContextShape) -> Context {
        Context {
            max: shape.context_window_size_max,
            used: shape.context_window_size_current,
            system: shape.num_tokens_system,
            memory: shape.num_tokens_core_memory,
            tools: shape.num_tokens_functions_definitions,
            summary: shape.num_tokens_summary_memory,
            messages: shape.num_tokens_messages,
            message_count: shape.num_messages,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct ImportedShape {
    pub agent_ids: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct HealthShape {
    pub version: String,
}

#[derive(Deserialize)]
pub(crate) struct RunShape {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
}
