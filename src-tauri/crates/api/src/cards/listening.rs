//! Who listens on the ports that are kept, asked once for all of them.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Somebody who listens.
#[derive(Debug, Clone)]
pub(crate) struct Listener {
    /// "python3, pid 4821".
    pub who: String,
    pub pid: u32,
    /// Where it can be reached on this machine.
    pub at: SocketAddr,
}

impl std::fmt::Display for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.who)
    }
}

/// Who listens on which of `ports`.
pub(crate) fn on(ports: impl Iterator<Item = u16>) -> HashMap<u16, Listener> {
    let kept: HashSet<u16> = ports.collect();
    if kept.is_empty() {
        return HashMap::new();
    }
    // The listing fails as a whole when a process ends while it is read; then it is tried once more.
    let all = listeners::get_all().or_else(|_| listeners::get_all()).unwrap_or_default();
    all.into_iter()
        .filter(|l| l.protocol == listeners::Protocol::TCP && kept.contains(&l.socket.port()))
        .map(|l| {
            let ip = match l.socket.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
                ip => ip,
            };
            let at = SocketAddr::new(ip, l.socket.port());
            (
                l.socket.port(),
                Listener { who: format!("{}, pid {}", l.process.name, l.process.pid), pid: l.process.pid, at },
            )
        })
        .collect()
}

/// The working folder of a process; `None` where it is gone or may not be seen.
pub(crate) fn folder_of(pid: u32) -> Option<PathBuf> {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
    let pid = Pid::from_u32(pid);
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().with_cwd(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
    system.process(pid).and_then(|p| p.cwd()).map(Path::to_owned)
}

/// A process whose working folder lies in `dir`: "python3, pid 4821, works in it".
pub(crate) fn working_in(dir: &Path) -> Option<String> {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
    let real = dir.canonicalize().ok()?;
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().with_cwd(UpdateKind::Always);
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let found = system.processes().values().find(|p| p.cwd().is_some_and(|cwd| cwd.starts_with(&real)))?;
    Some(format!("{}, pid {}, works in its folder", found.name().to_string_lossy(), found.pid()))
}
