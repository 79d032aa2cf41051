//! Folders by handle: opened without following links, listed in order up to a cap, and links judged before use.

use super::Note;
use crate::manifest::escape_name;
use rustix::fs::{Dir, FileType, Mode, OFlags, openat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// A child of a folder.
pub(super) struct Child {
    pub name: OsString,
    pub kind: FileType,
}

impl Child {
    /// Dot folders and Python's caches: never ours.
    pub fn is_hidden(&self) -> bool {
        self.name.as_bytes().starts_with(b".") || self.name == "__pycache__"
    }
}

/// Opens a folder, not through a link.
pub(super) fn open_dir(parent: impl AsFd, name: &Path) -> Result<OwnedFd, Errno> {
    openat(parent, name, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

/// The children of an open folder, ordered by bytes; and whether there were more than `max`.
pub(super) fn list(fd: &OwnedFd, max: usize) -> Result<(Vec<Child>, bool), Errno> {
    let mut children = Vec::new();
    for entry in Dir::read_from(fd)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(Errno::NOENT) => break,
            Err(error) => return Err(error),
        };
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        if children.len() == max {
            return Ok((sorted(children), true));
        }
        let name = OsString::from_vec(name.to_vec());
        let kind = match entry.file_type() {
            FileType::Unknown => crate::manifest::stat_at(fd.as_fd(), Path::new(&name))
                .ok()
                .flatten()
                .map_or(FileType::Unknown, |stat| FileType::from_raw_mode(stat.st_mode)),
            kind => kind,
        };
        children.push(Child { name, kind });
    }
    Ok((sorted(children), false))
}

fn sorted(mut children: Vec<Child>) -> Vec<Child> {
    children.sort_unstable_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    children
}

/// Where a link leads.
pub(super) enum Link {
    /// To a folder inside the root.
    Folder(OwnedFd, PathBuf),
    /// To a regular file inside the root.
    File(PathBuf),
    /// Somewhere it will not be followed to: the sentence, and the hint.
    Refused(String, String),
    /// To something that could not be ours anyway.
    Other,
}

/// Judges a link. `real_root` is the root with all links resolved.
pub(super) fn follow(root: &Path, real_root: &Path, rel: &OsStr) -> Link {
    let link = root.join(rel);
    let shown = escape_name(rel);
    let refused = |what: String, hint: &str| Link::Refused(format!("`{shown}` {what}"), hint.to_owned());
    let target = match std::fs::canonicalize(&link) {
        Ok(target) => target,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return refused(
                "is a link that points to nothing".to_owned(),
                "Restore what it pointed to, or remove the link.",
            );
        }
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
            return refused(
                "is a link that leads round in a circle".to_owned(),
                "Remove the link, or point it at a folder.",
            );
        }
        Err(error) => {
            return refused(
                format!("is a link that cannot be followed: {error}"),
                "Check the permissions along the way.",
            );
        }
    };
    let Ok(inside) = target.strip_prefix(real_root) else {
        let to = escape_name(target.as_os_str());
        return refused(
            format!("is a link that leads outside this Sanctum, to `{to}`; it is not followed"),
            "Move or copy what it points to into the Sanctum. (An `app` folder inside a module may be a link.)",
        );
    };
    let own_parent = real_parent(&link);
    if own_parent.is_some_and(|parent| parent.starts_with(&target)) {
        return refused(
            "is a link to a folder it lies in; following it would never end".to_owned(),
            "Remove the link.",
        );
    }
    let inside = inside.to_path_buf();
    match std::fs::symlink_metadata(&target) {
        Ok(meta) if meta.is_dir() => match File::open(&target) {
            Ok(file) => Link::Folder(file.into(), inside),
            Err(error) => {
                refused(format!("is a link to a folder that cannot be opened: {error}"), "Check its permissions.")
            }
        },
        Ok(meta) if meta.is_file() => Link::File(inside),
        _ => Link::Other,
    }
}

fn real_parent(link: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(link.parent()?).ok()
}

/// A note for a folder that could not be opened or listed.
pub(super) fn unreadable(rel: &OsStr, error: Errno) -> Note {
    let (message, hint) = match error {
        Errno::ACCESS | Errno::PERM => (
            "this folder may not be read with the permissions it has; what is in it is not shown".to_owned(),
            "Give your account the right to read it, for example with `chmod u+rx`.",
        ),
        other => (
            format!("this folder could not be read: {}; what is in it is not shown", std::io::Error::from(other)),
            "Check the disk and the folder, then look again.",
        ),
    };
    Note { path: escape_name(rel), message, hint: hint.to_owned() }
}

/// `rel` with one more component.
pub(super) fn join(rel: &OsStr, name: &OsStr) -> OsString {
    let mut bytes = Vec::with_capacity(rel.len() + 1 + name.len());
    bytes.extend_from_slice(rel.as_bytes());
    if !bytes.is_empty() {
        bytes.push(b'/');
    }
    bytes.extend_from_slice(name.as_bytes());
    OsString::from_vec(bytes)
}
