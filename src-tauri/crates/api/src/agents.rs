//! The agent list, adding a Prime and removing one.

use std::collections::BTreeSet;

use sanctum_change::Planner;
use sanctum_install::layout;
use sanctum_install::names::{self, AgentUid};
use sanctum_install::ports::OsPorts;
use sanctum_registry::agents::{self, AgentRow as Stored};

use crate::app::App;
use crate::blocking::blocking;
use crate::cards;
use crate::dto::{
    self, AgentDetail, AgentDraft, AgentRow, CatalogueModule, Fact, NameVerdict, Page, Status, StatusWord,
};
use crate::open::Open;
use crate::plan::{Words, lock};
use crate::setup::{self, PortPolicy};
use crate::{Actor, ApiError, ApiResult, stamps};

/// Rows of one page at most.
const MOST: u32 = 500;

impl App {
    /// One page of the agents that the actor may see.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn agents_list(&self, actor: &Actor, query: &str, offset: u32, limit: u32) -> ApiResult<Page<AgentRow>> {
        let open = self.opened().await?;
        let (viewer, query) = (cards::viewer(actor), query.to_owned());
        blocking(move || {
            let (rows, total) = open.registry().read(|c| agents::page(c, &query, &viewer, offset, limit.min(MOST)))?;
            Ok(Page { items: rows.into_iter().map(|row| shown(&open, row)).collect(), total })
        })
        .await
    }

    /// One agent with its facts.
    ///
    /// # Errors
    /// `agent_unknown` for one that is gone or that the actor may not see.
    pub async fn agent_get(&self, actor: &Actor, uid: &str) -> ApiResult<AgentDetail> {
        let open = self.opened().await?;
        let (viewer, uid) = (cards::viewer(actor), uid.to_owned());
        blocking(move || {
            let row = find(&open, &uid)?;
            let seen = open.registry().read(|c| agents::is_visible(c, row.id, &viewer))?;
            if !seen {
                return Err(unknown(&uid));
            }
            let by = open.registry().read(|c| sanctum_registry::users::get(c, row.created_by))?;
            let letta = row.letta().map(str::to_owned);
            let agent = shown(&open, row);
            let fact = |name: &str, value: String, mono: bool| Fact { name: name.to_owned(), value, mono };
            let mut facts = vec![
                fact("Identifier", agent.uid.clone(), true),
                fact("Folder", agent.path.clone(), true),
                fact("Letta agent", letta.unwrap_or_else(|| "not linked".to_owned()), agent.letta_uid.is_some()),
            ];
            facts.extend(by.map(|user| fact("Added by", user.username, false)));
            Ok(AgentDetail { agent, facts, findings: Vec::new() })
        })
        .await
    }

    /// The modules an agent can have.
    ///
    /// # Errors
    /// None of its own.
    pub async fn agent_modules(&self, _actor: &Actor) -> ApiResult<Vec<CatalogueModule>> {
        Ok(sanctum_install::catalogue::Catalogue::builtin()
            .agent_modules()
            .into_iter()
            .filter(|m| m.entry.is_some())
            .map(setup::module)
            .collect())
    }

    /// What a typed name would become beside the agents that exist.
    ///
    /// # Errors
    /// None of its own.
    pub async fn agent_check_name(&self, _actor: &Actor, name: &str) -> ApiResult<NameVerdict> {
        let open = self.opened().await?;
        let name = name.to_owned();
        blocking(move || Ok(setup::name_verdict(&name, &taken(&open)?))).await
    }

    /// The plan that adds a Prime: the checklist of `spec/installation-layout.md`.
    ///
    /// # Errors
    /// `agent_name_…`, `module_unknown`, `agent_folder_exists`.
    pub async fn agent_add_plan(&self, actor: &Actor, draft: &AgentDraft) -> ApiResult<dto::Plan> {
        self.agent_add_plan_with(actor, draft, PortPolicy::Move).await
    }

    /// The same, with a say in what happens where a port is held.
    ///
    /// # Errors
    /// As [`App::agent_add_plan`], and `port_held` with the holder.
    pub async fn agent_add_plan_with(
        &self,
        actor: &Actor,
        draft: &AgentDraft,
        policy: PortPolicy,
    ) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, draft) = (self.clone(), actor.clone(), draft.clone());
        blocking(move || {
            let (plan, words) = add(&open, &who, &draft, policy)?;
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that removes a Prime: its folder to the trash, its rows out of the registry.
    ///
    /// # Errors
    /// `agent_unknown`, `module_running` while one of its modules runs.
    pub async fn agent_remove_plan(&self, actor: &Actor, uid: &str) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, uid) = (self.clone(), actor.clone(), uid.to_owned());
        blocking(move || {
            let (plan, words) = remove(&open, &uid)?;
            Ok(app.0.plans.keep_while(plan, words, Some(who.user_id), open.env().now(), Some(uid)))
        })
        .await
    }
}

