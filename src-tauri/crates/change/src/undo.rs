//! Undo: the inverse of an applied change, as a plan like any other.
//!
//! Owns the inverse of each action and the check that nothing was changed since. Undoing an undo is a redo, by the same rule.

use std::sync::Arc;

use sanctum_registry::RegistryError;
use uuid::Uuid;

use crate::disk::Disk;
use crate::journal::{self, ChangeHeader, Entry};
use crate::patch;
use crate::row::MEASURED_COLUMNS;
use crate::world::World;
use crate::{Action, ChangeError, Conflict, Engine, FileState, Plan, Row, Step, TheirRow, remote, rows};

/// Carries the conflicts out of a rehearsal whose transaction is dropped.
struct Dropped(Result<Vec<Conflict>, ChangeError>);

impl From<RegistryError> for Dropped {
    fn from(error: RegistryError) -> Dropped {
        Dropped(Err(error.into()))
    }
}

impl Engine {
    /// The plan that takes `change_id` back. Nothing is written.
    ///
    /// # Errors
    /// [`ChangeError::UndoConflict`] where somebody changed a target since; [`ChangeError::NotUndoable`] where the change is not
    /// applied (any more); [`ChangeError::NoSuchChange`].
    pub fn plan_undo(&self, change_id: &str) -> Result<Plan, ChangeError> {
        let (header, plan) = self.inverse(change_id)?;
        let conflicts = self.conflicts_of(&plan)?;
        if !conflicts.is_empty() {
            return Err(ChangeError::UndoConflict { conflicts });
        }
        debug_assert_eq!(header.id, change_id, "the header is that of the change asked for");
        Ok(plan)
    }

    /// What stands in the way of taking `change_id` back; empty where [`Engine::plan_undo`] will do it.
    ///
    /// # Errors
    /// As [`Engine::plan_undo`], without the conflicts.
    pub fn undo_conflicts(&self, change_id: &str) -> Result<Vec<Conflict>, ChangeError> {
        self.conflicts_of(&self.inverse(change_id)?.1)
    }

    fn inverse(&self, change_id: &str) -> Result<(ChangeHeader, Plan), ChangeError> {
        let header = self
            .registry
            .read(|c| journal::find(c, change_id))?
            .ok_or_else(|| ChangeError::NoSuchChange { id: change_id.to_owned() })?;
        let reason = match header.state.as_str() {
            "applied" => None,
            "undone" => Some("it was taken back already"),
            "rolled_back" => Some("it was never completed, so there is nothing to take back"),
            "applying" => Some("it is being applied, or was interrupted and is taken back at the next start"),
            _ => Some("it was interrupted and needs you first"),
        };
        if let Some(reason) = reason {
            return Err(ChangeError::NotUndoable { reason: reason.to_owned() });
        }
        let disk = self.disk(change_id);
        let entries = self.registry.read(|c| journal::steps(c, change_id))?;
        let mut steps = Vec::new();
        for entry in entries.into_iter().rev().filter(|e| !e.already) {
            steps.extend(invert(&disk, change_id, entry)?);
        }
        let title = match header.title.strip_prefix("Undo: ") {
            Some(rest) => format!("Redo: {rest}"),
            None => format!("Undo: {}", header.title.strip_prefix("Redo: ").unwrap_or(&header.title)),
        };
        let plan = Plan {
            id: Uuid::now_v7().to_string(),
            title,
            summary: format!("Takes back “{}”.", header.title),
            icon: Some("undo".to_owned()),
            steps,
            restarts: Vec::new(),
            irreversible: Vec::new(),
            undo_of: Some(change_id.to_owned()),
        };
        Ok((header, plan))
    }

    fn conflicts_of(&self, plan: &Plan) -> Result<Vec<Conflict>, ChangeError> {
        let disk = self.disk(&plan.id);
        let mut world = World::new(&disk);
        let mut conflicts = Vec::new();
        for step in &plan.steps {
            match world.mismatch(&step.action) {
                Ok(conflict) => conflicts.extend(conflict),
                Err(error @ ChangeError::ThroughLink { .. }) => conflicts
                    .push(Conflict { target: step.action.target(), what: format!("is behind a link now: {error}") }),
                Err(error) => return Err(error),
            }
            world.effect(&step.action)?;
        }
        conflicts.extend(self.row_conflicts(plan)?);
        match remote::mismatches(&self.remotes, plan) {
            Err(ChangeError::RemoteFailed { target, words, .. }) => {
                let what = format!("could not be looked at: {}", words.trim_end_matches('.'));
                conflicts.push(Conflict { target, what });
            }
            other => conflicts.extend(other?),
        }
        Ok(conflicts)
    }

