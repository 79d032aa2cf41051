//! Rows in another program's database: changed together, taken back exactly, never against what that program did meanwhile.

use std::path::PathBuf;

use sanctum_change::{ChangeError, Fault, Outcome, Plan, Row, TheirRow};
use sanctum_registry::rusqlite::Connection;

use crate::support::{At, Install, now, operator};

const FILE: &str = "agents/agent-athena/broca2/db/broca2.sqlite";

fn made(install: &Install) -> (PathBuf, Connection) {
    let path = install.root.join(FILE);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let c = Connection::open(&path).unwrap();
    c.execute_batch(
        "CREATE TABLE queue (id INTEGER PRIMARY KEY AUTOINCREMENT, status TEXT, attempts INTEGER, extra REAL, odd);
         INSERT INTO queue(id, status, attempts, extra) VALUES (1, 'failed', 3, 0.5), (2, 'failed', 9, NULL), (3, 'pending', 0, 1.0);
         CREATE TABLE watched (id INTEGER PRIMARY KEY, status TEXT);
         INSERT INTO watched VALUES (1, 'failed');
         CREATE TRIGGER more AFTER UPDATE ON watched BEGIN DELETE FROM queue; END;
         CREATE VIEW seen AS SELECT * FROM queue;",
    )
    .unwrap();
    (path, c)
}

fn moved(id: i64, from: &str, to: &str) -> TheirRow {
    let status = |s: &str| Some(Row::new().with("status", s));
    TheirRow { key: Row::new().with("id", id), before: status(from), after: status(to) }
}

fn gone(id: i64) -> TheirRow {
    TheirRow { key: Row::new().with("id", id), before: Some(Row::new().with("status", "pending")), after: None }
}

fn plan(install: &Install, rows: Vec<TheirRow>) -> Plan {
    let mut p = install.planner();
    p.their_rows(FILE, "queue", rows, "Try them again").unwrap();
    p.finish("Requeue", "")
}

