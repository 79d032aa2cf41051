//! A port in a setting: kept for somebody else, held by somebody else, and the ledger that follows when it moves.

use sanctum_change::{Planner, Row};
use sanctum_config::{Field, Ty};
use sanctum_install::catalogue::Catalogue;
use serde_json::{Value, json};

use super::snapshot::Snapshot;
use super::target::Target;
use crate::ApiResult;

/// A row of the ledger that moves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Move {
    pub from: Option<u16>,
    pub to: u16,
    pub module: String,
    pub agent_id: Option<i64>,
}

pub(crate) enum Judged {
    NoPort,
    Free {
        moves: Option<Move>,
        warning: Option<String>,
    },
    /// What is wrong and what to do.
    Taken(String),
}

/// The variables that carry the module's own port.
pub(crate) fn carriers(target: &Target) -> &'static [String] {
    Catalogue::builtin().get(&target.name).and_then(|known| known.port.as_ref()).map_or(&[], |rule| rule.env.as_slice())
}

pub(crate) fn judge(snap: &Snapshot, target: &Target, field: &Field, number: u64) -> Judged {
    let own = field.env.as_ref().is_some_and(|env| carriers(target).contains(env));
    if !own && field.ty != Ty::Port {
        return Judged::NoPort;
    }
    let Some(port) = u16::try_from(number).ok().filter(|port| *port > 0) else {
        return Judged::Taken(format!("{number} is not a port. Enter 1024 to 65535."));
    };
    let agent_id = target.agent.as_ref().map(|(id, ..)| *id);
    let mine = |kept: &&sanctum_registry::ports::Port| kept.agent_id == agent_id && kept.module == target.name;
    if let Some(other) = snap.rows.ports.iter().find(|kept| kept.port == port && !mine(kept)) {
        let who =
            other.agent_id.and_then(|id| snap.rows.agent(id)).map_or(String::new(), |a| format!(" of {}", a.title()));
        let title = Catalogue::builtin().get(&other.module).map_or(other.module.as_str(), |known| known.title.as_str());
        return Judged::Taken(format!(
            "{port} is kept for {title}{who}. Two modules cannot listen on one port. Choose another, or move that one first."
        ));
    }
    let held = crate::cards::listening(std::iter::once(port)).remove(&port).filter(|listener| {
        let folder = target.path.as_ref().and_then(|path| snap.root.join(path).canonicalize().ok());
        let works = crate::cards::folder_of(listener.pid);
        !folder.zip(works).is_some_and(|(folder, works)| works.starts_with(folder))
    });
    let warning = match (held, port) {
        (Some(listener), _) => Some(format!(
            "{port} is in use by {listener} now. The module cannot start on it until that one stops, or choose another."
        )),
        (None, 5000 | 7000) => Some(format!("macOS itself uses {port} for AirPlay. Choose another port.")),
        _ => None,
    };
    let current = snap.rows.ports.iter().find(mine).map(|kept| kept.port);
    let moves =
        (own && current != Some(port)).then(|| Move { from: current, to: port, module: target.name.clone(), agent_id });
    Judged::Free { moves, warning }
}

pub(crate) fn steps(planner: &mut Planner<'_>, moves: &[Move], maker: i64) -> ApiResult<()> {
    planner.group("Registry");
    let mut done: Vec<&Move> = Vec::new();
    for one in moves {
        if done.contains(&one) {
            continue;
        }
        done.push(one);
        if let Some(from) = one.from {
            planner.registry_delete("ports", Row::new().with("port", from), &format!("Let go of port {from}"))?;
        }
        let row = Row::new()
            .with("agent_id", one.agent_id.map_or(Value::Null, |id| json!(id)))
            .with("module", one.module.as_str())
            .with("created_by", maker);
        planner.registry_put(
            "ports",
            Row::new().with("port", one.to),
            row,
            &format!("Keep port {} for {}", one.to, one.module),
        )?;
    }
    Ok(())
}
