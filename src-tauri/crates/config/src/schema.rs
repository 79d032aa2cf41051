//! Reading a tool's `config_schema` into the flat list of fields that a settings form shows.
//!
//! JSON Schema 2020-12, as much of it as describes settings, with a small vocabulary of our own: `x-secret`,
//! `x-env`, `x-unit`, `x-order`, `x-group`, `x-restart`, `x-port`, `x-path`, `x-duration`, `x-dead`. Tolerant:
//! what is not understood becomes a finding and, where it can, a field edited as JSON. Hostile documents are
//! contained: depth, count and length are limited, and a `$ref` to another document is never followed.

mod field;
mod read;

use serde_json::Value;

/// How a field is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ty {
    /// A line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// On or off.
    Boolean,
    /// One of `enum_values`.
    Choice,
    /// A list of texts or numbers.
    List,
    /// Free keys with values.
    Map,
    /// A TCP port (`x-port`).
    Port,
    /// A path (`x-path`).
    Path,
    /// A length of time (`x-duration`).
    Duration,
    /// A shape that only a JSON editor can show.
    Json,
}

impl Ty {
    /// A stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Ty::Text => "text",
            Ty::Integer => "integer",
            Ty::Number => "number",
            Ty::Boolean => "boolean",
            Ty::Choice => "choice",
            Ty::List => "list",
            Ty::Map => "map",
            Ty::Port => "port",
            Ty::Path => "path",
            Ty::Duration => "duration",
            Ty::Json => "json",
        }
    }
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Dotted name inside the tool, for instance `letta.endpoint`.
    pub key: String,
    /// JSON pointer of its value in a configuration document.
    pub pointer: String,
    /// The name a person sees; made from the key where the schema has none.
    pub title: String,
    /// What it does.
    pub description: String,
    /// How it is edited.
    pub ty: Ty,
    /// The value that counts when no level sets one.
    pub default: Option<Value>,
    /// The allowed values of a [`Ty::Choice`].
    pub enum_values: Vec<Value>,
    /// Smallest allowed number.
    pub min: Option<f64>,
    /// Largest allowed number.
    pub max: Option<f64>,
    /// Pattern of a text, as the schema gives it; not run here.
    pub pattern: Option<String>,
    /// Unit of the value (`x-unit`).
    pub unit: Option<String>,
    /// The value belongs in the secret store (`x-secret`).
    pub secret: bool,
    /// `null` is an allowed value.
    pub nullable: bool,
    /// A value must be there.
    pub required: bool,
    /// Environment key that carries it to the module (`x-env`).
    pub env: Option<String>,
    /// The file it is written to instead of the `.env` (`x-file`), relative to the module.
    pub file: Option<String>,
    /// Heading under which it is shown (`x-group`).
    pub group: Option<String>,
    /// Position inside its group (`x-order`); fields without one follow in document order.
    pub order: Option<i64>,
    /// Shown only on request (`x-advanced`).
    pub advanced: bool,
    /// The module must restart to see a change (`x-restart`, true unless the schema says false).
    pub restart: bool,
    /// Why the module never reads it (`x-dead`); empty text when the schema gives no reason.
    pub dead: Option<String>,
}

impl Field {
    /// What is wrong with a value, in words that fit after "because it"; `None` when it fits. Patterns are not run.
    pub fn trouble(&self, value: &Value) -> Option<String> {
        if value.is_null() {
            return None;
        }
        let wrong = |words: &str| Some(words.to_owned());
        match self.ty {
            Ty::Integer | Ty::Port if !whole(value) => return wrong("is not a whole number"),
            Ty::Number if !value.is_number() => return wrong("is not a number"),
            Ty::Boolean if !value.is_boolean() => return wrong("is neither true nor false"),
            Ty::Text | Ty::Path if !value.is_string() => return wrong("is not a text"),
            Ty::List if !value.is_array() => return wrong("is not a list"),
            Ty::Map if !value.is_object() => return wrong("is not a set of keys and values"),
            Ty::Choice if !self.enum_values.contains(value) => {
                return wrong("is none of the choices");
            }
            _ => {}
        }
        match (value.as_f64(), self.min, self.max) {
            (Some(n), Some(min), _) if n < min => Some(format!("is below {min}")),
            (Some(n), _, Some(max)) if n > max => Some(format!("is above {max}")),
            _ => None,
        }
    }
}

fn whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
}

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
