//! Families of processes: ending one, and what it weighs.

use std::collections::HashMap;
use std::process::Child;
use std::time::{Duration, Instant};

/// Ends a child that leads its own group, and waits until the group is gone.
pub fn end(child: &mut Child) {
    let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) else { return };
    let family = family(child.id());
    let _asked = rustix::process::kill_process_group(pid, rustix::process::Signal::TERM);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(2) && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _gone = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    let _reaped = child.wait();
    while began.elapsed() < Duration::from_secs(4) && family.iter().any(|pid| pss_kib(*pid).is_some()) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The process and its children, and theirs.
pub fn family(of: u32) -> Vec<u32> {
    let parents: HashMap<u32, u32> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid: u32| Some((pid, parent(pid)?)))
        .collect();
    let mut family = vec![of];
    loop {
        let more: Vec<u32> = parents
            .iter()
            .filter(|(pid, parent)| family.contains(parent) && !family.contains(pid))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            return family;
        }
        family.extend(more);
    }
}

fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold anything.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Proportional set size; `None` for a process that is gone.
fn pss_kib(pid: u32) -> Option<u32> {
    rollup(pid, "Pss:")
}

fn rollup(pid: u32, field: &str) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    text.lines().find_map(|line| line.strip_prefix(field)?.split_whitespace().next()?.parse().ok())
}

/// What a whole family weighs, in MiB.
pub fn weight(of: u32) -> f64 {
    family(of).into_iter().filter_map(pss_kib).map(f64::from).sum::<f64>() / 1024.0
}

/// What a whole family holds of its own, in MiB: without the libraries, whose share depends on who else runs.
pub fn own(of: u32) -> f64 {
    family(of).into_iter().filter_map(|pid| rollup(pid, "Pss_Anon:")).map(f64::from).sum::<f64>() / 1024.0
}

/// What one process weighs without its children, in MiB.
pub fn alone(pid: u32) -> f64 {
    pss_kib(pid).map_or(0.0, f64::from) / 1024.0
}

/// The parts of it, for whoever looks for the cause.
pub fn parts(of: u32) -> String {
    let name = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned();
    let parts: Vec<String> = family(of)
        .into_iter()
        .filter_map(|pid| Some(format!("{} {:.1}", name(pid), f64::from(pss_kib(pid)?) / 1024.0)))
        .collect();
    parts.join(", ")
}
