//! Tar, plain or with gzip, header by header.
//!
//! Long names and PAX records are read here and not by the crate: they are bounded, and a record that contradicts its
//! header about a size is refused, since readers disagree about such archives.

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;
use tar::EntryType;

use crate::archive::{Content, Packed};
use crate::entries::{Entries, Kind, LeftOut, Raw, Take};
use crate::tally::Bounded;
use crate::{FetchError, Limits};

/// The most that the records before one entry may hold.
const LONGEST_RECORD: u64 = 64 * 1024;

pub(crate) struct Tarball<'a> {
    packed: Packed,
    gzip: bool,
    limits: &'a Limits,
}

/// What the records before an entry say of it.
#[derive(Default)]
struct Told {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl<'a> Tarball<'a> {
    pub(crate) fn new(packed: Packed, gzip: bool, limits: &'a Limits) -> Self {
        Self { packed, gzip, limits }
    }

    fn damaged(&self, reason: &str) -> FetchError {
        FetchError::Damaged { path: self.packed.path.clone(), reason: reason.to_owned() }
    }

    fn record(&self, entry: &mut impl Read) -> Result<Vec<u8>, FetchError> {
        let mut bytes = Vec::new();
        entry.take(LONGEST_RECORD + 1).read_to_end(&mut bytes).map_err(|e| self.packed.broken(e))?;
        if bytes.len() as u64 > LONGEST_RECORD {
            return Err(self.damaged("a name in it is longer than any name can be"));
        }
        Ok(bytes)
    }

    fn pax(&self, bytes: &[u8], told: &mut Told) -> Result<(), FetchError> {
        let mut rest = bytes;
        while !rest.is_empty() && rest[0] != 0 {
            let (key, value, after) = next_record(rest).ok_or_else(|| self.damaged("a record of it is malformed"))?;
            rest = after;
            match key {
                b"path" => told.path = Some(value.to_vec()),
                b"linkpath" => told.link = Some(value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    told.size = Some(size.ok_or_else(|| self.damaged("a size in it is no number"))?);
                }
                _ => told.sparse |= key.starts_with(b"GNU.sparse"),
            }
        }
        Ok(())
    }

    fn entry(&self, entry: &mut tar::Entry<'_, impl Read>, told: Told, take: &mut Take<'_>) -> Result<(), FetchError> {
        let header = entry.header().clone();
        let name = told.path.unwrap_or_else(|| header.path_bytes().into_owned());
        if told.size.is_some_and(|size| size != entry.size()) {
            return Err(self.damaged("it gives two sizes for one file"));
        }
        let kind = match header.entry_type() {
            _ if told.sparse => Kind::Other("sparse file"),
            // The oldest tars mark folders by the slash only.
            EntryType::Regular if name.ends_with(b"/") => Kind::Folder,
            EntryType::Regular | EntryType::Continuous => Kind::File,
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink => {
                Kind::Link(told.link.or_else(|| header.link_name_bytes().map(|l| l.into_owned())).unwrap_or_default())
            }
            EntryType::Link => Kind::Other("hard link"),
            EntryType::Char | EntryType::Block => Kind::Other("device"),
            EntryType::Fifo => Kind::Other("pipe"),
            EntryType::GNUSparse => Kind::Other("sparse file"),
            _ => Kind::Other("thing of unknown kind"),
        };
        let mode = header.mode().map_err(|e| self.packed.broken(e))?;
        take(Raw { name: &name, kind, mode }, &mut Content { inner: entry, of: &self.packed })
    }

    fn walk<R: Read>(&self, stream: Bounded<'_, R>, take: &mut Take<'_>) -> Result<(), FetchError> {
        let broken = |e: io::Error| self.packed.broken(e);
        let mut archive = tar::Archive::new(stream);
        let mut told = Told::default();
        for entry in archive.entries().map_err(broken)?.raw(true) {
            let mut entry = entry.map_err(broken)?;
            match entry.header().entry_type() {
                EntryType::GNULongName => told.path = Some(until_nul(self.record(&mut entry)?)),
                EntryType::GNULongLink => told.link = Some(until_nul(self.record(&mut entry)?)),
                EntryType::XHeader => {
                    let bytes = self.record(&mut entry)?;
                    self.pax(&bytes, &mut told)?;
                }
                EntryType::XGlobalHeader => {
                    let mut all = Told::default();
                    let bytes = self.record(&mut entry)?;
                    self.pax(&bytes, &mut all)?;
                    if all.path.is_some() || all.link.is_some() || all.size.is_some() || all.sparse {
                        return Err(self.damaged("it gives one name or size to all of its files"));
                    }
                }
                _ => self.entry(&mut entry, std::mem::take(&mut told), take)?,
            }
        }
        let mut stream = archive.into_inner();
        if stream.ended {
            return Err(self.damaged("its end is missing"));
        }
        // The checksum of gzip stands behind the last byte.
        io::copy(&mut stream, &mut io::sink()).map_err(broken)?;
        Ok(())
    }
}

impl Entries for Tarball<'_> {
    fn each(&mut self, take: &mut Take<'_>) -> Result<(), FetchError> {
        let file = BufReader::with_capacity(64 * 1024, self.packed.reader());
        if self.gzip {
            self.walk(Bounded::new(MultiGzDecoder::new(file), self.limits, self.packed.len), take)
        } else {
            self.walk(Bounded::new(file, self.limits, self.packed.len), take)
        }
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

/// `<length> <key>=<value>\n`: key, value and what follows. By length, since a Mac's attributes hold line breaks.
fn next_record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().take(12).position(|b| *b == b' ')?;
    let len: usize = std::str::from_utf8(&bytes[..blank]).ok()?.parse().ok()?;
    let record = bytes.get(blank + 1..len)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|b| *b == b'=')?;
    Some((&record[..equals], &record[equals + 1..], &bytes[len..]))
}

/// GNU ends its long names with a NUL. Another one within stays, and is refused with the name.
fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}
