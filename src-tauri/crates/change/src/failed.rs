//! An apply that failed half-way: take back what was done, and say in the journal what became of it.

use std::sync::Arc;
use std::time::Instant;

use time::OffsetDateTime;

use crate::disk::{Disk, Place};
use crate::journal::{self, Entry};
use crate::patch::Secrets;
use crate::report::report;
use crate::{ApplyControl, ChangeError, Conflict, Engine, Plan, StepState, back};

impl Engine {
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
    pub(crate) fn take_back(
        &self,
        disk: &Arc<Disk>,
        secrets: &Secrets,
        plan: &Plan,
        already: &[usize],
        reached: usize,
        cause: ChangeError,
        ctl: &ApplyControl,
        now: &dyn Fn() -> OffsetDateTime,
    ) -> ChangeError {
        let entries: Vec<Entry> = plan.steps[..reached]
            .iter()
            .enumerate()
            .map(|(n, step)| Entry { n, step: step.clone(), already: already.contains(&n) })
            .collect();
        let began = Instant::now();
        let each = |entry: &Entry| report(ctl, plan, entry.n, StepState::RolledBack, None, began);
        let unfinished = plan.steps.get(reached).and_then(|s| s.action.path());
        let cleared = unfinished.map_or(Ok(()), |path| disk.clear_temp(&Place::of(path)));
        let rolled = cleared
            .and_then(|()| back::roll_back(disk, secrets, &self.remotes, &plan.id, &entries, &each))
            .and_then(|conflicts| {
                let (state, note) = if conflicts.is_empty() {
                    ("rolled_back", cause.to_string())
                } else {
                    ("needs_you", describe(&cause, &conflicts))
                };
                disk.point("mark", self.registry.path(), "write the journal in")?;
                self.registry.write(|c| journal::finish(c, &plan.id, state, Some(&note), now(), None))?;
                Ok(conflicts)
            });
        match rolled {
            Ok(conflicts) if conflicts.is_empty() => {
                self.drop_empty_trash(&plan.id);
                cause
            }
            Ok(conflicts) => ChangeError::NeedsYou { cause: Box::new(cause), conflicts },
            Err(died @ ChangeError::Died { .. }) => died,
            Err(rollback) => ChangeError::RollbackFailed { cause: Box::new(cause), rollback: Box::new(rollback) },
        }
    }
}

fn describe(cause: &ChangeError, conflicts: &[Conflict]) -> String {
    let list: Vec<String> = conflicts.iter().map(|c| format!("`{}` {}", c.target, c.what)).collect();
    format!("{cause} In the way of taking it back: {}.", list.join("; "))
}
