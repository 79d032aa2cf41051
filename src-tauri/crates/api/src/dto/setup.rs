//! The first-run wizard: answers, probes and their verdicts (`facts/setup-wizard.md`).

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Finding, Status};

/// Everything the wizard asks, but the password, which is given to `setup_plan` alone and kept nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SetupDraft {
    /// Where the operator is, so that a resume opens there.
    pub step: String,
    /// `new` makes a Sanctum, `adopt` takes over the one at `root` without changing a file of it.
    pub mode: String,
    /// Absolute or starting with `~/`.
    pub root: String,
    /// Absolute path of the interpreter; `None` to decide later (then no environment is built).
    pub python: Option<String>,
    /// Build `agents/venv` now.
    pub venv: bool,
    /// `None`: later.
    pub letta_url: Option<String>,
    pub admin_user: String,
    pub admin_email: Option<String>,
    /// Catalogue names for the first Prime, `broca2`, `thalamus`, and `smcp` for the shared service.
    pub modules: Vec<String>,
    pub agents: Vec<super::AgentDraft>,
}

/// An unfinished setup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SetupResume {
    pub draft: SetupDraft,
    pub saved_at: String,
    /// `answering`: nothing was written. `rolled_back`: a crash while applying was taken back.
    pub state: String,
    pub message: String,
}

/// What the read-only look around found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ScanReport {
    pub candidates: Vec<Candidate>,
    /// How many folders were looked at.
    pub looked_at: u32,
    pub took_ms: u32,
    /// Why the search ended early; `None` when it looked at everything.
    pub cut: Option<String>,
}

/// A folder that looks like a Sanctum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Candidate {
    pub path: String,
    pub path_short: String,
    /// Letter of `facts/layouts.md`, A to G.
    pub layout: String,
    pub layout_name: String,
    /// 0 to 100.
    pub confidence: u32,
    pub evidence: Vec<String>,
    pub agents: Vec<String>,
    pub modules: u32,
    pub findings: Vec<Finding>,
    /// An install of ours with a registry: it can be opened as it is.
    pub has_registry: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RootVerdict {
    /// Absolute, with `~` and symlinks resolved; `None` where it cannot be.
    pub path: Option<String>,
    pub path_short: String,
    pub ok: bool,
    pub findings: Vec<Finding>,
    /// A near path that would do.
    pub suggestion: Option<String>,
    /// Free bytes on that volume, for people: "41 GB".
    pub free: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PythonCandidate {
    pub path: String,
    pub path_short: String,
    /// `3.12.7`; `None` where it could not be run.
    pub version: Option<String>,
    /// `Homebrew`, `python.org`, `uv`, `pyenv`, `conda`, `system`.
    pub origin: String,
    /// `fits`, `catch` or `refused`.
    pub verdict: String,
    /// "All 6 checks passed in 210 ms", "Broca needs 3.11 or newer".
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LettaProbe {
    pub url: String,
    pub status: Status,
    pub flavour: Option<String>,
    pub version: Option<String>,
    pub latency_ms: Option<u32>,
    pub hint: String,
}

/// A module of the catalogue that the wizard can set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct CatalogueModule {
    pub name: String,
    pub title: String,
    pub description: String,
    pub icon: String,
    /// `agent` or `global`.
    pub scope: String,
    pub default_on: bool,
    /// What to know before choosing it.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PortRow {
    pub port: u32,
    /// `athena`, or `None` for a shared service.
    pub agent: Option<String>,
    pub module: String,
    /// The convention's port was held and another one was taken.
    pub moved_from: Option<u32>,
    /// "python3, pid 4821" where something listens.
    pub held_by: Option<String>,
}

/// What the wizard starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SetupDefaults {
    pub draft: SetupDraft,
    pub modules: Vec<CatalogueModule>,
    /// Least length of a password.
    pub password_min: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AccountVerdict {
    /// 0 to 4.
    pub strength: u32,
    pub findings: Vec<Finding>,
}

/// The wizard's end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SetupSummary {
    pub receipt: super::Receipt,
    pub root: String,
    pub root_short: String,
    pub created: Vec<super::Fact>,
    pub findings: Vec<Finding>,
}
