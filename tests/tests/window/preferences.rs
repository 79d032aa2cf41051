//! What a person prefers, what all modules inherit, settings as a text, and search over ten thousand of them.

use anyhow::{Context, Result};
use sanctum_tests::{Ctl, Place, Window};
use serde_json::json;

use crate::forms::{
    ENV, apply, explained, level, opened, read, review_and_apply, set, strike_and_apply, type_over, value,
};
use crate::support::{CTRL, DOWN, ENTER, ESC, go, leave_fields, pictures, sign_in};

async fn theme(window: &Window) -> Result<String> {
    let theme = window.run("return document.documentElement.dataset.theme ?? ''", vec![]).await?;
    Ok(theme.as_str().unwrap_or_default().to_owned())
}

/// Chooses an option of a select by its words, as a person who knows the keyboard.
async fn choose(window: &Window, setting: &str, letters: &str) -> Result<()> {
    let focus = "document.querySelector(`[data-testid=\"setting-input-${arguments[0]}\"]`).focus()";
    window.find(&format!("setting-input-{setting}")).await?;
    window.run(focus, vec![json!(setting)]).await?;
    window.strike(letters).await
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_count_at_once_and_after_a_restart() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let window = opened(&place).await?;
    window.strike(&format!("{CTRL},")).await?;
    window.find("settings-view").await?;
    window.click("settings-section-preferences").await?;
    window.find("preferences-section").await?;
    pictures(&window, "settings-preferences").await?;
    choose(&window, "appearance", "D").await?;
    review_and_apply(&window).await?;
    window.find_css("html[data-theme=dark]").await?;
    type_over(&window, "lock_after_min", "15").await?;
    window.click("setting-input-start_at_login").await?;
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    window.find("plan-view").await?;
    window.shot("settings-preferences-plan").await?;
    let item = place.home().join(".config/autostart");
    assert!(!item.exists(), "the plan alone starts nothing at login");
    apply(&window).await?;
    window.says("the system starts it at login").await?;
    let files: Vec<_> = std::fs::read_dir(&item).context("the login item's folder")?.collect::<Result<_, _>>()?;
    assert_eq!(files.len(), 1, "one login item, in the test's own home");
    let text = std::fs::read_to_string(files[0].path())?;
    assert!(text.contains("sanctum-configurator"), "it starts the app: {text}");
    window.close().await?;

    let window = Window::open_with(&place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    window.find("signin-user").await?;
    assert_eq!(theme(&window).await?, "dark", "the next start is dark before anybody signed in");
    sign_in(&window).await?;
    go(&window, "#/settings/preferences").await?;
    window.find("preferences-section").await?;
    assert_eq!(value(&window, "lock_after_min").await?, "15", "kept");
    strike_and_apply(&window, &format!("{CTRL}z")).await?;
    window.says("no login item").await?;
    assert!(!files[0].path().exists(), "undo takes the login item away");
    assert_eq!(explained(&place, "preferences", "lock_after_min")?["level"], "default", "and what was changed with it");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_for_all_modules_and_settings_as_a_text() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let before = read(&place, ".env")?;
    let window = opened(&place).await?;
    go(&window, "#/settings/system").await?;
    window.find("system-section").await?;
    pictures(&window, "settings-system").await?;
    window.click("variable-add").await?;
    window.find_css("[data-testid=variable-name]:focus").await?;
    window.strike("1ST").await?;
    window.strike(ENTER).await?;
    window.says("starts with no digit").await?;
    window.fill("variable-name", "HTTP_PROXY").await?;
    window.fill("variable-value", "http://proxy:8080").await?;
    window.strike(ENTER).await?;
    window.find("setting-env:HTTP_PROXY").await?;
    review_and_apply(&window).await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    assert!(read(&place, ".env")?.contains("HTTP_PROXY='http://proxy:8080'\n"), "it stands in the root's file");
    assert_eq!(
        explained(&place, "system-settings", "HTTP_PROXY")?["value"],
        "http://proxy:8080",
        "and in the registry"
    );
    strike_and_apply(&window, &format!("{CTRL}z")).await?;
    assert_eq!(read(&place, ".env")?, before, "undo takes it out of the file");

    go(&window, "#/settings/exchange").await?;
    window.find("exchange-section").await?;
    pictures(&window, "settings-exchange").await?;
    window.click("export-copy").await?;
    window.says("No secret’s value is on the clipboard").await?;
    let text = window.clipboard()?.context("the export is on the clipboard")?;
    assert!(text.contains("LOG_LEVEL"), "what was set is in it: {text}");
    window.click("import-text").await?;
    window.strike("hello").await?;
    window.click("import-review").await?;
    window.find_css("[data-testid=plan-sheet] [data-testid=error-box]").await?;
    window.shot("settings-import-refused").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=plan-sheet]", 0).await?;
    set(&place, &["athena/broca2", "LOG_LEVEL", "ERROR"])?;
    window.click("import-text").await?;
    window.strike(&format!("{CTRL}a")).await?;
    window.strike(&format!("{CTRL}v")).await?;
    window.click("import-review").await?;
    window.find("plan-view").await?;
    pictures(&window, "settings-import-plan").await?;
    apply(&window).await?;
    assert!(read(&place, ENV)?.contains("LOG_LEVEL='INFO'\n"), "what was exported is back in the module's file");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_settings_are_searched_and_opened() -> Result<()> {
    let place = Place::new()?;
    let names: Vec<String> = (0..150).map(|n| format!("agent{n:03}")).collect();
    let agents: Vec<&str> = names.iter().map(String::as_str).collect();
    Ctl::new(&place).setup(&agents, "broca2,thalamus")?;
    set(&place, &["agent077/broca2", "LONG_TASK_MAX_WAIT", "777"])?;
    let window = opened(&place).await?;
    window.strike(&format!("{CTRL},")).await?;
    window.find("settings-hits").await?;
    window.find_css("[data-testid=settings-search]:focus").await?;
    pictures(&window, "settings-all").await?;
    let words = window.find("all-settings").await?.text().await?;
    assert!(words.contains("10,"), "there are more than ten thousand: {words}");
    let nodes = window.count("*").await?;
    assert!(nodes < 1_500, "only what is seen is drawn: {nodes} elements");
    window.strike("longest turn @agent:agent077").await?;
    window.counts("[data-testid=setting-hit]", 3).await?;
    window.says("777").await?;
    pictures(&window, "settings-found").await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=setting-LONG_TASK_MAX_WAIT]:focus").await?;
    assert_eq!(level(&window, "LONG_TASK_MAX_WAIT").await?, "Instance", "the hit opens its setting");

    window.strike(&format!("{CTRL},")).await?;
    window.find("settings-search").await?;
    window.strike(&format!("{CTRL}a")).await?;
    window.strike("@tool:thalamus @modified @agent:agent003").await?;
    window.says("Thalamus").await?;
    window.strike(&format!("{CTRL}a")).await?;
    window.strike("@secret @agent:agent003").await?;
    window.says("Letta password").await?;
    window.strike(DOWN).await?;
    window.strike(ENTER).await?;
    window.find("settings").await?;
    window.strike(&format!("{CTRL},")).await?;
    window.find("settings-search").await?;
    window.strike(&format!("{CTRL}a")).await?;
    window.strike("no such thing at all").await?;
    window.says("No setting fits").await?;
    window.shot("settings-nothing").await?;
    window.strike(ESC).await?;
    window.find("settings-hits").await?;
    leave_fields(&window).await?;

    // The palette reaches each one as well.
    window.strike(&format!("{CTRL}k")).await?;
    window.find("palette-input").await?;
    window.strike("longest turn agent042").await?;
    window.find_css("[data-testid=palette-item]").await?;
    window.shot("settings-palette").await?;
    window.close().await
}
