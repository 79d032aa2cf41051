//! What an agent's modules are told of its Letta side: keys of the agent's level, through the same plan as any setting.
//!
//! For agents whose folders are there and for new ones, whose files the same plan writes. A module that says otherwise itself
//! keeps what it says, and the plan tells of it. Modules whose schemas do not name a key never get it.

use sanctum_change::{Planner, Row};
use sanctum_config::EnvFile;
use sanctum_install::catalogue::Catalogue;
use sanctum_registry::agents::AgentRow;
use serde_json::Value;

use super::draft::Draft;
use super::planned::finish;
use super::propose::{self, Told};
use super::snapshot::Snapshot;
use super::world::{Home, Stored};
use crate::dto::StatusWord;
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::setup::Seat;
use crate::{Actor, ApiResult};

/// One key of the agent's level; `None` takes it away.
type ToldValue = (&'static str, Option<String>);

/// The plan of `more`, and of what the agent's modules are told with it.
pub(crate) fn plan_for_agent(
    open: &Open,
    who: &Actor,
    row: &AgentRow,
    values: &[ToldValue],
    title: &str,
    more: &dyn Fn(&mut Planner<'_>) -> ApiResult<()>,
) -> ApiResult<(sanctum_change::Plan, Words, Aside)> {
    let snap = Snapshot::of(open)?;
    let mut draft = Draft::default();
    let mut refused = Vec::new();
    if let Ok(target) = snap.find(&format!("a:{}", row.uid)) {
        let view = snap.view(target, None);
        for (key, value) in values {
            let Some(field) = view.field(key) else { continue };
            let home = Home::Agent(row.id);
            let stored = value.clone().map(|text| Stored {
                value: Value::String(text),
                secret: false,
                who: Some(who.user_id),
                when: None,
            });
            let said = snap.world.said(&home, target.key_in(&home, field), &field.pointer);
            if said.map(|one| one.value) == stored.as_ref().map(|one| one.value.clone()) {
                continue;
            }
            let fault = stored.as_ref().and_then(|one| sanctum_config::check_field(field, &one.value));
            if let Some(why) = fault {
                refused.push((StatusWord::Degraded, format!("{} is not told to the modules: {why}", field.title)));
                continue;
            }
            draft.told.push(Told {
                id: field.key.clone(),
                key: target.key_in(&home, field).to_owned(),
                pointer: field.pointer.clone(),
                title: field.title.clone(),
                home,
                stored,
                by_environment: view.by_environment(field),
            });
        }
    }
    let mut planner = open.planner();
    planner.icon("users");
    let mut aside = Aside::default();
    if draft.told.is_empty() {
        more(&mut planner)?;
        let plan = planner.finish(title, "No module gets another value. Nothing has been written yet.");
        let words = Words { checks: refused, ..Words::default() };
        return Ok((plan, words, aside));
    }
    let (world, out, _) = draft.work_out(&snap);
    propose::steps(&mut planner, open, &snap, &world, &draft.told, &out, &mut aside.secrets, who.user_id)?;
    more(&mut planner)?;
    let (plan, mut words) = finish(planner, open, &snap, who, &draft, &out, title, "")?;
    words.checks.extend(refused);
    Ok((plan, words, aside))
}

/// Tells the modules of an agent that is only planned: the rows of its level, and its files as the plan so far leaves them.
pub(crate) fn tell_new(
    planner: &mut Planner<'_>,
    open: &Open,
    seat: &Seat,
    values: &[ToldValue],
    maker: i64,
) -> ApiResult<()> {
    let agent = Row::reference("agents", Row::new().with("uid", seat.uid.as_str()), "id");
    for (key, value) in values.iter().filter_map(|(key, value)| Some((*key, value.as_deref()?))) {
        let knows = |module: &&(String, _)| {
            let known = Catalogue::builtin().get(&module.0);
            let field = known.and_then(|known| known.config_schema.pointer(&format!("/properties/{key}")));
            field.is_some_and(|field| field.get("x-dead").is_none())
        };
        let told: Vec<String> = seat.modules.iter().filter(knows).map(|(module, _)| module.clone()).collect();
        if told.is_empty() {
            continue;
        }
        planner.group("Registry");
        let row = Row::new()
            .with("config_value", value)
            .with("config_type", "string")
            .with("is_encrypted", 0)
            .with("created_by", maker);
        let at = Row::new().with("agent_id", agent.clone()).with("config_key", key);
        planner.registry_put("agent_configs", at, row, &format!("Set {key}"))?;
        for module in told {
            let file = format!("{}/{module}/config/.env", seat.uid.folder());
            let Some(bytes) = planned_file(planner, &file) else { continue };
            let mut env = EnvFile::parse(&bytes);
            if env.set(key, value).is_err() {
                continue;
            }
            planner.group(&format!("{} · {module}", seat.name));
            planner.write_file(&file, env.to_bytes(), 0o600, &format!("Write {key}"))?;
            planner.group("Registry");
            let written = Row::new()
                .with("value", value)
                .with("delivery", "file")
                .with("restart", 1)
                .with("created_by", maker)
                .with("written_at", sanctum_registry::stamp(open.env().now()));
            let at = Row::new().with("file", file.as_str()).with("key", key);
            planner.registry_put(
                "settings_written",
                at,
                written,
                &format!("Remember what {module} says about {key}"),
            )?;
        }
    }
    Ok(())
}

/// What the steps so far write into a file.
pub(super) fn planned_file(planner: &Planner<'_>, file: &str) -> Option<Vec<u8>> {
    planner.steps().iter().rev().find_map(|step| match &step.action {
        sanctum_change::Action::WriteFile { path, after, .. } if path.as_str() == file => Some(after.clone()),
        _ => None,
    })
}
