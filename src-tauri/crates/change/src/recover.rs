//! After a crash: settle every change that was interrupted.
//!
//! A change is "applied" only together with its rows, so an open one never finished; it is taken back, or left as found where
//! that would overwrite somebody's edit. Newest first, because a later one may build on an earlier one.

use time::OffsetDateTime;

use crate::journal::{self, ChangeHeader};
use crate::lock::Lock;
use crate::{ChangeError, Conflict, Engine, Outcome, Recovered, back};

impl Engine {
    /// To be called at every start. Takes back what was interrupted and says what became of it; an empty list means that
    /// nothing was. A change that needs you is looked at again as long as nothing was applied after it.
    ///
    /// # Errors
    /// [`ChangeError::Busy`] while another process applies a change; registry errors.
    pub fn recover(&self, now: &dyn Fn() -> OffsetDateTime) -> Result<Vec<Recovered>, ChangeError> {
        let _lock = Lock::take(&self.state_dir)?;
        self.settle_open(now)
    }

    /// The same inside an apply, which already holds the lock; refuses where one stays open.
    pub(crate) fn settle(&self, now: &dyn Fn() -> OffsetDateTime) -> Result<(), ChangeError> {
        let open = self.settle_open(now)?.into_iter().find(|r| r.outcome == Outcome::StillOpen);
        match open {
            Some(r) => Err(ChangeError::Unfinished { change_id: r.change_id, title: r.title, reason: r.message }),
            None => Ok(()),
        }
    }

    fn settle_open(&self, now: &dyn Fn() -> OffsetDateTime) -> Result<Vec<Recovered>, ChangeError> {
        let mut settled = Vec::new();
        for change in self.registry.read(journal::open)? {
            let (outcome, message, conflicts) = match self.settle_one(&change, now) {
                Ok(conflicts) if conflicts.is_empty() => (Outcome::RolledBack, rolled_back(&change), conflicts),
                Ok(conflicts) => (Outcome::NeedsYou, needs_you(&change, &conflicts), conflicts),
                Err(died @ ChangeError::Died { .. }) => return Err(died),
                Err(error) => (
                    Outcome::StillOpen,
                    format!("“{}” was interrupted and could not be taken back yet: {error}", change.title),
                    Vec::new(),
                ),
            };
            let stop = outcome == Outcome::StillOpen;
            settled.push(Recovered { change_id: change.id, title: change.title, outcome, message, conflicts });
            if stop {
                break;
            }
        }
        Ok(settled)
    }

    fn settle_one(
        &self,
        change: &ChangeHeader,
        now: &dyn Fn() -> OffsetDateTime,
    ) -> Result<Vec<Conflict>, ChangeError> {
        let entries = self.registry.read(|c| journal::steps(c, &change.id))?;
        let disk = self.disk(&change.id);
        let conflicts = back::roll_back(&disk, &self.secrets(), &self.remotes, &change.id, &entries, &|_| {})?;
        let (state, note) = if conflicts.is_empty() {
            ("rolled_back", rolled_back(change))
        } else {
            ("needs_you", needs_you(change, &conflicts))
        };
        disk.point("mark", self.registry.path(), "write the journal in")?;
        self.registry.write(|c| journal::finish(c, &change.id, state, Some(&note), now(), None))?;
        if conflicts.is_empty() {
            self.drop_empty_trash(&change.id);
        }
        Ok(conflicts)
    }
}

fn rolled_back(change: &ChangeHeader) -> String {
    format!(
        "“{}” was interrupted before it was done. What it had done so far was taken back; everything is as it was before.",
        change.title
    )
}

fn needs_you(change: &ChangeHeader, conflicts: &[Conflict]) -> String {
    let list: Vec<String> = conflicts.iter().map(|c| format!("`{}` {}", c.target, c.what)).collect();
    format!(
        "“{}” was interrupted, and somebody changed what it had touched: {}. Nothing was overwritten. Put these as you want them; until something else is changed, every start looks again.",
        change.title,
        list.join("; ")
    )
}
