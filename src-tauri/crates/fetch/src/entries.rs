//! What every source is read as: a row of entries, each with a name, a kind and, for files, its bytes.
//!
//! Owns which names are left out. Nothing here was checked yet: `survey` does that.

use std::io::Read;

use crate::FetchError;
use crate::record::RECORD;

/// One entry as its source has it.
#[derive(Debug)]
pub(crate) struct Raw<'a> {
    pub name: &'a [u8],
    pub kind: Kind,
    /// Permission bits, with setuid and its like.
    pub mode: u32,
}

#[derive(Debug)]
pub(crate) enum Kind {
    File,
    Folder,
    /// With where it leads.
    Link(Vec<u8>),
    /// Something that is never taken: a device, a pipe, a hard link.
    Other(&'static str),
}

/// What is told each entry, with the bytes of a file.
pub(crate) type Take<'a> = dyn FnMut(Raw<'_>, &mut dyn Read) -> Result<(), FetchError> + 'a;

/// A source that can be read more than once, in the same order each time.
pub(crate) trait Entries {
    /// Tells every entry.
    fn each(&mut self, take: &mut Take<'_>) -> Result<(), FetchError>;
    /// Whether a single folder at its top is only a wrapping.
    fn unwraps(&self) -> bool;
    /// Which names are not taken.
    fn left_out(&self) -> LeftOut;
    /// Whether a link that leads out is refused. Where nothing is copied it does no harm.
    fn judges_links(&self) -> bool {
        true
    }
    /// Bytes that hold it, where that says something about its content.
    fn packed(&self) -> Option<u64>;
}

/// Which names are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftOut {
    /// Leavings that are no code: of git, of Python, of Finder, and the record of an earlier fetch.
    Always,
    /// The same, and what a working copy has built beside its code.
    Folder,
}

impl LeftOut {
    /// Whether one part of a path makes all of it left out.
    pub(crate) fn holds(self, part: &str) -> bool {
        let always = part.eq_ignore_ascii_case(".git")
            || matches!(part, "__pycache__" | "__MACOSX" | ".DS_Store" | RECORD)
            || part.starts_with("._");
        always || (self == LeftOut::Folder && matches!(part, "venv" | ".venv" | "node_modules"))
    }

    /// The part of a path for which it is left out.
    pub(crate) fn part(self, path: &str) -> Option<&str> {
        path.split('/').find(|part| self.holds(part))
    }
}
