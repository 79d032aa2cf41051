//! A folder, walked by open folders and never by paths: no link is followed, and nothing that is exchanged meanwhile leads
//! out of it.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};

use crate::FetchError;
use crate::entries::{Entries, Kind, LeftOut, Raw, Take};
use crate::error::shown_bytes;

pub(crate) struct Folder {
    /// Without links in it.
    real: PathBuf,
    left_out: LeftOut,
    judges_links: bool,
}

impl Folder {
    pub(crate) fn open(path: &Path, left_out: LeftOut) -> Result<Self, FetchError> {
        match path.canonicalize() {
            Ok(real) if real.is_dir() => Ok(Self { real, left_out, judges_links: true }),
            _ => Err(FetchError::NotThere { path: path.to_owned(), what: "folder" }),
        }
    }

    /// For a look that copies nothing: links count by what they say, wherever they lead.
    pub(crate) fn with_any_links(self) -> Self {
        Self { judges_links: false, ..self }
    }

    /// Refuses a target within the source, and a source within the target.
    pub(crate) fn stands_apart_from(&self, target: &Path) -> Result<(), FetchError> {
        if target.starts_with(&self.real) || self.real.starts_with(target) {
            return Err(FetchError::Overlap { from: self.real.clone(), into: target.to_owned() });
        }
        Ok(())
    }

    fn error(&self, path: &[u8], doing: &'static str, error: impl Into<io::Error>) -> FetchError {
        let error = error.into();
        if error.kind() == io::ErrorKind::NotFound {
            return FetchError::Changed { name: shown_bytes(path) };
        }
        FetchError::io(&self.real.join(shown_bytes(path)), doing, error)
    }

    fn walk(&self, dir: &OwnedFd, above: &[u8], take: &mut Take<'_>) -> Result<(), FetchError> {
        let read = |e: rustix::io::Errno| self.error(above, "list", e);
        let mut names: Vec<CString> = Vec::new();
        for entry in Dir::read_from(dir).map_err(read)? {
            let entry = entry.map_err(read)?;
            let name = entry.file_name();
            if ![&b"."[..], b".."].contains(&name.to_bytes()) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        for name in names {
            let mut path = above.to_vec();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name.to_bytes());
            self.one(dir, &name, &path, take)?;
        }
        Ok(())
    }

    fn one(&self, dir: &OwnedFd, name: &CString, path: &[u8], take: &mut Take<'_>) -> Result<(), FetchError> {
        let stat =
            rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|e| self.error(path, "look at", e))?;
        #[allow(clippy::useless_conversion)] // It is narrower on a Mac.
        let mode = u32::from(stat.st_mode) & 0o7_777;
        let mut nothing = io::empty();
        // Not descended: what is left out may be large, and is nobody's code.
        let skip = std::str::from_utf8(name.to_bytes()).is_ok_and(|part| self.left_out.holds(part));
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            _ if skip => Kind::Folder,
            FileType::Directory => {
                take(Raw { name: path, kind: Kind::Folder, mode }, &mut nothing)?;
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let inner = rustix::fs::openat(dir, name, flags, Mode::empty());
                let inner = inner.map_err(|e| self.error(path, "open", e))?;
                return self.walk(&inner, path, take);
            }
            FileType::RegularFile => return self.file(dir, name, path, mode, take),
            FileType::Symlink => {
                let target = rustix::fs::readlinkat(dir, name, Vec::new());
                Kind::Link(target.map_err(|e| self.error(path, "read the link", e))?.into_bytes())
            }
            FileType::Fifo => Kind::Other("pipe"),
            FileType::Socket => Kind::Other("socket"),
            FileType::CharacterDevice | FileType::BlockDevice => Kind::Other("device"),
            FileType::Unknown => Kind::Other("thing of unknown kind"),
        };
        take(Raw { name: path, kind, mode }, &mut nothing)
    }

    fn file(
        &self,
        dir: &OwnedFd,
        name: &CString,
        path: &[u8],
        mode: u32,
        take: &mut Take<'_>,
    ) -> Result<(), FetchError> {
        // A pipe that took the file's place must not make this wait.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = rustix::fs::openat(dir, name, flags, Mode::empty()).map_err(|e| self.error(path, "open", e))?;
        let look = |file: &File| rustix::fs::fstat(file).map_err(|e| self.error(path, "look at", e));
        let changed = || FetchError::Changed { name: shown_bytes(path) };
        let mut file = File::from(file);
        let before = look(&file)?;
        if FileType::from_raw_mode(before.st_mode) != FileType::RegularFile {
            return Err(changed());
        }
        let size = u64::try_from(before.st_size).unwrap_or(0);
        let mut counted = Counted { inner: &mut file, given: 0 };
        take(Raw { name: path, kind: Kind::File, mode }, &mut counted)?;
        let given = counted.given;
        let same = stamp(&before) == stamp(&look(&file)?);
        // Nothing was read of a file that is not wanted.
        if !same || (given != 0 && given != size) { Err(changed()) } else { Ok(()) }
    }
}

/// What tells that nobody wrote meanwhile.
fn stamp(stat: &Stat) -> (i64, i64, i64) {
    #[allow(clippy::unnecessary_cast)] // The widths differ between systems.
    (stat.st_size as i64, stat.st_mtime as i64, stat.st_mtime_nsec as i64)
}

struct Counted<'a> {
    inner: &'a mut File,
    given: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        Ok(n)
    }
}

impl Entries for Folder {
    fn each(&mut self, take: &mut Take<'_>) -> Result<(), FetchError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = rustix::fs::openat(CWD, &self.real, flags, Mode::empty());
        let dir = dir.map_err(|e| FetchError::io(&self.real, "open", e.into()))?;
        self.walk(&dir, b"", take)
    }

    fn unwraps(&self) -> bool {
        false
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }

    fn judges_links(&self) -> bool {
        self.judges_links
    }

    fn packed(&self) -> Option<u64> {
        None
    }
}
