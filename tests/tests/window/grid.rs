//! The grid under the hands: search, keys, names that mean harm, and ten thousand tools.

use anyhow::Result;
use sanctum_tests::{Ctl, Place, Window};
use serde_json::json;

use crate::support::{CTRL, DOWN, ENTER, ESC, LEFT, RIGHT, go, pictures, put, sign_in};

async fn opened(place: &Place) -> Result<Window> {
    let window = Window::open_with(place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;
    Ok(window)
}

fn tool(place: &Place, folder: &str, title: &str) -> Result<()> {
    let manifest =
        json!({ "name": folder, "type": "tool", "title": title, "description": format!("{title} as it says") });
    put(&place.root(), &format!("tools/{folder}/manifest.json"), manifest.to_string())
}

/// Index of the card that has the focus.
async fn at(window: &Window) -> Result<i64> {
    let cell = window.run("return Number(document.activeElement?.dataset?.cell ?? -1)", vec![]).await?;
    Ok(cell.as_i64().unwrap_or(-1))
}

async fn route(window: &Window) -> Result<String> {
    Ok(window.run("return decodeURIComponent(location.hash)", vec![]).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_is_searched_and_walked_from_the_keyboard() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena", "monday"], "broca2,thalamus,smcp")?;
    for (folder, title) in [("clock", "Clock"), ("weather", "Weather report"), ("weather2", "Weather map")] {
        tool(&place, folder, title)?;
    }
    let window = opened(&place).await?;
    window.says("Weather map").await?;
    let all = window.count("[data-testid=tool-card]").await?;
    pictures(&window, "tools").await?;

    window.strike(&format!("{CTRL}f")).await?;
    assert_eq!(window.focused().await?, "search", "Ctrl+F goes to the search of the view");
    window.strike("weather").await?;
    window.counts("[data-testid=tool-card]", 2).await?;
    window.says("2 tools").await?;
    window.shot("tools-search").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=tool-card]", all).await?;
    window.strike("no such thing").await?;
    window.says("No tool fits").await?;
    window.shot("tools-nothing-found").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=tool-card]", all).await?;
    window.strike("weather map").await?;
    window.counts("[data-testid=tool-card]", 1).await?;
    window.strike(ENTER).await?;
    window.find("tool-detail").await?;
    assert!(route(&window).await?.contains("tools/weather2"), "Enter in the search opens the first hit");

    go(&window, "#/tools/global").await?;
    window.counts("[data-testid=tool-card]", all).await?;
    let second =
        window.run("return document.querySelectorAll('[data-testid=tool-card] h3')[1].innerText", vec![]).await?;
    window.run("document.activeElement?.blur()", vec![]).await?;
    window.strike("2").await?;
    window.find("tool-detail").await?;
    let title = window.find_css("[data-testid=tool-detail] h2").await?.text().await?;
    assert_eq!(Some(title.trim()), second.as_str().map(str::trim), "the digit on a card opens that card");
    window.strike(&format!("{CTRL}[")).await?;
    window.find("tools-grid").await?;
    window.run("document.activeElement?.blur()", vec![]).await?;
    window.strike(ENTER).await?;
    window.find("tool-detail").await?;
    window.strike(&format!("{CTRL}[")).await?;
    window.find("tools-grid").await?;

    window.strike(&format!("{CTRL}2")).await?;
    window.find_css("[data-tab=\"agent:athena\"][aria-selected=true]").await?;
    window.says("Broca").await?;
    window.strike(&format!("{CTRL}4")).await?;
    window.find_css("[data-tab=smcp][aria-selected=true]").await?;
    pictures(&window, "tools-smcp").await?;
    window.strike(&format!("{CTRL}1")).await?;
    window.find_css("[data-tab=global][aria-selected=true]").await?;
    window.counts("[data-testid=tool-card]", all).await?;

    window.run("document.querySelector('[data-testid=tool-card]').focus()", vec![]).await?;
    assert_eq!(at(&window).await?, 0, "the first card can have the focus");
    window.strike(RIGHT).await?;
    assert_eq!(at(&window).await?, 1, "right goes to the next card");
    window.strike(LEFT).await?;
    assert_eq!(at(&window).await?, 0, "left goes back");
    window.strike(DOWN).await?;
    assert!(at(&window).await? > 1, "down goes to the row below");
    window.strike("\u{e010}").await?;
    let last = at(&window).await?;
    assert_eq!(u64::try_from(last)?, all - 1, "End goes to the last card");
    window.strike(ENTER).await?;
    window.find("tool-detail").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_mean_harm_are_only_names() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena", "<img src=x onerror=window.__pwned=1> Iris"], "broca2")?;
    let long = "x".repeat(300);
    let hostile = [
        ("img", "<img src=x onerror=\"window.__pwned=1\">"),
        ("script", "</script><script>window.__pwned=1</script>"),
        ("link", "javascript:window.__pwned=1"),
        ("rtl", "\u{202e}gnp.exe\u{202c} safe"),
        ("bell", "bell\u{7}\u{1b}[31m\u{0}name"),
        ("long", long.as_str()),
    ];
    for (folder, title) in hostile {
        tool(&place, folder, title)?;
    }
    put(
        &place.root(),
        "tools/<b>folder/manifest.json",
        "{\"name\": \"<svg onload=window.__pwned=1>\", \"type\": \"tool\"",
    )?;
    let window = opened(&place).await?;
    window.says("<img src=x onerror=").await?;
    window.says("javascript:window.__pwned=1").await?;
    pictures(&window, "tools-hostile").await?;
    let wide = window.run("return document.documentElement.scrollWidth - innerWidth", vec![]).await?;
    assert_eq!(wide.as_i64(), Some(0), "a name of 300 characters does not widen the window");
    for hash in ["#/agents", "#/activity", "#/modules", "#/modules/ports", "#/plugins", "#/tools/global"] {
        go(&window, hash).await?;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        window.shot(&format!("hostile{}", hash.replace(['#', '/'], "-"))).await?;
    }
    let cards = window.count("[data-testid=tool-card]").await?;
    for n in 1..=cards.min(9) {
        window.run("document.activeElement?.blur()", vec![]).await?;
        window.strike(&n.to_string()).await?;
        // Ports and Python have views of their own.
        window.find_css("[data-testid=tool-detail], [data-testid=modules-view]").await?;
        go(&window, "#/tools/global").await?;
        window.find("tools-grid").await?;
    }
    window.strike(&format!("{CTRL}k")).await?;
    window.find("palette-input").await?;
    window.strike("img").await?;
    window.find("palette-item").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=palette]", 0).await?;
    let foreign = window.count("main img, main svg[onload], main script, main iframe, a[href^='javascript:']").await?;
    assert_eq!(foreign, 0, "no name became an element");
    let pwned = window.run("return typeof window.__pwned", vec![]).await?;
    assert_eq!(pwned.as_str(), Some("undefined"), "no name was run");

    let tried = "const s = document.createElement('div'); try { s.innerHTML = '<img src=x onerror=\"window.__pwned=2\">'; } catch {} document.body.append(s);
        const t = document.createElement('script'); try { t.textContent = 'window.__pwned=3'; document.body.append(t); } catch {}
        return 1";
    window.run(tried, vec![]).await?;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let pwned = window.run("return typeof window.__pwned", vec![]).await?;
    assert_eq!(
        pwned.as_str(),
        Some("undefined"),
        "even markup that reached the page runs nothing: the page's policy forbids it"
    );
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_tools_stay_light_and_one_is_found() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    for n in 0..10_000 {
        tool(&place, &format!("tool-{n:05}"), &format!("Tool number {n:05}"))?;
    }
    let window = opened(&place).await?;
    window.says("10,0").await?;
    let nodes = window.count("*").await?;
    assert!(nodes < 1_500, "only what is in sight is built: {nodes} elements for 10,000 tools");
    window.run("document.querySelector('.wgrid').scrollTop = 1e9", vec![]).await?;
    window.says("Tool number 09999").await?;
    let nodes = window.count("*").await?;
    assert!(nodes < 1_500, "at the end of the list as well: {nodes} elements");
    window.shot("tools-ten-thousand").await?;
    window.strike(&format!("{CTRL}f")).await?;
    window.strike("number 07421").await?;
    window.counts("[data-testid=tool-card]", 1).await?;
    window.says("Tool number 07421").await?;
    window.close().await
}
