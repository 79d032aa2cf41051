//! A change that modules run on is tried: those that run are started again with it and watched for a while. Where one does not come
//! up, the caller takes the change back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::act::{self, Wish};
use super::instances::{self, Instance};
use super::look;
use crate::cards::{Ground, Rows, measure};
use crate::dto::{ProgressEvent, RunState, StatusWord, StepState};
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult};

/// Between two looks at what is tried.
const LOOK: Duration = Duration::from_millis(700);

/// What came of it.
pub(crate) enum Tried {
    /// None of them ran, so there was nothing to try.
    Nothing,
    /// All are well, in words for the receipt.
    Well(Vec<String>),
    /// One is not: its name and what was seen.
    Failed { named: String, words: String },
    /// Somebody asked to stop; they were started again and not watched to the end.
    Stopped,
}

/// Of these addresses, those that run now.
pub(crate) fn that_run(open: &Open, addresses: &[String]) -> ApiResult<Vec<String>> {
    let snap = Snapshot::of(open)?;
    let all = instances::all(open, &snap)?;
    Ok(all
        .iter()
        .filter(|instance| addresses.contains(&instance.address))
        .filter(|instance| look::at(open, instance).runs())
        .map(|instance| instance.address.clone())
        .collect())
}

/// Starts those of `addresses` again and watches them until `stop` is set. `job` is the plan that the window shows the progress of.
pub(crate) fn run(
    open: &Arc<Open>,
    actor: &Actor,
    addresses: &[String],
    job: &str,
    stop: &AtomicBool,
) -> ApiResult<Tried> {
    open.settings.forget();
    let snap = Snapshot::of(open)?;
    let mut chosen = instances::all(open, &snap)?;
    chosen.retain(|instance| addresses.contains(&instance.address));
    if chosen.is_empty() {
        return Ok(Tried::Nothing);
    }
    if stop.load(Ordering::SeqCst) {
        return Ok(Tried::Stopped);
    }
    tell(open, job, "Restarting what runs on it", None);
    let outcomes = act::run(open, &snap, actor, chosen.clone(), Wish::Restart);
    if let Some(failed) = outcomes.iter().find(|outcome| !outcome.done) {
        return Ok(Tried::Failed { named: failed.title.clone(), words: failed.text.clone() });
    }
    let until = Instant::now() + open.env().trial;
    loop {
        let seen = chosen.iter().map(|instance| look_at(open, instance)).collect::<ApiResult<Vec<_>>>()?;
        let over = Instant::now() >= until;
        if stop.load(Ordering::SeqCst) {
            return Ok(Tried::Stopped);
        }
        for (instance, seen) in chosen.iter().zip(&seen) {
            if seen.gone || over && seen.word == StatusWord::Degraded {
                return Ok(Tried::Failed { named: instance.named.clone(), words: seen.reason.clone() });
            }
        }
        if over {
            let words = chosen.iter().zip(&seen).map(|(instance, seen)| format!("{}: {}", instance.named, seen.reason));
            return Ok(Tried::Well(words.collect()));
        }
        let left = until.saturating_duration_since(Instant::now()).as_secs() + 1;
        let line = seen.first().map(|seen| seen.reason.clone());
        tell(open, job, &format!("Watching it for {left} s more"), line);
        std::thread::sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
    }
}

/// Starts those of `addresses` again without watching them; the words of those that do not come up.
pub(crate) fn start_again(open: &Arc<Open>, actor: &Actor, addresses: &[String]) -> ApiResult<Vec<String>> {
    open.settings.forget();
    let snap = Snapshot::of(open)?;
    let mut chosen = instances::all(open, &snap)?;
    chosen.retain(|instance| addresses.contains(&instance.address));
    let outcomes = act::run(open, &snap, actor, chosen, Wish::Restart);
    let failed = outcomes.into_iter().filter(|outcome| !outcome.done);
    Ok(failed.map(|outcome| format!("{}: {}", outcome.title, outcome.text)).collect())
}

struct Seen {
    word: StatusWord,
    reason: String,
    /// It ended: waiting does not help.
    gone: bool,
}

fn look_at(open: &Open, instance: &Instance) -> ApiResult<Seen> {
    let ground = Ground::look(open, &Rows::read(open)?);
    let status = measure(&ground, &instance.dir, &instance.module, instance.port);
    let state = ground.looks.get(&instance.dir).map_or(RunState::Stopped, |look| look.state);
    let gone = matches!(state, RunState::Stopped | RunState::Waiting | RunState::GaveUp);
    crate::plan::lock(&open.live).ground = Some(Arc::new(ground));
    Ok(Seen { word: status.word, reason: status.reason, gone })
}

fn tell(open: &Open, job: &str, title: &str, line: Option<String>) {
    open.sink.progress(ProgressEvent {
        job: job.to_owned(),
        step: u32::MAX,
        total: 0,
        group: "Trying it".to_owned(),
        title: title.to_owned(),
        state: StepState::Running,
        line,
        elapsed_ms: 0,
    });
}
