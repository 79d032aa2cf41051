//! Files of older versions: brought up to date with their data, a copy of how they were kept beside.

use std::{fs, path::Path};

use sanctum_registry::{
    LATEST, Registry, RegistryError, Role, Viewer, agents, backups,
    changes::{self, ChangeFilter},
    recover_copy, restore_backup,
    rusqlite::Connection,
};
use time::Duration;

use crate::fixture::NOW;

const FIRST: &str = include_str!("../../migrations/0001_spec_tables.sql");

/// A file as the first migration alone made it, with data.
fn version_1(path: &Path) {
    let c = Connection::open(path).unwrap();
    c.execute_batch(FIRST).unwrap();
    c.pragma_update(None, "user_version", 1).unwrap();
    c.execute_batch(
        "INSERT INTO meta VALUES ('install_id', '11111111-2222-4333-8444-555555555555');
         INSERT INTO users(username, email, password_hash, role) VALUES ('rowan', 'r@x', '$x', 'admin');
         INSERT INTO agents(uid, letta_uid, name, path, agent_index, created_by, visible_to_roles)
           VALUES ('athena', 'unlinked:athena', 'Athena ⚙️', 'agents/agent-athena', 0, 1, NULL), ('monday', 'm', NULL, 'agents/agent-monday', 1, 1, '[\"user\"]');
         INSERT INTO tools(slug, name, module_scope, created_by) VALUES ('broca2', 'Broca', 'global', 1);
         INSERT INTO web_chat_sessions(id, agent_id) VALUES ('s', 1);
         INSERT INTO web_chat_messages(session_id, message) VALUES ('s', 'hello 👋');",
    )
    .unwrap();
}

fn version_of(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |r| r.get(0)).unwrap()
}

#[test]
fn a_file_of_the_first_version_opens_at_the_newest_with_its_data_and_a_backup() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    version_1(&path);
    let registry = Registry::open(&path, NOW).expect("an older file is brought up to date");
    assert_eq!(registry.install_id(), "11111111-2222-4333-8444-555555555555", "it is the same install");
    let text = |sql: &str| registry.read(|c| Ok::<String, RegistryError>(c.query_row(sql, [], |r| r.get(0))?)).unwrap();
    assert_eq!(text("SELECT name FROM agents WHERE uid = 'athena'"), "Athena ⚙️", "its agents are there");
    assert_eq!(text("SELECT message FROM web_chat_messages"), "hello 👋", "its chats are there");
    let admin = Viewer { user_id: 1, role: Role::Admin };
    let (page, total) = registry.read(|c| agents::page(c, "", &admin, 0, 10)).unwrap();
    assert_eq!((page.len(), total), (2, 2), "and they are in the lists that the first version had not");
    assert_eq!(registry.read(|c| agents::page(c, "⚙", &admin, 0, 10)).unwrap().1, 1, "and in the search");

    let copy = dir.path().join("registry.db.before-v1-20260102-030405");
    assert_eq!(version_of(&copy), 1, "the copy beside is as the file was");
    assert_eq!(version_of(&path), LATEST, "the file is at the newest");
    let listed = backups(&path).unwrap();
    assert_eq!(
        (listed.len(), listed[0].version, listed[0].path.as_path()),
        (1, 1, copy.as_path()),
        "and the copy is listed"
    );
}

