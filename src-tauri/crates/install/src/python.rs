//! Finding Python interpreters and judging whether one can carry the shared environment (`facts/setup-wizard.md`, step 3).
//!
//! Interpreters are looked for by absolute places, because an app's `PATH` is not the terminal's. Each is judged by what
//! it says when run with `-I` in a clean environment, never by its file name. Refuses to run macOS's stub, and to trust
//! an answer that did not come from our own question. Creates nothing: the environment is a step of a plan.

mod find;
mod probe;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::Host;
use crate::spawn::Spawn;

pub(crate) use find::home_places;
pub use find::{Candidate, find};
pub use probe::check;

/// The oldest Python that will do: Broca needs 3.11 (its code uses what 3.10 cannot parse).
pub const OLDEST: (u32, u32) = (3, 11);
/// How long an interpreter may take to answer.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// Where an interpreter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Shipped with the system.
    System,
    /// In a folder of `PATH` that is none of the others.
    Path,
    /// Installed by the administrator in `/usr/local`.
    Local,
    /// The installer of python.org.
    PythonOrg,
    /// Homebrew.
    Homebrew,
    /// MacPorts.
    MacPorts,
    /// pyenv.
    Pyenv,
    /// uv.
    Uv,
    /// A conda distribution.
    Conda,
}

impl Origin {
    /// The origin as a person says it.
    pub fn words(self) -> &'static str {
        match self {
            Origin::System => "the system",
            Origin::Path => "your PATH",
            Origin::Local => "/usr/local",
            Origin::PythonOrg => "python.org",
            Origin::Homebrew => "Homebrew",
            Origin::MacPorts => "MacPorts",
            Origin::Pyenv => "pyenv",
            Origin::Uv => "uv",
            Origin::Conda => "conda",
        }
    }
}

/// Whether an interpreter can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It can.
    Fits,
    /// It can, at a price that the reason names.
    Catch,
    /// It cannot; the reason says why.
    Refused,
}

/// What is known about one interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonVerdict {
    /// The path as found or typed.
    pub path: PathBuf,
    /// The file it leads to.
    pub real_path: Option<PathBuf>,
    /// Its version, such as `3.12.4`, when it said one.
    pub version: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it can be used.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// How long it took to answer.
    pub took: Duration,
    /// BLAKE3 of the file it leads to, in hex, for usable ones: a changed interpreter can be noticed later.
    pub hash: Option<String>,
}

/// What the search needs to know of the machine; all of it passed in.
pub struct Places<'a> {
    /// The value of `PATH`.
    pub path: &'a str,
    /// The person's home.
    pub home: &'a Path,
    /// The operating system's own places.
    pub host: &'a dyn Host,
}

/// Finds every interpreter and judges each, best first: usable before refused, newer before older.
pub fn survey(places: &Places<'_>, spawn: &dyn Spawn, timeout: Duration) -> Vec<PythonVerdict> {
    let found = find(places);
    // Side by side: one that hangs must not keep the others waiting.
    let mut all: Vec<PythonVerdict> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            found.iter().map(|c| scope.spawn(|| check(&c.path, c.origin, places.host, spawn, timeout))).collect();
        asked.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    all.sort_by(|a, b| {
        let newest = |v: &PythonVerdict| std::cmp::Reverse(v.version.as_deref().map(version_key).unwrap_or_default());
        a.verdict.cmp(&b.verdict).then_with(|| newest(a).cmp(&newest(b))).then_with(|| a.path.cmp(&b.path))
    });
    all
}

/// A version as numbers, for comparing; text after the numbers is ignored.
fn version_key(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0))
        .collect()
}
