//! Quitting while a module runs: asked once, and never again where that was chosen; what is left running goes on.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sanctum_tests::Window;
use sanctum_tests::panel::Panel;
use sanctum_tests::yard::Yard;

use crate::support::{go, pictures, sign_in};

/// It bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(30);

async fn open(yard: &Yard) -> Result<(Window, Panel)> {
    let window = Window::open_with(yard, &[("SANCTUM_ROOT", &yard.root().display().to_string())]).await?;
    let panel = Panel::open(&window)?;
    sign_in(&window).await?;
    go(&window, "#/modules").await?;
    window.says("answered GET /api/health").await?;
    Ok((window, panel))
}

/// Waits until the app's own process is gone.
async fn ended(window: &Window) -> Result<()> {
    let began = Instant::now();
    while !window.app_pids().is_empty() {
        ensure!(began.elapsed() < PATIENCE, "the app quits");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn module(yard: &Yard) -> Result<u64> {
    let record = std::fs::read_to_string(yard.root().join("agents/agent-athena/thalamus/run/keeper.json"))?;
    let record: serde_json::Value = serde_json::from_str(&record)?;
    record.pointer("/child/pid").and_then(serde_json::Value::as_u64).context("the record names its process")
}

fn runs(pid: u64) -> bool {
    std::path::Path::new(&format!("/proc/{pid}/exe")).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_while_a_module_runs_asks_once() -> Result<()> {
    let yard = Yard::new("thalamus")?;
    yard.install("athena/thalamus", "thalamus")?;
    yard.ctl(&["modules", "start", "athena/thalamus"])?;
    let pid = module(&yard)?;

    let (window, panel) = open(&yard).await?;
    panel.choose("Quit").await?;
    window.says("1 module runs.").await?;
    let names = "return document.querySelector('[data-testid=quit-dialog] .quit-names').textContent";
    let asked = window.run(names, vec![]).await?;
    assert_eq!(asked.as_str(), Some("Thalamus of athena"), "it says what runs");
    panel.choose("Quit").await?;
    pictures(&window, "quit").await?;
    assert_eq!(window.count("[data-testid=quit-dialog]").await?, 1, "who chooses it twice is asked once");
    window.click("quit-cancel").await?;
    window.counts("[data-testid=quit-dialog]", 0).await?;
    assert!(!window.app_pids().is_empty() && runs(pid), "cancelled, the app stays and so does the module");

    panel.choose("Quit").await?;
    window.find("quit-dialog").await?;
    window.click("quit-always").await?;
    // The window goes with the click, so that the driver may not hear that it was made.
    let _gone = window.click("quit-keep").await;
    ended(&window).await?;
    drop((window, panel));
    assert!(runs(pid), "what was to be left running goes on without the app");

    let (window, panel) = open(&yard).await?;
    assert_eq!(module(&yard)?, pid, "and is there again as the same process");
    panel.choose("Quit").await?;
    ended(&window).await?;
    assert!(runs(pid), "what was chosen for every time is not asked again, and is done");
    Ok(())
}