fn unknown(uid: &str) -> ApiError {
    ApiError::refused("agent_unknown", format!("There is no agent `{uid}`."), "The list shows what there is.")
}

fn find(open: &Open, uid: &str) -> ApiResult<Stored> {
    open.registry().read(|c| agents::by_uid(c, uid))?.ok_or_else(|| unknown(uid))
}

/// Names and folders that are taken, on disk too: a folder nobody recorded is not overwritten.
fn taken(open: &Open) -> ApiResult<Vec<(String, String)>> {
    let rows = open.registry().read(agents::all)?;
    let mut taken: Vec<_> = rows.into_iter().map(|row| (row.uid.clone(), row.title().to_owned())).collect();
    if let Ok(entries) = std::fs::read_dir(open.root().join("agents")) {
        let folders = entries.flatten().filter_map(|e| e.file_name().into_string().ok());
        taken
            .extend(folders.filter_map(|name| name.strip_prefix("agent-").map(|uid| (uid.to_owned(), uid.to_owned()))));
    }
    Ok(taken)
}

fn shown(open: &Open, row: Stored) -> AgentRow {
    let live = lock(&open.live);
    let status = live.agents.get(&row.uid).cloned().unwrap_or_else(|| Status {
        word: StatusWord::Unknown,
        reason: "not measured yet".to_owned(),
        evidence: Vec::new(),
        measured_at: None,
    });
    AgentRow {
        status,
        modules: live.modules.get(&row.uid).cloned().unwrap_or_default(),
        name: row.title().to_owned(),
        color: u32::try_from(row.color).unwrap_or(1),
        letta_uid: row.letta().map(str::to_owned),
        description: row.description.unwrap_or_default(),
        path: row.path,
        origin: "registry".to_owned(),
        created_at: row.created_at.map(stamps::rfc3339),
        uid: row.uid,
    }
}

fn add(open: &Open, actor: &Actor, draft: &AgentDraft, policy: PortPolicy) -> ApiResult<(sanctum_change::Plan, Words)> {
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
    let catalogue = sanctum_install::catalogue::Catalogue::builtin();
    let mut modules = Vec::new();
    for module in &draft.modules {
        if !catalogue.agent_modules().iter().any(|known| &known.name == module && known.entry.is_some()) {
            return Err(ApiError::refused(
                "module_unknown",
                format!("There is no module `{module}` that an agent can have."),
                format!(
                    "Choose from {}.",
                    catalogue
                        .agent_modules()
                        .iter()
                        .filter(|m| m.entry.is_some())
                        .map(|m| m.name.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            ));
        }
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
    setup::agent_rows(&mut planner, open.env(), &seat, &seat.uid.folder(), None, &maker)?;
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

fn remove(open: &Open, uid: &str) -> ApiResult<(sanctum_change::Plan, Words)> {
    let row = find(open, uid)?;
    let name = row.title().to_owned();
    if matches!(row.path.as_str(), "" | ".") {
        return Err(ApiError::refused(
            "agent_is_the_root",
            format!("The folder of {name} is the Sanctum itself, so it cannot be removed from here."),
            "Remove the whole folder by hand, where that is what you want.",
        ));
    }
    must_not_run(open, &row.uid)?;
    let mut planner = Planner::new(open.root(), Some(open.registry()));
    planner.icon("users");
    let folder = open.root().join(&row.path);
    let (files, bytes) = weigh(&folder);
    if folder.symlink_metadata().is_ok() {
        planner.group("Files");
        planner.trash(&row.path, &format!("Move {} to the trash", row.path))?;
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
        checks: vec![(
            StatusWord::Healthy,
            "Nobody listens on its ports, and no process works in its folder".to_owned(),
        )],
        notes: match row.letta() {
            Some(_) => vec!["The agent on the Letta server was not touched.".to_owned()],
            None => Vec::new(),
        },
    };
    Ok((planner.finish(&format!("Remove {name}"), &summary), words))
}

/// An agent in whose folder something works, or on whose ports somebody listens, is not moved away under it.
///
/// # Errors
/// `module_running` with who it is.
pub(crate) fn must_not_run(open: &Open, uid: &str) -> ApiResult<()> {
    let row = find(open, uid)?;
    let ports = open.registry().read(|c| sanctum_registry::ports::of_agent(c, row.id))?;
    let listening = cards::listening(ports.iter().map(|port| port.port));
    let on_a_port =
        ports.iter().find_map(|port| Some(format!("{} listens on {}", listening.get(&port.port)?, port.port)));
    let Some(who) = on_a_port.or_else(|| cards::working_in(&open.root().join(&row.path))) else { return Ok(()) };
    Err(ApiError::refused(
        "module_running",
        format!("{} is in use: {who}.", row.title()),
        "Stop it first; then remove the agent.",
    ))
}

fn weigh(folder: &std::path::Path) -> (usize, u64) {
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
