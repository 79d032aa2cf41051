//! An agent is given one more module in its page, runs it, and loses it again; its other module never notices.

use anyhow::Result;
use sanctum_tests::Window;
use sanctum_tests::yard::{Yard, free_port};

use crate::forms::apply;
use crate::support::{contents, eventually, go, pictures, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_module_joins_an_agent_is_installed_runs_and_leaves() -> Result<()> {
    let yard = Yard::new("broca2")?;
    let broca = yard.root().join("agents/agent-athena/broca2");
    let before = contents(&broca)?;
    let window = Window::open_with(&yard, &[("SANCTUM_ROOT", &yard.root().display().to_string())]).await?;
    sign_in(&window).await?;
    go(&window, "#/agents/athena").await?;
    window.click("agent-add-module").await?;
    window.find("add-module-sheet").await?;
    window.click("add-module-thalamus").await?;
    pictures(&window, "module-add").await?;
    window.click("add-module-review").await?;
    window.find("plan-sheet").await?;
    window.says("agents/agent-athena/thalamus").await?;
    apply(&window).await?;
    let thalamus = yard.root().join("agents/agent-athena/thalamus");
    eventually("its folder is there", || thalamus.join("run/start.sh").is_file()).await?;
    // The window goes on to where its code is installed.
    window.says("no code installed yet").await?;

    // Others of these tests need the port that is the first to be offered.
    yard.ctl(&["ports", "move", "athena/thalamus", "--to", &free_port()?.to_string(), "--yes"])?;
    yard.install("athena/thalamus", "thalamus")?;
    let start = "[data-testid=modules-view] button[aria-label^=\"Start Thalamus of athena\"]:not([aria-disabled=true])";
    window.click_css(start).await?;
    window.says("answered GET /api/health").await?;
    go(&window, "#/agents/athena").await?;
    let stop = "[aria-label^=\"Stop Thalamus of athena\"]:not([aria-disabled=true])";
    window.click_css(stop).await?;
    window.says("stopped by mara").await?;
    window.click_css("[aria-label=\"Remove Thalamus of athena\"]:not([aria-disabled=true])").await?;
    window.find("plan-sheet").await?;
    window.says("Other modules stay as they are.").await?;
    pictures(&window, "module-remove").await?;
    // What takes away does not wait under the Return key.
    window.click("plan-apply").await?;
    window.counts("[data-testid=plan-sheet]", 0).await?;
    eventually("its folder is gone", || !thalamus.exists()).await?;
    assert_eq!(contents(&broca)?, before, "the other module is as it was");
    window.close().await
}
