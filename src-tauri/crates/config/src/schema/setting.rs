//! One setting and its kinds, as plain data.
//!
//! Fields are made by reading a schema ([`crate::Schema::read`]) and only there. What a value has to be is told by
//! [`crate::check_field`].

use crate::check::Form;
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

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    /// A file or a folder.
    Any,
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The service that can tell whether a key is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TestKind {
    /// A Letta server.
    Letta,
    /// Anything that speaks OpenAI's protocol.
    OpenAi,
    /// Telegram's bot interface.
    Telegram,
}

/// How a key can be tried (`x-test`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTest {
    /// Who is asked.
    pub kind: TestKind,
    /// The key of the field that holds the address, where the service has no fixed one.
    pub with: Option<String>,
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
    /// What a person reads for each of `enum_values` (`oneOf` with `const` and `title`); empty when none has a title.
    pub choice_titles: Vec<String>,
    /// The kind of a list's entries; of a duration, the kind its value is kept as.
    pub items: Option<Ty>,
    /// Smallest allowed number.
    pub min: Option<f64>,
    /// Largest allowed number.
    pub max: Option<f64>,
    /// Fewest characters of a text.
    pub min_length: Option<u32>,
    /// Most characters of a text.
    pub max_length: Option<u32>,
    /// Pattern of a text, as the schema gives it; run only by [`crate::check_field`] and [`crate::Validator`].
    pub pattern: Option<String>,
    /// Pattern of what a text may not hold (`not` with nothing but a `pattern`); run where `pattern` is.
    pub refused: Option<String>,
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
    /// The variable that is read where `file` says nothing (`x-env-fallback`).
    pub env_fallback: Option<String>,
    /// The module's own database it lives in (`x-database`), relative to the module.
    pub database: Option<String>,
    /// What a path leads to (`x-path`).
    pub path: Option<PathKind>,
    /// How a key can be tried (`x-test`).
    pub test: Option<KeyTest>,
    /// What a wrong value would do, in one sentence (`x-hint`).
    pub hint: Option<String>,
    /// Heading under which it is shown (`x-group`).
    pub group: Option<String>,
    /// Position inside its group (`x-order`); fields without one follow in document order.
    pub order: Option<i64>,
    /// Shown only on request (`x-advanced`).
    pub advanced: bool,
    /// Written to the file even where it only equals the default: left out means something else (`x-always`).
    pub always: bool,
    /// Each account may have its own value (`x-user`).
    pub user: bool,
    /// The module must restart to see a change (`x-restart`, true unless the schema says false).
    pub restart: bool,
    /// Why the module never reads it (`x-dead`); empty text when the schema gives no reason.
    pub dead: Option<String>,
    pub(crate) form: Form,
    pub(crate) refusing: Form,
}
