//! Reading a tool's `config_schema` into the flat list of fields that a settings form shows.
//!
//! JSON Schema 2020-12, as much of it as describes settings, with the small vocabulary of `docs/settings-schema.md`
//! ([`VOCABULARY`]). Tolerant: what is not understood becomes a finding and, where it can, a field edited as JSON.
//! Hostile documents are contained: depth, count and length are limited, and a `$ref` to another document is
//! never followed.

mod field;
mod read;
mod setting;
mod words;

pub use setting::{Field, KeyTest, PathKind, TestKind, Ty};
pub use words::VOCABULARY;

pub(crate) use read::{CIRCLE, MAX_FINDINGS, Object, REMOTE, is_bare_map, local};

use serde_json::Value;

/// Something about the schema that its author should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer into the schema.
    pub pointer: String,
    /// What is wrong and what was done about it.
    pub message: String,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    /// The settings, in the order to show them.
    pub fields: Vec<Field>,
    /// What was not understood or not taken.
    pub findings: Vec<Finding>,
}

/// Longest schema text that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// Deepest nesting that is followed, `$ref` included.
pub const MAX_DEPTH: usize = 12;
/// Most fields that are read.
pub const MAX_FIELDS: usize = 1_000;

impl Schema {
    /// Reads a parsed schema. Never fails; see [`Schema::findings`].
    pub fn read(schema: &Value) -> Schema {
        read::schema(schema)
    }

    /// Reads schema text; text that is too long or not JSON gives one finding and no field.
    pub fn read_bytes(bytes: &[u8]) -> Schema {
        let problem = if bytes.len() > MAX_BYTES {
            format!("The schema is {} bytes long; at most {MAX_BYTES} are read.", bytes.len())
        } else {
            match serde_json::from_slice(bytes) {
                Ok(value) => return Schema::read(&value),
                Err(error) => format!("The schema is not JSON: {error}."),
            }
        };
        Schema { fields: Vec::new(), findings: vec![Finding { pointer: String::new(), message: problem }] }
    }

    /// The field whose value an environment key carries.
    pub fn field_by_env(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.env.as_deref() == Some(key))
    }
}
