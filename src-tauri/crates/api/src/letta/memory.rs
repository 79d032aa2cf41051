//! Plans about what an agent in Letta remembers and can do: memory blocks and tools.

use std::sync::Arc;

use sanctum_registry::agents::AgentRow;
use serde_json::{Map, Value};

use super::connection::of;
use super::convert::{named, trouble};
use super::plans::{has_broca, linked, nothing, words};
use super::remote::{BLOCK, LETTA, block_of, block_value, tool_of};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{BlockEdit, Plan};
use crate::open::Open;
use crate::{Actor, ApiError, ApiResult, agents};

/// Characters of a new block at most, unless another limit is said.
const LIMIT: u64 = 5_000;

impl App {
    /// The plan that changes a memory block, or makes it.
    ///
    /// # Errors
    /// `block_too_long`, `block_label`, `agent_human_block`, `nothing_to_change`, and what Letta says.
    pub async fn agent_block_plan(&self, actor: &Actor, uid: &str, label: &str, edit: &BlockEdit) -> ApiResult<Plan> {
        let (open, row, id) = self.with_letta(actor, uid).await?;
        let label = label.trim();
        let blocks = of(&open).await?.blocks(&id).await.map_err(|error| trouble(&error))?;
        let there = blocks.iter().find(|block| block.label == label);
        if there.is_none() {
            may_be_made(&open, &row, label).await?;
        }
        let limit = there.map(|block| block.limit);
        let after = wanted(edit, limit);
        let value = after.get("value").and_then(Value::as_str).or(there.map(|block| block.value.as_str()));
        let length = value.map_or(0, |text| text.chars().count() as u64);
        let most = after.get("limit").and_then(Value::as_u64).or(limit).unwrap_or(LIMIT);
        if length > most {
            return Err(ApiError::refused(
                "block_too_long",
                format!("The text has {length} characters; the block holds {most}."),
                "Shorten it, or raise the limit.",
            ));
        }
        let before = there.map(|block| block_value(block, &BLOCK));
        let same =
            |(key, value): &(&String, &Value)| before.as_ref().is_some_and(|b| b.get(key.as_str()) == Some(*value));
        let after: Map<String, Value> =
            after.iter().filter(|pair| !same(pair)).map(|(key, value)| (key.clone(), value.clone())).collect();
        if after.is_empty() {
            return Err(nothing());
        }
        let keys: Vec<&str> = after.keys().map(String::as_str).collect();
        let was = there.map_or(Value::Null, |block| block_value(block, &keys));
        let title = match there {
            Some(_) => format!("Change the memory “{label}” of {}", row.title()),
            None => format!("Add the memory “{label}” to {}", row.title()),
        };
        let step = Step { what: block_of(&id, label, &keys, None), before: was, after: Value::Object(after) };
        self.keep_step(actor, &open, &row, step, &title, &format!("memory {label}"))
    }

    /// The plan that detaches a memory block. It stays in Letta, since another agent may share it.
    ///
    /// # Errors
    /// `block_unknown`, and what Letta says.
    pub async fn agent_block_remove_plan(&self, actor: &Actor, uid: &str, label: &str) -> ApiResult<Plan> {
        let (open, row, id) = self.with_letta(actor, uid).await?;
        let blocks = of(&open).await?.blocks(&id).await.map_err(|error| trouble(&error))?;
        let block = blocks.iter().find(|block| block.label == label).ok_or_else(|| {
            let message = format!("{} has no memory “{label}”.", row.title());
            ApiError::refused("block_unknown", message, "Read its memory again.")
        })?;
        let what = block_of(&id, label, &BLOCK, Some(&block.id));
        let step = Step { what, before: block_value(block, &BLOCK), after: Value::Null };
        let title = format!("Detach the memory “{label}” from {}", row.title());
        self.keep_step(actor, &open, &row, step, &title, &format!("memory {label}"))
    }

