//! A database as Broca makes it, read while another process holds it, and other files that are none.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use sanctum_chat::broca::{
    Broca, BrocaError,
    actions::{Action, Statement},
};
use sanctum_registry::rusqlite::{Connection, params_from_iter};

const SCHEMA: &str = "
CREATE TABLE letta_users (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT, last_active TEXT, letta_identity_id TEXT,
  letta_block_id TEXT, agent_preferences TEXT, custom_instructions TEXT, is_active INTEGER);
CREATE TABLE platform_profiles (id INTEGER PRIMARY KEY AUTOINCREMENT, letta_user_id INTEGER REFERENCES letta_users(id),
  platform TEXT, platform_user_id TEXT, username TEXT, display_name TEXT, metadata TEXT, created_at TEXT, last_active TEXT,
  UNIQUE(platform, platform_user_id));
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, letta_user_id INTEGER, platform_profile_id INTEGER, role TEXT,
  message TEXT, timestamp TEXT, processed INTEGER, agent_response TEXT);
CREATE TABLE queue (id INTEGER PRIMARY KEY AUTOINCREMENT, letta_user_id INTEGER, message_id INTEGER, status TEXT,
  attempts INTEGER, timestamp TEXT);
INSERT INTO letta_users(id, letta_identity_id, is_active) VALUES (1, 'identity-1', 1), (2, NULL, 1), (3, NULL, 1);
INSERT INTO platform_profiles(id, letta_user_id, platform, platform_user_id, username, display_name, last_active)
  VALUES (1, 1, 'web_chat', '0123456789abcdef', 'web_user_0123', 'Web User (01234567)', '2026-01-02T03:04:05.123456');
INSERT INTO messages(id, letta_user_id, platform_profile_id, role, message, timestamp, processed, agent_response)
  VALUES (1, 2, 1, 'user', 'hello', '2026-01-02 03:04:05', 1, 'hi'), (2, 3, 1, 'user', 'again', '2026-01-02T03:05:05', 0, NULL);
INSERT INTO queue(id, letta_user_id, message_id, status, attempts, timestamp) VALUES (1, 2, 1, 'failed', 3, '2026-01-02T03:04:06'),
  (2, 3, 2, 'pending', 0, '2026-01-02T03:05:06'), (3, 3, 2, 'processing', 1, NULL), (4, 9, 99, 'done', '2', 'odd');";

const PATIENCE: Duration = Duration::from_millis(50);

fn made(dir: &Path, journal: &str) -> PathBuf {
    let path = dir.join(format!("{journal}.db"));
    let c = Connection::open(&path).unwrap();
    c.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(())).unwrap();
    c.execute_batch(SCHEMA).unwrap();
    path
}

#[test]
fn the_queue_the_users_and_the_conversations_are_read() {
    let dir = tempfile::tempdir().unwrap();
    for journal in ["delete", "wal"] {
        let path = made(dir.path(), journal);
        // Broca has it open meanwhile.
        let open = Connection::open(&path).unwrap();
        let broca = Broca::open(&path, PATIENCE).unwrap();
        assert!(broca.missing().unwrap().is_empty(), "{journal}: this is what is known");
        let queue = broca.queue(None, 0, 10).unwrap();
        assert_eq!(queue.iter().map(|r| r.id).collect::<Vec<_>>(), [4, 3, 2, 1], "{journal}: the latest first");
        let first = &queue[3];
        assert_eq!(
            (first.status.as_str(), first.attempts, first.text.as_deref(), first.who.as_deref()),
            ("failed", 3, Some("hello"), Some("Web User (01234567)")),
            "{journal}: with its message and whose it is"
        );
        assert!(first.at.is_some(), "{journal}: ISO text is an instant");
        assert_eq!((queue[0].text.clone(), queue[0].attempts), (None, 2), "{journal}: odd rows are rows");
        assert_eq!(broca.queue(Some("pending"), 0, 9).unwrap().len(), 1, "{journal}: by status");
        assert_eq!(broca.queue(None, 3, 10).unwrap()[0].id, 1, "{journal}: page by page");
        assert_eq!(
            (broca.users(0, 9).unwrap()[0].messages, broca.line_count(1).unwrap()),
            (2, 3),
            "{journal}: counted"
        );
        let answer = &broca.lines(1, 1, 1).unwrap()[0];
        assert_eq!((answer.role.as_str(), answer.text.as_str()), ("assistant", "hi"), "{journal}: an answer is a line");
        assert!(broca.lines(1, 3, 9).unwrap().is_empty(), "{journal}: nothing behind the end");
        let counts = broca.counts().unwrap();
        assert_eq!((counts.users, counts.messages, counts.most_attempts), (1, 2, 3), "{journal}: no orphan is counted");
        assert_eq!(broca.users(0, 9).unwrap()[0].letta_identity_id.as_deref(), Some("identity-1"), "{journal}: people");
        assert_eq!(broca.conversations(0, 9).unwrap()[0].messages, 2, "{journal}: conversations");
        assert_eq!(broca.lines(1, 0, 9).unwrap()[0].text, "again", "{journal}: and what was said, the latest first");
        open.execute("UPDATE messages SET message = 'new' WHERE id = 2", []).unwrap();
        assert_eq!(broca.lines(1, 0, 9).unwrap()[0].text, "new", "{journal}: Broca writes, and the next look sees it");
    }
}

