//! Lossless `.env` files: read what modules read, change one key, leave every other byte alone.
//!
//! A file is kept as its lines, byte for byte; a change replaces the value's own bytes only. Comments, order,
//! unknown keys, `export`, quoting style, line endings, BOM, duplicates and a missing final newline survive.
//! Nothing is expanded or executed. Lines that cannot be read are kept and listed, never dropped (DESIGN 1).
//! Where readers (bash's `source`, python-dotenv) would disagree about a line, the entry says so.

mod parse;
mod quoting;

pub use quoting::{Unquotable, quote};

use parse::{Kind, Piece};
use std::fmt;

/// How a value is quoted in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// `KEY=value`
    Bare,
    /// `KEY='value'`
    Single,
    /// `KEY="value"`
    Double,
}

/// One assignment of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value as the modules' own reader (python-dotenv) takes it, without any expansion; line ends inside are `\n`.
    pub value: String,
    /// 1-based line on which the assignment starts.
    pub line: usize,
    /// How it is quoted.
    pub quoting: Quoting,
    /// Whether `export` stands before it.
    pub exported: bool,
    /// Why bash and a dotenv parser could read this line differently; `None` when they agree.
    pub ambiguous: Option<&'static str>,
}

/// Values in a `.env` file are often secrets: they stay out of `Debug` output.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("key", &self.key)
            .field("line", &self.line)
            .field("quoting", &self.quoting)
            .field("exported", &self.exported)
            .field("ambiguous", &self.ambiguous)
            .finish_non_exhaustive()
    }
}

/// A line that is not an assignment, a comment or blank. It stays in the file as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// 1-based line.
    pub line: usize,
    /// What is wrong with it; never its text, which may hold a secret.
    pub reason: &'static str,
}

/// Why a file was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// The key cannot be an environment variable everywhere.
    #[error(
        "`{0}` cannot be the name of an environment variable: use letters, digits and `_`, and do not start with a digit."
    )]
    BadKey(String),
    /// The value has no spelling that every reader takes alike.
    #[error(transparent)]
    Unquotable(#[from] Unquotable),
    /// A quote that is never closed, or that some readers see as open, would swallow what is written after it.
    #[error(
        "Line {line} opens a quote that is never closed for every reader, so a value written after it could be read as part of it. Close the quote on that line, without a `\\` before it."
    )]
    OpenQuote {
        /// 1-based line of the opening quote.
        line: usize,
    },
}

/// A parsed `.env` file. `to_bytes` of an untouched one is exactly what was parsed.
#[derive(Clone, Default)]
pub struct EnvFile {
    pieces: Vec<Piece>,
}

