//! The app in the desktop's bar: its icon tells by its shape how all modules do, its menu names what needs somebody and does the quick
//! things, and a trouble is notified of once.

use anyhow::Result;
use rustix::process::{Signal, kill_process};
use sanctum_tests::Window;
use sanctum_tests::panel::Panel;
use sanctum_tests::yard::Yard;

use crate::support::{go, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn the_icon_in_the_bar_tells_by_its_shape_and_its_menu_acts() -> Result<()> {
    let yard = Yard::new("thalamus")?;
    yard.install("athena/thalamus", "thalamus")?;
    let window = Window::open_with(&yard, &[("SANCTUM_ROOT", &yard.root().display().to_string())]).await?;
    let panel = Panel::open(&window)?;
    sign_in(&window).await?;
    go(&window, "#/modules").await?;
    panel.shows("off").await?;
    let menu = panel.menu()?;
    let can = |label: &str| menu.iter().find(|entry| entry.label.starts_with(label)).map(|entry| entry.enabled);
    assert_eq!(can("Stop all"), Some(false), "nothing runs that could be stopped: {menu:?}");
    assert_eq!(can("Quit"), Some(true), "quitting is always there: {menu:?}");

    panel.choose("Start all").await?;
    window.says("answered GET /api/health").await?;
    panel.shows("well").await?;
    assert_eq!(panel.notifications(), [], "what somebody did themselves is no news");

    // Its code is away, so that it does not come up again by itself.
    let code = yard.root().join("agents/agent-athena/thalamus/app");
    std::fs::rename(&code, code.with_file_name("app.away"))?;
    kill_process(yard.pid("thalamus")?, Signal::KILL)?;
    panel.shows("trouble").await?;
    go(&window, "#/tools").await?;
    panel.choose("Thalamus").await?;
    window.says("athena/thalamus").await?;
    let hash = window.run("return location.hash", vec![]).await?;
    assert!(hash.as_str().is_some_and(|hash| hash.contains("athena%2Fthalamus")), "the menu leads to it: {hash}");
    let news = panel.hears(1).await?;
    assert!(news[0].title.contains("Thalamus"), "it says what it is about: {news:?}");

    std::fs::rename(code.with_file_name("app.away"), &code)?;
    // Its keeper may be quicker with its own next try; then there is nothing to start any more.
    tokio::select! {
        chosen = panel.choose("Start all") => chosen?,
        well = panel.shows("well") => well?,
    }
    panel.shows("well").await?;
    // That it is well again is told where the trouble was.
    panel.hears(2).await?;
    panel.choose("Stop all").await?;
    // It asks before anything ends.
    window.click("stop-all-yes").await?;
    panel.shows("off").await?;
    let news = panel.notifications();
    assert_eq!(
        news.len(),
        2,
        "one cause is told once, and its end; no try in between, and nothing somebody did: {news:?}"
    );
    window.close().await
}
