//! One live log with its rotated ones, read forward and followed: appended to, rotated by a new file or by a copy, truncated,
//! removed and made again.

use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::clean;
use crate::entry::{Carry, Entry};
use crate::files::{Identity, LogFile, open};
use crate::filter::Matcher;
use crate::lines::Lines;
use crate::stamp::{Stamps, Zone};

/// Bytes before the end of what was read that must still stand there when more has come.
const SEAL: usize = 64;
/// So often files may be in disorder (a rotation takes several steps) before everything is read anew.
const PATIENCE: u8 = 4;

/// The reading end of a stream.
pub struct Feed {
    /// The place it belongs to, and the name of the live file.
    pub source: usize,
    pub name: String,
    pub files: Vec<LogFile>,
    /// The file that is read, and how far.
    at: usize,
    read: u64,
    seal: Vec<u8>,
    /// The last line had no end when it was taken; what follows it up to one belongs to it.
    open_end: bool,
    tail: Tail,
    carry: Carry,
    reader: Option<Reader>,
    /// Nothing more was there.
    idle: bool,
    puzzled: u8,
}

/// The start of a line at the end of the live file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    None,
    Seen(u64),
    /// It did not grow for a while: what a program says last may have no end.
    Ripe(u64),
}

struct Reader {
    lines: Lines,
    stamps: Stamps,
    next: Option<Next>,
}

/// The line that comes next.
#[derive(Clone, Copy)]
pub struct Next {
    /// Index of its file.
    pub file: usize,
    pub start: u64,
    pub entry: Entry,
    pub hit: bool,
    end: u64,
    whole: bool,
    carry: Carry,
}

/// What a look at the folder says about a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Nothing new.
    Same,
    /// More to read; names or files may have changed.
    On,
    /// It cannot be told yet; nothing is read meanwhile.
    Wait,
    /// What was read is no longer what stands there.
    Anew,
}

impl Feed {
    pub fn new(source: usize, name: String) -> Self {
        Self {
            source,
            name,
            files: Vec::new(),
            at: 0,
            read: 0,
            seal: Vec::new(),
            open_end: false,
            tail: Tail::None,
            carry: Carry::default(),
            reader: None,
            idle: false,
            puzzled: 0,
        }
    }

    /// Takes the files as they are found now.
    pub fn look(&mut self, found: &[LogFile]) -> Look {
        if self.puzzled == 0 && self.files == found {
            if let Tail::Seen(end) = self.tail
                && self.files.last().is_some_and(|file| file.bytes == end)
            {
                self.tail = Tail::Ripe(end);
                self.idle = false;
            }
            return Look::Same;
        }
        if self.explains(found) {
            self.files = found.to_vec();
            (self.puzzled, self.idle) = (0, false);
            return Look::On;
        }
        self.reader = None;
        self.puzzled += 1;
        if self.puzzled < PATIENCE { Look::Wait } else { Look::Anew }
    }

    /// Whether everything that was read is still there, in the same order, and only followed by more.
    fn explains(&self, found: &[LogFile]) -> bool {
        let Some((live, rotated)) = self.files.split_last() else { return true };
        let Some(now) = found.get(rotated.len()) else { return false };
        let same = |(n, (before, now)): (usize, (&LogFile, &LogFile))| {
            let whole = if n < self.at { now.bytes == before.bytes } else { now.bytes >= self.read_of(n) };
            before.identity == now.identity && whole
        };
        if !rotated.iter().zip(found).enumerate().all(same) {
            return false;
        }
        let untouched = |now: &LogFile| now.bytes == live.bytes && now.modified == live.modified;
        if now.identity == live.identity {
            return untouched(now) || self.sealed(now);
        }
        // A rotation that copies: the copy holds what was read, and the live file was emptied.
        let emptied = found.last().is_some_and(|last| {
            last.identity == live.identity && (last.bytes < live.bytes || !(untouched(last) || self.sealed(last)))
        });
        emptied && self.sealed(now)
    }

