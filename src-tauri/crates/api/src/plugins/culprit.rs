//! A plugin that keeps its tool from running is put aside and named, and the rest goes on.
//!
//! Looked for where the window measures, at a tool that was given up: the traceback at the end of its log may name one of its plugins.
//! That is a suspicion, for a plugin may write into that log what it likes, so it is tried: the plugin is switched off by a change like
//! any other, and the tool is started again. Where it does not come up, the change is taken back. One content is tried once. That it is
//! tried is written down (`on_trial`): where this process ends before it is decided, the next start takes the change back.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sanctum_change::{self as change, ApplyControl, Plan};
use sanctum_plugins::read::Kind;
use sanctum_plugins::{blame, shown};

use super::kept::{self, Judged, judged_as};
use super::place::{self, Placed};
use super::switching;
use crate::cards::Ground;
use crate::dto::{ChangedEvent, RunState};
use crate::modules::{Look, Tried, covered, everybody, hear, look_now, said};
use crate::on_trial::{Mark, OnTrial, Suspicion};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult, Via, stamps};

/// Who does it, in the record of changes.
const BY: &str = "Sanctum";

/// A tool that was given up longer ago is not started again by itself: somebody may have left it so.
const RECENT: time::Duration = time::Duration::hours(1);

/// A plugin that a tool's last words name.
struct Suspect {
    placed: Placed,
    hash: String,
    line: String,
}

/// Looks at the tools that were given up since the last look, and tries the first suspicion beside whatever goes on.
pub(crate) fn look(open: &Arc<Open>, ground: &Ground) {
    let given_up = |look: &Look| look.state == RunState::GaveUp;
    // A tree that was taken over as it is is changed by the operator alone.
    if open.is_adopted() || !ground.looks.values().any(given_up) || open.plugins.judging.swap(true, Ordering::SeqCst) {
        return;
    }
    let open = open.clone();
    let looks: Vec<(PathBuf, Look)> =
        ground.looks.iter().filter(|(_, look)| given_up(look)).map(|(dir, look)| (dir.clone(), look.clone())).collect();
    std::thread::spawn(move || {
        let done = suspect(&open, &looks).and_then(|found| found.map_or(Ok(()), |found| judge(&open, &found)));
        if let Err(error) = done {
            eprintln!("Whether a plugin stops its tool could not be tried: {}", error.message);
        }
        open.plugins.judging.store(false, Ordering::SeqCst);
    });
}

fn suspect(open: &Open, given_up: &[(PathBuf, Look)]) -> ApiResult<Option<Suspect>> {
    let snap = Snapshot::of(open)?;
    let kept = kept::read(open)?;
    for tool in place::tools(open, &snap, &everybody())? {
        let Some((dir, look)) = given_up.iter().find(|(dir, _)| *dir == tool.instance.dir) else { continue };
        let busy = lock(&open.runs.acting).contains(tool.address())
            || lock(&open.plugins.bisects).contains_key(tool.address());
        let recent = |since: &time::OffsetDateTime| open.env().now() - *since < RECENT;
        let since = look.record.as_ref().map(|record| record.since).filter(recent);
        let Some(since) = since.filter(|_| !busy) else { continue };
        if !matches!(tool.takes, Some(Kind::Smcp | Kind::Broca))
            || lock(&open.plugins.considered).insert(dir.clone(), since) == Some(since)
        {
            continue;
        }
        let Some(blamed) = blame::blamed(&said(open, &tool.instance, look), dir) else { continue };
        let on = |placed: &Placed| placed.at.enabled && placed.at.name == blamed.name;
        let Some(placed) = place::of(&tool, &kept).into_iter().find(on) else { continue };
        let Ok(hash) = sanctum_fetch::content_hash(&placed.at.dir) else { continue };
        // Somebody may have started it since the look.
        let still = look_now(open, &tool.instance).state == RunState::GaveUp;
        if still && !kept.judged.contains_key(&judged_as(&placed.id(), &hash)) {
            return Ok(Some(Suspect { placed, hash, line: covered(&blamed.line) }));
        }
    }
    Ok(None)
}

