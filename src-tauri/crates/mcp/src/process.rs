//! A program that serves tools over its input and output, in a group of its own, which ends whole.
//!
//! It is asked by closing its input, then told, then killed, and so is everybody in its group: no plugin goes on behind one's
//! back. That holds too where this app's runtime ends in between.

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::trouble::Trouble;

/// How long it gets after its input was closed, and after TERM.
const GRACE: Duration = Duration::from_secs(1);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(25);

/// The program and what watches it.
pub(crate) struct Running {
    stop: CancellationToken,
    watched: JoinHandle<()>,
}

impl Running {
    /// Ends it and waits until it has ended.
    pub async fn end(mut self) {
        self.stop.cancel();
        let _ = (&mut self.watched).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts it: no shell, exactly the variables given, its own group.
pub(crate) fn start(
    program: &std::path::Path,
    args: &[String],
    env: &[(String, String)],
    cwd: &std::path::Path,
) -> Result<Child, Trouble> {
    let started = Command::new(program)
        .args(args)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value)))
        .current_dir(cwd)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    started.map_err(|error| {
        let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
        Trouble::NotStarted {
            program: crate::text::shown_line(&name),
            why: crate::text::shown_line(&error.to_string()),
        }
    })
}

/// Watches over it until it has ended, by itself or because the other half says so. Its pipes are somebody else's by now.
pub(crate) fn watch(child: Child) -> Running {
    let stop = CancellationToken::new();
    let group = Group { leader: child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) };
    let watched = tokio::spawn(run(child, group, stop.clone()));
    Running { stop, watched }
}

async fn run(mut child: Child, mut group: Group, stop: CancellationToken) {
    tokio::select! {
        () = group.ended() => {}
        () = stop.cancelled() => {
            // Its input is closed by whoever cancelled; well-behaved servers end then.
            if tokio::time::timeout(GRACE, group.ended()).await.is_err() {
                group.send(Signal::TERM);
                let _ = tokio::time::timeout(GRACE, group.ended()).await;
            }
        }
    }
    group.send(Signal::KILL);
    group.ended().await;
    // Only now its number may become somebody else's.
    group.leader = None;
    let _ = child.wait().await;
}

/// The group of a child that nobody has collected yet, so that the number is its own.
struct Group {
    leader: Option<Pid>,
}

impl Group {
    async fn ended(&self) {
        let Some(leader) = self.leader else { return };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(leader), look) {
                Ok(None) | Err(rustix::io::Errno::INTR) => tokio::time::sleep(LOOK).await,
                // Ended, or nobody to wait for.
                Ok(Some(_)) | Err(_) => return,
            }
        }
    }

    fn send(&self, signal: Signal) {
        if let Some(leader) = self.leader {
            // That there is nobody left is what is wanted.
            let _ = kill_process_group(leader, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.send(Signal::KILL);
    }
}
