//! The plans that add and remove a Prime.

use std::collections::BTreeSet;

use sanctum_change::{Planner, Row};
use sanctum_install::catalogue::{Catalogue, Known};
use sanctum_install::layout;
use sanctum_install::names::{self, AgentUid};
use sanctum_install::ports::OsPorts;
use sanctum_registry::agents;

use super::{find, must_not_run, taken, unknown};
use crate::dto::{AgentDraft, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::settings::{self, Joining, Snapshot, Whose};
use crate::setup::{self, PortPolicy};
use crate::{Actor, ApiError, ApiResult, modules};

/// What an agent is beside its folder and modules.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extras {
    /// Its agent in Letta; `None` links none.
    pub letta: Option<String>,
    /// Where that answers.
    pub address: Option<String>,
    pub color: Option<u32>,
    pub avatar: Option<String>,
    pub visible_to_users: Option<String>,
    pub visible_to_roles: Option<String>,
}

/// A module of the catalogue that an agent can have.
///
/// # Errors
/// `module_unknown` with those there are.
pub(crate) fn known_module(name: &str) -> ApiResult<&'static Known> {
    let mut all = Catalogue::builtin().agent_modules();
    all.retain(|known| known.entry.is_some());
    all.iter().find(|known| known.name == name).copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
        ApiError::refused(
            "module_unknown",
            format!("There is no module `{name}` that an agent can have."),
            format!("Choose from {}.", names.join(", ")),
        )
    })
}

/// The plan that adds an agent: folder, files, rows.
pub(crate) fn add(
    open: &Open,
    actor: &Actor,
    draft: &AgentDraft,
    policy: PortPolicy,
    extras: &Extras,
) -> ApiResult<(sanctum_change::Plan, Words)> {
    if open.is_adopted() {
        return Err(ApiError::refused(
            "install_adopted",
            "This Sanctum was taken over to be left as it is, so no agent is added to it.",
            "Add it by the means it was made with, or set up a Sanctum of its own (`sanctumctl setup --root FOLDER`) and add it there.",
        ));
    }
    let all = taken(open)?;
    let uid = match &draft.uid {
        Some(uid) => {
            let wanted = AgentUid::parse(uid)?;
            if all.iter().any(|(other, _)| other == wanted.as_str()) {
                return Err(names::check_name(uid, &all).err().map_or_else(|| unknown(uid), Into::into));
            }
            wanted
        }
        None => names::check_name(&draft.name, &all)?,
    };
    let name = draft.name.trim().to_owned();
    let index = u32::try_from(open.registry().read(agents::next_index)?).unwrap_or(u32::MAX);
    let mut reserved: BTreeSet<u16> = setup::reserved(open.registry())?;
    let mut modules = Vec::new();
    for module in &draft.modules {
        known_module(module)?;
        modules.push((module.clone(), setup::assign(&mut reserved, index, module, policy, &OsPorts)?));
    }
    let seat = setup::Seat {
        uid,
        name: name.clone(),
        description: draft.description.trim().to_owned(),
        index,
        modules,
        places: std::collections::BTreeMap::new(),
    };
    let mut planner = Planner::new(open.root(), Some(open.registry()));
    planner.icon("users");
    layout::propose_agent(&mut planner, &setup::new_agent(&seat, open.root())).map_err(setup::layout_refused)?;
    planner.group("Registry");
    let maker = serde_json::Value::from(actor.user_id);
    setup::agent_rows(&mut planner, open.env(), &seat, &seat.uid.folder(), extras.letta.as_deref(), &maker)?;
    let own = extras.row()?;
    if !own.0.is_empty() {
        let key = Row::new().with("uid", seat.uid.as_str());
        planner.registry_put("agents", key, own, &format!("Keep how {name} looks and who sees it"))?;
    }
    let first = match &extras.letta {
        Some(id) => vec![("AGENT_ID", Some(id.clone())), ("AGENT_ENDPOINT", extras.address.clone())],
        None => Vec::new(),
    };
    let (snap, whose) = (Snapshot::of(open)?, Whose::planned(&seat));
    let mut untold = Vec::new();
    for (module, _) in &seat.modules {
        let path = format!("{}/{module}", seat.uid.folder());
        let joining = Joining { agent: &whose, known: known_module(module)?, path: &path, first: &first };
        untold.extend(settings::tell_joining(&mut planner, open, &snap, &joining, actor.user_id)?);
    }
    let ports: Vec<String> =
        seat.modules.iter().filter_map(|(m, a)| a.as_ref().map(|a| format!("{m} on {}", a.port))).collect();
    let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
    let summary =
        format!("In {}, with {}. Nothing has been written yet.", seat.uid.folder(), crate::words::list(&ports));
    let mut checks = vec![(StatusWord::Healthy, format!("No agent is called {name} yet"))];
    for (module, a) in seat.modules.iter().filter_map(|(m, a)| Some((m, a.as_ref()?))) {
        checks.push(match a.moved_from {
            None => (StatusWord::Healthy, format!("Port {} is free for {module}", a.port)),
            Some(from) => (
                StatusWord::Degraded,
                format!(
                    "{module} gets {} instead of {from}{}",
                    a.port,
                    setup::holder(a).map(|h| format!(", held by {h}")).unwrap_or_default()
                ),
            ),
        });
    }
    checks.extend(untold);
    let quoted = layout::quote(&name).unwrap_or_else(|_| "…".to_owned());
    let words = Words {
        undo: "With Undo or from Activity, as long as nobody changed its files.".to_owned(),
        action: format!("Add {name}"),
        command: Some(format!("sanctumctl agents add {quoted} --modules {} --yes", draft.modules.join(","))),
        checks,
        notes: vec!["Nothing was started.".to_owned()],
    };
    Ok((planner.finish(&format!("Add {name}"), &summary), words))
}

