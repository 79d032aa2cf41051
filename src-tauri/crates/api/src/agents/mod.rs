//! The agent list, adding a Prime and removing one.

mod edit;
mod plans;
mod profile;

use sanctum_registry::agents::{self, AgentRow as Stored};

use crate::app::App;
use crate::blocking::blocking;
use crate::cards;
use crate::dto::{
    self, AgentDetail, AgentDraft, AgentRow, CatalogueModule, Fact, NameVerdict, Page, Status, StatusWord,
};
use crate::open::Open;
use crate::plan::lock;
use crate::setup::{self, PortPolicy};
use crate::{Actor, ApiError, ApiResult, stamps};

pub(crate) use edit::{edited, modules};
pub(crate) use plans::{Extras, add, known_module, remove, weigh};
pub(crate) use profile::Profile;

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
            let live = lock(&open.live);
            Ok(Page { items: rows.into_iter().map(|row| shown(&live, row)).collect(), total })
        })
        .await
    }

    /// One agent with its facts.
    ///
    /// # Errors
    /// `agent_unknown` for one that is gone or that the actor may not see.
    pub async fn agent_get(&self, actor: &Actor, uid: &str) -> ApiResult<AgentDetail> {
        let open = self.opened().await?;
        let (who, uid) = (actor.clone(), uid.to_owned());
        blocking(move || {
            let row = visible(&open, &who, &uid)?;
            let by = open.registry().read(|c| sanctum_registry::users::get(c, row.created_by))?;
            let letta = row.letta().map(str::to_owned);
            let agent = shown(&lock(&open.live), row);
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
    /// `agent_name_…`, `module_unknown`, `agent_folder_exists`, `install_adopted`.
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
            let (plan, words) = add(&open, &who, &draft, policy, &Extras::default())?;
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that removes a Prime: its folder to the trash, its rows out of the registry.
    ///
    /// # Errors
    /// `agent_unknown`, `install_adopted`, `module_running` while one of its modules runs.
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

/// An agent, for somebody who may see it; one that they may not see is unknown to them.
///
/// # Errors
/// `agent_unknown`.
pub(crate) fn visible(open: &Open, actor: &Actor, uid: &str) -> ApiResult<Stored> {
    let row = find(open, uid)?;
    let seen = open.registry().read(|c| agents::is_visible(c, row.id, &cards::viewer(actor)))?;
    if seen { Ok(row) } else { Err(unknown(uid)) }
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

/// How an agent was measured last.
pub(crate) fn status(open: &Open, uid: &str) -> Status {
    measured(&lock(&open.live), uid)
}

fn measured(live: &cards::Live, uid: &str) -> Status {
    live.agents.get(uid).cloned().unwrap_or_else(|| Status {
        word: StatusWord::Unknown,
        reason: "not measured yet".to_owned(),
        evidence: Vec::new(),
        measured_at: None,
    })
}

fn shown(live: &cards::Live, row: Stored) -> AgentRow {
    let profile = Profile::of(&row);
    AgentRow {
        status: measured(live, &row.uid),
        modules: live.modules.get(&row.uid).cloned().unwrap_or_default(),
        name: row.title().to_owned(),
        color: u32::try_from(row.color).unwrap_or(1),
        avatar: profile.avatar,
        archived: !row.is_active,
        way: profile.way,
        unread: 0,
        letta_uid: row.letta().map(str::to_owned),
        description: row.description.unwrap_or_default(),
        path: row.path,
        origin: "registry".to_owned(),
        created_at: row.created_at.map(stamps::rfc3339),
        uid: row.uid,
    }
}

/// An agent, or one of its modules (`athena/broca2`), in whose folder something works, or on whose ports somebody listens, is not
/// moved away under it.
///
/// # Errors
/// `module_running` with who it is.
pub(crate) fn must_not_run(open: &Open, what: &str) -> ApiResult<()> {
    if what.contains('/') {
        return crate::modules::must_not_run(open, what);
    }
    let row = find(open, what)?;
    let ports = open.registry().read(|c| sanctum_registry::ports::of_agent(c, row.id))?;
    let folder = open.root().join(&row.path);
    let hint = "Stop it first; then remove the agent.";
    must_be_still(open, row.title(), &folder, ports.iter().map(|port| port.port), hint)?;
    // The system may start it in a moment, though nothing of it is seen now.
    match plans::modules_of(open, row.id)?.iter().find_map(|one| crate::modules::busy_by_system(open, one)) {
        Some(who) => Err(ApiError::refused("module_running", format!("{} is in use: {who}.", row.title()), hint)),
        None => Ok(()),
    }
}

/// Nobody listens on `ports`, and nothing works in `folder` or is kept running there.
///
/// # Errors
/// `module_running` with who it is.
pub(crate) fn must_be_still(
    open: &Open,
    named: &str,
    folder: &std::path::Path,
    ports: impl IntoIterator<Item = u16>,
    hint: &str,
) -> ApiResult<()> {
    let ports: Vec<u16> = ports.into_iter().collect();
    let listening = cards::listening(ports.iter().copied());
    let on_a_port = ports.iter().find_map(|port| Some(format!("{} listens on {port}", listening.get(port)?)));
    let who = on_a_port.or_else(|| cards::working_in(folder)).or_else(|| crate::modules::kept_in(open, folder));
    let Some(who) = who else { return Ok(()) };
    Err(ApiError::refused("module_running", format!("{named} is in use: {who}."), hint))
}
