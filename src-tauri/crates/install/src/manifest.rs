//! The manifest of a module, tool or plugin: `manifest.json` as `spec/registry-schema.md` ("Module Discovery") has it.
//!
//! Owns: reading one such file safely, the two required fields (`name`, `type`), the optional ones, and the sentence a
//! person reads when the file is broken. Unknown fields are kept in `extra`.
//! Refuses: judging optional fields harshly. A wrong-typed optional field is a finding on the card, never a rejection;
//! it also refuses to open anything but a regular file, so that a FIFO or a device never blocks a scan.

mod build;
mod diagnose;
mod json;
mod lines;
mod load;
mod text;

use serde_json::{Map, Value as Json};
use std::fmt;
use std::path::Path;

pub use build::parse;
pub(crate) use load::{LoadError, load_at, load_seen, stat_at};
pub use text::{escape_name, repair_double_encoding};

/// The largest manifest that is read: 1 MiB.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// What a readable manifest says. Field meanings are those of `spec/registry-schema.md`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// The required `name`: 1 to 128 characters, no slash, no control character.
    pub name: String,
    /// The required `type`, lower-cased (`tool`, `plugin`, `module`, or whatever the author wrote).
    pub kind: String,
    /// One sentence about it.
    pub description: Option<String>,
    /// As written; a number is kept as its text.
    pub version: Option<String>,
    /// `agent` or `global`, lower-cased; kept as written when it is neither.
    pub module_scope: Option<String>,
    /// The JSON Schema of its settings, only when it is an object.
    pub config_schema: Option<Json>,
    /// Names of what it needs; a single string counts as a list of one.
    pub dependencies: Vec<String>,
    /// Relative to the module's folder and inside it; anything else is dropped with a finding.
    pub entry_point: Option<String>,
    /// The emoji of its card.
    pub emoji: Option<String>,
    /// The human name of its card.
    pub title: Option<String>,
    /// Unknown fields, and optional fields whose type could not be used, exactly as written.
    pub extra: Map<String, Json>,
    /// What is odd about it without being broken.
    pub findings: Vec<Finding>,
}

/// Something odd about a card that does not keep it from being shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub message: String,
    /// What to do about it; empty when nothing needs doing.
    pub hint: String,
    /// 1-based line in the manifest, where there is one.
    pub line: Option<u32>,
}

impl Finding {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Finding {
        Finding { message: message.into(), hint: hint.into(), line: None }
    }

    pub(crate) fn at(self, line: Option<u32>) -> Finding {
        Finding { line, ..self }
    }
}

/// Why a manifest cannot be used. `Display` puts the line in front: ``line 7: a comma is missing before `version` ``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Broken {
    /// 1-based line, where there is one.
    pub line: Option<u32>,
    /// 1-based column in characters, where there is one.
    pub column: Option<u32>,
    /// What is wrong, in words.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Broken {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Broken {
        Broken { line: None, column: None, message: message.into(), hint: hint.into() }
    }

    pub(crate) fn at(self, (line, column): (u32, u32)) -> Broken {
        Broken { line: Some(line), column: Some(column), ..self }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Reads one manifest.
///
/// # Errors
/// `Broken` says what is wrong, with line and column where there is one: not a regular file, larger than
/// [`MAX_BYTES`], not UTF-8, not JSON, not an object, or without a usable `name` and `type`.
pub fn read(path: &Path) -> Result<Manifest, Broken> {
    match load_at(rustix::fs::CWD, path) {
        Ok(loaded) => parse(&loaded.bytes),
        Err(LoadError::Absent) => {
            Err(Broken::new("there is no manifest here", "Create a `manifest.json` with at least `name` and `type`."))
        }
        Err(LoadError::Broken(broken)) => Err(broken),
    }
}
