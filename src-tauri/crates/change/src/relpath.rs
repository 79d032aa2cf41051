//! A path beneath the root or beneath a named place outside of it, checked once where it enters.
//!
//! Owns the rule what a relative path may look like: no `..`, no absolute path, no NUL, no line break, normalised
//! separators. `@login/x` is `x` in the place `login`, so no path names a folder at the top of the root whose name begins with `@`. It knows nothing of the disk: that a component is not a symbolic link is checked by `disk` at the moment of acting.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ChangeError;

/// A normalised path relative to the root; empty means the root itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelPath(String);

impl RelPath {
    /// Checks and normalises `path`: `./a//b/` becomes `a/b`, `.` and the empty string become the root.
    ///
    /// # Errors
    /// [`ChangeError::BadPath`] for an absolute path, `..`, NUL or a line break, a name over 255 bytes or a path over 3,000.
    pub fn new(path: &str) -> Result<RelPath, ChangeError> {
        let refuse = |reason: &str| Err(ChangeError::BadPath { path: path.to_owned(), reason: reason.to_owned() });
        if path.starts_with('/') {
            return refuse("it is absolute, but steps name paths beneath the root");
        }
        if path.contains(['\0', '\n', '\r']) {
            return refuse("it holds a NUL or a line break");
        }
        if path.len() > 3_000 {
            return refuse("it is longer than 3,000 bytes");
        }
        let mut parts = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => return refuse("it holds `..`, which could lead outside the root"),
                _ if part.len() > 255 => {
                    return refuse("one of its names is longer than 255 bytes");
                }
                _ => parts.push(part),
            }
        }
        Ok(RelPath(parts.join("/")))
    }

    /// The root itself, for the working folder of a command.
    #[must_use]
    pub fn root() -> RelPath {
        RelPath(String::new())
    }

    /// The path with `/` between its names; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The place outside of the root in which it lies: `login` for `@login/x`. `None` beneath the root.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.0.strip_prefix('@')?.split('/').next()
    }

    /// Whether this is the root or a place itself.
    #[must_use]
    pub fn is_base(&self) -> bool {
        self.is_root() || (self.place().is_some() && !self.0.contains('/'))
    }

    /// The path beneath the root, or beneath its place.
    pub(crate) fn beneath_base(&self) -> RelPath {
        match self.place() {
            None => self.clone(),
            Some(_) => RelPath(self.0.split_once('/').map_or(String::new(), |(_, rest)| rest.to_owned())),
        }
    }

    /// Whether this is the root itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folder that holds it; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<RelPath> {
        if self.is_root() {
            return None;
        }
        Some(RelPath(self.0.rsplit_once('/').map_or(String::new(), |(dir, _)| dir.to_owned())))
    }

    /// The path of `name` (which may itself be a path) inside this folder.
    ///
    /// # Errors
    /// As [`RelPath::new`].
    pub fn join(&self, name: &str) -> Result<RelPath, ChangeError> {
        let checked = RelPath::new(name)?;
        if self.is_root() {
            return Ok(checked);
        }
        RelPath::new(&format!("{}/{}", self.0, checked.0))
    }

    /// The last name; empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// Whether `self` is `other` or lies beneath it.
    #[must_use]
    pub fn is_within(&self, other: &RelPath) -> bool {
        (other.is_root() && self.place().is_none())
            || self == other
            || (self.0.starts_with(&other.0) && self.0.as_bytes().get(other.0.len()) == Some(&b'/'))
    }

    /// The range in which everything beneath it sorts; of the root, everything.
    pub(crate) fn inside(&self) -> std::ops::Range<RelPath> {
        if self.is_root() {
            return RelPath(String::from("\u{1}"))..RelPath(String::from("\u{10FFFF}"));
        }
        // '0' is what follows '/'.
        RelPath(format!("{}/", self.0))..RelPath(format!("{}0", self.0))
    }

    /// The full path beneath `root`.
    #[must_use]
    pub fn beneath(&self, root: &Path) -> PathBuf {
        if self.is_root() { root.to_owned() } else { root.join(&self.0) }
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

impl TryFrom<String> for RelPath {
    type Error = ChangeError;
    fn try_from(path: String) -> Result<RelPath, ChangeError> {
        RelPath::new(&path)
    }
}

impl From<RelPath> for String {
    fn from(path: RelPath) -> String {
        path.0
    }
}
