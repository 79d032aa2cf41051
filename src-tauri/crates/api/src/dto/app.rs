//! The state of the app itself: which install is open, who is signed in, what a crash left.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What the window should show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No install is known: the wizard.
    Setup,
    /// An install is open and nobody is signed in.
    SignIn,
    /// Somebody is signed in and the screen is locked.
    Locked,
    Ready,
    /// The registry could not be opened; `AppState::trouble` says why and what can be done.
    Trouble,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AppState {
    pub phase: Phase,
    /// The one name shown for the system: "Sanctum" or "Animus".
    pub brand: String,
    pub version: String,
    /// `macos` or `linux`.
    pub platform: String,
    pub install: Option<InstallInfo>,
    pub user: Option<UserInfo>,
    /// An unfinished setup, offered for resume.
    pub resume: Option<super::SetupResume>,
    /// What the last start found half done and what it did about it.
    pub recovered: Vec<RecoveryNote>,
    pub trouble: Option<super::Finding>,
    pub secret_store: SecretStoreInfo,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct InstallInfo {
    pub id: String,
    /// Absolute path.
    pub root: String,
    /// The path as a person writes it (`~/sanctum`).
    pub root_short: String,
    /// A sample in a temporary folder, labelled as such everywhere.
    pub sample: bool,
    /// Layout letter of `facts/layouts.md`.
    pub layout: String,
    pub agents: u32,
    pub tools: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct UserInfo {
    pub id: u32,
    pub username: String,
    pub role: String,
    /// When the session ends by itself (RFC 3339 UTC).
    pub session_expires_at: Option<String>,
    /// False where no secret store could keep the session: it ends with the app.
    pub remembered: bool,
}

/// What recovery did with a change set that a crash had cut off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RecoveryNote {
    pub change_id: String,
    pub title: String,
    pub outcome: RecoveryOutcome,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryOutcome {
    RolledBack,
    Finished,
    /// Somebody else changed a target meanwhile; nothing was overwritten.
    NeedsYou,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SecretStoreInfo {
    /// `os`, `file` or `memory`.
    pub kind: String,
    /// What it is called on this machine: "Keychain", "Secret Service", "encrypted file", "memory".
    pub name: String,
    pub status: super::Status,
}

/// What was salvaged from a damaged registry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SalvageReport {
    /// Where the damaged file was put; nothing of it is lost.
    pub kept: String,
    /// Rows that are in the new registry.
    pub rows: u32,
    /// What could not be read, one sentence each.
    pub findings: Vec<String>,
}

/// A copy of the registry made before an upgrade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RegistryCopy {
    pub path: String,
    /// `YYYYMMDD-HHMMSS` UTC.
    pub made: String,
}

/// Sent on every change of state that a view may show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChangedEvent {
    /// What to read again: any of `tools`, `agents`, `changes`, `install`, `session`.
    pub topics: Vec<String>,
    /// `app`, `cli`, `outside` or `recovery`.
    pub source: String,
}

/// Progress of a job that takes longer than a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ProgressEvent {
    /// The plan being applied.
    pub job: String,
    /// Index of the step in the plan, from 0.
    pub step: u32,
    pub total: u32,
    pub group: String,
    pub title: String,
    pub state: StepState,
    /// Last line a running command printed.
    pub line: Option<String>,
    pub elapsed_ms: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Waiting,
    Running,
    Done,
    Failed,
    RolledBack,
}

/// A menu item or a shortcut of the native menu was chosen; the id is one of `ui/src/commands/catalog.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct MenuEvent {
    pub id: String,
}
