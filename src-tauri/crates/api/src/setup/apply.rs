//! Carrying out a setup that was confirmed, and taking a whole one back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sanctum_change::ApplyControl;
use sanctum_registry::changes::{self, ChangeFilter};

use super::answers::{self, Kept, Stage};
use super::bootstrap::{self, Bootstrap};
use super::build::Target;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, SetupDraft, SetupSummary};
use crate::open::Open;
use crate::plan::{Pending, lock};
use crate::{ApiError, ApiResult, AppEnv, Via, apply, stamps};

/// What a setup plan needs to know besides its steps.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub draft: SetupDraft,
    pub username: String,
    pub target: Target,
}

/// Setup plans that were shown, by id.
#[derive(Default)]
pub(crate) struct Setups(Mutex<HashMap<String, Waiting>>);

impl Setups {
    pub fn keep(&self, id: String, waiting: Waiting) {
        lock(&self.0).insert(id, waiting);
    }

    pub fn get(&self, id: &str) -> Option<Waiting> {
        lock(&self.0).get(id).cloned()
    }

    pub fn forget(&self, id: &str) {
        lock(&self.0).remove(id);
    }
}

impl App {
    /// Applies the plan, opens the new install, and signs its administrator in at the window.
    ///
    /// # Errors
    /// What the change engine says; everything that was made is taken back then, and the answers are kept.
    pub async fn setup_apply(&self, plan_id: &str) -> ApiResult<SetupSummary> {
        let pending = self.0.plans.get(plan_id, None)?;
        let Some(waiting) = self.0.setups.get(plan_id) else {
            return Err(ApiError::refused("plan_unknown", "This is not a setup's plan.", "Make the plan again."));
        };
        let (env, sink) = (self.env().clone(), self.0.sink.clone());
        let (job, work) = (pending.clone(), waiting.clone());
        let control = apply::control(sink.clone(), &pending);
        let receipt = blocking(move || carry_out(&env, &job, &work, &control)).await?;
        self.0.plans.forget(plan_id);
        self.0.setups.forget(plan_id);
        let (env, root) = (self.env().clone(), waiting.target.root.clone());
        let (open, recovered) = blocking(move || Open::open(&env, &root, sink, None)).await?;
        self.take(open.clone(), recovered)?;
        // Made from a terminal, it is still the install that the app opens next.
        self.remember(open.root())?;
        self.with_state(|state| state.setup_change = Some(receipt.change_id.clone()));
        let registry = open.registry().clone();
        let admin = blocking(move || Ok(registry.read(crate::open::first_admin)?)).await?;
        if let Some(admin) = admin.filter(|_| self.env().exclusive) {
            self.begin_session(admin).await?;
        }
        self.changed(&["install", "tools", "agents", "changes"]);
        let summary_open = open.clone();
        let draft = waiting.draft.clone();
        let notes = pending.words.notes.clone();
        blocking(move || {
            let summary = summary(&summary_open, &draft, apply::receipt(receipt, notes))?;
            // Last, so that a crash before this is told as a setup that was finished.
            answers::forget(summary_open.env())?;
            Ok(summary)
        })
        .await
    }

    /// What a setup of `root` had made that was cut off after its last step, before it could say so; `None` where there
    /// was none. Found at the first call of this run.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn setup_finished(&self, root: &std::path::Path) -> ApiResult<Option<SetupSummary>> {
        self.ensure_started().await?;
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let Some((open, draft)) = self.with_state(|state| {
            let (at, draft) = state.setup_finished.as_ref()?;
            let open = state.open.as_ref().filter(|open| open.root() == root && *at == root)?;
            Some((open.clone(), draft.clone()))
        }) else {
            return Ok(None);
        };
        blocking(move || {
            // The setup is the first change of all, so the last of a list that has the latest first.
            let first = open.registry().read(|c| {
                let all = ChangeFilter::default();
                let (_, total) = changes::page(c, &all, 0, 1)?;
                changes::page(c, &all, total.saturating_sub(1), 1).map(|(rows, _)| rows.into_iter().next())
            })?;
            let Some(row) = first else { return Ok(None) };
            let receipt = dto::Receipt {
                change_id: row.id,
                title: row.title,
                applied_at: row.finished_at.or(row.created_at).map(stamps::rfc3339).unwrap_or_default(),
                took_ms: row.took_ms.and_then(|ms| u32::try_from(ms).ok()).unwrap_or_default(),
                steps: u32::try_from(row.steps).unwrap_or(u32::MAX),
                notes: vec![
                    "The setup had been finished when it was cut off. Its answers and its password are the ones given then.".to_owned(),
                ],
                undoable: true,
            };
            summary(&open, &draft, receipt).map(Some)
        })
        .await
    }

    /// Takes the whole setup back: what it wrote, its registry, and the folders it made, where nothing else is in them.
    ///
    /// # Errors
    /// `undo_conflict` with every file that was changed since; nothing is touched then. `no_setup` where no setup was
    /// done in this run.
    pub async fn setup_undo(&self) -> ApiResult<dto::AppState> {
        let open = self.opened().await?;
        let Some(change) = self.with_state(|state| state.setup_change.clone()) else {
            return Err(ApiError::refused(
                "no_setup",
                "No setup was finished since the app was started.",
                "Activity takes its parts back one by one.",
            ));
        };
        let actor = self.actor().await?;
        actor.may_change()?;
        let person = actor.name;
        let (env, root, state_dir) = (
            self.env().clone(),
            open.root().to_owned(),
            open.registry().path().parent().map(std::path::Path::to_owned).unwrap_or_default(),
        );
        self.sign_out_quietly(&open).await;
        let undone = open.clone();
        blocking(move || {
            let plan = undone.engine().plan_undo(&change)?;
            let trash = undone.registry().path().with_file_name("trash").join(&plan.id);
            let actor = sanctum_change::Actor { user_id: None, name: person, via: sanctum_change::Via::App };
            let clock = undone.env().clock.clone();
            undone.engine().apply(&plan, &actor, &move || clock(), &ApplyControl::quiet())?;
            // What undo moved there is what the setup itself had built, and its journal goes too.
            match std::fs::remove_dir_all(&trash) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(bootstrap::left_behind(&trash, &error)),
                _ => Ok(()),
            }
        })
        .await?;
        self.with_state(|state| {
            state.open = None;
            state.setup_change = None;
        });
        drop(open);
        blocking(move || {
            bootstrap::remove_registry(&state_dir)?;
            // Only empty folders go; somebody may have put something there.
            let _control = std::fs::remove_dir(&state_dir);
            let _root = std::fs::remove_dir(&root);
            crate::files::forget(&env.data_dir.join("app.json"))
        })
        .await?;
        self.state().await
    }
}

