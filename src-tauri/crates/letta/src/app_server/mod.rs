//! The adapter for Letta Code's App Server (`facts/modules.md` 3.5): frames over one WebSocket.
//!
//! It has agents, models, a conversation each, and history; its memory is files and its tools belong to the host, so
//! blocks, tools, context and `.af` files are not offered. A connection that ended is opened again by the next call.

mod socket;
mod turn;

use crate::agent::{Agent, AgentChange, Block, BlockChange, Context, Model, Models, NewAgent, NewBlock, Tool};
use crate::clean;
use crate::delta::text;
use crate::outcome::{Flavour, Found};
use crate::rest::call::within;
use crate::rest::history::page;
use crate::rest::shapes::AgentShape;
use crate::server::{Features, Patience, Server, Who};
use crate::talk::{Events, Page, UserMessage};
use crate::target::Target;
use crate::trouble::Trouble;
use crate::wire;
use async_trait::async_trait;
use sanctum_secrets::Secret;
use serde_json::{Map, Value, json};
use socket::{Listener, Order};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::{Mutex, mpsc, oneshot};

/// Agents asked for at a time.
const PAGE: usize = 100;

/// A connection to an App Server.
#[derive(Clone)]
pub(crate) struct AppServer(Arc<Inner>);

struct Inner {
    client: reqwest::Client,
    target: Target,
    password: Option<Secret>,
    patience: Patience,
    version: Option<String>,
    orders: Mutex<mpsc::Sender<Order>>,
    /// Begins every `request_id`, so that no other client of the server uses the same.
    name: String,
    asked: AtomicU64,
}

impl AppServer {
    /// Opens the connection, which is where the password is tried.
    pub async fn open(
        target: Target,
        password: Option<Secret>,
        patience: Patience,
        version: Option<String>,
    ) -> Result<AppServer, Found> {
        let client = wire::connectable(&target).await.map_err(crate::probe::unanswered)?;
        let orders = Mutex::new(socket::open(&client, &target, password.as_ref(), patience).await?);
        let (name, asked) = (socket::name(), AtomicU64::new(0));
        Ok(AppServer(Arc::new(Inner { client, target, password, patience, version, orders, name, asked })))
    }

    fn password(&self) -> Option<&Secret> {
        self.0.password.as_ref()
    }

    /// Hands an order to the connection, opening it again where it has ended.
    async fn order(&self, order: Order) -> Result<(), Trouble> {
        let mut orders = self.0.orders.lock().await;
        if orders.is_closed() {
            let Inner { client, target, password, patience, .. } = &*self.0;
            *orders =
                socket::open(client, target, password.as_ref(), *patience).await.map_err(|found| match found {
                    Found::WrongPassword | Found::NeedsPassword => Trouble::Password,
                    Found::NotLetta { what } => Trouble::strange(what),
                    Found::Tls { detail } => Trouble::Unreachable { why: clean::line(&detail, 120) },
                    _ => Trouble::Unreachable { why: "nothing answers at its address".into() },
                })?;
        }
        orders.send(order).await.map_err(|_| Trouble::Cut)
    }

    /// Asks and gives back the frame that answers. A frame nobody answers is [`Trouble::Late`].
    async fn ask(&self, kind: &str, frame: Value) -> Result<Value, Trouble> {
        self.ask_and_hear(kind, frame, None).await
    }

    /// The same, and from the answer on whoever listens hears what happens.
    async fn ask_and_hear(&self, kind: &str, mut frame: Value, listener: Option<Listener>) -> Result<Value, Trouble> {
        let id = format!("{}-{}", self.0.name, self.0.asked.fetch_add(1, Ordering::Relaxed));
        frame["type"] = kind.into();
        frame["request_id"] = id.as_str().into();
        within(self.0.patience.answer, async {
            let (answer, answered) = oneshot::channel();
            self.order(Order { id, frame, answer, listener }).await?;
            answered.await.map_err(|_| Trouble::Cut)
        })
        .await
    }

