//! Running a command as a step: no shell, its own environment, its own process group.
//!
//! Owns the marker that proves after a crash that the command was begun (`trash/<change>/<n>.run`). The command inherits
//! the marker as its locked standard input, so that recovery can tell whether it is still running without trusting a
//! process number, and can stop its group (`<n>.group`) before it removes what the command made.

use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use sanctum_foreign::child::{end_group, lines};

use crate::disk::{Disk, Place, Spot};
use crate::forward::Doing;
use crate::lock::try_lock;
use crate::{Action, ChangeError};

/// How long a group gets between TERM and KILL.
const GRACE: Duration = Duration::from_secs(2);
const TAIL: usize = 8;
const LONGEST_LINE: u64 = 8 * 1024;
/// Characters of a line that are kept for an error: an installer names hundreds of packages in one.
const KEPT_OF_LINE: usize = 400;

fn marker(change: &str, n: usize) -> Result<Place, ChangeError> {
    Place::state(&format!("trash/{change}/{n}.run"))
}

fn group_file(change: &str, n: usize) -> Result<Place, ChangeError> {
    Place::state(&format!("trash/{change}/{n}.group"))
}

/// Whether the command of this step was begun.
pub(crate) fn was_started(disk: &Disk, change: &str, n: usize) -> Result<bool, ChangeError> {
    Ok(disk.look(&marker(change, n)?)? != Spot::Absent)
}

/// Removes the marker: what the command made is gone, or stays for good.
pub(crate) fn forget(disk: &Disk, change: &str, n: usize) -> Result<(), ChangeError> {
    for place in [group_file(change, n)?, marker(change, n)?] {
        if disk.look(&place)? != Spot::Absent {
            disk.remove_file(&place)?;
        }
    }
    Ok(())
}

/// Runs the command of `action` to its end and puts what it made in its place.
pub(crate) fn run(doing: &Doing<'_>, action: &Action) -> Result<(), ChangeError> {
    let Action::Run { argv, cwd, env, creates, final_path, timeout } = action else {
        return Ok(());
    };
    let disk = doing.disk;
    let Some((program, arguments)) = argv.split_first() else {
        return Err(ChangeError::BadPath {
            path: final_path.to_string(),
            reason: "the command has no program".to_owned(),
        });
    };
    let (made, place) = (Place::of(creates), Place::of(final_path));
    // Checked right before: opening it refuses links, and the command gets the path.
    disk.names(&Place::of(cwd))?;
    let lock = disk.write_own(&marker(doing.change, doing.n)?, b"")?;
    let locked = try_lock(&lock).map_err(|e| ChangeError::io(&disk.path(&made), "lock the marker for", e))?;
    if !locked {
        return Err(ChangeError::Busy);
    }
    if disk.look(&made)? != Spot::Absent {
        // The check before the apply found it to be the remains of an attempt that crashed.
        disk.drop_tree(&made)?;
    }
    disk.point("spawn", &disk.path(&place), "run the command for")?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(disk.path(&Place::of(cwd))).env_clear().envs(env.iter().map(|(k, v)| (k, v)));
    command.stdin(Stdio::from(lock)).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn().map_err(|e| ChangeError::io(std::path::Path::new(program), "start", e))?;
    let group = child.id();
    let noted = disk.write_own(&group_file(doing.change, doing.n)?, group.to_string().as_bytes());
    let mut tail = Vec::new();
    let ended = noted.and_then(|_| watch(doing, &mut child, &mut tail, *timeout, program));
    let status = match ended {
        Ok(status) => status,
        Err(error) => {
            if !matches!(error, ChangeError::Died { .. }) {
                end_group(&mut child, GRACE);
            }
            return Err(error);
        }
    };
    if !status.success() {
        return Err(ChangeError::CommandFailed { argv0: program.clone(), code: status.code(), tail });
    }
    if disk.look(&made)? == Spot::Absent {
        return Err(ChangeError::CommandMadeNothing { argv0: program.clone(), expected: creates.to_string(), tail });
    }
    if creates == final_path { Ok(()) } else { disk.move_tree(&made, &place) }
}

/// Passes lines on until the command has ended, is cancelled, or has had its time.
fn watch(
    doing: &Doing<'_>,
    child: &mut Child,
    tail: &mut Vec<String>,
    timeout: Duration,
    program: &str,
) -> Result<ExitStatus, ChangeError> {
    let began = Instant::now();
    let lines = lines(child, LONGEST_LINE);
    let mut take = |line: String| {
        (doing.line)(&line, began);
        if tail.len() == TAIL {
            tail.remove(0);
        }
        tail.push(match line.char_indices().nth(KEPT_OF_LINE) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        });
    };
    let mut open = true;
    loop {
        if open {
            match lines.recv_timeout(Duration::from_millis(40)) {
                Ok(line) => take(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => open = false,
            }
        } else {
            thread::sleep(Duration::from_millis(10));
        }
        doing.disk.point("running", &doing.disk.path(&Place::of(&crate::RelPath::root())), "run the command in")?;
        let io = |e| ChangeError::io(std::path::Path::new(program), "wait for", e);
        if let Some(status) = child.try_wait().map_err(io)? {
            // A grandchild may keep the pipe open; what was said by now is enough.
            while let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
                take(line);
            }
            return Ok(status);
        }
        if doing.ctl.cancelled() {
            return Err(ChangeError::Cancelled);
        }
        if began.elapsed() >= timeout {
            let seconds = timeout.as_secs();
            return Err(ChangeError::CommandTimedOut {
                argv0: program.to_owned(),
                seconds,
                tail: std::mem::take(tail),
            });
        }
    }
}

/// After a crash: if the command of this step still runs, ends its group and waits for it.
///
/// # Errors
/// [`ChangeError::Busy`] where it cannot be ended: the change stays open.
pub(crate) fn stop_leftover(disk: &Disk, change: &str, n: usize) -> Result<(), ChangeError> {
    let Some(file) = disk.open_own(&marker(change, n)?) else {
        return Ok(());
    };
    let free = |file: &std::fs::File| try_lock(file.as_fd()).unwrap_or(true);
    if free(&file) {
        return Ok(());
    }
    let mut text = String::new();
    if let Some(group) = disk.open_own(&group_file(change, n)?) {
        // An empty text, or one that is no number, means that nobody can be signalled.
        let _ = group.take(16).read_to_string(&mut text);
    }
    let group = text.trim().parse().ok().and_then(Pid::from_raw);
    for signal in [Signal::TERM, Signal::KILL] {
        if let Some(group) = group {
            let _ = kill_process_group(group, signal);
        }
        let until = Instant::now() + GRACE;
        while Instant::now() < until {
            if free(&file) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    Err(ChangeError::Busy)
}
