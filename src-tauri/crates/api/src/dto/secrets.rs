//! Secrets: whether they are there, where they are used, what can be done with them. Never a value.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Level, Status};

/// One secret setting of a tool, as the store answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SecretStatus {
    /// [`super::SettingRow::id`].
    pub id: String,
    /// `Healthy`: it is there. `Off`: not set. `Degraded`: recorded, but missing in the store, or readable by others in a file.
    /// `Unknown`: the store did not say.
    pub status: Status,
    /// "In Keychain", "Not set", "In a file, in plain text", "Can’t be reached".
    pub words: String,
    /// The level that sets it.
    pub level: Option<Level>,
    /// The store's reference; not a secret.
    pub reference: Option<String>,
    /// Instances that are given it.
    pub used_by: Vec<String>,
    /// RFC 3339 UTC: when the value that stands was set.
    pub changed_at: Option<String>,
    pub changed_by: Option<String>,
    pub testable: bool,
    /// It can be copied after the password.
    pub copyable: bool,
}

/// A secret that stands in a file in plain text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlainSecret {
    /// Give it back to `secrets_move_plan`.
    pub id: String,
    /// Relative to the root.
    pub file: String,
    pub line: Option<u32>,
    pub key: String,
    pub title: String,
    /// Card to open.
    pub target: Option<String>,
    /// Why it cannot be moved; `None` where it can.
    pub why_not: Option<String>,
    /// The file is tracked by git.
    pub tracked: bool,
}

/// The clipboard holds a secret for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Copied {
    /// Seconds until it is taken out again.
    pub clears_in_s: u32,
}
