//! A change of some lines of a file, as it is kept: only what differs, and secrets by their reference alone.
//!
//! Owns what a hunk is and how it reads on a plan sheet. `make` finds the hunks, `fill` turns them back into bytes. Unchanged
//! bytes are never kept, so what else a settings file holds enters neither a plan nor the journal.

mod act;
mod fill;
mod make;
mod sealed;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use act::{apply, inverse};
pub(crate) use fill::{Secrets, rebuild};
pub(crate) use make::make;
pub use sealed::{Sealed, Vault};

use crate::MASK;

/// Files above this size are no settings files and are not patched.
pub const LARGEST_PATCHED: u64 = 1024 * 1024;

/// Files with more lines than this are not patched: finding what differs would take too long.
pub const MOST_LINES_PATCHED: usize = 5_000;

/// A part of a hunk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Kept", from = "Kept")]
pub enum Piece {
    Bytes(Vec<u8>),
    /// The value is in the secret store under this reference, which means nothing here; the [`Vault`] resolves it.
    Secret {
        reference: String,
    },
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Bytes(bytes) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
            Piece::Secret { reference } => write!(f, "Secret({reference})"),
        }
    }
}

/// How the journal spells a piece: text wherever it is text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Text(String),
    Bytes(Vec<u8>),
    Secret(String),
}

impl From<Piece> for Kept {
    fn from(piece: Piece) -> Kept {
        match piece {
            Piece::Bytes(bytes) => String::from_utf8(bytes).map_or_else(|e| Kept::Bytes(e.into_bytes()), Kept::Text),
            Piece::Secret { reference } => Kept::Secret(reference),
        }
    }
}

impl From<Kept> for Piece {
    fn from(kept: Kept) -> Piece {
        match kept {
            Kept::Text(text) => Piece::Bytes(text.into_bytes()),
            Kept::Bytes(bytes) => Piece::Bytes(bytes),
            Kept::Secret(reference) => Piece::Secret { reference },
        }
    }
}

/// One stretch that differs: where it lies in the file before and after, and what stands there in each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// The first line of it in the file before, from 1.
    pub line_before: usize,
    /// The first line of it in the file after, from 1.
    pub line_after: usize,
    /// Where it begins in the file before, in bytes.
    pub start_before: usize,
    /// How many bytes it has there, secrets included.
    pub len_before: usize,
    pub start_after: usize,
    pub len_after: usize,
    pub before: Vec<Piece>,
    pub after: Vec<Piece>,
}

impl Hunk {
    /// The hunk that takes this one back.
    #[must_use]
    pub fn inverse(self) -> Hunk {
        Hunk {
            line_before: self.line_after,
            line_after: self.line_before,
            start_before: self.start_after,
            len_before: self.len_after,
            start_after: self.start_before,
            len_after: self.len_before,
            before: self.after,
            after: self.before,
        }
    }

    /// The references of the secrets in it, on both sides.
    pub(crate) fn references(&self) -> impl Iterator<Item = &str> {
        self.before.iter().chain(&self.after).filter_map(|piece| match piece {
            Piece::Secret { reference } => Some(reference.as_str()),
            Piece::Bytes(_) => None,
        })
    }
}

/// A hunk as a plan sheet shows it. Each line ends with a line break, no line is an empty text; secrets read as [`MASK`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkView {
    /// The first line of `before` in the file before, from 1.
    pub line_before: usize,
    /// The first line of `after` in the file after, from 1.
    pub line_after: usize,
    pub before: String,
    pub after: String,
}

/// The hunks for a plan sheet.
pub(crate) fn view(hunks: &[Hunk]) -> Vec<HunkView> {
    hunks
        .iter()
        .map(|hunk| {
            let (before, after) = (text(&hunk.before), text(&hunk.after));
            let shift = breaks_first(before.as_bytes(), after.as_bytes());
            HunkView {
                line_before: hunk.line_before,
                line_after: hunk.line_after,
                before: whole_lines(&before, shift),
                after: whole_lines(&after, shift),
            }
        })
        .collect()
}

fn text(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Bytes(bytes) => String::from_utf8_lossy(bytes),
            Piece::Secret { .. } => MASK.into(),
        })
        .collect()
}

/// Whether the hunk is lines at the end of the file, which bring the line break before them instead of the one behind.
fn breaks_first(before: &[u8], after: &[u8]) -> bool {
    let led = |side: &[u8]| side.is_empty() || side.starts_with(b"\n") || side.starts_with(b"\r\n");
    led(before) && led(after) && !before.ends_with(b"\n") && !after.ends_with(b"\n")
}

fn whole_lines(text: &str, shift: bool) -> String {
    let led = if shift { text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')) } else { None };
    match led.unwrap_or(text) {
        "" if led.is_none() => String::new(),
        rest if rest.ends_with('\n') => rest.to_owned(),
        rest => format!("{rest}\n"),
    }
}
