//! Is an `.env` tracked by git? Answered by reading `.git/index` (formats 2 to 4), without running git.

use crate::discovery::Note;
use crate::manifest::escape_name;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How far up a `.git` is looked for, and how large an index is read.
const MAX_UP: usize = 10;
const MAX_INDEX: u64 = 64 * 1024 * 1024;

/// A note for every one of `files` that git tracks.
pub(super) fn tracked_env_files(root: &Path, files: &[PathBuf]) -> Vec<Note> {
    let mut indexes: HashMap<PathBuf, HashSet<Vec<u8>>> = HashMap::new();
    let mut notes = Vec::new();
    for file in files {
        let Some((top, git)) = file.ancestors().skip(1).take(MAX_UP).find_map(|dir| Some((dir, git_dir(dir)?))) else {
            continue;
        };
        let Ok(inside) = file.strip_prefix(top) else {
            continue;
        };
        let tracked = indexes.entry(git).or_insert_with_key(|git| read_index(&git.join("index")).unwrap_or_default());
        if tracked.contains(inside.as_os_str().as_bytes()) {
            notes.push(Note {
                path: escape_name(file.strip_prefix(root).unwrap_or(file).as_os_str()),
                message: "this `.env` is tracked by git: what it holds is in the history and travels with every push"
                    .to_owned(),
                hint: "Take it out with `git rm --cached`, add it to `.gitignore`, and change the secrets it held."
                    .to_owned(),
            });
        }
    }
    notes.dedup();
    notes
}

/// Whether git tracks `file`, given below `root`.
#[must_use]
pub fn tracked_by_git(root: &Path, file: &str) -> bool {
    !tracked_env_files(root, &[root.join(file)]).is_empty()
}

/// The git folder of a work tree: `.git`, or where a `.git` file points.
fn git_dir(dir: &Path) -> Option<PathBuf> {
    let git = dir.join(".git");
    let meta = fs::symlink_metadata(&git).ok()?;
    if meta.is_dir() {
        return Some(git);
    }
    if !meta.is_file() || meta.len() > 4096 {
        return None;
    }
    let text = fs::read_to_string(&git).ok()?;
    Some(dir.join(text.strip_prefix("gitdir:")?.trim()))
}

fn read_index(path: &Path) -> Option<HashSet<Vec<u8>>> {
    let meta = fs::symlink_metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MAX_INDEX {
        return None;
    }
    Some(names(&fs::read(path).ok()?))
}

/// The names in an index, as far as it can be read.
fn names(bytes: &[u8]) -> HashSet<Vec<u8>> {
    const FIXED: usize = 62;
    let mut names = HashSet::new();
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (Some(b"DIRC"), Some(version @ 2..=4), Some(count)) = (bytes.get(..4), number(4), number(8)) else {
        return names;
    };
    let (mut at, mut last) = (12, Vec::new());
    for _ in 0..count {
        let Some(flags) = bytes.get(at + FIXED - 2) else {
            break;
        };
        let mut from = at + FIXED + if version >= 3 && flags & 0x40 != 0 { 2 } else { 0 };
        if version == 4 {
            let Some((strip, used)) = bytes.get(from..).and_then(varint) else {
                break;
            };
            last.truncate(last.len().saturating_sub(strip));
            from += used;
        } else {
            last.clear();
        }
        let Some(end) = bytes.get(from..).and_then(|rest| rest.iter().position(|b| *b == 0)).map(|n| from + n) else {
            break;
        };
        last.extend_from_slice(bytes.get(from..end).unwrap_or_default());
        names.insert(last.clone());
        at = if version == 4 { end + 1 } else { at + (end - at + 8) / 8 * 8 };
    }
    names
}

/// Git's offset encoding: how many bytes of the name before to drop, and how many bytes that took.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value = if at == 0 { 0 } else { (value + 1) << 7 } | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}
