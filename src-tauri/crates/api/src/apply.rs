//! Applying plans: progress out, cancel in, the receipt afterwards.

use std::sync::Arc;

use sanctum_change::{self as change, ApplyControl};

use crate::app::App;
use crate::blocking::blocking;
use crate::on_trial::{Mark, OnTrial};
use crate::open::Open;
use crate::plan::Pending;
use crate::{Actor, ApiResult, EventSink, Via, dto, stamps};

/// A plan that was applied, and who of those that run on what it changed runs now.
pub(crate) struct Applied {
    pub receipt: dto::Receipt,
    pub tried: Vec<String>,
    pub pending: Pending,
}

impl App {
    /// Applies a plan that was shown, and tries it where something runs on what it changes.
    ///
    /// # Errors
    /// `plan_unknown`, `plan_stale` with what changed, `not_allowed`, or what the disk says; nothing is left half done. `rolled_back` and
    /// `cancelled` where the trial took it back, `not_rolled_back` where it stands although the trial failed.
    pub async fn plan_apply(&self, actor: &Actor, plan_id: &str) -> ApiResult<dto::Receipt> {
        let mark = self.before(actor, plan_id).await?;
        let receipt = match self.carry_out(actor, plan_id).await {
            Ok(applied) => self.prove(actor, applied).await,
            Err(error) => Err(error),
        };
        // Whatever came of it was said, so that the next start has nothing to settle.
        mark.iter().for_each(OnTrial::done);
        let receipt = receipt?;
        let open = self.opened().await?;
        // The change stands, whatever is known of plugins besides.
        if let Err(error) = blocking(move || crate::plugins::let_out(&open)).await {
            eprintln!("Why plugins were put aside could not be brought up to date: {}", error.message);
        }
        Ok(receipt)
    }

    /// What would be started again by a plan gets its secrets then, or the plan is not applied at all; and that it is on trial from
    /// then on is written down before anything else is.
    async fn before(&self, actor: &Actor, plan_id: &str) -> ApiResult<Option<OnTrial>> {
        let open = self.opened().await?;
        // Who may not, or has no such plan, is told so where it is applied.
        let Ok(pending) = self.0.plans.get(plan_id, Some(actor.user_id), self.env().now()) else { return Ok(None) };
        let id = plan_id.to_owned();
        blocking(move || {
            let tools = runs_on(&open, &pending.plan)?;
            crate::modules::secrets_for(&open, &tools)?;
            if tools.is_empty() {
                return Ok(None);
            }
            OnTrial::begin(&open, &id, &Mark { change: Some(id.clone()), tools, search: None, suspicion: None })
                .map(Some)
        })
        .await
    }

    /// Applies a plan without a trial.
    pub(crate) async fn apply(&self, actor: &Actor, plan_id: &str) -> ApiResult<dto::Receipt> {
        let applied = self.carry_out(actor, plan_id).await?;
        self.0.plans.forget(plan_id);
        Ok(applied.receipt)
    }

