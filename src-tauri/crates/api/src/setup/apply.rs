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

    pub fn clear(&self) {
        lock(&self.0).clear();
    }
}

impl App {
    /// Applies the plan, opens the new install, and signs its administrator in at the window.
    ///
    /// # Errors
    /// What the change engine says; everything that was made is taken back then, and the answers are kept.
    pub async fn setup_apply(&self, plan_id: &str) -> ApiResult<SetupSummary> {
        let pending = self.0.plans.get(plan_id, None, self.env().now())?;
        let Some(waiting) = self.0.setups.get(plan_id) else {
            return Err(ApiError::refused("plan_unknown", "This is not a setup's plan.", "Make the plan again."));
        };
        let (env, sink) = (self.env().clone(), self.0.sink.clone());
        let (job, work) = (pending.clone(), waiting.clone());
        let control = apply::control(sink.clone(), &pending);
        let running = pending.run()?;
        let (receipt, made) = blocking(move || carry_out(&env, &job, &work, &control)).await?;
        drop(running);
        self.0.plans.forget(plan_id);
        self.0.setups.forget(plan_id);
        let (env, root) = (self.env().clone(), waiting.target.root.clone());
        let (open, recovered) = blocking(move || Open::at(&env, &root, sink, None)).await?;
        self.take(open.clone(), recovered)?;
        // Made from a terminal, it is still the install that the app opens next.
        self.remember(open.root())?;
        let letta = self.with_state(|state| {
            state.setup_change = Some(receipt.change_id.clone());
            state.setup_made = made;
            state.letta_password.take()
        });
        let registry = open.registry().clone();
        let admin = blocking(move || Ok(registry.read(crate::open::first_admin)?)).await?;
        let mut findings = Vec::new();
        if let Some(admin) = admin.filter(|_| self.env().exclusive) {
            // The setup stands; somebody can still sign in by hand.
            if let Err(error) = self.begin_session(admin).await {
                findings.push(told("session_failed", &error));
            }
        }
        if let (Some(password), Some(_)) = (letta, &waiting.draft.letta_url) {
            let at = open.clone();
            let stored = blocking(move || Ok(at.secrets()?.set(super::build::LETTA_PASSWORD, &password)?)).await;
            findings.extend(stored.err().map(|error| told("letta_password_not_kept", &error)));
        }
        self.changed(&["install", "tools", "agents", "changes"]);
        let summary_open = open.clone();
        let draft = waiting.draft.clone();
        let notes = pending.words.notes.clone();
        blocking(move || {
            let mut summary = summary(&summary_open, &draft, apply::receipt(receipt, notes))?;
            summary.receipt.undoable = true;
            summary.findings.extend(findings);
            // Last, so that a crash before this is told as a setup that was finished.
            answers::finish(summary_open.env())?;
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
                steps: row.steps,
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
        let (env, made, state_dir) = (
            self.env().clone(),
            self.with_state(|state| state.setup_made.clone()),
            open.registry().path().parent().map(std::path::Path::to_owned).unwrap_or_default(),
        );
        let undone = open.clone();
        // Made before anything is given up: where something stands in the way, the session goes on.
        let plan = blocking(move || Ok(undone.engine().plan_undo(&change)?)).await?;
        let trash = state_dir.join("trash").join(&plan.id);
        let undone = open.clone();
        blocking(move || {
            let actor = sanctum_change::Actor { user_id: None, name: person, via: sanctum_change::Via::App };
            let clock = undone.env().clock.clone();
            undone.engine().apply(&plan, &actor, &move || clock(), &ApplyControl::quiet())?;
            Ok(())
        })
        .await?;
        self.sign_out_quietly(&open).await;
        self.with_state(|state| {
            state.open = None;
            state.setup_change = None;
        });
        blocking(move || {
            let root = open.root().to_owned();
            last_handle(open);
            // What undo moved there is what the setup itself had built, and its journal goes too.
            match std::fs::remove_dir_all(&trash) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(bootstrap::left_behind(&trash, &error));
                }
                _ => {}
            }
            Bootstrap { root, state_dir, made }.remove()?;
            crate::files::forget(&env.data_dir.join("app.json"))
        })
        .await?;
        self.state().await
    }
}