fn judge(open: &Arc<Open>, suspect: &Suspect) -> ApiResult<()> {
    let (id, tool) = (suspect.placed.id(), suspect.placed.tool.instance.clone());
    let (name, key) = (shown(&suspect.placed.at.name), judged_as(&id, &suspect.hash));
    let actor = Actor { via: Via::App, ..open.console_actor(BY.to_owned())? };
    let now = || stamps::rfc3339(open.env().now());
    let verdict = |guilty| {
        kept::change(open, |kept| {
            kept.judged.insert(key.clone(), Judged { at: now(), guilty });
        })
    };
    let summary = format!("It was given up; its log ends with “{}”, in this plugin.", suspect.line);
    let snap = Snapshot::of(open)?;
    let plan = switching::aside(open, &snap, &suspect.placed, &summary)?;
    let about = [tool.address.clone()];
    let suspicion = Suspicion { plugin: id.clone(), key: key.clone(), name: name.clone(), tool: tool.named.clone() };
    let mark =
        Mark { change: Some(plan.id.clone()), tools: about.to_vec(), search: None, suspicion: Some(suspicion.clone()) };
    let on_trial = OnTrial::begin(open, &plan.id, &mark)?;
    // Before anything is done: a tool that takes this app with it does not make it do the same again.
    verdict(None)?;
    let change_id = match apply(open, &actor, &plan) {
        Ok(change_id) => change_id,
        Err(error) => {
            was_not_tried(open, &suspicion)?;
            on_trial.done();
            return Err(error);
        }
    };
    kept::change(open, |kept| {
        let reason = format!("{} did not start with it: {}", tool.title, suspect.line);
        kept.aside.insert(id.clone(), kept::Aside { reason, at: now() });
    })?;
    changed(open);
    let runs = || crate::modules::that_run(open, &about).is_ok_and(|up| !up.is_empty());
    let words = match crate::modules::try_out(open, &actor, &about, &change_id, &AtomicBool::new(false)) {
        Ok(Tried::Nothing | Tried::Well(_) | Tried::Stopped) => None,
        // It is up, and something else is not well with it.
        Ok(Tried::Failed { .. }) if runs() => None,
        Ok(Tried::Failed { words, .. }) => Some(words),
        Err(error) => Some(error.message),
    };
    match words {
        None => {
            verdict(Some(true))?;
            let text = format!(
                "{} did not start with it: {} It runs without it, and the other plugins are not touched.",
                tool.named,
                sentence(&suspect.line)
            );
            hear(open, &about, format!("{name} was put aside"), text);
        }
        Some(words) => {
            verdict(Some(false))?;
            let back =
                open.engine().plan_undo(&change_id).map_err(Into::into).and_then(|plan| apply(open, &actor, &plan));
            let after = match &back {
                Ok(_) => {
                    is_back(open, &suspicion)?;
                    "so it is on again as it was".to_owned()
                }
                Err(error) => format!("and it could not be switched on again: {}", error.message),
            };
            let text = format!("{} does not start without it either, {after}. {}", tool.named, sentence(&words));
            hear(open, &about, format!("{name} is not what stops {}", tool.named), text);
        }
    }
    on_trial.done();
    changed(open);
    Ok(())
}

/// Whether it was decided that its tool starts without it.
pub(crate) fn is_guilty(open: &Open, suspicion: &Suspicion) -> ApiResult<bool> {
    Ok(verdict_on(open, suspicion)? == Some(true))
}

/// Whether it was decided that its tool does not start without it either.
pub(crate) fn is_innocent(open: &Open, suspicion: &Suspicion) -> ApiResult<bool> {
    Ok(verdict_on(open, suspicion)? == Some(false))
}

fn verdict_on(open: &Open, suspicion: &Suspicion) -> ApiResult<Option<bool>> {
    Ok(kept::read(open)?.judged.get(&suspicion.key).and_then(|judged| judged.guilty))
}

/// It is on again, so it is not put aside any more.
pub(crate) fn is_back(open: &Open, suspicion: &Suspicion) -> ApiResult<()> {
    kept::change(open, |kept| {
        kept.aside.remove(&suspicion.plugin);
    })
}

/// Nothing was done, so it may be tried again, when the tool was given up again.
pub(crate) fn was_not_tried(open: &Open, suspicion: &Suspicion) -> ApiResult<()> {
    kept::change(open, |kept| {
        kept.judged.remove(&suspicion.key);
    })
}

/// Applies a plan of the app's own.
fn apply(open: &Open, actor: &Actor, plan: &Plan) -> ApiResult<String> {
    // It is nobody's: the record says that the app did it.
    let who = change::Actor { user_id: None, name: BY.to_owned(), via: change::Via::App };
    let clock = open.env().clock.clone();
    let done = open.engine().apply(plan, &who, &move || clock(), &ApplyControl::quiet())?;
    open.settings.forget();
    crate::audit::note(open, Some(actor), "change.applied", &done.change_id);
    Ok(done.change_id)
}

fn changed(open: &Open) {
    let topics = ["plugins", "changes", "tools", "modules"].map(str::to_owned).to_vec();
    open.sink.changed(ChangedEvent { topics, source: "app".to_owned() });
}

fn sentence(words: &str) -> String {
    format!("{}.", words.trim_end_matches('.'))
}

/// Forgets of plugins that are on why they were put aside: they were let out, and it went well.
pub(crate) fn let_out(open: &Open) -> ApiResult<()> {
    let kept = kept::read(open)?;
    if kept.aside.is_empty() {
        return Ok(());
    }
    let snap = Snapshot::of(open)?;
    let on: Vec<String> = place::tools(open, &snap, &everybody())?
        .iter()
        .flat_map(|tool| place::of(tool, &kept))
        .filter(|placed| placed.at.enabled && kept.aside.contains_key(&placed.id()))
        .map(|placed| placed.id())
        .collect();
    if on.is_empty() {
        return Ok(());
    }
    kept::change(open, |kept| kept.aside.retain(|id, _| !on.contains(id)))
}
