//! Builds a plan by looking at what is there now. Nothing is written.
//!
//! Owns the rules of convenience: a folder that is there needs no step, missing folders above a file are added, a file that
//! already holds the bytes needs no step, an existing file keeps its mode, links inside the root are resolved to the real
//! folder. Steps may build on each other: each sees the tree as the earlier ones leave it.

mod command;
mod lines;
mod look;
mod theirs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanctum_registry::Registry;
use uuid::Uuid;

pub use self::command::RunSpec;
pub use self::lines::LARGEST_REMOVED;
use self::look::{row_name, size, wrong_kind};
use crate::disk::{Disk, Places, Spot};
use crate::faults::NoFaults;
use crate::row::MEASURED_COLUMNS;
use crate::world::World;
use crate::{Action, ChangeError, FileState, Plan, RelPath, Row, Step, rows};

/// Collects steps.
pub struct Planner<'a> {
    root: PathBuf,
    places: Places,
    registry: Option<&'a Registry>,
    disk: Arc<Disk>,
    /// The tree as the steps so far leave it.
    world: World,
    made: Vec<Step>,
    /// Bytes that steps so far leave, for steps that build on them.
    bytes: BTreeMap<RelPath, FileState>,
    /// Rows that steps so far leave, by table and key.
    rows: BTreeMap<String, Option<Row>>,
    group: String,
    icon: Option<String>,
    restarts: Vec<String>,
    irreversible: Vec<String>,
}

fn looking(root: &Path, places: &Places) -> Arc<Disk> {
    Arc::new(Disk::new(root, root, places, "", Arc::new(NoFaults)))
}

impl<'a> Planner<'a> {
    /// A planner for the tree at `root`, which need not exist yet. Without a registry every row counts as absent.
    #[must_use]
    pub fn new(root: &Path, registry: Option<&'a Registry>) -> Planner<'a> {
        let disk = looking(root, &Places::new());
        Planner {
            root: root.to_owned(),
            places: Places::new(),
            registry,
            world: World::new(&disk),
            disk,
            made: Vec::new(),
            bytes: BTreeMap::new(),
            rows: BTreeMap::new(),
            group: String::new(),
            icon: None,
            restarts: Vec::new(),
            irreversible: Vec::new(),
        }
    }

    /// The same, knowing a place outside of the root as [`crate::Engine::with_place`] does; to be told before the first step.
    #[must_use]
    pub fn at_place(mut self, name: &str, dir: &Path) -> Planner<'a> {
        self.places.insert(name.to_owned(), dir.to_owned());
        self.disk = looking(&self.root, &self.places);
        self.world = World::new(&self.disk);
        self
    }

    /// The heading of the steps that follow.
    pub fn group(&mut self, heading: &str) {
        heading.clone_into(&mut self.group);
    }

    /// The icon of the change set.
    pub fn icon(&mut self, icon: &str) {
        self.icon = Some(icon.to_owned());
    }

    /// Something that must restart afterwards, in the operator's words.
    pub fn restarts(&mut self, what: &str) {
        self.restarts.push(what.to_owned());
    }

    /// Something undo will not bring back, in the operator's words.
    pub fn irreversible(&mut self, what: &str) {
        self.irreversible.push(what.to_owned());
    }

