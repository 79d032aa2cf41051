//! Opening an archive: what it is, told by its bytes and not by its name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::entries::Entries;
use crate::error::shown;
use crate::tarball::Tarball;
use crate::zipped::Zipped;
use crate::{FetchError, Limits};

/// Opens the archive at `path`.
pub(crate) fn open<'a>(path: &Path, limits: &'a Limits) -> Result<Box<dyn Entries + 'a>, FetchError> {
    use rustix::fs::{Mode, OFlags};
    let not_there = |_| FetchError::NotThere { path: path.to_owned(), what: "file" };
    // A pipe must not make this wait for ever.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).map_err(not_there)?);
    let meta = file.metadata().map_err(|e| FetchError::io(path, "look at", e))?;
    if !meta.is_file() {
        return Err(FetchError::NotThere { path: path.to_owned(), what: "file" });
    }
    let packed = Packed { path: path.to_owned(), len: meta.len(), file: Arc::new(file) };
    let mut head = Vec::new();
    packed.reader().take(512).read_to_end(&mut head).map_err(|e| FetchError::io(path, "read", e))?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        Ok(Box::new(Zipped::new(packed, limits)))
    } else if head.starts_with(&[0x1f, 0x8b]) {
        let mut inner = Vec::new();
        let unpacked = flate2::read::MultiGzDecoder::new(packed.reader()).take(512).read_to_end(&mut inner);
        unpacked.map_err(|e| packed.broken(e))?;
        if !is_tar(&inner) {
            return Err(FetchError::NotArchive { path: path.to_owned() });
        }
        Ok(Box::new(Tarball::new(packed, true, limits)))
    } else if is_tar(&head) {
        Ok(Box::new(Tarball::new(packed, false, limits)))
    } else {
        Err(FetchError::NotArchive { path: path.to_owned() })
    }
}

/// The oldest tars have no mark, but all have a checksum. An empty one is all zeros.
fn is_tar(head: &[u8]) -> bool {
    let Ok(block) = <&[u8; 512]>::try_from(head) else {
        return false;
    };
    let header = tar::Header::from_byte_slice(block);
    let sum: u32 = block[..148].iter().chain(&block[156..]).map(|b| u32::from(*b)).sum::<u32>() + 8 * 32;
    block.iter().all(|b| *b == 0) || header.cksum().is_ok_and(|told| told == sum)
}

/// The file of an archive. It stays open from the first look to the last byte, whatever happens to its name.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    pub path: PathBuf,
    pub len: u64,
    file: Arc<File>,
}

impl Packed {
    /// From its beginning, with a place of its own.
    pub(crate) fn reader(&self) -> At {
        At { file: Arc::clone(&self.file), len: self.len, at: 0 }
    }

    /// What an error in the midst of it means.
    pub(crate) fn broken(&self, error: io::Error) -> FetchError {
        match error.downcast::<FetchError>() {
            Ok(own) => own,
            Err(error) if error.raw_os_error().is_some() => FetchError::io(&self.path, "read", error),
            Err(error) => {
                FetchError::Damaged { path: self.path.clone(), reason: shown(&error.to_string().to_lowercase()) }
            }
        }
    }
}

/// Reads a shared file from a place of its own.
#[derive(Debug, Clone)]
pub(crate) struct At {
    file: Arc<File>,
    len: u64,
    at: u64,
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for At {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Passes bytes of an entry on; an error says that the archive is damaged.
pub(crate) struct Content<'a> {
    pub inner: &'a mut dyn Read,
    pub of: &'a Packed,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => Err(io::Error::other(self.of.broken(e))),
            read => read,
        }
    }
}
