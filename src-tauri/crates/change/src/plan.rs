//! What a change is before it happens: a plan of steps, each with what it found and what it leaves.
//!
//! Owns the vocabulary (`Action`, `Step`, `Plan`, `Actor`) and what a plan sheet shows of it. A plan is data: making one
//! reads, never writes, and nothing here touches the disk. DESIGN section 4.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::patch::{self, Hunk, HunkView};
use crate::{FileState, RelPath, Row, TheirRow, TreeDigest, remote};

/// One thing to do. Every action knows what it expects to find, so that a plan can be refused as stale and taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Action {
    /// Makes a folder that is not there yet. `mode` are the permission bits it gets, whatever the umask.
    CreateDir { path: RelPath, mode: u32 },
    /// Writes a whole file. `before: None` means that it must not exist. `mode` are the permission bits it ends with.
    WriteFile {
        path: RelPath,
        before: Option<FileState>,
        /// The bytes it ends with; kept beside the journal's JSON, not in it.
        #[serde(skip)]
        after: Vec<u8>,
        mode: u32,
    },
    /// Changes some lines of a file that is there. Only these lines are kept, and sealed secrets in them by reference alone,
    /// so that what else the file holds enters neither plan nor journal. Hashes are BLAKE3 of the whole file, in hex.
    PatchFile {
        path: RelPath,
        before_hash: String,
        after_hash: String,
        before_mode: u32,
        after_mode: u32,
        before_len: u64,
        after_len: u64,
        hunks: Vec<Hunk>,
    },
    /// Moves a file, link or folder with all it holds to `<state_dir>/trash/<change id>/<n>`.
    Trash { path: RelPath, before: TreeDigest },
    /// Moves back what change `from` trashed in its step `step`. Only undo makes these.
    Restore { path: RelPath, from: String, step: usize, digest: TreeDigest },
    /// Changes the permission bits of a file or folder.
    SetMode { path: RelPath, before: u32, after: u32 },
    /// Makes a symbolic link where nothing is yet. `target` may lead anywhere: the engine never follows it.
    Symlink { path: RelPath, target: String },
    /// Removes a file whose content the journal keeps.
    RemoveFile { path: RelPath, before: FileState },
    /// Removes a folder that is empty by then. Only undo makes these.
    RemoveDir { path: RelPath, mode: u32 },
    /// Removes a symbolic link. Only undo makes these.
    RemoveLink { path: RelPath, target: String },
    /// Inserts (`before: None`), updates or deletes (`after: None`) one row of a table in `sanctum_registry::WRITABLE`.
    /// `after` may name some columns only; the others keep their value or take their default.
    Registry { table: String, key: Row, before: Option<Row>, after: Option<Row> },
    /// Changes rows of one table in the SQLite file of another program, all in one transaction of that file. It may run
    /// meanwhile: a row that it moved on makes the plan stale.
    TheirRows { path: RelPath, table: String, rows: Vec<TheirRow> },
    /// Runs a command without a shell and with exactly this environment. It must create `creates`, which is then renamed to
    /// `final_path` (the same path where the result cannot be renamed, as with Python environments). Both must be absent before.
    Run {
        argv: Vec<String>,
        cwd: RelPath,
        env: Vec<(String, String)>,
        creates: RelPath,
        final_path: RelPath,
        timeout: Duration,
    },
    /// Changes `what` at a server the engine was told of by name ([`crate::Engine::with_remote`]). No secrets in any of it.
    Remote {
        remote: String,
        /// What the operator reads: "Letta · Athena".
        target: String,
        what: Value,
        before: Value,
        after: Value,
    },
}

impl Action {
    /// The word the journal keeps: `create_dir`, `write_file`, `patch_file`, `trash`, `restore`, `set_mode`, `symlink`, `remove_file`,
    /// `remove_dir`, `remove_link`, `registry`, `their_rows`, `run`, `remote`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Action::CreateDir { .. } => "create_dir",
            Action::WriteFile { .. } => "write_file",
            Action::PatchFile { .. } => "patch_file",
            Action::Trash { .. } => "trash",
            Action::Restore { .. } => "restore",
            Action::SetMode { .. } => "set_mode",
            Action::Symlink { .. } => "symlink",
            Action::RemoveFile { .. } => "remove_file",
            Action::RemoveDir { .. } => "remove_dir",
            Action::RemoveLink { .. } => "remove_link",
            Action::Registry { .. } => "registry",
            Action::TheirRows { .. } => "their_rows",
            Action::Run { .. } => "run",
            Action::Remote { .. } => "remote",
        }
    }

    /// The path it leaves changed; `None` for rows of the registry or of another program's file, whose bytes are not judged,
    /// and for what lies at a server.
    #[must_use]
    pub fn path(&self) -> Option<&RelPath> {
        match self {
            Action::CreateDir { path, .. }
            | Action::WriteFile { path, .. }
            | Action::PatchFile { path, .. }
            | Action::Trash { path, .. }
            | Action::Restore { path, .. }
            | Action::SetMode { path, .. }
            | Action::Symlink { path, .. }
            | Action::RemoveFile { path, .. }
            | Action::RemoveDir { path, .. }
            | Action::RemoveLink { path, .. }
            | Action::Run { final_path: path, .. } => Some(path),
            Action::Registry { .. } | Action::TheirRows { .. } | Action::Remote { .. } => None,
        }
    }

    /// What the operator reads as its target: the path beneath the root, or `registry · agents`.
    #[must_use]
    pub fn target(&self) -> String {
        match self {
            Action::Registry { table, .. } => format!("registry · {table}"),
            Action::TheirRows { path, .. } => path.to_string(),
            Action::Remote { target, .. } => target.clone(),
            other => other.path().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// An action with the words the operator reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Steps of one group stand under one heading: "Athena · broca2".
    pub group: String,
    /// "Create the folder", "Write 6 lines".
    pub title: String,
    /// A short remark: mode, size, "about 8 s".
    pub detail: String,
    pub action: Action,
}

/// Where a change came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    App,
    Cli,
    Recovery,
}