    /// The steps so far.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.made
    }

    /// Makes a folder and those missing above it (with the same mode). No step where it is there already.
    ///
    /// # Errors
    /// [`ChangeError::BadPath`], [`ChangeError::ThroughLink`], [`ChangeError::WrongKind`] where something else stands there.
    pub fn create_dir(&mut self, path: &str, mode: u32) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        if path.is_base() {
            return Ok(());
        }
        match self.look(&path)? {
            Spot::Dir { .. } | Spot::Opaque => Ok(()),
            Spot::Absent => {
                if let Some(parent) = path.parent() {
                    self.create_dir(parent.as_str(), mode)?;
                }
                self.push("Create the folder", &format!("mode {mode:04o}"), Action::CreateDir { path, mode })
            }
            other => Err(wrong_kind(&path, &other, "a folder")),
        }
    }

    /// Writes a whole file. `mode` is for a new one; an existing one keeps its own. Missing folders above it are made, mode
    /// 0700. No step where it holds these bytes already.
    ///
    /// # Errors
    /// As [`Planner::create_dir`], and [`ChangeError::TooLarge`] for an existing file over 64 MiB.
    pub fn write_file(&mut self, path: &str, bytes: Vec<u8>, mode: u32, title: &str) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        let before = self.pre_image(&path)?;
        let mode = before.as_ref().map_or(mode, FileState::mode);
        self.write(path, before, bytes, mode, title)
    }

    /// The same, but the file ends with exactly this mode.
    ///
    /// # Errors
    /// As [`Planner::write_file`].
    pub fn write_file_mode(&mut self, path: &str, bytes: Vec<u8>, mode: u32, title: &str) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        let before = self.pre_image(&path)?;
        self.write(path, before, bytes, mode, title)
    }

    fn write(
        &mut self,
        path: RelPath,
        before: Option<FileState>,
        after: Vec<u8>,
        mode: u32,
        title: &str,
    ) -> Result<(), ChangeError> {
        if before.as_ref().is_some_and(|b| b.bytes() == after && b.mode() == mode) {
            return Ok(());
        }
        if let (None, Some(parent)) = (&before, path.parent()) {
            self.create_dir(parent.as_str(), 0o700)?;
        }
        let detail = match &before {
            None => format!("new, {}, mode {mode:04o}", size(after.len())),
            Some(_) => size(after.len()),
        };
        self.bytes.insert(path.clone(), FileState::new(after.clone(), mode));
        self.push(title, &detail, Action::WriteFile { path, before, after, mode })
    }

    /// Moves a file, link or folder to the trash, from which undo brings it back.
    ///
    /// # Errors
    /// [`ChangeError::Absent`] where nothing is there.
    pub fn trash(&mut self, path: &str, title: &str) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        let Some(tally) = self.world.tally(&path)? else {
            return Err(ChangeError::Absent { path: path.to_string(), action: "move to the trash" });
        };
        let before = tally.digest();
        let detail = match (before.files, before.folders) {
            (_, 0) => size(usize::try_from(before.bytes).unwrap_or(usize::MAX)),
            (files, _) => format!("{files} files, {}", size(usize::try_from(before.bytes).unwrap_or(usize::MAX))),
        };
        self.push(title, &detail, Action::Trash { path, before })
    }

    /// Changes permission bits. No step where they are so already.
    ///
    /// # Errors
    /// [`ChangeError::Absent`]; [`ChangeError::WrongKind`] for anything but a file or folder.
    pub fn set_mode(&mut self, path: &str, mode: u32, title: &str) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        match self.look(&path)? {
            Spot::File { mode: before, .. } | Spot::Dir { mode: before } => {
                if before == mode {
                    return Ok(());
                }
                if let Some(known) = self.bytes.get(&path) {
                    let known = FileState::new(known.bytes().to_vec(), mode);
                    self.bytes.insert(path.clone(), known);
                }
                self.push(title, &format!("{before:04o} → {mode:04o}"), Action::SetMode { path, before, after: mode })
            }
            Spot::Absent => Err(ChangeError::Absent { path: path.to_string(), action: "change the mode of" }),
            other => Err(wrong_kind(&path, &other, "a file or a folder")),
        }
    }

    /// Makes a symbolic link; missing folders above it are made, mode 0700. No step where the same link is there.
    ///
    /// # Errors
    /// [`ChangeError::WrongKind`] where something else stands there.
    pub fn symlink(&mut self, path: &str, target: &str, title: &str) -> Result<(), ChangeError> {
        let path = self.real(path)?;
        if target.is_empty() || target.contains(['\0', '\n', '\r']) {
            return Err(ChangeError::BadPath {
                path: target.to_owned(),
                reason: "a link cannot lead there".to_owned(),
            });
        }
        match self.look(&path)? {
            Spot::Link { target: there } if there == target => Ok(()),
            Spot::Absent => {
                if let Some(parent) = path.parent() {
                    self.create_dir(parent.as_str(), 0o700)?;
                }
                self.push(title, &format!("→ {target}"), Action::Symlink { path, target: target.to_owned() })
            }
            other => Err(wrong_kind(&path, &other, "nothing")),
        }
    }

    /// Inserts the row with this key or updates the columns that `row` names. No step where they are so already.
    /// Use one form of key for one row throughout a plan.
    ///
    /// # Errors
    /// [`ChangeError::BadRow`] for a table outside `WRITABLE`, an unknown column or an empty key.
    pub fn registry_put(&mut self, table: &str, key: Row, row: Row, title: &str) -> Result<(), ChangeError> {
        let before = self.row(table, &key)?;
        let after = match &before {
            None => key.overlaid(&row),
            Some(before) if row.0.keys().all(|column| row.same_in(before, column)) => return Ok(()),
            Some(before) => {
                let mut whole = before.overlaid(&row);
                whole.0.retain(|column, _| row.get(column).is_some() || !MEASURED_COLUMNS.contains(&column.as_str()));
                whole
            }
        };
        let detail = if before.is_none() { "new" } else { "changed" };
        self.rows.insert(row_name(table, &key), Some(after.clone()));
        self.push(title, detail, Action::Registry { table: table.to_owned(), key, before, after: Some(after) })
    }

    /// Deletes the row with this key, and before it the rows of other writable tables that would vanish or keep it from
    /// being deleted because they refer to it, unless a step before made them refer to nothing. No step where it is not there.
    ///
    /// # Errors
    /// As [`Planner::registry_put`].
    pub fn registry_delete(&mut self, table: &str, key: Row, title: &str) -> Result<(), ChangeError> {
        let Some(before) = self.row(table, &key)? else {
            return Ok(());
        };
        if let Some(registry) = self.registry {
            for dependent in registry.read(|c| rows::dependents(c, table, &before))? {
                let planned = self.rows.get(&row_name(&dependent.table, &dependent.key));
                let gone = planned == Some(&None);
                let let_go = planned
                    .and_then(Option::as_ref)
                    .is_some_and(|row| row.get(&dependent.from).is_some_and(serde_json::Value::is_null));
                if !gone && !let_go {
                    self.registry_delete(&dependent.table, dependent.key, title)?;
                }
            }
        }
        self.rows.insert(row_name(table, &key), None);
        self.push(
            title,
            "removed",
            Action::Registry { table: table.to_owned(), key, before: Some(before), after: None },
        )
    }

    /// The plan, with a new number.
    #[must_use]
    pub fn finish(self, title: &str, summary: &str) -> Plan {
        Plan {
            id: Uuid::now_v7().to_string(),
            title: title.to_owned(),
            summary: summary.to_owned(),
            icon: self.icon,
            steps: self.made,
            restarts: self.restarts,
            irreversible: self.irreversible,
            undo_of: None,
        }
    }
}
