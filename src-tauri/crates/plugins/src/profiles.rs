//! The profiles of SMCP's governor: which tools are offered from its start.
//!
//! SMCP reads them once, from the file that `SMCP_PROFILES` names, and ends where it cannot (`facts/modules.md`, 2.2 and 2.3). So
//! they are read here as strictly as it does, and what is made of them ([`switch`]) is read again before anybody writes it.
//! Profiles hold for the whole process: everybody who uses the server gets the same tools. Owns their meaning and the bytes of
//! the file; refuses folders of files, and writing.

mod glob;
pub mod switch;

use std::collections::{BTreeMap, BTreeSet};

use sanctum_config::JsonFile;
use serde_json::Value;

use crate::text::shown;

/// SMCP's own tool, which lists, attaches and detaches the others; it can never be detached.
pub const GOVERNOR: &str = "sanctum__tools";
/// The profile that offers everything; it is there without a file.
pub const FULL: &str = "full";

/// What SMCP is given about profiles besides the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// `SMCP_ATTACH_PROFILE`.
    pub attach: Option<&'a str>,
    /// `SMCP_ADMIN_PREFIX`, which adds a profile `admin`.
    pub admin_prefix: Option<&'a str>,
}

/// Why SMCP cannot start with its profiles. Never a value of the file but a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    #[error("it is not JSON (line {line})")]
    NotJson { line: usize },
    #[error("it is no JSON object")]
    NoObject,
    #[error("its profile `{}` {why}", shown(name))]
    Profile { name: String, why: &'static str },
}

/// Which tools a profile offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    All,
    Prefix(String),
    Glob(String),
    Explicit(BTreeSet<String>),
}

impl Mode {
    /// Whether a tool of this name is offered.
    #[must_use]
    pub fn offers(&self, tool: &str) -> bool {
        tool == GOVERNOR
            || match self {
                Self::All => true,
                Self::Prefix(prefix) => tool.starts_with(prefix.as_str()),
                Self::Glob(pattern) => glob::fits(pattern, tool),
                Self::Explicit(tools) => tools.contains(tool),
            }
    }
}

/// All profiles as SMCP would hold them after its start.
#[derive(Debug, Clone)]
pub struct Profiles {
    specs: BTreeMap<String, Value>,
    default: String,
}

impl Profiles {
    /// Without a file.
    #[must_use]
    pub fn builtin(given: Given<'_>) -> Self {
        let mut specs = BTreeMap::from([(FULL.to_owned(), serde_json::json!({ "mode": "all" }))]);
        if let Some(prefix) = given.admin_prefix.map(str::trim).filter(|prefix| !prefix.is_empty()) {
            specs.insert("admin".to_owned(), serde_json::json!({ "mode": "prefix", "prefix": prefix }));
        }
        Self { specs, default: FULL.to_owned() }
    }

    /// With a file.
    ///
    /// # Errors
    /// What keeps SMCP from reading it.
    pub fn read(bytes: &[u8], given: Given<'_>) -> Result<Self, ProfileFault> {
        // Python takes the mark at the beginning of a file for a letter.
        if bytes.starts_with("\u{feff}".as_bytes()) {
            return Err(ProfileFault::NotJson { line: 1 });
        }
        let file = JsonFile::parse(bytes).map_err(|fault| ProfileFault::NotJson { line: fault.line })?;
        let document = file.document().as_object().ok_or(ProfileFault::NoObject)?;
        let mut all = Self::builtin(given);
        if let Some(default) = document.get("default_profile").and_then(Value::as_str).and_then(name) {
            all.default = default;
        }
        for (called, spec) in document.get("profiles").and_then(Value::as_object).into_iter().flatten() {
            if spec.is_object() {
                all.specs.insert(called.trim().to_lowercase(), spec.clone());
            }
        }
        Ok(all)
    }

    /// The profile that is in force from the start: the environment's, else the file's, else `full`; a name that nobody
    /// defines counts as none.
    #[must_use]
    pub fn in_force(&self, given: Given<'_>) -> String {
        let wanted = given.attach.and_then(name);
        let known = |name: &String| self.specs.contains_key(name);
        wanted.filter(known).or_else(|| Some(self.default.clone()).filter(known)).unwrap_or_else(|| FULL.to_owned())
    }

    /// Whether the environment is what puts that profile in force.
    #[must_use]
    pub fn by_environment(&self, given: Given<'_>) -> bool {
        given.attach.and_then(name).is_some_and(|name| self.specs.contains_key(&name))
    }

    /// What a profile offers; one that nobody defines offers what `full` does.
    ///
    /// # Errors
    /// [`ProfileFault::Profile`]: SMCP does not start with it.
    pub fn mode(&self, profile: &str) -> Result<Mode, ProfileFault> {
        let Some(spec) = self.specs.get(profile).or_else(|| self.specs.get(FULL)) else { return Ok(Mode::All) };
        let fault = |why| Err(ProfileFault::Profile { name: profile.to_owned(), why });
        let text = |key: &str| spec.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let mode = match spec.get("mode") {
            None | Some(Value::Null | Value::Bool(false)) => "all".to_owned(),
            Some(Value::String(mode)) if mode.is_empty() => "all".to_owned(),
            Some(Value::String(mode)) => mode.trim().to_lowercase(),
            Some(_) => return fault("has a mode that is no text"),
        };
        match mode.as_str() {
            "all" => Ok(Mode::All),
            "prefix" => text("prefix").map_or_else(|| fault("has no `prefix`"), |prefix| Ok(Mode::Prefix(prefix))),
            "glob" => text("pattern").map_or_else(|| fault("has no `pattern`"), |pattern| Ok(Mode::Glob(pattern))),
            "explicit" => match spec.get("tools") {
                Some(Value::Array(tools)) => {
                    Ok(Mode::Explicit(tools.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
                }
                _ => fault("has no list `tools`"),
            },
            _ => fault("has a mode that SMCP does not know"),
        }
    }
}

/// A name as SMCP compares it; nothing where it is empty.
fn name(text: &str) -> Option<String> {
    Some(text.trim().to_lowercase()).filter(|name| !name.is_empty())
}
