//! Inside a Prime's Broca from a terminal: its queue, and letting failed messages wait again.

use std::path::PathBuf;

use sanctum_registry::rusqlite::Connection;
use sanctum_tests::Place;
use sanctum_tests::yard::Yard;
use serde_json::json as value;

use crate::support::{at_root, column, json, made, refused};

fn file(place: &Place) -> PathBuf {
    place.root().join("agents/agent-athena/broca2/db/broca2.sqlite")
}

/// A database as Broca makes it.
fn broca(place: &Place) -> Connection {
    let c = Connection::open(file(place)).unwrap();
    c.execute_batch(
        "CREATE TABLE letta_users (id INTEGER PRIMARY KEY, created_at TEXT, last_active TEXT, letta_identity_id TEXT,
           letta_block_id TEXT, is_active INTEGER);
         CREATE TABLE platform_profiles (id INTEGER PRIMARY KEY, letta_user_id INTEGER, platform TEXT, platform_user_id TEXT,
           username TEXT, display_name TEXT, metadata TEXT, created_at TEXT, last_active TEXT);
         CREATE TABLE messages (id INTEGER PRIMARY KEY, letta_user_id INTEGER, platform_profile_id INTEGER, role TEXT,
           message TEXT, timestamp TEXT, processed INTEGER, agent_response TEXT);
         CREATE TABLE queue (id INTEGER PRIMARY KEY, letta_user_id INTEGER, message_id INTEGER, status TEXT,
           attempts INTEGER, timestamp TEXT);
         INSERT INTO platform_profiles(id, letta_user_id, platform, platform_user_id, display_name) VALUES (1, 1, 'telegram', '7', 'Nil');
         INSERT INTO messages(id, letta_user_id, platform_profile_id, role, message) VALUES (1, 1, 1, 'user', 'red ' || char(27) || '[31m');
         INSERT INTO queue(id, letta_user_id, message_id, status, attempts) VALUES (1, 1, 1, 'failed', 3), (2, 1, 1, 'pending', 0);",
    )
    .unwrap();
    c
}

fn statuses(c: &Connection) -> Vec<String> {
    let mut all = c.prepare("SELECT status FROM queue ORDER BY id").unwrap();
    all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_failed_message_waits_again_and_undo_takes_that_back() {
    let place = made(&["Athena"], "broca2");
    let c = broca(&place);
    let status = json(&place, &["broca", "status", "athena"]);
    assert_eq!((&status["counts"]["failed"], &status["counts"]["people"]), (&value!(1), &value!(1)), "{status}");
    let failed = json(&place, &["broca", "queue", "athena", "--status", "failed"]);
    assert_eq!((&failed["total"], column(&failed, "person")), (&value!(1), vec!["Nil".to_owned()]), "{failed}");
    let words = at_root(&place, &["broca", "queue", "athena"]);
    assert!(words.out.contains("3 attempts") && !words.out.contains('\u{1b}'), "text moves no cursor: {words:?}");

    let shown = at_root(&place, &["broca", "requeue", "athena", "--plan"]);
    assert_eq!((shown.code, statuses(&c)), (0, vec!["failed".to_owned(), "pending".to_owned()]), "a plan: {shown:?}");
    refused(&at_root(&place, &["broca", "requeue", "athena"]), "confirm_needed");
    let done = at_root(&place, &["broca", "requeue", "athena", "--yes"]);
    assert_eq!((done.code, statuses(&c)), (0, vec!["pending".to_owned(), "pending".to_owned()]), "done: {done:?}");
    let undone = at_root(&place, &["changes", "undo", "--yes"]);
    assert_eq!((undone.code, statuses(&c)), (0, vec!["failed".to_owned(), "pending".to_owned()]), "undone: {undone:?}");
    let flushed = at_root(&place, &["broca", "flush", "athena", "--id", "2", "--yes"]);
    assert_eq!((flushed.code, statuses(&c)), (0, vec!["failed".to_owned(), "flushed".to_owned()]), "{flushed:?}");
    refused(&at_root(&place, &["broca", "flush", "athena", "--id", "1", "--yes"]), "broca_nothing_to_do");
}

#[test]
fn what_broca_tries_for_ever_is_set_aside_while_it_does_not_run() {
    let yard = Yard::new("broca2").unwrap();
    yard.install("athena/broca2", "broca").unwrap();
    let agent = "agent-11111111-2222-4333-8444-555555555555";
    yard.ctl(&["config", "set", "athena/broca2", "AGENT_ID", agent, "--yes"]).unwrap();
    yard.ctl(&["modules", "start", "athena/broca2"]).unwrap();
    let c = broca(&yard);
    c.execute_batch(
        "UPDATE queue SET status = 'completed'; UPDATE queue SET status = 'processing', attempts = 7 WHERE id = 2",
    )
    .unwrap();

    let held = at_root(&yard, &["broca", "flush", "athena", "--yes"]);
    refused(&held, "broca_in_hand");
    assert!(held.err.contains("Stop Broca first"), "what to do is said: {held:?}");
    assert_eq!(statuses(&c), ["completed", "processing"], "Broca would write over it");
    refused(&at_root(&yard, &["broca", "flush", "athena", "--id", "1", "--yes"]), "broca_nothing_to_do");
    yard.ctl(&["modules", "stop", "athena/broca2"]).unwrap();
    let done = at_root(&yard, &["broca", "flush", "athena", "--yes"]);
    assert_eq!(
        (done.code, statuses(&c)),
        (0, vec!["completed".to_owned(), "flushed".to_owned()]),
        "set aside: {done:?}"
    );
    let undone = at_root(&yard, &["changes", "undo", "--yes"]);
    assert_eq!(statuses(&c), ["completed", "processing"], "and undo brings it back: {undone:?}");
}

#[test]
fn without_a_database_or_a_broca_it_says_so() {
    let place = made(&["Athena"], "broca2");
    let status = at_root(&place, &["broca", "status", "athena"]);
    assert!(status.code == 0 && status.out.contains("no database yet"), "not made yet: {status:?}");
    refused(&at_root(&place, &["broca", "requeue", "athena", "--yes"]), "broca_no_database");
    refused(&at_root(&place, &["broca", "status", "nobody"]), "agent_unknown");
    assert!(!file(&place).exists(), "looking makes nothing");
    let bare = made(&["Athena"], "thalamus");
    refused(&at_root(&bare, &["broca", "status", "athena"]), "broca_none");
}
