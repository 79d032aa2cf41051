//! Secrets with a real keyring: set, tried, copied, replaced, cleared, moved out of a file; and what the page never holds.

use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use sanctum_tests::{Ctl, Place, Window};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::forms::{ENV, apply, explained, open_form, read, set, strike_and_apply};
use crate::support::{CTRL, ENTER, ESC, PASSWORD, files_with, go, leave_fields, pictures, put, sign_in};

const KEY: &str = "AGENT_API_KEY";
const KEYRING: &str = "the-keyring-password";
const FIRST: &str = "canary-Heron-8821";
const SECOND: &str = "canary-Otter-3370";

/// The app in a session with an open keyring, on the place's Sanctum, signed in.
async fn with_keyring(place: &Place) -> Result<Window> {
    std::fs::write(place.data_dir().join("app.json"), json!({ "root": place.root() }).to_string())?;
    let window = Window::open_with_keyring(place, KEYRING).await?;
    sign_in(&window).await?;
    window.find("tools-grid").await?;
    // Every answer that Rust gives to the page from here on is kept.
    let hook = "window.__answers = []; const real = window.fetch; window.fetch = async (...args) => { const answer = await real(...args); window.__answers.push(await answer.clone().text()); return answer; };";
    window.run(hook, vec![]).await?;
    Ok(window)
}

/// Neither the page, nor what it keeps, nor any answer it was given holds this.
async fn never_in_the_page(window: &Window, value: &str) -> Result<()> {
    let look = "const all = [document.documentElement.outerHTML, JSON.stringify(localStorage), JSON.stringify(sessionStorage), ...[...document.querySelectorAll('input, textarea')].map((field) => field.value), ...window.__answers]; return [window.__answers.length, all.filter((text) => text.includes(arguments[0])).length]";
    let seen = window.run(look, vec![json!(value)]).await?;
    assert!(seen[0].as_u64().is_some_and(|count| count > 3), "answers were looked at: {seen}");
    assert_eq!(seen[1], json!(0), "no page, field, store or answer holds the value");
    Ok(())
}

/// A Letta that lets in who has this password. Its address.
async fn letta(password: Arc<Mutex<String>>) -> Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let wanted = password.lock().map(|word| word.clone()).unwrap_or_default();
            tokio::spawn(async move {
                let mut head = Vec::new();
                let mut byte = [0u8; 1];
                while !head.ends_with(b"\r\n\r\n") && socket.read_exact(&mut byte).await.is_ok() {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).to_lowercase();
                let let_in = head.contains(&format!("authorization: bearer {}\r\n", wanted.to_lowercase()));
                let (status, body) = if head.starts_with("get /v1/health/") {
                    ("200 OK", "{\"version\":\"0.11.7\",\"status\":\"ok\"}")
                } else if let_in {
                    ("200 OK", "[]")
                } else {
                    ("401 Unauthorized", "{}")
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _sent = socket.write_all(answer.as_bytes()).await;
            });
        }
    });
    Ok(address)
}

/// Opens the dialog of the secret, types the value and stores it.
async fn store(window: &Window, value: &str) -> Result<()> {
    window.click(&format!("secret-set-{KEY}")).await?;
    window.find_css("[data-testid=secret-value]:focus").await?;
    window.strike(value).await?;
    window.strike(ENTER).await?;
    window.counts("[data-testid=secret-dialog]", 0).await
}

/// Leaves the form and comes back.
async fn again(window: &Window) -> Result<()> {
    go(window, "#/agents").await?;
    window.find("agents-view").await?;
    open_form(window, "agent:athena", "Broca").await
}

