//! What an agent's modules are told of its Letta side: keys of the agent's level, through the same plan as any setting.
//!
//! A module that says otherwise itself keeps what it says, and the plan tells of it. Modules whose schemas do not name a key never get
//! it. What those of a new agent are told is next door (`joined.rs`).

use sanctum_change::Planner;
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

/// What the steps so far write into a file.
pub(super) fn planned_file(planner: &Planner<'_>, file: &str) -> Option<Vec<u8>> {
    planner.steps().iter().rev().find_map(|step| match &step.action {
        sanctum_change::Action::WriteFile { path, after, .. } if path.as_str() == file => Some(after.clone()),
        _ => None,
    })
}