#[test]
fn every_version_on_the_way_upgrades_to_the_same_schema() {
    let dir = tempfile::tempdir().unwrap();
    let steps = [
        FIRST,
        include_str!("../../migrations/0002_control_plane.sql"),
        include_str!("../../migrations/0003_rules.sql"),
        include_str!("../../migrations/0004_lists.sql"),
        include_str!("../../migrations/0005_settings.sql"),
        include_str!("../../migrations/0006_chat.sql"),
        include_str!("../../migrations/0007_chat_images.sql"),
        include_str!("../../migrations/0008_runs.sql"),
    ];
    assert_eq!(steps.len() as i64, LATEST, "a new migration is added here too");
    let schema = |path: &Path| -> Vec<String> {
        let c = Connection::open(path).unwrap();
        let mut s = c.prepare("SELECT type || name || coalesce(sql, '') FROM sqlite_schema ORDER BY 1").unwrap();
        s.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let fresh = dir.path().join("fresh.db");
    Registry::open(&fresh, NOW).unwrap();
    for n in 1..=steps.len() {
        let path = dir.path().join(format!("v{n}.db"));
        let c = Connection::open(&path).unwrap();
        steps[..n].iter().for_each(|sql| c.execute_batch(sql).unwrap());
        c.pragma_update(None, "user_version", n as i64).unwrap();
        drop(c);
        Registry::open(&path, NOW).unwrap_or_else(|e| panic!("version {n}: {e}"));
        assert_eq!(schema(&path), schema(&fresh), "version {n} ends where a new file begins");
        let copies = backups(&path).unwrap().len();
        assert_eq!(copies, usize::from((n as i64) < LATEST), "version {n}: a backup only where something was migrated");
    }
}

#[test]
fn changes_made_before_undo_had_a_depth_are_counted_and_can_be_salvaged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    version_1(&path);
    let c = Connection::open(&path).unwrap();
    for sql in [
        include_str!("../../migrations/0002_control_plane.sql"),
        include_str!("../../migrations/0003_rules.sql"),
        include_str!("../../migrations/0004_lists.sql"),
    ] {
        c.execute_batch(sql).unwrap();
    }
    c.pragma_update(None, "user_version", 4).unwrap();
    c.execute_batch(
        "INSERT INTO change_sets(id, title, actor_name, via, state, undo_of) VALUES ('setup', 't', 'x', 'app', 'applied', NULL),
           ('a', 't', 'x', 'app', 'undone', NULL), ('b', 't', 'x', 'app', 'applied', NULL), ('undo a', 't', 'x', 'app', 'undone', 'a'),
           ('redo a', 't', 'x', 'app', 'undone', 'undo a'), ('undo a again', 't', 'x', 'app', 'applied', 'redo a');",
    )
    .unwrap();
    drop(c);
    let depths = |path: &Path| {
        let registry = Registry::open(path, NOW).unwrap();
        let all = |c: &Connection| changes::page(c, &ChangeFilter::default(), 0, 10);
        let (rows, _) = registry.read(all).unwrap();
        let undo = registry.read(|c| changes::last_undoable(c, None)).unwrap().map(|c| c.id);
        (rows.into_iter().rev().map(|c| c.depth).collect::<Vec<_>>(), undo)
    };
    let expected = (vec![0, 0, 0, 1, 2, 3], Some("b".to_owned()));
    assert_eq!(depths(&path), expected, "every undo knows how far it is from its change");

    // The list of tables is lost, so rows are known by their form alone.
    let mut bytes = fs::read(&path).unwrap();
    bytes[..4096].fill(0);
    fs::write(&path, bytes).unwrap();
    let done = recover_copy(&path, NOW).unwrap();
    assert_eq!(done.rows["change_sets"], 6, "rows from before are saved like new ones: {:?}", done.findings);
    assert_eq!(depths(&path), expected, "with their depth");
}

#[test]
fn ten_copies_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    for day in 0..13 {
        drop(fs::remove_file(&path));
        version_1(&path);
        Registry::open(&path, NOW + Duration::days(day)).unwrap();
    }
    let listed = backups(&path).unwrap();
    assert_eq!(listed.len(), 10, "not more than ten");
    assert_eq!(
        (listed[0].made.as_str(), listed[9].made.as_str()),
        ("20260114-030405", "20260105-030405"),
        "the latest ten"
    );
}

#[test]
fn a_copy_goes_back_in_place_and_the_file_it_replaces_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("registry.db");
    version_1(&path);
    let registry = Registry::open(&path, NOW).unwrap();
    registry.write(|c| Ok::<_, RegistryError>(c.execute("UPDATE agents SET name = 'Renamed'", [])?)).unwrap();
    drop(registry);
    let copy = backups(&path).unwrap().remove(0).path;
    let kept = restore_backup(&path, &copy, NOW).unwrap();
    let name = |p: &Path| {
        Registry::open(p, NOW)
            .unwrap()
            .read(|c| Ok::<String, RegistryError>(c.query_row("SELECT name FROM agents", [], |r| r.get(0))?))
            .unwrap()
    };
    assert_eq!(name(&path), "Athena ⚙️", "the registry is as the copy was");
    assert_eq!(name(&kept), "Renamed", "what it replaced is kept whole");
    assert!(copy.exists(), "and the copy stays");

    let junk = dir.path().join("junk");
    fs::write(&junk, "no database").unwrap();
    let before = fs::read(&path).unwrap();
    assert!(restore_backup(&path, &junk, NOW).is_err(), "not anything goes in its place");
    assert!(restore_backup(&path, &dir.path().join("missing"), NOW).is_err(), "nor a copy that is not there");
    assert_eq!(fs::read(&path).unwrap(), before, "and then nothing was touched");
}