impl Via {
    /// `app`, `cli` or `recovery`, as the journal keeps it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Via::App => "app",
            Via::Cli => "cli",
            Via::Recovery => "recovery",
        }
    }
}

/// Who makes the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `users.id`; `None` before the first account exists.
    pub user_id: Option<i64>,
    pub name: String,
    pub via: Via,
}

/// Everything that will be done, in order. Nothing has been done yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// A UUID v7; the change set keeps it, so one plan is applied once.
    pub id: String,
    pub title: String,
    /// One or two sentences under the title.
    pub summary: String,
    /// An icon of our sprite.
    pub icon: Option<String>,
    pub steps: Vec<Step>,
    /// What must restart afterwards, in the operator's words.
    pub restarts: Vec<String>,
    /// What undo will not bring back.
    pub irreversible: Vec<String>,
    /// The change set this one takes back.
    pub undo_of: Option<String>,
}

/// A step as a plan sheet shows it; the api makes the diffs.
#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    pub group: String,
    pub title: String,
    pub kind: &'static str,
    pub target: String,
    pub detail: String,
    /// Of a file that is written or removed whole, or of what lies at a server, as lines; `None` for a patch.
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
    /// What a patch changes, secrets masked.
    pub patch: Option<Vec<HunkView>>,
    /// Values of [`crate::HIDDEN_COLUMNS`] are masked.
    pub row_before: Option<Row>,
    /// Values of [`crate::HIDDEN_COLUMNS`] are masked.
    pub row_after: Option<Row>,
}

/// The plan's steps with before and after, for the sheet the operator confirms.
#[must_use]
pub fn describe(plan: &Plan) -> Vec<StepView> {
    plan.steps
        .iter()
        .map(|step| {
            let (before, after) = texts(&step.action);
            let (row_before, row_after) = rows(&step.action);
            StepView {
                group: step.group.clone(),
                title: step.title.clone(),
                kind: step.action.kind(),
                target: step.action.target(),
                detail: step.detail.clone(),
                before,
                after,
                patch: hunks(&step.action),
                row_before,
                row_after,
            }
        })
        .collect()
}

/// The bytes a step finds and leaves, where it is about a file's content.
pub(crate) fn blobs(action: &Action) -> (Option<&[u8]>, Option<&[u8]>) {
    match action {
        Action::WriteFile { before, after, .. } => (before.as_ref().map(FileState::bytes), Some(after)),
        Action::RemoveFile { before, .. } => (Some(before.bytes()), None),
        _ => (None, None),
    }
}

/// What a step finds and leaves, for show: a file's content, rows in another program's file or what lies at a server as lines.
pub(crate) fn texts(action: &Action) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    match action {
        Action::Remote { before, after, .. } => (remote::lines(before), remote::lines(after)),
        Action::TheirRows { rows, .. } => {
            let lines: Vec<_> = rows.iter().map(TheirRow::lines).collect();
            let side = |at: usize| lines.iter().filter_map(|pair| pair[at].as_deref()).collect::<String>().into_bytes();
            (Some(side(0)), Some(side(1)))
        }
        other => {
            let (before, after) = blobs(other);
            (before.map(<[u8]>::to_vec), after.map(<[u8]>::to_vec))
        }
    }
}

/// What a patch changes, for show.
pub(crate) fn hunks(action: &Action) -> Option<Vec<HunkView>> {
    match action {
        Action::PatchFile { hunks, .. } => Some(patch::view(hunks)),
        _ => None,
    }
}

/// The rows a step finds and leaves, masked for show.
pub(crate) fn rows(action: &Action) -> (Option<Row>, Option<Row>) {
    match action {
        Action::Registry { before, after, .. } => (before.as_ref().map(Row::masked), after.as_ref().map(Row::masked)),
        _ => (None, None),
    }
}
