//! Settings: forms, drafts, drift, search and history. A secret's value is in none of these types.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{Finding, StatusWord};

/// Any JSON value; `unknown` in TypeScript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Json(#[specta(type = specta_typescript::Unknown)] pub serde_json::Value);

/// The levels of DESIGN section 2, lowest first. `User` applies only to what one account sees or does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Default,
    System,
    Agent,
    Tool,
    Instance,
    User,
}

/// How a field is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Integer,
    Number,
    Boolean,
    Choice,
    List,
    Map,
    Port,
    Path,
    Duration,
    /// A shape only a JSON editor can show.
    Json,
}

/// One level that a tool's settings have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LevelInfo {
    pub level: Level,
    /// "Agent · Athena", "Tool · broca2".
    pub title: String,
    /// Why nothing can be set there; `None` where it can.
    pub why_not: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingChoice {
    pub value: Json,
    pub title: String,
}

/// One setting with its effective value and everything that was said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingRow {
    /// Names it inside its tool; give it back in edits.
    pub id: String,
    /// What a machine reads: the environment key, or the dotted name.
    pub key: String,
    pub title: String,
    pub description: String,
    pub kind: FieldKind,
    /// The effective value in its type; `None` for a secret and where nothing is set.
    pub json: Option<Json>,
    /// As text; `None` where it is not set anywhere. Never a secret's value.
    pub value: Option<String>,
    pub unit: Option<String>,
    pub secret: bool,
    /// The level that sets it; `None` where it is not set.
    pub level: Option<Level>,
    pub source: Option<SettingSource>,
    /// Every level of the tool, lowest first.
    pub chain: Vec<ChainLink>,
    pub group: String,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    pub pattern: Option<String>,
    pub choices: Vec<SettingChoice>,
    /// Kind of a list's items.
    pub items: FieldKind,
    /// `file`, `folder` or `any`, for paths.
    pub path_kind: Option<String>,
    pub required: bool,
    /// `null`, "explicitly none", is a value it can have.
    pub nullable: bool,
    /// A running module sees a change only after a restart.
    pub restart: bool,
    pub advanced: bool,
    /// Each account may have its own value.
    pub user: bool,
    /// A schema describes it.
    pub known: bool,
    /// What a wrong value would do.
    pub hint: Option<String>,
    /// Why nothing reads it.
    pub dead: Option<String>,
    /// Why it cannot be changed here; `None` where it can.
    pub read_only: Option<String>,
    /// What is wrong with the effective value.
    pub problem: Option<String>,
    /// Worth knowing about the value.
    pub note: Option<String>,
    /// The file it is written to, relative to the root; `None` where it reaches no file.
    pub file: Option<String>,
    /// It is handed over in the process environment and stands in no file.
    pub by_environment: bool,
    /// The file says something else than what was written last.
    pub drift: Option<SettingDrift>,
    /// A key that can be tried against its service.
    pub testable: bool,
    /// The module runs since before this was changed.
    pub needs_restart: bool,
    /// `sanctum://v1/settings/<address>/<key>`.
    pub link: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingSource {
    /// Relative to the root, or `schema` / `registry · <table>`.
    pub file: String,
    pub line: Option<u32>,
}

/// What one level says. `value` is `None` where it says nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChainLink {
    pub level: Level,
    /// "Agent · Athena".
    pub title: String,
    pub value: Option<String>,
    /// The same in its type; `None` for secrets.
    pub json: Option<Json>,
    pub source: Option<SettingSource>,
    pub who: Option<String>,
    /// RFC 3339 UTC.
    pub when: Option<String>,
    pub wins: bool,
}

/// A settings file of the tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingsFile {
    /// Relative to the root.
    pub path: String,
    pub exists: bool,
    pub lines: u32,
    /// Keys of it that differ from what was written last.
    pub drift: u32,
}

/// What came of an edit in a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EditOp {
    /// The level says this value.
    Set,
    /// The level says nothing any more; what is below counts.
    Reset,
    /// The level says "explicitly none".
    None,
}

/// One change of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingEdit {
    /// [`SettingRow::id`], or `env:NAME` for a new variable of the system settings.
    pub id: String,
    pub level: Level,
    pub op: EditOp,
    /// For [`EditOp::Set`].
    pub value: Option<Json>,
    /// Hand it over in the process environment instead of a file, where no file can carry it.
    pub by_environment: bool,
}

/// What is wrong with an edit. It is left out of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingProblem {
    pub id: String,
    /// `invalid`, `unquotable` (offer `by_environment`), `port_held`, `read_only`, `drift`, `level`.
    pub code: String,
    /// What is wrong, what it means, what to do.
    pub message: String,
    /// Keeps the edit out of the plan; otherwise it is only a warning.
    pub blocks: bool,
}

