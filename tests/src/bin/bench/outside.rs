//! Settings in the driven window: a value changed outside until it shows, and typing into a form of 200 fields.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use sanctum_install::watch::{WatchOptions, Watcher};
use sanctum_tests::Ctl;
use serde_json::{Value, json};

use crate::driven::{PATIENCE, signed_in, wait_for};
use crate::seed;
use crate::start::ms;
use crate::table::{Limit, Line, median};

const EDITS: usize = 10;
const KEYS: usize = 40;
const FIELDS: usize = 200;
const FILE: &str = "agents/agent-prime-000/broca2/config/.env";
/// Stands in the shell while a file differs from what was written last.
const BANNER: &str = "[data-testid=drift-banner]";

/// A setting changed outside → shown as drift.
pub async fn drift() -> Result<Vec<Line>> {
    const SEE: &str = "
        const [css, wanted, done] = arguments;
        const look = () => {
          if ((document.querySelector(css) !== null) === wanted) done(Date.now());
          else requestAnimationFrame(look);
        };
        look();";
    let place = seed::install(100, 10)?;
    let file = place.root().join(FILE);
    // What is written by hand from the start differs from nothing: only what the app wrote can drift.
    let root = place.root().display().to_string();
    let set = ["--root", &root, "config", "set", "prime-000/broca2", "LOG_LEVEL", "WARNING", "--yes"];
    let run = Ctl::new(&place).run(&set)?;
    anyhow::ensure!(run.code == 0, "the setting is written once by the app: {run:?}");
    let ours = std::fs::read_to_string(&file).context("reading the module's settings")?;
    let theirs = ours.replace("LOG_LEVEL='WARNING'", "LOG_LEVEL='DEBUG'");
    anyhow::ensure!(ours != theirs, "the setting to change stands in the file:\n{ours}");
    let window = signed_in(&place).await?;
    let (tell, told) = mpsc::channel();
    let watcher = Watcher::start(&place.root(), WatchOptions::default(), move |_| {
        // Nobody listens any more once the round is over.
        let _late = tell.send(Instant::now());
    })?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    anyhow::ensure!(window.count(BANNER).await? == 0, "nothing was changed outside yet");
    let (mut seen, mut watched) = (vec![], vec![]);
    for n in 0..=EDITS {
        let client = window.client.clone();
        let seeing = tokio::spawn(async move { client.execute_async(SEE, vec![json!(BANNER), json!(true)]).await });
        tokio::time::sleep(Duration::from_millis(700)).await;
        while told.try_recv().is_ok() {}
        let (clock, instant) = save(&file, &theirs)?;
        let heard = tokio::task::block_in_place(|| told.recv_timeout(PATIENCE)).context("the watcher tells")?;
        let at = seeing.await?.context("the window shows it")?.as_f64().context("a time")?;
        let took = at - clock.duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64() * 1000.0;
        eprintln!("  seen after {took:.0} ms, watcher {:?}", heard.duration_since(instant));
        if n > 0 {
            seen.push(took);
            watched.push(ms(heard.duration_since(instant)));
        }
        save(&file, &ours)?;
        wait_for(&window, SEE, vec![json!(BANNER), json!(false)]).await.context("nothing differs any more")?;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    drop(watcher);
    window.close().await?;
    let slowest = seen.iter().copied().fold(0.0, f64::max);
    let name = format!(
        "A setting changed outside → drift visible in the window (1,000 modules; slowest of {EDITS}: {slowest:.0} ms)"
    );
    Ok(vec![
        Line::new(name, median(seen), "ms")
            .against("the watcher's own latency", median(watched))
            .limit(Limit::AtMost(2000.0)),
    ])
}

/// Saves as an editor does: a new file renamed over the old one. Returns the moment of the rename.
fn save(file: &Path, text: &str) -> Result<(SystemTime, Instant)> {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, text).context("writing the new settings")?;
    let now = (SystemTime::now(), Instant::now());
    std::fs::rename(&fresh, file).context("saving the settings")?;
    Ok(now)
}

/// A form of 200 fields: opened, then typed into.
pub async fn form() -> Result<Vec<Line>> {
    const OPEN: &str = "
        const [hash, fields, done] = arguments;
        const began = performance.now();
        location.hash = hash;
        const after = (task) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = task; c.port2.postMessage(0); });
        const look = () => {
          const now = performance.now() - began;
          if (document.querySelectorAll('[data-setting]').length >= fields) done({ shown: now });
          else if (now > 20000) done('never shown: ' + document.body.innerText);
          else after(look);
        };
        after(look);";
    // Each key is timed from the moment the system gave it to the page until the frame after it was painted.
    const LISTEN: &str = "
        window.benchFrames = [];
        document.addEventListener('keydown', (event) => {
          const began = event.timeStamp;
          requestAnimationFrame(() => {
            const c = new MessageChannel();
            c.port1.onmessage = () => window.benchFrames.push(performance.now() - began);
            c.port2.postMessage(0);
          });
        }, { capture: true });
        const field = document.querySelector('[data-setting=\"f100\"] input');
        field.scrollIntoView({ block: 'center' });
        field.focus();
        field.select();
        return field.value;";
    const NODES: &str = "
        let nodes = 0;
        const walk = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
        while (walk.nextNode()) nodes += 1;
        return nodes;";
    let place = seed::install(1, 2)?;
    seed::wide_tool(&place.root(), "wide", FIELDS)?;
    let window = signed_in(&place).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let told = wait_for(&window, OPEN, vec![json!("#/tool/p%3Atools%2Fwide"), json!(FIELDS)]).await?;
    let opened = told["shown"].as_f64().with_context(|| format!("opening the form: {told}"))?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = window.run(LISTEN, vec![]).await?;
    for n in 0..KEYS {
        window.press(if n % 2 == 0 { "a" } else { "b" }).await?;
        // Between a quick typist's keys; the server's look at the draft falls into some of these pauses.
        tokio::time::sleep(Duration::from_millis(120)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let after = window.run("return document.activeElement.value", vec![]).await?;
    anyhow::ensure!(
        after.as_str().is_some_and(|text| text.len() == KEYS),
        "every key arrived: {before} became {after}"
    );
    let frames = window.run("return window.benchFrames", vec![]).await?;
    let frames: Vec<f64> = frames.as_array().context("times")?.iter().filter_map(Value::as_f64).collect();
    anyhow::ensure!(frames.len() == KEYS, "every key was timed: {}", frames.len());
    let nodes = window.run(NODES, vec![]).await?.as_f64().context("a number of nodes")?;
    window.close().await?;
    let slowest = frames.iter().copied().fold(0.0, f64::max);
    eprintln!("  {frames:.0?}");
    Ok(vec![
        Line::new("A form of 200 fields: key press to the next frame", median(frames), "ms").limit(Limit::AtMost(50.0)),
        Line::new(format!("… the slowest of {KEYS} keys"), slowest, "ms").limit(Limit::AtMost(50.0)),
        Line::new("… from the card to all its fields shown", opened, "ms"),
        Line::new("… DOM nodes of the whole page (elements, texts, comments)", nodes, ""),
    ])
}
