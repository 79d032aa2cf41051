//! Where a fetch is made before it has its name: `.<name>.part` beside it, with the new folder in it.
//!
//! Owns that the target appears whole or not at all, and that nothing is left behind. What a killed fetch left is recognised
//! by its lock file and taken away by the next one; what is not ours is never touched.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FlockOperation, RenameFlags};
use rustix::io::Errno;

use crate::{FetchError, platform, write};

/// Made first and locked as long as somebody works in the folder.
const LOCK: &str = "sanctum-fetch.lock";

/// A place to work in; dropping it takes it away with all it holds.
#[derive(Debug)]
pub(crate) struct Stage {
    target: PathBuf,
    part: PathBuf,
    _lock: File,
}

impl Stage {
    /// Makes the place beside `into`, which must be absent.
    pub(crate) fn make(into: &Path) -> Result<Self, FetchError> {
        let (Some(parent), Some(name)) = (into.parent(), into.file_name().and_then(|name| name.to_str())) else {
            return Err(FetchError::NoParent { path: into.to_owned() });
        };
        let Ok(parent) = parent.canonicalize() else {
            return Err(FetchError::NoParent { path: parent.to_owned() });
        };
        let (target, part) = (parent.join(name), parent.join(format!(".{name}.part")));
        if !is_absent(&target)? {
            return Err(FetchError::Exists { path: target });
        }
        if !is_absent(&part)? {
            clear(&part)?;
        }
        DirBuilder::new().mode(0o700).create(&part).map_err(|e| FetchError::io(&part, "make the folder", e))?;
        let lock = write::create(&part.join(LOCK))
            .and_then(|lock| if try_lock(&lock) { Ok(lock) } else { Err(FetchError::Busy { path: part.clone() }) });
        match lock {
            Ok(lock) => Ok(Self { target, part, _lock: lock }),
            Err(error) => {
                let _gone = fs::remove_dir_all(&part);
                Err(error)
            }
        }
    }

    /// The target, without links in its path.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// What becomes the target.
    pub(crate) fn tree(&self) -> PathBuf {
        self.part.join("tree")
    }

    /// Another name in the place, for what is only needed on the way.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.part.join(name)
    }

    /// Gives the tree its name, once all of it is on the disk.
    pub(crate) fn finish(self) -> Result<(), FetchError> {
        let tree = self.tree();
        let sync = |path: &Path| File::open(path).and_then(|dir| platform::settle(&dir));
        sync(&tree).map_err(|e| FetchError::io(&tree, "write to the disk", e))?;
        match rustix::fs::renameat_with(CWD, &tree, CWD, &self.target, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Err(FetchError::Exists { path: self.target.clone() }),
            // Some file systems cannot refuse to replace by themselves.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if is_absent(&self.target)? => {
                fs::rename(&tree, &self.target).map_err(|e| FetchError::io(&self.target, "name", e))?;
            }
            Err(e) => return Err(FetchError::io(&self.target, "name", e.into())),
        }
        let parent = self.target.parent().unwrap_or(&self.target);
        let synced = File::open(parent).and_then(|dir| dir.sync_all());
        synced.map_err(|e| FetchError::io(parent, "write to the disk", e))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // The next fetch into the same place clears what could not be removed now.
        let _gone = fs::remove_dir_all(&self.part);
    }
}

fn is_absent(path: &Path) -> Result<bool, FetchError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(false),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(FetchError::io(path, "look at", e)),
    }
}

fn try_lock(file: &File) -> bool {
    rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Takes away what a fetch that was killed left.
fn clear(part: &Path) -> Result<(), FetchError> {
    let in_the_way = || FetchError::InTheWay { path: part.to_owned() };
    let is_dir = fs::symlink_metadata(part).is_ok_and(|meta| meta.is_dir());
    let lock = part.join(LOCK);
    if !is_dir || !fs::symlink_metadata(&lock).is_ok_and(|meta| meta.is_file()) {
        // Killed before it made its lock file, it left an empty folder. Nothing else is removed by this.
        return fs::remove_dir(part).map_err(|_| in_the_way());
    }
    let file = OpenOptions::new().write(true).open(&lock).map_err(|_| in_the_way())?;
    if !try_lock(&file) {
        return Err(FetchError::Busy { path: part.to_owned() });
    }
    fs::remove_dir_all(part).map_err(|e| FetchError::io(part, "remove the remains of an earlier fetch in", e))
}
