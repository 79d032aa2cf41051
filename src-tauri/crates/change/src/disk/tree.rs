//! Whole trees: fingerprint, removal, move, copy across volumes.
//!
//! Works on folder handles and raw names, so that names which are no UTF-8 travel unharmed and no link is ever followed.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Timespec, Timestamps};
use rustix::io::Errno;

use super::act::{raw, rename_new};
use super::{Disk, FOLDER, LEAF, Place, bits, is_missing};
use crate::{ChangeError, TreeDigest};

/// Files up to this size enter a fingerprint with their content.
pub(crate) const HASHED_UP_TO: u64 = 1024 * 1024;

/// A fingerprint that can be put together from its parts: a folder's from its children's.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    hash: blake3::Hash,
    files: u64,
    folders: u64,
    bytes: u64,
}

impl Tally {
    /// `content` is the hash of the bytes, looked at only up to [`HASHED_UP_TO`].
    pub(crate) fn file(mode: u32, len: u64, content: Option<&str>) -> Tally {
        let content = content.filter(|_| len <= HASHED_UP_TO).unwrap_or("by size");
        Tally {
            hash: blake3::hash(format!("file {mode:o} {len} {content}").as_bytes()),
            files: 1,
            folders: 0,
            bytes: len,
        }
    }

    pub(crate) fn link(target: &str) -> Tally {
        Tally { hash: blake3::hash(format!("link {target}").as_bytes()), files: 1, folders: 0, bytes: 0 }
    }

    pub(crate) fn other() -> Tally {
        Tally { hash: blake3::hash(b"other"), files: 1, folders: 0, bytes: 0 }
    }

    /// `children` in the order of their names.
    pub(crate) fn folder(mode: u32, children: &[(Vec<u8>, Tally)]) -> Tally {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("folder {mode:o}").as_bytes());
        let (mut files, mut folders, mut bytes) = (0, 1, 0);
        for (name, child) in children {
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name).update(child.hash.as_bytes());
            files += child.files;
            folders += child.folders;
            bytes += child.bytes;
        }
        Tally { hash: hasher.finalize(), files, folders, bytes }
    }

    pub(crate) fn digest(&self) -> TreeDigest {
        TreeDigest { hash: self.hash.to_hex().to_string(), files: self.files, folders: self.folders, bytes: self.bytes }
    }
}

impl Disk {
    /// The fingerprint of what is at `place`; `None` where nothing is.
    pub(crate) fn tally(&self, place: &Place) -> Result<Option<Tally>, ChangeError> {
        let dir = match self.open_dir(&place.parent()) {
            Err(error) if is_missing(&error) => return Ok(None),
            other => other?,
        };
        self.tally_name(&dir, place, place.rel.name().as_bytes())
    }

    /// The same for a name that is no valid step path, inside the folder `place`.
    pub(crate) fn tally_in(&self, place: &Place, name: &[u8]) -> Result<Option<Tally>, ChangeError> {
        self.tally_name(&self.open_dir(place)?, place, name)
    }

    fn tally_name(&self, dir: &OwnedFd, place: &Place, name: &[u8]) -> Result<Option<Tally>, ChangeError> {
        match tally(dir.as_fd(), name) {
            Ok(tally) => Ok(Some(tally)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(ChangeError::io(&self.path(place), "read", errno)),
        }
    }

    /// Moves a tree: by rename where that works, else by copy, check, and removal of the old one, in an order that leaves at
    /// every instant at least one whole tree under its own name.
    pub(crate) fn move_tree(&self, from: &Place, to: &Place) -> Result<(), ChangeError> {
        let (from_dir, to_dir) = (self.open_dir(&from.parent())?, self.open_dir(&to.parent())?);
        self.touch(from.parent());
        self.touch(to.parent());
        let renamed = self.point("move", &self.path(from), "move").and_then(|()| {
            rename_new(&from_dir, from.rel.name(), &to_dir, to.rel.name()).map_err(self.fail(from, "move"))
        });
        match renamed {
            Err(ChangeError::Io { source, .. }) if source.raw_os_error() == Some(Errno::XDEV.raw_os_error()) => {}
            other => return other,
        }
        let coming = self.ours("in");
        self.clear(&to_dir, to, &coming)?;
        self.point("copy", &self.path(to), "copy to")?;
        if let Err(errno) = copy(from_dir.as_fd(), from.rel.name().as_bytes(), to_dir.as_fd(), coming.as_bytes()) {
            let _ = remove(to_dir.as_fd(), coming.as_bytes());
            return Err(ChangeError::io(&self.path(to), "copy to", errno));
        }
        self.point("copied", &self.path(to), "copy to")?;
        rename_new(&to_dir, &coming, &to_dir, to.rel.name()).map_err(self.fail(to, "copy to"))?;
        self.sync_touched()?;
        self.drop_tree(from)?;
        self.touch(from.parent());
        Ok(())
    }

    /// Removes a tree in two steps: first it loses its name in one stroke, then it goes piece by piece.
    pub(crate) fn drop_tree(&self, place: &Place) -> Result<(), ChangeError> {
        let dir = self.open_dir(&place.parent())?;
        let going = self.ours("out");
        self.clear(&dir, place, &going)?;
        self.point("drop", &self.path(place), "remove")?;
        match rename_new(&dir, place.rel.name(), &dir, &going) {
            Err(Errno::NOENT) => return Ok(()),
            other => other.map_err(self.fail(place, "remove"))?,
        }
        self.touch(place.parent());
        self.point("dropping", &self.path(place), "remove")?;
        remove(dir.as_fd(), going.as_bytes()).map_err(self.fail(place, "remove"))
    }

    /// After a crash in [`Disk::move_tree`] or [`Disk::drop_tree`]: clears half-copied and half-removed trees beside `place`.
    pub(crate) fn clear_moving(&self, place: &Place) -> Result<(), ChangeError> {
        let Ok(dir) = self.open_dir(&place.parent()) else {
            return Ok(());
        };
        self.clear(&dir, place, &self.ours("in"))?;
        self.clear(&dir, place, &self.ours("out"))
    }
}

pub(super) fn names(dir: &OwnedFd) -> rustix::io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(name.to_vec());
        }
    }
    names.sort();
    Ok(names)
}

