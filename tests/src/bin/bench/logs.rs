//! Logs through the typed commands: a large one read, paged and filtered; a line written until it can be shown.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sanctum_api::{Actor, App, AppEnv, EventSink, dto};
use sanctum_tests::Place;

use crate::seed;
use crate::session::said;
use crate::start::ms;
use crate::table::{Limit, Line, median};

const LONG: u32 = 5_000_000;
const SHORT: u32 = 100_000;
/// Lines that the window asks for at once.
const PAGE: u32 = 100;
const ROUNDS: u32 = 200;
const WRITTEN: usize = 40;
const ADDRESS: &str = "prime-000/broca2";
const PATIENCE: Duration = Duration::from_secs(60);

/// Hears what views tell.
struct Heard(Mutex<Sender<dto::LogEvent>>);

impl EventSink for Heard {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
    fn log(&self, event: dto::LogEvent) {
        if let Ok(sender) = self.0.lock() {
            // Nobody listens any more once the round is over.
            let _late = sender.send(event);
        }
    }
}

struct Opened {
    app: App,
    actor: Actor,
    heard: Mutex<Receiver<dto::LogEvent>>,
    file: PathBuf,
    _place: Place,
}

impl Opened {
    async fn make() -> Result<Self> {
        let place = seed::install(1, 2)?;
        let (data, root) = (place.data_dir().display().to_string(), place.root().display().to_string());
        let var = |name: &str| match name {
            "HOME" | "SANCTUM_DATA_DIR" => Some(data.clone()),
            "SANCTUM_ROOT" => Some(root.clone()),
            "SANCTUM_SECRET_STORE" => Some("memory".to_owned()),
            _ => None,
        };
        let mut env = said(AppEnv::from_vars(&var))?;
        env.exclusive = false;
        let (sender, heard) = channel();
        let app = App::new(env, Arc::new(Heard(Mutex::new(sender))));
        let actor = said(app.console_actor().await)?;
        let folder = place.root().join("agents/agent-prime-000/broca2/logs");
        std::fs::create_dir_all(&folder).context("making the folder of logs")?;
        Ok(Self { app, actor, heard: Mutex::new(heard), file: folder.join("broca2.log"), _place: place })
    }

    async fn open(&self) -> Result<dto::LogView> {
        said(self.app.log_open(&self.actor, &[ADDRESS.to_owned()], &filter(None, "")).await)
    }

