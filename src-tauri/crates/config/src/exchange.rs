//! Settings as one text file that a person can read, compare and keep under version control.
//!
//! TOML, sorted, the same bytes for the same settings. A secret is only ever its reference. What TOML cannot say
//! (`null` inside a value, very large whole numbers) is written as `{ json = "…" }`; a group of settings that could be
//! taken for one of our own forms is written as `{ value = { … } }`. Reading refuses what it does not know, rather
//! than to leave it out unseen.

mod read;
mod write;

use serde_json::Value;
use std::collections::BTreeMap;

/// The format this app writes, and the newest it reads.
pub const FORMAT: i64 = 1;
/// Largest file that is read, in bytes.
pub const MAX_FILE: usize = 4 * 1024 * 1024;
/// Largest value that is read, in bytes of its JSON text.
pub const MAX_VALUE: usize = 256 * 1024;

/// The settings of one owner, by key.
pub type Settings = BTreeMap<String, Told>;
/// Settings by owner.
pub type Owned = BTreeMap<String, Settings>;

/// What the file says about one setting.
#[derive(Clone, PartialEq)]
pub enum Told {
    /// Its value.
    Value(Value),
    /// The reference of a secret; its value is not in the file.
    Secret(String),
    /// "Explicitly none".
    None,
}

/// A value may have been a secret before its schema said so: only its kind is shown.
impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Told::Value(_) => "Value(…)",
            Told::Secret(_) => "Secret(…)",
            Told::None => "None",
        })
    }
}

/// All settings of an installation, by level.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exchange {
    /// System-wide settings.
    pub system: Settings,
    /// Variables of the root `.env`.
    pub environment: Settings,
    /// By the agent's uid.
    pub agents: Owned,
    /// By the tool's name.
    pub tools: Owned,
    /// By instance, for instance `athena/broca2` or `smcp`.
    pub instances: Owned,
    /// By user, or by user and tool as `user/tool`.
    pub users: Owned,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", .line.map_or_else(String::new, |line| format!("Line {line}: ")))]
pub struct ExchangeFault {
    /// 1-based line, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what to do; never a value of the file.
    pub message: String,
}

impl Exchange {
    /// The file's text; each line of `header` is a comment at its top.
    pub fn to_text(&self, header: &[&str]) -> String {
        write::text(self, header)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// What is not TOML, is of a newer format, holds a section that is not known or a value that is too long.
    pub fn from_text(text: &str) -> Result<Exchange, ExchangeFault> {
        read::text(text)
    }
}
