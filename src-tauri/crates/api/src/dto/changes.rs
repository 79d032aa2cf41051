//! The activity view: change sets.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::PlanStep;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ChangeState {
    Applying,
    Applied,
    Undone,
    RolledBack,
    /// Recovery could neither finish nor take it back without overwriting somebody's edit.
    NeedsYou,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChangeRow {
    pub id: String,
    pub title: String,
    /// "42 steps, 12 files".
    pub summary: String,
    pub actor: String,
    /// `app`, `cli`, `recovery`.
    pub via: String,
    /// RFC 3339 UTC.
    pub at: String,
    pub state: ChangeState,
    /// Word and clause for the state: "Applied, read back", "Taken back after a crash".
    pub state_text: String,
    pub undoable: bool,
    /// Why not, where it is not.
    pub undo_reason: Option<String>,
    pub undo_of: Option<String>,
    /// Taking it back makes again what was undone: it is an undo itself, not a change or a redo.
    pub is_undo: bool,
    /// Icon of our sprite.
    pub icon: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChangeDetail {
    pub row: ChangeRow,
    pub steps: Vec<PlanStep>,
    pub took_ms: Option<u32>,
    /// Targets that changed since, so that undo would overwrite them.
    pub conflicts: Vec<Conflict>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Conflict {
    pub target: String,
    /// "changed outside after we wrote it", "is gone".
    pub what: String,
}
