//! What the caller hands in to watch and stop an apply, and what it gets back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use time::OffsetDateTime;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Running,
    Done,
    Failed,
    RolledBack,
}

/// One report; sent when a step starts and ends, and for every line a command prints.
#[derive(Debug, Clone)]
pub struct StepProgress {
    /// From 0.
    pub index: usize,
    pub total: usize,
    pub group: String,
    pub title: String,
    pub state: StepState,
    /// A line a command printed; `None` for a change of state.
    pub line: Option<String>,
    /// Since the step began.
    pub elapsed: Duration,
}

/// Progress out, cancel in. Cancel is looked at between steps and while a command runs.
pub struct ApplyControl {
    pub progress: Box<dyn Fn(StepProgress) + Send + Sync>,
    pub cancel: Arc<AtomicBool>,
}

impl ApplyControl {
    /// Nobody watches, nobody cancels.
    #[must_use]
    pub fn quiet() -> ApplyControl {
        ApplyControl { progress: Box::new(|_| {}), cancel: Arc::new(AtomicBool::new(false)) }
    }

    pub(crate) fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::SeqCst)
    }
}

/// Given only after everything was applied and read back. Events are the caller's: `paths` and `tables` say what to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    pub change_id: String,
    pub title: String,
    pub applied_at: OffsetDateTime,
    pub took: Duration,
    pub steps: usize,
    /// Paths beneath the root that changed.
    pub paths: Vec<String>,
    /// Registry tables that changed.
    pub tables: Vec<String>,
    pub restarts: Vec<String>,
    pub irreversible: Vec<String>,
    pub undo_of: Option<String>,
}

/// What recovery did with a change that was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The old state stands.
    RolledBack,
    /// Neither state can be reached without overwriting somebody's edit; everything is as it was found.
    NeedsYou,
    /// Could not be done now (a disk error, a command of the change that still runs); the next start tries again.
    StillOpen,
}

/// One interrupted change and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    pub change_id: String,
    pub title: String,
    pub outcome: Outcome,
    /// A sentence for the operator.
    pub message: String,
    /// With [`Outcome::NeedsYou`]: what stands in the way.
    pub conflicts: Vec<crate::Conflict>,
}
