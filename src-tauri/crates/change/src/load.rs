//! A change set read back for the activity view.
//!
//! Shows what the journal has; columns no screen may show are masked here, so no caller can forget it.

use crate::journal::{self, ChangeHeader};
use crate::{ChangeError, Engine, HunkView, Row, plan};

/// A step as it was journalled.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredStep {
    pub n: usize,
    pub group: String,
    pub title: String,
    pub detail: String,
    /// [`crate::Action::kind`].
    pub action_kind: &'static str,
    pub target: String,
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
    /// What a patch changed, secrets masked.
    pub patch: Option<Vec<HunkView>>,
    pub row_before: Option<Row>,
    pub row_after: Option<Row>,
}

/// A change set with its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredChange {
    pub header: ChangeHeader,
    pub steps: Vec<StoredStep>,
}

impl Engine {
    /// The change with this number.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchChange`]; [`ChangeError::BadJournal`] where its entry is damaged.
    pub fn load(&self, change_id: &str) -> Result<StoredChange, ChangeError> {
        self.registry.read(|c| {
            let header =
                journal::find(c, change_id)?.ok_or_else(|| ChangeError::NoSuchChange { id: change_id.to_owned() })?;
            let steps = journal::steps(c, change_id)?
                .into_iter()
                .map(|entry| {
                    let (before, after) = plan::texts(&entry.step.action);
                    let (row_before, row_after) = plan::rows(&entry.step.action);
                    StoredStep {
                        n: entry.n,
                        action_kind: entry.step.action.kind(),
                        target: entry.step.action.target(),
                        before,
                        after,
                        patch: plan::hunks(&entry.step.action),
                        row_before,
                        row_after,
                        group: entry.step.group,
                        title: entry.step.title,
                        detail: entry.step.detail,
                    }
                })
                .collect();
            Ok(StoredChange { header, steps })
        })
    }
}
