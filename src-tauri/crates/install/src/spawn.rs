//! Running another program for a short, bounded question: no shell, a clean environment, no input, a time limit.
//!
//! Owns the trait the checks are written against and its one real implementation. It refuses to run anything for longer
//! than asked: the whole process group is ended when the time is up.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The most that is read of a program's output, in bytes.
const MAX_OUTPUT: u64 = 256 * 1024;

/// What a finished program said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpawnOutput {
    /// Its exit code, or `None` when a signal ended it.
    pub code: Option<i32>,
    /// The first 256 KiB of its standard output.
    pub stdout: Vec<u8>,
    /// The first 256 KiB of its standard error.
    pub stderr: Vec<u8>,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// It could not be started at all.
    #[error("could not be started: {0}")]
    Start(#[from] std::io::Error),
    /// It was still running when the time was up and has been ended.
    #[error("did not answer within {} s", .0.as_secs_f32().ceil())]
    TimedOut(Duration),
}

/// Something that can run a program; passed in, so that tests decide what runs.
pub trait Spawn: Send + Sync {
    /// Runs `argv` with exactly the variables of `env`, waits at most `timeout`.
    ///
    /// # Errors
    /// [`SpawnError::Start`] when it cannot be started, [`SpawnError::TimedOut`] when it had to be ended.
    fn run(&self, argv: &[String], env: &[(String, String)], timeout: Duration) -> Result<SpawnOutput, SpawnError>;
}

/// Runs real processes.
#[derive(Debug, Clone, Copy)]
pub struct OsSpawn;

impl Spawn for OsSpawn {
    fn run(&self, argv: &[String], env: &[(String, String)], timeout: Duration) -> Result<SpawnOutput, SpawnError> {
        let Some((program, args)) = argv.split_first() else {
            return Err(SpawnError::Start(std::io::ErrorKind::InvalidInput.into()));
        };
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(env.iter().map(|(k, v)| (k, v)))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let stdout = drain(child.stdout.take());
        let stderr = drain(child.stderr.take());
        let end = Instant::now() + timeout;
        let mut nap = Duration::from_millis(1);
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() >= end {
                end_group(child.id());
                child.kill().ok();
                child.wait().ok();
                return Err(SpawnError::TimedOut(timeout));
            }
            thread::sleep(nap);
            nap = (nap * 2).min(Duration::from_millis(20));
        };
        // A grandchild that kept the pipe open would hold the readers for ever.
        let left = end.saturating_duration_since(Instant::now()).min(Duration::from_secs(2));
        let (out, err) = (stdout.recv_timeout(left), stderr.recv_timeout(left));
        if out.is_err() || err.is_err() {
            end_group(child.id());
        }
        Ok(SpawnOutput { code: status.code(), stdout: out.unwrap_or_default(), stderr: err.unwrap_or_default() })
    }
}

fn end_group(id: u32) {
    if let Some(pid) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        rustix::process::kill_process_group(pid, rustix::process::Signal::KILL).ok();
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (tx, rx) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.by_ref().take(MAX_OUTPUT).read_to_end(&mut bytes).ok();
            // Keep reading so that a chatty program is not blocked by a full pipe.
            std::io::copy(&mut pipe, &mut std::io::sink()).ok();
        }
        tx.send(bytes).ok();
    });
    rx
}
