//! The modules and settings panels that Sanctum knows without finding a manifest, since none of the real ones ships one
//! (`facts/modules.md`, finding 20).
//!
//! Owns the data files in `catalogue/*.json` and typed access to them. A file says what a module is, which port it gets,
//! how it is started and stopped inside our layout, what its `.env` starts with, how its health is seen, and its
//! `config_schema` (JSON Schema 2020-12) with every variable its code reads. It refuses to hold values of any install.
//!
//! The `x-` words of a schema are those of `docs/settings-schema.md`; a test reads every schema with crate `config` and
//! holds it to them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

const FILES: &[(&str, &str)] = &[
    ("broca2", include_str!("../catalogue/broca2.json")),
    ("thalamus", include_str!("../catalogue/thalamus.json")),
    ("web-bridge", include_str!("../catalogue/web-bridge.json")),
    ("smcp", include_str!("../catalogue/smcp.json")),
    ("letta", include_str!("../catalogue/letta.json")),
    ("letta-code", include_str!("../catalogue/letta-code.json")),
    ("router", include_str!("../catalogue/router.json")),
    ("preferences", include_str!("../catalogue/preferences.json")),
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

/// How a module is started inside our layout. Placeholders in `args`: `{port}`. Nothing in them is ever a secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The variable that names its interpreter: `AGENT_PY` for the shared one, `SMCP_PY` and the like for a service's own.
    pub python: String,
    /// The program itself where it is not that interpreter, relative to the module's folder.
    #[serde(default)]
    pub program: Option<String>,
    /// The folder it runs in, relative to the module's.
    pub cwd: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// A file that is there once its code is installed, relative to the module's folder.
    pub needs: String,
    /// The file of its code that says which packages it needs, relative to the module's folder.
    #[serde(default = "usual_requirements")]
    pub requirements: String,
    /// The variable that holds the port `{port}` stands for.
    #[serde(default = "plain_port")]
    pub env_port: String,
    /// How long it may take to end when it is asked to, in seconds; after that it is killed.
    #[serde(default = "ten")]
    pub stop_grace_s: u32,
    /// It exits with 0 even where it failed: ended without being asked is failed.
    #[serde(default)]
    pub exit_zero_fails: bool,
    /// Words of its log that say that it could not go on, as patterns like those of [`Health`].
    #[serde(default)]
    pub fatal: Vec<String>,
    /// It ends by itself when its parent does, so whoever starts it has to stay.
    #[serde(default)]
    pub needs_parent: bool,
    /// Words of its log that say that it is up.
    #[serde(default)]
    pub ready: Option<String>,
    /// What it needs at every start where its settings do not say it.
    #[serde(default)]
    pub env: Vec<StartEnv>,
    /// Links that its code needs to find its folders in our layout.
    #[serde(default)]
    pub links: Vec<Link>,
}

impl Entry {
    /// Its code comes with its Python environment, not as a folder of its own.
    pub fn is_a_package(&self) -> bool {
        self.needs.starts_with("venv/")
    }

    /// Where its interpreter is in our layout, for an install whose settings do not name it.
    pub fn interpreter(&self, root: &Path, module_dir: &Path) -> PathBuf {
        let of = if self.python == "AGENT_PY" { root.join("agents") } else { module_dir.to_owned() };
        of.join("venv/bin/python")
    }
}

fn plain_port() -> String {
    "PORT".to_owned()
}

/// Where code says which packages it needs, unless its entry here says otherwise.
pub fn usual_requirements() -> String {
    "app/requirements.txt".to_owned()
}

fn ten() -> u32 {
    10
}

/// A variable given at start where the module's settings do not say it. Placeholders as in [`EnvDefault`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StartEnv {
    /// The variable.
    pub key: String,
    /// Its value.
    pub value: String,
    /// It is not given where this file is there, relative to the module's folder: the module has used another place until now.
    #[serde(default)]
    pub unless: Option<String>,
}

/// A symbolic link inside of a module's folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// Where it lies, relative to the module's folder. A real folder that is there has its content moved first.
    pub at: String,
    /// What it says, relative to where it lies.
    pub to: String,
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

/// How health is seen from outside. Patterns are texts that a line holds; `*` in one stands for anything between.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Health {
    /// `pid_file`, `http`, `sse`, `tcp` or `none`.
    pub kind: String,
    /// The route or file that is looked at.
    #[serde(default)]
    pub path: Option<String>,
    /// What the answer of an `http` module has to hold.
    #[serde(default)]
    pub body: Option<Body>,
    /// The first event an `sse` module sends.
    #[serde(default)]
    pub first_event: Option<String>,
    /// A log line that says it is ready.
    #[serde(default)]
    pub log_ready: Option<String>,
    /// Log lines that say that it reached what it works with.
    #[serde(default)]
    pub log_connected: Vec<String>,
    /// Log lines that say that it did not, or that it failed.
    #[serde(default)]
    pub log_trouble: Vec<String>,
}

/// What an answer has to hold: a text it begins with, or JSON; of that a member, and what the member is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Body {
    /// It begins with this text and need not be JSON.
    #[serde(default)]
    pub text: Option<String>,
    /// The member of its object that is looked at.
    #[serde(default)]
    pub member: Option<String>,
    /// What that member says.
    #[serde(default)]
    pub is: Option<String>,
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
