//! Taking steps back, in reverse: after a failure, and after a crash at an unknown point.
//!
//! It does not trust how far the change came, it looks: each step is found done, not done, or neither. Walking back through the
//! steps, each path ends at what the first step found there, so where no step is "neither", the old state is reached. Where
//! steps share a path, "neither" may only mean that the later one was not begun; then the crash point that explains
//! everything is looked for. Only then does it act, so it never removes or overwrites what is neither before nor after.
//! Everything it does can be interrupted and done again.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::disk::{Disk, Place, Spot};
use crate::journal::Entry;
use crate::patch::{self, Secrets};
use crate::remote::{self, Remotes};
use crate::world::{World, holds, mode_differs};
use crate::{Action, ChangeError, Conflict, TheirRow, run, theirs};

/// Takes back `steps` of change `change`. An empty list means that the old state stands.
pub(crate) fn roll_back(
    disk: &Arc<Disk>,
    secrets: &Secrets,
    remotes: &Remotes,
    change: &str,
    steps: &[Entry],
    each: &dyn Fn(&Entry),
) -> Result<Vec<Conflict>, ChangeError> {
    let steps: Vec<&Entry> = steps.iter().rev().filter(|s| !s.already).collect();
    for entry in &steps {
        disk.at_step(entry.n);
        if matches!(entry.step.action, Action::Run { .. }) {
            run::stop_leftover(disk, change, entry.n)?;
        }
        clear_own(disk, change, entry)?;
    }
    let (done, there) = match (judge(disk, change, &steps)?, remote::judge(remotes, &steps)) {
        (Ok(done), Ok(there)) => (done, there),
        (here, there) => return Ok(here.err().into_iter().chain(there.err()).flatten().collect()),
    };
    for entry in &done {
        if let Action::PatchFile { hunks, .. } = &entry.step.action {
            secrets.gather(hunks)?;
        }
    }
    let done: BTreeSet<usize> = done.iter().map(|entry| entry.n).chain(there).collect();
    for entry in steps.into_iter().filter(|entry| done.contains(&entry.n)) {
        disk.at_step(entry.n);
        if matches!(entry.step.action, Action::Remote { .. }) {
            disk.at_server()?;
            if let Some(conflict) = remote::take_back(remotes, &entry.step.action) {
                return Ok(vec![conflict]);
            }
        }
        take_back(disk, secrets, change, entry)?;
        each(entry);
    }
    disk.sync_touched()?;
    Ok(Vec::new())
}

/// Clears temporary files and half-moved trees that a kill in this step left. A tree that was being dropped is whole elsewhere.
fn clear_own(disk: &Disk, change: &str, entry: &Entry) -> Result<(), ChangeError> {
    let Some(path) = entry.step.action.path() else {
        return Ok(());
    };
    let place = Place::of(path);
    disk.clear_temp(&place)?;
    match &entry.step.action {
        Action::Trash { .. } => {
            disk.clear_moving(&place)?;
            disk.clear_moving(&Place::trash(change, entry.n)?)
        }
        Action::Restore { from, step, .. } => {
            disk.clear_moving(&place)?;
            disk.clear_moving(&Place::trash(from, *step)?)
        }
        Action::Run { creates, .. } => {
            disk.clear_moving(&place)?;
            disk.clear_moving(&Place::of(creates))
        }
        _ => Ok(()),
    }
}

/// How a step is found.
enum Found {
    Done,
    NotDone,
    Neither(String),
}

/// The steps (given and returned newest first) that were done, or what stands in the way of taking them back.
fn judge<'e>(
    disk: &Arc<Disk>,
    change: &str,
    steps: &[&'e Entry],
) -> Result<Result<Vec<&'e Entry>, Vec<Conflict>>, ChangeError> {
    let (mut world, mut done, mut conflicts) = (World::new(disk), Vec::new(), Vec::new());
    for entry in steps {
        match find(disk, change, entry, &mut world)? {
            Found::Done => done.push(*entry),
            Found::NotDone => {}
            Found::Neither(what) => conflicts.push(Conflict { target: entry.step.action.target(), what }),
        }
    }
    if conflicts.is_empty() {
        return Ok(Ok(done));
    }
    for at in 0..steps.len() {
        if let Some(done) = crashed_at(disk, change, steps, at)? {
            return Ok(Ok(done));
        }
    }
    Ok(Err(conflicts))
}

