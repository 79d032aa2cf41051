//! The one thread that talks to the keychain, and the waiting for it.

use super::vault::Vault;
use crate::SecretError;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Opens the keychain.
pub(super) type Open = Box<dyn Fn() -> Result<Box<dyn Vault>, SecretError> + Send + Sync>;

type Job = Box<dyn FnOnce(&mut Bench) + Send>;

/// While a call hangs whose caller has gone, the next ones wait no longer than this.
const PATIENCE_WHEN_STUCK: Duration = Duration::from_millis(500);

/// A call that hangs this long without its caller never comes back: its daemon ended while it asked. The next call gets
/// a thread of its own.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);

const QUEUED: u8 = 0;
const RUNNING: u8 = 1;
const ABANDONED: u8 = 2;

/// Hands jobs to the thread, which starts with the first job.
pub(super) struct Worker {
    open: Arc<Open>,
    jobs: Mutex<Option<Line>>,
    given_up_after: Duration,
}

/// The way to a thread, and what it lets others see.
#[derive(Clone)]
struct Line {
    jobs: Sender<Job>,
    shared: Arc<Shared>,
}

/// What callers can see of the thread.
#[derive(Default)]
struct Shared {
    /// Since when the running call has outlived its caller.
    stuck: Mutex<Option<Instant>>,
    /// The keychain was locked when the running call began.
    locked: AtomicBool,
}

/// What the thread works with.
struct Bench {
    open: Arc<Open>,
    vault: Option<Box<dyn Vault>>,
}

impl Worker {
    pub fn new(open: Open) -> Worker {
        Worker { open: Arc::new(open), jobs: Mutex::default(), given_up_after: GIVEN_UP_AFTER }
    }

    #[cfg(test)]
    pub fn giving_up_after(self, after: Duration) -> Worker {
        Worker { given_up_after: after, ..self }
    }

    /// Runs `work` on the thread and waits at most `timeout`.
    ///
    /// What fails over a connection of earlier calls is tried once more over a new one, so `work` may run twice.
    ///
    /// A call that is still queued then is dropped and never happens; one that already runs cannot be taken
    /// back and may still end either way.
    pub fn run<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl Fn(&dyn Vault) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let ticket = Arc::new(AtomicU8::new(QUEUED));
        let (answer, answers) = mpsc::channel();
        let line = self.line()?;
        let (claim, shared) = (ticket.clone(), line.shared.clone());
        let sent = line.jobs.send(Box::new(move |bench| {
            if claim.compare_exchange(QUEUED, RUNNING, Ordering::SeqCst, Ordering::SeqCst).is_err() {
                return;
            }
            let attempt = |bench: &mut Bench| {
                let vault = bench.vault()?;
                shared.locked.store(vault.is_locked(), Ordering::SeqCst);
                work(vault)
            };
            let kept = bench.vault.is_some();
            let mut result = attempt(bench);
            if kept && matches!(result, Err(SecretError::Failed(_))) {
                // A keychain that was started again knows nothing of connections to the one before.
                bench.vault = None;
                result = attempt(bench);
            }
            if matches!(result, Err(SecretError::Failed(_) | SecretError::Absent(_))) {
                // The connection may be the reason: the next call opens a new one.
                bench.vault = None;
            }
            *shared.stuck() = None;
            // The caller may be gone; then nobody needs the answer.
            let _ = answer.send(result);
        }));
        if sent.is_err() {
            return Err(self.ended());
        }
        let patience = if line.shared.stuck().is_some() { timeout.min(PATIENCE_WHEN_STUCK) } else { timeout };
        match answers.recv_timeout(patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => {
                let was = ticket.compare_exchange(QUEUED, ABANDONED, Ordering::SeqCst, Ordering::SeqCst);
                if was.is_err() {
                    // It may have answered between the time-out and here.
                    if let Ok(result) = answers.try_recv() {
                        return result;
                    }
                    line.shared.stuck().get_or_insert_with(Instant::now);
                }
                Err(if line.shared.locked.load(Ordering::SeqCst) {
                    SecretError::Locked
                } else {
                    SecretError::Slow(patience)
                })
            }
        }
    }

    /// The thread's, or a new one's where there is none or it hangs for good.
    fn line(&self) -> Result<Line, SecretError> {
        let mut kept = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let hangs = |line: &Line| line.shared.stuck().is_some_and(|since| since.elapsed() >= self.given_up_after);
        match kept.as_ref().filter(|line| !hangs(line)) {
            Some(line) => Ok(line.clone()),
            None => Ok(kept.insert(Line { jobs: start(self.open.clone())?, shared: Arc::default() }).clone()),
        }
    }

    fn ended(&self) -> SecretError {
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) = None;
        SecretError::Failed("the keychain's thread ended; the next call starts a new one".into())
    }
}

impl Shared {
    fn stuck(&self) -> MutexGuard<'_, Option<Instant>> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bench {
    fn vault(&mut self) -> Result<&dyn Vault, SecretError> {
        if self.vault.is_none() {
            self.vault = Some((self.open)()?);
        }
        match &self.vault {
            Some(vault) => Ok(vault.as_ref()),
            None => Err(SecretError::Failed("the keychain could not be opened".into())),
        }
    }
}

fn start(open: Arc<Open>) -> Result<Sender<Job>, SecretError> {
    let (sender, receiver) = mpsc::channel::<Job>();
    thread::Builder::new()
        .name("keychain".into())
        .spawn(move || {
            let mut bench = Bench { open, vault: None };
            while let Ok(job) = receiver.recv() {
                job(&mut bench);
            }
        })
        .map(|_| sender)
        .map_err(|error| SecretError::Failed(format!("no thread could be started for the keychain: {error}")))
}
