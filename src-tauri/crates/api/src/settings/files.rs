//! The settings files as they stand on disk, read once for as long as they do not change.
//!
//! Only regular files inside the root are read, and none larger than [`LARGEST`]. Nothing is written here.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use sanctum_config::{EnvFile, JsonFile};

use crate::plan::lock;

/// A settings file larger than this is not one.
const LARGEST: u64 = 4 * 1024 * 1024;

/// One file as it was found.
pub(crate) struct Found {
    /// Relative to the root.
    pub path: String,
    pub text: Text,
    pub lines: u32,
}

pub(crate) enum Text {
    Missing,
    /// Why, in words that fit after "cannot be read:".
    Unreadable(String),
    Env(EnvFile),
    Json(JsonFile),
}

impl Found {
    pub fn env(&self) -> Option<&EnvFile> {
        match &self.text {
            Text::Env(file) => Some(file),
            _ => None,
        }
    }

    pub fn json(&self) -> Option<&JsonFile> {
        match &self.text {
            Text::Json(file) => Some(file),
            _ => None,
        }
    }

    pub fn exists(&self) -> bool {
        !matches!(self.text, Text::Missing)
    }

    /// The text that stands for a key: an environment key, or a JSON pointer.
    pub fn says(&self, key: &str) -> Option<String> {
        match &self.text {
            Text::Env(file) => file.get(key).map(|entry| entry.value),
            Text::Json(file) => file.get(key).map(|value| value.to_string()),
            _ => None,
        }
    }

    pub fn line(&self, key: &str) -> Option<usize> {
        match &self.text {
            Text::Env(file) => file.get(key).map(|entry| entry.line),
            Text::Json(file) => file.line_of(key),
            _ => None,
        }
    }
}

/// By path: what was found, and by which stamp it is known again.
#[derive(Default)]
pub(crate) struct Cache(Mutex<HashMap<String, (Stamp, Arc<Found>)>>);

type Stamp = (u64, i64, i64, u64, i64, i64);

impl Cache {
    /// The file as it stands now. A JSON file where the name ends so, an environment file otherwise.
    pub fn read(&self, root: &Path, path: &str) -> Arc<Found> {
        let full = root.join(path);
        let stamp = match full.symlink_metadata() {
            Ok(meta) => (meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len(), meta.ctime(), meta.ctime_nsec()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                lock(&self.0).remove(path);
                return Arc::new(Found { path: path.to_owned(), text: Text::Missing, lines: 0 });
            }
            Err(error) => return unreadable(path, &error.kind().to_string()),
        };
        if let Some((known, found)) = lock(&self.0).get(path)
            && *known == stamp
            // A link's own stamp says nothing about what it leads to.
            && !full.is_symlink()
        {
            return found.clone();
        }
        let found = look(root, path);
        lock(&self.0).insert(path.to_owned(), (stamp, found.clone()));
        found
    }
}

fn unreadable(path: &str, why: &str) -> Arc<Found> {
    Arc::new(Found { path: path.to_owned(), text: Text::Unreadable(why.to_owned()), lines: 0 })
}

fn look(root: &Path, path: &str) -> Arc<Found> {
    let full = root.join(path);
    let inside = full.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_file());
    if !inside {
        return unreadable(path, "it is not a regular file inside this Sanctum");
    }
    match full.metadata().map(|meta| meta.len()) {
        Ok(length) if length > LARGEST => return unreadable(path, "it is larger than 4 MiB"),
        Ok(_) => {}
        Err(error) => return unreadable(path, &error.kind().to_string()),
    }
    let bytes = match std::fs::read(&full) {
        Ok(bytes) => bytes,
        Err(error) => return unreadable(path, &error.kind().to_string()),
    };
    let lines = u32::try_from(bytes.iter().filter(|b| **b == b'\n').count()).unwrap_or(u32::MAX)
        + u32::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
    let text = if path.ends_with(".json") {
        match JsonFile::parse(&bytes) {
            Ok(file) => Text::Json(file),
            Err(fault) => Text::Unreadable(format!("line {}, column {}: {}", fault.line, fault.column, fault.message)),
        }
    } else {
        Text::Env(EnvFile::parse(&bytes))
    };
    Arc::new(Found { path: path.to_owned(), text, lines })
}