fn rows(c: &Connection) -> Vec<String> {
    let sql = "SELECT id || ' ' || status || ' ' || attempts || ' ' || coalesce(extra, '-') FROM queue ORDER BY id";
    c.prepare(sql).unwrap().query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn rows_change_together_and_come_back_exactly() {
    let install = Install::empty();
    let (_, c) = made(&install);
    let before = rows(&c);
    let three = plan(&install, vec![moved(1, "failed", "pending"), moved(2, "failed", "pending"), gone(3)]);
    assert_eq!(rows(&c), before, "a plan changes nothing");
    let shown = &sanctum_change::describe(&three)[0];
    let text = |bytes: &Option<Vec<u8>>| String::from_utf8(bytes.clone().unwrap()).unwrap();
    assert_eq!(text(&shown.after), "id = 1 · status = pending\nid = 2 · status = pending\n", "what will be is shown");
    assert!(
        text(&shown.before).ends_with("id = 3 · attempts = 0 · extra = 1.0 · odd = (nothing) · status = pending\n"),
        "and what was"
    );
    let receipt = install.apply(&three).unwrap();
    assert_eq!(rows(&c), ["1 pending 3 0.5", "2 pending 9 -"], "all three are as planned");
    let undo = install.engine().plan_undo(&receipt.change_id).unwrap();
    install.apply(&undo).unwrap();
    assert_eq!(rows(&c), before, "undo leaves no trace");
    let redo = install.engine().plan_undo(&undo.id).unwrap();
    install.apply(&redo).unwrap();
    assert_eq!(rows(&c).len(), 2, "and redo does it again");
}

#[test]
fn what_the_program_did_meanwhile_is_not_overwritten() {
    let install = Install::empty();
    let (_, c) = made(&install);
    let two = plan(&install, vec![moved(1, "failed", "pending"), moved(2, "failed", "pending")]);
    c.execute("UPDATE queue SET status = 'processing' WHERE id = 2", []).unwrap();
    let before = rows(&c);
    let refused = install.apply(&two).unwrap_err();
    assert!(matches!(&refused, ChangeError::Stale { .. }), "the plan is stale: {refused}");
    assert!(refused.to_string().contains("row 2 of `queue` was changed"), "and says which row: {refused}");
    assert_eq!(rows(&c), before, "not even the other row was changed");
    let left = plan(&install, vec![moved(1, "failed", "pending"), moved(2, "failed", "pending")]);
    let receipt = install.apply(&left).unwrap();
    assert_eq!(rows(&c)[0], "1 pending 3 0.5", "what moved on was left out of the new plan");
    c.execute("UPDATE queue SET status = 'completed', attempts = 4 WHERE id = 1", []).unwrap();
    let refused = install.engine().plan_undo(&receipt.change_id).unwrap_err();
    assert!(matches!(refused, ChangeError::UndoConflict { .. }), "what it went on with is not taken back: {refused}");
}

#[test]
fn a_death_at_every_point_leaves_old_or_new() {
    for k in 0.. {
        let install = Install::empty();
        let (_, c) = made(&install);
        let old = rows(&c);
        let two = plan(&install, vec![moved(1, "failed", "pending"), gone(3)]);
        let faults = At::new(k, Fault::Die);
        let done = install.faulty(&faults).apply(&two, &operator(), &now, &sanctum_change::ApplyControl::quiet());
        let Some(point) = faults.hit() else {
            assert!(done.is_ok() && k > 4, "without a death it is done, after {k} points");
            break;
        };
        let settled = install.engine().recover(&now).unwrap();
        let applied = install.state(&two.id).as_deref() == Some("applied");
        assert_eq!(rows(&c) == old, !applied, "death at {point}: the rows are what the journal says");
        assert!(settled.iter().all(|s| s.outcome == Outcome::RolledBack), "death at {point}: nothing needs a person");
    }
}

#[test]
fn rows_that_moved_on_after_a_death_are_left_and_named() {
    let install = Install::empty();
    let (_, c) = made(&install);
    let one = plan(&install, vec![moved(1, "failed", "pending")]);
    let probe = At::never();
    let points = {
        let other = Install::empty();
        made(&other);
        let same = plan(&other, vec![moved(1, "failed", "pending")]);
        other.faulty(&probe).apply(&same, &operator(), &now, &sanctum_change::ApplyControl::quiet()).unwrap();
        probe.points.lock().unwrap().clone()
    };
    let at = points.iter().position(|p| *p == "their_rows_written").unwrap();
    let died =
        install.faulty(&At::new(at, Fault::Die)).apply(&one, &operator(), &now, &sanctum_change::ApplyControl::quiet());
    assert!(matches!(died, Err(ChangeError::Died { .. })), "it died with the rows written: {died:?}");
    c.execute("UPDATE queue SET status = 'completed' WHERE id = 1", []).unwrap();
    let settled = install.engine().recover(&now).unwrap();
    assert_eq!(settled[0].outcome, Outcome::NeedsYou, "somebody has to look: {settled:?}");
    assert_eq!(rows(&c)[0], "1 completed 3 0.5", "and what the program did stands");
}

#[test]
fn what_could_not_be_shown_or_taken_back_is_refused() {
    let install = Install::empty();
    let (path, c) = made(&install);
    c.execute("UPDATE queue SET odd = x'00ff' WHERE id = 2", []).unwrap();
    let ask = |file: &str, table: &str, row: TheirRow| install.planner().their_rows(file, table, vec![row], "Try it");
    for (file, table, row, word) in [
        (FILE, "watched", moved(1, "failed", "pending"), "triggers"),
        (FILE, "seen", moved(1, "failed", "pending"), "no plain table"),
        (FILE, "none", moved(1, "failed", "pending"), "no table `none`"),
        (FILE, "sqlite_sequence", moved(1, "a", "b"), "no table that a change may write"),
        (FILE, "queue\" SET", moved(1, "a", "b"), "no table that a change may write"),
        (FILE, "queue", moved(2, "failed", "pending"), "holds bytes"),
        ("readme.txt", "queue", moved(1, "a", "b"), "not there"),
    ] {
        let refused = ask(file, table, row).unwrap_err().to_string();
        assert!(refused.contains(word), "{file} {table}: {refused}");
    }
    install.put("readme.txt", b"no database, but a file that is long enough to be looked at as one", 0o644);
    let refused = ask("readme.txt", "queue", moved(1, "a", "b")).unwrap_err();
    assert!(matches!(refused, ChangeError::BadTheirRows { .. }), "no database: {refused}");
    let outside = install.root.with_file_name("outside.db");
    std::fs::copy(&path, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, install.root.join("link.db")).unwrap();
    let refused = ask("link.db", "queue", moved(1, "failed", "pending")).unwrap_err();
    assert!(matches!(refused, ChangeError::ThroughLink { .. }), "nothing is written through a link: {refused}");
    assert!(ask(FILE, "queue", moved(1, "failed", "pending")).is_ok(), "while a plain row is planned");
    let mut p = install.planner();
    let own = p.their_rows(
        "control/registry.db",
        "agents",
        vec![TheirRow {
            key: Row::new().with("id", 1),
            before: Some(Row::new()),
            after: Some(Row::new().with("name", "x")),
        }],
        "Rename",
    );
    let refused = own.and_then(|_| install.apply(&p.finish("Rename", ""))).unwrap_err();
    assert!(
        matches!(refused, ChangeError::BadPath { .. } | ChangeError::BadTheirRows { .. }),
        "the registry has its own steps: {refused}"
    );
}

#[test]
fn a_lock_is_waited_for_and_not_broken() {
    let install = Install::empty();
    let (_, c) = made(&install);
    let one = plan(&install, vec![moved(1, "failed", "pending")]);
    c.execute_batch("BEGIN IMMEDIATE; UPDATE queue SET attempts = 4 WHERE id = 3").unwrap();
    let refused = install.apply(&one).unwrap_err();
    assert!(matches!(refused, ChangeError::Held { .. }), "it says who is in the way: {refused}");
    assert_eq!(install.state(&one.id).as_deref(), Some("rolled_back"), "and the journal that nothing was done");
    c.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&c), ["1 failed 3 0.5", "2 failed 9 -", "3 pending 4 1.0"], "only the program itself wrote");
    let again = plan(&install, vec![moved(1, "failed", "pending")]);
    assert!(install.apply(&again).is_ok(), "afterwards it goes");
}
