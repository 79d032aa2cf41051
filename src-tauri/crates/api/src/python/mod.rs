//! Python interpreters, and the environments that modules run in.
//!
//! Every change builds a new environment beside and swaps a link when it is whole (decision 015). Looking reads files and
//! runs nothing of an environment; checking and trying do, with a time limit, and end when nobody waits for them any more.

mod after;
mod change;
mod kept;
mod place;
mod plan;
mod view;

use std::sync::atomic::{AtomicBool, Ordering};

use sanctum_python::attempt::{self, Attempt, CommandError};
use sanctum_python::{Machine, State, pins, read};

use crate::app::App;
use crate::blocking::blocking;
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, dto};

pub(crate) use after::users_of;
use place::Place;

/// The environment that an instance runs in.
pub(crate) fn env_of(snap: &Snapshot, address: &str) -> Option<&'static str> {
    place::users(snap).into_iter().find(|user| user.address == address).map(|user| user.env)
}

fn check_of(env: &str) -> String {
    format!("python check {env}")
}

fn try_of(env: &str) -> String {
    format!("python try {env}")
}

impl App {
    /// Interpreters and environments as they are.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn python_view(&self, actor: &Actor) -> ApiResult<dto::PythonView> {
        let (open, who) = (self.opened().await?, actor.clone());
        blocking(move || view::all(&open, &who)).await
    }

    /// Checks one environment thoroughly: `pip check`, imports, pins. Runs its interpreter.
    ///
    /// # Errors
    /// `python_env_unknown`, `not_allowed`, `python_check_stopped`.
    pub async fn python_check(&self, actor: &Actor, env: &str) -> ApiResult<dto::PythonEnv> {
        actor.may_change()?;
        let running = self.opened().await?.stops.begin(check_of(env));
        let flag = running.flag();
        let checked = self.at_env(actor, env, move |open, who, snap, place| {
            let found = view::thorough(open, who, snap, place, &flag)?;
            // Half of a check is none: what was not looked at would seem to be well.
            if flag.load(Ordering::SeqCst) {
                return Err(ApiError::refused(
                    "python_check_stopped",
                    "The check was stopped.",
                    "Nothing was changed. Check again to know.",
                ));
            }
            Ok(found)
        });
        let checked = checked.await;
        drop(running);
        checked
    }

    /// Stops a running check of an environment, with what it runs. Whether there was one.
    ///
    /// # Errors
    /// `not_allowed`.
    pub async fn python_check_stop(&self, actor: &Actor, env: &str) -> ApiResult<bool> {
        actor.may_change()?;
        Ok(self.opened().await?.stops.stop(&check_of(env)))
    }

    /// The text of an environment's pins, with what its modules' code asks for and they do not name.
    ///
    /// # Errors
    /// `python_env_unknown`, `not_allowed`.
    pub async fn python_pins(&self, actor: &Actor, env: &str) -> ApiResult<dto::PythonPins> {
        actor.must_be_admin()?;
        self.at_env(actor, env, |open, _, snap, place| {
            let place::Pins { text, proposed } = place::asked(open.root(), place, &place::users(snap));
            Ok(dto::PythonPins { text, proposed })
        })
        .await
    }

    /// As [`App::python_pins`], where the code of modules asks for something that the pins file does not name.
    ///
    /// # Errors
    /// `python_env_unknown`, `not_allowed`.
    pub async fn python_asked(&self, actor: &Actor, env: &str) -> ApiResult<Option<String>> {
        actor.may_change()?;
        self.at_env(actor, env, |open, _, snap, place| {
            let asked = place::asked(open.root(), place, &place::users(snap));
            Ok(asked.proposed.map(|_| asked.text))
        })
        .await
    }

    /// What a change would do. Nothing is installed.
    ///
    /// # Errors
    /// As [`App::python_plan`]; `python_try_failed` where it could not be tried, `cancelled` where it was stopped. That it cannot be is a
    /// result, not an error.
    pub async fn python_try(&self, actor: &Actor, env: &str, change: &dto::PythonChange) -> ApiResult<dto::PythonTry> {
        actor.may_change()?;
        let change = change.clone();
        let running = self.opened().await?.stops.begin(try_of(env));
        let flag = running.flag();
        let tried = self.at_env(actor, env, move |open, _, snap, place| {
            let wanted = change::wanted(open, snap, place, &change)?;
            tried(open, place, &wanted, &flag)
        });
        let tried = tried.await;
        drop(running);
        tried
    }

    /// Stops what is being tried of an environment, with what it runs. Whether there was anything.
    ///
    /// # Errors
    /// `not_allowed`.
    pub async fn python_try_stop(&self, actor: &Actor, env: &str) -> ApiResult<bool> {
        actor.may_change()?;
        Ok(self.opened().await?.stops.stop(&try_of(env)))
    }

    /// The plan of a change.
    ///
    /// # Errors
    /// `python_env_unknown`, `python_env_exists`, `python_env_missing`, `python_refused`, `pins_refused`, `not_allowed`.
    pub async fn python_plan(&self, actor: &Actor, env: &str, change: &dto::PythonChange) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let (app, change) = (self.clone(), change.clone());
        self.at_env(actor, env, move |open, who, snap, place| {
            let wanted = change::wanted(open, snap, place, &change)?;
            let (plan, words) = plan::build(open, snap, place, &wanted)?;
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// What putting a kept environment back would change.
    ///
    /// # Errors
    /// `python_env_unknown`, `python_kept_unknown`.
    pub async fn python_diff(&self, actor: &Actor, env: &str, kept: &str) -> ApiResult<Vec<dto::PythonMove>> {
        let kept = kept.to_owned();
        self.at_env(actor, env, move |open, _, _, place| {
            let kept = kept::find(open, place, &kept)?;
            let now = read::read(&open.root().join(&place.link), Machine::here());
            let then = read::read(&kept.dir, Machine::here());
            Ok(moves(&now.versions(), &then.versions()))
        })
        .await
    }

    /// The plan of putting a kept environment back.
    ///
    /// # Errors
    /// `python_env_unknown`, `python_kept_unknown`, `python_kept_broken`, `not_allowed`.
    pub async fn python_rollback_plan(&self, actor: &Actor, env: &str, kept: &str) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let (app, kept) = (self.clone(), kept.to_owned());
        self.at_env(actor, env, move |open, who, snap, place| {
            let kept = kept::find(open, place, &kept)?;
            let (plan, words) = plan::rollback(open, snap, place, &kept)?;
            Ok(app.0.plans.keep(plan, words, Some(who.user_id), open.env().now()))
        })
        .await
    }

    async fn at_env<T, F>(&self, actor: &Actor, env: &str, work: F) -> ApiResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Open, &Actor, &Snapshot, &Place) -> ApiResult<T> + Send + 'static,
    {
        let (open, who, env) = (self.opened().await?, actor.clone(), env.to_owned());
        blocking(move || {
            let place = place::find(open.root(), &env)?;
            let snap = Snapshot::of(&open)?;
            work(&open, &who, &snap, &place)
        })
        .await
    }
}

