//! A Prime is made in Letta from the window, talked to, and its memory changed: every step a plan, everything read back.

use anyhow::{Context, Result};
use fantoccini::Locator;
use sanctum_fake_letta::Fake;
use sanctum_tests::{Ctl, Place, Window};

use crate::forms::apply;
use crate::support::{CTRL, ENTER, go, leave_fields, pictures, sign_in};

/// Clicks what a person sees under this path of elements.
async fn press(window: &Window, path: &str) -> Result<()> {
    window.click_by(Locator::XPath(path)).await.with_context(|| format!("clicking {path}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prime_is_made_in_letta_talked_to_and_remembers_what_it_is_told() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let fake = Fake::new("0.16.8", 2, None).await;
    let window = Window::open_with(&place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;

    go(&window, "#/settings/letta").await?;
    window.fill("letta-address", &fake.url()).await?;
    window.click("letta-review").await?;
    window.says("Keep the address").await?;
    apply(&window).await?;
    window.says("0.16.8").await?;
    pictures(&window, "letta-connection").await?;

    go(&window, "#/agents").await?;
    window.find("agent-row").await?;
    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}n")).await?;
    window.find("add-agent-sheet").await?;
    window.fill("agent-name", "Timbre").await?;
    window.says("agents/agent-timbre").await?;
    press(&window, "//*[@data-testid='letta-side']//*[@role='radio' or self::button][contains(., 'Create')]").await?;
    press(&window, "(//*[@data-testid='letta-model-item'])[1]/ancestor::label").await?;
    press(&window, "(//*[@data-testid='letta-embedding-item'])[1]/ancestor::label").await?;
    window.fill("letta-persona", "I am Timbre, and I listen.").await?;
    window.find("letta-human-why").await?;
    pictures(&window, "agent-add-letta").await?;
    window.click("agent-review").await?;
    window.find("plan-view").await?;
    pictures(&window, "agent-create-plan").await?;
    assert_eq!(fake.agents(), ["other 0", "other 1"], "a plan makes nothing");
    apply(&window).await?;
    window.find("agent-detail").await?;
    assert!(fake.agents().contains(&"Timbre".to_owned()), "it is in Letta now: {:?}", fake.agents());
    assert!(place.root().join("agents/agent-timbre/broca2/config/.env").is_file(), "and on disk");
    pictures(&window, "agent-page").await?;

    go(&window, "#/chat/timbre").await?;
    window.click("chat-field").await?;
    window.strike("hello").await?;
    window.strike(ENTER).await?;
    window.says("You said: hello").await?;

    go(&window, "#/agents/timbre/memory").await?;
    window.fill("block-text-persona", "I am Timbre, and I sing.").await?;
    pictures(&window, "agent-memory").await?;
    window.click("block-review-persona").await?;
    window.says("I sing").await?;
    apply(&window).await?;
    window.says("applied, read back").await?;
    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}z")).await?;
    apply(&window).await?;
    let back = "return document.querySelector('[data-testid=block-text-persona]').value.includes('listen')";
    let began = std::time::Instant::now();
    while window.run(back, vec![]).await?.as_bool() != Some(true) {
        anyhow::ensure!(began.elapsed().as_secs() < 20, "undo brings back the memory: {}", window.text().await?);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    window.close().await?;
    let faults = fake.faults.lock().map(|faults| faults.clone()).unwrap_or_default();
    assert!(faults.is_empty(), "everything the server was sent is what it takes: {faults:#?}");
    Ok(())
}
