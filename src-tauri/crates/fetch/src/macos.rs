//! macOS: how what was written reaches the disk, and where git is.

use std::fs::File;
use std::io;
use std::path::Path;

/// Hands a file to the drive. Its cache is emptied once, by [`settle`]: doing it for each file takes minutes.
pub(crate) fn written(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fsync(file)?)
}

/// All that was handed to the drive before is on the disk afterwards (`F_FULLFSYNC`, which `sync_all` is here).
pub(crate) fn settle(dir: &File) -> io::Result<()> {
    dir.sync_all()
}

/// `/usr/bin/git` opens a window that offers the command line tools where they are not installed.
pub(crate) fn is_git_stub(path: &Path) -> bool {
    const REAL: [&str; 2] =
        ["/Library/Developer/CommandLineTools/usr/bin/git", "/Applications/Xcode.app/Contents/Developer/usr/bin/git"];
    path == Path::new("/usr/bin/git") && !REAL.iter().any(|real| Path::new(real).exists())
}
