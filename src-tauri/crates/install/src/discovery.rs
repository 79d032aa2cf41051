//! Finds modules, tools and plugins under a root: by manifest (the three globs of `spec/registry-schema.md`) and by the
//! folders of the layout we write (DESIGN section 2, "Discovery").
//!
//! Owns: the directed walk, one card per thing found (a broken manifest is a card too), the incremental rescan.
//! Refuses: following a link out of the root, opening anything but regular files, walking whole trees (ten thousand
//! modules are read in the time their files take), writing anything.

mod card;
mod derive;
mod dirs;
mod one;
mod walk;

use crate::manifest::{Broken, Finding, Manifest};
use rustix::fs::Stat;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

pub use one::discover_one;

/// What a scan needs to be told.
#[derive(Clone, Copy)]
pub struct DiscoverOptions<'a> {
    /// Is this the name of a module in the catalogue? Such a folder is recognised with less evidence.
    pub known: &'a (dyn Fn(&str) -> bool + Sync),
    /// What bounds the scan.
    pub limits: Limits,
    /// The time now: files written just before it are read again by the next rescan, for clocks are coarse.
    pub now: SystemTime,
}

impl<'a> DiscoverOptions<'a> {
    /// The usual limits.
    pub fn new(known: &'a (dyn Fn(&str) -> bool + Sync), now: SystemTime) -> DiscoverOptions<'a> {
        DiscoverOptions { known, limits: Limits::default(), now }
    }
}

/// Bounds of one scan.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many entries of one folder are looked at; more become a note.
    pub max_entries: usize,
    /// Threads that share the agents among them.
    pub threads: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_entries: 100_000, threads: 2 }
    }
}

/// What kind of thing a card stands for; decided by where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// In an agent's folder.
    Module,
    /// In `tools/`, or SMCP itself.
    Tool,
    /// In `plugins/`, or in the `plugins` folder of a module or of SMCP.
    Plugin,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The whole Sanctum's.
    Global,
    /// One agent's, by uid (the folder's name without `agent-`).
    Agent(String),
    /// SMCP's.
    Smcp,
}

/// What identified a manifest on disk when it was read.
#[derive(Debug, Clone, Copy, Eq, Default)]
pub struct Fingerprint {
    /// Nanoseconds since 1970.
    pub mtime: i128,
    /// Nanoseconds since 1970 of the last change of the file or its permissions.
    pub ctime: i128,
    /// Bytes.
    pub size: u64,
    /// Inode number.
    pub ino: u64,
    /// Old enough at the time of the scan that a later write must show in `mtime` or `ctime`. Not compared.
    pub settled: bool,
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Fingerprint) -> bool {
        (self.mtime, self.ctime, self.size, self.ino) == (other.mtime, other.ctime, other.size, other.ino)
    }
}

impl Fingerprint {
    pub(crate) fn of(stat: &Stat) -> Fingerprint {
        let nanos = |secs: i128, nanos: i128| secs * 1_000_000_000 + nanos;
        Fingerprint {
            mtime: nanos(i128::from(stat.st_mtime), i128::from(stat.st_mtime_nsec)),
            ctime: nanos(i128::from(stat.st_ctime), i128::from(stat.st_ctime_nsec)),
            size: u64::try_from(stat.st_size).unwrap_or(0),
            ino: stat.st_ino,
            settled: false,
        }
    }

    /// A file system with whole seconds needs two of them, others a tenth of one.
    fn settle(mut self, now: SystemTime) -> Fingerprint {
        let now = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| i128::try_from(d.as_nanos()).unwrap_or(0));
        let latest = self.mtime.max(self.ctime);
        let margin = if latest % 1_000_000_000 == 0 { 2_000_000_000 } else { 100_000_000 };
        self.settled = latest + margin < now;
        self
    }
}