    /// Rehearses the rows; the transaction is dropped.
    fn row_conflicts(&self, plan: &Plan) -> Result<Vec<Conflict>, ChangeError> {
        if !plan.steps.iter().any(|s| matches!(s.action, Action::Registry { .. })) {
            return Ok(Vec::new());
        }
        let rehearsed = self.registry.write(|c| -> Result<(), Dropped> {
            let written = rows::write_all(c, plan.steps.iter().map(|s| &s.action).enumerate());
            Err(Dropped(match written {
                Ok(_) => Ok(Vec::new()),
                Err(ChangeError::Stale { targets }) => Ok(targets),
                Err(ChangeError::Registry(RegistryError::Constraint { what, .. })) => Ok(vec![Conflict {
                    target: "registry".to_owned(),
                    what: format!("has rows that depend on what this change made: {what}"),
                }]),
                Err(error) => Err(error),
            }))
        });
        match rehearsed {
            Err(Dropped(conflicts)) => conflicts,
            Ok(()) => Ok(Vec::new()),
        }
    }
}

/// The step that takes `entry` back; none where there is nothing left to do.
fn invert(disk: &Arc<Disk>, change: &str, entry: Entry) -> Result<Option<Step>, ChangeError> {
    let (title, action) = match entry.step.action {
        Action::CreateDir { path, mode } => ("Remove the folder", Action::RemoveDir { path, mode }),
        Action::RemoveDir { path, mode } => ("Create the folder", Action::CreateDir { path, mode }),
        Action::WriteFile { path, before: None, after, mode } => {
            ("Remove the file", Action::RemoveFile { path, before: FileState::new(after, mode) })
        }
        Action::WriteFile { path, before: Some(before), after, mode } => {
            let (old, bits) = (before.bytes().to_vec(), before.mode());
            (
                "Put back what was there",
                Action::WriteFile { path, before: Some(FileState::new(after, mode)), after: old, mode: bits },
            )
        }
        patched @ Action::PatchFile { .. } => ("Put back what was there", patch::inverse(patched)),
        Action::RemoveFile { path, before } => {
            let mode = before.mode();
            ("Write the file again", Action::WriteFile { path, before: None, after: before.bytes().to_vec(), mode })
        }
        Action::Trash { path, before } => (
            "Bring back from the trash",
            Action::Restore { path, from: change.to_owned(), step: entry.n, digest: before },
        ),
        Action::Restore { path, digest, .. } => ("Move to the trash", Action::Trash { path, before: digest }),
        Action::SetMode { path, before, after } => {
            ("Put the mode back", Action::SetMode { path, before: after, after: before })
        }
        Action::Symlink { path, target } => ("Remove the link", Action::RemoveLink { path, target }),
        Action::RemoveLink { path, target } => ("Make the link again", Action::Symlink { path, target }),
        // Whatever a command made and has grown since is ours to remove; in the trash nothing of it is lost.
        Action::Run { final_path, .. } => match disk.tally(&crate::disk::Place::of(&final_path))? {
            Some(tally) => ("Move to the trash", Action::Trash { path: final_path, before: tally.digest() }),
            None => return Ok(None),
        },
        Action::TheirRows { path, table, rows } => {
            let rows = rows.into_iter().rev().map(TheirRow::inverse).collect();
            ("Put the rows back", Action::TheirRows { path, table, rows })
        }
        Action::Remote { remote, target, what, before, after } => {
            ("Put back what was there", Action::Remote { remote, target, what, before: after, after: before })
        }
        Action::Registry { table, key, before, after } => {
            let back = before.map(|before| put_back(&before, after.as_ref()));
            let title = if back.is_some() { "Put the record back" } else { "Remove the record" };
            (title, Action::Registry { table, key, before: after, after: back })
        }
    };
    Ok(Some(Step { group: entry.step.group, title: title.to_owned(), detail: entry.step.title, action }))
}

/// The row as it was, without measured columns that this change did not set: those have moved on by themselves.
fn put_back(before: &Row, after: Option<&Row>) -> Row {
    let Some(after) = after else {
        return before.clone();
    };
    let keep =
        |column: &str| column == "updated_at" || !MEASURED_COLUMNS.contains(&column) || !before.same_in(after, column);
    Row(before.0.iter().filter(|(column, _)| keep(column)).map(|(k, v)| (k.clone(), v.clone())).collect())
}