fn tried(open: &Open, place: &Place, wanted: &change::Wanted, flag: &AtomicBool) -> ApiResult<dto::PythonTry> {
    let around = change::around(open.env());
    let (vars, _) = around.environment();
    let chosen = around.choose();
    let own_pip = wanted.env.runs() && wanted.env.packages.iter().any(|p| pins::normalise(&p.name) == "pip");
    let base = wanted.env.base.as_ref().and_then(|base| base.canonicalize().ok());
    let same = base.is_some() && base == wanted.python.real_path;
    let attempt = Attempt {
        python: &wanted.python.path,
        with_pip: (own_pip && same).then(|| wanted.env.program()),
        tool: &chosen.tool,
        pins: &wanted.pins,
        held: &wanted.held,
        version: wanted.python.version.as_deref(),
        vars: &vars,
        cwd: &open.root().join(place.home()),
    };
    let done = attempt.run(attempt::TIMEOUT, flag).map_err(|error| match error {
        CommandError::Cancelled => ApiError::refused("cancelled", "The try was called off.", "Nothing was changed."),
        error => ApiError::broken("python_try_failed", error.to_string(), "Nothing was changed. Try it again."),
    })?;
    let now = match wanted.env.state {
        State::Absent => Vec::new(),
        _ => wanted.env.versions(),
    };
    let moved = done.packages.as_ref().map(|packages| moves(&now, packages)).unwrap_or_default();
    Ok(dto::PythonTry {
        ok: done.packages.is_some(),
        moves: moved,
        conflicts: done.conflicts,
        output: done.output,
        took_ms: u32::try_from(done.took.as_millis()).unwrap_or(u32::MAX),
    })
}

/// What changes, without the tools of the environment itself.
fn moves(from: &[(String, String)], to: &[(String, String)]) -> Vec<dto::PythonMove> {
    let own = |moved: &sanctum_python::Move| ["pip", "setuptools", "wheel"].contains(&moved.name.as_str());
    sanctum_python::moves(from, to)
        .into_iter()
        .filter(|moved| !own(moved))
        .map(|moved| dto::PythonMove { name: moved.name, from: moved.from, to: moved.to })
        .collect()
}

/// Name and version of each package in an environment, by its id; nothing where there is none.
pub(crate) fn installed(open: &Open, env: &str) -> Vec<(String, String)> {
    let Ok(place) = place::find(open.root(), env) else { return Vec::new() };
    read::read(&open.root().join(&place.link), Machine::here()).versions()
}

/// Whether a version is one of those asked for; `None` where the words are not understood.
pub(crate) fn fits(asked: &str, version: &str) -> Option<bool> {
    if asked.trim().is_empty() {
        return Some(true);
    }
    sanctum_python::version::Wanted::parse(asked)?.fits(version)
}

/// The interpreter of an environment, or the first of the machine that fits where there is none.
pub(crate) fn interpreter(open: &Open, env: &str) -> std::path::PathBuf {
    if let Ok(place) = place::find(open.root(), env) {
        let own = open.root().join(&place.link).join("bin/python");
        if own.exists() {
            return own;
        }
    }
    let found = change::survey(open.env());
    found
        .into_iter()
        .find(|python| python.version.is_some())
        .map_or_else(|| "/usr/bin/python3".into(), |python| python.path)
}

/// The steps that add packages to an environment, tried first so that a conflict is said before anything is planned.
///
/// # Errors
/// `plugin_conflict` with the conflicts in words, and as [`App::python_plan`].
pub(crate) fn adding(open: &Open, env: &str, packages: &[String]) -> ApiResult<sanctum_change::Plan> {
    let snap = Snapshot::of(open)?;
    let place = place::find(open.root(), env)?;
    let wanted = change::wanted(open, &snap, &place, &dto::PythonChange::Add { packages: packages.to_vec() })?;
    let tried = tried(open, &place, &wanted, &AtomicBool::new(false))?;
    if !tried.ok {
        return Err(ApiError::refused(
            "plugin_conflict",
            format!("Its packages do not go together with what is installed. {}", tried.conflicts.join(" ")),
            "Change the pins under Python, or choose another version of the plugin.",
        )
        .with_details(tried.output));
    }
    Ok(plan::build(open, &snap, &place, &wanted)?.0)
}