/// Bootstraps, journals, applies; on any failure everything is taken back and the answers stay.
fn carry_out(env: &AppEnv, pending: &Pending, waiting: &Waiting, control: &ApplyControl) -> ApiResult<sanctum_change::Receipt> {
    let bootstrap = Bootstrap::intend(&waiting.target.root, &waiting.target.state_dir);
    let kept = |stage, message: String, bootstrap| Kept {
        draft: waiting.draft.clone(),
        saved_at: stamps::rfc3339(env.now()),
        stage,
        message,
        bootstrap,
    };
    answers::keep(env, &kept(Stage::Applying, String::new(), Some(bootstrap.clone())))?;
    let held = match bootstrap.claim() {
        Ok(held) => held,
        Err(error) => {
            give_up(env, &kept(Stage::Answering, String::new(), None))?;
            return Err(error);
        }
    };
    let done = try_carry_out(env, pending, &bootstrap, &waiting.username, control);
    match done {
        Ok(receipt) => {
            drop(held);
            Ok(receipt)
        }
        Err(error) if error.code == "change_unfinished" => Err(error),
        Err(error) => {
            bootstrap.remove()?;
            give_up(env, &kept(Stage::Answering, String::new(), None))?;
            Err(error)
        }
    }
}

/// The window opens again with the answers; at a terminal they are in its history, and nothing is left behind.
fn give_up(env: &AppEnv, answers: &Kept) -> ApiResult<()> {
    if env.exclusive { answers::keep(env, answers) } else { answers::forget(env) }
}

fn try_carry_out(
    env: &AppEnv,
    pending: &Pending,
    bootstrap: &Bootstrap,
    username: &str,
    control: &ApplyControl,
) -> ApiResult<sanctum_change::Receipt> {
    let (_registry, engine) = bootstrap.registry(env)?;
    let via = if env.exclusive { Via::App } else { Via::Cli };
    let actor = sanctum_change::Actor { user_id: None, name: username.to_owned(), via: apply::via(via) };
    let clock = env.clock.clone();
    Ok(engine.apply(&pending.plan, &actor, &move || clock(), control)?)
}

fn summary(open: &Arc<Open>, draft: &SetupDraft, mut receipt: dto::Receipt) -> ApiResult<SetupSummary> {
    let info = open.info()?;
    let fact = |name: &str, value: String, mono: bool| dto::Fact { name: name.to_owned(), value, mono };
    let mut created = Vec::new();
    let names: Vec<String> = open.registry().read(sanctum_registry::agents::all)?.iter().map(|a| a.title().to_owned()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    created.push(fact(if names.len() == 1 { "Prime" } else { "Primes" }, crate::words::list(&names), false));
    created.push(fact("Tools", info.tools.to_string(), false));
    created.push(fact("Registry", open.env().short(open.registry().path()), true));
    let venv = open.root().join("agents/venv/bin/python").exists();
    created.push(fact("Python", if venv { "agents/venv".to_owned() } else { "not built yet".to_owned() }, venv));
    created.push(fact("Administrator", draft.admin_user.trim().to_owned(), false));
    if draft.letta_url.is_none() {
        receipt.notes.push("Letta is not connected yet; the agents show “not linked” until it is.".to_owned());
    }
    Ok(SetupSummary {
        receipt,
        root: info.root,
        root_short: info.root_short,
        created,
        findings: Vec::new(),
    })
}
