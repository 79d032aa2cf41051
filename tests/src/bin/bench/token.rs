//! An answer over Letta: from the server's first byte to its first words on the screen, over the whole way through the app.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result};
use sanctum_fake_letta::Fake;
use sanctum_registry::rusqlite::Connection;
use serde_json::json;

use crate::driven::{signed_in, wait_for};
use crate::seed;
use crate::table::{Line, median};

const ROUNDS: usize = 12;

/// Sends a text and calls back with the time at which the answer's words stood in the page, in ms since 1970.
const SAY: &str = "
    const [text, done] = arguments;
    const shown = () => [...document.querySelectorAll('[data-testid=chat-answer]')].some((answer) => answer.innerText.includes('You said: ' + text));
    const watch = new MutationObserver(() => {
      if (!shown()) return;
      watch.disconnect();
      requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => done(performance.timeOrigin + performance.now()); c.port2.postMessage(0); });
    });
    watch.observe(document.body, { subtree: true, childList: true, characterData: true });
    window.__TAURI_INTERNALS__.invoke('chat_send', { uid: 'agent-0000', text, images: [] }).catch((error) => done(JSON.stringify(error)));";

/// The row, and the same for a bare client in this process: what the network and the server cost without the app.
pub async fn first() -> Result<Vec<Line>> {
    let place = seed::install(1, 1)?;
    let fake = Fake::new("0.16.8", 0, None).await;
    let id = fake.agent("agent");
    let c = Connection::open(place.root().join("control/registry.db")).context("opening the registry")?;
    let uid: String = c.query_row("SELECT uid FROM agents LIMIT 1", [], |row| row.get(0)).context("an agent")?;
    c.execute("UPDATE agents SET letta_uid = ?1", [&id]).context("linking it")?;
    c.execute("DELETE FROM system_config WHERE config_key = 'letta.base_url'", []).context("the address")?;
    c.execute(
        "INSERT INTO system_config(config_key, config_value, created_by) VALUES ('letta.base_url', ?1, 1)",
        [fake.url()],
    )
    .context("the address")?;
    drop(c);
    let window = signed_in(&place).await?;
    window.run("location.hash = arguments[0]", vec![json!(format!("#/chat/{uid}"))]).await?;
    window.find("chat-field").await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let say = SAY.replace("agent-0000", &uid);
    let mut times = Vec::new();
    for n in 0..=ROUNDS {
        let told = wait_for(&window, &say, vec![json!(format!("round {n}"))]).await?;
        let shown = told.as_f64().with_context(|| format!("the answer was shown: {told}"))?;
        let sent = fake.answered().last().copied().context("the server answered")?;
        let sent = sent.duration_since(UNIX_EPOCH).context("a time after 1970")?.as_secs_f64() * 1000.0;
        // The first one also opens the connection.
        if n > 0 {
            times.push(shown - sent);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    window.close().await?;
    eprintln!("  {times:.0?}");
    let slowest = times.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        Line::new("First words of an answer on the screen, after the server began to send", median(times), "ms"),
        Line::new(format!("… the slowest of {ROUNDS}"), slowest, "ms"),
    ])
}
