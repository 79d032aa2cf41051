//! The rows of a settings table: every field of a tool with its effective value and where that came from.
//!
//! Takes fields, layers and parsed `.env` files; gives rows for reading. A secret's value never gets into a row:
//! whether it is there is all a row says. Keys that no schema knows are rows too, so that nothing an operator
//! wrote is out of sight.

use crate::env::EnvFile;
use crate::resolve::{Layer, Level, Place};
use crate::schema::{Field, Ty};
use serde_json::Value;

/// What a row shows in place of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// The value.
    Value(Value),
    /// A level says "explicitly none".
    None,
    /// No level sets it and it has no default.
    Unset,
    /// A secret that is set; its value is not here.
    Hidden,
}

/// One level's say, for the chain of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The level.
    pub level: Level,
    /// Its home in words.
    pub source: String,
    /// Where, by whom and when.
    pub place: Place,
    /// What it says.
    pub value: Shown,
}

/// One setting of a read-only settings table.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingRow {
    /// Dotted name, or the environment key where no schema knows it.
    pub key: String,
    /// JSON pointer of the value.
    pub pointer: String,
    /// The name a person sees.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Its kind.
    pub ty: Ty,
    /// Unit of the value.
    pub unit: Option<String>,
    /// Heading.
    pub group: Option<String>,
    /// The environment key that carries it.
    pub env: Option<String>,
    /// A secret.
    pub secret: bool,
    /// A change needs a restart.
    pub restart: bool,
    /// Why the module never reads it.
    pub dead: Option<String>,
    /// A schema describes it.
    pub known: bool,
    /// The effective value.
    pub value: Shown,
    /// Everything that was said about it, lowest level first; the last one wins. Empty when unset.
    pub chain: Vec<Said>,
    /// What a person should know about the value, for instance that it is not the number it should be.
    pub note: Option<String>,
}

/// Builds the rows: first the fields in their order, then what no schema knows.
pub fn rows(_fields: &[Field], _layers: &[Layer]) -> Vec<SettingRow> {
    Vec::new()
}

/// Reads a module's `.env` as its instance-level layer: each key becomes the value of the field it carries,
/// in that field's type, with file and line.
pub fn layer_from_env(_fields: &[Field], _env: &EnvFile, file: &str) -> Layer {
    Layer::new(Level::Instance, file, serde_json::Map::new())
}
