//! Doing one step. Looks once more right before it acts, because time has passed since the plan was checked.

use std::time::Instant;

use crate::disk::{Disk, Place, Spot};
use crate::patch::{self, Secrets};
use crate::remote::{self, Remotes};
use crate::world::mode_differs;
use crate::{Action, ApplyControl, ChangeError, Conflict, RelPath, run, theirs};

/// What `run` reports lines to.
pub(crate) struct Doing<'a> {
    pub disk: &'a Disk,
    pub secrets: &'a Secrets,
    pub remotes: &'a Remotes,
    pub change: &'a str,
    pub n: usize,
    pub ctl: &'a ApplyControl,
    pub line: &'a dyn Fn(&str, Instant),
}

/// Does `action`. Registry rows are not done here but all together at the end.
pub(crate) fn act(doing: &Doing<'_>, action: &Action) -> Result<(), ChangeError> {
    let disk = doing.disk;
    match action {
        Action::CreateDir { path, mode } => {
            expect(disk, path, &Spot::Absent)?;
            disk.make_dir(&Place::of(path), *mode)
        }
        Action::WriteFile { path, before, after, mode } => {
            expect(disk, path, &before.as_ref().map_or(Spot::Absent, Spot::of))?;
            disk.write_file(&Place::of(path), after, *mode, before.is_some())
        }
        Action::PatchFile { path, before_hash, before_len, before_mode, .. } => {
            let there = expect(disk, path, &Spot::hashed(before_hash, *before_len, *before_mode))?;
            patch::apply(disk, doing.secrets, action, &there)
        }
        Action::Trash { path, .. } => {
            // Its fingerprint was checked with the plan; taking it again would read the whole tree a second time.
            let trash = Place::trash(doing.change, doing.n)?;
            disk.make_own_dirs(&trash.parent())?;
            disk.move_tree(&Place::of(path), &trash)
        }
        Action::Restore { path, from, step, .. } => {
            expect(disk, path, &Spot::Absent)?;
            disk.move_tree(&Place::trash(from, *step)?, &Place::of(path))
        }
        Action::SetMode { path, before, after } => match mode_differs(&disk.look(&Place::of(path))?, *before) {
            Some(what) => Err(stale(path, what)),
            None => disk.set_mode(&Place::of(path), *after),
        },
        Action::Symlink { path, target } => {
            expect(disk, path, &Spot::Absent)?;
            disk.make_link(&Place::of(path), target)
        }
        Action::RemoveFile { path, before } => {
            expect(disk, path, &Spot::of(before))?;
            disk.remove_file(&Place::of(path))
        }
        Action::RemoveDir { path, mode } => {
            expect(disk, path, &Spot::Dir { mode: *mode })?;
            disk.remove_dir(&Place::of(path))
        }
        Action::RemoveLink { path, target } => {
            expect(disk, path, &Spot::Link { target: target.clone() })?;
            disk.remove_file(&Place::of(path))
        }
        Action::TheirRows { path, table, rows } => theirs::write(disk, path, table, rows),
        Action::Run { .. } => run::run(doing, action),
        Action::Registry { .. } => Ok(()),
        Action::Remote { .. } => {
            disk.at_server()?;
            remote::act(doing.remotes, action)
        }
    }
}

/// The bytes of what is there, which is as `wanted`.
fn expect(disk: &Disk, path: &RelPath, wanted: &Spot) -> Result<Vec<u8>, ChangeError> {
    let (found, bytes) = disk.look_with_bytes(&Place::of(path))?;
    if found == *wanted {
        return Ok(bytes);
    }
    Err(stale(path, format!("changed while the plan was being applied ({} now)", found.word())))
}

fn stale(path: &RelPath, what: String) -> ChangeError {
    ChangeError::Stale { targets: vec![Conflict { target: path.to_string(), what }] }
}

/// Whether a step that failed so was not done: most act in one stroke, and what stands there now is not ours to judge.
pub(crate) fn surely_not_done(action: &Action, error: &ChangeError) -> bool {
    match (error, action) {
        (ChangeError::Stale { .. }, _) => true,
        (ChangeError::RemoteFailed { begun, .. }, _) => !begun,
        (_, Action::Trash { .. } | Action::Restore { .. } | Action::Run { .. } | Action::TheirRows { .. }) => false,
        _ => true,
    }
}
