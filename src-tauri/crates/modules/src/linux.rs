//! Linux: processes as `/proc` shows them (`proc(5)`).
//!
//! A process's beginning is counted in ticks since the system's start, so it goes with the system's start itself
//! (`boot_id`): a clock that is set changes neither.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rustix::io::Errno;
use rustix::process::{PidfdFlags, Signal};

use crate::process::{Identity, Row, Words, raw};

/// The system's start, in few characters. It cannot change while this program runs.
static BOOT: LazyLock<String> = LazyLock::new(|| {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().chars().filter(|c| *c != '-').take(12).collect()
});

/// When the process began; nothing where it is gone or only waits to be collected.
pub(crate) fn start_of(pid: u32) -> Option<String> {
    read_row(pid, &mut Vec::new()).filter(|row| !row.ended).map(|row| row.identity.start)
}

/// The same for a child of our own, whose number stays its own until it is collected.
pub(crate) fn start_of_child(pid: u32) -> Option<String> {
    read_row(pid, &mut Vec::new()).map(|row| row.identity.start)
}

pub(crate) fn rows() -> Vec<Row> {
    let mut buffer = Vec::with_capacity(1024);
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| read_row(pid, &mut buffer))
        .collect()
}

fn read_row(pid: u32, buffer: &mut Vec<u8>) -> Option<Row> {
    buffer.clear();
    std::fs::File::open(format!("/proc/{pid}/stat")).ok()?.read_to_end(buffer).ok()?;
    row(pid, &String::from_utf8_lossy(buffer))
}

/// The group that a process is in.
pub(crate) fn group_of(pid: u32) -> Option<u32> {
    read_row(pid, &mut Vec::new()).map(|row| row.group)
}

/// Reads one `stat` line. The name in brackets may itself hold brackets and blanks, so it ends at the last one.
fn row(pid: u32, stat: &str) -> Option<Row> {
    let rest = &stat[stat.rfind(')')? + 1..];
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // The first of these is field 3 of proc(5).
    let field = |number: usize| fields.get(number - 3).copied();
    let count = |number: usize| field(number)?.parse::<u64>().ok();
    let ticks = rustix::param::clock_ticks_per_second().max(1);
    let page = rustix::param::page_size() as u64;
    Some(Row {
        identity: Identity { pid, start: format!("{}-{}", *BOOT, count(22)?) },
        parent: field(4)?.parse().ok()?,
        group: field(5)?.parse().ok()?,
        ended: matches!(field(3)?, "Z" | "X" | "x"),
        cpu_ms: (count(14)? + count(15)?) * 1000 / ticks,
        rss: count(24)? * page,
    })
}

pub(crate) fn cwd(pid: u32) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// What each was started with. Those of other accounts, and the system's own, cannot be read and are left out.
pub(crate) fn words(pids: impl Iterator<Item = u32>) -> BTreeMap<u32, Words> {
    pids.filter_map(|pid| {
        let cwd = cwd(pid)?;
        let program = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let argv = line.split(|byte| *byte == 0).map(|word| OsString::from_vec(word.to_vec())).collect();
        Some((pid, Words { cwd, program: undeleted(&program), argv }))
    })
    .collect()
}

/// The system appends this where the program's file was replaced while it runs.
fn undeleted(program: &Path) -> PathBuf {
    let text = program.to_string_lossy();
    text.strip_suffix(" (deleted)").map_or_else(|| program.to_owned(), PathBuf::from)
}

/// The handle is taken first and the identity compared after: from then on the signal cannot reach another.
pub(crate) fn send(to: &Identity, signal: Signal) -> std::io::Result<bool> {
    let Some(pid) = raw(to.pid) else {
        return Ok(false);
    };
    let handle = match rustix::process::pidfd_open(pid, PidfdFlags::empty()) {
        Ok(handle) => handle,
        Err(Errno::SRCH) => return Ok(false),
        // Kernels before 5.3 have no such handles.
        Err(Errno::NOSYS) => return send_by_number(to, pid, signal),
        Err(error) => return Err(error.into()),
    };
    if !to.alive() {
        return Ok(false);
    }
    match rustix::process::pidfd_send_signal(&handle, signal) {
        Ok(()) => Ok(true),
        Err(Errno::SRCH) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn send_by_number(to: &Identity, pid: rustix::process::Pid, signal: Signal) -> std::io::Result<bool> {
    if !to.alive() {
        return Ok(false);
    }
    match rustix::process::kill_process(pid, signal) {
        Ok(()) => Ok(true),
        Err(Errno::SRCH) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes this process the parent of everybody below it who loses his own, so that a module that forks away is still found.
pub(crate) fn collect_orphans() {
    // Where the kernel refuses, the process group is what remains.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// How many processes the system has killed so far because memory ran out.
pub(crate) fn memory_kills() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/vmstat").ok()?;
    counters.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let stat =
            "42 (a) R 1 (b) S 7 40 40 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 1 0 123456 1000 3 18446744073709551615 1";
        let row = row(42, stat).expect("the line is complete");
        assert_eq!((row.parent, row.group), (7, 40), "the fields after the last bracket");
        assert!(row.identity.start.ends_with("-123456"), "field 22 is the start: {}", row.identity.start);
        assert!(!row.ended && row.cpu_ms > 0 && row.rss > 0, "it runs, and used something");
    }
}
