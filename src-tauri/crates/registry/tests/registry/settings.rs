//! What was written into settings files, which secrets were stored, and the history of settings.

use sanctum_registry::{
    ConstraintKind, Registry, RegistryError,
    changes::{self, SettingStep},
    recover_copy,
    secret_items::{self, SecretState},
    settings_written::{self, Delivery},
    stamp,
};
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::fixture::{Fixture, NOW, fixture};

const BROCA: &str = "agents/agent-athena/broca2/config/.env";

fn refused(f: &Fixture, sql: &str, kind: ConstraintKind, why: &str) {
    let found = f.sql(sql).expect_err(why);
    assert!(matches!(found, RegistryError::Constraint { kind: k, .. } if k == kind), "{why}: {found:?}");
}

fn written() -> Fixture {
    let f = fixture();
    f.sql(&format!(
        "INSERT INTO settings_written(file, key, value, delivery, restart, created_by) VALUES
           ('{BROCA}', 'PORT', '8001', 'file', 1, 1), ('{BROCA}', 'NAME', NULL, 'file', 0, 1),
           ('{BROCA}', 'PROMPT', 'a\\b', 'environment', 1, 1), ('.env', 'PORT', '1', 'file', 0, 1),
           ('agents/agent-athena/broca2/config/settings.json', '/queue/limit', '5', 'file', 0, 1)"
    ))
    .unwrap();
    f
}

#[test]
fn what_was_written_is_found_by_file_and_by_key() {
    let f = written();
    let names = |rows: Vec<settings_written::SettingWritten>| rows.into_iter().map(|r| r.key).collect::<Vec<_>>();
    assert_eq!(f.read(settings_written::all).len(), 5, "every file");
    assert_eq!(names(f.read(|c| settings_written::of_file(c, BROCA))), ["NAME", "PORT", "PROMPT"], "one file");
    assert!(f.read(|c| settings_written::of_file(c, "smcp/.env")).is_empty(), "a file we never wrote");
    let files: Vec<String> =
        f.read(|c| settings_written::by_key(c, "PORT")).into_iter().map(|r| r.file).collect::<Vec<_>>();
    assert_eq!(files, [".env", BROCA], "one key, wherever it stands");
    let port = f.read(|c| settings_written::find(c, BROCA, "PORT")).expect("the row is there");
    assert_eq!(
        (port.value.as_deref(), port.delivery, port.restart, port.created_by),
        (Some("8001"), Delivery::File, true, 1),
        "a row comes back as it was put in"
    );
    assert!(port.written_at.is_some(), "and says when");
    let taken = f.read(|c| settings_written::find(c, BROCA, "NAME")).expect("the row is there");
    assert_eq!(taken.value, None, "a key that we took out is told from one that we never wrote");
    assert!(f.read(|c| settings_written::find(c, BROCA, "name")).is_none(), "case matters in a key");
    let by_env = f.read(|c| settings_written::find(c, BROCA, "PROMPT")).map(|r| r.delivery);
    assert_eq!(by_env, Some(Delivery::Environment), "what no file can carry goes by the environment");
}

#[test]
fn what_cannot_have_been_written_is_refused() {
    let f = written();
    let row = |file: &str, key: &str, delivery: &str, restart: i64| {
        format!(
            "INSERT INTO settings_written(file, key, delivery, restart, created_by) VALUES ('{file}', '{key}', '{delivery}', {restart}, 1)"
        )
    };
    refused(&f, &row(BROCA, "PORT", "file", 0), ConstraintKind::Unique, "one row per key of a file");
    refused(&f, &row("/etc/environment", "X", "file", 0), ConstraintKind::Check, "a path outside the root");
    refused(&f, &row("", "X", "file", 0), ConstraintKind::Check, "no file");
    refused(&f, &row(BROCA, "", "file", 0), ConstraintKind::Check, "no key");
    refused(&f, &row(BROCA, "X", "post", 0), ConstraintKind::Check, "another way of delivery");
    refused(&f, &row(BROCA, "X", "file", 2), ConstraintKind::Check, "neither yes nor no");
    f.sql(&row("smcp/.env", "X", "environment", 1)).expect("an ordinary row is taken");
}

#[test]
fn written_at_moves_with_the_value_unless_the_writer_sets_it() {
    let f = written();
    let at = || f.one("SELECT written_at FROM settings_written WHERE file = '.env'");
    f.sql("UPDATE settings_written SET written_at = '2000-01-01 00:00:00'").unwrap();
    assert_eq!(at(), "2000-01-01 00:00:00", "an undo puts the old instant back");
    f.sql(&format!("UPDATE settings_written SET value = '2' WHERE file = '{BROCA}'")).unwrap();
    assert_eq!(at(), "2000-01-01 00:00:00", "another file's row does not move it");
    f.sql("UPDATE settings_written SET value = '2' WHERE file = '.env'").unwrap();
    assert_ne!(at(), "2000-01-01 00:00:00", "a new value does");
}

