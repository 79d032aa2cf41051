//! Who listens, asked of the system once for all ports.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use sanctum_install::ports::{OsPorts, PortProbe};

use crate::dto::PortListener;

/// Somebody who listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// `None` where the system does not tell.
    pub process: Option<String>,
    pub pid: Option<u32>,
    /// `None` where only a bind told that somebody is there.
    pub ip: Option<IpAddr>,
}

impl Heard {
    /// "python3, pid 4821".
    pub fn who(&self) -> String {
        match (&self.process, self.pid) {
            (Some(process), Some(pid)) => format!("{process}, pid {pid}"),
            (Some(process), None) => process.clone(),
            (None, Some(pid)) => format!("pid {pid}"),
            (None, None) => "another program".to_owned(),
        }
    }

    pub fn wire(&self) -> PortListener {
        PortListener {
            process: self.process.clone().unwrap_or_else(|| "another program".to_owned()),
            pid: self.pid,
            address: self.ip.map_or_else(|| "?".to_owned(), |ip| ip.to_string()),
            open_to_all: self.ip.is_some_and(|ip| !ip.is_loopback()),
        }
    }
}

/// Who listens on each of `ports`, open to all first.
pub(super) fn on(ports: &BTreeSet<u16>) -> HashMap<u16, Vec<Heard>> {
    let mut all: HashMap<u16, Vec<Heard>> = HashMap::new();
    // The listing fails as a whole when a process ends while it is read; then it is tried again.
    let listed = (0..3).find_map(|_| listeners::get_all().ok()).unwrap_or_default();
    for one in listed {
        let port = one.socket.port();
        if one.protocol == listeners::Protocol::TCP && ports.contains(&port) {
            // A process names itself as it likes.
            let process = one.process.name.chars().filter(|c| !c.is_control() && c.is_ascii() || c.is_alphanumeric());
            let process: String = process.take(60).collect();
            let heard = Heard { process: Some(process), pid: Some(one.process.pid), ip: Some(one.socket.ip()) };
            let there = all.entry(port).or_default();
            if !there.contains(&heard) {
                there.push(heard);
            }
        }
    }
    // A listener of another account is in no list of ours, but it keeps the port all the same.
    for port in ports.iter().filter(|port| !all.contains_key(port)).collect::<Vec<_>>() {
        if let Some(holder) = OsPorts.holder(*port) {
            all.insert(*port, vec![Heard { process: holder.process, pid: holder.pid, ip: None }]);
        }
    }
    for there in all.values_mut() {
        there.sort_by_key(|heard| (heard.ip.is_some_and(|ip| ip.is_loopback()), heard.pid));
    }
    all
}
