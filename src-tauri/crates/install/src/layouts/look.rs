//! Looking at a folder without touching it: what is there, what a small text file says, both bounded.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Entries of one folder that are looked at, and bytes of one text file that are read.
const MAX_ENTRIES: usize = 2000;
const MAX_TEXT: u64 = 256 * 1024;

/// One folder under examination.
pub(super) struct Look<'a> {
    pub root: &'a Path,
}

/// A folder, links followed.
pub(crate) fn is_dir(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// A regular file, links not followed: a FIFO is never opened.
pub(super) fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}

/// The names in a folder, ordered; empty when it cannot be read.
pub(super) fn names(path: &Path) -> Vec<OsString> {
    let Ok(entries) = fs::read_dir(path) else {
        return Vec::new();
    };
    let mut names: Vec<OsString> = entries.take(MAX_ENTRIES).flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

/// The text of a small regular file, odd bytes replaced.
pub(super) fn text(path: &Path) -> Option<String> {
    if !is_file(path) {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_TEXT).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The folders in a folder, not through links, dot folders left out.
pub(super) fn folders(path: &Path) -> Vec<(String, PathBuf)> {
    names(path)
        .into_iter()
        .map(|name| (name.to_string_lossy().into_owned(), path.join(name)))
        .filter(|(name, path)| !name.starts_with('.') && fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()))
        .collect()
}

impl<'a> Look<'a> {
    pub fn new(root: &'a Path) -> Look<'a> {
        Look { root }
    }

    pub fn dir(&self, rel: &str) -> bool {
        is_dir(&self.root.join(rel))
    }

    pub fn file(&self, rel: &str) -> bool {
        is_file(&self.root.join(rel))
    }

    pub fn folders(&self, rel: &str) -> Vec<(String, PathBuf)> {
        folders(&self.root.join(rel))
    }

    pub fn names(&self, rel: &str) -> Vec<String> {
        names(&self.root.join(rel)).into_iter().map(|name| name.to_string_lossy().into_owned()).collect()
    }
}
