//! What every flow over a settings form does: open it, type into it, review, apply, and look at what stands on disk.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use fantoccini::Locator;
use sanctum_tests::{Ctl, Place, Window};
use serde_json::{Value, json};

use crate::support::{CTRL, ENTER, TAB, go, leave_fields, sign_in};

/// The settings file of Athena's Broca, relative to the root.
pub const ENV: &str = "agents/agent-athena/broca2/config/.env";

/// The app on the place's Sanctum, signed in.
pub async fn opened(place: &Place) -> Result<Window> {
    let window = Window::open_with(place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;
    Ok(window)
}

/// The form of the card with this title on this tab, opened with the mouse.
pub async fn open_form(window: &Window, tab: &str, title: &str) -> Result<()> {
    go(window, &format!("#/tools/{}", tab.replace(':', "%3A"))).await?;
    window.find_css(&format!("[data-tab=\"{tab}\"][aria-selected=true]")).await?;
    let heading = format!("//*[@data-testid='tool-card']//h3[starts-with(normalize-space(), '{title}')]");
    window.click_by(Locator::XPath(&heading)).await.with_context(|| format!("opening {title}"))?;
    window.find("settings").await.map(drop)
}

/// Shows a setting by its link: in view, with the focus.
pub async fn go_to(window: &Window, card: &str, setting: &str) -> Result<()> {
    go(window, &format!("#/tool/{}?setting={}", card.replace(':', "%3A").replace('/', "%2F"), setting)).await?;
    window.find_css(&format!("[data-testid=\"setting-{setting}\"]:focus")).await.map(drop)
}

/// Goes on with Tab until this has the focus. Each Tab is waited for, else a busy machine goes past it.
pub async fn tab_to(window: &Window, testid: &str) -> Result<()> {
    const MOVED: &str =
        "const was = window.__focused; window.__focused = document.activeElement; return was !== window.__focused";
    for _ in 0..40 {
        window.run(MOVED, vec![]).await?;
        window.strike(TAB).await?;
        let began = Instant::now();
        while window.run(MOVED, vec![]).await? != json!(true) && began.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if window.focused().await? == testid {
            return Ok(());
        }
    }
    anyhow::bail!("Tab does not lead to `{testid}`; the focus is on `{}`", window.focused().await?)
}

/// Enter on a setting that has the focus: goes into its field.
pub async fn enter(window: &Window, setting: &str) -> Result<()> {
    window.strike(ENTER).await?;
    window.find_css(&format!("[data-testid=\"setting-input-{setting}\"]:focus")).await.map(drop)
}

/// Clicks into the field of a setting and types over what stands there.
pub async fn type_over(window: &Window, setting: &str, text: &str) -> Result<()> {
    window.click(&format!("setting-input-{setting}")).await?;
    retype(window, text).await
}

/// Types over what stands in the field that has the focus.
pub async fn retype(window: &Window, text: &str) -> Result<()> {
    window.strike(&format!("{CTRL}a")).await?;
    window.strike(text).await
}

/// What stands in the field of a setting.
pub async fn value(window: &Window, setting: &str) -> Result<String> {
    window.find(&format!("setting-input-{setting}")).await?;
    let script = "return document.querySelector(`[data-testid=\"setting-input-${arguments[0]}\"]`)?.value ?? null";
    let value = window.run(script, vec![json!(setting)]).await?;
    value.as_str().map(str::to_owned).with_context(|| format!("{setting} has a field"))
}

/// The word of the level that sets a setting, as its chip says.
pub async fn level(window: &Window, setting: &str) -> Result<String> {
    Ok(window.find_css(&format!("[data-testid=\"setting-{setting}\"] .prov")).await?.text().await?.trim().to_owned())
}

/// Ctrl+Enter, then Enter on the plan that is shown; waits until it was applied.
pub async fn review_and_apply(window: &Window) -> Result<()> {
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    apply(window).await
}

/// Applies the plan that is shown and waits until the sheet is gone.
pub async fn apply(window: &Window) -> Result<()> {
    window.find("plan-view").await?;
    window.find_css("[data-testid=plan-apply]:focus").await?;
    window.strike(ENTER).await?;
    window.counts("[data-testid=plan-sheet]", 0).await
}

/// A key and a plan that takes back or does again what it says.
pub async fn strike_and_apply(window: &Window, keys: &str) -> Result<()> {
    leave_fields(window).await?;
    window.strike(keys).await?;
    apply(window).await
}

/// What a file of the root holds.
pub fn read(place: &Place, path: &str) -> Result<String> {
    std::fs::read_to_string(place.root().join(path)).with_context(|| path.to_owned())
}

/// Lines of `after` that `before` does not have, where the others are all there in their order.
pub fn added(before: &str, after: &str) -> Vec<String> {
    let mut old = before.split_inclusive('\n').peekable();
    let mut new = Vec::new();
    for line in after.split_inclusive('\n') {
        if old.peek() == Some(&line) {
            old.next();
        } else {
            new.push(line.to_owned());
        }
    }
    assert_eq!(old.next(), None, "no line was lost or moved");
    new
}

/// What the terminal says about a setting.
pub fn explained(place: &Place, address: &str, key: &str) -> Result<Value> {
    let root = place.root().display().to_string();
    let run = Ctl::new(place).run(&["--root", &root, "config", "explain", address, key, "--json"])?;
    anyhow::ensure!(run.code == 0, "`config explain` ends with 0: {run:?}");
    run.json()
}

/// Sets something from the terminal, as somebody else would.
pub fn set(place: &Place, words: &[&str]) -> Result<()> {
    let root = place.root().display().to_string();
    let mut all = vec!["--root", &root, "config", "set"];
    all.extend(words);
    all.push("--yes");
    let run = Ctl::new(place).run(&all)?;
    anyhow::ensure!(run.code == 0, "`config set` ends with 0: {run:?}");
    Ok(())
}
