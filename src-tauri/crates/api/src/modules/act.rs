//! Starting, stopping and restarting instances: one, some, or all in the order in which they need each other.
//!
//! What an instance is run with is settled at each start. Who did it is noted. Nothing here decides whether one runs already: the
//! keeper does, with its lock in hand.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use sanctum_modules::control::{self, Outcome, StartError, StopError, Stopped};
use sanctum_modules::found::Now;
use sanctum_modules::record::State;
use sanctum_registry::module_events::{self, NewModuleEvent};

use super::instances::{self, Instance};
use super::list::{self, goes_on, startable};
use super::{look, order, recipe, system};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{ChangedEvent, ModuleOutcome};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// How long a start is watched before “it runs and has not said that it is ready” is answer enough.
const WAIT: Duration = Duration::from_secs(20);
/// Started or stopped side by side at most.
const SIDE_BY_SIDE: usize = 4;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Start,
    Stop,
    Restart,
}

impl App {
    /// Starts instances in the order in which they need each other; without ids all that can be started.
    ///
    /// # Errors
    /// `not_allowed`, `module_unknown`. What becomes of each is in its outcome.
    pub async fn modules_start(&self, actor: &Actor, ids: &[String]) -> ApiResult<Vec<ModuleOutcome>> {
        self.act(actor, ids, Wish::Start).await
    }

    /// Stops instances in the opposite order; without ids all that run.
    ///
    /// # Errors
    /// As [`App::modules_start`].
    pub async fn modules_stop(&self, actor: &Actor, ids: &[String]) -> ApiResult<Vec<ModuleOutcome>> {
        self.act(actor, ids, Wish::Stop).await
    }

    /// Stops and starts instances with their settings of now; without ids all that run.
    ///
    /// # Errors
    /// As [`App::modules_start`].
    pub async fn modules_restart(&self, actor: &Actor, ids: &[String]) -> ApiResult<Vec<ModuleOutcome>> {
        self.act(actor, ids, Wish::Restart).await
    }

    async fn act(&self, actor: &Actor, ids: &[String], wish: Wish) -> ApiResult<Vec<ModuleOutcome>> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (actor, ids) = (actor.clone(), ids.to_vec());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let chosen = chosen(&open, &snap, &actor, &ids, wish)?;
            Ok(run(&open, &snap, &actor, chosen, wish))
        })
        .await
    }

    /// Whether the secrets of those can be had that [`App::modules_start`] would start, or [`App::modules_restart`] again.
    ///
    /// # Errors
    /// `module_unknown`, and what the secret store says of the first whose secrets it does not give.
    pub async fn modules_secrets_at_hand(&self, actor: &Actor, ids: &[String], again: bool) -> ApiResult<()> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (actor, ids) = (actor.clone(), ids.to_vec());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let wish = if again { Wish::Restart } else { Wish::Start };
            let chosen = chosen(&open, &snap, &actor, &ids, wish)?;
            chosen.iter().try_for_each(|instance| recipe::secrets_at_hand(&open, &snap, instance))
        })
        .await
    }
}

/// The instances that were named; without names all that the wish fits.
fn chosen(open: &Arc<Open>, snap: &Snapshot, actor: &Actor, ids: &[String], wish: Wish) -> ApiResult<Vec<Instance>> {
    if !ids.is_empty() {
        return ids.iter().map(|id| instances::find(open, snap, actor, id)).collect();
    }
    let (rows, _) = list::rows(open, actor)?;
    let fits = |row: &crate::dto::ModuleRow| match wish {
        Wish::Start => startable(row),
        // One that waits for its next try would come back by itself.
        Wish::Stop => goes_on(row),
        Wish::Restart => row.pid.is_some(),
    };
    let ids: HashSet<String> = rows.into_iter().filter(fits).map(|row| row.id).collect();
    let mut all = instances::seen(open, snap, actor)?;
    all.retain(|instance| ids.contains(&instance.address));
    Ok(all)
}

/// What runs on these addresses keeps running while its secrets cannot be had: said before anything is changed.
///
/// # Errors
/// What the secret store says.
pub(crate) fn secrets_for(open: &Open, addresses: &[String]) -> ApiResult<()> {
    let snap = Snapshot::of(open)?;
    let mut all = instances::all(open, &snap)?;
    all.retain(|instance| addresses.contains(&instance.address));
    all.iter().try_for_each(|instance| recipe::secrets_at_hand(open, &snap, instance))
}

