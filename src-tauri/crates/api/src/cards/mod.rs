//! The tools grid: cards from the registry, from discovery and from the app's own panels, each with a measured status.
//!
//! The cards are kept in the registry's read model, so that a page of them is one query and a start shows the last known
//! ones at once. [`refresh`] brings them up to date: look at the tree, measure, compare, write what differs.

mod build;
mod builtin;
mod detail;
pub(crate) mod health;
mod list;
mod listening;
mod measure;
mod watching;

use std::collections::HashMap;
use std::sync::Arc;

use sanctum_install::catalogue::Catalogue;
use sanctum_install::discovery::{self, DiscoverOptions, Discovery};
use sanctum_registry::{agents, cards, ports, tool_instances, tools};
use time::OffsetDateTime;

use crate::open::Open;
use crate::plan::lock;
use crate::{ApiResult, dto};

pub(crate) use build::{needs_you, word_text};
pub(crate) use list::viewer;
pub(crate) use listening::{folder_of, on as listening, working_in};
pub(crate) use measure::{Ground, measure};
pub(crate) use watching::{Watch, again, start as watch};

/// What is known about the tree right now; not stored.
#[derive(Default)]
pub(crate) struct Live {
    pub discovery: Option<Arc<Discovery>>,
    /// Layout letter, recognised once.
    pub layout: Option<String>,
    /// When everything was measured last.
    pub measured_at: Option<OffsetDateTime>,
    /// Cards that were measured by themselves since, by id.
    pub single: HashMap<String, OffsetDateTime>,
    /// What the system and the modules said last.
    pub ground: Option<Arc<Ground>>,
    /// How the secret store stood when it was last looked at.
    pub peeked: Option<(OffsetDateTime, dto::Status)>,
    /// Status of each agent, by uid: the sum of its modules.
    pub agents: HashMap<String, dto::Status>,
    /// Status of each agent's modules, by uid.
    pub modules: HashMap<String, Vec<dto::AgentModule>>,
}

/// What the registry knows, read in one go.
pub(crate) struct Rows {
    pub agents: Vec<agents::AgentRow>,
    pub tools: Vec<tools::Tool>,
    pub instances: Vec<tool_instances::ToolInstance>,
    pub ports: Vec<ports::Port>,
    agent_at: HashMap<i64, usize>,
    tool_at: HashMap<i64, usize>,
    port_of: HashMap<(Option<i64>, String), u16>,
}

impl Rows {
    pub fn read(open: &Open) -> ApiResult<Self> {
        open.registry().read(|c| {
            let (agents, tools, ports) = (agents::all(c)?, tools::all(c)?, ports::all(c)?);
            Ok(Self {
                agent_at: agents.iter().enumerate().map(|(at, agent)| (agent.id, at)).collect(),
                tool_at: tools.iter().enumerate().map(|(at, tool)| (tool.id, at)).collect(),
                port_of: ports.iter().map(|port| ((port.agent_id, port.module.clone()), port.port)).collect(),
                instances: tool_instances::all(c)?,
                agents,
                tools,
                ports,
            })
        })
    }

    pub fn agent(&self, id: i64) -> Option<&agents::AgentRow> {
        self.agent_at.get(&id).map(|at| &self.agents[*at])
    }

    pub fn tool(&self, id: i64) -> Option<&tools::Tool> {
        self.tool_at.get(&id).map(|at| &self.tools[*at])
    }

    pub fn port(&self, agent_id: Option<i64>, module: &str) -> Option<u16> {
        self.port_of.get(&(agent_id, module.to_owned())).copied()
    }
}

/// Whether cards of an earlier run can be shown until the first look.
pub(crate) fn has_some(open: &Open) -> bool {
    open.registry().read(cards::tabs).is_ok_and(|tabs| !tabs.is_empty())
}

/// Looks at the tree and measures; writes the cards that differ. True where something did.
///
/// # Errors
/// What the registry says. The tree itself cannot fail: what is unreadable is a card that says so.
pub(crate) fn refresh(open: &Open) -> ApiResult<bool> {
    let _one_at_a_time = lock(&open.refreshing);
    let previous = lock(&open.live).discovery.clone();
    let known = |name: &str| Catalogue::builtin().get(name).is_some();
    let options = DiscoverOptions::new(&known, open.env().now().into());
    let discovery = Arc::new(match previous {
        Some(previous) => discovery::rescan(&previous, open.root(), &options).0,
        None => discovery::discover(open.root(), &options),
    });
    lock(&open.live).discovery = Some(discovery);
    write(open, Fresh::IfOld)
}

/// Whether everything is asked again, or what was heard a moment ago is good enough: what changed on disk shows at once
/// then, whatever the modules do.
#[derive(PartialEq, Eq)]
enum Fresh {
    IfOld,
    Now,
}

/// What was measured is used again for this long.
const FRESH_FOR: time::Duration = time::Duration::seconds(15);

/// Measures what is known without looking at the tree again; nothing before the first look.
///
/// # Errors
/// What the registry says.
pub(crate) fn remeasure(open: &Open) -> ApiResult<bool> {
    let _one_at_a_time = lock(&open.refreshing);
    if lock(&open.live).discovery.is_none() {
        return Ok(false);
    }
    write(open, Fresh::Now)
}

fn write(open: &Open, fresh: Fresh) -> ApiResult<bool> {
    let rows = Rows::read(open)?;
    let discovery = lock(&open.live).discovery.clone().unwrap_or_default();
    let last =
        lock(&open.live).ground.clone().filter(|last| fresh == Fresh::IfOld && open.env().now() - last.now < FRESH_FOR);
    let ground = last.unwrap_or_else(|| Arc::new(Ground::look(open, &rows)));
    let built = build::build(open, &rows, &discovery, &ground);
    let replaced = open.registry().write(|tx| cards::replace_all(tx, built.cards.into_iter()))?;
    let mut live = lock(&open.live);
    let agents_differ = live.agents.iter().map(|(uid, s)| (uid, s.word)).collect::<HashMap<_, _>>()
        != built.agents.iter().map(|(uid, s)| (uid, s.word)).collect::<HashMap<_, _>>();
    live.agents = built.agents;
    live.modules = built.modules;
    live.measured_at = Some(ground.now);
    live.ground = Some(ground);
    live.single.clear();
    if live.layout.is_none() {
        live.layout = sanctum_install::layouts::recognise(open.root()).map(|c| format!("{:?}", c.layout));
    }
    Ok(replaced.added + replaced.changed + replaced.removed > 0 || agents_differ)
}
