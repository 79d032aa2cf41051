//! Running code of a plugin for a moment: in a child with next to no environment, in a folder that is thrown away, with limits.
//!
//! Owns the limits and the ending: whatever the child started is ended with it, also what left its process group, as far as it
//! can be known by its folder. It is no jail: the child has the operator's rights. So nothing here runs before a person trusted
//! exactly this content.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use crate::text::shown;

/// What a run is handed of the world.
pub struct Cage<'a> {
    /// The interpreter: that of the tool the plugin is for.
    pub python: &'a Path,
    /// `PATH`.
    pub path: &'a str,
    /// `LANG`.
    pub lang: &'a str,
    /// A folder in which a new one is made for each run, and taken away again.
    pub scratch: &'a Path,
    pub limits: Limits,
    /// Asked again and again; where it says yes, all is ended.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// How much a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub time: Duration,
    /// Bytes of each output.
    pub output: usize,
    /// Bytes written into its folder.
    pub disk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(10), output: 1 << 20, disk: 64 << 20 }
    }
}

/// How a run ended that came to its end.
#[derive(Debug)]
pub(crate) struct Said {
    /// `None` where a signal ended it.
    pub code: Option<i32>,
    pub out: Vec<u8>,
    /// Fit to be shown.
    pub err: String,
}

/// Why a run did not come to its end. Nothing of it goes on.
#[derive(Debug, thiserror::Error)]
pub enum CageError {
    #[error("`{}` could not be started: {source}", shown(&program.display().to_string()))]
    Start { program: PathBuf, source: std::io::Error },
    #[error("it did not end within {} s and was ended", limit.as_secs_f32())]
    TimedOut { limit: Duration },
    #[error("it wrote more than {} and was ended", sanctum_fetch::size(u64::try_from(*limit).unwrap_or(u64::MAX)))]
    Flood { limit: usize },
    #[error("it filled its folder with more than {} and was ended", sanctum_fetch::size(*limit))]
    Disk { limit: u64 },
    #[error("it was called off")]
    Cancelled,
    #[error("its folder could not be made: {0}")]
    Scratch(std::io::Error),
}

enum Heard {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

/// Runs `python <arguments>`.
pub(crate) fn run(cage: &Cage<'_>, arguments: &[&std::ffi::OsStr]) -> Result<Said, CageError> {
    let folder = tempfile::Builder::new().prefix("plugin-").tempdir_in(cage.scratch).map_err(CageError::Scratch)?;
    let home = folder.path().canonicalize().map_err(CageError::Scratch)?;
    let start = |source| CageError::Start { program: cage.python.to_owned(), source };
    let mut child = Command::new(cage.python)
        .args(arguments)
        .env_clear()
        .env("PATH", cage.path)
        .env("LANG", cage.lang)
        .env("HOME", &home)
        .env("TMPDIR", &home)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONNOUSERSITE", "1")
        .current_dir(&home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(start)?;
    let (tell, heard) = channel();
    if let Some(out) = child.stdout.take() {
        listen(out, Heard::Out, tell.clone());
    }
    if let Some(err) = child.stderr.take() {
        listen(err, Heard::Err, tell);
    }
    let mut taken = Taken { out: Vec::new(), err: Vec::new(), most: cage.limits.output };
    let watched = watch(cage, &child, &heard, &home, &mut taken);
    // The leader is not reaped yet, so the group's number is still its own.
    end_group(&child);
    end_strays(&home);
    let status = child.wait();
    let rest = drain(&heard, &mut taken);
    // What it left there may be made hard to delete; it lies in the folder of the app then.
    let _left = folder.close();
    watched?;
    rest?;
    let err = String::from_utf8_lossy(&taken.err);
    Ok(Said { code: status.map_err(start)?.code(), err: crate::text::shown_up_to(&err, 600), out: taken.out })
}

struct Taken {
    out: Vec<u8>,
    err: Vec<u8>,
    most: usize,
}

impl Taken {
    fn take(&mut self, heard: Heard) -> Result<(), CageError> {
        let (kept, bytes) = match heard {
            Heard::Out(bytes) => (&mut self.out, bytes),
            Heard::Err(bytes) => (&mut self.err, bytes),
        };
        kept.extend_from_slice(&bytes);
        if kept.len() > self.most { Err(CageError::Flood { limit: self.most }) } else { Ok(()) }
    }
}

/// Until the child itself ended; it stays to be reaped.
fn watch(
    cage: &Cage<'_>,
    child: &Child,
    heard: &Receiver<Heard>,
    home: &Path,
    taken: &mut Taken,
) -> Result<(), CageError> {
    let end = Instant::now() + cage.limits.time;
    let mut look = Instant::now();
    let mut open = true;
    loop {
        if open {
            match heard.recv_timeout(Duration::from_millis(20)) {
                Ok(bytes) => taken.take(bytes)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => open = false,
            }
        } else {
            thread::sleep(Duration::from_millis(5));
        }
        if has_ended(child) {
            return Ok(());
        }
        if (cage.cancelled)() {
            return Err(CageError::Cancelled);
        }
        if Instant::now() >= end {
            return Err(CageError::TimedOut { limit: cage.limits.time });
        }
        if look.elapsed() >= Duration::from_millis(250) {
            look = Instant::now();
            if sanctum_python::read::size(home) > cage.limits.disk {
                return Err(CageError::Disk { limit: cage.limits.disk });
            }
        }
    }
}

/// What still lies in the pipes. Nobody holds them any more, or nobody who could be found; that one is not waited for.
fn drain(heard: &Receiver<Heard>, taken: &mut Taken) -> Result<(), CageError> {
    let until = Instant::now() + Duration::from_secs(2);
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        match heard.recv_timeout(left) {
            Ok(bytes) => taken.take(bytes)?,
            Err(_) => break,
        }
    }
    Ok(())
}

fn listen(mut from: impl Read + Send + 'static, kind: fn(Vec<u8>) -> Heard, tell: Sender<Heard>) {
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(n) = from.read(&mut buffer) {
            if n == 0 || tell.send(kind(buffer[..n].to_vec())).is_err() {
                return;
            }
        }
    });
}

fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// Looks without reaping.
fn has_ended(child: &Child) -> bool {
    let Some(pid) = pid(child) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

fn end_group(child: &Child) {
    if let Some(group) = pid(child) {
        // ESRCH means that it is over already, which is what is wanted.
        let _gone = kill_process_group(group, Signal::KILL);
    }
}

/// Ends what left the group. It is known by the folder it was given, which is named like no other.
fn end_strays(home: &Path) {
    let marker = format!("HOME={}", home.display());
    for _ in 0..3 {
        let mut system = System::new();
        let what = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always).with_cwd(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        let mut found = false;
        for process in system.processes().values().filter(|process| process.thread_kind().is_none()) {
            let ours = process.environ().iter().any(|one| *one == *marker.as_str())
                || process.cwd().is_some_and(|cwd| cwd.starts_with(home));
            let pid = i32::try_from(process.pid().as_u32()).ok().and_then(Pid::from_raw);
            if let (true, Some(pid)) = (ours && process.status() != sysinfo::ProcessStatus::Zombie, pid) {
                found = kill_process(pid, Signal::KILL).is_ok() || found;
            }
        }
        if !found {
            return;
        }
    }
}
