//! Instances of modules and services: what runs, how, and how it does.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Fact, Status};

/// Where a run stands, beside its health: a module that is up may be degraded all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Nothing of it runs, and nothing is to.
    Stopped,
    /// Began, and has not said yet that it is ready.
    Starting,
    Running,
    Stopping,
    /// Ended by itself and is started again in a moment; `next_try` says when.
    Waiting,
    /// Ended so often that it is not started again by itself.
    GaveUp,
}

/// Who keeps it running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunWay {
    /// A keeper of this app: a small process that outlives the window.
    App,
    /// launchd or systemd.
    System,
    /// Started by somebody else; it is watched and can be stopped.
    ByHand,
}

/// One instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModuleRow {
    /// Its address, such as `athena/broca2` or `smcp`; give it back to the other commands.
    pub id: String,
    /// Card of the tools grid, where it has one.
    pub card: Option<String>,
    /// Name for machines: `broca2`.
    pub module: String,
    /// Name for people: "Broca".
    pub title: String,
    pub icon: String,
    /// `None` for a shared service.
    pub agent: Option<String>,
    pub agent_title: Option<String>,
    pub status: Status,
    pub state: RunState,
    /// How it is run now, or would be at the next start.
    pub way: RunWay,
    pub at_login: bool,
    pub pid: Option<u32>,
    /// Reserved for it in the ledger.
    pub port: Option<u32>,
    /// Whether something of this instance listens there.
    pub listens: bool,
    /// Percent of one processor over the last interval.
    pub cpu: Option<f64>,
    /// Resident memory of its whole process group, in bytes.
    pub memory: Option<f64>,
    /// When the process that runs now began (RFC 3339 UTC).
    pub since: Option<String>,
    /// When it is started again (RFC 3339 UTC), while `Waiting`.
    pub next_try: Option<String>,
    /// How often it was started again by itself since a person started it.
    pub restarts: u32,
    /// Why it cannot be started; `None` where it can.
    pub cannot_start: Option<String>,
    /// What mends that; `None` where nothing from here does.
    pub mend: Option<ModuleMend>,
    /// It runs with other settings than it would be started with now.
    pub restart_needed: bool,
    /// Why: "`agents/agent-athena/broca2/config/.env` says something else than when it was started."
    pub restart_reason: Option<String>,
    pub needs_you: bool,
}

/// What an instance that cannot be started is without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModuleMend {
    /// Its code is to be installed.
    Code,
    /// A Python environment is to be made, or built anew: `agents`, `smcp`, …
    Python { env: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModuleFilter {
    All,
    Running,
    NeedsYou,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ModuleSort {
    /// What needs the operator first, then running, then the rest; by name within.
    Status,
    Name,
    Agent,
    Cpu,
    Memory,
    Since,
}

/// One window of the list, with counts over all instances the actor may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModulePage {
    pub items: Vec<ModuleRow>,
    /// Rows under the same filter and search.
    pub total: u32,
    pub all: u32,
    pub running: u32,
    pub needs_you: u32,
    pub can_start: u32,
    /// Of everything that runs, in bytes.
    pub memory: f64,
    /// When everything was measured last (RFC 3339 UTC).
    pub measured_at: Option<String>,
    /// Seconds between two measurements.
    pub every: u32,
}

/// Something that happened to an instance, the latest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModuleEvent {
    pub at: String,
    /// `started`, `ready`, `stopped`, `ended`, `restarted`, `gave_up`, `adopted`, `health`.
    pub kind: String,
    /// The word after it, for `health`.
    pub word: Option<super::StatusWord>,
    /// "exit code 1 after 3 s: ModuleNotFoundError: No module named 'aiogram'".
    pub text: String,
    /// Who did it, where a person did.
    pub by: Option<String>,
}

/// A measured moment, for the small chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModuleSample {
    pub at: String,
    pub word: super::StatusWord,
    /// How long the answer took, in milliseconds.
    pub latency_ms: Option<f64>,
    pub cpu: Option<f64>,
    pub memory: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModuleDetail {
    pub row: ModuleRow,
    /// Program, folder, log, process group, version, where the code comes from.
    pub facts: Vec<Fact>,
    pub events: Vec<ModuleEvent>,
    pub samples: Vec<ModuleSample>,
    /// What is known to be odd about this module, in a sentence.
    pub note: Option<String>,
    /// Whether its code can be installed from here, and what is there now: "a link to ~/src/broca", "no code yet".
    pub code: String,
    pub can_install: bool,
    /// Where the public code comes from, as an offer in the install sheet.
    pub source: Option<String>,
    /// Files of its log, newest first; relative to the root.
    pub logs: Vec<String>,
    /// Why it cannot be run by the system here; `None` where it can.
    pub no_system: Option<String>,
}

/// What start, stop and restart say of each instance they were asked for, in the order in which they were taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModuleOutcome {
    pub id: String,
    pub title: String,
    /// It is now as asked.
    pub done: bool,
    /// "runs as process 4821, ready after 1.2 s", "was not running", or what went wrong and what to do.
    pub text: String,
    pub hint: Option<String>,
}

/// Where the code of a module comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ModuleSource {
    /// A folder whose files are copied.
    Folder { path: String },
    /// A `.zip`, `.tar`, `.tar.gz` or `.tgz`.
    Archive { path: String },
    /// Cloned with git; `rev` is a branch, a tag or a commit.
    Git { url: String, rev: Option<String> },
    /// `app/` becomes a link to a shared checkout.
    Link { path: String },
}

/// A shared service that could be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ModuleOffer {
    pub name: String,
    pub title: String,
    pub description: String,
    /// The one thing worth knowing before.
    pub note: Option<String>,
}

/// What quitting would leave behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct QuitState {
    /// Instances that this app's keepers run, by title: "Broca of Athena".
    pub running: Vec<String>,
    /// What the operator chose to be done every time.
    pub remembered: Option<QuitChoice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum QuitChoice {
    /// They go on without the window.
    Keep,
    Stop,
}

/// Everything at one glance: what the tray shows and `sanctumctl health` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Overview {
    /// The worst of all: `Healthy`, `Degraded`, `Off` (nothing runs) or `Unknown`.
    pub word: super::StatusWord,
    /// "5 of 8 running, 1 needs you".
    pub text: String,
    /// What needs the operator, worst first.
    pub problems: Vec<Problem>,
    pub running: u32,
    pub can_start: u32,
    pub measured_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Problem {
    /// Address of the instance.
    pub id: String,
    /// "Broca of Monday".
    pub title: String,
    pub status: Status,
}

/// A change of state worth a notification; one for each cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Notice {
    /// "Broca of Monday needs you".
    pub title: String,
    pub text: String,
}