    /// Asks for something that says whether it succeeded, and gives back one field of it.
    async fn ask_for(&self, kind: &str, frame: Value, field: &str) -> Result<Value, Trouble> {
        let mut answer = self.ask(kind, frame).await?;
        if answer.get("success").and_then(Value::as_bool) != Some(true) {
            let detail = socket::words(&answer, self.password());
            return Err(match kind {
                "agent_retrieve" => Trouble::Missing { detail },
                _ => Trouble::Rejected { status: None, detail },
            });
        }
        Ok(answer.get_mut(field).map(Value::take).unwrap_or_default())
    }
}

fn agent(value: Value) -> Result<Agent, Trouble> {
    let shape: AgentShape =
        serde_json::from_value(value).map_err(|_| Trouble::strange("its agent has another shape"))?;
    Ok(shape.into())
}

fn lacks<T>(what: &'static str) -> Result<T, Trouble> {
    Err(Trouble::Unsupported { what })
}

#[async_trait]
impl Server for AppServer {
    fn features(&self) -> Features {
        Features { images: true, cancel: true, ..Features::default() }
    }

    async fn who(&self) -> Result<Who, Trouble> {
        let started = Instant::now();
        let asked = async {
            let url = self.0.target.join("/app-server-info", None);
            wire::get(&self.0.client, url, self.password()).await.map_err(Trouble::from)
        };
        let info = within(self.0.patience.answer, asked).await?;
        let told: Value = serde_json::from_slice(&info.body).unwrap_or_default();
        let version = match text(&told, "letta_code_version") {
            "" => self.0.version.clone(),
            version => Some(clean::line(version, 40)),
        };
        match info.status {
            200 => Ok(Who { flavour: Flavour::AppServer, version, latency: started.elapsed() }),
            401 | 403 => Err(Trouble::Password),
            _ => Err(Trouble::strange("it no longer says that it is an app server")),
        }
    }

    async fn models(&self) -> Result<Models, Trouble> {
        let entries = self.ask_for("list_models", json!({}), "entries").await?;
        let llm = entries.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(|entry| {
            let handle = Some(text(entry, "handle")).filter(|handle| !handle.is_empty())?;
            Some(Model {
                handle: clean::line(handle, 200),
                name: clean::line(text(entry, "label"), 200),
                provider: clean::line(handle.split('/').next().unwrap_or_default(), 80),
                context_window: entry.pointer("/updateArgs/context_window").and_then(Value::as_u64),
            })
        });
        Ok(Models { llm: llm.collect(), embedding: Vec::new() })
    }

    async fn agents(&self) -> Result<Vec<Agent>, Trouble> {
        let (mut seen, mut list) = (HashSet::new(), Vec::new());
        let mut query = json!({"limit": PAGE});
        loop {
            let page = self.ask_for("agent_list", json!({"query": query}), "agents").await?;
            let page = page.as_array().cloned().ok_or_else(|| Trouble::strange("its list of agents is none"))?;
            let (full, before) = (page.len() >= PAGE, list.len());
            for entry in page {
                let entry = agent(entry)?;
                if seen.insert(entry.id.clone()) {
                    list.push(Agent { system: String::new(), ..entry });
                }
            }
            match list.last() {
                Some(last) if full && list.len() > before => query["after"] = last.id.as_str().into(),
                _ => return Ok(list),
            }
        }
    }

    async fn agent(&self, id: &str) -> Result<Agent, Trouble> {
        agent(self.ask_for("agent_retrieve", json!({"agent_id": id}), "agent").await?)
    }

    async fn create(&self, new: &NewAgent) -> Result<Agent, Trouble> {
        let mut blocks = vec![json!({"label": "persona", "value": new.persona})];
        blocks.extend(new.human.as_ref().map(|human| json!({"label": "human", "value": human})));
        let mut body = json!({"name": new.name, "model": new.model, "memory_blocks": blocks, "tags": new.tags});
        if let Some(description) = &new.description {
            body["description"] = description.as_str().into();
        }
        agent(self.ask_for("agent_create", json!({"body": body}), "agent").await?)
    }

