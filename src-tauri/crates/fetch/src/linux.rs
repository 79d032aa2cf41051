//! Linux: how what was written reaches the disk, and where git is.

use std::fs::File;
use std::io;
use std::path::Path;

/// Nothing for each file: [`settle`] writes the whole file system, once.
pub(crate) fn written(_file: &File) -> io::Result<()> {
    Ok(())
}

/// All that was written beneath `dir` is on the disk afterwards.
pub(crate) fn settle(dir: &File) -> io::Result<()> {
    Ok(rustix::fs::syncfs(dir)?)
}

/// There are no stubs.
pub(crate) fn is_git_stub(_path: &Path) -> bool {
    false
}
