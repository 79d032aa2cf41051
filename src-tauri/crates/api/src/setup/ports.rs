//! Ports for the modules of a plan: the convention's, moved on where somebody holds it, or refused with the holder's name.

use std::collections::BTreeSet;

use sanctum_install::names;
use sanctum_install::ports::{self, Assigned, OsPorts, PortProbe};

use super::PortPolicy;
use crate::app::App;
use crate::dto::{PortRow, SetupDraft};
use crate::{ApiError, ApiResult, blocking::blocking};

/// A module's port in a plan. `None` for modules that use none.
pub(crate) fn assign(
    reserved: &mut BTreeSet<u16>,
    index: u32,
    module: &str,
    policy: PortPolicy,
    probe: &dyn PortProbe,
) -> ApiResult<Option<Assigned>> {
    let Some(wanted) = ports::conventional(module, index) else { return Ok(None) };
    let assigned = match policy {
        PortPolicy::Move => ports::assign(reserved, index, module, probe)?,
        // A reserved port moves on silently even here: that is the ledger's own business.
        PortPolicy::Refuse if !reserved.contains(&wanted) => {
            Assigned { port: ports::claim(reserved, wanted, probe)?, moved_from: None, held_by: None }
        }
        PortPolicy::Refuse => ports::assign(reserved, index, module, probe)?,
    };
    reserved.insert(assigned.port);
    Ok(Some(assigned))
}

/// Every port the registry keeps, of running modules and of stopped ones.
pub(crate) fn reserved(registry: &sanctum_registry::Registry) -> ApiResult<BTreeSet<u16>> {
    let rows = registry.read(sanctum_registry::ports::all)?;
    Ok(rows.iter().map(|row| row.port).collect())
}

/// "python3, pid 4821".
pub(crate) fn holder(assigned: &Assigned) -> Option<String> {
    assigned.held_by.as_ref().map(|holder| match (&holder.process, holder.pid) {
        (Some(process), Some(pid)) => format!("{process}, pid {pid}"),
        (Some(process), None) => process.clone(),
        (None, Some(pid)) => format!("pid {pid}"),
        (None, None) => "another program".to_owned(),
    })
}

/// The agents of a draft with their uid and place in the convention, and the shared services.
pub(crate) struct Seats {
    pub agents: Vec<Seat>,
    /// Shared modules with their ports.
    pub shared: Vec<(String, Option<Assigned>)>,
}

pub(crate) struct Seat {
    pub uid: names::AgentUid,
    pub name: String,
    pub description: String,
    pub index: u32,
    pub modules: Vec<(String, Option<Assigned>)>,
    /// Folders of modules that lie elsewhere than in the agent's own, relative to the root; by module.
    pub places: std::collections::BTreeMap<String, String>,
}

/// Gives every agent of the draft its uid, index and ports.
///
/// # Errors
/// The first name that cannot be used, or the first port under [`PortPolicy::Refuse`] that is held.
pub(crate) fn seats(draft: &SetupDraft, policy: PortPolicy) -> ApiResult<Seats> {
    let catalogue = sanctum_install::catalogue::Catalogue::builtin();
    let known = |name: &str| {
        catalogue.get(name).filter(|known| known.entry.is_some() || known.wizard).ok_or_else(|| {
            ApiError::refused(
                "module_unknown",
                format!("There is no module `{name}`."),
                format!(
                    "Choose from {}.",
                    catalogue.modules_for_wizard().iter().map(|m| m.name.as_str()).collect::<Vec<_>>().join(", ")
                ),
            )
        })
    };
    let (mut shared, mut per_agent) = (Vec::new(), Vec::new());
    for name in &draft.modules {
        match known(name)?.scope {
            sanctum_install::catalogue::Scope::Global => shared.push(name.clone()),
            sanctum_install::catalogue::Scope::Agent => per_agent.push(name.clone()),
        }
    }
    let mut reserved = BTreeSet::new();
    let mut agents = Vec::new();
    let mut taken: Vec<(String, String)> = Vec::new();
    for (index, agent) in draft.agents.iter().enumerate() {
        let uid = match &agent.uid {
            Some(uid) => {
                names::check_name(&agent.name, &[])?;
                let wanted = names::AgentUid::parse(uid)?;
                if taken.iter().any(|(other, _)| other == wanted.as_str()) {
                    return Err(ApiError::refused(
                        "agent_name_taken",
                        format!("Two agents would share the folder `{}`.", wanted.folder()),
                        "Give one of them another identifier.",
                    ));
                }
                wanted
            }
            None => names::check_name(&agent.name, &taken)?,
        };
        taken.push((uid.to_string(), agent.name.clone()));
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let wanted = if agent.modules.is_empty() { &per_agent } else { &agent.modules };
        let mut modules = Vec::new();
        for module in wanted {
            known(module)?;
            modules.push((module.clone(), assign(&mut reserved, index, module, policy, &OsPorts)?));
        }
        agents.push(Seat {
            uid,
            name: agent.name.trim().to_owned(),
            description: agent.description.trim().to_owned(),
            index,
            modules,
            places: std::collections::BTreeMap::new(),
        });
    }
    let shared = shared
        .into_iter()
        .map(|name| Ok((name.clone(), assign(&mut reserved, 0, &name, policy, &OsPorts)?)))
        .collect::<ApiResult<_>>()?;
    Ok(Seats { agents, shared })
}

impl App {
    /// The ports that the draft's modules would get.
    ///
    /// # Errors
    /// As [`seats`]; agents without a name yet are counted as the first, second, … Prime.
    pub async fn setup_ports(&self, draft: &SetupDraft) -> ApiResult<Vec<PortRow>> {
        let mut draft = draft.clone();
        for (n, agent) in draft.agents.iter_mut().enumerate() {
            if agent.name.trim().is_empty() {
                agent.name = format!("Prime {}", n + 1);
            }
        }
        blocking(move || {
            let seats = seats(&draft, PortPolicy::Move)?;
            let row = |agent: Option<&str>, module: &str, assigned: &Assigned| PortRow {
                port: u32::from(assigned.port),
                agent: agent.map(str::to_owned),
                module: module.to_owned(),
                moved_from: assigned.moved_from.map(u32::from),
                held_by: holder(assigned),
            };
            let of_agents = seats.agents.iter().flat_map(|seat| {
                seat.modules.iter().filter_map(|(m, a)| Some(row(Some(seat.uid.as_str()), m, a.as_ref()?)))
            });
            let of_all = seats.shared.iter().filter_map(|(m, a)| Some(row(None, m, a.as_ref()?)));
            Ok(of_agents.chain(of_all).collect())
        })
        .await
    }
}