/// The steps done if the crash was in `steps[at]` (newest first): all older ones are done, that one is or is not, the newer
/// ones were not begun. `None` where what is found does not fit that.
fn crashed_at<'e>(
    disk: &Arc<Disk>,
    change: &str,
    steps: &[&'e Entry],
    at: usize,
) -> Result<Option<Vec<&'e Entry>>, ChangeError> {
    let (newer, begun) = steps.split_at(at);
    let (mut world, mut done) = (World::new(disk), Vec::new());
    for (i, entry) in begun.iter().enumerate() {
        if matches!(entry.step.action, Action::Registry { .. }) {
            continue;
        }
        match find(disk, change, entry, &mut world)? {
            Found::Done => done.push(*entry),
            Found::NotDone if i == 0 => {}
            Found::NotDone | Found::Neither(_) => return Ok(None),
        }
    }
    // From here the change could go on: the one crashed in and the newer ones find what they expect.
    let mut ahead = World::new(disk);
    for (i, entry) in begun.first().into_iter().chain(newer.iter().rev()).enumerate() {
        let half_done = i == 0 && done.first().is_some_and(|d| d.n == entry.n);
        if !half_done && ahead.mismatch(&entry.step.action)?.is_some() {
            return Ok(None);
        }
        // What was restored is in its place, and no longer where its effect would look for it.
        if !(half_done && matches!(entry.step.action, Action::Restore { .. })) {
            ahead.effect(&entry.step.action)?;
        }
    }
    Ok(Some(done))
}

/// How a step is found in `world`, from which a step that was done is taken back.
fn find(disk: &Disk, change: &str, entry: &Entry, world: &mut World) -> Result<Found, ChangeError> {
    if let Action::TheirRows { path, table, rows } = &entry.step.action {
        return Ok(match theirs::found(disk, path, table, rows)? {
            theirs::Found::After => Found::Done,
            theirs::Found::Before => Found::NotDone,
            theirs::Found::Neither(what) => Found::Neither(what),
        });
    }
    let Some(path) = entry.step.action.path() else {
        return Ok(Found::NotDone);
    };
    let found = match world.look(path) {
        Err(error @ ChangeError::ThroughLink { .. }) => {
            return Ok(Found::Neither(format!("is behind a link now: {error}")));
        }
        other => other?,
    };
    // (as before, as after)
    let (old, new) = match &entry.step.action {
        Action::CreateDir { mode, .. } => (Spot::Absent, Spot::Dir { mode: *mode }),
        Action::WriteFile { before, after, mode, .. } => {
            (before.as_ref().map_or(Spot::Absent, Spot::of), Spot::of_bytes(after, *mode))
        }
        Action::PatchFile { before_hash, before_len, before_mode, after_hash, after_len, after_mode, .. } => {
            (Spot::hashed(before_hash, *before_len, *before_mode), Spot::hashed(after_hash, *after_len, *after_mode))
        }
        Action::Symlink { target, .. } => (Spot::Absent, Spot::Link { target: target.clone() }),
        Action::RemoveFile { before, .. } => (Spot::of(before), Spot::Absent),
        Action::RemoveDir { mode, .. } => (Spot::Dir { mode: *mode }, Spot::Absent),
        Action::RemoveLink { target, .. } => (Spot::Link { target: target.clone() }, Spot::Absent),
        Action::SetMode { before, after, .. } => {
            return Ok(match (mode_differs(&found, *before), mode_differs(&found, *after)) {
                (_, None) => {
                    world.remode(path, *before)?;
                    Found::Done
                }
                (None, _) => Found::NotDone,
                (Some(what), _) => Found::Neither(what),
            });
        }
        Action::Trash { before, .. } => {
            let trash = Place::trash(change, entry.n)?;
            let trashed = disk.tally(&trash)?.map(|t| t.digest());
            return Ok(match (world.tally(path)?.map(|t| t.digest()), trashed) {
                (Some(there), None) if there == *before => Found::NotDone,
                // Both whole: copied to another volume, the original not yet removed. Taking it back removes the copy.
                (Some(there), Some(copy)) if there == *before && copy == *before => Found::Done,
                (None, Some(trashed)) if trashed == *before => {
                    world.graft(path, trash)?;
                    Found::Done
                }
                (None, None) => Found::Neither("is neither in its place nor in the trash".to_owned()),
                (None, Some(_)) => Found::Neither("was changed in the trash".to_owned()),
                (Some(_), _) => {
                    Found::Neither("was changed, or put there anew, since the change moved it to the trash".to_owned())
                }
            });
        }
        Action::Restore { from, step, digest, .. } => {
            let trashed = disk.tally(&Place::trash(from, *step)?)?.map(|t| t.digest());
            return Ok(match (world.tally(path)?.map(|t| t.digest()), trashed) {
                (None, Some(trashed)) if trashed == *digest => Found::NotDone,
                (Some(there), _) if there == *digest => {
                    world.vanish(path);
                    Found::Done
                }
                (None, _) => Found::Neither("is neither in its place nor whole in the trash".to_owned()),
                (Some(_), _) => Found::Neither("was changed since the change brought it back".to_owned()),
            });
        }
        Action::Run { creates, .. } => {
            if !run::was_started(disk, change, entry.n)? {
                return Ok(Found::NotDone);
            }
            world.vanish(creates);
            world.vanish(path);
            return Ok(Found::Done);
        }
        Action::Registry { .. } | Action::TheirRows { .. } | Action::Remote { .. } => return Ok(Found::NotDone),
    };
    if found != new {
        let what = format!("was changed by somebody since ({} now)", found.word());
        return Ok(if found == old { Found::NotDone } else { Found::Neither(what) });
    }
    if matches!(entry.step.action, Action::CreateDir { .. })
        && let Some(what) = holds(&world.names(path)?)
    {
        return Ok(Found::Neither(what));
    }
    world.appear(path, old);
    Ok(Found::Done)
}

