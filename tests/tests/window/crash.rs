//! The app dies in the middle of a setup, and two of it want the same folder.

use anyhow::Result;
use sanctum_tests::{Ctl, Place, Window};

use crate::support::{PASSWORD, contents, eventually, files_with, pictures, sign_in, step, to_the_plan};

/// What stands below the root, for the message of a failure.
fn left(place: &Place) -> Vec<String> {
    contents(&place.root()).map(|all| all.into_keys().take(30).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_that_was_killed_is_taken_back_and_goes_on_with_its_answers() -> Result<()> {
    let place = Place::new()?;
    let killed = Window::open(&place).await?;
    to_the_plan(&killed, true).await?;
    killed.click("plan-apply").await?;
    eventually("the environment is being built", || {
        std::fs::read_dir(place.root().join("agents")).is_ok_and(|entries| {
            entries.flatten().any(|e| e.file_name().to_string_lossy().contains("venv") && e.path().join("bin").exists())
        })
    })
    .await?;
    killed.kill_app()?;
    eventually("the app is dead", || killed.app_pids().is_empty()).await?;
    assert!(place.root().exists(), "it died with files written");

    let window = Window::open(&place).await?;
    window.find("resume-banner").await?;
    window.says("was taken back").await?;
    pictures(&window, "crash-resume").await?;
    assert!(!place.root().exists(), "what it had written is gone, not {:?}", left(&place));
    assert!(files_with(&place.data_dir(), PASSWORD)?.is_empty(), "the kept answers hold no password");
    window.click("setup-resume").await?;
    step(&window, "account").await?;
    window.says("Type the password again.").await?;
    window.shot("crash-password-again").await?;
    window.fill("wizard-admin-password", PASSWORD).await?;
    window.fill("wizard-admin-password2", PASSWORD).await?;
    window.click("wizard-next").await?;
    window.find("plan-apply").await?;
    window.says("Athena").await?;
    window.click("plan-apply").await?;
    window.find("setup-open").await?;
    assert!(place.root().join("agents/venv/bin/python").exists(), "the second time it was built");
    window.click("setup-open").await?;
    window.find("tools-grid").await?;
    drop(killed);
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_that_is_cancelled_is_taken_back() -> Result<()> {
    let place = Place::new()?;
    let window = Window::open(&place).await?;
    to_the_plan(&window, true).await?;
    window.click("plan-apply").await?;
    window.click("plan-cancel").await?;
    window.says("Cancelled, and taken back").await?;
    pictures(&window, "setup-cancelled").await?;
    assert!(!place.root().exists(), "a cancelled setup leaves nothing, not {:?}", left(&place));
    window.click("wizard-retry").await?;
    step(&window, "account").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_app_on_the_same_folder_is_told_who_has_it() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let root = place.root().display().to_string();
    let first = Window::open_with(&place, &[("SANCTUM_ROOT", &root)]).await?;
    sign_in(&first).await?;
    first.find("tools-grid").await?;
    let before = contents(&place.root().join("agents"))?;

    let elsewhere = Place::new()?;
    let second = Window::open_with(&elsewhere, &[("SANCTUM_ROOT", &root)]).await?;
    second.find("trouble").await?;
    second.find_css("[data-testid=error-box][data-code=root_busy]").await?;
    second.says("Another Sanctum Configurator has").await?;
    pictures(&second, "root-busy").await?;
    second.close().await?;
    assert_eq!(contents(&place.root().join("agents"))?, before, "the second start damaged nothing");
    first.run("location.hash = '#/agents'", vec![]).await?;
    first.says("athena").await?;
    let checked = Ctl::new(&place).run(&["agents", "list", "--root", &root, "--json"])?;
    assert_eq!(checked.code, 0, "the registry can still be read: {checked:?}");
    first.close().await
}
