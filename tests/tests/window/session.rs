//! Lock, unlock, sign-out, and a session that is remembered where there is a keyring.

use anyhow::Result;
use fantoccini::Locator;
use sanctum_tests::{Ctl, Place, Window};

use crate::support::{CTRL, PASSWORD, SHIFT, files_with, go, pictures, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn the_window_locks_unlocks_and_signs_out() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let root = place.root().display().to_string();
    let window = Window::open_with(&place, &[("SANCTUM_ROOT", &root)]).await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;
    window.says("1 account, 1 signed in").await?;
    window.strike(&format!("{CTRL}{SHIFT}l")).await?;
    window.find("unlock-password").await?;
    pictures(&window, "locked").await?;
    assert!(!window.text().await?.contains("Athena"), "a locked window shows nothing of the Sanctum");
    window.fill("unlock-password", "not this one at all").await?;
    window.click("unlock-submit").await?;
    window.find_css("[data-testid=error-box][data-code=wrong_sign_in]").await?;
    window.fill("unlock-password", PASSWORD).await?;
    window.click("unlock-submit").await?;
    window.find("tools-grid").await?;
    window.click("user-menu").await?;
    window.says("Sign out mara").await?;
    window.shot("user-menu").await?;
    window.click_by(Locator::XPath("//*[@role='menuitem'][contains(., 'Sign out')]")).await?;
    window.find("signin-user").await?;
    assert_eq!(window.count("[data-testid=shell]").await?, 0, "after sign-out nothing of the Sanctum is shown");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_keyring_remembers_the_session_until_sign_out() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    std::fs::write(place.data_dir().join("app.json"), serde_json::json!({ "root": place.root() }).to_string())?;
    let window = Window::open_with_keyring(&place, "the-keyring-password").await?;
    window.find("signin-user").await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;
    assert_eq!(window.count("[data-testid=secrets-banner]").await?, 0, "with a keyring there is nothing to warn of");
    window.close().await?;
    assert!(files_with(&place.data_dir(), PASSWORD)?.is_empty(), "no password is kept in the app's folder");

    let window = Window::open_with_keyring(&place, "the-keyring-password").await?;
    window.find("tools-grid").await?;
    window.says("athena").await?;
    window.shot("session-remembered").await?;
    window.click("user-menu").await?;
    window.says("Sign out mara").await?;
    window.click_by(Locator::XPath("//*[@role='menuitem'][contains(., 'Sign out')]")).await?;
    window.find("signin-user").await?;
    window.close().await?;

    let window = Window::open_with_keyring(&place, "the-keyring-password").await?;
    window.find("signin-user").await?;
    assert_eq!(window.count("[data-testid=shell]").await?, 0, "after sign-out the next start asks again");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_the_app_says_so_and_works() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let root = place.root().display().to_string();
    let window = Window::open_with(&place, &[("SANCTUM_SECRET_STORE", "os"), ("SANCTUM_ROOT", &root)]).await?;
    window.find("signin-user").await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;
    window.shot("no-keyring").await?;
    go(&window, "#/tools/global").await?;
    let words = window.find("secrets-banner").await?.text().await?;
    assert!(words.contains("You sign in again at each start"), "what it costs is said: {words}");
    pictures(&window, "no-keyring").await?;
    go(&window, "#/agents").await?;
    window.says("athena").await?;
    window.close().await?;
    let window = Window::open_with(&place, &[("SANCTUM_SECRET_STORE", "os"), ("SANCTUM_ROOT", &root)]).await?;
    window.find("signin-user").await?;
    window.close().await
}
