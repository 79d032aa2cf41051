//! What was changed in a plugin, file by file and line by line: by an update that waits in quarantine, between two versions, or where
//! it lies since it was installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sanctum_plugins::place::Put;
use sanctum_plugins::read::{self, Change, Side};
use sanctum_plugins::{shown, spelled};

use super::place::{self, Placed};
use super::{compare, quarantine};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{PluginComparison, PluginFile, PluginFileLines};
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, diff};

/// Lines of one file; what is behind them is counted.
const MOST_LINES: usize = 1_000;

impl App {
    /// The files of a comparison, those that differ first.
    ///
    /// # Errors
    /// `not_allowed`, `plugin_unknown`, `plugin_version_unknown`, `inspection_unknown`, `plugin_nothing_kept` where what was
    /// installed is not there any more to be compared with.
    pub async fn plugin_compare(&self, actor: &Actor, of: &PluginComparison) -> ApiResult<Vec<PluginFile>> {
        let of = of.clone();
        self.between(actor, move |open, snap, actor| {
            let (before, after) = dirs(open, snap, actor, &of)?;
            let plugin = read::read(&after).map_err(|error| unreadable(&error.to_string()))?;
            let changes = changes(&before, &after)?;
            Ok(compare::files(&plugin, Some(changes)))
        })
        .await
    }

    /// The lines of one file that a comparison names.
    ///
    /// # Errors
    /// As for the comparison, and `plugin_file_unknown`.
    pub async fn plugin_lines(&self, actor: &Actor, of: &PluginComparison, path: &str) -> ApiResult<PluginFileLines> {
        let (of, path) = (of.clone(), path.to_owned());
        self.between(actor, move |open, snap, actor| {
            let (before, after) = dirs(open, snap, actor, &of)?;
            // A path goes out as it can be shown, and only what was walked is opened.
            let all = changes(&before, &after)?;
            let known = all.into_iter().find(|(known, _)| shown(known) == path);
            let Some((known, change)) = known else {
                return Err(ApiError::refused(
                    "plugin_file_unknown",
                    format!("There is no file `{}` in either of the two.", shown(&path)),
                    "Compare again: files may have changed since.",
                ));
            };
            Ok(told(&known, change, read::side(&before, &known), read::side(&after, &known)))
        })
        .await
    }

    async fn between<T, F>(&self, actor: &Actor, look: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Open, &Snapshot, &Actor) -> ApiResult<T> + Send + 'static,
    {
        // Lines of files are more than names of them: who may not install does not read code on this machine through us.
        actor.may_change()?;
        let open = self.opened().await?;
        let actor = actor.clone();
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            look(&open, &snap, &actor)
        })
        .await
    }
}

fn unreadable(why: &str) -> ApiError {
    ApiError::refused("source_unusable", format!("{}.", shown(why)), "Look at its folder.")
}

fn changes(before: &Path, after: &Path) -> ApiResult<BTreeMap<String, Change>> {
    let read = |dir: &Path| {
        read::digests(dir).map_err(|error| unreadable(&format!("A file cannot be read ({})", error.kind())))
    };
    Ok(read::compare(&read(before)?, &read(after)?))
}

/// The folder before, and the folder after.
fn dirs(open: &Open, snap: &Snapshot, actor: &Actor, of: &PluginComparison) -> ApiResult<(PathBuf, PathBuf)> {
    match of {
        PluginComparison::Update { inspection, dir, id } => {
            let placed = place::find(open, snap, actor, id)?;
            let (_, candidate) = quarantine::candidate(open, inspection, dir)?;
            Ok((placed.at.dir, candidate.path))
        }
        PluginComparison::Version { id, hash } => {
            let placed = place::find(open, snap, actor, id)?;
            let version = version(&placed, hash).ok_or_else(|| {
                ApiError::refused(
                    "plugin_version_unknown",
                    format!("No version {} of `{}` is kept.", shown(hash), placed.at.name),
                    "Its page lists the versions that are.",
                )
            })?;
            Ok((placed.at.dir, version))
        }
        PluginComparison::Installed { id } => {
            let placed = place::find(open, snap, actor, id)?;
            let before = as_installed(&placed).ok_or_else(|| {
                ApiError::refused(
                    "plugin_nothing_kept",
                    "What was installed is not kept anywhere else, so only which files differ is known, not their lines.",
                    "Install it again from where it came to compare it.",
                )
            })?;
            Ok((before, placed.at.dir))
        }
    }
}

fn version(placed: &Placed, hash: &str) -> Option<PathBuf> {
    let found = placed.at.versions.iter().find(|version| !hash.is_empty() && hash.starts_with(&version.short))?;
    Some(found.path.clone())
}

/// What was installed, where a copy of it lies that is still what it was: Broca's plugins are copies of the store.
fn as_installed(placed: &Placed) -> Option<PathBuf> {
    let short = placed.installed()?;
    let kept = version(placed, &short)?;
    let apart = placed.at.put != Put::Store && kept != placed.at.dir;
    (apart && sanctum_fetch::content_hash(&kept).is_ok_and(|hash| hash.starts_with(&short))).then_some(kept)
}

fn told(path: &str, change: Change, before: Side, after: Side) -> PluginFileLines {
    let (mut note, mut lines, mut left_out) = (None, Vec::new(), 0);
    match (text(&before), text(&after)) {
        (Some(old), Some(new)) => {
            (lines, left_out) = diff::between(&old, &new, MOST_LINES, spelled);
            if lines.is_empty() && change == Change::Changed {
                note = Some("Its lines are the same; only whether it may be run as a program changed.".to_owned());
            }
        }
        _ => note = Some(why(&before, &after)),
    }
    PluginFileLines { path: shown(path), state: change.as_str().to_owned(), note, lines, left_out }
}

fn text(side: &Side) -> Option<String> {
    match side {
        Side::Absent => Some(String::new()),
        Side::Text(text) => Some(text.clone()),
        Side::Link(target) => Some(format!("link to {target}\n")),
        Side::Binary(_) | Side::TooLarge(_) | Side::Private | Side::Unreadable => None,
    }
}

/// Why there are no lines.
fn why(before: &Side, after: &Side) -> String {
    let either = |is: fn(&Side) -> bool| is(before) || is(after);
    let size = |side: &Side| match side {
        Side::Binary(size) | Side::TooLarge(size) => sanctum_fetch::size(*size),
        Side::Text(text) => sanctum_fetch::size(text.len() as u64),
        Side::Absent => "nothing".to_owned(),
        Side::Link(_) => "a link".to_owned(),
        Side::Private | Side::Unreadable => "?".to_owned(),
    };
    if either(|side| matches!(side, Side::Private)) {
        return "It is named like a file of passwords or keys, so its lines are not shown.".to_owned();
    }
    if either(|side| matches!(side, Side::Unreadable)) {
        return "It could not be read.".to_owned();
    }
    let sizes = format!("{} → {}", size(before), size(after));
    if either(|side| matches!(side, Side::TooLarge(_))) {
        return format!("Too large to be compared line by line ({sizes}; at most 512 KiB are).");
    }
    format!("Not text, so there are no lines to compare ({sizes}).")
}
