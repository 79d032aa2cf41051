//! A look around the sample, the palette, the shortcuts, light and dark.

use anyhow::Result;
use sanctum_tests::{Place, Window};

use crate::support::{CTRL, ENTER, ESC, at_home, eventually, go, pictures, step};

fn samples(place: &Place) -> usize {
    std::fs::read_dir(place.path().join("tmp"))
        .map(|entries| {
            entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with("sanctum-sample-")).count()
        })
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_labelled_and_gone_when_it_is_left() -> Result<()> {
    let place = Place::new()?;
    let before = at_home(&place)?;
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    window.click("mode-sample").await?;
    window.click("wizard-next").await?;
    window.find("sample-banner").await?;
    window.says("Sample Sanctum: nothing here is yours.").await?;
    assert_eq!(samples(&place), 1, "it stands in the temporary folder");
    window.counts(".card-broken", 1).await?;
    window.counts("[data-testid=sidebar-agent]", 3).await?;
    pictures(&window, "sample").await?;
    go(&window, "#/agents").await?;
    window.counts("[data-testid=agent-row]", 3).await?;
    pictures(&window, "sample-agents").await?;
    window.click("sample-leave").await?;
    step(&window, "welcome").await?;
    eventually("the sample's folder is gone", || samples(&place) == 0).await?;
    assert_eq!(at_home(&place)?, before, "nothing of the home was touched");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_palette_finds_agents_tools_and_actions() -> Result<()> {
    let place = Place::new()?;
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    window.click("mode-sample").await?;
    window.click("wizard-next").await?;
    window.find("tools-grid").await?;
    let palette = async |words: &str| -> Result<()> {
        window.strike(&format!("{CTRL}k")).await?;
        window.find("palette-input").await?;
        window.strike(words).await
    };
    palette("monday").await?;
    window.find_css("[data-testid=palette-item][data-thing=\"agent monday\"][aria-selected=true]").await?;
    pictures(&window, "palette").await?;
    window.strike(ENTER).await?;
    window.find("agent-detail").await?;
    window.says("Plans the week and keeps the calendar").await?;

    palette("web search").await?;
    window.find_css("[data-testid=palette-item][data-thing^=\"tool \"][aria-selected=true]").await?;
    window.strike(ENTER).await?;
    window.find("tool-detail").await?;
    window.says("Finds pages and reads them aloud").await?;

    palette(">appearance: dark").await?;
    window.find_css("[data-thing=\"action appearance.dark\"][aria-selected=true]").await?;
    window.strike(ENTER).await?;
    window.find_css("html[data-theme=dark]").await?;
    palette("zzzz nothing").await?;
    window.says("Nothing fits.").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=palette]", 0).await?;

    window.strike(&format!("{CTRL}/")).await?;
    window.find("shortcuts-sheet").await?;
    window.says("Ctrl+K").await?;
    pictures(&window, "shortcuts").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=shortcuts-sheet]", 0).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_appearance_is_there_at_the_next_start() -> Result<()> {
    let place = Place::new()?;
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    window.run("localStorage.setItem('sanctum.appearance', 'dark')", vec![]).await?;
    // The web view writes it down a moment later.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    window.close().await?;
    let window = Window::open(&place).await?;
    step(&window, "welcome").await?;
    let theme = window.run("return document.documentElement.dataset.theme", vec![]).await?;
    assert_eq!(theme.as_str(), Some("dark"), "dark is kept");
    window.shot("wizard-welcome-dark-kept").await?;
    window.close().await
}
