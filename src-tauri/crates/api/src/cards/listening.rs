//! Who listens on the ports that are kept, asked once for all of them.

use std::collections::{HashMap, HashSet};

/// Port to "python3, pid 4821", for those of `ports` on which somebody listens.
pub(crate) fn on(ports: impl Iterator<Item = u16>) -> HashMap<u16, String> {
    let kept: HashSet<u16> = ports.collect();
    if kept.is_empty() {
        return HashMap::new();
    }
    // The listing fails as a whole when a process ends while it is read; then it is tried once more.
    let all = listeners::get_all().or_else(|_| listeners::get_all()).unwrap_or_default();
    all.into_iter()
        .filter(|l| l.protocol == listeners::Protocol::TCP && kept.contains(&l.socket.port()))
        .map(|l| (l.socket.port(), format!("{}, pid {}", l.process.name, l.process.pid)))
        .collect()
}
