//! A file that somebody edits while its form is open: seen, compared, and settled key by key.

use anyhow::Result;
use fantoccini::Locator;
use sanctum_tests::{Ctl, Place};

use crate::forms::{ENV, apply, explained, open_form, opened, read, set};
use crate::support::{CTRL, ENTER, pictures, put};

const JSON: &str = "agents/agent-athena/broca2/settings.json";

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_outside_is_seen_compared_and_settled() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    set(&place, &["athena/broca2", "LOG_LEVEL", "WARNING"])?;
    set(&place, &["athena/broca2", "LONG_TASK_MAX_WAIT", "200", "--level", "system"])?;
    set(&place, &["athena/broca2", "MESSAGE_PROCESS_TIMEOUT_BUFFER", "240"])?;
    set(&place, &["athena/broca2", "message_mode", "echo"])?;
    let written = read(&place, ENV)?;
    let window = opened(&place).await?;
    open_form(&window, "agent:athena", "Broca").await?;
    window.counts("[data-testid=drift-banner]", 0).await?;

    let edited = format!("# a note\n{}", written)
        .replace("LOG_LEVEL='WARNING'", "LOG_LEVEL=ERROR")
        .replace("LONG_TASK_MAX_WAIT='200'", "LONG_TASK_MAX_WAIT='250'")
        .replace("BUFFER='240'", "BUFFER='300'");
    put(&place.root(), ENV, &edited)?;
    window.says(&format!("{ENV} was changed outside.")).await?;
    window.says("3 keys differ from what was written last").await?;
    window.says("The file says 250").await?;
    pictures(&window, "drift-banner").await?;
    // The level above changes too, so that one key collides.
    set(&place, &["athena/broca2", "LONG_TASK_MAX_WAIT", "500", "--level", "system"])?;
    assert_eq!(read(&place, ENV)?, edited, "an edit is never overwritten by the way");

    window.click_css("[data-testid=tool-settings] [data-testid=drift-compare]").await?;
    window.find("drift-file").await?;
    // The terminal wrote nothing but the registry.
    window.click_by(Locator::XPath("//button[contains(., 'Look again')]")).await?;
    window.counts("[data-testid=drift-key]", 3).await?;
    pictures(&window, "drift-compare").await?;
    window.says("1 was changed in both, choose").await?;
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    assert_eq!(window.count("[data-testid=plan-sheet]").await?, 0, "a collision must be chosen first");
    let pick = |key: &str, take: &str| format!("[data-key=\"{key}\"] [data-testid=drift-{take}]");
    window.click_css(&pick("LONG_TASK_MAX_WAIT", "theirs")).await?;
    window.click_css(&pick("MESSAGE_PROCESS_TIMEOUT_BUFFER", "ours")).await?;
    window.says("3 of 3 decided").await?;
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    window.find("plan-view").await?;
    pictures(&window, "drift-plan").await?;
    apply(&window).await?;
    window.says("This file agrees with what was written").await?;
    pictures(&window, "drift-none").await?;
    let wanted = edited.replace("BUFFER='300'", "BUFFER='240'");
    assert_eq!(read(&place, ENV)?, wanted, "ours is back, theirs stands as it was typed, the note stays");
    for (key, value) in
        [("LOG_LEVEL", "ERROR"), ("LONG_TASK_MAX_WAIT", "250"), ("MESSAGE_PROCESS_TIMEOUT_BUFFER", "240")]
    {
        assert_eq!(explained(&place, "athena/broca2", key)?["value"], value, "{key} counts as it was decided");
    }

    // A file that cannot be read is an error, never nothing.
    put(&place.root(), JSON, "{ \"message_mode\": ")?;
    window.click("drift-item").await?;
    window.find("drift-unreadable").await?;
    pictures(&window, "drift-unreadable").await?;
    window.close().await
}
