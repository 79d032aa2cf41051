//! Which paths matter: the folders discovery reads, by pattern below the root.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What a path below the root is to the watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    /// A folder whose entries matter, or a file that does (one cannot tell by the name).
    Watch,
    /// It matters that it is there and changes, not what is in it.
    Report,
    /// Nothing of ours.
    Ignore,
}

/// Would a change of this path, given below the root, be reported? Databases and their side files, logs, environments,
/// code in `app`, caches and temporary files are not.
pub fn is_of_interest(rel: &Path) -> bool {
    reported(rel)
}

pub(super) fn reported(rel: &Path) -> bool {
    interest(rel) != Interest::Ignore
}

pub(super) fn watched(rel: &Path) -> bool {
    interest(rel) == Interest::Watch
}

fn interest(rel: &Path) -> Interest {
    let parts: Vec<&OsStr> = rel.components().map(|part| part.as_os_str()).collect();
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    if parts.iter().any(|part| is_noise(part)) {
        return Interest::Ignore;
    }
    match parts.as_slice() {
        [] | [b"agents" | b"tools" | b"plugins" | b"smcp"] => Interest::Watch,
        [_] => Interest::Report,
        [b"agents", b"venv" | b".venv"] => Interest::Report,
        [b"agents", b"venv" | b".venv", ..] => Interest::Ignore,
        [b"agents", _] | [b"agents", _, b"modules"] => Interest::Watch,
        [b"agents", _, b"modules", _, inside @ ..] | [b"agents", _, _, inside @ ..] => module(inside),
        [b"tools", _, inside @ ..] => module(inside),
        [b"plugins", _] => Interest::Watch,
        [b"plugins", _, _] => Interest::Report,
        [b"smcp", inside @ ..] => module(inside),
        _ => Interest::Ignore,
    }
}

/// Inside a module's folder.
fn module(inside: &[&[u8]]) -> Interest {
    match inside {
        [] | [b"config"] | [b"plugins" | b"plugins-disabled" | b"store"] => Interest::Watch,
        // A version of a plugin lies one folder deeper in the store.
        [b"plugins" | b"plugins-disabled" | b"store", _] | [b"store", _, _] => Interest::Watch,
        [_] | [b"config", _] | [b"plugins" | b"plugins-disabled", _, _] | [b"store", _, _, _] => Interest::Report,
        _ => Interest::Ignore,
    }
}

/// Databases, logs, caches and what editors leave for a moment. A dot is ours only in `.env`.
fn is_noise(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 16] = [
        b"-wal",
        b"-shm",
        b"-journal",
        b".db",
        b".sqlite",
        b".sqlite3",
        b".log",
        b".pid",
        b".lock",
        b".pyc",
        b".tmp",
        b".temp",
        b".swp",
        b".swx",
        b".part",
        b"~",
    ];
    let dotted = name.starts_with(b".") && !name.starts_with(b".env") && name != b".venv";
    let database = name.starts_with(b"registry.db") || name.windows(8).any(|w| w == b".sqlite-" || w == b".sqlite3");
    dotted || database || name == b"__pycache__" || name == b"4913" || ENDS.iter().any(|end| name.ends_with(end))
}
