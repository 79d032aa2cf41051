//! The engine of one install: apply a plan, whole or not at all.
//!
//! Order of an apply: lock → settle what was interrupted → check every "before" (files by looking, rows by a rehearsal that is
//! dropped) → journal → act on files → sync folders → read back → one transaction writes all rows and says `applied`.
//! So "applied" and the rows are one; and until then everything can be taken back from the journal. A plan of rows alone is
//! that one transaction.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use sanctum_registry::{Registry, RegistryError};
use time::OffsetDateTime;

use crate::disk::{Disk, Places};
use crate::forward::{self, Doing};
use crate::journal;
use crate::lock::Lock;
use crate::patch::{Secrets, Vault};
use crate::remote::{self, Remotes};
use crate::report::{receipt, report};
use crate::world::World;
use crate::{
    Action, Actor, ApplyControl, ChangeError, Conflict, Faults, NoFaults, Plan, Receipt, Remote, StepState, check,
    rows, run,
};

/// The engine of one install. Cheap to make; share it or make another, the lock is on disk.
pub struct Engine {
    pub(crate) root: PathBuf,
    pub(crate) registry: Arc<Registry>,
    pub(crate) state_dir: PathBuf,
    pub(crate) faults: Arc<dyn Faults>,
    pub(crate) vault: Option<Arc<dyn Vault>>,
    pub(crate) places: Places,
    pub(crate) remotes: Remotes,
}

/// Ends a rehearsal, whose transaction is to be dropped either way.
enum Rehearsed {
    Fits(Whole),
    Refused(ChangeError),
}

impl From<RegistryError> for Rehearsed {
    fn from(error: RegistryError) -> Rehearsed {
        Rehearsed::Refused(error.into())
    }
}

impl Engine {
    /// `state_dir` (`<root>/control` in our layout) holds the lock and the trash; it must exist.
    #[must_use]
    pub fn new(root: PathBuf, registry: Arc<Registry>, state_dir: PathBuf) -> Engine {
        Engine {
            root,
            registry,
            state_dir,
            faults: Arc::new(NoFaults),
            vault: None,
            places: Places::new(),
            remotes: Remotes::new(),
        }
    }