    /// The plan that attaches or detaches a tool.
    ///
    /// # Errors
    /// `tool_unknown`, `nothing_to_change`, and what Letta says.
    pub async fn agent_tool_plan(&self, actor: &Actor, uid: &str, tool_id: &str, attach: bool) -> ApiResult<Plan> {
        let (open, row, id) = self.with_letta(actor, uid).await?;
        let server = of(&open).await?;
        let own = server.tools(&id).await.map_err(|error| trouble(&error))?;
        let has = own.iter().any(|tool| tool.id == tool_id);
        if has == attach {
            return Err(nothing());
        }
        let all = if has { own } else { server.all_tools().await.map_err(|error| trouble(&error))? };
        let tool = all.iter().find(|tool| tool.id == tool_id).ok_or_else(|| {
            ApiError::refused("tool_unknown", "Letta has no such tool any more.", "Read the tools again.")
        })?;
        let name = named(&tool.name);
        let title = if attach {
            format!("Give {} the tool {name}", row.title())
        } else {
            format!("Take the tool {name} from {}", row.title())
        };
        let step = Step { what: tool_of(&id, tool_id), before: Value::Bool(has), after: Value::Bool(attach) };
        self.keep_step(actor, &open, &row, step, &title, &format!("tool {name}"))
    }

    /// The install, the agent and its Letta side, for who may change it.
    pub(super) async fn with_letta(&self, actor: &Actor, uid: &str) -> ApiResult<(Arc<Open>, AgentRow, String)> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (at, who, name) = (open.clone(), actor.clone(), uid.to_owned());
        let row = blocking(move || agents::visible(&at, &who, &name)).await?;
        let id = linked(&row)?.to_owned();
        Ok((open, row, id))
    }

    fn keep_step(
        &self,
        actor: &Actor,
        open: &Open,
        row: &AgentRow,
        step: Step,
        title: &str,
        target: &str,
    ) -> ApiResult<Plan> {
        let mut planner = open.planner();
        planner.icon("users");
        planner.group("Letta");
        let target = format!("Letta · {} · {target}", row.title());
        planner.remote((LETTA, &target), step.what, (step.before, step.after), title)?;
        let plan = planner.finish(title, "In Letta, nowhere else. Nothing has been written yet.");
        let said = words("Apply", "Read from Letta just now");
        Ok(self.0.plans.keep(plan, said, Some(actor.user_id), open.env().now()))
    }
}

/// One step at the server.
struct Step {
    what: Value,
    before: Value,
    after: Value,
}

/// The fields an edit names. A new block says text and limit itself, so that what reads back is known.
fn wanted(edit: &BlockEdit, limit: Option<u64>) -> Map<String, Value> {
    let mut after = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            after.insert(name.to_owned(), value);
        }
    };
    let is_new = limit.is_none();
    put("value", edit.value.clone().or(is_new.then(String::new)).map(Value::String));
    put("limit", edit.limit.map(u64::from).or(is_new.then_some(LIMIT)).map(Value::from));
    put("description", edit.description.clone().map(Value::String));
    put("read_only", edit.read_only.map(Value::from));
    after
}

async fn may_be_made(open: &Arc<Open>, row: &AgentRow, label: &str) -> ApiResult<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if label.is_empty() || label.len() > 50 || !label.chars().all(plain) {
        let shown: String = label.chars().filter(|c| !c.is_control()).take(60).collect();
        let message = format!("`{shown}` cannot be the label of a block.");
        return Err(ApiError::refused("block_label", message, "Use letters, digits, `_` and `-`, at most 50."));
    }
    let (open, of) = (open.clone(), row.clone());
    let modules = blocking(move || agents::modules(&open, &of)).await?;
    if label == "human" { no_human(&modules) } else { Ok(()) }
}

/// Broca attaches a block `human` for every person, and Letta refuses a second one of that label.
///
/// # Errors
/// `agent_human_block`.
pub(super) fn no_human(modules: &[String]) -> ApiResult<()> {
    if !has_broca(modules) {
        return Ok(());
    }
    Err(ApiError::refused(
        "agent_human_block",
        "An agent that Broca drives must not have a memory “human” of its own: Broca attaches one for every person, Letta \
         refuses a second of that label, and no message would be answered.",
        "Leave it out, or put the text into another block.",
    ))
}
