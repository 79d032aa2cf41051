//! Rows measured inside the driven window: growth, the grid at 10,000 cards, a manifest saved outside.

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use sanctum_install::watch::{WatchOptions, Watcher};
use sanctum_tests::{Place, Window};
use serde_json::{Value, json};

use crate::start::ms;
use crate::table::{Limit, Line, median};
use crate::{processes, seed};

const OPERATIONS: u32 = 10_000;
const CHUNK: u32 = 500;
const SAVES: usize = 10;
const SWITCHES: usize = 12;
/// How long the watcher may take to tell.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The window over `place`, signed in by hand (the driver's own bus has no keyring), the grid shown.
pub async fn signed_in(place: &Place) -> Result<Window> {
    let window = Window::open_with(place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    window.fill("signin-user", seed::USER).await?;
    window.fill("signin-password", seed::PASSWORD).await?;
    window.click("signin-submit").await?;
    window.find("tools-grid").await?;
    Ok(window)
}

/// Runs a script that calls back when it is done.
pub async fn wait_for(window: &Window, script: &str, args: Vec<Value>) -> Result<Value> {
    window.client.execute_async(script, args).await.context("running a script in the page")
}

/// Row 2, second half.
pub async fn growth() -> Result<Vec<Line>> {
    const CALLS: &str = "
        const [count, tab, done] = arguments;
        const invoke = window.__TAURI_INTERNALS__.invoke;
        (async () => {
          let rows = 0;
          for (let i = 0; i < count; i += 2) {
            rows += (await invoke('agents_list', { query: '', offset: 0, limit: 100 })).items.length;
            rows += (await invoke('tools_list', { tab, query: '', offset: 0, limit: 100 })).items.length;
          }
          done(rows);
        })().catch((error) => done('failed: ' + JSON.stringify(error)));";
    let place = seed::install(20, 10)?;
    let tab = tab_of(seed::agent_folders(&place.root())?.first().context("no agent")?)?;
    let window = signed_in(&place).await?;
    let app = *window.app_pids().first().context("the app is not running")?;
    let calls = async |count: u32| -> Result<()> {
        for _ in 0..count / CHUNK {
            let rows = wait_for(&window, CALLS, vec![json!(CHUNK), json!(tab)]).await?;
            anyhow::ensure!(rows.as_u64().is_some_and(|n| n > 0), "the lists answer: {rows}");
        }
        Ok(())
    };
    let fresh = rested(app).await;
    // The script engine's first collections and compilations belong to the start, not to the growth.
    calls(OPERATIONS).await?;
    let before = rested(app).await;
    let began = Instant::now();
    calls(OPERATIONS).await?;
    let each = ms(began.elapsed()) / f64::from(OPERATIONS);
    let after = rested(app).await;
    eprintln!("  {fresh:.1} -> {before:.1} -> {after:.1} MiB of its own: {}", processes::parts(app));
    window.close().await?;
    let name = format!(
        "Growth over 10,000 list calls through the window, after a first 10,000 (own memory {before:.1} → {after:.1} MiB; {each:.2} ms a call)"
    );
    Ok(vec![
        Line::new(name, after - before, "MiB").limit(Limit::AtMost(5.0)),
        Line::new(
            format!("… over the first 10,000, while the script engine warms ({fresh:.1} → {before:.1} MiB)"),
            before - fresh,
            "MiB",
        ),
    ])
}

/// The least of some weighings while nothing is asked for: what was only waiting to be collected is gone then.
async fn rested(app: u32) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        least = least.min(processes::own(app));
    }
    least
}

