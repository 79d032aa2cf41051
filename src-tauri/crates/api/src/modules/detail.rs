//! One instance opened: facts, history, samples, its code and its logs.

use sanctum_install::catalogue::Entry;
use sanctum_registry::module_events;

use super::instances::{self, Instance};
use super::list::{self, Acts};
use super::{recipe, system};
use crate::app::App;
use crate::blocking::blocking;
use crate::cards::{Ground, Rows};
use crate::dto::{Fact, ModuleDetail, ModuleEvent, ModuleRow, ModuleSample, RunWay, StatusWord};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult, stamps};

/// Events shown.
const EVENTS: u32 = 60;

impl App {
    /// One instance with its history.
    ///
    /// # Errors
    /// `module_unknown` for one that is gone or that the actor may not see.
    pub async fn module_get(&self, actor: &Actor, id: &str) -> ApiResult<ModuleDetail> {
        let open = self.opened().await?;
        let (actor, id) = (actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &id)?;
            let ground = list::ground(&open)?;
            let row = list::row(&open, &snap, &ground, &Acts::read(&open)?, &instance);
            detail(&open, &ground, &instance, row)
        })
        .await
    }

    /// Measures now and gives one instance.
    ///
    /// # Errors
    /// As [`App::module_get`].
    pub async fn module_check(&self, actor: &Actor, id: &str) -> ApiResult<ModuleRow> {
        let open = self.opened().await?;
        let (actor, id) = (actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &id)?;
            let ground = std::sync::Arc::new(Ground::look(&open, &Rows::read(&open)?));
            lock(&open.live).ground = Some(ground.clone());
            Ok(list::row(&open, &snap, &ground, &Acts::read(&open)?, &instance))
        })
        .await
    }
}

fn detail(open: &Open, ground: &Ground, instance: &Instance, row: ModuleRow) -> ApiResult<ModuleDetail> {
    let events = events(open, ground, instance)?;
    let samples = lock(&open.runs.history)
        .of(&instance.address)
        .map(|sample| ModuleSample {
            at: stamps::rfc3339(sample.at),
            word: match sample.word {
                sanctum_modules::health::Word::Healthy => StatusWord::Healthy,
                sanctum_modules::health::Word::Degraded => StatusWord::Degraded,
                sanctum_modules::health::Word::Off => StatusWord::Off,
                sanctum_modules::health::Word::Ready => StatusWord::Ready,
                sanctum_modules::health::Word::Unknown => StatusWord::Unknown,
            },
            latency_ms: sample.latency.map(|latency| latency.as_secs_f64() * 1000.0),
            cpu: sample.cpu,
            memory: sample.memory.map(|bytes| bytes as f64),
        })
        .collect();
    Ok(ModuleDetail {
        facts: facts(open, ground, instance),
        events,
        samples,
        note: instance.known.and_then(|known| known.note.clone()),
        code: code(open, instance),
        can_install: instance.known.is_some_and(|known| known.entry.is_some()) && !open.is_adopted(),
        source: instance.known.and_then(|known| known.source.clone()),
        logs: logs(open, instance),
        no_system: system::cannot(open),
        row,
    })
}

