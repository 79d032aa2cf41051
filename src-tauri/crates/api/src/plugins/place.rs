//! The plugins of each tool of this Sanctum, over what crate `plugins` knows of where they lie.
//!
//! SMCP loads every folder with a `cli.py` in its plugins folder and knows no switch; Broca loads every folder with a `plugin.py`
//! (`facts/modules.md`, 1.5 and 2.4). So what is installed lies in `<tool>/store/<name>/<hash>`, and what is on is a link to it in
//! `<tool>/plugins`. A real folder there was put by somebody: it is on as it is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use sanctum_plugins::place::{self as lie, Placed as Lying, Put};
use sanctum_plugins::read::{self, Kind};

use super::kept::Kept;
use crate::modules::Instance;
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// A tool that can have plugins.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub instance: Instance,
    /// `smcp` or `broca`; `None` for one that takes whatever has a manifest.
    pub takes: Option<Kind>,
}

impl Tool {
    pub fn address(&self) -> &str {
        &self.instance.address
    }
}

/// One plugin of a tool as it lies there.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub tool: Tool,
    pub at: Lying,
}

impl Placed {
    pub fn id(&self) -> String {
        format!("{}:{}", self.tool.address(), self.at.name)
    }

    /// The content that was installed, in as many letters as its folder in the store; `None` for what somebody put there.
    pub fn installed(&self) -> Option<String> {
        match self.at.put {
            Put::Store => self.at.current.clone(),
            // A copy, as Broca has it, carries the record of where it came from.
            Put::Real => sanctum_fetch::Record::read(&self.at.dir).map(|record| lie::short(&record.hash).to_owned()),
            Put::Link => None,
        }
    }

    /// Its files are not what was installed.
    pub fn changed(&self, plugin: &read::Plugin) -> bool {
        self.installed().is_some_and(|installed| !plugin.hash.starts_with(&installed))
    }
}

/// What a module loads, by its name.
pub(crate) fn takes(module: &str) -> Option<Kind> {
    match module {
        "smcp" => Some(Kind::Smcp),
        "broca2" => Some(Kind::Broca),
        _ => None,
    }
}

/// The tools that can have plugins.
pub(crate) fn tools(open: &Open, snap: &Snapshot, actor: &Actor) -> ApiResult<Vec<Tool>> {
    let mut all = Vec::new();
    for instance in crate::modules::seen_instances(open, snap, actor)? {
        let takes = match takes(&instance.module) {
            Some(kind) => Some(kind),
            _ if instance.dir.join("plugins").is_dir() && instance.known.is_none() => None,
            _ => continue,
        };
        all.push(Tool { instance, takes });
    }
    Ok(all)
}

/// Every plugin of a tool.
pub(crate) fn of(tool: &Tool, kept: &Kept) -> Vec<Placed> {
    let prefix = format!("{}:", tool.address());
    let aside: Vec<lie::Quarantined> = kept
        .aside
        .iter()
        .filter_map(|(id, aside)| {
            let name = id.strip_prefix(&prefix)?.to_owned();
            Some(lie::Quarantined { name, hash: None, reason: aside.reason.clone() })
        })
        .collect();
    let looked = lie::look(&tool.instance.dir, tool.takes.unwrap_or(Kind::Manifest), &aside);
    looked.into_iter().map(|at| Placed { tool: tool.clone(), at }).collect()
}

/// All plugins the actor may see.
pub(crate) fn all(open: &Open, snap: &Snapshot, actor: &Actor) -> ApiResult<Vec<Placed>> {
    let kept = super::kept::read(open)?;
    Ok(tools(open, snap, actor)?.iter().flat_map(|tool| of(tool, &kept)).collect())
}

/// # Errors
/// `plugin_unknown`.
pub(crate) fn find(open: &Open, snap: &Snapshot, actor: &Actor, id: &str) -> ApiResult<Placed> {
    all(open, snap, actor)?.into_iter().find(|placed| placed.id() == id).ok_or_else(|| {
        ApiError::refused(
            "plugin_unknown",
            format!("There is no plugin `{id}`."),
            "`sanctumctl plugins list` names them, such as `smcp:gmail`.",
        )
    })
}

/// # Errors
/// `plugin_tool_unknown`.
pub(crate) fn tool(open: &Open, snap: &Snapshot, actor: &Actor, address: &str) -> ApiResult<Tool> {
    tools(open, snap, actor)?.into_iter().find(|tool| tool.address() == address).ok_or_else(|| {
        ApiError::refused(
            "plugin_tool_unknown",
            format!("`{address}` is nothing that has plugins."),
            "Name the tool server `smcp`, or a Broca such as `athena/broca2`.",
        )
    })
}

/// What was read of plugin folders, kept while their files are as they were.
#[derive(Default)]
pub(crate) struct Reads {
    all: HashMap<PathBuf, (u64, std::sync::Arc<Result<read::Plugin, String>>)>,
    changes: u64,
}

impl Reads {
    /// Reads a plugin, or takes what was read of it while nothing in it changed.
    pub fn read(&mut self, placed_dir: &Path, name: &str) -> std::sync::Arc<Result<read::Plugin, String>> {
        let stamp = stamp(placed_dir);
        if let Some((at, read)) = self.all.get(placed_dir)
            && *at == stamp
        {
            return read.clone();
        }
        let read = std::sync::Arc::new(read::read_as(placed_dir, name).map_err(|error| error.to_string()));
        let before = self.all.insert(placed_dir.to_owned(), (stamp, read.clone()));
        let settings = |read: &Result<read::Plugin, String>| read.as_ref().ok().map(|plugin| plugin.settings.clone());
        if before.is_none_or(|(_, before)| settings(&before) != settings(&read)) {
            self.changes += 1;
        }
        read
    }

    /// How often a plugin was read with other settings than before.
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

/// Entries of a folder that are looked at.
const MOST_SEEN: usize = 5_000;

/// Differs where a file came, went, or was written: names, sizes and times of everything in it, to a bound.
fn stamp(dir: &Path) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = std::hash::DefaultHasher::new();
    let mut todo = vec![dir.to_owned()];
    let mut seen = 0;
    while let Some(dir) = todo.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        let mut entries: Vec<_> = entries.flatten().collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            seen += 1;
            if seen > MOST_SEEN {
                return hasher.finish();
            }
            let Ok(meta) = entry.metadata() else { continue };
            (entry.file_name(), meta.len(), meta.modified().ok()).hash(&mut hasher);
            if meta.is_dir() && entry.file_name() != "__pycache__" {
                todo.push(entry.path());
            }
        }
    }
    hasher.finish()
}

/// When a plugin was put where it is loaded from: of a link its own time, of a real folder that of its newest file, for the folder itself is
/// written to by Python as soon as it is loaded.
pub(super) fn written(at: &Path) -> Option<std::time::SystemTime> {
    let meta = at.symlink_metadata().ok()?;
    if !meta.is_dir() {
        return meta.modified().ok();
    }
    let (mut newest, mut seen) = (None, 0);
    let mut todo = vec![at.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten().filter(|e| e.file_name() != "__pycache__")
        {
            seen += 1;
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() && seen < MOST_SEEN {
                todo.push(entry.path());
            } else if !meta.is_dir() {
                newest = newest.max(meta.modified().ok());
            }
        }
    }
    newest
}
