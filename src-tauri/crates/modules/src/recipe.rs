//! How one instance is run: everything that its keeper has to know, and nothing that has to be looked up.
//!
//! A recipe travels as JSON on the keeper's standard input, so that the environment and the secrets in it are never in an
//! argument or a file. What is remembered of it is a salted fingerprint (`record.rs`). Refuses: deciding what belongs into
//! one; the api does, from the catalogue (`facts/modules.md`, sections 1.8, 2, 3.5, 4 and 5).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clean::Cover;

/// What an instance is run with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The instance's address, such as `athena/broca2`.
    pub instance: String,
    /// The folder of the module. A process that works in it is taken for the module.
    pub module_dir: PathBuf,
    /// The program, as an absolute path.
    pub program: PathBuf,
    pub args: Vec<String>,
    pub cwd: PathBuf,
    /// The complete environment of the module: it gets this and nothing else.
    pub env: BTreeMap<String, String>,
    /// Which of `env` are secret: their values are covered wherever the module's own words are repeated.
    pub secret_names: Vec<String>,
    pub log: LogFile,
    /// A text in the log that means “it is ready”. Without one it counts as running once it has lasted a moment.
    pub ready: Option<String>,
    /// Texts in the log that mean a fatal error, whatever the exit code says.
    pub fatal: Vec<String>,
    pub exits: Exits,
    /// The pid file that the module writes itself.
    pub own_pid_file: Option<PathBuf>,
    pub stop: Stop,
    pub restart: Restart,
    /// What its settings files say that needs a restart to be seen, by file. A file that is not there says nothing.
    #[serde(default)]
    pub said: BTreeMap<String, String>,
}

/// Where the module's output goes, and how much of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFile {
    pub file: PathBuf,
    /// Beyond this the file is moved to `<file>.1`, that one to `<file>.2`, and so on.
    pub max_bytes: u64,
    /// How many of these are kept.
    pub kept: u32,
}

impl LogFile {
    /// 10 MiB, and five older ones.
    pub fn at(file: impl Into<PathBuf>) -> LogFile {
        LogFile { file: file.into(), max_bytes: 10 * 1024 * 1024, kept: 5 }
    }
}

/// What the module's exit code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exits {
    /// 0 means that it wanted to end.
    Honest,
    /// 0 means nothing: it ends with it on fatal errors too (Broca, `facts/modules.md` section 1.1). Every end that nobody asked
    /// for is a failure.
    ZeroToo,
}

/// How it is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub signal: StopSignal,
    /// How long it may take before it and everything it started are killed.
    pub grace_ms: u64,
}

impl Default for Stop {
    /// Broca waits up to ten seconds for a message in flight and has ended after 11.6 (`facts/modules.md` section 1.1).
    fn default() -> Stop {
        Stop { signal: StopSignal::Term, grace_ms: 12_000 }
    }
}

impl Stop {
    pub fn grace(&self) -> Duration {
        Duration::from_millis(self.grace_ms)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopSignal {
    Term,
    Int,
    Quit,
}

/// Whether and how fast it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    pub policy: Policy,
    /// The first pause; each further one is twice as long.
    pub first_ms: u64,
    /// The longest pause.
    pub most_ms: u64,
    /// So many ends in a row, each within `breaker_within_ms` of its start, and it is given up.
    pub breaker_ends: u32,
    /// A run that lasts longer than this starts the count and the pauses anew.
    pub breaker_within_ms: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    Never,
    OnFailure,
    Always,
}

impl Default for Restart {
    fn default() -> Restart {
        Restart {
            policy: Policy::OnFailure,
            first_ms: 1_000,
            most_ms: 60_000,
            breaker_ends: 5,
            breaker_within_ms: 120_000,
        }
    }
}

impl fmt::Debug for Recipe {
    /// By hand: the environment's values stay out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipe")
            .field("instance", &self.instance)
            .field("module_dir", &self.module_dir)
            .field("program", &self.program)
            .field("args", &self.args)
            .field("cwd", &self.cwd)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("log", &self.log)
            .field("exits", &self.exits)
            .field("stop", &self.stop)
            .field("restart", &self.restart)
            .finish_non_exhaustive()
    }
}

impl Recipe {
    /// What is wrong with it, if anything is: paths that depend on where somebody stands, and what no process can be given.
    pub fn fault(&self) -> Option<String> {
        let paths = [
            ("the program", &self.program),
            ("the working folder", &self.cwd),
            ("the module's folder", &self.module_dir),
            ("the log", &self.log.file),
        ];
        if let Some((what, path)) = paths.iter().find(|(_, path)| !path.is_absolute()) {
            return Some(format!("The path of {what} is not absolute: `{}`.", path.display()));
        }
        if let Some(name) = self.env.keys().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
            return Some(format!("`{}` cannot be the name of an environment variable.", name.escape_debug()));
        }
        if let Some((name, _)) = self.env.iter().find(|(_, value)| value.contains('\0')) {
            return Some(format!("The value of {name} holds a NUL character, which no environment can carry."));
        }
        if self.args.iter().any(|arg| arg.contains('\0')) {
            return Some("An argument holds a NUL character, which no program can be given.".to_owned());
        }
        None
    }

    /// What tells “runs with these settings” from “runs with others”: program, arguments, folder and environment, salted.
    pub fn fingerprint(&self, salt: &str) -> String {
        let mut hash = blake3::Hasher::new();
        let mut part = |text: &[u8]| fold_in(&mut hash, text);
        part(salt.as_bytes());
        part(self.program.as_os_str().as_encoded_bytes());
        part(self.cwd.as_os_str().as_encoded_bytes());
        part(&(self.args.len() as u64).to_le_bytes());
        for arg in &self.args {
            part(arg.as_bytes());
        }
        for (name, value) in &self.env {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        hash.finalize().to_hex().to_string()
    }

    /// Salted digests of what its settings files said.
    pub(crate) fn digests(&self, salt: &str) -> BTreeMap<String, String> {
        self.said.iter().map(|(file, text)| (file.clone(), digest(salt, text))).collect()
    }

    pub(crate) fn cover(&self) -> Cover {
        Cover::of(self.secret_names.iter().filter_map(|name| self.env.get(name)).map(String::as_str))
    }

    /// Where it is looked for.
    pub fn place(&self, state_dir: &Path) -> crate::found::Place {
        crate::found::Place {
            state_dir: state_dir.to_owned(),
            module_dir: self.module_dir.clone(),
            own_pid_file: self.own_pid_file.clone(),
            entry: Some(crate::found::Entry {
                program: self.program.clone(),
                args: self.args.clone(),
                cwd: self.cwd.clone(),
            }),
        }
    }
}

/// What is remembered of a text that may hold secrets.
pub(crate) fn digest(salt: &str, text: &str) -> String {
    let mut hash = blake3::Hasher::new();
    fold_in(&mut hash, salt.as_bytes());
    fold_in(&mut hash, text.as_bytes());
    hash.finalize().to_hex().to_string()
}

/// Each part with its length, so that no two lists of parts are alike.
fn fold_in(hash: &mut blake3::Hasher, text: &[u8]) {
    hash.update(&(text.len() as u64).to_le_bytes());
    hash.update(text);
}