    /// The same with a fault hook; for tests.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<dyn Faults>) -> Engine {
        self.faults = faults;
        self
    }

    /// The same with a store that resolves the secrets of patches. Without one, patches that hold secrets are refused.
    #[must_use]
    pub fn with_vault(mut self, vault: Arc<dyn Vault>) -> Engine {
        self.vault = Some(vault);
        self
    }

    /// The same with a place outside of the root: `@name/x` in a plan then means `x` in `dir`, an absolute path. Only files and
    /// folders may be written and removed there; `dir` itself is made where it is missing, and stays.
    #[must_use]
    pub fn with_place(mut self, name: &str, dir: PathBuf) -> Engine {
        self.places.insert(name.to_owned(), dir);
        self
    }

    /// The same with a server whose steps are named `name`. One that is not known cannot be looked at, nor changed.
    #[must_use]
    pub fn with_remote(mut self, name: &str, remote: Arc<dyn Remote>) -> Engine {
        self.remotes.insert(name.to_owned(), remote);
        self
    }

    /// The root of the install.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The secrets of one apply or recovery.
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::new(self.vault.clone())
    }

    pub(crate) fn disk(&self, change: &str) -> Arc<Disk> {
        Arc::new(Disk::new(&self.root, &self.state_dir, &self.places, change, Arc::clone(&self.faults)))
    }

    /// Applies the plan, whole or not at all. Blocks; progress and cancel go through `ctl`.
    ///
    /// # Errors
    /// [`ChangeError::Stale`], [`ChangeError::Busy`], [`ChangeError::SecretUnavailable`], `Bad…` and `ThroughLink` before anything was written. Everything else after what was
    /// written has been taken back, except [`ChangeError::RollbackFailed`] (the next start takes it back) and [`ChangeError::NeedsYou`].
    pub fn apply(
        &self,
        plan: &Plan,
        actor: &Actor,
        now: &dyn Fn() -> OffsetDateTime,
        ctl: &ApplyControl,
    ) -> Result<Receipt, ChangeError> {
        let began = Instant::now();
        let _lock = Lock::take(&self.state_dir)?;
        self.settle(now)?;
        check::plan(plan, &self.root, &self.state_dir, self.registry.path(), &self.places)?;
        let disk = self.disk(&plan.id);
        let (world, already, whole) = self.check_before(&disk, plan)?;
        let secrets = self.secrets();
        for (_, action) in numbered(plan) {
            if let Action::PatchFile { hunks, .. } = action {
                secrets.gather(hunks)?;
            }
        }
        if ctl.cancelled() {
            return Err(ChangeError::Cancelled);
        }
        let journal = |e| ChangeError::journal(self.registry.path(), e);
        // Rows alone are one transaction, which needs no journal before it: it enters the journal with them.
        let at_once = numbered(plan).all(|(_, action)| matches!(action, Action::Registry { .. })).then_some(actor);
        if at_once.is_none() {
            disk.point("journal", self.registry.path(), "write the journal in")?;
            self.registry.write(|c| journal::begin(c, plan, &already, &whole, actor, now())).map_err(journal)?;
        }

        let mut reached = 0;
        let done = disk
            .point("journalled", self.registry.path(), "read the journal in")
            .and_then(|()| self.do_files(&disk, &secrets, plan, &already, ctl, &mut reached))
            .and_then(|()| read_back(&disk, &world, plan))
            .and_then(|()| self.commit(&disk, plan, &whole, at_once, ctl, now, began));
        match done {
            Ok(()) => match self.tidy(&disk, plan) {
                Err(died @ ChangeError::Died { .. }) => Err(died),
                _ => Ok(receipt(plan, now(), began)),
            },
            Err(died @ ChangeError::Died { .. }) => Err(died),
            // The commit may have reached the disk although it reported an error: what the registry says then counts.
            Err(_) if self.state_of(&plan.id).as_deref() == Some("applied") => Ok(receipt(plan, now(), began)),
            Err(cause) => Err(self.take_back(&disk, &secrets, plan, &already, reached, cause, ctl, now)),
        }
    }

    fn state_of(&self, id: &str) -> Option<String> {
        self.registry.read(|c| journal::find(c, id)).ok().flatten().map(|h| h.state)
    }

    /// Checks every "before". Nothing is written. Returns the tree as the plan will leave it, the steps that are done already, and
    /// the registry steps with whole rows.
    fn check_before(&self, disk: &Arc<Disk>, plan: &Plan) -> Result<(World, Vec<usize>, Whole), ChangeError> {
        if self.state_of(&plan.id).is_some() {
            return Err(ChangeError::Stale {
                targets: vec![Conflict { target: plan.title.clone(), what: "was applied before".to_owned() }],
            });
        }
        let (mut world, mut already, mut targets) = (World::new(disk), Vec::new(), Vec::new());
        for (n, step) in plan.steps.iter().enumerate() {
            if check::holds_registry(&step.action, &self.root, &self.state_dir) {
                already.push(n);
                continue;
            }
            if !self.is_remains(&mut world, &step.action)? {
                targets.extend(world.mismatch(&step.action)?);
            }
            world.effect(&step.action)?;
        }
        let rehearsed = self.registry.write(|c| -> Result<(), Rehearsed> {
            Err(match rows::write_all(c, numbered(plan)) {
                Ok(left) => Rehearsed::Fits(whole_rows(plan, left)),
                Err(error) => Rehearsed::Refused(error),
            })
        });
        let mut whole = Whole::new();
        match rehearsed {
            Err(Rehearsed::Refused(ChangeError::Stale { targets: rows })) => targets.extend(rows),
            Err(Rehearsed::Refused(error)) => {
                return Err(ChangeError::journal(self.registry.path(), error));
            }
            Err(Rehearsed::Fits(rows)) => whole = rows,
            Ok(()) => {}
        }
        targets.extend(remote::mismatches(&self.remotes, plan)?);
        if targets.is_empty() { Ok((world, already, whole)) } else { Err(ChangeError::Stale { targets }) }
    }

    /// Whether what stands where a command is to create something was left by an attempt of the same that crashed.
    fn is_remains(&self, world: &mut World, action: &Action) -> Result<bool, ChangeError> {
        let Action::Run { creates, .. } = action else {
            return Ok(false);
        };
        if world.look(creates)? == crate::disk::Spot::Absent
            || !self.registry.read(|c| journal::was_to_create(c, creates.as_str()))?
        {
            return Ok(false);
        }
        world.vanish(creates);
        Ok(world.mismatch(action)?.is_none())
    }

    fn do_files(
        &self,
        disk: &Disk,
        secrets: &Secrets,
        plan: &Plan,
        already: &[usize],
        ctl: &ApplyControl,
        reached: &mut usize,
    ) -> Result<(), ChangeError> {
        let mut foreign = false;
        for (n, step) in plan.steps.iter().enumerate() {
            if matches!(step.action, Action::Registry { .. }) {
                continue;
            }
            if ctl.cancelled() {
                return Err(ChangeError::Cancelled);
            }
            let began = Instant::now();
            *reached = n + 1;
            disk.at_step(n);
            report(ctl, plan, n, StepState::Running, None, began);
            if !already.contains(&n) {
                let line =
                    |line: &str, began: Instant| report(ctl, plan, n, StepState::Running, Some(line.to_owned()), began);
                let done = forward::act(
                    &Doing { disk, secrets, remotes: &self.remotes, change: &plan.id, n, ctl, line: &line },
                    &step.action,
                );
                if let Err(error) = done {
                    report(ctl, plan, n, StepState::Failed, None, began);
                    if forward::surely_not_done(&step.action, &error) {
                        *reached = n;
                    }
                    return Err(error);
                }
                foreign |= matches!(step.action, Action::Run { .. });
            }
            report(ctl, plan, n, StepState::Done, None, began);
        }
        disk.sync_touched()?;
        if foreign {
            disk.sync_all()?;
        }
        if ctl.cancelled() { Err(ChangeError::Cancelled) } else { Ok(()) }
    }

    /// Writes all rows and the state `applied` in one transaction; with `at_once` also the journal entry, made by that actor.
    /// The journal has the `whole` rows of the rehearsal; one that came out otherwise (a time has passed) is put right.
    #[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
    fn commit(
        &self,
        disk: &Disk,
        plan: &Plan,
        whole: &Whole,
        at_once: Option<&Actor>,
        ctl: &ApplyControl,
        now: &dyn Fn() -> OffsetDateTime,
        began: Instant,
    ) -> Result<(), ChangeError> {
        disk.point("commit", self.registry.path(), "commit the change in")?;
        let start = Instant::now();
        let committed = self.registry.write(|c| {
            if let Some(actor) = at_once {
                journal::begin(c, plan, &[], whole, actor, now())?;
            }
            for (n, left) in whole_rows(plan, rows::write_all(c, numbered(plan))?) {
                if whole.get(&n) != Some(&left) {
                    journal::amend(c, &plan.id, n, &plan.steps[n].detail, &left)?;
                }
            }
            if let Some(original) = &plan.undo_of {
                journal::mark_undone(c, original, &plan.id)?;
            }
            let took = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            journal::finish(c, &plan.id, "applied", None, now(), Some(took))
        });
        committed.map_err(|e| ChangeError::journal(self.registry.path(), e))?;
        for (n, _) in numbered(plan).filter(|(_, a)| matches!(a, Action::Registry { .. })) {
            report(ctl, plan, n, StepState::Done, None, start);
        }
        disk.point("committed", self.registry.path(), "finish the change in")
    }

    /// After the commit: markers of commands are of no more use. What cannot be removed harms nobody.
    fn tidy(&self, disk: &Disk, plan: &Plan) -> Result<(), ChangeError> {
        for (n, _) in numbered(plan).filter(|(_, a)| matches!(a, Action::Run { .. })) {
            run::forget(disk, &plan.id, n)?;
        }
        self.drop_empty_trash(&plan.id);
        Ok(())
    }

    pub(crate) fn drop_empty_trash(&self, change: &str) {
        // Fails where something is in it, which is the point.
        let _ = std::fs::remove_dir(self.state_dir.join("trash").join(change));
    }
}

/// Registry steps by number, with the whole rows they find and leave, and references resolved.
pub(crate) type Whole = BTreeMap<usize, Action>;

fn whole_rows(plan: &Plan, left: Vec<(usize, rows::Left)>) -> Whole {
    left.into_iter()
        .filter_map(|(n, left)| match &plan.steps[n].action {
            Action::Registry { table, .. } => {
                let rows::Left { key, before, after } = left;
                Some((n, Action::Registry { table: table.clone(), key, before, after }))
            }
            _ => None,
        })
        .collect()
}

fn numbered(plan: &Plan) -> impl Iterator<Item = (usize, &Action)> {
    plan.steps.iter().map(|s| &s.action).enumerate()
}

/// Success is told only after this: every path reads back as the plan leaves it.
fn read_back(disk: &Disk, world: &World, plan: &Plan) -> Result<(), ChangeError> {
    disk.at_step(plan.steps.len());
    let targets = world.unlike_disk()?;
    if targets.is_empty() { Ok(()) } else { Err(ChangeError::Stale { targets }) }
}
