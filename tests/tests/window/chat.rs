//! Talking to a Prime in the real window: streamed, stopped, sent again, found, kept over a restart.

use std::time::Duration;

use anyhow::Result;
use sanctum_fake_letta::Fake;
use sanctum_registry::rusqlite::Connection;
use sanctum_tests::{Ctl, Place, Window};

use crate::support::{CTRL, ENTER, SHIFT, go, pictures, sign_in};

fn echo(place: &Place, uid: &str) -> Result<()> {
    let c = Connection::open(place.root().join("control/registry.db"))?;
    c.execute("UPDATE agents SET config = '{\"chat_way\":\"echo\"}' WHERE uid = ?1", [uid])?;
    Ok(())
}

async fn opened(place: &Place, hash: &str) -> Result<Window> {
    let window = Window::open_with(place, &[("SANCTUM_ROOT", &place.root().display().to_string())]).await?;
    sign_in(&window).await?;
    go(&window, hash).await?;
    window.find("chat-field").await?;
    Ok(window)
}

/// The text of the last of so many answers, once none is being written.
async fn answer(window: &Window, count: u64) -> Result<String> {
    window.counts("[data-testid=chat-answer]", count).await?;
    window.counts("[data-testid=chat-stop]", 0).await?;
    let text =
        window.run("return [...document.querySelectorAll('[data-testid=chat-answer]')].at(-1).innerText", vec![]);
    Ok(text.await?.as_str().unwrap_or_default().to_owned())
}

/// Types into the field that has the focus and sends.
async fn say(window: &Window, text: &str) -> Result<()> {
    window.click("chat-field").await?;
    window.strike(text).await?;
    window.strike(ENTER).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_said_answered_while_it_is_written_and_there_after_a_restart() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena", "monday"], "broca2")?;
    echo(&place, "athena")?;
    let window = opened(&place, "#/chat/athena").await?;
    window.says("no model").await?;
    pictures(&window, "chat-empty").await?;

    window.click("chat-field").await?;
    window.strike("Hello").await?;
    window.strike(&format!("{SHIFT}{ENTER}")).await?;
    window.strike("second line").await?;
    window.strike(ENTER).await?;
    window.counts("[data-testid=chat-mine]", 1).await?;
    let said = answer(&window, 1).await?;
    assert!(said.contains("Hello") && said.contains("second line"), "Shift and Enter broke the line: {said}");
    pictures(&window, "chat-answered").await?;
    window.close().await?;

    let window = opened(&place, "#/chat/athena").await?;
    window.counts("[data-testid=chat-mine]", 1).await?;
    window.counts("[data-testid=chat-answer]", 1).await?;
    window.says("second line").await?;
    // The other one has nobody to ask, and says so instead of taking words.
    go(&window, "#/chat/monday").await?;
    window.find("chat-why-not").await?;
    window.says("not linked").await?;
    window.shot("chat-not-linked").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_stopped_with_the_keyboard_and_asked_for_again() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    echo(&place, "athena")?;
    let window = opened(&place, "#/chat/athena").await?;
    say(&window, &"word ".repeat(300)).await?;
    window.find("chat-stop").await?;
    window.shot("chat-answering").await?;
    window.strike(&format!("{CTRL}.")).await?;
    window.find("chat-retry").await?;
    window.says("stopped").await?;
    window.shot("chat-stopped").await?;
    window.click("chat-retry").await?;
    window.counts("[data-testid=chat-answer]", 2).await?;
    window.strike(&format!("{CTRL}.")).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_an_answer_runs_nothing_and_loads_nothing() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    echo(&place, "athena")?;
    let window = opened(&place, "#/chat/athena").await?;
    say(&window, "<img src=x onerror=document.title=1> **bold** [a](javascript:alert(1)) `code`").await?;
    let said = answer(&window, 1).await?;
    assert!(said.contains("code") && said.contains("<img"), "markup of the page is text: {said}");
    let images = window
        .run("return document.querySelectorAll('.chat img, [data-testid=chat-answer] img').length", vec![])
        .await?;
    assert_eq!(images.as_u64(), Some(0), "no picture was made of it");
    let links = window.run("return document.querySelectorAll('a[href^=\"javascript\"]').length", vec![]).await?;
    assert_eq!(links.as_u64(), Some(0), "and no link");
    let title = window.run("return document.title", vec![]).await?;
    assert_ne!(title.as_str(), Some("1"), "nothing ran");
    window.shot("chat-hostile").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_over_letta_is_cut_off_when_the_server_dies_and_what_waits_goes_when_it_is_back() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let fake = Fake::new("0.16.8", 0, None).await;
    let id = fake.agent("athena");
    let c = Connection::open(place.root().join("control/registry.db"))?;
    c.execute("UPDATE agents SET letta_uid = ?1 WHERE uid = 'athena'", [&id])?;
    c.execute("DELETE FROM system_config WHERE config_key = 'letta.base_url'", [])?;
    c.execute(
        "INSERT INTO system_config(config_key, config_value, created_by) VALUES ('letta.base_url', ?1, 1)",
        [fake.url()],
    )?;
    drop(c);
    let window = opened(&place, "#/chat/athena").await?;
    say(&window, "hello").await?;
    window.says("You said: hello").await?;
    window.find("chat-reasoning").await?;
    window.find("chat-tool").await?;
    window.says("0.16.8").await?;
    pictures(&window, "chat-letta").await?;

    fake.slow(Duration::from_millis(15));
    say(&window, &"many words ".repeat(80)).await?;
    window.says("You said: many words").await?;
    window.shot("chat-letta-streaming").await?;
    fake.die();
    window.find("chat-cut").await?;
    window.find("chat-retry").await?;
    pictures(&window, "chat-letta-cut").await?;

    say(&window, "are you back?").await?;
    window.find("chat-away").await?;
    window.shot("chat-letta-waits").await?;
    fake.slow(Duration::ZERO);
    fake.come_back().await;
    window.says("You said: are you back?").await?;
    window.close().await?;

    let window = opened(&place, "#/chat/athena").await?;
    window.says("You said: are you back?").await?;
    window.close().await?;
    assert_eq!(fake.said(&id).iter().filter(|text| *text == "are you back?").count(), 1, "it went once");
    let faults = fake.faults.lock().map(|faults| faults.clone()).unwrap_or_default();
    assert!(faults.is_empty(), "everything the server was sent is what it takes: {faults:#?}");
    Ok(())
}
