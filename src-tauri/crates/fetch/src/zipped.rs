//! Zip and .mcpb, entry by entry from the directory at the end.
//!
//! An entry whose own header says something else than the directory is refused: readers disagree about such archives.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;

use crate::archive::{Content, Packed};
use crate::entries::{Entries, Kind, LeftOut, Raw, Take};
use crate::error::{shown, shown_bytes};
use crate::{FetchError, Limits};

/// A link's target is its content; no path is longer.
const LONGEST_TARGET: u64 = 4_096;

pub(crate) struct Zipped<'a> {
    packed: Packed,
    limits: &'a Limits,
}

impl<'a> Zipped<'a> {
    pub(crate) fn new(packed: Packed, limits: &'a Limits) -> Self {
        Self { packed, limits }
    }

    fn refused(&self, name: &[u8], error: ZipError) -> FetchError {
        let name = shown_bytes(name);
        match error {
            ZipError::Io(error) => self.packed.broken(error),
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
                FetchError::Unsupported { name, reason: "it is encrypted".to_owned() }
            }
            ZipError::UnsupportedArchive(reason) => FetchError::Unsupported { name, reason: shown(reason) },
            ZipError::CompressionMethodNotSupported(_) => {
                FetchError::Unsupported { name, reason: "it is packed with another method than deflate".to_owned() }
            }
            other => FetchError::Damaged { path: self.packed.path.clone(), reason: shown(&other.to_string()) },
        }
    }
}

impl Entries for Zipped<'_> {
    fn each(&mut self, take: &mut Take<'_>) -> Result<(), FetchError> {
        let most = most_declared(&mut self.packed.reader(), self.packed.len).map_err(|e| self.packed.broken(e))?;
        if most > self.limits.entries as u64 {
            return Err(FetchError::TooMany { limit: self.limits.entries });
        }
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let zip = ZipArchive::with_config(config, self.packed.reader());
        let mut zip = zip.map_err(|e| self.refused(b"", e))?;
        zip.validate_header_consistency().map_err(|e| self.refused(b"", e))?;
        for n in 0..zip.len() {
            let (name, mode) = {
                let entry = zip.by_index_data(n).map_err(|e| self.refused(b"", e))?;
                (entry.name_raw().to_vec(), entry.unix_mode().unwrap_or(0))
            };
            let mut content = zip.by_index(n).map_err(|e| self.refused(&name, e))?;
            let mut content = Content { inner: &mut content, of: &self.packed };
            let kind = match mode & 0o170_000 {
                0o120_000 => {
                    let mut target = Vec::new();
                    let read = (&mut content).take(LONGEST_TARGET).read_to_end(&mut target);
                    read.map_err(|e| self.packed.broken(e))?;
                    Kind::Link(target)
                }
                0o010_000 => Kind::Other("pipe"),
                0o020_000 | 0o060_000 => Kind::Other("device"),
                0o140_000 => Kind::Other("socket"),
                0o040_000 => Kind::Folder,
                _ if name.ends_with(b"/") => Kind::Folder,
                0 | 0o100_000 => Kind::File,
                _ => Kind::Other("thing of unknown kind"),
            };
            take(Raw { name: &name, kind, mode: mode & 0o7_777 }, &mut content)?;
        }
        Ok(())
    }

    fn unwraps(&self) -> bool {
        true
    }

    fn left_out(&self) -> LeftOut {
        LeftOut::Always
    }

    fn packed(&self) -> Option<u64> {
        Some(self.packed.len)
    }
}

/// The largest number of entries that any end of a directory in the file's tail declares, before one is believed and memory
/// is taken for it.
fn most_declared(file: &mut (impl Read + Seek), len: u64) -> io::Result<u64> {
    /// The end itself and its longest comment, and the pointer to a zip64 end before it.
    const TAIL: u64 = 22 + 65_535 + 20 + 4;
    let start = len.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.by_ref().take(TAIL).read_to_end(&mut tail)?;
    let mut most = 0;
    for at in 0..tail.len().saturating_sub(21) {
        if !tail[at..].starts_with(b"PK\x05\x06") {
            continue;
        }
        let small = number(&tail, at + 8, 2).max(number(&tail, at + 10, 2));
        let Some(pointer) = at.checked_sub(20).filter(|p| tail[*p..].starts_with(b"PK\x06\x07")) else {
            most = most.max(small);
            continue;
        };
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(number(&tail, pointer + 8, 8)))?;
        file.by_ref().take(56).read_to_end(&mut end)?;
        if !end.starts_with(b"PK\x06\x06") || end.len() < 56 {
            return Err(io::Error::other("the end of its directory is missing"));
        }
        // It stands in for the small one, whose numbers are all ones then.
        let small = if small == 0xffff { 0 } else { small };
        most = most.max(small).max(number(&end, 24, 8)).max(number(&end, 32, 8));
    }
    Ok(most)
}

/// Little-endian, as all numbers in a zip.
fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    bytes.iter().skip(at).take(width).rev().fold(0, |all, byte| all << 8 | u64::from(*byte))
}
