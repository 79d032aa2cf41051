//! What it costs to look after fifty modules that run, and how soon a change of one is told.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sanctum_api::{App, AppEnv, EventSink, dto};
use sanctum_modules::control;
use sanctum_modules::found::{Place, look_in};
use sanctum_modules::process::{Table, Usage};
use sanctum_modules::recipe::{Exits, LogFile, Recipe, Restart, Stop};
use sanctum_tests::place::program;
use sanctum_tests::yard::Yard;

use crate::processes::alone;
use crate::session::said;
use crate::start::ms;
use crate::table::{Limit, Line, median};

const MANY: usize = 50;
/// How long the keepers are watched.
const WATCHED: Duration = Duration::from_secs(20);
const LOOKS: usize = 50;
const CHANGES: usize = 8;
const PATIENCE: Duration = Duration::from_secs(30);

/// Fifty modules that sleep, each with its keeper.
struct Kept {
    places: Vec<Place>,
    keepers: Vec<u32>,
    _dir: tempfile::TempDir,
}

impl Drop for Kept {
    fn drop(&mut self) {
        for place in &self.places {
            let _stopped = control::stop(place, Duration::from_secs(2));
        }
    }
}

impl Kept {
    fn start() -> Result<Self> {
        let dir = tempfile::tempdir().context("making a temporary folder")?;
        let launcher = program("sanctumctl")?;
        let mut kept = Self { places: Vec::new(), keepers: Vec::new(), _dir: dir };
        for n in 0..MANY {
            let module_dir = kept._dir.path().join(format!("module-{n}"));
            std::fs::create_dir_all(module_dir.join("run")).context("making a module's folder")?;
            let recipe = Recipe {
                instance: format!("bench/module-{n}"),
                log: LogFile::at(module_dir.join("logs/module.log")),
                cwd: module_dir.clone(),
                program: PathBuf::from("/bin/sleep"),
                args: vec!["600".to_owned()],
                env: BTreeMap::new(),
                secret_names: Vec::new(),
                ready: None,
                fatal: Vec::new(),
                exits: Exits::Honest,
                own_pid_file: None,
                stop: Stop::default(),
                restart: Restart::default(),
                said: BTreeMap::new(),
                module_dir: module_dir.clone(),
            };
            let state_dir = module_dir.join("run");
            let started = control::start(&launcher, &recipe, &state_dir, Duration::from_secs(5))?;
            kept.places.push(recipe.place(&state_dir));
            kept.keepers.push(started.keeper.pid);
        }
        Ok(kept)
    }
}

/// Processor time of a process, in seconds; 0 for one that is gone.
fn spent(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let Some((_, rest)) = stat.rsplit_once(')') else { return 0.0 };
    let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Processor and memory of the keepers of fifty modules, and of one look at all of them.
pub fn kept() -> Result<Vec<Line>> {
    let kept = Kept::start()?;
    let total = || kept.keepers.iter().map(|pid| spent(*pid)).sum::<f64>();
    let (before, began) = (total(), Instant::now());
    std::thread::sleep(WATCHED);
    let percent = (total() - before) / began.elapsed().as_secs_f64() * 100.0;
    let memory: f64 = kept.keepers.iter().map(|pid| alone(*pid)).sum();
    let mut usage = Usage::default();
    let (mut looks, mut tables) = (Vec::new(), Vec::new());
    for _ in 0..LOOKS {
        let began = Instant::now();
        drop(Table::read());
        tables.push(ms(began.elapsed()));
        let began = Instant::now();
        let table = Table::read();
        let running: Vec<_> =
            kept.places.iter().filter_map(|place| look_in(&table, place).ok()?.module().cloned()).collect();
        let used = usage.look(&table, &running);
        looks.push(ms(began.elapsed()));
        anyhow::ensure!(used.iter().flatten().count() == MANY, "all of them run");
    }
    Ok(vec![
        Line::new("50 modules looked after: processor of all keepers together, of one core", percent, "%")
            .limit(Limit::AtMost(1.0)),
        Line::new("… memory of all keepers (PSS), 50 of them", memory, "MiB"),
        Line::new("… one look at all of them (record, processes, processor, memory)", median(looks), "ms")
            .against("reading the process table", median(tables)),
    ])
}

/// Hears how all do.
#[derive(Default)]
struct Told(Mutex<Option<dto::StatusWord>>);

impl EventSink for Told {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
    fn overview(&self, event: dto::Overview) {
        if let Ok(mut told) = self.0.lock() {
            *told = Some(event.word);
        }
    }
}

impl Told {
    async fn until(&self, wanted: &[dto::StatusWord]) -> Result<f64> {
        let began = Instant::now();
        loop {
            let now = self.0.lock().ok().and_then(|told| *told);
            if now.is_some_and(|now| wanted.contains(&now)) {
                return Ok(ms(began.elapsed()));
            }
            anyhow::ensure!(began.elapsed() < PATIENCE, "the change is told; now it is {now:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// A module that is killed, until the window and the icon are told.
pub async fn status() -> Result<Vec<Line>> {
    let yard = Yard::new("thalamus")?;
    yard.install("athena/thalamus", "thalamus")?;
    let env = yard.env();
    let mut env = said(AppEnv::from_vars(&|name| match name {
        "SANCTUM_ROOT" => Some(yard.root().display().to_string()),
        name => env.get(name).cloned(),
    }))?;
    env.ctl = Some(program("sanctumctl")?);
    let told = Arc::new(Told::default());
    let app = App::new(env, told.clone());
    let actor = said(app.console_actor().await)?;
    let code = yard.root().join("agents/agent-athena/thalamus/app");
    let away = code.with_file_name("app.away");
    let mut took = Vec::new();
    for _ in 0..CHANGES {
        said(app.modules_start(&actor, &["athena/thalamus".to_owned()]).await)?;
        told.until(&[dto::StatusWord::Healthy]).await?;
        let row = said(app.module_check(&actor, "athena/thalamus").await)?;
        let pid = row.pid.and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
        // It does not come up again by itself: a second later it would be well, and there would be nothing to tell.
        std::fs::rename(&code, &away)?;
        rustix::process::kill_process(pid.context("it runs")?, rustix::process::Signal::KILL).context("killing it")?;
        took.push(told.until(&[dto::StatusWord::Degraded, dto::StatusWord::Error]).await?);
        said(app.modules_stop(&actor, &["athena/thalamus".to_owned()]).await)?;
        std::fs::rename(&away, &code)?;
    }
    app.close();
    Ok(vec![
        Line::new("A module is killed → told to the window and the icon", median(took), "ms")
            .limit(Limit::AtMost(1500.0)),
    ])
}
