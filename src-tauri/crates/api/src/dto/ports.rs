//! The ledger of ports beside what really listens.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Status;

/// A program that listens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PortListener {
    /// "python3"; "another program" where the system does not tell.
    pub process: String,
    pub pid: Option<u32>,
    /// `127.0.0.1`, `0.0.0.0`, `::1`.
    pub address: String,
    /// Reachable from other machines.
    pub open_to_all: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LedgerRow {
    pub port: u32,
    /// Address of the instance it is kept for; `None` for a port that belongs to nobody here.
    pub instance: Option<String>,
    /// "Broca of Athena", "SMCP", or who holds a port that is nobody's.
    pub title: String,
    /// What it is for where it is not the instance's own: "the chat bridge of this app".
    pub note: Option<String>,
    pub listener: Option<PortListener>,
    /// `Healthy` its own instance listens, `Ready` kept and free, `Degraded` somebody else listens or two want it,
    /// `Unknown` who listens could not be seen.
    pub status: Status,
    /// Another instance that names the same port.
    pub conflict: Option<String>,
    /// A free port it could have instead, where there is a conflict.
    pub offer: Option<u32>,
    /// The module never opens it (Broca): it is kept by the layout's convention only.
    pub kept_only: bool,
    pub can_move: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PortsView {
    pub rows: Vec<LedgerRow>,
    pub conflicts: u32,
    pub listening: u32,
    pub measured_at: Option<String>,
}
