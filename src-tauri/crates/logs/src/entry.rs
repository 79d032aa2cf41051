//! Which lines belong together: a traceback and the lines of a message belong to the line above, and have its time and level.
//!
//! A bare `Traceback` counts as an error even where the program says no level; it ends behind the line that names the exception.

use crate::line::{Level, head};
use crate::stamp::Stamps;

/// What a line of a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Microseconds since 1970; its own or the one above's. `i64::MIN` before the first time.
    pub at: i64,
    pub level: Option<Level>,
    /// The first line of an entry.
    pub first: bool,
}

/// What the lines before have said.
#[derive(Debug, Clone, Copy)]
pub struct Carry {
    at: i64,
    level: Option<Level>,
    trace: Trace,
}

/// A traceback that no line with a level stands above.
#[derive(Debug, Clone, Copy)]
enum Trace {
    None,
    /// In it; with the level that holds behind it.
    In(Option<Level>),
    /// Behind the line that names the exception; another may follow.
    Behind(Option<Level>),
}

impl Default for Carry {
    fn default() -> Self {
        Self { at: i64::MIN, level: None, trace: Trace::None }
    }
}

const BEGIN: &[u8] = b"Traceback (most recent call last)";
const CHAINED: [&[u8]; 2] = [b"During handling of the above exception", b"The above exception was the direct cause"];

impl Carry {
    /// Takes the next line of the stream, cleaned.
    pub fn take(&mut self, stamps: &mut Stamps, line: &[u8]) -> Entry {
        if let Some(head) = head(stamps, line) {
            if let Some(at) = head.at {
                self.at = at.micros;
            }
            self.level = head.level;
            self.trace = Trace::None;
            return Entry { at: self.at, level: self.level, first: true };
        }
        let begins = line.trim_ascii_start().starts_with(BEGIN);
        let indented = line.is_empty() || line[0].is_ascii_whitespace();
        let chained = CHAINED.iter().any(|text| line.starts_with(text));
        let mut first = false;
        match self.trace {
            Trace::None if begins && self.level != Some(Level::Error) => {
                self.trace = Trace::In(self.level);
                self.level = Some(Level::Error);
                first = true;
            }
            Trace::In(after) if !indented && !begins && !chained => self.trace = Trace::Behind(after),
            Trace::Behind(after) if begins || chained => self.trace = Trace::In(after),
            Trace::Behind(after) if !indented => {
                self.trace = Trace::None;
                self.level = after;
            }
            _ => {}
        }
        Entry { at: self.at, level: self.level, first }
    }
}
