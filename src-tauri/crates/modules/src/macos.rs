//! macOS: processes as the kernel lists them, through `sysinfo`. Compiled everywhere, so that Linux keeps it compiling and
//! its tests can compare it with `/proc`.
//!
//! Its kernel tells a process's beginning as a time of day that does not move when the clock is set. It has no handle to send
//! a signal by and nobody who collects orphans, so the comparison comes right before the signal, and a module that leaves its
//! process group is found only while its parent lives.
#![cfg_attr(target_os = "linux", allow(dead_code))]

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustix::io::Errno;
use rustix::process::Signal;
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use crate::process::{Identity, Row, Words, number, raw};

fn ended(process: &Process) -> bool {
    matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead)
}

fn one(pid: u32, kind: ProcessRefreshKind) -> Option<System> {
    let mut system = System::new();
    let seen = system.refresh_processes_specifics(ProcessesToUpdate::Some(&[Pid::from_u32(pid)]), true, kind);
    (seen == 1).then_some(system)
}

pub(crate) fn start_of(pid: u32) -> Option<String> {
    let system = one(pid, ProcessRefreshKind::nothing())?;
    let process = system.process(Pid::from_u32(pid)).filter(|process| !ended(process))?;
    Some(process.start_time().to_string())
}

/// The same for a child of our own, whose number stays its own until it is collected.
pub(crate) fn start_of_child(pid: u32) -> Option<String> {
    let system = one(pid, ProcessRefreshKind::nothing())?;
    Some(system.process(Pid::from_u32(pid))?.start_time().to_string())
}

pub(crate) fn rows() -> Vec<Row> {
    let mut system = System::new();
    let kind = ProcessRefreshKind::nothing().with_cpu().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    let processes = system.processes().values().filter(|process| process.thread_kind().is_none());
    processes.map(row).collect()
}

fn row(process: &Process) -> Row {
    let pid = process.pid().as_u32();
    Row {
        identity: Identity { pid, start: process.start_time().to_string() },
        parent: process.parent().map_or(0, Pid::as_u32),
        group: group_of(pid).unwrap_or(0),
        ended: ended(process),
        cpu_ms: process.accumulated_cpu_time(),
        rss: process.memory(),
    }
}

/// The group that a process is in. Not for the threads of Linux's kernel, which are in none.
pub(crate) fn group_of(pid: u32) -> Option<u32> {
    rustix::process::getpgid(Some(raw(pid)?)).ok().map(number)
}

pub(crate) fn cwd(pid: u32) -> Option<PathBuf> {
    let system = one(pid, ProcessRefreshKind::nothing().with_cwd(UpdateKind::Always))?;
    system.process(Pid::from_u32(pid))?.cwd().map(PathBuf::from)
}

pub(crate) fn words(pids: impl Iterator<Item = u32>) -> BTreeMap<u32, Words> {
    let pids: Vec<Pid> = pids.map(Pid::from_u32).collect();
    let mut system = System::new();
    let always = UpdateKind::Always;
    let kind = ProcessRefreshKind::nothing().with_cwd(always).with_exe(always).with_cmd(always);
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&pids), true, kind);
    let known = pids.iter().filter_map(|pid| {
        let process = system.process(*pid)?;
        let words =
            Words { cwd: process.cwd()?.to_owned(), program: process.exe()?.to_owned(), argv: process.cmd().to_vec() };
        Some((pid.as_u32(), words))
    });
    known.collect()
}

pub(crate) fn send(to: &Identity, signal: Signal) -> std::io::Result<bool> {
    let Some(pid) = raw(to.pid) else {
        return Ok(false);
    };
    if start_of(to.pid).is_none_or(|start| start != to.start) {
        return Ok(false);
    }
    match rustix::process::kill_process(pid, signal) {
        Ok(()) => Ok(true),
        Err(Errno::SRCH) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Nobody can ask for this here.
pub(crate) fn collect_orphans() {}

/// The system does not tell.
pub(crate) fn memory_kills() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_sees_the_same_process_as_the_system_itself() {
        let own = std::process::id();
        let kind = super::ProcessRefreshKind::nothing().with_cpu().with_memory();
        let system = super::one(own, kind).expect("this process is found");
        let row = super::row(system.process(super::Pid::from_u32(own)).expect("this process is listed"));
        assert_eq!(Some(&row.identity.start), super::start_of(own).as_ref(), "one beginning, asked in two ways");
        let table = crate::process::Table::read();
        let other = table.row(own).expect("this process is in the table");
        assert_eq!((row.parent, row.group, row.ended), (other.parent, other.group, other.ended), "its relations");
        let words = super::words([own].into_iter());
        let words = words.get(&own).expect("its own words may be read");
        assert_eq!(words.cwd, std::env::current_dir().expect("a folder to work in"), "where it works");
        assert!(!words.argv.is_empty(), "what it was started with");
    }
}
