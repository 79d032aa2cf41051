//! A plan as the operator reads it, and the receipt after it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// DESIGN section 4: human title, steps with before and after, what restarts, what cannot be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Plan {
    pub id: String,
    pub title: String,
    /// One or two sentences under the title.
    pub summary: String,
    pub steps: Vec<PlanStep>,
    pub restarts: Vec<String>,
    pub irreversible: Vec<String>,
    /// How it can be taken back, in a sentence; empty where it cannot.
    pub undo: String,
    pub checks: Vec<PlanCheck>,
    /// Words of the button that applies it: "Create this Sanctum".
    pub action: String,
    /// The same from a terminal; `None` where it has no equivalent.
    pub command: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    CreateDir,
    WriteFile,
    Trash,
    SetMode,
    Registry,
    Run,
    Remove,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlanStep {
    /// Steps of one group are shown under one heading: "Athena · broca2".
    pub group: String,
    pub kind: StepKind,
    /// "Create the folder", "Write 6 lines", "Record the agent".
    pub title: String,
    /// Path relative to the root, or `registry · agents`.
    pub target: String,
    /// Short remark at the right: mode, size, "about 8 s".
    pub detail: String,
    pub diff: Vec<DiffLine>,
    /// Lines of the diff that were left out because it is long.
    pub diff_left_out: u32,
    /// Only on a change set that was applied.
    pub state: Option<super::StepState>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    Ctx,
    Add,
    Del,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct DiffLine {
    pub kind: DiffKind,
    /// Line number on the side it belongs to, from 1.
    pub number: u32,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct PlanCheck {
    /// `Healthy` passed, `Degraded` a catch, `Error` failed.
    pub word: super::StatusWord,
    pub text: String,
}

/// Given only after everything was applied and read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Receipt {
    pub change_id: String,
    pub title: String,
    pub applied_at: String,
    pub took_ms: u32,
    pub steps: u32,
    /// What to tell the operator besides: "Nothing was started".
    pub notes: Vec<String>,
    /// Whether `change_undo_plan` will take it.
    pub undoable: bool,
}
