//! Text of others: opening files that may be anything, and making words fit to be shown.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
pub(crate) use sanctum_foreign::line as shown_up_to;

/// Most characters of a text that are shown on a line.
const LONGEST: usize = 300;

/// Text of others as one harmless line, cut where it is long.
#[must_use]
pub fn shown(text: &str) -> String {
    shown_up_to(text, LONGEST)
}

/// A line of others as it is, with everything in it that would steer a screen or hide written out.
#[must_use]
pub fn spelled(line: &str) -> String {
    sanctum_foreign::spelled(line, 400)
}

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum NoText {
    Absent,
    /// A link, a pipe, a device, a folder.
    NotAFile,
    TooLarge(u64),
    Io(io::Error),
}

/// At most `most` bytes of a regular file; no link is followed and no pipe is waited for.
pub(crate) fn load(path: &Path, most: u64) -> Result<Vec<u8>, NoText> {
    let (bytes, size) = head(path, most)?;
    if size > most { Err(NoText::TooLarge(size)) } else { Ok(bytes) }
}

/// The beginning of a regular file, and how large the whole is.
pub(crate) fn head(path: &Path, most: u64) -> Result<(Vec<u8>, u64), NoText> {
    use rustix::io::Errno;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let fd = match openat(CWD, path, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(NoText::Absent),
        Err(Errno::LOOP | Errno::NXIO | Errno::MLINK) => return Err(NoText::NotAFile),
        Err(error) => return Err(NoText::Io(error.into())),
    };
    let stat = fstat(&fd).map_err(|e| NoText::Io(e.into()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(NoText::NotAFile);
    }
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let mut bytes = Vec::new();
    File::from(fd).take(most).read_to_end(&mut bytes).map_err(NoText::Io)?;
    Ok((bytes, size))
}

/// `3 plugins`, `1 plugin`.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::{NoText, load};

    #[test]
    fn only_regular_files_of_bounded_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), "12345").unwrap();
        std::os::unix::fs::symlink("a", dir.path().join("l")).unwrap();
        assert_eq!(load(&dir.path().join("a"), 5).unwrap(), b"12345", "a file that fits is read whole");
        assert!(
            matches!(load(&dir.path().join("a"), 4), Err(NoText::TooLarge(5))),
            "one that does not fit says its size"
        );
        assert!(matches!(load(&dir.path().join("l"), 5), Err(NoText::NotAFile)), "a link is not followed");
        assert!(matches!(load(dir.path(), 5), Err(NoText::NotAFile)), "a folder is no file");
        assert!(matches!(load(&dir.path().join("x"), 5), Err(NoText::Absent)), "nothing is nothing");
    }
}
