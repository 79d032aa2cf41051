//! Sign-in, and tools that come and go while the window is open.

use anyhow::Result;
use sanctum_tests::{Ctl, Place, Window};

use crate::support::{go, pictures, put, sign_in};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_into_the_folder_shows_without_a_refresh() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2,thalamus")?;
    let window = Window::open_with(&place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    window.find("signin-user").await?;
    pictures(&window, "sign-in").await?;
    window.fill("signin-user", "mara").await?;
    window.fill("signin-password", "not this one at all").await?;
    window.click("signin-submit").await?;
    window.find_css("[data-testid=error-box][data-code=wrong_sign_in]").await?;
    window.says("The name or the password is not right.").await?;
    assert_eq!(window.count("[data-testid=shell]").await?, 0, "a wrong password opens nothing");
    window.shot("sign-in-refused").await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;

    put(
        &place.root(),
        "tools/weather/manifest.json",
        "{\"name\": \"weather\", \"type\": \"tool\", \"title\": \"Weather\", \"description\": \"Says when it rains\"}",
    )?;
    window.says("Says when it rains").await?;
    put(
        &place.root(),
        "tools/notes/manifest.json",
        "{\n  \"name\": \"notes\",\n  \"type\": \"tool\"\n  \"version\": \"1\"\n}\n",
    )?;
    window.find_css(".card-broken").await?;
    window.says("Can’t be read").await?;
    let words = window.find_css(".card-broken").await?.text().await?;
    assert!(words.contains("manifest.json") && words.contains("line 4"), "the card names file and line: {words}");
    pictures(&window, "tools-live").await?;
    window.click_css(".card-broken h3").await?;
    window.find("tool-detail").await?;
    window.says("tools/notes/manifest.json").await?;
    pictures(&window, "tool-broken").await?;
    go(&window, "#/tools/global").await?;

    put(
        &place.root(),
        "tools/notes/manifest.json",
        "{\"name\": \"notes\", \"type\": \"tool\", \"title\": \"Notes\", \"description\": \"Mended in an editor\"}",
    )?;
    window.says("Mended in an editor").await?;
    window.counts(".card-broken", 0).await?;
    std::fs::remove_dir_all(place.root().join("tools/weather"))?;
    window.says_no_more("Says when it rains").await?;

    go(&window, "#/tools/agent%3Aathena").await?;
    window.says("Broca").await?;
    put(
        &place.root(),
        "agents/agent-athena/modules/calendar/manifest.json",
        "{\"name\": \"calendar\", \"type\": \"module\", \"title\": \"Calendar\"}",
    )?;
    window.says("Calendar").await?;
    pictures(&window, "tools-agent").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_shows_its_settings_with_the_file_they_come_from() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let window = Window::open_with(&place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;
    go(&window, "#/tools/agent%3Aathena").await?;
    window.click("tool-card").await?;
    window.find("settings").await?;
    window.click("setting-input-LOG_LEVEL").await?;
    let place_of_it = window.find("stands-in").await?.text().await?;
    let line = place_of_it.strip_prefix("agents/agent-athena/broca2/config/.env:");
    assert!(line.is_some_and(|line| line.parse::<u32>().is_ok()), "the file and its line: {place_of_it}");
    pictures(&window, "tool-detail").await?;
    window.close().await
}