/// Takes one step back. Called newest first, after `judge` found nothing in the way.
fn take_back(disk: &Disk, secrets: &Secrets, change: &str, entry: &Entry) -> Result<(), ChangeError> {
    if let Action::TheirRows { path, table, rows } = &entry.step.action {
        let back: Vec<_> = rows.iter().rev().cloned().map(TheirRow::inverse).collect();
        return theirs::write(disk, path, table, &back);
    }
    let Some(path) = entry.step.action.path() else {
        return Ok(());
    };
    let place = Place::of(path);
    let (found, bytes) = disk.look_with_bytes(&place)?;
    match &entry.step.action {
        Action::CreateDir { mode, .. } if found == (Spot::Dir { mode: *mode }) => disk.remove_dir(&place),
        Action::WriteFile { before: None, after, mode, .. } if found == Spot::of_bytes(after, *mode) => {
            disk.remove_file(&place)
        }
        Action::WriteFile { before: Some(before), after, mode, .. }
            if found == Spot::of_bytes(after, *mode) && found != Spot::of(before) =>
        {
            disk.write_file(&place, before.bytes(), before.mode(), true)
        }
        patched @ Action::PatchFile { after_hash, after_len, after_mode, .. }
            if found == Spot::hashed(after_hash, *after_len, *after_mode) =>
        {
            patch::apply(disk, secrets, &patch::inverse(patched.clone()), &bytes)
        }
        Action::Symlink { target, .. } if found == (Spot::Link { target: target.clone() }) => disk.remove_file(&place),
        Action::SetMode { before, after, .. } if before != after && mode_differs(&found, *after).is_none() => {
            disk.set_mode(&place, *before)
        }
        Action::RemoveFile { before, .. } if found == Spot::Absent => {
            disk.write_file(&place, before.bytes(), before.mode(), false)
        }
        Action::RemoveDir { mode, .. } if found == Spot::Absent => disk.make_dir(&place, *mode),
        Action::RemoveLink { target, .. } if found == Spot::Absent => disk.make_link(&place, target),
        Action::Trash { .. } => {
            let trash = Place::trash(change, entry.n)?;
            match (found, disk.look(&trash)?) {
                (Spot::Absent, Spot::Absent) | (_, Spot::Absent) => Ok(()),
                (Spot::Absent, _) => disk.move_tree(&trash, &place),
                // Both whole: the copy to another volume was done, the original not yet removed.
                (_, _) => disk.drop_tree(&trash),
            }
        }
        Action::Restore { from, step, .. } => {
            let trash = Place::trash(from, *step)?;
            match (found, disk.look(&trash)?) {
                (Spot::Absent, _) => Ok(()),
                (_, Spot::Absent) => {
                    disk.make_own_dirs(&trash.parent())?;
                    disk.move_tree(&place, &trash)
                }
                (_, _) => disk.drop_tree(&place),
            }
        }
        Action::Run { creates, .. } if run::was_started(disk, change, entry.n)? => {
            disk.drop_tree(&place)?;
            if creates != path {
                disk.drop_tree(&Place::of(creates))?;
            }
            disk.sync_touched()?;
            run::forget(disk, change, entry.n)
        }
        _ => Ok(()),
    }
}
