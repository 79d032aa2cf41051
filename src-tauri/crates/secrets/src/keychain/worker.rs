//! The one thread that talks to the keychain, and the waiting for it.

use super::vault::Vault;
use crate::SecretError;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Opens the keychain.
pub(super) type Open = Box<dyn Fn() -> Result<Box<dyn Vault>, SecretError> + Send + Sync>;

type Job = Box<dyn FnOnce(&mut Bench) + Send>;

/// While a call hangs whose caller has gone, the next ones wait no longer than this.
const PATIENCE_WHEN_STUCK: Duration = Duration::from_millis(500);

const QUEUED: u8 = 0;
const RUNNING: u8 = 1;
const ABANDONED: u8 = 2;

/// Hands jobs to the thread, which starts with the first job.
pub(super) struct Worker {
    open: Arc<Open>,
    jobs: Mutex<Option<Sender<Job>>>,
    shared: Arc<Shared>,
}

/// What callers can see of the thread.
#[derive(Default)]
struct Shared {
    /// The running call outlived its caller.
    stuck: AtomicBool,
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
        Worker { open: Arc::new(open), jobs: Mutex::default(), shared: Arc::default() }
    }

    /// Runs `work` on the thread and waits at most `timeout`.
    ///
    /// A call that is still queued then is dropped and never happens; one that already runs cannot be taken
    /// back and may still end either way.
    pub fn run<T: Send + 'static>(
        &self,
        timeout: Duration,
        work: impl FnOnce(&dyn Vault) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let ticket = Arc::new(AtomicU8::new(QUEUED));
        let (answer, answers) = mpsc::channel();
        let (claim, shared) = (ticket.clone(), self.shared.clone());
        self.send(Box::new(move |bench| {
            if claim.compare_exchange(QUEUED, RUNNING, Ordering::SeqCst, Ordering::SeqCst).is_err() {
                return;
            }
            let result = bench.vault().and_then(|vault| {
                shared.locked.store(vault.is_locked(), Ordering::SeqCst);
                work(vault)
            });
            if matches!(result, Err(SecretError::Failed(_) | SecretError::Absent(_))) {
                // The connection may be the reason: the next call opens a new one.
                bench.vault = None;
            }
            shared.stuck.store(false, Ordering::SeqCst);
            // The caller may be gone; then nobody needs the answer.
            let _ = answer.send(result);
        }))?;
        let patience =
            if self.shared.stuck.load(Ordering::SeqCst) { timeout.min(PATIENCE_WHEN_STUCK) } else { timeout };
        match answers.recv_timeout(patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => {
                *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Err(SecretError::Failed("the keychain's thread ended; the next call starts a new one".into()))
            }
            Err(RecvTimeoutError::Timeout) => {
                let was = ticket.compare_exchange(QUEUED, ABANDONED, Ordering::SeqCst, Ordering::SeqCst);
                if was.is_err() {
                    // It may have answered between the time-out and here.
                    if let Ok(result) = answers.try_recv() {
                        return result;
                    }
                    self.shared.stuck.store(true, Ordering::SeqCst);
                }
                Err(if self.shared.locked.load(Ordering::SeqCst) {
                    SecretError::Locked
                } else {
                    SecretError::Slow(patience)
                })
            }
        }
    }

    fn send(&self, job: Job) -> Result<(), SecretError> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match jobs.take() {
            Some(sender) => sender,
            None => start(self.open.clone())?,
        };
        let sent = sender.send(job);
        if sent.is_ok() {
            *jobs = Some(sender);
        }
        sent.map_err(|_| SecretError::Failed("the keychain's thread ended; the next call starts a new one".into()))
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
