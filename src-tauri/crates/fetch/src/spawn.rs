//! Running git: no shell, exactly the environment given, no input, and an end whenever it is asked for.
//!
//! Owns the trait and its one real implementation. The program stays in the process group of its caller, so that whoever ends
//! the group ends it too.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// One program to run.
#[derive(Debug)]
pub struct Call<'a> {
    pub argv: &'a [String],
    pub env: &'a [(String, String)],
    pub cwd: &'a Path,
    pub timeout: Duration,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
}

/// Why it did not end by itself.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    #[error("could not be started: {0}")]
    Start(#[from] std::io::Error),
    #[error("took too long")]
    TimedOut,
    /// One of the answers was to stop.
    #[error("was stopped")]
    Stopped,
}

/// What is told while it runs. Each answers whether to go on.
pub trait Talk {
    /// Bytes of its standard output.
    fn out(&mut self, bytes: &[u8]) -> bool;
    /// Bytes of its standard error.
    fn err(&mut self, bytes: &[u8]) -> bool;
    /// Asked several times a second.
    fn go_on(&mut self) -> bool;
}

/// Something that can run a program; passed in, so that tests decide what runs.
pub trait Spawn {
    /// Runs it to its end.
    ///
    /// # Errors
    /// [`SpawnError`]; it is over then, too.
    fn run(&self, call: &Call<'_>, talk: &mut dyn Talk) -> Result<Ended, SpawnError>;
}

/// Runs real processes.
#[derive(Debug, Clone, Copy)]
pub struct OsSpawn;

enum Heard {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

impl Spawn for OsSpawn {
    fn run(&self, call: &Call<'_>, talk: &mut dyn Talk) -> Result<Ended, SpawnError> {
        let Some((program, arguments)) = call.argv.split_first() else {
            return Err(SpawnError::Start(std::io::ErrorKind::InvalidInput.into()));
        };
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(call.env.iter().map(|(name, value)| (name, value)))
            .current_dir(call.cwd)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let heard = listen(&mut child);
        let end = Instant::now() + call.timeout;
        let stopped = match converse(&heard, talk, end) {
            // What it still wants to say is not waited for: it would block on a pipe that nobody reads.
            Some(why) => why,
            None => return wait(&mut child, talk, end),
        };
        stop(&mut child);
        Err(stopped)
    }
}

/// Passes on what is heard, until both pipes are closed.
fn converse(heard: &Receiver<Heard>, talk: &mut dyn Talk, end: Instant) -> Option<SpawnError> {
    loop {
        let goes_on = match heard.recv_timeout(Duration::from_millis(50)) {
            Ok(Heard::Out(bytes)) => talk.out(&bytes),
            Ok(Heard::Err(bytes)) => talk.err(&bytes),
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => return None,
        };
        if !goes_on || !talk.go_on() {
            return Some(SpawnError::Stopped);
        }
        if Instant::now() >= end {
            return Some(SpawnError::TimedOut);
        }
    }
}

/// It has closed its pipes and is about to end.
fn wait(child: &mut Child, talk: &mut dyn Talk, end: Instant) -> Result<Ended, SpawnError> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ended { code: status.code() });
        }
        if !talk.go_on() || Instant::now() >= end {
            stop(child);
            return Err(SpawnError::Stopped);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn listen(child: &mut Child) -> Receiver<Heard> {
    // Bounded: a program that says more than is taken has to wait.
    let (tell, heard) = sync_channel(16);
    if let Some(out) = child.stdout.take() {
        read(out, Heard::Out, tell.clone());
    }
    if let Some(err) = child.stderr.take() {
        read(err, Heard::Err, tell);
    }
    heard
}

fn read(mut from: impl Read + Send + 'static, kind: fn(Vec<u8>) -> Heard, tell: SyncSender<Heard>) {
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(n) = from.read(&mut buffer) {
            if n == 0 || tell.send(kind(buffer[..n].to_vec())).is_err() {
                return;
            }
        }
    });
}

/// TERM lets git take its own helpers along; KILL follows where it does not listen.
fn stop(child: &mut Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // Not reaped yet, so the number is still its own.
        let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
    let until = Instant::now() + Duration::from_secs(1);
    while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
        thread::sleep(Duration::from_millis(10));
    }
    child.kill().ok();
    child.wait().ok();
}