#[test]
fn a_secret_item_is_noted_used_put_aside_and_forgotten() {
    let f = fixture();
    let (later, account) = (NOW + Duration::hours(1), "athena/broca2/TELEGRAM_TOKEN@2");
    f.write(|c| secret_items::put_pending(c, account, "TELEGRAM_TOKEN", Some(1), NOW));
    f.write(|c| secret_items::put_pending(c, "b", "OPENAI_API_KEY", None, NOW));
    let item = f.read(|c| secret_items::get(c, account)).expect("it is noted");
    assert_eq!(
        (item.key.as_str(), item.state, item.made_at, item.created_by),
        ("TELEGRAM_TOKEN", SecretState::Pending, Some(NOW), Some(1)),
        "before the store is asked"
    );
    assert!(f.write(|c| secret_items::set_state(c, account, SecretState::Live, later)), "it moved");
    assert!(!f.write(|c| secret_items::set_state(c, account, SecretState::Live, NOW)), "it was there already");
    assert!(!f.write(|c| secret_items::set_state(c, "none", SecretState::Live, NOW)), "there is no such item");
    let item = f.read(|c| secret_items::get(c, account)).expect("it is noted");
    assert_eq!((item.made_at, item.changed_at), (Some(NOW), Some(later)), "its age and its last change are two things");
    let names = |state| f.read(|c| secret_items::in_state(c, state)).into_iter().map(|i| i.account).collect::<Vec<_>>();
    assert_eq!(names(SecretState::Live), [account], "by state");
    assert_eq!(names(SecretState::Pending), ["b"], "the other state");
    assert!(names(SecretState::Old).is_empty(), "and none in the third");
    f.write(|c| secret_items::put_pending(c, account, "TELEGRAM_TOKEN", Some(1), later));
    let item = f.read(|c| secret_items::get(c, account)).expect("it is noted");
    assert_eq!((item.state, item.made_at), (SecretState::Pending, Some(NOW)), "stored anew, it keeps when it was made");
    assert_eq!(f.read(secret_items::all).len(), 2, "and is still one");
    assert!(f.write(|c| secret_items::forget(c, account)), "it is struck");
    assert!(!f.write(|c| secret_items::forget(c, account)), "once");
    assert!(f.read(|c| secret_items::get(c, account)).is_none(), "and then unknown");
}

#[test]
fn a_secret_item_without_a_name_or_with_another_state_is_refused() {
    let f = fixture();
    let item = |account: &str, state: &str| {
        format!("INSERT INTO secret_items(account, key, state, created_by) VALUES ('{account}', 'K', '{state}', 1)")
    };
    refused(&f, &item("", "live"), ConstraintKind::Check, "no name");
    refused(&f, &item(&"é".repeat(513), "live"), ConstraintKind::Check, "more than a store takes");
    refused(&f, &item("a", "lost"), ConstraintKind::Check, "another state");
    f.sql(&item(&"é".repeat(512), "old")).expect("as long as a store takes");
    f.sql(&item("a", "live")).unwrap();
    refused(&f, &item("a", "old"), ConstraintKind::Unique, "one name twice");
}

#[test]
fn an_item_stays_when_the_account_that_made_it_goes() {
    let f = fixture();
    f.sql(
        "INSERT INTO users(id, username, email, password_hash, role, created_by) VALUES (7, 'eve', 'e@x', '$x', 'user', 1);
         INSERT INTO secret_items(account, key, state, created_by) VALUES ('a', 'K', 'live', 7);
         DELETE FROM users WHERE id = 7;",
    )
    .unwrap();
    let item = f.read(|c| secret_items::get(c, "a")).expect("the item is in the store, so it stays here");
    assert_eq!(item.created_by, None, "its maker is gone");
    f.sql("INSERT INTO settings_written(file, key, delivery, created_by) VALUES ('.env', 'K', 'file', 1)").unwrap();
    refused(&f, "DELETE FROM users WHERE id = 1", ConstraintKind::ForeignKey, "who wrote a setting stays known");
}

/// A finished change set, `minute` minutes after [`NOW`], that wrote one row of each of `tables`.
fn change(f: &Fixture, id: &str, minute: i64, state: &str, tables: &[&str]) {
    let at = stamp(NOW + Duration::minutes(minute));
    f.sql(&format!(
        "INSERT INTO change_sets(id, title, actor_user_id, actor_name, via, state, finished_at) VALUES ('{id}', 'Change {id}', 1, 'admin', 'cli', '{state}', '{at}')"
    ))
    .unwrap();
    for (n, table) in tables.iter().enumerate() {
        let (kind, target) = if table.contains('/') {
            ("write_file", (*table).to_owned())
        } else {
            ("registry", format!("registry · {table}"))
        };
        f.sql(&format!(
            "INSERT INTO change_steps(change_id, n, title, kind, target, payload) VALUES ('{id}', {n}, 'x', '{kind}', '{target}', '{{\"n\":{n}}}')"
        ))
        .unwrap();
    }
}

fn history(f: &Fixture, since: Option<OffsetDateTime>, before: Option<i64>, limit: u32) -> Vec<SettingStep> {
    f.read(|c| changes::setting_steps(c, since, before, limit))
}