/// Does it, rank by rank.
pub(crate) fn run(
    open: &Arc<Open>,
    snap: &Snapshot,
    actor: &Actor,
    chosen: Vec<Instance>,
    wish: Wish,
) -> Vec<ModuleOutcome> {
    let mut ranks = order::ranks(chosen);
    let mut outcomes = Vec::new();
    if wish == Wish::Restart && ranks.len() > 1 {
        for rank in &mut ranks {
            rank.retain(|instance| match ready(open, snap, instance) {
                Ok(()) => true,
                Err(error) => {
                    outcomes.push(outcome(instance, Err(error)));
                    false
                }
            });
        }
        // What others need is not taken from under them while they run.
        ranks.reverse();
        let stopped: Vec<_> = ranks.iter().map(|rank| side_by_side(open, snap, actor, rank, Wish::Stop)).collect();
        ranks.reverse();
        let failed: HashSet<String> =
            stopped.iter().flatten().filter(|o| !o.done).map(|outcome| outcome.id.clone()).collect();
        outcomes.extend(stopped.into_iter().flatten().filter(|outcome| !outcome.done));
        for rank in &ranks {
            let rest: Vec<Instance> = rank.iter().filter(|i| !failed.contains(&i.address)).cloned().collect();
            outcomes.extend(side_by_side(open, snap, actor, &rest, Wish::Start));
        }
    } else {
        if wish == Wish::Stop {
            ranks.reverse();
        }
        for rank in &ranks {
            outcomes.extend(side_by_side(open, snap, actor, rank, wish));
        }
    }
    crate::cards::again(open);
    outcomes
}

fn side_by_side(open: &Arc<Open>, snap: &Snapshot, actor: &Actor, rank: &[Instance], wish: Wish) -> Vec<ModuleOutcome> {
    let mut outcomes = Vec::new();
    for some in rank.chunks(SIDE_BY_SIDE) {
        outcomes.extend(std::thread::scope(|scope| {
            let doing: Vec<_> =
                some.iter().map(|instance| scope.spawn(move || one(open, snap, actor, instance, wish))).collect();
            doing.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
        }));
        open.sink.changed(ChangedEvent { topics: vec!["modules".to_owned()], source: "app".to_owned() });
    }
    outcomes
}

fn one(open: &Open, snap: &Snapshot, actor: &Actor, instance: &Instance, wish: Wish) -> ModuleOutcome {
    if wish != Wish::Stop && !lock(&open.runs.acting).insert(instance.address.clone()) {
        let hint = "Wait until that is done; Stop ends it.";
        return outcome(instance, Err(ApiError::refused("module_starting", "it is being started already", hint)));
    }
    let done = match wish {
        Wish::Start => start(open, snap, actor, instance),
        Wish::Stop => stop(open, actor, instance),
        Wish::Restart => ready(open, snap, instance)
            .and_then(|()| stop(open, actor, instance))
            .and_then(|_| start(open, snap, actor, instance)),
    };
    if wish != Wish::Stop {
        lock(&open.runs.acting).remove(&instance.address);
    }
    outcome(instance, done)
}

fn outcome(instance: &Instance, done: ApiResult<String>) -> ModuleOutcome {
    let (done, text, hint) = match done {
        Ok(text) => (true, text, None),
        Err(error) => (false, error.message, Some(error.hint).filter(|hint| !hint.is_empty())),
    };
    ModuleOutcome { id: instance.address.clone(), title: instance.named.clone(), done, text, hint }
}

/// Whether it could be started again: nothing is stopped that would then stay down.
fn ready(open: &Open, snap: &Snapshot, instance: &Instance) -> ApiResult<()> {
    if instance.run.by_system {
        return Ok(());
    }
    recipe::of(open, snap, instance).map(drop)
}

fn start(open: &Open, snap: &Snapshot, actor: &Actor, instance: &Instance) -> ApiResult<String> {
    if instance.run.by_system {
        let text = system::start(open, instance)?;
        note(open, actor, instance, "started", &text);
        return Ok(text);
    }
    let launcher = launcher(open)?;
    let recipe = recipe::of(open, snap, instance)?;
    if let Some(taken) = taken(open, instance, look::at(open, instance).process.is_some()) {
        return Err(taken);
    }
    let started = control::start(&launcher, &recipe, &instance.state_dir, WAIT);
    let text = match started {
        Ok(started) => match started.outcome {
            Outcome::Running => format!("runs as process {}", started.module.pid),
            Outcome::Starting => {
                format!("runs as process {}, and has not said yet that it is ready", started.module.pid)
            }
            Outcome::Ended { words, state } => {
                note(open, actor, instance, "started", &format!("ended again: {words}"));
                let more = match state {
                    State::Waiting { .. } => " It is tried again.",
                    State::GaveUp { .. } => " It is not tried again.",
                    _ => "",
                };
                let text = format!("{}.{more}", words.trim_end_matches('.'));
                return Err(ApiError::refused("module_ended", text, remedy(instance, &words)));
            }
        },
        Err(StartError::Runs(who)) => {
            return match who.kind {
                control::WhoKind::Keeper => Ok(format!("runs already: {}", who.words)),
                // Ours without its keeper, or started by hand: it goes on, and is looked after from now on.
                _ => adopt(open, actor, instance, &launcher, &recipe),
            };
        }
        Err(error) => return Err(not_started(&error)),
    };
    note(open, actor, instance, "started", &text);
    Ok(text)
}

