//! Modules in the window: started by a click, seen to be well, their log read, moved to another port, stopped; they outlive a
//! killed app and are there again at the next start.

use anyhow::{Context, Result};
use sanctum_tests::Window;
use sanctum_tests::yard::Yard;

use crate::forms::apply;
use crate::support::{go, leave_fields, pictures, sign_in};

async fn open(yard: &Yard) -> Result<Window> {
    let window = Window::open_with(yard, &[("SANCTUM_ROOT", &yard.root().display().to_string())]).await?;
    sign_in(&window).await?;
    Ok(window)
}

/// Clicks the button of this name as soon as it is there and may be pressed: "Start Thalamus of athena".
async fn press(window: &Window, label: &str) -> Result<()> {
    let css =
        format!("[data-testid=modules-view] button[aria-label^=\"{label}\"]:not([aria-disabled=true]):not([disabled])");
    window.click_css(&css).await.with_context(|| format!("clicking {label}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_are_started_seen_read_and_stopped() -> Result<()> {
    let yard = Yard::new("broca2,thalamus")?;
    yard.install("athena/thalamus", "thalamus")?;
    yard.install("athena/broca2", "broca")?;
    let window = open(&yard).await?;
    go(&window, "#/modules").await?;
    window.find("modules-view").await?;
    window.says("thalamus").await?;
    pictures(&window, "modules-off").await?;
    press(&window, "Start Thalamus of athena").await?;
    window.says("answered GET /api/health").await?;
    press(&window, "Start Broca of athena").await?;
    // It exits with 0 and has no agent: the window says what its log says.
    window.says("AGENT_ID").await?;
    pictures(&window, "modules-running").await?;

    go(&window, "#/modules/instances/athena%2Fbroca2?log").await?;
    window.find("log-pane").await?;
    window.says("Required environment variable AGENT_ID is not set").await?;
    pictures(&window, "modules-log").await?;

    go(&window, "#/modules/ports").await?;
    window.find("ports-view").await?;
    window.says("Thalamus of athena").await?;
    pictures(&window, "modules-ports").await?;
    go(&window, "#/modules/python").await?;
    window.find("python-view").await?;
    window.says("agents/venv").await?;
    pictures(&window, "modules-python").await?;

    go(&window, "#/modules").await?;
    press(&window, "Stop Thalamus of athena").await?;
    window.says("stopped by mara").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_outlive_a_killed_app_and_are_there_again() -> Result<()> {
    let yard = Yard::new("thalamus")?;
    yard.install("athena/thalamus", "thalamus")?;
    let window = open(&yard).await?;
    go(&window, "#/modules").await?;
    press(&window, "Start Thalamus of athena").await?;
    window.says("answered GET /api/health").await?;
    let record = yard.root().join("agents/agent-athena/thalamus/run/keeper.json");
    let pid = |text: &str| -> Result<u64> {
        let record: serde_json::Value = serde_json::from_str(text)?;
        record.pointer("/child/pid").and_then(serde_json::Value::as_u64).context("the record names its process")
    };
    let before = pid(&std::fs::read_to_string(&record)?)?;
    window.kill_app()?;
    drop(window);
    assert!(std::path::Path::new(&format!("/proc/{before}")).exists(), "the module goes on without the app");

    let window = open(&yard).await?;
    go(&window, "#/modules").await?;
    window.says("answered GET /api/health").await?;
    assert_eq!(pid(&std::fs::read_to_string(&record)?)?, before, "it is the same process, and not a second one");
    leave_fields(&window).await?;
    press(&window, "Stop Thalamus of athena").await?;
    window.says("stopped by mara").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_port_is_a_conflict_with_a_way_out() -> Result<()> {
    let yard = Yard::new("thalamus")?;
    yard.install("athena/thalamus", "thalamus")?;
    let window = open(&yard).await?;
    let env = std::fs::read_to_string(yard.root().join("agents/agent-athena/thalamus/config/.env"))?;
    let line = env.lines().find_map(|line| line.strip_prefix("PORT=")).context("its settings name its port")?;
    let port: u16 = line.trim_matches('\'').parse()?;
    let thief = std::net::TcpListener::bind(("127.0.0.1", port))?;
    go(&window, "#/modules/ports").await?;
    window.says(&port.to_string()).await?;
    window.find("port-banner").await?;
    pictures(&window, "ports-conflict").await?;
    window.click("port-move").await?;
    window.find("plan-view").await?;
    apply(&window).await?;
    let after = std::fs::read_to_string(yard.root().join("agents/agent-athena/thalamus/config/.env"))?;
    assert!(
        !after.contains(&format!("PORT='{port}'")) && !after.contains(&format!("PORT={port}\n")),
        "its settings name another: {after}"
    );
    drop(thief);
    window.close().await
}
