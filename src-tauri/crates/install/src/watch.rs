//! One watcher for a whole root: says which paths changed, or one coarse "reconcile", so that the window never needs a
//! refresh.
//!
//! Owns: which folders are watched (the ones discovery reads, by pattern, never a tree: a `venv` has thousands), the
//! coalescing, new folders (each is scanned when it appears, for a watch loses what is written right after `mkdir -p`),
//! the root going and coming back, and polling when the system has no watches left.
//! Refuses: reading files, and interpreting what it saw: it may report a path once too often, never once too few.
//!
//! Events come from `notify` itself. `notify-debouncer-full` was looked at and left: it drops a file that is replaced and
//! then removed within one window, wakes up for ever, and needs time squared to add many folders.

mod interest;
mod poll;
mod worker;

use notify::{Event, EventKind, RecommendedWatcher, event::AccessKind, event::AccessMode};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

pub use interest::is_of_interest;
use worker::{Message, Worker};

/// What the watcher tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchEvent {
    /// These paths appeared, changed or went; ordered, each once. Folders stand for themselves.
    Changed {
        /// Below the root as it was given.
        paths: Vec<PathBuf>,
    },
    /// Something happened that single paths do not tell: look at everything again.
    Reconcile {
        /// In words.
        reason: String,
    },
}

/// How the watcher learns of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchMode {
    /// The system tells it.
    Events,
    /// It looks every [`WatchOptions::poll_every`].
    Polling {
        /// Why, in words.
        reason: String,
    },
}

/// What a watcher needs to be told.
#[derive(Clone)]
pub struct WatchOptions {
    /// How long changes are gathered before they are told; 60 ms.
    pub window: Duration,
    /// How often polling looks; 2 s.
    pub poll_every: Duration,
    /// Folders watched at most before it goes over to polling; 100,000.
    pub max_watches: usize,
    /// Is what lies at this path now our own writing? Such paths are not reported.
    pub is_ours: Arc<dyn Fn(&Path) -> bool + Send + Sync>,
}

impl Default for WatchOptions {
    fn default() -> WatchOptions {
        WatchOptions {
            window: Duration::from_millis(60),
            poll_every: Duration::from_secs(2),
            max_watches: 100_000,
            is_ours: Arc::new(|_| false),
        }
    }
}

/// Why there is no watcher.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The root's place cannot be resolved.
    #[error("`{}` cannot be watched: {source}; changes made outside will not show by themselves; check that its parent folder exists and may be read", path.display())]
    Root {
        /// The root.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// No thread could be started.
    #[error(
        "the watcher could not start: {0}; changes made outside will not show by themselves; close other programs and try again"
    )]
    Thread(std::io::Error),
}

/// A running watcher; dropping it stops its threads.
pub struct Watcher {
    to_worker: Sender<Message>,
    thread: Option<JoinHandle<()>>,
    mode: Arc<RwLock<WatchMode>>,
}

impl Watcher {
    /// Starts watching `root`, which need not exist yet (its parent must). When this returns, every change from now on
    /// is told. `on_event` is called on the watcher's thread.
    ///
    /// # Errors
    /// Only when the parent of the root cannot be resolved or no thread can be started; a lack of watches is no error
    /// but [`WatchMode::Polling`].
    pub fn start(
        root: &Path,
        options: WatchOptions,
        on_event: impl Fn(WatchEvent) + Send + 'static,
    ) -> Result<Watcher, WatchError> {
        let real = real_root(root).map_err(|source| WatchError::Root { path: root.to_path_buf(), source })?;
        let (to_worker, inbox) = mpsc::channel();
        let mode = Arc::new(RwLock::new(WatchMode::Events));
        let (ready, started) = mpsc::channel();
        let events = watcher(&real, to_worker.clone());
        let worker = Worker::new(root.to_path_buf(), real, options, Arc::clone(&mode), Box::new(on_event));
        let thread = std::thread::Builder::new()
            .name("sanctum-watch".to_owned())
            .spawn(move || worker.run(events, &inbox, &ready))
            .map_err(WatchError::Thread)?;
        let _ = started.recv();
        Ok(Watcher { to_worker, thread: Some(thread), mode })
    }

    /// How it learns of changes now; for the status line.
    pub fn mode(&self) -> WatchMode {
        self.mode.read().map_or(WatchMode::Events, |mode| mode.clone())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.to_worker.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// The root with links resolved, also when it is not there yet: events carry resolved paths on macOS.
fn real_root(root: &Path) -> std::io::Result<PathBuf> {
    match std::fs::canonicalize(root) {
        Ok(real) => Ok(real),
        Err(error) => match (root.parent(), root.file_name()) {
            (Some(parent), Some(name)) => Ok(std::fs::canonicalize(parent)?.join(name)),
            _ => Err(error),
        },
    }
}

/// The system's watcher. Its thread only filters and passes on.
fn watcher(real: &Path, to_worker: Sender<Message>) -> notify::Result<RecommendedWatcher> {
    let root = real.to_path_buf();
    notify::recommended_watcher(move |event: notify::Result<Event>| {
        let message = match event {
            Ok(event) if event.need_rescan() => Message::Lost("the system lost track of some changes".to_owned()),
            Ok(event) if is_read(&event.kind) => return,
            Ok(event) => {
                let concerns = |path: &PathBuf| path.strip_prefix(&root).is_ok_and(interest::reported);
                let paths: Vec<PathBuf> = event.paths.into_iter().filter(concerns).collect();
                if paths.is_empty() {
                    return;
                }
                Message::Touched(paths)
            }
            Err(error) => Message::Lost(format!("the system's watcher reported: {error}")),
        };
        let _ = to_worker.send(message);
    })
}

/// Opening and reading change nothing (and discovery does both).
fn is_read(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Access(access) if !matches!(access, AccessKind::Close(AccessMode::Write)))
}
