//! What is told while a plan is applied, and after.

use std::collections::BTreeSet;
use std::time::Instant;

use time::OffsetDateTime;

use crate::{Action, ApplyControl, Plan, Receipt, StepProgress, StepState};

/// Tells where step `n` stands.
pub(crate) fn report(
    ctl: &ApplyControl,
    plan: &Plan,
    n: usize,
    state: StepState,
    line: Option<String>,
    began: Instant,
) {
    let step = &plan.steps[n];
    (ctl.progress)(StepProgress {
        index: n,
        total: plan.steps.len(),
        group: step.group.clone(),
        title: step.title.clone(),
        state,
        line,
        elapsed: began.elapsed(),
    });
}

/// What the caller learns of an applied plan.
pub(crate) fn receipt(plan: &Plan, at: OffsetDateTime, began: Instant) -> Receipt {
    let paths: BTreeSet<String> = plan.steps.iter().filter_map(|s| s.action.path()).map(ToString::to_string).collect();
    let tables: BTreeSet<String> = plan
        .steps
        .iter()
        .filter_map(|s| match &s.action {
            Action::Registry { table, .. } => Some(table.clone()),
            _ => None,
        })
        .collect();
    Receipt {
        change_id: plan.id.clone(),
        title: plan.title.clone(),
        applied_at: at,
        took: began.elapsed(),
        steps: plan.steps.len(),
        paths: paths.into_iter().collect(),
        tables: tables.into_iter().collect(),
        restarts: plan.restarts.clone(),
        irreversible: plan.irreversible.clone(),
        undo_of: plan.undo_of.clone(),
    }
}