/// What helps where it is known from how it ended.
fn remedy(instance: &Instance, words: &str) -> String {
    if words.contains("No module named") {
        let env = if instance.agent.is_some() { "agents" } else { instance.module.as_str() };
        return format!("`sanctumctl python install {env}` installs what its code asks for. Its log says more.");
    }
    match &instance.agent {
        Some((_, uid, _)) if words.contains("AGENT_ID is not set") => format!(
            "Link its agent to one in Letta first: `sanctumctl letta agents` lists them, `sanctumctl agents link {uid} ID` does it."
        ),
        _ => "Its log says more.".to_owned(),
    }
}

/// Puts a keeper over what runs already.
fn adopt(
    open: &Open,
    actor: &Actor,
    instance: &Instance,
    launcher: &std::path::Path,
    recipe: &sanctum_modules::recipe::Recipe,
) -> ApiResult<String> {
    let Some(process) = look::at(open, instance).process else {
        return Err(not_started(&StartError::NotAdopted { reason: "It ended at this moment.".to_owned() }));
    };
    control::adopt(launcher, recipe, &instance.state_dir, &process).map_err(|error| not_started(&error))?;
    let text = format!("ran already as {process}; it is looked after from now on");
    note(open, actor, instance, "started", &text);
    Ok(text)
}

fn not_started(error: &StartError) -> ApiError {
    ApiError::refused("module_not_started", error.to_string(), "Its log and its page say more; then try again.")
}

/// Somebody else on its port: a start would only fail in its own words.
fn taken(open: &Open, instance: &Instance, runs: bool) -> Option<ApiError> {
    let port = instance.port.filter(|_| !runs)?;
    crate::cards::health::probe(&instance.known?.health)?;
    let listener = crate::cards::listening(std::iter::once(port)).remove(&port)?;
    let _ = open;
    Some(ApiError::refused(
        "port_held",
        format!("Port {port}, which is kept for it, is held by {listener}."),
        "Stop that program, or give this module another port under Ports.",
    ))
}

pub(crate) fn stop(open: &Open, actor: &Actor, instance: &Instance) -> ApiResult<String> {
    let by_system = if instance.run.by_system { system::stop(open, instance)? } else { None };
    // What was started by hand, or outlived what the system ran, is not the system's to end.
    let place = recipe::place(open, instance, true);
    let grace = instance
        .known
        .and_then(|known| known.entry.as_ref())
        .map_or(Duration::from_secs(12), |entry| Duration::from_secs(entry.stop_grace_s.into()));
    let stopped = control::stop(&place, grace).map_err(|error| {
        let hint = match &error {
            StopError::Record(_) => "Look at the file it names; the module itself was not touched.",
            _ => "Try again; its page shows which process it is.",
        };
        ApiError::refused("module_not_stopped", error.to_string(), hint)
    })?;
    let text = match (stopped, by_system) {
        (Stopped::Nothing, None) => return Ok("was not running".to_owned()),
        (Stopped::Nothing, Some(text)) => text,
        (Stopped::Ended { killed: false }, _) => "ended when it was asked to".to_owned(),
        (Stopped::Ended { killed: true }, _) => format!("did not end within {} s and was killed", grace.as_secs()),
    };
    note(open, actor, instance, "stopped", &text);
    Ok(text)
}

/// What keeps modules.
pub(crate) fn launcher(open: &Open) -> ApiResult<std::path::PathBuf> {
    open.env().ctl.clone().filter(|ctl| ctl.is_file()).ok_or_else(|| {
        ApiError::broken(
            "keeper_missing",
            "`sanctumctl`, which keeps modules running, is not beside this app.",
            "Install the app again as a whole.",
        )
    })
}

/// Takes over what goes on without a keeper: after the keeper was killed. Called when an install is opened.
pub(crate) fn take_over(open: &Open) {
    let Ok(snap) = Snapshot::of(open) else { return };
    let Ok(launcher) = launcher(open) else { return };
    let Ok(all) = instances::all(open, &snap) else { return };
    for instance in all.iter().filter(|instance| !instance.run.by_system) {
        let Ok(run) = control::look(&recipe::place(open, instance, false)) else { continue };
        let Now::Unkept { module } = run.now else { continue };
        // Secrets that cannot be had now are had at the next start; the module itself has its own.
        let Ok(recipe) = recipe::of(open, &snap, instance) else { continue };
        match control::adopt(&launcher, &recipe, &instance.state_dir, &module) {
            Ok(_) => note_as(open, None, instance, "adopted", &format!("{module} ran without its keeper")),
            Err(error) => eprintln!("{} could not be taken over: {error}", instance.named),
        }
    }
}

fn note(open: &Open, actor: &Actor, instance: &Instance, kind: &str, text: &str) {
    note_as(open, Some(&actor.name), instance, kind, text);
    crate::audit::note(open, Some(actor), &format!("module.{kind}"), &instance.address);
}

fn note_as(open: &Open, by: Option<&str>, instance: &Instance, kind: &str, text: &str) {
    let event = NewModuleEvent { path: &instance.path, at: open.env().now(), kind, word: None, text, by };
    if let Err(error) = open.registry().write(|tx| module_events::add(tx, &event)) {
        eprintln!("What was done with {} could not be kept: {error}", instance.named);
    }
}
