//! Processes as they are: who is who, who belongs to whom, what they use, and signals that reach only whom they are meant for.
//!
//! A number is not a process: it is given to another one later. So everything here goes by an [`Identity`], the number with
//! the moment at which the process began, and no signal is sent before that moment was compared. Refuses: knowing what a
//! module is.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
pub(crate) use crate::linux as host;
#[cfg(not(target_os = "linux"))]
pub(crate) use crate::macos as host;

pub use rustix::process::Signal;

/// One process, told apart from every other that has or had its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identity {
    pub pid: u32,
    /// When it began, in the system's own terms. Compared, never calculated with.
    pub start: String,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)
    }
}

impl Identity {
    /// Who has this number now. One that has ended and waits to be collected does not count.
    pub fn of(pid: u32) -> Option<Identity> {
        host::start_of(pid).map(|start| Identity { pid, start })
    }

    /// Whether it still runs.
    pub fn alive(&self) -> bool {
        host::start_of(self.pid).is_some_and(|start| start == self.start)
    }

    /// Sends a signal to it and to nobody else. `false` where it is gone.
    ///
    /// # Errors
    /// The system's refusal: a process of another account.
    pub fn send(&self, signal: Signal) -> std::io::Result<bool> {
        host::send(self, signal)
    }

    /// The group it is in.
    pub fn group(&self) -> Option<u32> {
        let group = host::group_of(self.pid);
        self.alive().then_some(group).flatten()
    }

    /// The folder it works in.
    pub fn cwd(&self) -> Option<PathBuf> {
        let cwd = host::cwd(self.pid);
        self.alive().then_some(cwd).flatten()
    }
}

/// A number as the system calls want it; 0 and what is too large are nobody.
pub(crate) fn raw(pid: u32) -> Option<rustix::process::Pid> {
    i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw)
}

pub(crate) fn number(pid: rustix::process::Pid) -> u32 {
    pid.as_raw_nonzero().get().unsigned_abs()
}

/// One line of the [`Table`].
#[derive(Debug, Clone)]
pub struct Row {
    pub identity: Identity,
    pub parent: u32,
    pub group: u32,
    /// It has ended and waits for its parent to collect it.
    pub ended: bool,
    /// Processor time used so far, in milliseconds.
    pub cpu_ms: u64,
    /// Memory in use, in bytes.
    pub rss: u64,
}

/// What a process was started with.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub cwd: PathBuf,
    pub program: PathBuf,
    pub argv: Vec<OsString>,
}

/// All processes at one moment. One look serves every instance.
#[derive(Debug)]
pub struct Table {
    rows: BTreeMap<u32, Row>,
    relations: OnceCell<Relations>,
    words: OnceCell<Started>,
}

/// Who is whose child, and who is in which group.
#[derive(Debug, Default)]
struct Relations {
    children: HashMap<u32, Vec<u32>>,
    groups: HashMap<u32, Vec<u32>>,
}

/// What all were started with, and who is near which folder: looked up for every instance that does not run.
#[derive(Debug, Default)]
struct Started {
    words: BTreeMap<u32, Words>,
    /// Folders with those who work in them or below, or were started with a path in them.
    near: HashMap<PathBuf, BTreeSet<u32>>,
}

/// A path is looked for among the first words only; further on there is data.
const PATHS_AT: usize = 16;

impl Started {
    fn of(words: BTreeMap<u32, Words>) -> Started {
        let mut near: HashMap<PathBuf, BTreeSet<u32>> = HashMap::new();
        for (pid, words) in &words {
            let paths = words.argv.iter().take(PATHS_AT).map(Path::new).filter(|path| path.is_absolute());
            let all = paths.chain([words.cwd.as_path(), words.program.as_path()]);
            // The root of everything is near everybody and says nothing.
            for folder in all.flat_map(Path::ancestors).filter(|folder| folder.parent().is_some()) {
                match near.get_mut(folder) {
                    Some(pids) => {
                        pids.insert(*pid);
                    }
                    None => {
                        near.insert(folder.to_owned(), BTreeSet::from([*pid]));
                    }
                }
            }
        }
        Started { words, near }
    }
}

impl Table {
    pub fn read() -> Table {
        Table::of(host::rows())
    }

    pub(crate) fn of(rows: impl IntoIterator<Item = Row>) -> Table {
        let rows = rows.into_iter().map(|row| (row.identity.pid, row)).collect();
        Table { rows, relations: OnceCell::new(), words: OnceCell::new() }
    }

    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Whether it is among them and runs.
    pub fn has(&self, identity: &Identity) -> bool {
        self.rows.get(&identity.pid).is_some_and(|row| !row.ended && row.identity == *identity)
    }

