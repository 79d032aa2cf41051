//! Which files of a plugin are not what they were: digests to keep when it is installed, and the comparison later.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use serde::{Deserialize, Serialize};

use super::walk;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Same,
    Changed,
    Added,
    Gone,
}

impl Change {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Same => "same",
            Change::Changed => "changed",
            Change::Added => "added",
            Change::Gone => "gone",
        }
    }
}

/// A digest of each file and link in `dir`, by path. The same files count as in its content hash.
///
/// # Errors
/// Where one of them cannot be read.
pub fn digests(dir: &Path) -> io::Result<BTreeMap<String, String>> {
    let (files, links) = walk::walk(&dir.canonicalize()?);
    let mut out = BTreeMap::new();
    for file in files {
        let digest = digest(&dir.join(&file.path))?;
        out.insert(file.path, digest);
    }
    for (path, target) in links {
        out.insert(path, format!("link {}", blake3::hash(target.as_bytes()).to_hex()));
    }
    Ok(out)
}

fn digest(path: &Path) -> io::Result<String> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd: OwnedFd = openat(CWD, path, flags, Mode::empty())?;
    let mut file = File::from(fd);
    let is_executable = std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o100 != 0;
    let (mut hasher, mut buffer) = (blake3::Hasher::new(), [0; 64 * 1024]);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
    }
    Ok(format!("{}{}", if is_executable { "x " } else { "" }, hasher.finalize().to_hex()))
}

/// Every path of both, with what became of it.
#[must_use]
pub fn compare(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> BTreeMap<String, Change> {
    let mut out: BTreeMap<String, Change> = before.keys().map(|path| (path.clone(), Change::Gone)).collect();
    for (path, digest) in now {
        let change = match before.get(path) {
            None => Change::Added,
            Some(old) if old == digest => Change::Same,
            Some(_) => Change::Changed,
        };
        out.insert(path.clone(), change);
    }
    out
}