    /// Waits until all is read; how many lines are shown.
    async fn whole(&self, view: &str) -> Result<u32> {
        let began = Instant::now();
        loop {
            let state = said(self.app.log_page(&self.actor, view, 0, 0).await)?.state;
            if state.complete {
                return Ok(state.total);
            }
            anyhow::ensure!(began.elapsed() < PATIENCE, "the log is read in the end: {state:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// A page from all over the log, as text.
    async fn paged(&self, view: &str, total: u32) -> Result<f64> {
        let mut took = Vec::new();
        for round in 0..ROUNDS {
            let at = (total / ROUNDS) * round;
            let began = Instant::now();
            let page = said(self.app.log_page(&self.actor, view, at, PAGE).await)?;
            let text = serde_json::to_string(&page)?;
            took.push(ms(began.elapsed()));
            anyhow::ensure!(page.items.len() == PAGE as usize && !text.is_empty(), "a whole page at {at}");
        }
        Ok(median(took))
    }

    async fn filtered(&self, view: &str, filter: &dto::LogFilter) -> Result<(u32, f64)> {
        let began = Instant::now();
        said(self.app.log_filter(&self.actor, view, filter).await)?;
        let total = self.whole(view).await?;
        Ok((total, ms(began.elapsed())))
    }
}

fn filter(level: Option<dto::LogLevel>, text: &str) -> dto::LogFilter {
    dto::LogFilter { level, text: text.to_owned(), regex: false, case: false }
}

/// Reading, paging and filtering large logs; following one.
pub async fn logs() -> Result<Vec<Line>> {
    let opened = Opened::make().await?;
    // As in the app: on a worker of the runtime, not on the thread that waits for it.
    tokio::spawn(async move {
        let mut lines = large(&opened).await?;
        lines.push(followed(&opened).await?);
        Ok(lines)
    })
    .await?
}

async fn large(opened: &Opened) -> Result<Vec<Line>> {
    write(&opened.file, SHORT)?;
    let view = opened.open().await?;
    let total = opened.whole(&view.id).await?;
    let short = opened.paged(&view.id, total).await?;
    said(opened.app.log_close(&view.id).await)?;
    write(&opened.file, LONG)?;
    let bare = counted(&opened.file)?;
    let began = Instant::now();
    let view = opened.open().await?;
    let total = opened.whole(&view.id).await?;
    let read = ms(began.elapsed());
    anyhow::ensure!(total == LONG, "every line is shown: {total}");
    let long = opened.paged(&view.id, total).await?;
    let (_, level) = opened.filtered(&view.id, &filter(Some(dto::LogLevel::Error), "")).await?;
    let (found, text) = opened.filtered(&view.id, &filter(None, "needle")).await?;
    anyhow::ensure!(found == LONG / 100_000, "the text is found: {found}");
    said(opened.app.log_close(&view.id).await)?;
    let megabytes = opened.file.metadata()?.len() / 1_000_000;
    Ok(vec![
        Line::new(format!("A log of {LONG} lines ({megabytes} MB) opened until all of it can be paged"), read, "ms")
            .against("reading and counting its lines", bare),
        Line::new(format!("One page ({PAGE} lines) of it through the typed command"), long, "ms")
            .against(format!("the same of {SHORT} lines"), short)
            .limit(Limit::Times(2.0)),
        Line::new("… filtered by level", level, "ms"),
        Line::new("… filtered by text", text, "ms").against("reading and counting its lines", bare),
    ])
}

async fn followed(opened: &Opened) -> Result<Line> {
    write(&opened.file, SHORT)?;
    let view = opened.open().await?;
    let mut total = opened.whole(&view.id).await?;
    let mut took = Vec::new();
    for n in 0..=WRITTEN {
        // Not in step with the look at the files.
        tokio::time::sleep(Duration::from_millis(400 + 37 * (n as u64 % 8))).await;
        let began = Instant::now();
        let mut file = File::options().append(true).open(&opened.file)?;
        writeln!(file, "[2026-11-25 10:00:00] [🔵 INFO] main: written {n}")?;
        total += 1;
        tokio::task::block_in_place(|| {
            let heard = opened.heard.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                let event = heard.recv_timeout(PATIENCE).context("the view tells")?;
                // What views before it told is still in the line.
                if event.view == view.id && event.state.total >= total {
                    return anyhow::Ok(());
                }
            }
        })?;
        let page = said(opened.app.log_page(&opened.actor, &view.id, total - 1, 1).await)?;
        let shown = page.items.first().is_some_and(|line| line.text == format!("written {n}"));
        anyhow::ensure!(shown, "the line is there: {page:?}");
        if n > 0 {
            took.push(ms(began.elapsed()));
        }
    }
    said(opened.app.log_close(&view.id).await)?;
    Ok(Line::new("A log line written → told and read through the typed command", median(took), "ms")
        .against("half of the 250 ms between two looks", 125.0)
        .limit(Limit::AtMost(300.0)))
}

fn write(file: &Path, lines: u32) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file).context("making the log")?);
    for n in 0..lines {
        let level = if n % 1000 == 999 { "🔴 ERROR" } else { "🔵 INFO" };
        let needle = if n % 100_000 == 99_999 { "needle" } else { "hay" };
        let (minute, second) = (n / 60 % 60, n % 60);
        writeln!(out, "[2026-11-25 10:{minute:02}:{second:02}] [{level}] runtime.core.queue: message {n} of {needle}")?;
    }
    out.flush().context("writing the log")
}

/// Milliseconds to read the file and count its lines.
fn counted(file: &Path) -> Result<f64> {
    let began = Instant::now();
    let mut reader = BufReader::with_capacity(1 << 18, File::open(file)?);
    let mut lines = 0u32;
    while reader.skip_until(b'\n')? > 0 {
        lines += 1;
    }
    anyhow::ensure!(lines == LONG, "the log is whole");
    Ok(ms(began.elapsed()))
}
