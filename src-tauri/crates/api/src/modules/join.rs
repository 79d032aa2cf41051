//! The plan that gives an agent one more module of the catalogue: what making the agent with it would have made, told what the levels
//! above say. Its code and its packages come after that, each by a plan of its own.

use sanctum_install::catalogue::{Catalogue, Known, Scope};
use sanctum_install::layout::{self, NewModule};
use sanctum_install::ports::OsPorts;
use sanctum_registry::agents::AgentRow;

use super::add::port_check;
use crate::dto::StatusWord;
use crate::open::Open;
use crate::plan::Words;
use crate::settings::{self, Joining, Snapshot, Sort, Whose};
use crate::setup::{self, PortPolicy};
use crate::{Actor, ApiError, ApiResult, agents};

/// Modules that this agent could be given. Nothing is added to a tree that was adopted to be left as it is.
pub(super) fn absent(open: &Open, agent: &AgentRow) -> ApiResult<Vec<&'static Known>> {
    if open.is_adopted() || is_the_root(agent) {
        return Ok(Vec::new());
    }
    let snap = Snapshot::of(open)?;
    let fits = |known: &&Known| known.entry.is_some() && !has(&snap, agent, &known.name);
    Ok(Catalogue::builtin().agent_modules().into_iter().filter(fits).collect())
}

fn is_the_root(agent: &AgentRow) -> bool {
    matches!(agent.path.as_str(), "" | ".")
}

/// Recorded or only found in its folder.
fn has(snap: &Snapshot, agent: &AgentRow, name: &str) -> bool {
    let of_agent = |own: &(i64, String, String)| own.0 == agent.id;
    let found = |target: &settings::Target| target.name == name && target.agent.as_ref().is_some_and(of_agent);
    snap.targets.iter().filter(|target| target.sort == Sort::Instance).any(found)
}

/// The module of this name, where the agent can be given it.
///
/// # Errors
/// `module_unknown`, `module_shared` for a service of all agents, `module_there`, `install_adopted`.
fn joining(open: &Open, agent: &AgentRow, name: &str) -> ApiResult<&'static Known> {
    if let Some(service) = Catalogue::builtin().get(name).filter(|known| known.scope == Scope::Global) {
        return Err(ApiError::refused(
            "module_shared",
            format!("{} is shared by all agents, so no agent has its own.", service.title),
            "`sanctumctl modules offered` names the shared services that can be added.",
        ));
    }
    let known = agents::known_module(name)?;
    if open.is_adopted() || is_the_root(agent) {
        return Err(ApiError::refused(
            "install_adopted",
            format!("{} lies in a tree that is left as it is, so nothing is added to it.", agent.title()),
            "Put the module into its folder by hand; it is found there.",
        ));
    }
    if has(&*Snapshot::of(open)?, agent, name) {
        return Err(ApiError::refused(
            "module_there",
            format!("{} has {} already.", agent.title(), known.title),
            "An agent has each module once. Its page shows those it has.",
        ));
    }
    Ok(known)
}

/// The plan: folder, settings, port, rows.
pub(super) fn plan(
    open: &Open,
    actor: &Actor,
    agent: &AgentRow,
    name: &str,
) -> ApiResult<(sanctum_change::Plan, Words)> {
    let known = joining(open, agent, name)?;
    let index = u32::try_from(agent.agent_index).unwrap_or(u32::MAX);
    let mut reserved = setup::reserved(open.registry())?;
    let assigned = setup::assign(&mut reserved, index, name, PortPolicy::Move, &OsPorts)?;
    let port = assigned.as_ref().map(|assigned| assigned.port);
    let whose = agent.title().to_owned();
    let new = NewModule { name, port: port.unwrap_or(0), folder: &agent.path, uid: &agent.uid, whose: &whose };
    let path = new.at();
    let mut planner = open.planner();
    planner.icon("module");
    planner.group(&format!("Agent {whose}"));
    layout::propose_module(&mut planner, open.root(), &new).map_err(setup::layout_refused)?;
    planner.group("Registry");
    let (maker, id) = (serde_json::json!(actor.user_id), serde_json::json!(agent.id));
    setup::rows::module_rows(&mut planner, name, &id, &whose, &path, port, &maker)?;
    let first = match agent.letta() {
        Some(letta) => crate::letta::told(open, Some(letta))?.to_vec(),
        None => Vec::new(),
    };
    let joining = Joining { agent: &Whose::there(agent), known, path: &path, first: &first };
    let mut checks = vec![(StatusWord::Healthy, format!("{whose} has no {} yet", known.title))];
    checks.extend(assigned.as_ref().map(port_check));
    checks.extend(settings::tell_joining(&mut planner, open, &*Snapshot::of(open)?, &joining, actor.user_id)?);
    let title = format!("Add {} to {whose}", known.title);
    let summary = format!(
        "{} Its folder, settings and port in `{path}`; nothing is installed or started. Nothing has been written yet.",
        known.description
    );
    let words = Words {
        undo: "With Undo or from Activity, as long as nobody changed its files.".to_owned(),
        action: format!("Add {}", known.title),
        command: Some(format!("sanctumctl modules add {}/{name} --yes", agent.uid)),
        checks,
        notes: vec!["Nothing was started. Its code is installed from its page under Modules.".to_owned()],
    };
    Ok((planner.finish(&title, &summary), words))
}
