//! Opens one file that may be anything: looks first, opens without following links or blocking, looks again, reads up
//! to the limit. Relative to a folder handle, so that a scan resolves each long path once.

use super::{Broken, MAX_BYTES};
use crate::discovery::Fingerprint;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;
use std::fs::File;
use std::io::Read;
use std::os::fd::BorrowedFd;
use std::path::Path;

/// The bytes of a manifest and what identified them on disk.
pub(crate) struct Loaded {
    pub bytes: Vec<u8>,
    pub fingerprint: Fingerprint,
}

pub(crate) enum LoadError {
    /// Nothing there, or it vanished between two looks.
    Absent,
    Broken(Broken),
}

/// `lstat` relative to a folder handle; `None` when nothing is there.
pub(crate) fn stat_at(dir: BorrowedFd<'_>, path: &Path) -> Result<Option<Stat>, Errno> {
    match statat(dir, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Looks, then reads.
pub(crate) fn load_at(dir: BorrowedFd<'_>, path: &Path) -> Result<Loaded, LoadError> {
    match stat_at(dir, path).map_err(denied)? {
        Some(stat) => load_seen(dir, path, &stat),
        None => Err(LoadError::Absent),
    }
}

/// Reads a file whose `lstat` was just taken; what it turns out to be once open decides.
pub(crate) fn load_seen(dir: BorrowedFd<'_>, path: &Path, seen: &Stat) -> Result<Loaded, LoadError> {
    refuse_odd(seen)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let fd = match openat(dir, path, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::NOENT | Errno::NOTDIR) => return Err(LoadError::Absent),
        Err(error) => return Err(denied(error)),
    };
    let stat = fstat(&fd).map_err(denied)?;
    refuse_odd(&stat)?;
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    if size > MAX_BYTES {
        return Err(LoadError::Broken(too_large(size)));
    }
    // One byte more than it should hold: a regular file that fills less has been read whole in one call.
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0) + 1];
    let mut file = File::from(fd);
    let read = file.read(&mut bytes).map_err(unreadable)?;
    let full = read == bytes.len();
    bytes.truncate(read);
    if full || read < usize::try_from(size).unwrap_or(0) {
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(LoadError::Broken(too_large(bytes.len() as u64)));
        }
    }
    Ok(Loaded { bytes, fingerprint: Fingerprint::of(&stat) })
}

fn unreadable(error: std::io::Error) -> LoadError {
    LoadError::Broken(Broken::new(
        format!("the manifest could not be read: {error}"),
        "Check the disk and the file, then look again.",
    ))
}

fn refuse_odd(stat: &Stat) -> Result<(), LoadError> {
    let what = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Directory => "a folder",
        FileType::Symlink => "a link",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "not a regular file",
    };
    Err(LoadError::Broken(Broken::new(
        format!("`manifest.json` is {what}; a manifest is a regular file, so it was not opened"),
        "Replace it with a text file that holds the manifest.",
    )))
}

fn too_large(size: u64) -> Broken {
    let mib = |bytes: u64| format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000);
    Broken::new(
        format!("the manifest is {} large; the limit is {} (1 MiB), so it was not read", mib(size), mib(MAX_BYTES)),
        "Move large data out of the manifest into a file of its own.",
    )
}

fn denied(error: Errno) -> LoadError {
    LoadError::Broken(match error {
        Errno::ACCESS | Errno::PERM => Broken::new(
            "the manifest may not be read with the permissions it has",
            "Give your account the right to read it, for example with `chmod u+r`.",
        ),
        Errno::LOOP => {
            Broken::new("the manifest is a link that leads round in a circle", "Replace the link with the file.")
        }
        Errno::NAMETOOLONG => {
            Broken::new("the path of the manifest is too long", "Move the folder nearer to the root.")
        }
        other => Broken::new(
            format!("the manifest could not be opened: {}", std::io::Error::from(other)),
            "Check the disk and the file, then look again.",
        ),
    })
}
