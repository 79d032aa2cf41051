//! Copies of the registry beside it, made with the online backup API so that a live file copies whole.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use time::OffsetDateTime;

use crate::{
    RegistryError, Result, header,
    header::{Found, with_suffix},
    recover, registry,
    stamp::file_stamp,
};

/// How many `registry.db.before-v…` copies are kept.
const KEPT: usize = 10;

/// Copies the registry to `<file>.before-v<N>-<stamp>` and drops the oldest such copies beyond ten.
pub(crate) fn before_migration(c: &Connection, path: &Path, version: i64, now: OffsetDateTime) -> Result<PathBuf> {
    let to = free_name(path, &format!(".before-v{version}-{}", file_stamp(now)));
    copy(c, &to)?;
    prune(path)?;
    Ok(to)
}

pub(crate) fn copy(c: &Connection, to: &Path) -> Result<()> {
    let part = with_suffix(to, ".part");
    registry::create_private(&part)?;
    c.backup("main", &part, None)?;
    // One plain file: a copy in WAL mode would grow side files whenever somebody looks into it.
    let made = registry::connect(&part, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    made.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    drop(made);
    std::fs::File::open(&part).and_then(|f| f.sync_all()).map_err(RegistryError::io(&part, "write"))?;
    std::fs::rename(&part, to).map_err(RegistryError::io(to, "rename"))
}

pub(crate) fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let first = with_suffix(path, suffix);
    if !first.exists() {
        return first;
    }
    (2..).map(|n| with_suffix(path, &format!("{suffix}-{n}"))).find(|p| !p.exists()).unwrap_or(first)
}

/// A copy made before a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub path: PathBuf,
    /// Schema version it holds.
    pub version: i64,
    /// `YYYYMMDD-HHMMSS` UTC, of its name.
    pub made: String,
}

/// The copies beside the registry at `path`, the latest first.
pub fn backups(path: &Path) -> Result<Vec<Backup>> {
    let mut copies = list(path)?;
    copies.sort();
    let known = copies.into_iter().rev().filter_map(|(made, path)| match header::look(&path) {
        Ok(Found::Ours { version }) => Some(Backup { path, version, made }),
        _ => None,
    });
    Ok(known.collect())
}

/// Puts a copy of `from` in the registry's place; what was there is kept as `<file>.replaced-<stamp>`, which is returned.
///
/// Nobody may have the registry open. Errors: `from` is damaged, newer or not ours; then nothing was changed.
pub fn restore_backup(path: &Path, from: &Path, now: OffsetDateTime) -> Result<PathBuf> {
    let Found::Ours { .. } = header::look(from)? else {
        return Err(RegistryError::NotFound { what: format!("registry in `{}`", from.display()) });
    };
    let source = header::open_read_only(from)?;
    registry::check(&source)?;
    let fresh = free_name(path, &format!(".restored-{}", file_stamp(now)));
    copy(&source, &fresh)?;
    let kept = free_name(path, &format!(".replaced-{}", file_stamp(now)));
    recover::put_in_place(path, &fresh, &kept)?;
    Ok(kept)
}

fn prune(path: &Path) -> Result<()> {
    let mut copies = list(path)?;
    copies.sort();
    for (_, old) in copies.iter().rev().skip(KEPT) {
        std::fs::remove_file(old).map_err(RegistryError::io(old, "remove"))?;
    }
    Ok(())
}

/// The copies beside `path`, each with when it was made.
fn list(path: &Path) -> Result<Vec<(String, PathBuf)>> {
    let Some((folder, name)) = path.parent().zip(path.file_name()) else {
        return Ok(Vec::new());
    };
    let start = format!("{}.before-v", name.to_string_lossy());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(RegistryError::io(folder, "read"))? {
        let entry = entry.map_err(RegistryError::io(folder, "read"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((_, when)) = name.strip_prefix(&start).and_then(|rest| rest.split_once('-')) else {
            continue;
        };
        if !when.ends_with(".part") {
            found.push((when.to_owned(), entry.path()));
        }
    }
    Ok(found)
}
