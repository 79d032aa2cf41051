//! Doing one step. Looks once more right before it acts, because time has passed since the plan was checked.

use std::time::Instant;

use crate::disk::{Disk, Place, Spot};
use crate::world::mode_differs;
use crate::{Action, ApplyControl, ChangeError, Conflict, RelPath, run};

/// What `run` reports lines to.
pub(crate) struct Doing<'a> {
    pub disk: &'a Disk,
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
            disk.make_dir(&Place::root(path), *mode)
        }
        Action::WriteFile { path, before, after, mode } => {
            expect(disk, path, &before.as_ref().map_or(Spot::Absent, Spot::of))?;
            disk.write_file(&Place::root(path), after, *mode, before.is_some())
        }
        Action::Trash { path, .. } => {
            // Its fingerprint was checked with the plan; taking it again would read the whole tree a second time.
            let trash = Place::trash(doing.change, doing.n)?;
            disk.make_own_dirs(&trash.parent())?;
            disk.move_tree(&Place::root(path), &trash)
        }
        Action::Restore { path, from, step, .. } => {
            expect(disk, path, &Spot::Absent)?;
            disk.move_tree(&Place::trash(from, *step)?, &Place::root(path))
        }
        Action::SetMode { path, before, after } => match mode_differs(&disk.look(&Place::root(path))?, *before) {
            Some(what) => Err(stale(path, what)),
            None => disk.set_mode(&Place::root(path), *after),
        },
        Action::Symlink { path, target } => {
            expect(disk, path, &Spot::Absent)?;
            disk.make_link(&Place::root(path), target)
        }
        Action::RemoveFile { path, before } => {
            expect(disk, path, &Spot::of(before))?;
            disk.remove_file(&Place::root(path))
        }
        Action::RemoveDir { path, mode } => {
            expect(disk, path, &Spot::Dir { mode: *mode })?;
            disk.remove_dir(&Place::root(path))
        }
        Action::RemoveLink { path, target } => {
            expect(disk, path, &Spot::Link { target: target.clone() })?;
            disk.remove_file(&Place::root(path))
        }
        Action::Run { .. } => run::run(doing, action),
        Action::Registry { .. } => Ok(()),
    }
}

fn expect(disk: &Disk, path: &RelPath, wanted: &Spot) -> Result<(), ChangeError> {
    let found = disk.look(&Place::root(path))?;
    if found == *wanted {
        return Ok(());
    }
    Err(stale(path, format!("changed while the plan was being applied ({} now)", found.word())))
}

fn stale(path: &RelPath, what: String) -> ChangeError {
    ChangeError::Stale { targets: vec![Conflict { target: path.to_string(), what }] }
}