#[test]
fn what_is_missing_is_named_and_what_is_no_database_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let none = Broca::open(&dir.path().join("none.db"), PATIENCE);
    assert!(matches!(none, Err(BrocaError::Missing(_))), "not there");
    assert!(!dir.path().join("none.db").exists(), "and not made by looking");
    let path = made(dir.path(), "delete");
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; ALTER TABLE queue DROP COLUMN attempts; DROP TABLE letta_users;")
        .unwrap();
    let broca = Broca::open(&path, PATIENCE).unwrap();
    let named = broca.missing().unwrap();
    assert_eq!(named, ["table `letta_users`", "column `queue.attempts`"], "each by its name");
    let refused = broca.queue(None, 0, 9).unwrap_err();
    assert!(refused.to_string().contains("`queue.attempts`"), "and in the reason: {refused}");
    assert_eq!(broca.conversations(0, 9).unwrap().len(), 1, "what needs none of it is read");
    let junk = dir.path().join("junk.db");
    std::fs::write(&junk, "no database at all, but long enough to be looked at as one").unwrap();
    let refused = Broca::open(&junk, PATIENCE).and_then(|b| b.counts());
    assert!(matches!(refused, Err(BrocaError::Unreadable { .. })), "no database: {refused:?}");
}

fn run(c: &Connection, step: &Statement) -> usize {
    c.execute(step.sql, params_from_iter(step.values.clone())).unwrap()
}

fn rows(c: &Connection) -> Vec<String> {
    let mut s = c
        .prepare(
            "SELECT id || ' ' || status || ' ' || attempts || ' ' || coalesce(timestamp, '-') FROM queue ORDER BY id",
        )
        .unwrap();
    s.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_safe_act_names_its_rows_and_can_be_taken_back_exactly() {
    let dir = tempfile::tempdir().unwrap();
    let path = made(dir.path(), "delete");
    let c = Connection::open(&path).unwrap();
    let broca = Broca::open(&path, PATIENCE).unwrap();
    let before = rows(&c);
    for (action, touched, after) in [
        (Action::Requeue(None), vec![1], Some("pending")),
        (Action::Flush(None), vec![2], Some("flushed")),
        (Action::Delete(4), vec![4], None),
        (Action::Delete(3), vec![], None),
        (Action::Requeue(Some(2)), vec![], None),
    ] {
        let plan = broca.plan(action).unwrap();
        assert_eq!(plan.iter().map(|t| t.before.id).collect::<Vec<_>>(), touched, "{action:?} touches");
        assert_eq!(rows(&c), before, "{action:?} is only planned");
        for t in &plan {
            assert_eq!(t.after, after, "{action:?} leaves");
            assert_eq!(run(&c, &t.forward), 1, "{action:?} is done");
            assert_eq!(run(&c, &t.forward), 0, "{action:?} is done once: the row is not as it was");
        }
        for t in &plan {
            assert_eq!(run(&c, &t.inverse), 1, "{action:?} is taken back");
        }
        assert_eq!(rows(&c), before, "{action:?} leaves no trace after its undo");
    }
    let plan = broca.plan(Action::Flush(None)).unwrap();
    c.execute("UPDATE queue SET status = 'processing' WHERE id = 2", []).unwrap();
    assert_eq!(run(&c, &plan[0].forward), 0, "what Broca took meanwhile is not touched");
}

/// This test's own program, started again as another process that holds the file's lock until its input ends.
fn holder(path: &Path) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "broca::hold_the_lock_for_another_process", "--nocapture"])
        .env("HELD_DATABASE", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told = lines.by_ref().map_while(Result::ok).any(|l| l.contains("held"));
    assert!(told, "the other process holds the lock");
    (child, lines)
}

#[test]
fn hold_the_lock_for_another_process() {
    let Some(path) = std::env::var_os("HELD_DATABASE") else {
        // In a run of all tests there is nobody to hold it for.
        return;
    };
    let c = Connection::open(path).unwrap();
    c.execute_batch("BEGIN EXCLUSIVE; UPDATE queue SET attempts = 77").unwrap();
    println!("\nheld");
    std::io::stdout().flush().unwrap();
    std::io::stdin().lines().for_each(drop);
    c.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn a_lock_of_another_process_is_told_and_not_broken() {
    let dir = tempfile::tempdir().unwrap();
    for (journal, readable) in [("delete", false), ("wal", true)] {
        let path = made(dir.path(), journal);
        let (mut child, lines) = holder(&path);
        let look = Broca::open(&path, PATIENCE).and_then(|b| b.counts());
        match readable {
            true => assert_eq!(look.unwrap().most_attempts, 3, "{journal}: what was there before is read meanwhile"),
            false => assert!(matches!(look, Err(BrocaError::Locked)), "{journal}: held: {look:?}"),
        }
        drop(child.stdin.take());
        lines.for_each(drop);
        child.wait().unwrap();
        let broca = Broca::open(&path, PATIENCE).unwrap();
        assert_eq!(broca.counts().unwrap().most_attempts, 3, "{journal}: afterwards it is read");
    }
}
