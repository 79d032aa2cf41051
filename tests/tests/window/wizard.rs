//! From nothing to the grid, with the mouse and with the keyboard; and answers that will not do.

use anyhow::Result;
use sanctum_tests::{Place, Window};

use crate::support::{
    ENTER, PASSWORD, TAB, at_home, files_with, fill_account, next, pictures, put, stays_inside, step,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_nothing_ends_in_front_of_their_tools() -> Result<()> {
    let place = Place::new()?;
    put(&place.home(), "letters/mother.txt", "Dear mother")?;
    let before = at_home(&place)?;
    let unwritten = |at: &str| -> Result<()> {
        assert_eq!(
            at_home(&place)?,
            before,
            "nothing is written beside the root before the plan is confirmed, not even at “{at}”"
        );
        assert!(!place.root().exists(), "the root is not made at “{at}”");
        Ok(())
    };
    let window = Window::open(&place).await?;
    window.says("How do you want to start?").await?;
    pictures(&window, "wizard-welcome").await?;
    unwritten("welcome")?;
    next(&window, "look").await?;
    window.says("No Sanctum is here yet.").await?;
    window.shot("wizard-look").await?;
    unwritten("look")?;
    next(&window, "folder").await?;
    window.says("Will do").await?;
    pictures(&window, "wizard-folder").await?;
    unwritten("folder")?;
    next(&window, "python").await?;
    window.find_css("[data-testid=wizard-python-venv][aria-checked=true]").await?;
    pictures(&window, "wizard-python").await?;
    unwritten("python")?;
    next(&window, "letta").await?;
    window.click("wizard-letta-try").await?;
    window.find("wizard-letta-status").await?;
    window.shot("wizard-letta").await?;
    window.click("wizard-letta-later").await?;
    step(&window, "keychain").await?;
    window.click("wizard-secrets-try").await?;
    window.says("A test item was written, read back and deleted.").await?;
    window.shot("wizard-keychain").await?;
    next(&window, "account").await?;
    fill_account(&window).await?;
    pictures(&window, "wizard-account").await?;
    unwritten("account")?;
    next(&window, "modules").await?;
    window.find("wizard-ports").await?;
    pictures(&window, "wizard-modules").await?;
    next(&window, "agent").await?;
    window.fill("wizard-agent-name", "Athena").await?;
    window.says("agents/agent-athena").await?;
    pictures(&window, "wizard-agent").await?;
    unwritten("agent")?;
    next(&window, "plan").await?;
    window.find("plan-apply").await?;
    window.says("Nothing has been written yet.").await?;
    pictures(&window, "wizard-plan").await?;
    unwritten("plan")?;
    let kept = files_with(&place.data_dir(), PASSWORD)?;
    assert!(kept.is_empty(), "the answers are kept without the password, but it is in {kept:?}");

    window.click("plan-apply").await?;
    step(&window, "apply").await?;
    window.shot("wizard-creating").await?;
    stays_inside(&window, &place)?;
    window.find("setup-open").await?;
    window.says("Your Sanctum is there").await?;
    pictures(&window, "wizard-done").await?;
    let python = std::process::Command::new(place.root().join("agents/venv/bin/python"))
        .args(["-c", "import sys; print(sys.prefix != sys.base_prefix)"])
        .output()?;
    assert_eq!(
        String::from_utf8_lossy(&python.stdout).trim(),
        "True",
        "agents/venv is a real environment that runs: {python:?}"
    );
    for path in
        ["control/registry.db", "agents/agent-athena/broca2/config/.env", "agents/agent-athena/broca2/run/start.sh"]
    {
        assert!(place.root().join(path).is_file(), "`{path}` of the installation layout was made");
    }
    let told = files_with(&place.root().join("control"), PASSWORD)?;
    assert!(told.is_empty(), "the password itself is stored nowhere, but it is in {told:?}");

    window.click("setup-open").await?;
    window.find("tools-grid").await?;
    window.says("Athena").await?;
    pictures(&window, "tools-after-setup").await?;
    stays_inside(&window, &place)?;
    assert_eq!(
        std::fs::read_to_string(place.home().join("letters/mother.txt"))?,
        "Dear mother",
        "what else is in the home is left alone"
    );
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_on_the_last_step_takes_the_whole_setup_back() -> Result<()> {
    let place = Place::new()?;
    let before = at_home(&place)?;
    let window = Window::open(&place).await?;
    crate::support::to_the_plan(&window, false).await?;
    window.click("plan-apply").await?;
    window.find("setup-open").await?;
    assert!(place.root().join("control/registry.db").is_file(), "the setup stands before it is taken back");
    window.click("setup-undo").await?;
    window.find("setup-undo-dialog").await?;
    window.shot("wizard-undo-dialog").await?;
    window.click("setup-undo-confirm").await?;
    window.says("The setup was taken back.").await?;
    window.shot("wizard-undone").await?;
    assert!(!place.root().exists(), "the root is gone again");
    assert_eq!(at_home(&place)?, before, "the home is as it was before the setup");
    window.close().await
}

/// Tab until this has the focus, as somebody without a mouse does.
async fn tab_to(window: &Window, testid: &str) -> Result<()> {
    for _ in 0..40 {
        if window.focused().await? == testid {
            return Ok(());
        }
        window.strike(TAB).await?;
    }
    anyhow::bail!("Tab never reaches `{testid}`; the window shows:\n{}", window.text().await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_setup_goes_without_a_mouse() -> Result<()> {
    let place = Place::new()?;
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    for next in ["look", "folder", "python"] {
        window.strike(ENTER).await?;
        step(&window, next).await?;
    }
    tab_to(&window, "wizard-python-later").await?;
    window.strike(ENTER).await?;
    step(&window, "letta").await?;
    tab_to(&window, "wizard-letta-later").await?;
    window.strike(ENTER).await?;
    step(&window, "keychain").await?;
    tab_to(&window, "wizard-next").await?;
    window.strike(ENTER).await?;
    step(&window, "account").await?;
    assert_eq!(window.focused().await?, "wizard-admin-user", "the step opens in its first field");
    window.strike("mara").await?;
    tab_to(&window, "wizard-admin-password").await?;
    window.strike(PASSWORD).await?;
    tab_to(&window, "wizard-admin-password2").await?;
    window.strike(PASSWORD).await?;
    window.strike(ENTER).await?;
    step(&window, "modules").await?;
    // The way on is open once the ports were looked at.
    window.says("nothing listens there").await?;
    window.strike(ENTER).await?;
    step(&window, "agent").await?;
    assert_eq!(window.focused().await?, "wizard-agent-name", "the name is asked for at once");
    window.strike("Athena").await?;
    window.says("agents/agent-athena").await?;
    window.strike(ENTER).await?;
    window.find("plan-apply").await?;
    window.strike(ENTER).await?;
    window.find("setup-open").await?;
    window.says("not built yet").await?;
    assert!(!place.root().join("agents/venv").exists(), "“Decide later” builds no environment");
    window.strike(ENTER).await?;
    window.find("tools-grid").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_will_not_do_say_why_and_stop_the_way() -> Result<()> {
    let place = Place::new()?;
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    next(&window, "look").await?;
    next(&window, "folder").await?;
    window.fill("wizard-root", "sanctum/here").await?;
    window.says("Will not do").await?;
    window.click_refused("wizard-next").await?;
    step(&window, "folder").await?;
    assert!(window.count("[aria-invalid=true]").await? > 0, "the field itself is marked");
    window.shot("wizard-folder-refused").await?;
    put(&place.home(), "a-letter", "Dear mother")?;
    window.fill("wizard-root", "~/a-letter/sanctum").await?;
    window.says("Will not do").await?;
    window.click_refused("wizard-next").await?;
    step(&window, "folder").await?;
    window.fill("wizard-root", "~/sanctum").await?;
    window.says("Chosen: ~/sanctum").await?;
    next(&window, "python").await?;
    window.find("wizard-python-0").await?;
    window.click("wizard-python-later").await?;
    step(&window, "letta").await?;
    window.click("wizard-letta-later").await?;
    step(&window, "keychain").await?;
    next(&window, "account").await?;
    window.click_refused("wizard-next").await?;
    window.says("A password is needed.").await?;
    window.fill("wizard-admin-user", "mara").await?;
    window.fill("wizard-admin-password", "password1234").await?;
    window.fill("wizard-admin-password2", "password1234").await?;
    window.click_refused("wizard-next").await?;
    window.counts("input[aria-invalid=true], [aria-invalid=true] input", 1).await?;
    step(&window, "account").await?;
    window.shot("wizard-account-refused").await?;
    window.fill("wizard-admin-password", PASSWORD).await?;
    window.fill("wizard-admin-password2", "correct horse").await?;
    window.click_refused("wizard-next").await?;
    window.says("The two passwords differ.").await?;
    window.fill("wizard-admin-password2", PASSWORD).await?;
    next(&window, "modules").await?;
    next(&window, "agent").await?;
    window.click_refused("wizard-next").await?;
    window.says("A name is needed.").await?;
    for name in ["../x", "a/b", "agent-", &"a".repeat(300)] {
        window.fill("wizard-agent-name", name).await?;
        window.counts("input[aria-invalid=true], [aria-invalid=true] input", 1).await?;
        window.click_refused("wizard-next").await?;
        step(&window, "agent").await?;
    }
    window.shot("wizard-agent-refused").await?;

    assert!(!place.root().exists(), "nothing was written for any of these answers");
    window.close().await
}
