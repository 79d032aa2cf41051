//! Rows measured in the window itself: a line written to a log and a module that dies, each until the page shows it.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use rustix::process::{Signal, kill_process};
use sanctum_tests::Window;
use sanctum_tests::yard::Yard;
use serde_json::json;

use crate::driven::signed_in;
use crate::table::{Limit, Line, median};

const INSTANCE: &str = "athena/thalamus";
/// What stands in its log before.
const BEFORE: u32 = 100_000;
const WRITTEN: usize = 20;
const DEATHS: usize = 5;

/// A log line written → shown, a module that dies → shown.
pub async fn shown() -> Result<Vec<Line>> {
    let yard = Yard::new("thalamus")?;
    yard.install(INSTANCE, "thalamus")?;
    yard.ctl(&["modules", "start", INSTANCE])?;
    yard.ctl(&["modules", "stop", INSTANCE])?;
    let window = signed_in(&yard).await?;
    let lines = vec![line(&window, &yard).await?, death(&window, &yard).await?];
    window.close().await?;
    Ok(lines)
}

/// Looks at every frame until the part of the page says the words, or no longer does; the moment by the page's clock, in milliseconds.
async fn seen(window: &Window, part: &str, words: &str, there: bool) -> Result<f64> {
    const SEE: &str = "
        const [part, words, there, done] = arguments;
        const look = () => {
          const shown = document.querySelector(part);
          if (shown && shown.textContent.includes(words) === there) done(Date.now());
          else requestAnimationFrame(look);
        };
        look();";
    let args = vec![json!(part), json!(words), json!(there)];
    let at = window.client.execute_async(SEE, args).await.with_context(|| format!("waiting for “{words}”"))?;
    at.as_f64().context("the page tells the time")
}

fn now() -> Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1000.0)
}

async fn line(window: &Window, yard: &Yard) -> Result<Line> {
    let file = log_of(yard)?;
    let mut out = std::io::BufWriter::new(File::options().append(true).open(&file)?);
    for n in 0..BEFORE {
        writeln!(out, "2026-11-25 10:00:00 INFO thalamus: before {n}")?;
    }
    out.flush()?;
    drop(out);
    window.run("location.hash = '#/modules/instances/athena%2Fthalamus?log'", vec![]).await?;
    seen(window, "[data-testid=log-lines]", &format!("before {}", BEFORE - 1), true).await?;
    let mut took = Vec::new();
    for n in 0..=WRITTEN {
        let words = format!("written {n}.");
        let seeing = seen(window, "[data-testid=log-lines]", &words, true);
        let writing = async {
            // Not in step with the look at the files.
            tokio::time::sleep(Duration::from_millis(500 + 37 * (n as u64 % 8))).await;
            let began = now()?;
            writeln!(File::options().append(true).open(&file)?, "2026-11-25 10:00:00 INFO thalamus: {words}")?;
            anyhow::Ok(began)
        };
        let (at, began) = tokio::try_join!(seeing, writing)?;
        if n > 0 {
            took.push(at - began);
        }
    }
    Ok(Line::new(format!("A line written to a log of {BEFORE} lines → shown in the window"), median(took), "ms")
        .against("half of the 250 ms between two looks", 125.0)
        .limit(Limit::AtMost(300.0)))
}

async fn death(window: &Window, yard: &Yard) -> Result<Line> {
    const WELL: &str = "answered GET /api/health";
    const LIST: &str = "[data-testid=modules-view]";
    let code = yard.root().join("agents/agent-athena/thalamus/app");
    let away = code.with_file_name("app.away");
    window.run("location.hash = '#/modules'", vec![]).await?;
    let mut took = Vec::new();
    for _ in 0..DEATHS {
        yard.ctl(&["modules", "start", INSTANCE])?;
        seen(window, LIST, WELL, true).await?;
        let pid = yard.pid("thalamus")?;
        // It does not come up again by itself: a second later it would be well, and there would be nothing to show.
        std::fs::rename(&code, &away)?;
        let seeing = seen(window, LIST, WELL, false);
        let killing = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let began = now()?;
            kill_process(pid, Signal::KILL).context("killing it")?;
            anyhow::Ok(began)
        };
        let (at, began) = tokio::try_join!(seeing, killing)?;
        took.push(at - began);
        yard.ctl(&["modules", "stop", INSTANCE])?;
        std::fs::rename(&away, &code)?;
    }
    Ok(Line::new("A module is killed → shown in the window's list", median(took), "ms").limit(Limit::AtMost(1500.0)))
}

fn log_of(yard: &Yard) -> Result<PathBuf> {
    let folder = yard.root().join("agents/agent-athena/thalamus/logs");
    let files = std::fs::read_dir(&folder).context("looking for its log")?;
    let mut logs: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    logs.retain(|file| file.extension().is_some_and(|end| end == "log") && !file.to_string_lossy().contains("keeper"));
    logs.sort();
    logs.into_iter().next().with_context(|| format!("there is a log in {}", folder.display()))
}
