//! Everything at one glance, and what follows from each look: history, the record of changes, notifications, the icon.
//!
//! What is told goes by who looks on: nobody's names reach a window that is locked.

use std::collections::HashMap;
use std::sync::Arc;

use sanctum_modules::health::{Because, NewsKind, Sample, Seen, Word};
use sanctum_registry::module_events::{self, NewModuleEvent};

use super::list::{rows, startable};
use crate::app::App;
use crate::blocking::blocking;
use crate::cards::word_text;
use crate::dto::{ChangedEvent, ModuleRow, Notice, Overview, Problem, RunState, StatusWord};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiResult, stamps};

impl App {
    /// Everything at one glance, of what the actor may see.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn overview(&self, actor: &Actor) -> ApiResult<Overview> {
        let open = self.opened().await?;
        let actor = actor.clone();
        blocking(move || {
            let (rows, ground) = rows(&open, &actor)?;
            Ok(sum(&rows, Some(stamps::rfc3339(ground.now))))
        })
        .await
    }
}

/// "Broca of Athena".
pub(crate) fn named(row: &ModuleRow) -> String {
    match &row.agent_title {
        Some(agent) => format!("{} of {agent}", row.title),
        None => row.title.clone(),
    }
}

pub(crate) fn sum(rows: &[ModuleRow], measured_at: Option<String>) -> Overview {
    let running = rows.iter().filter(|row| row.pid.is_some()).count();
    let can_start = rows.iter().filter(|row| startable(row)).count();
    let mut problems: Vec<Problem> = rows
        .iter()
        .filter(|row| row.needs_you)
        .map(|row| Problem { id: row.id.clone(), title: named(row), status: row.status.clone() })
        .collect();
    problems.sort_by_key(|problem| problem.title.to_lowercase());
    let word = match (problems.is_empty(), running) {
        (false, _) => StatusWord::Degraded,
        (true, 0) => StatusWord::Off,
        (true, _) if rows.iter().any(|row| row.pid.is_some() && row.status.word == StatusWord::Unknown) => {
            StatusWord::Unknown
        }
        (true, _) => StatusWord::Healthy,
    };
    let of = format!("{running} of {} running", rows.len());
    let text = match problems.len() {
        _ if rows.is_empty() => "No modules yet".to_owned(),
        0 => of,
        1 => format!("{of}, 1 needs you"),
        n => format!("{of}, {n} need you"),
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Overview { word, text, problems, running: count(running), can_start: count(can_start), measured_at }
}

/// Whether anything runs, by the last look: then the next one comes sooner.
pub(crate) fn any_runs(open: &Open) -> bool {
    let busy = |state| !matches!(state, RunState::Stopped | RunState::GaveUp);
    lock(&open.live).ground.as_ref().is_some_and(|ground| ground.looks.values().any(|l| l.runs() || busy(l.state)))
}

/// Takes in what was just measured.
pub(crate) fn after_look(open: &Arc<Open>) {
    if let Err(error) = take_in(open) {
        eprintln!("What was measured could not be kept: {}", error.message);
    }
}

fn take_in(open: &Arc<Open>) -> ApiResult<()> {
    let all = everybody();
    let (rows, ground) = rows(open, &all)?;
    samples(open, &rows, &ground);
    let (turned, first) = changes(open, &rows);
    if !turned.is_empty() {
        note(open, &turned)?;
    }
    if !first.is_empty() {
        record(open, &first)?;
    }
    news(open, &rows);
    crate::plugins::look_for_culprit(open, &ground);
    let viewer = lock(&open.runs.viewer).clone();
    let at = Some(stamps::rfc3339(ground.now));
    let shown = match &viewer {
        Some(actor) if actor.role != "admin" => sum(&super::list::rows(open, actor)?.0, at),
        Some(_) => sum(&rows, at),
        // Nobody looks on: that something needs somebody may be seen, and not what.
        None => Overview { problems: Vec::new(), ..sum(&rows, at) },
    };
    let runs = shown.running > 0;
    let told = lock(&open.runs.told).replace(shown.clone());
    let differs = told
        .is_none_or(|told| Overview { measured_at: None, ..told } != Overview { measured_at: None, ..shown.clone() });
    open.sink.overview(shown);
    // Processor and memory move at each look; while something runs the list is read again.
    if differs || runs {
        open.sink.changed(ChangedEvent { topics: vec!["modules".to_owned()], source: "app".to_owned() });
    }
    Ok(())
}

/// An administrator's eyes, for what is kept and not shown.
pub(crate) fn everybody() -> Actor {
    Actor { user_id: 0, name: String::new(), role: "admin".to_owned(), via: crate::Via::App }
}

fn word(word: StatusWord) -> Word {
    match word {
        StatusWord::Healthy | StatusWord::Active => Word::Healthy,
        StatusWord::Degraded | StatusWord::Error => Word::Degraded,
        StatusWord::Off | StatusWord::Inactive => Word::Off,
        StatusWord::Ready => Word::Ready,
        StatusWord::Unknown => Word::Unknown,
    }
}

fn samples(open: &Open, rows: &[ModuleRow], ground: &crate::cards::Ground) {
    let mut history = lock(&open.runs.history);
    for row in rows.iter().filter(|row| row.pid.is_some() || row.needs_you) {
        let answer = row.port.and_then(|port| ground.answers.get(&u16::try_from(port).ok()?));
        history.push(
            &row.id,
            Sample {
                at: ground.now,
                word: word(row.status.word),
                latency: answer.filter(|answer| answer.ok && row.listens).map(|answer| answer.latency),
                cpu: row.cpu,
                memory: row.memory.map(|bytes| bytes as u64),
            },
        );
    }
}

/// Whose word is another than at the look before, and who was not looked at before, which is no change.
fn changes<'a>(open: &Open, rows: &'a [ModuleRow]) -> (Vec<&'a ModuleRow>, Vec<&'a ModuleRow>) {
    let mut last = lock(&open.runs.last);
    let now: HashMap<String, StatusWord> = rows.iter().map(|row| (row.id.clone(), row.status.word)).collect();
    let before = std::mem::replace(&mut *last, now);
    let turned = |row: &&ModuleRow| before.get(&row.id).is_some_and(|word| *word != row.status.word);
    (rows.iter().filter(turned).collect(), rows.iter().filter(|row| !before.contains_key(&row.id)).collect())
}