/// What a draft comes to, before anything is planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DraftCheck {
    pub problems: Vec<SettingProblem>,
    /// Each edited setting as it will be.
    pub after: Vec<SettingAfter>,
    /// "1 line of config/.env, the other 31 stay as they are".
    pub touches: Vec<String>,
    /// Files that will change.
    pub files: u32,
    /// Which instances get another value: "Broca of Athena".
    pub instances: Vec<String>,
    /// What must restart: "Broca of Athena runs since before this change".
    pub restarts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingAfter {
    pub id: String,
    pub value: Option<String>,
    pub level: Option<Level>,
}

/// How a file's value, ours and the one we wrote last stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// Only the file was changed.
    Theirs,
    /// Only the registry was changed since; the file is behind.
    Ours,
    /// Both were changed, to different values.
    Collision,
}

/// One key of a drifted file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingDrift {
    /// Environment key, or JSON pointer.
    pub key: String,
    pub title: String,
    pub kind: DriftKind,
    /// What we wrote last; `None` where the key was not there.
    pub base: Option<String>,
    /// What the registry says now.
    pub ours: Option<String>,
    /// What the file says now.
    pub theirs: Option<String>,
    /// The file's line.
    pub line: Option<u32>,
    /// The value is a secret's or looks like one; no value is shown.
    pub secret: bool,
}

/// A file that was changed outside since we wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DriftFile {
    /// Relative to the root.
    pub file: String,
    /// Card to open.
    pub target: Option<String>,
    /// "Broca of Athena".
    pub title: String,
    pub keys: Vec<SettingDrift>,
    /// Why the file cannot be compared, where it cannot be read.
    pub unreadable: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DriftTake {
    /// The file is put back to what the registry says.
    Ours,
    /// The file's value becomes the instance's own.
    Theirs,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DriftChoice {
    pub key: String,
    pub take: DriftTake,
}

/// One hit of the search over all settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingHit {
    /// Card to open.
    pub target: String,
    /// `athena/broca2`, `smcp`, `system-settings`.
    pub address: String,
    pub id: String,
    pub key: String,
    pub title: String,
    pub description: String,
    /// "Broca".
    pub tool: String,
    /// "Athena"; `None` for what is shared.
    pub agent: Option<String>,
    pub value: Option<String>,
    pub unit: Option<String>,
    pub secret: bool,
    pub level: Option<Level>,
    pub modified: bool,
    pub invalid: bool,
    pub needs_restart: bool,
    pub drift: bool,
    pub link: String,
}

/// One page of hits; `scope_error` where an `@word` of the query means nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingHits {
    pub items: Vec<SettingHit>,
    pub total: u32,
    /// Settings that were looked through.
    pub of: u32,
    /// "`@colour` is not a filter. Use @modified, @secret, …"
    pub unknown: Option<String>,
}

/// One value that was changed, from the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingChange {
    pub change_id: String,
    /// Title of the change set.
    pub title: String,
    /// RFC 3339 UTC.
    pub at: String,
    pub actor: String,
    pub via: String,
    pub level: Level,
    /// "Agent · Athena".
    pub scope: String,
    /// Card it can be opened in; `None` where its tool is gone.
    pub target: Option<String>,
    /// [`SettingRow::id`].
    pub id: String,
    pub key: String,
    pub name: String,
    pub secret: bool,
    pub before: Option<String>,
    pub after: Option<String>,
    /// It was taken back since.
    pub undone: bool,
}

/// Settings as a file for people and version control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingsExport {
    /// A name for the file.
    pub name: String,
    pub text: String,
    pub settings: u32,
    /// Settings given as references; their values are not in the file.
    pub secrets: u32,
}

/// Preferences of the person at the window, effective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Preferences {
    /// `auto`, `light` or `dark`.
    pub appearance: String,
    /// Minutes without a key or a click until the window locks; 0 never.
    pub lock_after_min: u32,
    /// Days a sign-in lasts; 0 ends it with the app.
    pub stay_signed_in_days: u32,
    pub start_at_login: bool,
    /// Whether the system will start it, as measured.
    pub starts_at_login: super::Status,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingPlace {
    /// Card to open.
    pub target: String,
    /// [`SettingRow::id`]; `None` for the tool itself.
    pub id: Option<String>,
}

/// What the settings of one tool are about, beside [`super::ToolDetail`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct SettingsTarget {
    /// `athena/broca2`, `smcp`, `system-settings`.
    pub address: String,
    pub levels: Vec<LevelInfo>,
    pub files: Vec<SettingsFile>,
    /// Secrets that stand in plain text in its files.
    pub plain_secrets: u32,
    /// New variables can be added: the environment of the whole install.
    pub open_ended: bool,
    /// Whether the module runs now, as far as can be seen.
    pub runs: Option<String>,
    pub findings: Vec<Finding>,
    /// Word of the tool, for lists.
    pub status: StatusWord,
}
