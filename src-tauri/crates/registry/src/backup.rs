//! Copies of the registry beside it, made with the online backup API so that a live file copies whole.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use time::OffsetDateTime;

use crate::{RegistryError, Result, header::with_suffix, stamp::file_stamp};

/// How many `registry.db.before-v…` copies are kept.
const KEPT: usize = 10;

/// Copies the registry to `<file>.before-v<N>-<stamp>` and drops the oldest such copies beyond ten.
pub(crate) fn before_migration(
    c: &Connection,
    path: &Path,
    version: i64,
    now: OffsetDateTime,
) -> Result<PathBuf> {
    let to = free_name(path, &format!(".before-v{version}-{}", file_stamp(now)));
    copy(c, &to)?;
    prune(path)?;
    Ok(to)
}

fn copy(c: &Connection, to: &Path) -> Result<()> {
    let part = with_suffix(to, ".part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(&part)
        .map_err(RegistryError::io(&part, "create"))
        .map(drop)?;
    c.backup("main", &part, None)?;
    std::fs::File::open(&part)
        .and_then(|f| f.sync_all())
        .map_err(RegistryError::io(&part, "write"))?;
    std::fs::rename(&part, to).map_err(RegistryError::io(to, "rename"))
}

pub(crate) fn free_name(path: &Path, suffix: &str) -> PathBuf {
    let first = with_suffix(path, suffix);
    if !first.exists() {
        return first;
    }
    (2..)
        .map(|n| with_suffix(path, &format!("{suffix}-{n}")))
        .find(|p| !p.exists())
        .unwrap_or(first)
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
        let Some((_, when)) = name
            .strip_prefix(&start)
            .and_then(|rest| rest.split_once('-'))
        else {
            continue;
        };
        if !when.ends_with(".part") {
            found.push((when.to_owned(), entry.path()));
        }
    }
    Ok(found)
}
