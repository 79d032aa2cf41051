//! Which local port each module gets: the deterministic base + stride of `spec/installation-layout.md`.
//!
//! | module | port |
//! |---|---|
//! | `broca2` | 9100 + agent index |
//! | `thalamus` | 9200 + agent index |
//! | `web-bridge` | 9300 + agent index |
//! | any other module of an agent | 9900 + agent index |
//! | `smcp`, `letta` | 8283, whichever is found there keeps it |
//! | `router` | 8480 |
//! | `letta-code` | 4500 |
//!
//! A bucket holds one hundred agents: index 100 starts at base + 1000. A port that is reserved or held is passed over
//! for the second half of the bucket, so that the other agents keep theirs; a fixed port moves to the next free one.
//! 5000 and 7000 belong to macOS and are never given. Owns no ledger: the reserved set is passed in.

mod probe;

use std::collections::BTreeSet;

pub use probe::{Holder, OsPorts, PortProbe};

/// Ports that macOS takes for itself (AirPlay).
pub const NEVER: &[u16] = &[5000, 7000];
/// Ports where a Letta server is expected: 8283 is its default, 8284 what its companions assume.
pub const LETTA: &[u16] = &[8283, 8284];

const BUCKET: u32 = 100;
const OTHER_BASE: u16 = 9900;

/// How a module's port follows from the agent's index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// One per agent: base + index.
    PerAgent(u16),
    /// One for the whole install.
    Fixed(u16),
}

/// The convention for a module, as in the table above.
pub fn convention(module: &str) -> Convention {
    match module {
        "broca2" => Convention::PerAgent(9100),
        "thalamus" => Convention::PerAgent(9200),
        "web-bridge" => Convention::PerAgent(9300),
        "smcp" | "letta" => Convention::Fixed(8283),
        "router" => Convention::Fixed(8480),
        "letta-code" => Convention::Fixed(4500),
        _ => Convention::PerAgent(OTHER_BASE),
    }
}

/// The port the convention names, free or not.
pub fn conventional(module: &str, agent_index: u32) -> Option<u16> {
    match convention(module) {
        Convention::Fixed(port) => Some(port),
        Convention::PerAgent(base) => {
            let port = u32::from(base) + (agent_index / BUCKET) * 1000 + agent_index % BUCKET;
            u16::try_from(port).ok()
        }
    }
}

/// A port that was found for a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The port to use.
    pub port: u16,
    /// The port the convention names, when it could not be had.
    pub moved_from: Option<u16>,
    /// Who holds that port, when it is held rather than reserved.
    pub held_by: Option<Holder>,
}

/// Why a port cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// A process is listening there.
    #[error("Port {port} is held by {process}{}. Stop it, or choose another port.", pid.map(|p| format!(" (process {p})")).unwrap_or_default())]
    Held {
        /// The port that was asked for.
        port: u16,
        /// The holder's name, or "another program" when the system does not tell.
        process: String,
        /// Its process id, when the system tells.
        pid: Option<u32>,
    },
    /// Another module of this install has it, running or not.
    #[error("Port {port} is already kept for another module of this Sanctum. Choose another port.")]
    Reserved {
        /// The port that was asked for.
        port: u16,
    },
    /// The port cannot be used by a module at all.
    #[error("Port {port} cannot be used: {why}. Choose one from 1024 to 65535.")]
    Forbidden {
        /// The port that was asked for.
        port: u16,
        /// Why not.
        why: &'static str,
    },
    /// Every port of the module's range is taken.
    #[error("No free port is left for `{module}`. Stop something, or choose a port by hand.")]
    NoneFree {
        /// The module that needs one.
        module: String,
    },
}

/// Finds a port for a module by convention, moving on when it is reserved or held.
///
/// # Errors
/// [`PortError::NoneFree`] when the whole range is taken.
pub fn assign(
    reserved: &BTreeSet<u16>,
    agent_index: u32,
    module: &str,
    probe: &dyn PortProbe,
) -> Result<Assigned, PortError> {
    let none = || PortError::NoneFree { module: module.to_owned() };
    let want = conventional(module, agent_index).ok_or_else(none)?;
    let mut held_by = None;
    if !reserved.contains(&want) && forbidden(want).is_none() {
        held_by = probe.holder(want);
        if held_by.is_none() {
            return Ok(Assigned { port: want, moved_from: None, held_by });
        }
    }
    let fixed = matches!(convention(module), Convention::Fixed(_));
    let spare: Vec<u16> = if fixed {
        (want.saturating_add(1)..=want.saturating_add(99)).collect()
    } else {
        let start = u32::from(want) - agent_index % BUCKET;
        let half = BUCKET / 2;
        (0..half)
            .map(|step| start + half + (agent_index + step) % half)
            .chain(start..start + half)
            // A bucket that is full to the brim goes on where the hundreds after it will be.
            .chain((1..=5).flat_map(|block| (start + block * 1000)..(start + block * 1000 + BUCKET)))
            .filter_map(|p| u16::try_from(p).ok())
            .collect()
    };
    let usable = |port: &u16| {
        *port != want
            && !reserved.contains(port)
            && forbidden(*port).is_none()
            && (module == "letta" || !LETTA.contains(port))
            && probe.holder(*port).is_none()
    };
    let port = spare.into_iter().find(usable).ok_or_else(none)?;
    Ok(Assigned { port, moved_from: Some(want), held_by })
}

/// Checks a port that a person asked for.
///
/// # Errors
/// [`PortError::Forbidden`], [`PortError::Reserved`], or [`PortError::Held`] naming the process.
pub fn claim(reserved: &BTreeSet<u16>, port: u16, probe: &dyn PortProbe) -> Result<u16, PortError> {
    if let Some(why) = forbidden(port) {
        return Err(PortError::Forbidden { port, why });
    }
    if reserved.contains(&port) {
        return Err(PortError::Reserved { port });
    }
    match probe.holder(port) {
        None => Ok(port),
        Some(holder) => Err(PortError::Held {
            port,
            process: holder.process.unwrap_or_else(|| "another program".to_owned()),
            pid: holder.pid,
        }),
    }
}

fn forbidden(port: u16) -> Option<&'static str> {
    if NEVER.contains(&port) {
        Some("macOS keeps it for AirPlay")
    } else if port < 1024 {
        Some("ports below 1024 belong to the system")
    } else {
        None
    }
}