    /// Applies a plan, which is known until its trial is over: so long it can be asked to stop.
    async fn carry_out(&self, actor: &Actor, plan_id: &str) -> ApiResult<Applied> {
        let open = self.opened().await?;
        let pending = self.0.plans.get(plan_id, Some(actor.user_id), self.env().now());
        if !pending.as_ref().is_ok_and(|pending| pending.aside.personal) {
            actor.may_change()?;
        }
        let pending = pending?;
        let running = pending.run()?;
        let control = control(self.0.sink.clone(), &pending);
        if let Some(uid) = pending.still.clone() {
            let at = open.clone();
            blocking(move || crate::agents::must_not_run(&at, &uid)).await?;
        }
        let ready = crate::letta::prepare(&open, &pending.plan, pending.aside.letta.as_ref()).await?;
        let (who, job, at, plan) = (actor.for_change(), pending.clone(), open.clone(), ready.plan.clone());
        let done = blocking(move || {
            if let Err(error) = job.still.as_ref().map_or(Ok(()), |uid| crate::agents::must_not_run(&at, uid)) {
                return Ok(Err((error, true)));
            }
            let clock = at.env().clock.clone();
            let maker = who.user_id.unwrap_or(0);
            if let Err(error) = crate::secrets::put(&at, &job.aside.secrets, maker) {
                return Ok(Err((error, true)));
            }
            let done = at.engine().apply(&plan, &who, &move || clock(), &control);
            at.settings.forget();
            match done {
                Ok(done) => {
                    // The change stands; an item that could not be taken out is tried again the next time.
                    if let Err(error) = crate::secrets::settle(&at, &job.aside.purge) {
                        eprintln!("The list of secrets could not be brought up to date: {error}");
                    }
                    Ok(Ok(done))
                }
                Err(error) => {
                    let clean = crate::letta::is_clean(&error);
                    // What recovery needs to put a file back stays until then.
                    if !matches!(
                        error,
                        change::ChangeError::Unfinished { .. } | change::ChangeError::RollbackFailed { .. }
                    ) {
                        crate::secrets::take_away(&at, &job.aside.secrets);
                    }
                    Ok(Err((error.into(), clean)))
                }
            }
        })
        .await?;
        let (done, more) = match done {
            Ok(done) => {
                let mut more = ready.done(&open).await;
                let (at, paths) = (open.clone(), done.paths.clone());
                more.extend(blocking(move || Ok(crate::modules::after_change(&at, &paths))).await?);
                (done, more)
            }
            Err((error, clean)) => return Err(ready.failed(&open, error, clean).await),
        };
        running.applied();
        crate::chat::again(&open);
        let (at, plan) = (open.clone(), pending.plan.clone());
        let tried = blocking(move || runs_on(&at, &plan)).await.unwrap_or_default();
        let (app, refreshed, who) = (self.clone(), open.clone(), actor.clone());
        crate::audit::note(&open, Some(&who), "change.applied", &done.change_id);
        self.changed(&["tools", "agents", "changes", "install", "settings", "modules", "plugins"]);
        // The change stands whatever the look at the cards says; it does not wait for modules that answer slowly.
        std::thread::spawn(move || match crate::cards::refresh(&refreshed) {
            Ok(_) => app.changed(&["tools", "agents", "settings"]),
            Err(error) => eprintln!("The cards could not be brought up to date: {error}"),
        });
        let notes = pending.words.notes.iter().cloned().chain(more).collect();
        Ok(Applied { receipt: receipt(done, notes), tried, pending })
    }

    /// Asks a running plan to stop.
    ///
    /// # Errors
    /// None: a plan that has ended is nothing to stop.
    pub async fn plan_cancel(&self, plan_id: &str) -> ApiResult<()> {
        self.0.plans.cancel(plan_id);
        Ok(())
    }

    /// Forgets a plan.
    ///
    /// # Errors
    /// None.
    pub async fn plan_discard(&self, plan_id: &str) -> ApiResult<()> {
        self.0.plans.forget(plan_id);
        self.0.setups.forget(plan_id);
        Ok(())
    }
}

/// Progress as events, and the plan's own cancel.
pub(crate) fn control(sink: Arc<dyn EventSink>, pending: &Pending) -> ApplyControl {
    let job = pending.plan.id.clone();
    ApplyControl {
        cancel: pending.cancel.clone(),
        progress: Box::new(move |p| {
            sink.progress(dto::ProgressEvent {
                job: job.clone(),
                step: u32::try_from(p.index).unwrap_or(u32::MAX),
                total: u32::try_from(p.total).unwrap_or(u32::MAX),
                group: p.group,
                title: p.title,
                state: match p.state {
                    change::StepState::Running => dto::StepState::Running,
                    change::StepState::Done => dto::StepState::Done,
                    change::StepState::Failed => dto::StepState::Failed,
                    change::StepState::RolledBack => dto::StepState::RolledBack,
                },
                line: p.line.map(|line| crate::diff::visible(&line)),
                elapsed_ms: u32::try_from(p.elapsed.as_millis()).unwrap_or(u32::MAX),
            });
        }),
    }
}

/// Who runs on what a plan changes, and runs now.
fn runs_on(open: &Open, plan: &change::Plan) -> ApiResult<Vec<String>> {
    let mut users = crate::python::users_of(open, plan)?;
    users.extend(crate::plugins::tools_of(open, plan)?);
    crate::modules::that_run(open, &users)
}

pub(crate) fn via(via: Via) -> change::Via {
    match via {
        Via::App => change::Via::App,
        Via::Cli => change::Via::Cli,
    }
}

pub(crate) fn receipt(done: change::Receipt, notes: Vec<String>) -> dto::Receipt {
    dto::Receipt {
        change_id: done.change_id,
        title: done.title,
        applied_at: stamps::rfc3339(done.applied_at),
        took_ms: u32::try_from(done.took.as_millis()).unwrap_or(u32::MAX),
        steps: u32::try_from(done.steps).unwrap_or(u32::MAX),
        notes,
        undoable: done.irreversible.is_empty(),
    }
}
