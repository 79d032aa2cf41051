//! What is said of a module is the same wherever it is said: its row, its agent, everything at one glance, `doctor`, the registry.

use std::time::{Duration, Instant};

use sanctum_registry::rusqlite::{Connection, OpenFlags};
use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::ears::{LONG, window};
use crate::support::{at_root, json, put};

const THALAMUS: &str = "agents/agent-athena/thalamus";

/// What the registry's own column says.
fn column(yard: &Yard) -> String {
    let file = yard.root().join("control/registry.db");
    let c = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    c.query_row("SELECT status FROM tool_instances WHERE path = ?1", [THALAMUS], |row| row.get(0)).unwrap()
}

fn row(yard: &Yard) -> Value {
    json(yard, &["modules", "status", "athena/thalamus"])["row"].clone()
}

/// Waits until the row says this word.
fn until(yard: &Yard, word: &str) -> Value {
    let end = Instant::now() + LONG;
    loop {
        let row = row(yard);
        if row["status"]["word"] == word {
            return row;
        }
        assert!(Instant::now() < end, "it becomes {word}: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Opens the app until its registry says this word.
async fn recorded(yard: &Yard, word: &str) {
    let (app, _ears) = window(yard).await;
    let end = Instant::now() + LONG;
    while column(yard) != word {
        assert!(Instant::now() < end, "the registry says {word}, and not {}", column(yard));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    app.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_says_what_is_so_also_of_what_happened_while_the_app_was_closed() {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    json(&yard, &["modules", "start", "athena/thalamus"]);
    until(&yard, "Healthy");
    recorded(&yard, "Healthy").await;
    json(&yard, &["modules", "stop", "athena/thalamus"]);
    recorded(&yard, "Off").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_is_ill_is_so_everywhere() {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    assert!(
        !at_root(&yard, &["doctor", "--json"]).out.contains("module_degraded"),
        "at first nothing is wrong with it"
    );
    put(&yard.root(), &format!("{THALAMUS}/db/ill"), "");
    json(&yard, &["modules", "start", "athena/thalamus"]);
    let row = until(&yard, "Degraded");
    let reason = row["status"]["reason"].as_str().unwrap().to_owned();
    // How long it took to answer differs from look to look.
    let gist = reason.split(" in ").next().unwrap().to_owned();
    let health = at_root(&yard, &["health", "--json"]);
    assert!(health.code == 1 && health.out.contains(&gist), "everything at one glance says it: {gist}: {health:?}");
    let agents = at_root(&yard, &["agents", "list", "--json"]);
    assert!(agents.out.contains("Degraded") && agents.out.contains(&gist), "so does its agent: {gist}: {agents:?}");
    let cards = at_root(&yard, &["tools", "list", "--tab", "agent:athena", "--json"]);
    assert!(cards.out.contains(&gist), "and its card: {gist}: {cards:?}");
    let doctor = at_root(&yard, &["doctor", "--json"]);
    assert!(
        doctor.code == 1 && doctor.out.contains("module_degraded") && doctor.out.contains(&gist),
        "and the doctor: {gist}: {doctor:?}"
    );
    recorded(&yard, "Degraded").await;
}
