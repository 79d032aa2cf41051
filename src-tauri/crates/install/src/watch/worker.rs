//! The watcher's one thread: adds watches for new folders at once, gathers paths for a short window, tells them.

use super::interest::{reported, watched};
use super::poll::{Snapshot, snapshot};
use super::{WatchEvent, WatchMode, WatchOptions};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

/// More paths than this in one window are told as one reconcile.
const MAX_PATHS: usize = 5000;
/// How often the root itself is looked at, should its parent have gone with it.
const PULSE: Duration = Duration::from_secs(2);
/// FSEvents watches trees and loses nothing after `mkdir -p`; elsewhere every folder gets a watch of its own.
const TREES: bool = cfg!(target_os = "macos");

pub(super) enum Message {
    Touched(Vec<PathBuf>),
    Lost(String),
    Stop,
}

pub(super) struct Worker {
    given: PathBuf,
    real: PathBuf,
    options: WatchOptions,
    mode: Arc<RwLock<WatchMode>>,
    tell: Box<dyn Fn(WatchEvent) + Send>,
    events: Option<RecommendedWatcher>,
    watches: BTreeSet<PathBuf>,
    identity: Option<(u64, u64)>,
    pending: BTreeSet<PathBuf>,
    reconcile: Option<String>,
    due: Option<Instant>,
}

impl Worker {
    pub fn new(
        given: PathBuf,
        real: PathBuf,
        options: WatchOptions,
        mode: Arc<RwLock<WatchMode>>,
        tell: Box<dyn Fn(WatchEvent) + Send>,
    ) -> Worker {
        Worker {
            given,
            real,
            options,
            mode,
            tell,
            events: None,
            watches: BTreeSet::new(),
            identity: None,
            pending: BTreeSet::new(),
            reconcile: None,
            due: None,
        }
    }

