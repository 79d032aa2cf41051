//! Building an environment: one command that makes it, installs, checks and freezes, for a step of a plan.
//!
//! The command is the chosen interpreter with a fixed script, so that it needs no program of ours beside it and its lines,
//! its end and its cancelling are those of one process group. Arguments hold no secret: pins with one were refused before.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Tool, pins};

pub(crate) const SCRIPT: &str = include_str!("build.py");

/// Wheels of a large set over a slow line take their time.
pub const TIMEOUT: Duration = Duration::from_secs(45 * 60);
/// What was installed, one `name==version` a line, inside of the environment.
pub const FREEZE: &str = ".sanctum-freeze.txt";
/// The pins it was built from.
pub const PINS: &str = ".sanctum-pins.txt";
/// [`Note`], as JSON.
pub const NOTE: &str = ".sanctum-env.json";

/// An environment to be built.
#[derive(Debug, Clone)]
pub struct Build<'a> {
    /// The interpreter that it is made with, by its full path.
    pub python: &'a Path,
    /// The folder it will be, by its full path.
    pub target: &'a Path,
    pub tool: &'a Tool,
    pub pins: &'a str,
    /// Name and version of what is installed now and may stay as it is; given up where it does not fit.
    pub held: &'a [(String, String)],
    pub note: &'a Note,
}

/// What an environment that was built remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// RFC 3339 UTC.
    pub made_at: String,
    /// The title of the change: "Add aiogram 3.21".
    pub title: String,
    /// The id of the one it replaced.
    pub replaces: Option<String>,
}

impl Build<'_> {
    /// Program and arguments.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        let uv = match self.tool {
            Tool::Uv(path) => Some(path.display().to_string()),
            Tool::Pip => None,
        };
        let job = json!({
            "mode": "build",
            "target": self.target,
            "uv": uv,
            "pins": self.pins,
            "asks": pins::asks(self.pins),
            "held": if self.pins.contains("--hash") { Vec::new() } else { held(self.held) },
            "names": names(self.pins),
            "note": self.note,
        });
        vec![self.python.display().to_string(), "-I".to_owned(), "-c".to_owned(), SCRIPT.to_owned(), job.to_string()]
    }
}

/// Names that pins ask for: what must be importable.
pub(crate) fn names(pins: &str) -> Vec<String> {
    pins::requirements(pins).into_iter().map(|r| r.name).collect()
}

/// Lines that hold versions: pip's and uv's constraints.
pub(crate) fn held(packages: &[(String, String)]) -> Vec<String> {
    // pip, setuptools and wheel belong to the environment and not to what it is for.
    let own = ["pip", "setuptools", "wheel", "uv"];
    packages
        .iter()
        .filter(|(name, version)| !own.contains(&pins::normalise(name).as_str()) && !version.contains('+'))
        .map(|(name, version)| format!("{name}=={version}"))
        .collect()
}

/// What may stay of what is installed when the pins change: all but the packages whose own pin changes, or that come from
/// an address and have no version at the index.
#[must_use]
pub fn may_stay(installed: &[(String, String)], before: &str, after: &str) -> Vec<(String, String)> {
    let (before, after) = (pins::requirements(before), pins::requirements(after));
    let changed = |name: &str| {
        let of = |all: &[pins::Requirement]| all.iter().filter(|r| r.name == name).cloned().collect::<Vec<_>>();
        of(&before) != of(&after) || after.iter().any(|r| r.name == name && r.placed)
    };
    installed.iter().filter(|(name, _)| !changed(&pins::normalise(name))).cloned().collect()
}

/// What an environment remembers of its making; `None` for one that was made otherwise.
#[must_use]
pub fn note(env: &Path) -> Option<Note> {
    serde_json::from_str(&small(&env.join(NOTE))?).ok()
}

/// The pins an environment was built from, where it remembers them.
#[must_use]
pub fn pins_of(env: &Path) -> Option<String> {
    small(&env.join(PINS))
}

fn small(file: &PathBuf) -> Option<String> {
    let meta = file.symlink_metadata().ok()?;
    (meta.is_file() && meta.len() <= pins::LONGEST as u64).then(|| std::fs::read_to_string(file).ok()).flatten()
}
