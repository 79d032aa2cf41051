//! Where the lines of a stream stand in its files: the place of every 64th, eight bytes each.

use std::path::PathBuf;
use std::sync::Arc;

use crate::files::{Identity, LogFile};

/// Every so many lines a place is kept.
pub const STEP: u32 = 64;

/// A file, as it was last seen.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: PathBuf,
    pub identity: Identity,
    pub modified: std::time::SystemTime,
}

impl Seen {
    pub fn of(file: &LogFile) -> Arc<Self> {
        Arc::new(Self { path: file.path.clone(), identity: file.identity, modified: file.modified })
    }
}

/// The lines of one file.
pub struct FileIndex {
    pub seen: Arc<Seen>,
    lines: u32,
    places: Vec<u64>,
}

/// The lines of a stream, over its files.
pub struct StreamIndex {
    /// The place it belongs to.
    pub source: usize,
    pub files: Vec<FileIndex>,
}

/// Where to read a line.
#[derive(Clone)]
pub struct Spot {
    pub stream: usize,
    pub source: usize,
    pub seen: Arc<Seen>,
    /// Number in its file.
    pub number: u32,
    /// Where the nearest line before it with a place begins; that is line `number - number % STEP`.
    pub place: u64,
}

impl FileIndex {
    pub fn new(seen: Arc<Seen>) -> Self {
        Self { seen, lines: 0, places: Vec::new() }
    }

    pub fn push(&mut self, start: u64) {
        if self.lines.is_multiple_of(STEP) {
            self.places.push(start);
        }
        self.lines += 1;
    }
}

impl StreamIndex {
    /// Where the `number`th line of the stream stands.
    pub fn spot(&self, stream: usize, number: u32) -> Option<Spot> {
        let mut number = number;
        for file in &self.files {
            if number < file.lines {
                let place = *file.places.get((number / STEP) as usize)?;
                return Some(Spot { stream, source: self.source, seen: file.seen.clone(), number, place });
            }
            number -= file.lines;
        }
        None
    }
}
