//! The modules and settings panels that Sanctum knows without finding a manifest, since none of the real ones ships one
//! (`facts/modules.md`, finding 20).
//!
//! Owns the data files in `catalogue/*.json` and typed access to them. A file says what a module is, which port it gets,
//! how it is started inside our layout, what its `.env` starts with, how its health is seen, and its `config_schema`
//! (JSON Schema 2020-12) with every variable its code reads. It refuses to hold values of any install.
//!
//! Extensions in a schema: `x-env` the variable it is passed in, `x-file` the settings file (relative to the module) it
//! lives in instead, `x-database`/`x-table` likewise for a row, `x-env-fallback` a variable read when the file is silent,
//! `x-secret`, `x-unit`, `x-group`, `x-order`, `x-restart` (false: taken up at once), `x-advanced`, and `x-dead` with the
//! reason why nothing reads the key.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

const FILES: &[(&str, &str)] = &[
    ("broca2", include_str!("../catalogue/broca2.json")),
    ("thalamus", include_str!("../catalogue/thalamus.json")),
    ("web-bridge", include_str!("../catalogue/web-bridge.json")),
    ("smcp", include_str!("../catalogue/smcp.json")),
    ("letta", include_str!("../catalogue/letta.json")),
    ("router", include_str!("../catalogue/router.json")),
    ("system-settings", include_str!("../catalogue/system-settings.json")),
    ("ports", include_str!("../catalogue/ports.json")),
    ("python", include_str!("../catalogue/python.json")),
    ("secrets", include_str!("../catalogue/secrets.json")),
    ("users", include_str!("../catalogue/users.json")),
];

/// Whose a module is (`module_scope` of `spec/registry-schema.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// One for each agent that has it.
    Agent,
    /// One for the whole install.
    Global,
}

/// What sort of thing an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A program of an agent.
    Module,
    /// A program of the install.
    Service,
    /// A panel of this app.
    Builtin,
}

/// How a module's port follows from the agent; the numbers agree with [`crate::ports::convention`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PortRule {
    /// The first port.
    pub base: u16,
    /// True when the agent's index is added.
    pub per_agent: bool,
    /// The variables that carry the port to the module.
    pub env: Vec<String>,
}

/// How a module is started inside our layout. Placeholders in `args`: `{port}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The variable that names its interpreter: `AGENT_PY` for the shared one, `SMCP_PY` for SMCP's own.
    pub python: String,
    /// The folder it runs in, relative to the module's.
    pub cwd: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// A file that is there once its code is installed, relative to the module's folder.
    pub needs: String,
}

/// One line of a new `.env`. Placeholders in `value`: `{root}`, `{module_dir}`, `{port}`, `{uid}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EnvDefault {
    /// The variable.
    pub key: String,
    /// Its value, or `None` for a line that is written commented out.
    pub value: Option<String>,
    /// A sentence for the comment above it.
    pub comment: String,
}

/// How health is seen from outside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Health {
    /// `pid_file`, `http`, `sse`, `tcp` or `none`.
    pub kind: String,
    /// The route or file that is looked at.
    #[serde(default)]
    pub path: Option<String>,
    /// A log line that says it is ready.
    #[serde(default)]
    pub log_ready: Option<String>,
}

/// A module or panel of the catalogue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Known {
    /// The slug it goes by in paths and the registry, such as `broca2`.
    pub name: String,
    /// The name a person reads.
    pub title: String,
    /// What it is for, in one sentence.
    pub description: String,
    /// The icon's name in the icon set.
    pub icon: String,
    /// The emoji the registry stores beside it.
    pub emoji: String,
    /// Whose it is.
    pub scope: Scope,
    /// What sort of thing it is.
    pub kind: Kind,
    /// True when the wizard offers it.
    pub wizard: bool,
    /// True when it is chosen unless the person says otherwise.
    pub default_on: bool,
    /// The one trap worth knowing, in a sentence.
    pub note: Option<String>,
    /// The version the facts were read at.
    pub tested_version: Option<String>,
    /// Where its code comes from.
    pub source: Option<String>,
    /// Its port convention, when it has one.
    pub port: Option<PortRule>,
    /// How it is started, when our layout holds it.
    pub entry: Option<Entry>,
    /// What its `.env` starts with beyond the layout's own keys, in order.
    pub env: Vec<EnvDefault>,
    /// How its health is seen.
    pub health: Health,
    /// Every setting it has, as JSON Schema.
    pub config_schema: Value,
}

/// Why a catalogue file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "catalogue/{name}.json cannot be used: {source}. The file is part of the program; a build with a broken one is faulty."
)]
pub struct CatalogueError {
    /// The file's stem.
    pub name: String,
    /// What is wrong with it.
    pub source: serde_json::Error,
}

/// Everything Sanctum knows by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalogue {
    entries: Vec<Known>,
}

impl Catalogue {
    /// The catalogue this program was built with. A file that does not parse is left out; a test holds that none is.
    pub fn builtin() -> &'static Catalogue {
        static BUILTIN: OnceLock<Catalogue> = OnceLock::new();
        BUILTIN.get_or_init(|| Catalogue {
            entries: FILES.iter().filter_map(|(name, text)| parse(name, text).ok()).collect(),
        })
    }

    /// Parses every file again and reports the first that is broken.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the file.
    pub fn verify() -> Result<Catalogue, CatalogueError> {
        let entries = FILES.iter().map(|(name, text)| parse(name, text)).collect::<Result<_, _>>()?;
        Ok(Catalogue { entries })
    }

    /// The entry with this slug.
    pub fn get(&self, name: &str) -> Option<&Known> {
        self.entries.iter().find(|e| e.name == name)
    }

    /// Every entry, modules first.
    pub fn all(&self) -> &[Known] {
        &self.entries
    }

    /// The modules the wizard offers, in the order it shows them.
    pub fn modules_for_wizard(&self) -> Vec<&Known> {
        self.entries.iter().filter(|e| e.wizard).collect()
    }

    /// The modules an agent can have.
    pub fn agent_modules(&self) -> Vec<&Known> {
        self.entries.iter().filter(|e| e.scope == Scope::Agent && e.kind == Kind::Module).collect()
    }
}

fn parse(name: &str, text: &str) -> Result<Known, CatalogueError> {
    serde_json::from_str(text).map_err(|source| CatalogueError { name: name.to_owned(), source })
}