/// What the registry and the keeper noted, the latest first.
fn events(open: &Open, ground: &Ground, instance: &Instance) -> ApiResult<Vec<ModuleEvent>> {
    let stored = open.registry().read(|c| module_events::of(c, &instance.path, EVENTS))?;
    let mut all: Vec<(Option<time::OffsetDateTime>, ModuleEvent)> = stored
        .into_iter()
        .map(|event| {
            let shown = ModuleEvent {
                at: event.at.map(stamps::rfc3339).unwrap_or_default(),
                kind: event.kind,
                word: event.word.as_deref().map(word),
                text: crate::diff::visible(&event.text),
                by: event.by,
            };
            (event.at, shown)
        })
        .collect();
    let kept = ground.looks.get(&instance.dir).and_then(|look| look.record.as_ref());
    all.extend(kept.into_iter().flat_map(|record| &record.events).map(|event| {
        let kind = serde_json::to_value(event.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
        let shown = ModuleEvent {
            at: stamps::rfc3339(event.at),
            kind: kind.unwrap_or_default(),
            word: None,
            text: crate::diff::visible(&event.text),
            by: None,
        };
        (Some(event.at), shown)
    }));
    all.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    all.truncate(EVENTS as usize);
    Ok(all.into_iter().map(|(_, event)| event).collect())
}

fn word(text: &str) -> StatusWord {
    match text {
        "Healthy" => StatusWord::Healthy,
        "Degraded" => StatusWord::Degraded,
        "Off" => StatusWord::Off,
        "Ready" => StatusWord::Ready,
        "Error" => StatusWord::Error,
        _ => StatusWord::Unknown,
    }
}

fn facts(open: &Open, ground: &Ground, instance: &Instance) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut fact = |name: &str, value: Option<String>, mono: bool| {
        if let Some(value) = value {
            facts.push(Fact { name: name.to_owned(), value: crate::diff::visible(&value), mono });
        }
    };
    let look = ground.looks.get(&instance.dir);
    let record = look.and_then(|look| look.record.as_ref());
    fact("Folder", Some(instance.path.clone()), true);
    let (program, arguments) = recipe::command_line(open, instance).unzip();
    fact("Program", program.map(|program| open.env().short(&program)), true);
    fact("Arguments", arguments.filter(|arguments| !arguments.is_empty()), true);
    fact("Log", Some(open.env().short(&recipe::log_dir(open, instance))), true);
    fact("Processes", look.filter(|look| look.runs()).map(|look| look.tree.len().to_string()), true);
    let kept = look.is_some_and(|look| look.runs() && !look.unkept && look.way != RunWay::ByHand);
    fact("Kept by", record.filter(|_| kept).map(|record| record.keeper.to_string()), true);
    fact("Last end", record.and_then(|record| record.last_exit.as_ref()).map(|exit| exit.words.clone()), false);
    fact("Tested with", instance.known.and_then(|known| known.tested_version.clone()), true);
    facts
}

/// What its `app/` is.
fn code(open: &Open, instance: &Instance) -> String {
    if instance.known.and_then(|known| known.entry.as_ref()).is_some_and(Entry::is_a_package) {
        return "a package of its Python environment".to_owned();
    }
    let app = instance.dir.join("app");
    if let Ok(to) = std::fs::read_link(&app) {
        return format!("a link to {}", open.env().short(&to));
    }
    let source = std::fs::read(app.join(".sanctum-source.json")).ok();
    let source: Option<serde_json::Value> = source.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(source) = source {
        let text = |key: &str| source.get(key).and_then(serde_json::Value::as_str).map(crate::diff::visible);
        let rev = text("commit").or_else(|| text("rev")).map(|rev| format!(" at {rev:.12}")).unwrap_or_default();
        return format!("from {}{rev}", text("from").unwrap_or_else(|| "an unknown place".to_owned()));
    }
    let own = instance.entry_point.as_ref().filter(|_| instance.known.is_none_or(|known| known.entry.is_none()));
    if let Some(file) = own.filter(|file| instance.dir.join(file).is_file()) {
        return format!("`{}` in its folder, as its manifest says", crate::diff::visible(file));
    }
    let some = std::fs::read_dir(&app).is_ok_and(|mut entries| entries.next().is_some());
    if some { "a folder, put there by somebody else".to_owned() } else { "no code yet".to_owned() }
}

/// Files of its log, newest first, relative to the root where they lie in it.
fn logs(open: &Open, instance: &Instance) -> Vec<String> {
    let dir = recipe::log_dir(open, instance);
    let Ok(entries) = std::fs::read_dir(&dir) else { return Vec::new() };
    let mut files: Vec<(std::time::SystemTime, String)> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter(|entry| entry.file_name().to_string_lossy().contains(".log"))
        .filter_map(|entry| {
            let path = entry.path();
            let shown = path.strip_prefix(open.root()).unwrap_or(&path).display().to_string();
            Some((entry.metadata().ok()?.modified().ok()?, shown))
        })
        .collect();
    files.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    files.into_iter().map(|(_, file)| file).collect()
}