    async fn update(&self, id: &str, change: &AgentChange) -> Result<Agent, Trouble> {
        let mut body = Map::new();
        let AgentChange { name, description, model, system, tags } = change;
        for (field, value) in [("name", name), ("description", description), ("model", model), ("system", system)] {
            if let Some(value) = value {
                body.insert(field.into(), value.as_str().into());
            }
        }
        if let Some(tags) = tags {
            body.insert("tags".into(), tags.clone().into());
        }
        agent(self.ask_for("agent_update", json!({"agent_id": id, "body": body}), "agent").await?)
    }

    async fn delete(&self, id: &str) -> Result<(), Trouble> {
        self.ask_for("agent_delete", json!({"agent_id": id}), "agent_id").await.map(drop)
    }

    async fn blocks(&self, _: &str) -> Result<Vec<Block>, Trouble> {
        lacks("memory blocks")
    }

    async fn set_block(&self, _: &str, _: &str, _: &BlockChange) -> Result<Block, Trouble> {
        lacks("memory blocks")
    }

    async fn add_block(&self, _: &str, _: &NewBlock) -> Result<Block, Trouble> {
        lacks("memory blocks")
    }

    async fn attach_block(&self, _: &str, _: &str) -> Result<(), Trouble> {
        lacks("memory blocks")
    }

    async fn remove_block(&self, _: &str, _: &str) -> Result<Block, Trouble> {
        lacks("memory blocks")
    }

    async fn tools(&self, _: &str) -> Result<Vec<Tool>, Trouble> {
        lacks("tools to attach")
    }

    async fn all_tools(&self) -> Result<Vec<Tool>, Trouble> {
        lacks("tools to attach")
    }

    async fn attach_tool(&self, _: &str, _: &str) -> Result<(), Trouble> {
        lacks("tools to attach")
    }

    async fn detach_tool(&self, _: &str, _: &str) -> Result<(), Trouble> {
        lacks("tools to attach")
    }

    async fn context(&self, _: &str) -> Result<Context, Trouble> {
        lacks("count of its context")
    }

    async fn export(&self, _: &str) -> Result<Vec<u8>, Trouble> {
        lacks("export to `.af` files")
    }

    async fn import(&self, _: Vec<u8>) -> Result<String, Trouble> {
        lacks("import of `.af` files")
    }

    async fn messages(&self, id: &str, before: Option<&str>, limit: u32) -> Result<Page, Trouble> {
        let mut query = json!({"agent_id": id, "limit": limit, "order": "desc"});
        if let Some(before) = before {
            query["before"] = before.into();
        }
        let frame = json!({"conversation_id": turn::CONVERSATION, "query": query});
        let answer = self.ask("conversation_messages_list", frame).await?;
        if answer.get("success").and_then(Value::as_bool) != Some(true) {
            return Err(Trouble::Missing { detail: socket::words(&answer, self.password()) });
        }
        let mut entries = answer.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        entries.iter_mut().for_each(without_reminders);
        let more = answer.get("has_more").and_then(Value::as_bool).unwrap_or_default();
        let before = answer.get("next_before").and_then(Value::as_str).filter(|_| more).map(str::to_owned);
        Ok(Page { before, ..page(&entries, true) })
    }

    async fn send(&self, id: &str, message: UserMessage) -> Result<Events, Trouble> {
        self.start_turn(id, message).await
    }

    async fn cancel(&self, id: &str) -> Result<bool, Trouble> {
        let aborted = self.ask_for("abort_message", json!({"runtime": turn::runtime(id)}), "aborted").await?;
        Ok(aborted.as_bool().unwrap_or_default())
    }
}

/// Letta Code puts notes of its own before what a person wrote, as further parts of the same message.
fn without_reminders(entry: &mut Value) {
    if text(entry, "message_type") != "user_message" {
        return;
    }
    if let Some(parts) = entry.get_mut("content").and_then(Value::as_array_mut) {
        parts.retain(|part| !text(part, "text").starts_with("<system-reminder>"));
    }
}