/// Only the shape is shown: the lines may hold secrets.
impl fmt::Debug for EnvFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvFile").field("entries", &self.entries().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl EnvFile {
    /// Reads a file. Never fails: what cannot be read is listed by [`EnvFile::unreadable`].
    pub fn parse(bytes: &[u8]) -> EnvFile {
        EnvFile { pieces: parse::pieces(bytes) }
    }

    /// The entry that counts for `key`: the last one, as in every reader.
    pub fn get(&self, key: &str) -> Option<Entry> {
        self.entries().filter(|entry| entry.key == key).last().cloned()
    }

    /// All entries in file order, shadowed duplicates included.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.pieces.iter().filter_map(|piece| match &piece.kind {
            Kind::Entry(assignment) => Some(&assignment.entry),
            _ => None,
        })
    }

    /// How each entry of `key` spells its value, in file order: the bytes between `=` and the end of the value, quotes
    /// and escapes included, blanks around it not.
    pub fn spelled(&self, key: &str) -> Vec<Vec<u8>> {
        let of_key = self.pieces.iter().filter(|piece| piece.is_for(key));
        of_key
            .filter_map(|piece| match &piece.kind {
                Kind::Entry(assignment) => Some(spelling(&piece.raw, assignment)),
                _ => None,
            })
            .collect()
    }

    /// The lines that could not be read.
    pub fn unreadable(&self) -> Vec<Unreadable> {
        self.pieces
            .iter()
            .filter_map(|piece| match piece.kind {
                Kind::Unreadable(reason) => Some(Unreadable { line: piece.line, reason }),
                _ => None,
            })
            .collect()
    }

    /// Gives `key` this value: patches its last entry, or adds a line at the end.
    ///
    /// The entry's own quoting is kept where it carries the new value safely; otherwise the value is quoted as
    /// [`quote`] does. Setting the value that is already there, in a safe spelling, changes no byte.
    ///
    /// # Errors
    /// See [`EnvError`]; the file is unchanged then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), EnvError> {
        if !is_key(key) {
            return Err(EnvError::BadKey(key.chars().filter(|c| !c.is_control()).take(80).collect()));
        }
        let at = self.pieces.iter().rposition(|piece| piece.is_for(key) || piece.unsets(key));
        // Behind a line that takes the key back for dotenv only a new line counts.
        let at = at.filter(|index| self.pieces[*index].is_for(key));
        let style = at.and_then(|i| self.pieces[i].entry().map(|entry| entry.quoting));
        let spelled = quoting::spell(value, style)?;
        let reach = at.unwrap_or(self.pieces.len());
        if let Some(open) = self.pieces[..reach].iter().find(|piece| piece.has_open_quote()) {
            return Err(EnvError::OpenQuote { line: open.line });
        }
        match at {
            Some(index) => self.patch(index, &spelled),
            None => self.append(key, &spelled),
        }
        Ok(())
    }

    /// Removes every entry of `key` with its line, so that no earlier duplicate comes back to life.
    /// Returns whether there was one.
    pub fn remove(&mut self, key: &str) -> bool {
        let before = self.pieces.len();
        let bom = self.pieces.first().is_some_and(|piece| piece.raw.starts_with(parse::BOM));
        self.pieces.retain(|piece| !piece.is_for(key));
        if self.pieces.len() == before {
            return false;
        }
        let mut bytes = self.to_bytes();
        if bom && !bytes.starts_with(parse::BOM) {
            bytes.splice(0..0, parse::BOM.iter().copied());
        }
        *self = EnvFile::parse(&bytes);
        true
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.pieces.iter().flat_map(|piece| piece.raw.iter().copied()).collect()
    }

    fn patch(&mut self, index: usize, spelled: &str) {
        let piece = &self.pieces[index];
        let Kind::Entry(assignment) = &piece.kind else {
            return;
        };
        let mut raw = piece.raw[..assignment.key_end].to_vec();
        raw.push(b'=');
        let rest = &piece.raw[assignment.value_end..];
        // Nothing before a note would make the note the value.
        let spelled = if spelled.is_empty() && rest.contains(&b'#') { "''" } else { spelled };
        raw.extend_from_slice(spelled.as_bytes());
        raw.extend_from_slice(rest);
        if raw == piece.raw {
            return;
        }
        let mut bytes = Vec::new();
        for (i, other) in self.pieces.iter().enumerate() {
            bytes.extend_from_slice(if i == index { &raw } else { &other.raw });
        }
        *self = EnvFile::parse(&bytes);
    }

    fn append(&mut self, key: &str, spelled: &str) {
        let mut bytes = self.to_bytes();
        // As the last line that has an end: one stray CRLF does not change how the file goes on.
        let last = self.pieces.iter().rev().find(|piece| piece.raw.ends_with(b"\n"));
        let newline: &[u8] = if last.is_some_and(|piece| piece.raw.ends_with(b"\r\n")) { b"\r\n" } else { b"\n" };
        if bytes.ends_with(b"\r") {
            // Half a line end: a whole one behind it would make the half a part of the value before.
            bytes.push(b'\n');
        } else if !bytes.is_empty() && bytes != parse::BOM && !bytes.ends_with(b"\n") {
            bytes.extend_from_slice(newline);
        }
        bytes.extend_from_slice(key.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(spelled.as_bytes());
        bytes.extend_from_slice(newline);
        *self = EnvFile::parse(&bytes);
    }
}

fn spelling(raw: &[u8], assignment: &parse::Assignment) -> Vec<u8> {
    let span = &raw[assignment.key_end..assignment.value_end];
    let equals = span.iter().position(|byte| *byte == b'=').map_or(span.len(), |at| at + 1);
    let spelled = parse::trim_blanks(&span[equals..]);
    // A note that dotenv takes for the value stands behind the value's own place.
    if spelled.is_empty() { assignment.entry.value.clone().into_bytes() } else { spelled.to_vec() }
}

/// Whether `key` is a name that bash and every dotenv reader take: `[A-Za-z_][A-Za-z0-9_]*`.
pub fn is_key(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
