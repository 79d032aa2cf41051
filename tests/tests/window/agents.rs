//! Primes are added and removed through plans, and everything can be taken back.

use anyhow::Result;
use sanctum_tests::{Ctl, Place, Window};

use crate::support::{CTRL, SHIFT, contents, eventually, go, leave_fields, pictures, sign_in};

async fn opened(place: &Place) -> Result<Window> {
    let window = Window::open_with(place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;
    go(&window, "#/agents").await?;
    window.find("agent-row").await?;
    Ok(window)
}

/// Applies the plan that is shown and waits until the sheet is gone.
async fn apply(window: &Window) -> Result<()> {
    window.find("plan-view").await?;
    window.click("plan-apply").await?;
    window.counts("[data-testid=plan-sheet]", 0).await
}

async fn add_monday(window: &Window) -> Result<()> {
    leave_fields(window).await?;
    window.strike(&format!("{CTRL}n")).await?;
    window.find("add-agent-sheet").await?;
    window.fill("agent-name", "Monday").await?;
    window.says("agents/agent-monday").await?;
    window.click("agent-review").await?;
    window.find("plan-view").await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prime_is_added_taken_back_and_put_back() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let folder = place.root().join("agents/agent-monday");
    let window = opened(&place).await?;
    pictures(&window, "agents").await?;
    add_monday(&window).await?;
    assert!(!folder.exists(), "nothing is written while the plan is only shown");
    window.says("Write the settings of Broca for Monday").await?;
    window.says("agents/agent-monday/broca2/config/.env").await?;
    pictures(&window, "agent-add-plan").await?;
    apply(&window).await?;
    window.find("toast").await?;
    window.says("applied, read back").await?;
    window.counts("[data-testid=agent-row]", 2).await?;
    assert!(folder.join("broca2/config/.env").is_file(), "the Prime stands on disk");
    window.find_css("[data-testid=agent-detail]").await?;
    pictures(&window, "agent-added").await?;
    let made = contents(&folder)?;

    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}z")).await?;
    window.find("plan-view").await?;
    window.shot("agent-undo-plan").await?;
    apply(&window).await?;
    window.counts("[data-testid=agent-row]", 1).await?;
    assert!(!folder.exists(), "Ctrl+Z took the folder back");

    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}{SHIFT}z")).await?;
    apply(&window).await?;
    window.counts("[data-testid=agent-row]", 2).await?;
    assert_eq!(contents(&folder)?, made, "redo makes the same files again");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prime_is_removed_with_a_plan_and_comes_back_byte_for_byte() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena", "monday"], "broca2,thalamus")?;
    let folder = place.root().join("agents/agent-monday");
    std::fs::write(folder.join("broca2/db/memory.db"), b"\x00\x01 what Monday remembers")?;
    let before = contents(&folder)?;
    let window = opened(&place).await?;
    go(&window, "#/agents/monday").await?;
    window.find("agent-detail").await?;
    window.click("agent-remove").await?;
    window.find("plan-view").await?;
    pictures(&window, "agent-remove-plan").await?;
    assert_eq!(contents(&folder)?, before, "the question alone removes nothing");
    apply(&window).await?;
    window.counts("[data-testid=agent-row]", 1).await?;
    assert!(!folder.exists(), "the folder is gone from its place");
    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}z")).await?;
    apply(&window).await?;
    window.counts("[data-testid=agent-row]", 2).await?;
    assert_eq!(
        contents(&folder)?,
        before,
        "undo restores every file, byte for byte, what others had put there as well"
    );

    go(&window, "#/activity").await?;
    window.counts("[data-testid=change-row]", 3).await?;
    let shown = window.find("inspector").await?.text().await?;
    assert!(shown.contains("Steps"), "a change set shows its steps: {shown}");
    pictures(&window, "activity").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_never_overwrites_what_somebody_edited_since() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let window = opened(&place).await?;
    add_monday(&window).await?;
    apply(&window).await?;
    window.counts("[data-testid=agent-row]", 2).await?;
    let env = place.root().join("agents/agent-monday/broca2/config/.env");
    let edited = format!("{}\n# by hand\n", std::fs::read_to_string(&env)?);
    std::fs::write(&env, &edited)?;
    let before = contents(&place.root().join("agents"))?;
    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}z")).await?;
    window.find_css("[data-testid=error-box][data-code=undo_conflict]").await?;
    pictures(&window, "undo-conflict").await?;
    window.says("agents/agent-monday/broca2/config/.env was changed since").await?;
    window.click("plan-cancel").await?;
    assert_eq!(contents(&place.root().join("agents"))?, before, "nothing was taken back and nothing overwritten");
    go(&window, "#/activity").await?;
    window.find("change-conflicts").await?;
    window.says("Undo would overwrite a newer edit.").await?;
    window.says("agents/agent-monday/broca2/config/.env").await?;
    pictures(&window, "activity-conflict").await?;
    eventually("the edit stays", || std::fs::read_to_string(&env).is_ok_and(|text| text == edited)).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_will_not_do_are_refused_in_the_sheet() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let window = opened(&place).await?;
    leave_fields(&window).await?;
    window.strike(&format!("{CTRL}n")).await?;
    window.find("add-agent-sheet").await?;
    for name in ["../x", "ATHENA", "a/b"] {
        window.fill("agent-name", name).await?;
        window
            .counts("[data-testid=agent-name][aria-invalid=true], [aria-invalid=true] [data-testid=agent-name]", 1)
            .await?;
        window.click_refused("agent-review").await?;
        assert_eq!(window.count("[data-testid=plan-sheet]").await?, 0, "`{name}` leads to no plan");
    }
    window.shot("agent-add-refused").await?;
    window.close().await
}