/// Row 4.
pub async fn grid() -> Result<Vec<Line>> {
    const SWITCH: &str = "
        const [tab, title, done] = arguments;
        const grid = () => document.querySelector('[data-testid=tools-grid]');
        const shown = () => {
          const cell = grid()?.getAttribute('aria-label') === title + ' tools' && grid().querySelector('[data-testid=tool-card]');
          return cell && cell.getAttribute('aria-label') !== 'Reading this card' && cell.getBoundingClientRect().height > 0;
        };
        const button = [...document.querySelectorAll('[role=tab]')].find((b) => b.textContent.includes(title));
        if (!button) { done('no tab ' + title + ' in ' + [...document.querySelectorAll('[role=tab]')].map((b) => b.textContent)); return; }
        requestAnimationFrame(() => setTimeout(() => {
          const began = performance.now();
          let frame = null;
          button.click();
          const after = (task) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = task; c.port2.postMessage(0); });
          const look = () => {
            const now = performance.now() - began;
            frame ??= now;
            if (!shown()) { if (now > 20000) done('never shown'); else after(look); return; }
            let nodes = 0;
            const walk = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
            while (walk.nextNode()) nodes += 1;
            done({ frame, shown: now, nodes, elements: document.querySelectorAll('*').length });
          };
          after(look);
        }));";
    let place = seed::install(2, 10_000)?;
    let window = signed_in(&place).await?;
    let (mut frames, mut shown, mut first, mut nodes) = (vec![], vec![], vec![], 0.0_f64);
    // The app's first look at 20,000 manifests is over when the window is quiet; it has rows of its own.
    tokio::time::sleep(Duration::from_secs(10)).await;
    for n in 0..SWITCHES {
        let title = format!("Prime {:03}", n % 2);
        let told = wait_for(&window, SWITCH, vec![json!(tab_of_uid(n % 2)), json!(title)]).await?;
        let number = |key: &str| told[key].as_f64().with_context(|| format!("switching to {title}: {told}"));
        eprintln!("  {told}");
        nodes = nodes.max(number("nodes")?);
        if n < 2 {
            first.push(number("shown")?);
        } else {
            frames.push(number("frame")?);
            shown.push(number("shown")?);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    window.close().await?;
    Ok(vec![
        Line::new("Tools grid at 10,000 cards: tab switch to the next frame", median(frames), "ms")
            .limit(Limit::AtMost(50.0)),
        Line::new("… until the other tab's cards stand there", median(shown), "ms").limit(Limit::AtMost(50.0)),
        Line::new("… the same for a tab that was never open", median(first), "ms"),
        Line::new("… DOM nodes of the whole page (elements, texts, comments)", nodes, "").limit(Limit::AtMost(1500.0)),
    ])
}

/// Row 6.
pub async fn live() -> Result<Vec<Line>> {
    const SEE: &str = "
        const [words, done] = arguments;
        const look = () => {
          if (document.querySelector('[data-testid=tools-grid]')?.textContent.includes(words)) done(Date.now());
          else requestAnimationFrame(look);
        };
        look();";
    let place = seed::install(100, 10)?;
    let folder = seed::agent_folders(&place.root())?.into_iter().next().context("no agent")?;
    let window = signed_in(&place).await?;
    window.run("location.hash = '#/tools/' + encodeURIComponent(arguments[0])", vec![json!(tab_of(&folder)?)]).await?;
    window.says("Module 00002").await?;
    let (tell, told) = mpsc::channel();
    let watcher = Watcher::start(&place.root(), WatchOptions::default(), move |_| {
        // Nobody listens any more once the round is over.
        let _late = tell.send(Instant::now());
    })?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (mut seen, mut watched) = (vec![], vec![]);
    for n in 0..=SAVES {
        let words = format!("Saved outside {n}");
        let client = window.client.clone();
        let args = vec![json!(words)];
        let seeing = tokio::spawn(async move { client.execute_async(SEE, args).await });
        tokio::time::sleep(Duration::from_millis(700)).await;
        while told.try_recv().is_ok() {}
        let (clock, instant) = save(&folder.join("m00002"), &words)?;
        let heard = tokio::task::block_in_place(|| told.recv_timeout(PATIENCE)).context("the watcher tells")?;
        let at = seeing.await?.context("the window shows it")?.as_f64().context("a time")?;
        let took = at - clock.duration_since(SystemTime::UNIX_EPOCH)?.as_secs_f64() * 1000.0;
        eprintln!("  seen after {took:.0} ms, watcher {:?}", heard.duration_since(instant));
        if n > 0 {
            seen.push(took);
            watched.push(ms(heard.duration_since(instant)));
        }
    }
    drop(watcher);
    window.close().await?;
    let line = Line::new("A manifest saved outside → visible in the window (1,000 modules)", median(seen), "ms")
        .against("the watcher's own latency", median(watched))
        .limit(Limit::AtMost(300.0));
    Ok(vec![line])
}

/// Saves as an editor does: a new file renamed over the old one. Returns the moment of the rename.
fn save(module: &Path, title: &str) -> Result<(SystemTime, Instant)> {
    let fresh = module.join(".manifest.json.new");
    std::fs::write(&fresh, seed::manifest("m00002", title)).context("writing the new manifest")?;
    let now = (SystemTime::now(), Instant::now());
    std::fs::rename(&fresh, module.join("manifest.json")).context("saving the manifest")?;
    Ok(now)
}

fn tab_of(folder: &Path) -> Result<String> {
    let name = folder.file_name().context("a folder's name")?.to_string_lossy();
    Ok(name.replacen("agent-", "agent:", 1))
}

fn tab_of_uid(n: usize) -> String {
    format!("agent:prime-{n:03}")
}