/// Tries the key until the answer has this word in it.
async fn tried(window: &Window, words: &str) -> Result<()> {
    window.click(&format!("secret-test-{KEY}")).await?;
    window.says(words).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_set_tried_replaced_copied_and_cleared() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let server = letta(Arc::new(Mutex::new(FIRST.to_owned()))).await?;
    set(&place, &["athena/broca2", "AGENT_ENDPOINT", &server])?;
    let before = read(&place, ENV)?;
    let window = with_keyring(&place).await?;
    open_form(&window, "agent:athena", "Broca").await?;
    window.click(&format!("secret-set-{KEY}")).await?;
    window.find_css("[data-testid=secret-value]:focus").await?;
    pictures(&window, "secret-dialog").await?;
    window.strike(ENTER).await?;
    window.says("Nothing was entered").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=secret-dialog]", 0).await?;

    store(&window, FIRST).await?;
    window.says("Letta password: stored in").await?;
    tried(&window, "accepted").await?;
    pictures(&window, "secret-stored").await?;
    let row = explained(&place, "athena/broca2", KEY)?;
    assert_eq!((&row["level"], &row["json"]), (&json!("instance"), &json!(null)), "recorded, without its value: {row}");
    never_in_the_page(&window, FIRST).await?;
    assert_eq!(read(&place, ENV)?, before, "no file says anything of it");

    store(&window, SECOND).await?;
    tried(&window, "refused").await?;
    window.shot("secret-refused").await?;
    strike_and_apply(&window, &format!("{CTRL}z")).await?;
    tried(&window, "accepted").await?;

    window.click(&format!("secret-copy-{KEY}")).await?;
    window.find_css("[data-testid=secret-password]:focus").await?;
    window.strike("not this one at all").await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=error-box][data-code=wrong_sign_in]").await?;
    pictures(&window, "secret-copy-refused").await?;
    assert_ne!(window.clipboard()?.as_deref(), Some(FIRST), "a wrong password puts nothing on the clipboard");
    window.click("secret-password").await?;
    window.strike(PASSWORD).await?;
    window.strike(ENTER).await?;
    window.says("is on the clipboard").await?;
    assert_eq!(window.clipboard()?.as_deref(), Some(FIRST), "the right one puts the value there");
    never_in_the_page(&window, PASSWORD).await?;

    window.click(&format!("secret-clear-{KEY}")).await?;
    window.find("plan-view").await?;
    pictures(&window, "secret-clear-plan").await?;
    window.click("plan-apply").await?;
    window.counts("[data-testid=plan-sheet]", 0).await?;
    window.find_css(&format!("[data-testid=\"secret-{KEY}\"]")).await?;
    window.counts(&format!("[data-testid=\"secret-clear-{KEY}\"]"), 0).await?;
    assert_eq!(explained(&place, "athena/broca2", KEY)?["level"], json!(null), "nobody sets it any more");
    for value in [FIRST, SECOND] {
        never_in_the_page(&window, value).await?;
        let files = files_with(place.path(), value)?;
        assert!(files.is_empty(), "the value stands in no file of the whole place: {files:?}");
    }
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_in_plain_text_move_to_the_keyring_and_back() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let whole =
        format!("{}\n# by hand\nAGENT_API_KEY=\"{FIRST}\" # mine\nTELEGRAM_BOT_TOKEN='{SECOND}'\n", read(&place, ENV)?);
    put(&place.root(), ENV, &whole)?;
    let window = with_keyring(&place).await?;
    open_form(&window, "agent:athena", "Broca").await?;
    window.says("2 secrets stand in plain text").await?;
    pictures(&window, "secret-plain").await?;
    go(&window, "#/settings/secrets").await?;
    window.counts("[data-testid=plain-secret]", 2).await?;
    window.says(&format!("{ENV}:")).await?;
    pictures(&window, "settings-secrets").await?;
    window.click("plain-move").await?;
    window.find("plan-view").await?;
    pictures(&window, "secret-move-plan").await?;
    assert_eq!(read(&place, ENV)?, whole, "a plan moves nothing");
    apply(&window).await?;
    window.find("plain-none").await?;
    let now = read(&place, ENV)?;
    for value in [FIRST, SECOND] {
        assert!(!now.contains(value), "the values left the file");
        never_in_the_page(&window, value).await?;
        assert!(files_with(place.path(), value)?.is_empty(), "and stand nowhere else on disk");
    }
    assert!(now.contains("# by hand\n"), "what else was written by hand stays: {now}");
    leave_fields(&window).await?;
    strike_and_apply(&window, &format!("{CTRL}z")).await?;
    window.counts("[data-testid=plain-secret]", 2).await?;
    assert_eq!(read(&place, ENV)?, whole, "undo puts the file back, byte for byte");
    never_in_the_page(&window, FIRST).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_says_so_and_holds_nothing_up() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let window = with_keyring(&place).await?;
    open_form(&window, "agent:athena", "Broca").await?;
    store(&window, FIRST).await?;
    window.says("Letta password: stored in").await?;

    window.lock_keyring()?;
    again(&window).await?;
    window.says("locked").await?;
    pictures(&window, "secret-locked").await?;
    window.click(&format!("secret-set-{KEY}")).await?;
    window.find_css("[data-testid=secret-value]:focus").await?;
    window.strike(SECOND).await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=secret-dialog] [data-testid=error-box]").await?;
    let words = window.find_css("[data-testid=secret-dialog] [data-testid=error-box]").await?.text().await?;
    assert!(words.contains("nlock"), "it says what to do: {words}");
    pictures(&window, "secret-locked-refused").await?;
    window.strike(ESC).await?;
    window.counts("[data-testid=secret-dialog]", 0).await?;
    // The rest of the form is as alive as before.
    window.click("setting-input-LONG_TASK_MAX_WAIT").await?;
    window.strike(&format!("{CTRL}a")).await?;
    window.strike("700").await?;
    window.says("1 change").await?;
    window.click("draft-discard").await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_ended_is_used_again_once_it_runs() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let window = with_keyring(&place).await?;
    open_form(&window, "agent:athena", "Broca").await?;
    store(&window, FIRST).await?;
    window.says("Letta password: stored in").await?;
    window.kill_keyring().context("ending the keyring")?;
    again(&window).await?;
    // The session may have started another one by itself; that one is locked.
    window.says("Can’t be reached").await?;
    window.shot("secret-keyring-gone").await?;
    window.open_keyring(KEYRING)?;
    again(&window).await?;
    window.says_no_more("Can’t be reached").await?;
    store(&window, SECOND).await?;
    window.says("Letta password: stored in").await?;
    never_in_the_page(&window, SECOND).await?;
    window.close().await
}
