//! Which files of a plugin are not what was installed, and what an update would change.
//!
//! The digests of what is installed are kept in the app's own folder by the content's hash, for a version in the store may be changed
//! where it lies. Where none were kept, a version in the store whose content is still its hash serves as well.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sanctum_plugins::place as lie;
use sanctum_plugins::read::{self, Change, Plugin};
use sanctum_plugins::shown;

use super::kept;
use super::place::Placed;
use crate::dto::PluginFile;
use crate::open::Open;

/// Contents whose digests are kept; older ones make room.
const MOST: usize = 500;
/// Files that are listed; those that differ come before the others.
const MOST_FILES: usize = 2_000;

type Digests = BTreeMap<String, String>;

fn folder(open: &Open) -> PathBuf {
    kept::dir(open).join("digests")
}

fn file(open: &Open, short: &str) -> PathBuf {
    folder(open).join(format!("{short}.json"))
}

/// Keeps the digests of the files in `dir`, whose content has this hash. Without them a later change is still seen, only not where;
/// so a disk that refuses them stops nothing.
pub(super) fn keep(open: &Open, hash: &str, dir: &Path) {
    let at = file(open, lie::short(hash));
    if at.exists() {
        return;
    }
    let Ok(digests) = read::digests(dir) else { return };
    if let Err(error) = crate::files::write(&at, &digests) {
        eprintln!("The digests of a plugin could not be kept: {}", error.message);
    }
    make_room(open);
}

fn make_room(open: &Open) {
    let written = |path: &PathBuf| path.metadata().and_then(|meta| meta.modified()).ok();
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder(open)).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    if all.len() <= MOST {
        return;
    }
    all.sort_by_key(written);
    for old in &all[..all.len() - MOST] {
        let _gone = std::fs::remove_file(old);
    }
}

/// The digests of an installed content.
fn installed(open: &Open, placed: &Placed) -> Option<Digests> {
    let short = placed.installed()?;
    if let Ok(Some(kept)) = crate::files::read::<Digests>(&file(open, &short)) {
        return Some(kept);
    }
    let version = placed.at.versions.iter().find(|version| version.short == short)?;
    let whole = sanctum_fetch::content_hash(&version.path).is_ok_and(|hash| hash.starts_with(&short));
    whole.then(|| read::digests(&version.path).ok()).flatten()
}

/// The files of an installed plugin with what became of each since it was installed.
pub(super) fn since_installed(open: &Open, placed: &Placed, plugin: &Plugin) -> Vec<PluginFile> {
    if placed.installed().is_none() {
        return files(plugin, None);
    }
    if !placed.changed(plugin) {
        keep(open, &plugin.hash, &placed.at.dir);
        let same: BTreeMap<String, Change> =
            plugin.files.iter().map(|file| (file.path.clone(), Change::Same)).collect();
        return files(plugin, Some(same));
    }
    let changes = installed(open, placed).zip(read::digests(&placed.at.dir).ok());
    files(plugin, changes.map(|(before, now)| read::compare(&before, &now)))
}

/// The files of a candidate with what each is against the installed plugin that it would replace, as that is now.
pub(super) fn against(placed: &Placed, dir: &Path, plugin: &Plugin) -> Vec<PluginFile> {
    let both = read::digests(&placed.at.dir).ok().zip(read::digests(dir).ok());
    files(plugin, both.map(|(before, now)| read::compare(&before, &now)))
}

/// Files for the wire, bounded; those that differ first.
pub(super) fn files(plugin: &Plugin, changes: Option<BTreeMap<String, Change>>) -> Vec<PluginFile> {
    let sizes: BTreeMap<&str, u64> = plugin.files.iter().map(|file| (file.path.as_str(), file.size)).collect();
    let one = |path: &str, state: Option<Change>| PluginFile {
        path: shown(path),
        size: sizes.get(path).copied().unwrap_or(0) as f64,
        state: state.map(|state| state.as_str().to_owned()),
    };
    let Some(changes) = changes else {
        return plugin.files.iter().take(MOST_FILES).map(|file| one(&file.path, None)).collect();
    };
    let (same, odd): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, change)| *change == Change::Same);
    let same = same.into_iter().filter(|(path, _)| sizes.contains_key(path.as_str()));
    odd.into_iter().chain(same).take(MOST_FILES).map(|(path, change)| one(&path, Some(change))).collect()
}