    /// Who has this number.
    pub fn identity(&self, pid: u32) -> Option<&Identity> {
        self.rows.get(&pid).filter(|row| !row.ended).map(|row| &row.identity)
    }

    pub fn row(&self, pid: u32) -> Option<&Row> {
        self.rows.get(&pid)
    }

    /// Everybody who runs in a group.
    pub fn group(&self, group: u32) -> impl Iterator<Item = &Row> {
        let members = self.relations().groups.get(&group).into_iter().flatten();
        members.filter_map(|pid| self.rows.get(pid)).filter(|row| !row.ended)
    }

    /// Everybody whom one of these processes started, directly or not.
    pub fn below(&self, pids: &[u32]) -> Vec<&Row> {
        let mut found = BTreeSet::new();
        let mut open: Vec<u32> = pids.to_vec();
        while let Some(pid) = open.pop() {
            for child in self.relations().children.get(&pid).into_iter().flatten() {
                if !pids.contains(child) && found.insert(*child) {
                    open.push(*child);
                }
            }
        }
        found.iter().filter_map(|pid| self.rows.get(pid)).filter(|row| !row.ended).collect()
    }

    fn relations(&self) -> &Relations {
        self.relations.get_or_init(|| {
            let mut all = Relations::default();
            for (pid, row) in &self.rows {
                all.children.entry(row.parent).or_default().push(*pid);
                all.groups.entry(row.group).or_default().push(*pid);
            }
            all
        })
    }

    /// An instance's processes: its own, those of its group where it leads one, and everybody they started.
    pub fn tree(&self, root: &Identity) -> Vec<&Row> {
        let mut all: BTreeMap<u32, &Row> = BTreeMap::new();
        if let Some(row) = self.rows.get(&root.pid).filter(|row| row.identity == *root) {
            if !row.ended {
                all.insert(root.pid, row);
            }
            if row.group == root.pid {
                all.extend(self.group(root.pid).map(|row| (row.identity.pid, row)));
            }
            let known: Vec<u32> = all.keys().copied().chain([root.pid]).collect();
            all.extend(self.below(&known).into_iter().map(|row| (row.identity.pid, row)));
        }
        all.into_values().collect()
    }

    /// What this one was started with, as far as this account may know it.
    pub(crate) fn words(&self, pid: u32) -> Option<&Words> {
        self.started().words.get(&pid)
    }

    /// Who works in one of these folders or below, or was started with a path in it.
    pub(crate) fn near(&self, folders: &[PathBuf]) -> BTreeSet<u32> {
        let near = &self.started().near;
        folders.iter().filter_map(|folder| near.get(folder)).flatten().copied().collect()
    }

    /// Read once, when it is first asked for.
    fn started(&self) -> &Started {
        self.words.get_or_init(|| {
            let running = self.rows.values().filter(|row| !row.ended);
            Started::of(host::words(running.map(|row| row.identity.pid)))
        })
    }
}

/// What an instance uses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Used {
    /// Percent of one processor since the look before; nothing at the first look, since it takes two.
    pub cpu: Option<f32>,
    /// Memory of all its processes together, in bytes. Memory that they share counts for each.
    pub rss: u64,
    pub processes: u32,
}

/// Measures what instances use, from one look at the table to the next.
#[derive(Debug, Default)]
pub struct Usage {
    last: HashMap<Identity, u64>,
    at: Option<Instant>,
}

impl Usage {
    /// What each of these instances uses; nothing for one that is gone. One table serves all of them.
    pub fn look(&mut self, table: &Table, roots: &[Identity]) -> Vec<Option<Used>> {
        let now = Instant::now();
        let passed = self.at.map(|at| now.duration_since(at).as_secs_f64() * 1000.0).filter(|ms| *ms > 0.0);
        let mut seen = HashMap::new();
        let used = roots.iter().map(|root| {
            let rows = table.tree(root);
            if rows.is_empty() {
                return None;
            }
            let mut spent = 0_u64;
            for row in &rows {
                // What began since the look before spent all its time since then.
                let before = self.last.get(&row.identity).copied().unwrap_or(0);
                spent += row.cpu_ms.saturating_sub(before);
                seen.insert(row.identity.clone(), row.cpu_ms);
            }
            // One that was not looked at before is not measured by what it spent in its whole life.
            let known = self.last.contains_key(root);
            let cpu = passed.filter(|_| known).map(|ms| (spent as f64 / ms * 100.0) as f32);
            Some(Used {
                cpu,
                rss: rows.iter().map(|row| row.rss).sum(),
                processes: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            })
        });
        let used = used.collect();
        self.last = seen;
        self.at = Some(now);
        used
    }
}
