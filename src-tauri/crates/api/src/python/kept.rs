//! Earlier environments that were kept: those beside the current one, and real folders that a change set aside.

use std::path::{Path, PathBuf};

use sanctum_change::Action;
use sanctum_python::{build, read};
use sanctum_registry::changes::{self, ChangeFilter};

use super::place::Place;
use crate::open::Open;
use crate::{ApiError, ApiResult, stamps};

/// Changes of one environment that are looked through for what they set aside.
const MOST_CHANGES: u32 = 200;

/// Where a kept environment is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Where {
    /// Beside the current one, under its id.
    Beside,
    /// A folder that a step of a change moved to the trash; this brings it back.
    Aside(Box<Action>),
}

/// One that was kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    pub id: String,
    /// Absolute.
    pub dir: PathBuf,
    pub made_at: String,
    /// The change that replaced it.
    pub replaced_by: Option<String>,
    /// The pins that belong to it, where they are known.
    pub pins: Option<String>,
    pub place: Where,
}

/// All that were kept, the latest first. Sizes are not measured here.
pub(crate) fn all(open: &Open, place: &Place) -> ApiResult<Vec<Kept>> {
    let current = place.current(open.root());
    let ids = ids(&open.root().join(&place.builds));
    let dir = |id: &str| open.root().join(&place.builds).join(id);
    let notes: Vec<build::Note> = ids.iter().filter_map(|id| build::note(&dir(id))).collect();
    let mut kept: Vec<Kept> = ids
        .iter()
        .filter(|id| current.as_ref() != Some(id))
        .map(|id| {
            let by = notes.iter().rev().find(|note| note.replaces.as_ref() == Some(id));
            Kept {
                id: id.clone(),
                dir: dir(id),
                made_at: build::note(&dir(id)).map_or_else(|| made(&dir(id)), |note| note.made_at),
                replaced_by: by.map(|note| note.title.clone()),
                pins: build::pins_of(&dir(id)),
                place: Where::Beside,
            }
        })
        .collect();
    kept.extend(aside(open, place)?);
    kept.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| b.id.cmp(&a.id)));
    Ok(kept)
}

/// # Errors
/// `python_kept_unknown`.
pub(crate) fn find(open: &Open, place: &Place, id: &str) -> ApiResult<Kept> {
    all(open, place)?.into_iter().find(|kept| kept.id == id).ok_or_else(|| {
        ApiError::refused(
            "python_kept_unknown",
            format!("No environment `{id}` was kept for {}.", place.named),
            format!("`sanctumctl python list {}` shows those that were.", place.id),
        )
    })
}

/// Names of the environments beside the link, the oldest first.
fn ids(builds: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(builds).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries
        .filter(|entry| entry.path().join("pyvenv.cfg").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    ids.sort();
    ids
}

/// Real folders that stood where the link is now.
fn aside(open: &Open, place: &Place) -> ApiResult<Vec<Kept>> {
    let Some(state_dir) = open.registry().path().parent() else { return Ok(Vec::new()) };
    let wanted = ChangeFilter { target: Some(place.link.clone()), ..ChangeFilter::default() };
    let (sets, _) = open.registry().read(|c| changes::page(c, &wanted, 0, MOST_CHANGES))?;
    let mut kept = Vec::new();
    for set in sets {
        let folder = state_dir.join("trash").join(&set.id);
        if !folder.is_dir() {
            continue;
        }
        let steps = open.registry().read(|c| changes::steps(c, &set.id))?;
        for step in steps.iter().filter(|step| step.kind == "trash" && step.target == place.link) {
            let dir = folder.join(step.n.to_string());
            let Some(back) = back(&set.id, step).filter(|_| dir.join("pyvenv.cfg").is_file()) else { continue };
            let before = steps.iter().find(|step| step.target == place.pins).and_then(|step| step.before_blob.clone());
            kept.push(Kept {
                id: format!("aside-{}", set.id),
                made_at: made(&dir),
                dir,
                replaced_by: Some(set.title.clone()),
                pins: before.and_then(|bytes| String::from_utf8(bytes).ok()),
                place: Where::Aside(Box::new(back)),
            });
        }
    }
    Ok(kept)
}

/// What brings back what this step moved to the trash.
fn back(change: &str, step: &changes::ChangeStep) -> Option<Action> {
    let payload: serde_json::Value = serde_json::from_str(&step.payload).ok()?;
    match serde_json::from_value(payload.get("action")?.clone()).ok()? {
        Action::Trash { path, before } => {
            Some(Action::Restore { path, from: change.to_owned(), step: step.n as usize, digest: before })
        }
        _ => None,
    }
}

/// When an environment was made, by its settings file.
fn made(dir: &Path) -> String {
    let at = dir.join("pyvenv.cfg").metadata().and_then(|meta| meta.modified()).ok();
    at.map(|at| stamps::rfc3339(at.into())).unwrap_or_default()
}

/// Bytes on disk.
pub(crate) fn size(kept: &Kept) -> u64 {
    read::size(&kept.dir)
}