/// Waits, for a moment, until nobody else has the install in hand: a connection that closes later would remove files of
/// whatever stands there then.
fn last_handle(mut open: Arc<Open>) {
    for _ in 0..60 {
        match Arc::try_unwrap(open) {
            Ok(last) => return drop(last),
            Err(shared) => open = shared,
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

fn told(code: &str, error: &ApiError) -> dto::Finding {
    dto::Finding {
        code: code.to_owned(),
        level: dto::FindingLevel::Warn,
        message: error.message.clone(),
        hint: error.hint.clone(),
        path: None,
    }
}

/// Bootstraps, journals, applies; on any failure everything is taken back and the answers stay.
fn carry_out(
    env: &AppEnv,
    pending: &Pending,
    waiting: &Waiting,
    control: &ApplyControl,
) -> ApiResult<(sanctum_change::Receipt, Vec<std::path::PathBuf>)> {
    let _only = answers::only_one(env)?;
    let before = answers::read(env)?;
    let bootstrap = Bootstrap::intend(&waiting.target.root, &waiting.target.state_dir);
    let kept = |stage, message: String, bootstrap| Kept {
        draft: waiting.draft.clone(),
        saved_at: stamps::rfc3339(env.now()),
        stage,
        message,
        bootstrap,
    };
    {
        let _one_after_the_other = answers::turn();
        answers::keep(env, &kept(Stage::Applying, String::new(), Some(bootstrap.clone())))?;
    }
    let held = match bootstrap.claim() {
        Ok(held) => held,
        Err(error) => {
            give_up(env, before, &kept(Stage::Answering, String::new(), None))?;
            return Err(error);
        }
    };
    let done = try_carry_out(env, pending, &bootstrap, &waiting.username, control);
    match done {
        Ok(receipt) => {
            drop(held);
            Ok((receipt, bootstrap.made))
        }
        // The journal knows what is left to take back, so it stays; the next start settles it.
        Err(error) if error.code == "change_unfinished" || error.code == "change_needs_you" => Err(error),
        Err(error) => {
            bootstrap.remove()?;
            give_up(env, before, &kept(Stage::Answering, String::new(), None))?;
            Err(error)
        }
    }
}

/// The window opens again with the answers; a terminal has them in its history and leaves the window's as they were.
fn give_up(env: &AppEnv, before: Option<Kept>, answers: &Kept) -> ApiResult<()> {
    match before.filter(|kept| !env.exclusive && kept.stage != Stage::Applying) {
        _ if env.exclusive => answers::keep(env, answers),
        Some(window) => answers::keep(env, &window),
        None => answers::finish(env),
    }
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
    let names: Vec<String> =
        open.registry().read(sanctum_registry::agents::all)?.iter().map(|a| a.title().to_owned()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    created.push(fact(if names.len() == 1 { "Prime" } else { "Primes" }, crate::words::list(&names), false));
    created.push(fact("Tools", info.tools.to_string(), false));
    created.push(fact("Registry", open.env().short(open.registry().path()), true));
    let venv = ["agents/venv", "venv"].into_iter().find(|dir| open.root().join(dir).join("bin/python").exists());
    created.push(fact("Python", venv.unwrap_or("not built yet").to_owned(), venv.is_some()));
    created.push(fact("Administrator", draft.admin_user.trim().to_owned(), false));
    // What was taken over may be linked already; each agent says so itself.
    if draft.letta_url.is_none() && draft.mode != "adopt" {
        receipt.notes.push("Letta is not connected yet; the agents show “not linked” until it is.".to_owned());
    }
    Ok(SetupSummary { receipt, root: info.root, root_short: info.root_short, created, findings: Vec::new() })
}