fn names(steps: &[SettingStep]) -> Vec<String> {
    steps.iter().map(|s| format!("{} {} {}", s.change_id, s.n, s.table)).collect()
}

#[test]
fn the_history_of_settings_is_read_backwards_and_holds_nothing_else() {
    let f = fixture();
    change(&f, "a", 0, "applied", &["agents", "system_config", "a/.env", "settings_written"]);
    change(&f, "b", 1, "rolled_back", &["env_vars"]);
    change(&f, "c", 2, "undone", &["env_vars", "agent_configs"]);
    change(&f, "d", 3, "applied", &["agents/registry · env_vars"]);
    change(&f, "e", 4, "applied", &["configurations", "tool_instances", "ports"]);
    let all = history(&f, None, None, 100);
    assert_eq!(
        names(&all),
        [
            "e 1 tool_instances",
            "e 0 configurations",
            "c 1 agent_configs",
            "c 0 env_vars",
            "a 3 settings_written",
            "a 1 system_config"
        ],
        "settings only, of changes that came to be, the latest first"
    );
    let first = &all[0];
    assert_eq!(
        (first.title.as_str(), first.actor_name.as_str(), first.via.as_str(), first.state.as_str()),
        ("Change e", "admin", "cli", "applied"),
        "with what the change set says"
    );
    assert_eq!((first.at, first.payload.as_str()), (Some(NOW + Duration::minutes(4)), "{\"n\":1}"), "and the step");
    assert_eq!(all[2].state, "undone", "what was taken back is told as such");

    let since = |minutes| history(&f, Some(NOW + Duration::minutes(minutes)), None, 100);
    assert_eq!(names(&since(4)).len(), 2, "what changed since, that instant included");
    assert_eq!(names(&since(1)).len(), 4, "more from further back");
    assert!(since(5).is_empty(), "and nothing from the time to come");
}

#[test]
fn pages_of_the_history_cut_no_change_and_lose_no_step() {
    let f = fixture();
    for n in 0..5 {
        change(&f, &n.to_string(), n, "applied", &["env_vars", "system_config", "settings_written"]);
    }
    let page = history(&f, None, None, 4);
    assert_eq!(page.len(), 6, "the change that goes over the limit is whole");
    let mut all = Vec::new();
    let mut before = None;
    loop {
        let page = history(&f, None, before, 1);
        let Some(last) = page.last() else { break };
        before = Some(last.seq);
        all.extend(page);
    }
    assert_eq!(all, history(&f, None, None, 100), "page by page is the same as all at once");
    assert!(history(&f, None, None, 0).is_empty(), "no step asked for, none given");
    assert!(history(&f, None, Some(1), 10).is_empty(), "nothing stands before the first");
}

#[test]
fn a_salvage_saves_what_was_written_and_which_secrets_there_are() {
    let f = written();
    f.write(|c| secret_items::put_pending(c, "athena/broca2/TOKEN", "TOKEN", Some(1), NOW));
    let copy = f.dir.path().join("copy.db");
    f.registry.back_up(&copy).unwrap();
    // The list of tables is lost, so rows are known by their form alone.
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[..4096].fill(0);
    std::fs::write(&copy, bytes).unwrap();
    let done = recover_copy(&copy, NOW).expect("what can be read is saved");
    assert_eq!((done.rows["settings_written"], done.rows["secret_items"]), (5, 1), "every row: {:?}", done.findings);
    let saved = Registry::open(&copy, NOW).unwrap();
    assert_eq!(saved.read(settings_written::all).unwrap(), f.read(settings_written::all), "as it was written");
    assert_eq!(saved.read(secret_items::all).unwrap(), f.read(secret_items::all), "as it was noted");
}

#[test]
fn a_page_of_a_long_history_reads_no_more_than_the_page() {
    let f = fixture();
    f.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
         INSERT INTO change_sets(id, title, actor_name, via, state, finished_at)
           SELECT 'c' || i, 't', 'x', 'app', 'applied', datetime('2026-01-01', '+' || i || ' minutes') FROM n;
         INSERT INTO change_steps(change_id, n, title, kind, target, payload)
           SELECT id, 0, 't', 'registry', 'registry · env_vars', '{}' FROM change_sets;",
    )
    .unwrap();
    let last = datetime!(2026-01-14 21:20:00 UTC);
    for (what, since, before, expected) in [
        ("the latest", None, None, 10),
        ("a deep page", None, Some(5000), 10),
        ("since a while ago", Some(last - Duration::minutes(4)), None, 5),
        ("since tomorrow", Some(last + Duration::days(1)), None, 0),
    ] {
        let found = f.read(|c| {
            // Interrupts whatever takes more instructions than a page does.
            c.progress_handler(4000, Some(|| true))?;
            let found = changes::setting_steps(c, since, before, 10);
            c.progress_handler(0, None::<fn() -> bool>)?;
            Ok(found.unwrap_or_else(|e| panic!("{what} reads the journal row by row: {e}")))
        });
        assert_eq!(found.len(), expected, "{what}");
    }
}
