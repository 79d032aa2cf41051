//! Plans about an agent that both sides know: link, unlink, edit, put aside.

use sanctum_change::{Planner, Row};
use sanctum_letta::{Block, Trouble};
use sanctum_registry::agents::{AgentRow, UNLINKED};
use serde_json::{Map, Value, json};

use super::connection::{ADDRESS, of};
use super::convert::{named, trouble};
use super::remote::{LETTA, agent_value, fields_of, sorted};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{AgentEdit, Plan, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::{Actor, ApiError, ApiResult, agents, settings};

pub(super) fn words(action: &str, check: &str) -> Words {
    Words {
        undo: "With Undo or from Activity, as long as nobody changed it since.".to_owned(),
        action: action.to_owned(),
        command: None,
        checks: vec![(StatusWord::Healthy, check.to_owned())],
        notes: Vec::new(),
    }
}

pub(super) fn nothing() -> ApiError {
    ApiError::refused("nothing_to_change", "Everything is so already.", "Change something first.")
}

impl App {
    /// The plan that links an agent to one in Letta, and tells its modules.
    ///
    /// # Errors
    /// `letta_taken` where another agent here is linked to it, `letta_missing` where Letta has no such agent.
    pub async fn agent_link_plan(&self, actor: &Actor, uid: &str, letta_id: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let server = of(&open).await?;
        let there = server.agent(letta_id).await.map_err(|error| trouble(&error))?;
        let blocks =
            if server.features().blocks { server.blocks(letta_id).await.unwrap_or_default() } else { Vec::new() };
        let (app, who, uid) = (self.clone(), actor.clone(), uid.to_owned());
        blocking(move || {
            let row = agents::visible(&open, &who, &uid)?;
            let title = format!("Link {} to {} in Letta", row.title(), named(&there.name));
            let (plan, mut said, aside) = linking(&open, &who, &row, Some(&there.id), &title)?;
            "Link".clone_into(&mut said.action);
            said.checks.extend(own_human(&agents::modules(&open, &row)?, &blocks));
            Ok(app.0.plans.keep_aside(plan, said, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that forgets the link. The agent in Letta stays as it is.
    ///
    /// # Errors
    /// `agent_unlinked` where there is none.
    pub async fn agent_unlink_plan(&self, actor: &Actor, uid: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, uid) = (self.clone(), actor.clone(), uid.to_owned());
        blocking(move || {
            let row = agents::visible(&open, &who, &uid)?;
            linked(&row)?;
            let title = format!("Unlink {} from Letta", row.title());
            let (plan, mut said, aside) = linking(&open, &who, &row, None, &title)?;
            "Unlink".clone_into(&mut said.action);
            Ok(app.0.plans.keep_aside(plan, said, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that changes an agent, on both sides where it is linked.
    ///
    /// # Errors
    /// `agent_unknown`, `nothing_to_change`, `agent_unlinked` where only Letta could keep it, and what Letta says.
    pub async fn agent_edit_plan(&self, actor: &Actor, uid: &str, edit: &AgentEdit) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (at, who, name) = (open.clone(), actor.clone(), uid.to_owned());
        let row = blocking(move || agents::visible(&at, &who, &name)).await?;
        let fields = fields(edit);
        let only_there = edit.model.is_some() || edit.system.is_some() || edit.tags.is_some();
        let before = match row.letta().filter(|_| !fields.is_empty()) {
            None if only_there => return Err(unlinked(&row)),
            None => None,
            Some(id) => match of(&open).await?.agent(id).await {
                Ok(agent) => Some(agent),
                // What is kept here may change although Letta lost its side.
                Err(Trouble::Missing { .. }) if !only_there => None,
                Err(error) => return Err(trouble(&error)),
            },
        };
        let (app, who, edit) = (self.clone(), actor.clone(), edit.clone());
        blocking(move || {
            let mut planner = open.planner();
            planner.icon("users");
            planner.group("Registry");
            let own = agents::edited(&open, &row, &edit)?;
            if !own.0.is_empty() {
                let key = Row::new().with("uid", row.uid.as_str());
                planner.registry_put("agents", key, own, &format!("Change {}", row.title()))?;
            }
            if let (Some(agent), Some(id)) = (&before, row.letta()) {
                planner.group("Letta");
                let all: Vec<&str> = fields.keys().map(String::as_str).collect();
                let was = agent_value(agent, &all);
                let differs = |(key, value): &(&String, &Value)| was.get(key.as_str()) != Some(*value);
                let after: Map<String, Value> =
                    fields.iter().filter(differs).map(|(key, value)| (key.clone(), value.clone())).collect();
                let keys: Vec<&str> = after.keys().map(String::as_str).collect();
                let (before, what) = (agent_value(agent, &keys), fields_of(id, &after));
                let target = format!("Letta · {}", named(&agent.name));
                planner.remote((LETTA, &target), what, (before, Value::Object(after)), "Change the agent in Letta")?;
            }
            if planner.steps().is_empty() {
                return Err(nothing());
            }
            let name = edit.name.as_deref().unwrap_or(row.title()).trim().to_owned();
            let title = if name == row.title() {
                format!("Change {name}")
            } else {
                format!("Rename {} to {name}", row.title())
            };
            let plan = planner.finish(&title, "Nothing has been written yet.");
            let said = words(
                "Change",
                if before.is_some() { "Both sides were read just now" } else { "It was read just now" },
            );
            Ok(app.0.plans.keep(plan, said, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that puts an agent aside, or brings it back. Nothing in Letta changes.
    ///
    /// # Errors
    /// `agent_unknown`, `nothing_to_change`.
    pub async fn agent_archive_plan(&self, actor: &Actor, uid: &str, archived: bool) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, uid) = (self.clone(), actor.clone(), uid.to_owned());
        blocking(move || {
            let row = agents::visible(&open, &who, &uid)?;
            let mut planner = open.planner();
            planner.icon("users");
            planner.group("Registry");
            let verb = if archived { "Archive" } else { "Bring back" };
            let title = format!("{verb} {}", row.title());
            let key = Row::new().with("uid", row.uid.as_str());
            if row.is_active != archived {
                return Err(nothing());
            }
            planner.registry_put("agents", key, Row::new().with("is_active", i64::from(!archived)), &title)?;
            let plan = planner.finish(&title, "Its files, its modules and its agent in Letta stay as they are.");
            let said = words(verb, "Nothing of it is stopped or moved");
            Ok(app.0.plans.keep(plan, said, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

fn fields(edit: &AgentEdit) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("name", edit.name.as_ref().map(|name| json!(name.trim())));
    put("description", edit.description.as_ref().map(|text| json!(text.trim())));
    put("model", edit.model.clone().map(Value::String));
    put("system", edit.system.clone().map(Value::String));
    put("tags", edit.tags.clone().map(|tags| json!(sorted(tags))));
    fields
}

pub(super) fn unlinked(row: &AgentRow) -> ApiError {
    ApiError::refused(
        "agent_unlinked",
        format!("{} is not linked to an agent in Letta.", row.title()),
        "Link it, or create its side in Letta first.",
    )
}

pub(super) fn linked(row: &AgentRow) -> ApiResult<&str> {
    row.letta().ok_or_else(|| unlinked(row))
}

/// Whether Broca is among the modules: it attaches a block `human` for every person itself.
pub(super) fn has_broca(modules: &[String]) -> bool {
    modules.iter().any(|module| matches!(module.as_str(), "broca2" | "broca"))
}

fn own_human(modules: &[String], blocks: &[Block]) -> Option<(StatusWord, String)> {
    let own = has_broca(modules) && blocks.iter().any(|block| block.label == "human");
    let words = "It has a memory “human” of its own. Broca attaches one for every person, and Letta refuses a second of that \
                 label: detach it, or no message is answered";
    own.then(|| (StatusWord::Degraded, words.to_owned()))
}

/// No two agents here speak for one in Letta.
pub(super) fn must_be_free(open: &Open, id: &str, row: Option<&AgentRow>) -> ApiResult<()> {
    let all = open.registry().read(sanctum_registry::agents::all)?;
    match all.iter().find(|other| other.letta() == Some(id) && row.is_none_or(|row| row.id != other.id)) {
        None => Ok(()),
        Some(other) => Err(ApiError::refused(
            "letta_taken",
            format!("{} is linked to that agent already.", other.title()),
            "Unlink it there first, or choose another one.",
        )),
    }
}

/// Where Letta answers, as the registry says.
pub(super) fn address(open: &Open) -> ApiResult<Option<String>> {
    let row = open.registry().read(|c| sanctum_registry::system_config::by_key(c, ADDRESS))?;
    Ok(row.and_then(|row| row.config_value).filter(|url| !url.is_empty()))
}

/// What the modules of an agent are told of its side in Letta.
pub(crate) fn told(open: &Open, letta: Option<&str>) -> ApiResult<[(&'static str, Option<String>); 2]> {
    let endpoint = if letta.is_some() { address(open)? } else { None };
    Ok([("AGENT_ID", letta.map(str::to_owned)), ("AGENT_ENDPOINT", endpoint)])
}

/// The registry row and what the agent's modules are told.
pub(super) fn linking(
    open: &Open,
    who: &Actor,
    row: &AgentRow,
    letta: Option<&str>,
    title: &str,
) -> ApiResult<(sanctum_change::Plan, Words, Aside)> {
    if letta == row.letta() {
        return Err(nothing());
    }
    if let Some(id) = letta {
        must_be_free(open, id, Some(row))?;
    }
    let more = |planner: &mut Planner<'_>| -> ApiResult<()> {
        planner.group("Registry");
        let value = letta.map_or_else(|| format!("{UNLINKED}{}", row.uid), str::to_owned);
        let (key, said) = (Row::new().with("uid", row.uid.as_str()), Row::new().with("letta_uid", value));
        Ok(planner.registry_put("agents", key, said, &format!("Record the Letta agent of {}", row.title()))?)
    };
    let values = told(open, letta)?;
    let (plan, told, aside) = settings::plan_for_agent(open, who, row, &values, title, &more)?;
    let mut said = words("Apply", "Nobody else here speaks for it");
    said.checks.extend(told.checks.into_iter().filter(|(word, _)| *word != StatusWord::Healthy));
    said.notes = told.notes;
    Ok((plan, said, aside))
}
