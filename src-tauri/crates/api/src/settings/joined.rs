//! What a module that joins an agent, or comes with a new one, is told from the start: everything that the levels above it say already.
//!
//! Its files are only planned. Where the layout writes a key itself, that line stays, as in every file that says a key itself.
//! Secrets reach it at its start; its start script then asks for them.

use std::sync::Arc;

use sanctum_change::{Planner, Row};
use sanctum_config::EnvFile;
use sanctum_config::resolve::Level;
use sanctum_install::catalogue::Known;
use sanctum_install::layout;
use sanctum_registry::agents::AgentRow;
use serde_json::Value;

use super::linked::planned_file;
use super::snapshot::Snapshot;
use super::target::{Shape, Sort, Target};
use super::view::{Want, no_claims};
use super::world::{Home, Stored};
use crate::ApiResult;
use crate::dto::StatusWord;
use crate::open::Open;
use crate::setup::Seat;

/// The agent that one joins.
pub(crate) struct Whose<'a> {
    /// Its number; one that is only planned has none.
    id: Option<i64>,
    uid: &'a str,
    title: &'a str,
    /// What rows of its level refer to.
    row: Value,
}

impl<'a> Whose<'a> {
    pub fn there(agent: &'a AgentRow) -> Self {
        Self { id: Some(agent.id), uid: &agent.uid, title: agent.title(), row: agent.id.into() }
    }

    pub fn planned(seat: &'a Seat) -> Self {
        let row = Row::reference("agents", Row::new().with("uid", seat.uid.as_str()), "id");
        Self { id: None, uid: seat.uid.as_str(), title: &seat.name, row }
    }

    /// No agent has this number that is not there.
    fn number(&self) -> i64 {
        self.id.unwrap_or(-1)
    }
}

/// A module on its way into an agent's folder.
pub(crate) struct Joining<'a> {
    pub agent: &'a Whose<'a>,
    pub known: &'static Known,
    /// Its folder, relative to the root.
    pub path: &'a str,
    /// Keys that the agent's level says from now on where it does not yet.
    pub first: &'a [(&'static str, Option<String>)],
}

/// Adds what it is told to the steps that make it. What could not be told is said.
pub(crate) fn tell_joining(
    planner: &mut Planner<'_>,
    open: &Open,
    snap: &Snapshot,
    joining: &Joining<'_>,
    maker: i64,
) -> ApiResult<Vec<(StatusWord, String)>> {
    let (agent, known) = (joining.agent, joining.known);
    let target = target(snap, joining);
    let home = Home::Agent(agent.number());
    let mut world = snap.world.clone();
    for (key, text) in joining.first.iter().filter_map(|(key, text)| Some((*key, text.as_deref()?))) {
        let knows = target.shape.schema.fields.iter().find(|field| field.key == key && field.dead.is_none());
        let Some(field) = knows.filter(|field| world.said(&home, key, &field.pointer).is_none()) else { continue };
        let stored = Stored { value: Value::from(text), secret: false, who: Some(maker), when: None };
        world.tell(&home, key, &field.pointer, Some(stored));
        planner.group("Registry");
        let row = Row::new()
            .with("config_value", text)
            .with("config_type", "string")
            .with("is_encrypted", 0)
            .with("created_by", maker);
        let at = Row::new().with("agent_id", agent.row.clone()).with("config_key", key);
        planner.registry_put("agent_configs", at, row, &format!("Set {key}"))?;
    }
    let view = snap.view_in(&world, &target, None, no_claims());
    let file = format!("{}/config/.env", joining.path);
    let Some(bytes) = planned_file(planner, &file) else { return Ok(Vec::new()) };
    let mut env = EnvFile::parse(&bytes);
    let (mut told, mut said, mut secrets) = (Vec::new(), Vec::new(), false);
    for field in view.fields().filter(|field| field.database.is_none()) {
        let Some((_, level)) = view.effective(field) else { continue };
        let Some(spot) = view.spot(field).filter(|spot| spot.file == file) else { continue };
        secrets |= field.secret;
        let own = env.get(&spot.key).is_some_and(|entry| !entry.value.is_empty());
        let Want::Text(text) = view.want(field, false) else { continue };
        if level == Level::Default || own {
            continue;
        }
        match env.set(&spot.key, &text) {
            Ok(()) => told.push((spot.key, text, field.restart)),
            Err(why) => said
                .push((StatusWord::Degraded, format!("{} is not told to it: {why} Set it on its page.", field.title))),
        }
    }
    let whose = format!("{} · {}", agent.title, known.title);
    if !told.is_empty() {
        planner.group(&whose);
        let count = crate::words::count(told.len(), "setting", "settings");
        planner.write_file(&file, env.to_bytes(), 0o600, &format!("Write {count} of the levels above"))?;
    }
    if let Some(ours) = layout::start_scripts(&known.name).filter(|_| secrets) {
        planner.group(&whose);
        let script = format!("{}/run/start.sh", joining.path);
        planner.write_file(&script, ours.with_secrets, 0o700, "Start it with its secrets")?;
    }
    planner.group("Registry");
    for (key, text, restart) in told {
        let row = Row::new()
            .with("value", text)
            .with("delivery", "file")
            .with("restart", i64::from(restart))
            .with("created_by", maker)
            .with("written_at", sanctum_registry::stamp(open.env().now()));
        let at = Row::new().with("file", file.as_str()).with("key", key.as_str());
        planner.registry_put("settings_written", at, row, &format!("Remember what it says about {key}"))?;
    }
    Ok(said)
}

/// It as it will be.
fn target(snap: &Snapshot, joining: &Joining<'_>) -> Target {
    let (agent, known) = (joining.agent, joining.known);
    Target {
        id: format!("p:{}", joining.path),
        address: format!("{}/{}", agent.uid, known.name),
        name: known.name.clone(),
        title: known.title.clone(),
        sort: Sort::Instance,
        agent: Some((agent.number(), agent.uid.to_owned(), agent.title.to_owned())),
        tool_id: snap.rows.tools.iter().find(|tool| tool.slug == known.name).map(|tool| tool.id),
        tool_title: known.title.clone(),
        path: Some(joining.path.to_owned()),
        recorded: false,
        shape: Arc::new(Shape::new(known.config_schema.clone())),
        tab: format!("agent:{}", agent.uid),
    }
}