    pub fn run(mut self, events: notify::Result<RecommendedWatcher>, inbox: &Receiver<Message>, ready: &Sender<()>) {
        let outcome = events.map(|events| self.events = Some(events)).and_then(|()| self.watch_all());
        if let Err(error) = outcome {
            return self.poll(&reason(&error), inbox, ready);
        }
        self.pending.clear();
        let _ = ready.send(());
        loop {
            let now = Instant::now();
            let wait = self.due.map_or(PULSE, |due| due.saturating_duration_since(now));
            let outcome = match inbox.recv_timeout(wait) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Message::Lost(why)) => self.lost(why),
                Ok(Message::Touched(paths)) => paths.iter().try_for_each(|path| self.touched(path)),
                Err(RecvTimeoutError::Timeout) => self.pulse(),
            };
            if let Err(error) = outcome {
                return self.poll(&reason(&error), inbox, ready);
            }
            if self.due.is_some_and(|due| due <= Instant::now()) {
                self.flush();
            }
        }
    }

    /// A path the system named: a folder that came is watched and scanned, one that went is let go.
    fn touched(&mut self, path: &Path) -> notify::Result<()> {
        if path == self.real {
            return self.pulse();
        }
        let Ok(rel) = path.strip_prefix(&self.real) else {
            return Ok(());
        };
        if !reported(rel) {
            return Ok(());
        }
        self.pending.insert(path.to_path_buf());
        self.due.get_or_insert_with(|| Instant::now() + self.options.window);
        if TREES {
            if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
                self.pending.extend(snapshot(&self.real, path).into_keys());
            }
            return Ok(());
        }
        if watched(rel) {
            self.release(path);
            self.attach(path)?;
        }
        Ok(())
    }

    /// Lets go of every watch at or below a path. A folder that moved away keeps its watch otherwise, under a wrong name.
    fn release(&mut self, path: &Path) {
        let below: Vec<PathBuf> =
            self.watches.range(path.to_path_buf()..).take_while(|p| p.starts_with(path)).cloned().collect();
        for old in below {
            self.watches.remove(&old);
            if let Some(events) = &mut self.events {
                let _ = events.unwatch(&old);
            }
        }
    }

    /// Watches a folder and the folders of ours below it, and notes everything found there. Watch first, list second:
    /// what is written in between is seen by one of the two.
    fn attach(&mut self, path: &Path) -> notify::Result<()> {
        let mut todo = vec![path.to_path_buf()];
        while let Some(dir) = todo.pop() {
            let is_folder = fs::symlink_metadata(&dir).is_ok_and(|meta| meta.is_dir());
            if !is_folder || !self.watch(&dir, RecursiveMode::NonRecursive)? {
                continue;
            }
            let Ok(entries) = fs::read_dir(&dir) else {
                continue;
            };
            for entry in entries.flatten() {
                let child = entry.path();
                let Ok(rel) = child.strip_prefix(&self.real) else {
                    continue;
                };
                if !reported(rel) {
                    continue;
                }
                if watched(rel) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    todo.push(child.clone());
                }
                self.pending.insert(child);
            }
        }
        Ok(())
    }

    /// True when the folder is now watched, false when it cannot be (it vanished, it may not be read).
    fn watch(&mut self, dir: &Path, mode: RecursiveMode) -> notify::Result<bool> {
        let Some(events) = &mut self.events else {
            return Ok(false);
        };
        if self.watches.len() >= self.options.max_watches {
            return Err(notify::Error::new(ErrorKind::MaxFilesWatch));
        }
        match events.watch(dir, mode) {
            Ok(()) => {
                self.watches.insert(dir.to_path_buf());
                Ok(true)
            }
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => Err(error),
            Err(_) => Ok(false),
        }
    }

    fn watch_all(&mut self) -> notify::Result<()> {
        let (real, top) = (self.real.clone(), PathBuf::from("/"));
        self.release(&top);
        if let Some(parent) = real.parent() {
            self.watch(parent, RecursiveMode::NonRecursive)?;
        }
        self.identity = identity(&real);
        if TREES { self.watch(&real, RecursiveMode::Recursive).map(|_| ()) } else { self.attach(&real) }
    }

    /// Is the root still the same folder?
    fn pulse(&mut self) -> notify::Result<()> {
        let now = identity(&self.real);
        if now == self.identity {
            return Ok(());
        }
        self.reconcile = Some(match (self.identity, now) {
            (_, None) => "the root folder is gone".to_owned(),
            (None, Some(_)) => "the root folder is back".to_owned(),
            (Some(_), Some(_)) => "the root folder was replaced by another".to_owned(),
        });
        self.due.get_or_insert_with(|| Instant::now() + self.options.window);
        self.watch_all()
    }

    fn lost(&mut self, why: String) -> notify::Result<()> {
        self.reconcile = Some(why);
        self.due.get_or_insert_with(|| Instant::now() + self.options.window);
        if TREES { Ok(()) } else { self.watch_all() }
    }

    fn flush(&mut self) {
        self.due = None;
        let pending = std::mem::take(&mut self.pending);
        if let Some(reason) = self.reconcile.take() {
            return (self.tell)(WatchEvent::Reconcile { reason });
        }
        if pending.len() > MAX_PATHS {
            return (self.tell)(WatchEvent::Reconcile { reason: format!("{} paths changed at once", pending.len()) });
        }
        let paths: Vec<PathBuf> =
            pending.iter().map(|path| self.as_given(path)).filter(|path| !(self.options.is_ours)(path)).collect();
        if !paths.is_empty() {
            (self.tell)(WatchEvent::Changed { paths });
        }
    }

    fn as_given(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.real).map_or_else(|_| path.to_path_buf(), |rel| self.given.join(rel))
    }

    /// Without watches: look, compare, tell, for as long as it runs.
    fn poll(&mut self, why: &str, inbox: &Receiver<Message>, ready: &Sender<()>) {
        self.events = None;
        self.watches.clear();
        let every = self.options.poll_every;
        let reason = format!("{why}; the folders are looked at every {} seconds instead", every.as_secs_f32());
        if let Ok(mut mode) = self.mode.write() {
            *mode = WatchMode::Polling { reason: reason.clone() };
        }
        let mut before: Snapshot = snapshot(&self.real, &self.real);
        self.identity = identity(&self.real);
        let _ = ready.send(());
        (self.tell)(WatchEvent::Reconcile { reason });
        loop {
            let until = Instant::now() + every;
            loop {
                match inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                    Ok(_) => {}
                    Err(RecvTimeoutError::Timeout) => break,
                }
            }
            let root = identity(&self.real);
            let after = snapshot(&self.real, &self.real);
            self.pending = before
                .iter()
                .filter(|(path, print)| after.get(*path) != Some(*print))
                .map(|(path, _)| path.clone())
                .collect();
            self.pending.extend(after.keys().filter(|path| !before.contains_key(*path)).cloned());
            if root != self.identity {
                self.reconcile = Some("the root folder went, came or was replaced".to_owned());
            }
            (self.identity, before) = (root, after);
            self.flush();
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().filter(fs::Metadata::is_dir).map(|meta| (meta.dev(), meta.ino()))
}

fn reason(error: &notify::Error) -> String {
    match error.kind {
        ErrorKind::MaxFilesWatch => "there are more folders than the system lets one program watch".to_owned(),
        _ => format!("the system's watcher could not start ({error})"),
    }
}