/// What the registry's own column says of those seen for the first time is of an earlier run of this app; where it differs it is put right.
fn record(open: &Open, first: &[&ModuleRow]) -> ApiResult<()> {
    let snap = crate::settings::Snapshot::of(open)?;
    let kept = open.registry().read(sanctum_registry::tool_instances::all)?;
    let stale: Vec<_> = first
        .iter()
        .filter_map(|row| {
            let path = snap.find(&row.id).ok()?.path.clone()?;
            let word = registry_word(row.status.word);
            kept.iter().any(|one| one.path.as_ref() == Some(&path) && one.status != word).then_some((word, path))
        })
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    open.registry().write(|tx| {
        for (word, path) in &stale {
            tx.execute("UPDATE tool_instances SET status = ?1 WHERE path = ?2", (word, path))?;
        }
        Ok::<_, sanctum_registry::RegistryError>(())
    })?;
    Ok(())
}

fn note(open: &Open, turned: &[&ModuleRow]) -> ApiResult<()> {
    let snap = crate::settings::Snapshot::of(open)?;
    let now = open.env().now();
    open.registry().write(|tx| {
        for row in turned {
            let Some(path) = snap.find(&row.id).ok().and_then(|target| target.path.as_deref()) else { continue };
            let event = NewModuleEvent {
                path,
                at: now,
                kind: "health",
                word: Some(word_text(row.status.word)),
                text: &row.status.reason,
                by: None,
            };
            module_events::add(tx, &event)?;
            // The registry's own column says the same as every other place.
            tx.execute(
                "UPDATE tool_instances SET status = ?1 WHERE path = ?2 AND status <> ?1",
                (registry_word(row.status.word), path),
            )?;
        }
        Ok::<_, sanctum_registry::RegistryError>(())
    })?;
    Ok(())
}

fn registry_word(word: StatusWord) -> &'static str {
    match word {
        StatusWord::Error => "Degraded",
        StatusWord::Active | StatusWord::Inactive => "Unknown",
        other => word_text(other),
    }
}

/// What a person should hear of wherever they are.
fn news(open: &Open, rows: &[ModuleRow]) {
    let letta = rows.iter().find(|row| row.module.starts_with("letta") && row.needs_you);
    let seen: Vec<Seen> = rows
        .iter()
        .map(|row| Seen {
            id: row.id.clone(),
            title: named(row),
            word: word(row.status.word),
            reason: row.status.reason.clone(),
            wanted: matches!(row.state, RunState::Waiting | RunState::GaveUp | RunState::Running),
            because: letta.filter(|letta| row.module == "broca2" && row.id != letta.id).map(|letta| Because {
                key: letta.id.clone(),
                title: named(letta),
                words: letta.status.reason.clone(),
            }),
        })
        .collect();
    for news in lock(&open.runs.news).look(&seen) {
        let recovered = news.kind == NewsKind::Recovered;
        tell(open, &news.ids, Notice { title: news.title, text: news.text }, recovered);
    }
}

/// Tells something about these instances that needs somebody, once.
pub(crate) fn hear(open: &Open, ids: &[String], title: String, text: String) {
    tell(open, ids, Notice { title, text }, false);
}

/// Who may not see one of them, or is not there, hears only that something needs somebody.
fn tell(open: &Open, ids: &[String], notice: Notice, recovered: bool) {
    let viewer = lock(&open.runs.viewer).clone();
    let may = match &viewer {
        None => false,
        Some(actor) if actor.role == "admin" => true,
        Some(actor) => rows_of(open, actor).is_some_and(|seen| ids.iter().all(|id| seen.contains(id))),
    };
    if may {
        open.sink.notice(notice);
    } else if !recovered {
        open.sink.notice(Notice {
            title: "Sanctum needs you".to_owned(),
            text: "Open it and sign in to see what it is.".to_owned(),
        });
    }
}

fn rows_of(open: &Open, actor: &Actor) -> Option<Vec<String>> {
    let snap = crate::settings::Snapshot::of(open).ok()?;
    let seen = super::instances::seen(open, &snap, actor).ok()?;
    Some(seen.into_iter().map(|instance| instance.address).collect())
}
