//! What is already in, above and below a folder: another Sanctum, a git repository, our own leftovers, someone's files.

use std::fs;
use std::path::{Path, PathBuf};

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Contents {
    /// It does not exist yet.
    Missing,
    /// It exists and is empty.
    Empty,
    /// Only what a set-up that crashed before its first step leaves: `control/registry.db` and empty folders.
    OwnLeftovers,
    /// A Sanctum.
    Sanctum,
    /// Something else; the name of one entry.
    Foreign(String),
    /// It may not be read.
    Unreadable,
}

/// True when `dir` looks like the root of a Sanctum: ours, or the layout of the later installer.
pub fn is_sanctum(dir: &Path) -> bool {
    ["control/registry.db", "agents/requirements-agents.txt", "control/db/sanctum_ui.db"]
        .iter()
        .any(|f| dir.join(f).is_file())
        || dir.join("agents/venv").is_dir()
        || fs::read_dir(dir.join("agents")).is_ok_and(|mut entries| {
            entries.any(|e| e.is_ok_and(|e| e.file_name().to_string_lossy().starts_with("agent-") && e.path().is_dir()))
        })
}

pub(super) fn sanctum_above(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).find(|p| is_sanctum(p)).map(Path::to_path_buf)
}

pub(super) fn in_git(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|p| p.join(".git").exists()).map(Path::to_path_buf)
}

/// Looks two levels down and at most at 500 entries: enough to notice, never slow.
pub(super) fn sanctum_below(path: &Path) -> Option<PathBuf> {
    let mut budget = 500;
    let mut level = vec![path.to_path_buf()];
    for _ in 0..2 {
        let mut next = Vec::new();
        for dir in level {
            for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
                budget -= 1;
                if budget == 0 {
                    return None;
                }
                if entry.file_type().is_ok_and(|t| t.is_dir()) {
                    if is_sanctum(&entry.path()) {
                        return Some(entry.path());
                    }
                    next.push(entry.path());
                }
            }
        }
        level = next;
    }
    None
}

pub(super) fn contents(path: &Path) -> Contents {
    if path.symlink_metadata().is_err() {
        return Contents::Missing;
    }
    if !path.is_dir() {
        return Contents::Missing; // said by `root_is_file`
    }
    let Ok(names) = names(path) else {
        return Contents::Unreadable;
    };
    if names.is_empty() {
        return Contents::Empty;
    }
    if names.iter().all(|name| is_leftover(path, name)) {
        return Contents::OwnLeftovers;
    }
    if is_sanctum(path) {
        return Contents::Sanctum;
    }
    Contents::Foreign(names.into_iter().next().unwrap_or_default())
}

/// The entries of a folder by name, but for what the Finder drops everywhere.
fn names(dir: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !matches!(name.as_str(), ".DS_Store" | ".localized") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn is_leftover(root: &Path, name: &str) -> bool {
    let path = root.join(name);
    match name {
        "control" => {
            is_real_dir(&path)
                && names(&path).is_ok_and(|inside| {
                    inside.iter().all(|n| {
                        let ours = n.starts_with("registry.db") || n == "lock" || n.ends_with(".lock");
                        (ours && path.join(n).is_file()) || only_empty_dirs(&path.join(n), 4)
                    })
                })
        }
        "agents" | "smcp" => only_empty_dirs(&path, 5),
        _ => false,
    }
}

fn only_empty_dirs(path: &Path, depth: u8) -> bool {
    is_real_dir(path)
        && depth > 0
        && names(path).is_ok_and(|inside| inside.iter().all(|n| only_empty_dirs(&path.join(n), depth - 1)))
}

fn is_real_dir(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|m| m.is_dir())
}
