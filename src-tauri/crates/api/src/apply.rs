//! Applying plans: progress out, cancel in, the receipt afterwards.

use std::sync::Arc;

use sanctum_change::{self as change, ApplyControl};

use crate::app::App;
use crate::blocking::blocking;
use crate::open::Open;
use crate::plan::Pending;
use crate::{Actor, ApiError, ApiResult, EventSink, Via, dto, stamps};

impl App {
    /// Applies a plan that was shown.
    ///
    /// # Errors
    /// `plan_unknown`, `plan_stale` with what changed, `not_allowed`, or what the disk says; nothing is left half done.
    pub async fn plan_apply(&self, actor: &Actor, plan_id: &str) -> ApiResult<dto::Receipt> {
        self.secrets_before(actor, plan_id).await?;
        let (receipt, tried) = self.apply(actor, plan_id).await?;
        let receipt = if tried.is_empty() { receipt } else { self.prove(actor, plan_id, receipt, tried).await? };
        let open = self.opened().await?;
        // The change stands, whatever is known of plugins besides.
        if let Err(error) = blocking(move || crate::plugins::let_out(&open)).await {
            eprintln!("Why plugins were put aside could not be brought up to date: {}", error.message);
        }
        Ok(receipt)
    }

    /// What would be started again by a plan gets its secrets then, or the plan is not applied at all.
    async fn secrets_before(&self, actor: &Actor, plan_id: &str) -> ApiResult<()> {
        let open = self.opened().await?;
        // Who may not, or has no such plan, is told so where it is applied.
        let Ok(pending) = self.0.plans.get(plan_id, Some(actor.user_id), self.env().now()) else { return Ok(()) };
        blocking(move || crate::modules::secrets_for(&open, &runs_on(&open, &pending.plan)?)).await
    }

    /// Starts those again that run on what was changed, watches them, and takes the change back where one does not come up.
    async fn prove(
        &self,
        actor: &Actor,
        job: &str,
        mut receipt: dto::Receipt,
        tried: Vec<String>,
    ) -> ApiResult<dto::Receipt> {
        let open = self.opened().await?;
        let (at, who, names, job) = (open.clone(), actor.clone(), tried.clone(), job.to_owned());
        match blocking(move || crate::modules::try_out(&at, &who, &names, &job)).await? {
            crate::modules::Tried::Nothing => Ok(receipt),
            crate::modules::Tried::Well(words) => {
                receipt.notes.extend(words);
                receipt.notes.extend(self.left_out(actor, &tried).await);
                Ok(receipt)
            }
            crate::modules::Tried::Failed { named, words } => {
                let undo = self.change_undo_plan(actor, &receipt.change_id).await?;
                let undone = self.apply(actor, &undo.id).await.map_err(|error| {
                    ApiError::broken(
                        "not_rolled_back",
                        format!(
                            "{named} does not come up with it ({words}), and the change could not be taken back: {}",
                            error.message
                        ),
                        "Take it back from Activity, or look at its log.",
                    )
                })?;
                let (at, who) = (open.clone(), actor.clone());
                let back = blocking(move || crate::modules::try_out(&at, &who, &tried, &undo.id)).await?;
                let after = match back {
                    crate::modules::Tried::Failed { named, words } => {
                        format!(" {named} does not come up with what was before either: {words}.")
                    }
                    _ => " It runs as before.".to_owned(),
                };
                Err(ApiError::refused(
                    "rolled_back",
                    format!("{named} did not come up with it, so it was taken back: {words}.{after}"),
                    "Its log says more. Nothing else was touched.",
                )
                .with_details([format!("Change {}, taken back by {}", receipt.change_id, undone.0.change_id)]))
            }
        }
    }

    /// Plugins that a tool left out when it was started again: it runs well without them, so that its own state does not tell.
    async fn left_out(&self, actor: &Actor, tried: &[String]) -> Vec<String> {
        let Ok(open) = self.opened().await else { return Vec::new() };
        *crate::plan::lock(&open.plugins.listed) = None;
        let Ok(page) = self.plugins_list(actor, "@error", dto::PluginSort::Tool, 0, 100).await else {
            return Vec::new();
        };
        let of_these = page.items.into_iter().filter(|row| tried.contains(&row.tool));
        of_these.map(|row| format!("{} does not work: {}", row.name, row.status.reason)).collect()
    }

    /// Applies a plan; the receipt, and who of those that run on what it changed runs now.
    pub(crate) async fn apply(&self, actor: &Actor, plan_id: &str) -> ApiResult<(dto::Receipt, Vec<String>)> {
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
        self.0.plans.forget(plan_id);
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
        Ok((receipt(done, pending.words.notes.into_iter().chain(more).collect()), tried))
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