fn open_folder(dir: BorrowedFd<'_>, name: &[u8]) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(dir, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())
}

fn open_file(dir: BorrowedFd<'_>, name: &[u8]) -> rustix::io::Result<File> {
    rustix::fs::openat(dir, name, OFlags::RDONLY | LEAF, Mode::empty()).map(File::from)
}

fn tally(dir: BorrowedFd<'_>, name: &[u8]) -> rustix::io::Result<Tally> {
    let stat = rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let mode = bits(stat.st_mode);
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => {
            let folder = open_folder(dir, name)?;
            let mut children = Vec::new();
            for child in names(&folder)? {
                let tally = tally(folder.as_fd(), &child)?;
                children.push((child, tally));
            }
            Tally::folder(mode, &children)
        }
        FileType::RegularFile => {
            let len = u64::try_from(stat.st_size).unwrap_or(0);
            if len > HASHED_UP_TO {
                return Ok(Tally::file(mode, len, None));
            }
            let mut bytes = Vec::new();
            match open_file(dir, name) {
                Ok(file) => file.take(HASHED_UP_TO + 1).read_to_end(&mut bytes).map_err(errno_of)?,
                // Moving it needs no right to read it; its size must do.
                Err(Errno::ACCESS | Errno::PERM) => return Ok(Tally::file(mode, len, None)),
                Err(errno) => return Err(errno),
            };
            Tally::file(mode, bytes.len() as u64, Some(&crate::filestate::hash(&bytes)))
        }
        FileType::Symlink => Tally::link(&rustix::fs::readlinkat(dir, name, Vec::new())?.to_string_lossy()),
        _ => Tally::other(),
    })
}

/// Removes what is there, following nothing.
pub(super) fn remove(dir: BorrowedFd<'_>, name: &[u8]) -> rustix::io::Result<()> {
    match rustix::fs::unlinkat(dir, name, AtFlags::empty()) {
        // Linux says EISDIR for a folder, macOS EPERM.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(Errno::NOENT) => return Ok(()),
        other => return other,
    }
    let folder = match open_folder(dir, name) {
        Err(Errno::ACCESS) => {
            rustix::fs::chmodat(dir, name, raw(0o700), AtFlags::empty())?;
            open_folder(dir, name)?
        }
        other => other?,
    };
    // A folder without write permission cannot be emptied by its owner; giving it back its bits is part of removing it.
    let _ = rustix::fs::fchmod(&folder, raw(0o700));
    for child in names(&folder)? {
        remove(folder.as_fd(), &child)?;
    }
    rustix::fs::unlinkat(dir, name, AtFlags::REMOVEDIR)
}

/// Copies with modes, links and times, syncs, and reads every file back.
fn copy(from_dir: BorrowedFd<'_>, from: &[u8], to_dir: BorrowedFd<'_>, to: &[u8]) -> rustix::io::Result<()> {
    let stat = rustix::fs::statat(from_dir, from, AtFlags::SYMLINK_NOFOLLOW)?;
    let times = Timestamps {
        last_access: Timespec { tv_sec: stat.st_atime as _, tv_nsec: stat.st_atime_nsec as _ },
        last_modification: Timespec { tv_sec: stat.st_mtime as _, tv_nsec: stat.st_mtime_nsec as _ },
    };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => {
            rustix::fs::mkdirat(to_dir, to, Mode::from_raw_mode(0o700))?;
            let (source, target) = (open_folder(from_dir, from)?, open_folder(to_dir, to)?);
            for child in names(&source)? {
                copy(source.as_fd(), &child, target.as_fd(), &child)?;
            }
            rustix::fs::fchmod(&target, raw(bits(stat.st_mode)))?;
            rustix::fs::futimens(&target, &times)?;
            File::from(target).sync_all().map_err(errno_of)
        }
        FileType::Symlink => rustix::fs::symlinkat(rustix::fs::readlinkat(from_dir, from, Vec::new())?, to_dir, to),
        FileType::RegularFile => {
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | LEAF;
            let mut target = File::from(rustix::fs::openat(to_dir, to, flags, Mode::from_raw_mode(0o600))?);
            let read = each_chunk(&mut open_file(from_dir, from)?, |chunk| target.write_all(chunk))?;
            rustix::fs::fchmod(&target, raw(bits(stat.st_mode)))?;
            rustix::fs::futimens(&target, &times)?;
            target.sync_all().map_err(errno_of)?;
            let back = each_chunk(&mut open_file(to_dir, to)?, |_| Ok(()))?;
            if read == back { Ok(()) } else { Err(Errno::IO) }
        }
        _ => Err(Errno::NOTSUP),
    }
}

fn each_chunk(file: &mut File, mut sink: impl FnMut(&[u8]) -> std::io::Result<()>) -> rustix::io::Result<blake3::Hash> {
    let (mut hasher, mut buffer) = (blake3::Hasher::new(), vec![0; 128 * 1024]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                sink(&buffer[..n]).map_err(errno_of)?;
            }
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(errno_of(e)),
        }
    }
}

fn errno_of(error: std::io::Error) -> Errno {
    Errno::from_io_error(&error).unwrap_or(Errno::IO)
}