/// The plan that removes an agent: its folder to the trash, its rows out of the registry. Conversations stay, without it.
pub(crate) fn remove(open: &Open, uid: &str) -> ApiResult<(sanctum_change::Plan, Words)> {
    let row = find(open, uid)?;
    let name = row.title().to_owned();
    if open.is_adopted() {
        return Err(ApiError::refused(
            "install_adopted",
            "This Sanctum was taken over to be left as it is, so no agent is removed from it.",
            format!(
                "Put it aside here (`sanctumctl agents archive {}`), or remove it by the means it was made with.",
                row.uid
            ),
        ));
    }
    if matches!(row.path.as_str(), "" | ".") {
        return Err(ApiError::refused(
            "agent_is_the_root",
            format!("The folder of {name} is the Sanctum itself, so it cannot be removed from here."),
            "Remove the whole folder by hand, where that is what you want.",
        ));
    }
    must_not_run(open, &row.uid)?;
    let mut planner = open.planner();
    planner.icon("users");
    let own = modules_of(open, row.id)?;
    for instance in &own {
        modules::propose_away(&mut planner, open, instance)?;
    }
    let folder = open.root().join(&row.path);
    let (files, bytes) = weigh(&folder);
    if folder.symlink_metadata().is_ok() {
        planner.group("Files");
        planner.trash(&row.path, &format!("Move {} to the trash", row.path))?;
    }
    planner.group("Registry");
    let below = format!("{}/", row.path);
    for written in open.registry().read(sanctum_registry::settings_written::all)? {
        if written.file.starts_with(&below) {
            let key = Row::new().with("file", written.file.as_str()).with("key", written.key.as_str());
            planner.registry_delete(
                "settings_written",
                key,
                &format!("Forget what was written for {}", written.key),
            )?;
        }
    }
    for chat in open.registry().read(|c| sanctum_registry::web_chat::of_agent(c, row.id))? {
        let (key, alone) = (Row::new().with("id", chat.id), Row::new().with("agent_id", serde_json::Value::Null));
        planner.registry_put(
            "web_chat_sessions",
            key,
            alone,
            &format!("Keep a conversation with {name} without it"),
        )?;
    }
    for instance in &own {
        modules::propose_forgotten(&mut planner, open, instance)?;
    }
    setup::forget_agent_rows(&mut planner, &row.uid, &name)?;
    let size = format!("{}, {}", crate::words::count(files, "file", "files"), setup::size(bytes));
    let trash = open.env().short(&open.registry().path().with_file_name("trash"));
    let summary =
        format!("Its folder with {size} goes to this Sanctum’s trash, {trash}. Nothing has been written yet.");
    let words = Words {
        undo: "With Undo or from Activity, until the trash is emptied.".to_owned(),
        action: format!("Remove {name}"),
        command: Some(format!("sanctumctl agents remove {} --yes", row.uid)),
        checks: std::iter::once("Nobody listens on its ports, and no process works in its folder".to_owned())
            .chain(own.iter().filter(|instance| instance.run.by_system).map(modules::away))
            .map(|words| (StatusWord::Healthy, words))
            .collect(),
        notes: match row.letta() {
            Some(_) => vec!["The agent on the Letta server was not touched.".to_owned()],
            None => Vec::new(),
        },
    };
    Ok((planner.finish(&format!("Remove {name}"), &summary), words))
}

/// The instances of an agent.
pub(super) fn modules_of(open: &Open, agent: i64) -> ApiResult<Vec<modules::Instance>> {
    let mut all = modules::all_instances(open, &*Snapshot::of(open)?)?;
    all.retain(|instance| instance.agent.as_ref().is_some_and(|(id, ..)| *id == agent));
    Ok(all)
}

/// Files below a folder, and their bytes.
pub(crate) fn weigh(folder: &std::path::Path) -> (usize, u64) {
    let Ok(entries) = std::fs::read_dir(folder) else { return (0, 0) };
    entries.flatten().fold((0, 0), |(files, bytes), entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => {
            let (f, b) = weigh(&entry.path());
            (files + f, bytes + b)
        }
        Ok(meta) => (files + 1, bytes + meta.len()),
        Err(_) => (files, bytes),
    })
}
