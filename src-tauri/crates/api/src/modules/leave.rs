//! The plan that takes one module from an agent: its folder to the trash, its rows out of the registry. Others stay as they are.

use sanctum_change::Row;
use sanctum_registry::settings_written;

use super::instances::{self, Instance};
use super::system;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, ChatWay, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, agents, setup};

impl App {
    /// The plan of removing a module from its agent.
    ///
    /// # Errors
    /// `not_allowed`, `module_unknown`, `module_shared` for a service, `module_unrecorded` for what is only found on disk,
    /// `module_holds_others`, `module_running`.
    pub async fn module_remove_plan(&self, actor: &Actor, id: &str) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &id)?;
            let (plan, words) = plan(&open, &snap, &instance)?;
            Ok(app.0.plans.keep_while(plan, words, Some(actor.user_id), open.env().now(), Some(instance.address)))
        })
        .await
    }
}

/// A module in whose folder something works, or on whose port somebody listens, is not moved away under it.
///
/// # Errors
/// `module_running` with who it is, `module_unknown` where it went meanwhile.
pub(crate) fn must_not_run(open: &Open, address: &str) -> ApiResult<()> {
    let snap = Snapshot::of(open)?;
    let all = instances::all(open, &snap)?;
    let instance = all.iter().find(|instance| instance.address == address).ok_or_else(|| {
        ApiError::refused("module_unknown", format!("There is no `{address}` any more."), "Look at the list again.")
    })?;
    let hint = "Stop it first; then remove it.";
    agents::must_be_still(open, &instance.named, &instance.dir, instance.port, hint)?;
    match system::busy(open, instance) {
        Some(who) => Err(refuse("module_running", format!("{who}."), hint)),
        None => Ok(()),
    }
}

fn refuse(code: &str, message: String, hint: &str) -> ApiError {
    ApiError::refused(code, message, hint)
}

fn plan(open: &Open, snap: &Snapshot, instance: &Instance) -> ApiResult<(sanctum_change::Plan, Words)> {
    let (named, path) = (&instance.named, instance.path.as_str());
    let Some((agent_id, ..)) = &instance.agent else {
        let hint = "What added it can be undone from Activity.";
        return Err(refuse(
            "module_shared",
            format!("{named} is shared by all agents and is not removed alone."),
            hint,
        ));
    };
    let recorded = snap.rows.instances.iter().any(|row| row.path.as_deref() == Some(path));
    if !recorded || open.is_adopted() {
        let hint = "Remove its folder by hand, where that is what you want.";
        return Err(refuse(
            "module_unrecorded",
            format!("{named} was found on disk and is shown as it is; nothing of it is removed from here."),
            hint,
        ));
    }
    let agent = snap.rows.agents.iter().find(|row| row.id == *agent_id);
    let inside = |other: &str| other == path || other.starts_with(&format!("{path}/"));
    let other = |at: &Option<String>| at.as_deref().is_some_and(|at| at != path && inside(at));
    if matches!(path, "" | ".")
        || agent.is_some_and(|agent| inside(&agent.path))
        || snap.rows.instances.iter().any(|row| other(&row.path))
    {
        let hint = "Remove it by hand, where that is what you want.";
        return Err(refuse(
            "module_holds_others",
            format!("The folder of {named}, `{path}`, holds more than it."),
            hint,
        ));
    }
    must_not_run(open, &instance.address)?;
    let (files, bytes) = agents::weigh(&instance.dir);
    let mut planner = open.planner();
    planner.icon("module");
    system::propose_away(&mut planner, open, instance)?;
    if instance.dir.symlink_metadata().is_ok() {
        planner.group("Files");
        planner.trash(path, &format!("Move {path} to the trash"))?;
    }
    planner.group("Registry");
    for written in open.registry().read(settings_written::all)?.iter().filter(|written| inside(&written.file)) {
        let key = Row::new().with("file", written.file.as_str()).with("key", written.key.as_str());
        planner.registry_delete("settings_written", key, &format!("Forget what was written for {}", written.key))?;
    }
    if let Some(port) = instance.port {
        planner.registry_delete("ports", Row::new().with("port", port), &format!("Give port {port} back"))?;
    }
    system::propose_forgotten(&mut planner, open, instance)?;
    planner.registry_delete("tool_instances", Row::new().with("path", path), &format!("Forget {named}"))?;
    let mut checks =
        vec![(StatusWord::Healthy, "Nobody listens on its port, and no process works in its folder".to_owned())];
    if instance.run.by_system {
        checks.push((StatusWord::Healthy, system::away(instance)));
    }
    let by_broca =
        instance.module == "broca2" && agent.is_some_and(|agent| agents::Profile::of(agent).way == ChatWay::Broca);
    if let (true, Some(agent)) = (by_broca, agent) {
        checks.push((
            StatusWord::Degraded,
            format!("{0} is talked to through it; choose another way on the page of {0}", agent.title()),
        ));
    }
    let size = format!("{}, {}", crate::words::count(files, "file", "files"), setup::size(bytes));
    let trash = open.env().short(&open.registry().path().with_file_name("trash"));
    let summary = format!(
        "Its folder with {size} goes to this Sanctum’s trash, {trash}. Other modules stay as they are. Nothing has been written yet."
    );
    let quoted = sanctum_install::layout::quote(&instance.address).unwrap_or_else(|_| "…".to_owned());
    let words = Words {
        undo: "With Undo or from Activity, until the trash is emptied.".to_owned(),
        action: format!("Remove {}", instance.title),
        command: Some(format!("sanctumctl modules remove {quoted} --yes")),
        checks,
        notes: Vec::new(),
    };
    Ok((planner.finish(&format!("Remove {named}"), &summary), words))
}
