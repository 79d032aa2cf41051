//! Steps at the Letta server, for the change engine: looked at before, acted, read back, and taken back.
//!
//! What a step is about and its values are plain JSON, made here and read here; each reaches one agent, one block or one tool,
//! and names only what it changes. The engine's calls come from a blocking thread; the server is asked on the runtime that was
//! there when the install was opened. An agent that is gone is a state like any other: nothing is there.

use std::future::Future;
use std::sync::Arc;

use sanctum_change::{Remote, RemoteTrouble};
use sanctum_letta::{Agent, AgentChange, Block, BlockChange, NewBlock, Server, Trouble};
use serde_json::{Map, Value, json};

use super::Connection;

/// The engine's name for this server.
pub(crate) const LETTA: &str = "letta";

/// What a step is about.
pub(super) fn fields_of(agent: &str, fields: &Map<String, Value>) -> Value {
    json!({ "op": "fields", "agent": agent, "keys": fields.keys().collect::<Vec<_>>() })
}

pub(super) fn block_of(agent: &str, label: &str, keys: &[&str], id: Option<&str>) -> Value {
    json!({ "op": "block", "agent": agent, "label": label, "keys": keys, "block": id })
}

pub(super) fn tool_of(agent: &str, tool: &str) -> Value {
    json!({ "op": "tool", "agent": agent, "tool": tool })
}

/// What a block has, by the names that steps use.
pub(super) const BLOCK: [&str; 4] = ["value", "limit", "description", "read_only"];

/// The fields `keys` of an agent as a step's value.
pub(super) fn agent_value(agent: &Agent, keys: &[&str]) -> Value {
    let all = json!({
        "name": agent.name, "description": agent.description.clone().unwrap_or_default(), "model": agent.model,
        "system": agent.system, "tags": sorted(agent.tags.clone()),
    });
    pick(&all, keys)
}

/// The fields `keys` of a block as a step's value.
pub(super) fn block_value(block: &Block, keys: &[&str]) -> Value {
    let all = json!({
        "value": block.value, "limit": block.limit, "description": block.description.clone().unwrap_or_default(),
        "read_only": block.read_only,
    });
    pick(&all, keys)
}

/// Servers give tags in an order of their own.
pub(super) fn sorted(mut tags: Vec<String>) -> Vec<String> {
    tags.sort();
    tags.dedup();
    tags
}

fn pick(all: &Value, keys: &[&str]) -> Value {
    Value::Object(keys.iter().map(|key| ((*key).to_owned(), all.get(key).cloned().unwrap_or_default())).collect())
}

/// The server as the engine reaches it.
pub(crate) struct There {
    connection: Arc<Connection>,
    runtime: Option<tokio::runtime::Handle>,
}

impl There {
    pub fn new(connection: Arc<Connection>) -> Self {
        Self { connection, runtime: tokio::runtime::Handle::try_current().ok() }
    }

    fn ask<T, F: Future<Output = Result<T, Trouble>>>(
        &self,
        question: impl FnOnce(Arc<dyn Server>) -> F,
    ) -> Result<T, RemoteTrouble> {
        let runtime = self.runtime.as_ref().ok_or_else(|| RemoteTrouble {
            words: "There is no way to reach the network from here.".to_owned(),
            untouched: true,
        })?;
        runtime.block_on(async {
            let server = self.connection.server().await.map_err(|error| RemoteTrouble {
                words: format!("{} {}", error.message, error.hint),
                untouched: true,
            })?;
            question(server).await.map_err(|trouble| RemoteTrouble {
                untouched: trouble.never_arrived(),
                words: format!("{} {}", trouble.sentence(), trouble.hint()),
            })
        })
    }
}

fn text<'v>(what: &'v Value, name: &str) -> &'v str {
    what.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn said(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn keys(what: &Value) -> Vec<&str> {
    what.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// `None` where what was asked about is not there.
fn if_there<T>(found: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Trouble::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Remote for There {
    fn look(&self, what: &Value) -> Result<Value, RemoteTrouble> {
        let agent = text(what, "agent");
        let found = match text(what, "op") {
            "fields" => {
                let found = self.ask(|server| async move { if_there(server.agent(agent).await) })?;
                found.map(|found| agent_value(&found, &keys(what)))
            }
            "block" => {
                let blocks =
                    self.ask(|server| async move { if_there(server.blocks(agent).await) })?.unwrap_or_default();
                let mine = blocks.iter().find(|block| block.label == text(what, "label"));
                mine.map(|block| block_value(block, &keys(what)))
            }
            _ => {
                let tools = self.ask(|server| async move { if_there(server.tools(agent).await) })?;
                tools.map(|tools| Value::Bool(tools.iter().any(|tool| tool.id == text(what, "tool"))))
            }
        };
        Ok(found.unwrap_or_default())
    }

    fn act(&self, what: &Value, before: &Value, after: &Value) -> Result<(), RemoteTrouble> {
        let agent = text(what, "agent");
        match text(what, "op") {
            "fields" => {
                let list = |tags: &Vec<Value>| tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
                let change = AgentChange {
                    name: said(after, "name"),
                    description: said(after, "description"),
                    model: said(after, "model"),
                    system: said(after, "system"),
                    tags: after.get("tags").and_then(Value::as_array).map(list),
                };
                self.ask(|server| async move { server.update(agent, &change).await.map(drop) })
            }
            "block" => self.block(what, before, after),
            _ => {
                let (tool, attach) = (text(what, "tool"), after == &Value::Bool(true));
                self.ask(|server| async move {
                    if attach { server.attach_tool(agent, tool).await } else { server.detach_tool(agent, tool).await }
                })
            }
        }
    }
}

impl There {
    fn block(&self, what: &Value, before: &Value, after: &Value) -> Result<(), RemoteTrouble> {
        let (agent, label) = (text(what, "agent"), text(what, "label"));
        let (value, description) = (said(after, "value"), said(after, "description"));
        let limit = after.get("limit").and_then(Value::as_u64);
        let read_only = after.get("read_only").and_then(Value::as_bool);
        self.ask(|server| async move {
            match (before.is_null(), after.is_null()) {
                (_, true) => server.remove_block(agent, label).await.map(drop),
                // One that was detached is still there under its identifier; otherwise it is made.
                (true, false) => match what.get("block").and_then(Value::as_str) {
                    Some(id) => server.attach_block(agent, id).await,
                    None => {
                        let (label, value) = (label.to_owned(), value.unwrap_or_default());
                        let new = NewBlock { label, value, limit, description, read_only: read_only.unwrap_or(false) };
                        server.add_block(agent, &new).await.map(drop)
                    }
                },
                (false, false) => {
                    let change = BlockChange { value, limit, description, read_only };
                    server.set_block(agent, label, &change).await.map(drop)
                }
            }
        })
    }
}
