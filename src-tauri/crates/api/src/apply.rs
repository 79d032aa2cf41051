//! Applying plans: progress out, cancel in, the receipt afterwards.

use std::sync::Arc;

use sanctum_change::{self as change, ApplyControl};

use crate::app::App;
use crate::blocking::blocking;
use crate::plan::Pending;
use crate::{Actor, ApiResult, EventSink, Via, dto, stamps};

impl App {
    /// Applies a plan that was shown.
    ///
    /// # Errors
    /// `plan_unknown`, `plan_stale` with what changed, `not_allowed`, or what the disk says; nothing is left half done.
    pub async fn plan_apply(&self, actor: &Actor, plan_id: &str) -> ApiResult<dto::Receipt> {
        actor.may_change()?;
        let open = self.opened().await?;
        let pending = self.0.plans.get(plan_id, Some(actor.user_id), self.env().now())?;
        let running = pending.run();
        let control = control(self.0.sink.clone(), &pending);
        let (who, job, at) = (actor.for_change(), pending.clone(), open.clone());
        let done = blocking(move || {
            if let Some(uid) = &job.still {
                crate::agents::must_not_run(&at, uid)?;
            }
            let clock = at.env().clock.clone();
            Ok(at.engine().apply(&job.plan, &who, &move || clock(), &control)?)
        })
        .await?;
        drop(running);
        self.0.plans.forget(plan_id);
        let (app, refreshed, who) = (self.clone(), open.clone(), actor.clone());
        crate::audit::note(&open, Some(&who), "change.applied", &done.change_id);
        self.changed(&["tools", "agents", "changes", "install"]);
        // The change stands whatever the look at the cards says; it does not wait for modules that answer slowly.
        std::thread::spawn(move || match crate::cards::refresh(&refreshed) {
            Ok(_) => app.changed(&["tools", "agents"]),
            Err(error) => eprintln!("The cards could not be brought up to date: {error}"),
        });
        Ok(receipt(done, pending.words.notes))
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