/// One card.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Stable: made from the path below the root, and reversible (percent-encoding of every byte but `A-Za-z0-9._~/-`).
    pub id: String,
    /// The folder below the root, fit to be shown (odd bytes escaped).
    pub rel_path: String,
    /// The same, exactly.
    pub rel_os: OsString,
    /// By location.
    pub kind: Kind,
    /// By location.
    pub scope: Scope,
    /// The module or tool a plugin belongs to, by name.
    pub owner_tool: Option<String>,
    /// The manifest's name, else the folder's.
    pub name: String,
    /// The manifest's title, else the name.
    pub title: String,
    /// The manifest's, where it has one.
    pub description: Option<String>,
    /// The manifest's, where it has one.
    pub version: Option<String>,
    /// What the manifest says, or the minimal one made for a folder without; `None` when it is broken.
    pub manifest: Option<Arc<Manifest>>,
    /// No manifest was there; recognised by its folders or files.
    pub synthesised: bool,
    /// The name of the folder or of the card is one of the catalogue's.
    pub in_catalogue: bool,
    /// Why the manifest, or the folder, cannot be used.
    pub broken: Option<Broken>,
    /// What is odd without being broken.
    pub findings: Vec<Finding>,
    /// Of the manifest; `None` without one, or where it was reached through a link.
    pub fingerprint: Option<Fingerprint>,
    /// How many of the findings come from the thing itself; the rest compare it with others.
    own_findings: usize,
    linked: bool,
}

impl Found {
    /// Where its manifest is or would be, below the root, fit to be shown.
    pub fn manifest_file(&self) -> String {
        format!("{}/manifest.json", self.rel_path)
    }
}

/// Something noticed that belongs to no card: a folder that cannot be read, a link that leads outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Below the root, fit to be shown; empty for the root itself.
    pub path: String,
    /// What was found and what it means.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// How much was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Agent folders.
    pub agents: usize,
    /// Cards by kind.
    pub modules: usize,
    /// Cards by kind.
    pub tools: usize,
    /// Cards by kind.
    pub plugins: usize,
    /// Cards that are broken.
    pub broken: usize,
    /// Cards without a manifest of their own.
    pub synthesised: usize,
    /// Manifests opened and read.
    pub read: usize,
    /// Manifests unchanged since the previous scan.
    pub reused: usize,
    /// Dot folders and `__pycache__` passed over.
    pub hidden: usize,
    /// Folders and files passed over because they are nothing of ours.
    pub other: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, o: Counts) {
        self.agents += o.agents;
        self.modules += o.modules;
        self.tools += o.tools;
        self.plugins += o.plugins;
        self.broken += o.broken;
        self.synthesised += o.synthesised;
        self.read += o.read;
        self.reused += o.reused;
        self.hidden += o.hidden;
        self.other += o.other;
    }
}

/// What one scan found. `items` are ordered by their path's bytes.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The cards; shared, so that a rescan of ten thousand copies none that stayed the same.
    pub items: Vec<Arc<Found>>,
    /// What belongs to no card, ordered.
    pub findings: Vec<Note>,
    /// How long the scan took.
    pub took: Duration,
    /// How much was seen.
    pub counts: Counts,
}

impl Discovery {
    /// The card of this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Found>> {
        self.items.iter().find(|found| found.id == id)
    }
}

/// How two scans differ, by card id, each list ordered by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// New cards.
    pub added: Vec<String>,
    /// Cards that say something else now.
    pub changed: Vec<String>,
    /// Cards that are gone.
    pub removed: Vec<String>,
    /// The notes that belong to no card differ.
    pub findings_changed: bool,
}

impl Diff {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Diff::default()
    }
}

/// Scans the whole root. Never fails: what cannot be read is a note or a broken card.
pub fn discover(root: &Path, options: &DiscoverOptions<'_>) -> Discovery {
    run(root, options, None)
}

/// Scans again, reading only manifests that changed since `prev`, and says what differs. The result equals that of a
/// fresh [`discover`].
pub fn rescan(prev: &Discovery, root: &Path, options: &DiscoverOptions<'_>) -> (Discovery, Diff) {
    let next = run(root, options, Some(prev));
    let diff = derive::diff(prev, &next);
    (next, diff)
}

type Known<'a> = HashMap<&'a OsStr, &'a Arc<Found>>;

fn run(root: &Path, options: &DiscoverOptions<'_>, prev: Option<&Discovery>) -> Discovery {
    let started = Instant::now();
    let prev: Known<'_> =
        prev.map(|prev| prev.items.iter().map(|found| (found.rel_os.as_os_str(), found)).collect()).unwrap_or_default();
    let mut out = walk::walk(root, options, &prev);
    derive::finish(&mut out);
    Discovery { items: out.items, findings: out.notes, took: started.elapsed(), counts: out.counts }
}