    fn read_of(&self, file: usize) -> u64 {
        if file == self.at { self.read } else { 0 }
    }

    /// Whether a file still holds, where the reading stopped in the last file, what was read there.
    fn sealed(&self, file: &LogFile) -> bool {
        let read = self.read_of(self.files.len().saturating_sub(1));
        read == 0
            || file.bytes >= read
                && bytes_before(&file.path, file.identity, read, self.seal.len()).is_some_and(|now| now == self.seal)
    }

    /// Bytes read, and bytes there are.
    pub fn progress(&self) -> (u64, u64) {
        let before: u64 = self.files.iter().take(self.at).map(|file| file.bytes).sum();
        (before + self.read, self.files.iter().map(|file| file.bytes).sum())
    }

    /// Forgets what was read ahead: the filter is another.
    pub fn rewind(&mut self) {
        self.reader = None;
    }

    /// The line that comes next, as far as one is there.
    pub fn next(&mut self, zone: &Zone, matcher: &Matcher) -> Option<Next> {
        if self.idle || self.puzzled > 0 {
            return None;
        }
        if let Some(next) = self.reader.as_ref().and_then(|reader| reader.next) {
            return Some(next);
        }
        let next = self.read_next(zone, matcher);
        if next.is_none() {
            self.idle = true;
            self.reader = None;
        }
        next
    }

    fn read_next(&mut self, zone: &Zone, matcher: &Matcher) -> Option<Next> {
        loop {
            let file = self.files.get(self.at)?;
            let reader = match &mut self.reader {
                Some(reader) => reader,
                none => {
                    let opened = open(&file.path, file.identity).ok()??;
                    let stamps = Stamps::new(zone.clone(), file.modified.into());
                    none.insert(Reader { lines: Lines::new(opened, self.read).ok()?, stamps, next: None })
                }
            };
            let last = self.at + 1 == self.files.len();
            let Some(raw) = reader.lines.next().ok()? else {
                if last {
                    return None;
                }
                self.at += 1;
                (self.read, self.open_end, self.tail) = (0, false, Tail::None);
                self.seal.clear();
                self.reader = None;
                continue;
            };
            if self.open_end {
                (self.read, self.open_end) = (raw.end, !raw.whole);
                continue;
            }
            if !raw.whole && last && self.tail != Tail::Ripe(raw.end) {
                self.tail = Tail::Seen(raw.end);
                return None;
            }
            let line = clean::bytes(raw.bytes);
            let mut carry = self.carry;
            let entry = carry.take(&mut reader.stamps, &line);
            let hit = matcher.passes(entry.level, &line);
            let next = Next { file: self.at, start: self.read, entry, hit, end: raw.end, whole: raw.whole, carry };
            reader.next = Some(next);
            return Some(next);
        }
    }

    /// The next line was taken.
    pub fn take(&mut self, next: &Next) {
        (self.read, self.open_end, self.carry) = (next.end, !next.whole, next.carry);
        self.tail = Tail::None;
        if let Some(reader) = &mut self.reader {
            reader.next = None;
        }
    }

    /// Remembers what stands before the place that was reached.
    pub fn seal(&mut self) {
        if let Some(reader) = &self.reader {
            self.seal = before(reader.lines.file(), self.read, SEAL).unwrap_or_default();
        } else if let Some(file) = self.files.get(self.at) {
            self.seal = bytes_before(&file.path, file.identity, self.read, SEAL).unwrap_or_default();
        }
    }
}

fn bytes_before(path: &Path, identity: Identity, at: u64, most: usize) -> Option<Vec<u8>> {
    before(&open(path, identity).ok()??, at, most)
}

fn before(file: &std::fs::File, at: u64, most: usize) -> Option<Vec<u8>> {
    let length = usize::try_from(at).unwrap_or(usize::MAX).min(most);
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, at - length as u64).ok()?;
    Some(bytes)
}
