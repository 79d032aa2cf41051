//! `doctor`: quiet on a sound install, and each damage named by its path. It writes nothing.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use sanctum_tests::Place;
use serde_json::Value;

use crate::support::{at_root, chmod, error, json, made, put, set_secret, settled};

/// Runs it; its exit code and findings.
fn examine(place: &Place) -> (i32, Vec<Value>) {
    let done = at_root(place, &["doctor", "--json"]);
    let page = done.json().unwrap();
    (done.code, page["items"].as_array().unwrap().clone())
}

/// What one damage makes of a fresh install: exit 1, and one finding with this code and path that says `word`.
fn finds(damage: impl Fn(&Place), code: &str, path: &str, word: &str) {
    let place = made(&["Athena"], "broca2,smcp");
    assert_eq!(examine(&place).0, 0, "it is sound before");
    damage(&place);
    let before = settled(&place.root());
    let (exit, findings) = examine(&place);
    assert_eq!(settled(&place.root()), before, "the doctor writes nothing for `{code}`");
    assert_eq!(exit, 1, "`{code}` is a finding: {findings:?}");
    let hit = findings.iter().find(|f| f["code"] == code && f["path"] == path);
    let hit = hit.unwrap_or_else(|| panic!("`{code}` names `{path}`: {findings:?}"));
    assert!(hit["message"].as_str().unwrap().contains(word), "its message says `{word}`: {hit}");
    assert!(!hit["hint"].as_str().unwrap().is_empty(), "and what to do: {hit}");
}

/// A schema that no build of today knows.
const NEWER: i64 = 90;
const ENV: &str = "agents/agent-athena/broca2/config/.env";

#[test]
fn a_sound_install_is_quiet_and_untouched() {
    let place = made(&["Athena", "Monday"], "broca2,thalamus,smcp");
    let before = settled(place.path());
    let (exit, findings) = examine(&place);
    assert_eq!(exit, 0, "nothing is wrong: {findings:?}");
    assert!(
        findings.iter().all(|f| f["level"] == "info"),
        "an environment left for later is told, not blamed: {findings:?}"
    );
    assert_eq!(settled(place.path()), before, "not one byte or time of the place changed");
    let words = at_root(&place, &["doctor"]);
    assert_eq!(words.code, 0, "the same in words: {words:?}");
}

#[test]
fn open_modes() {
    finds(|p| chmod(&p.root().join(ENV), 0o644), "mode_open", ENV, "0644");
    finds(|p| chmod(&p.root().join("control/registry.db"), 0o640), "mode_open", "control/registry.db", "0640");
    finds(|p| chmod(&p.root().join("agents"), 0o755), "mode_open", "agents", "0755");
    let start = "agents/agent-athena/broca2/run/start.sh";
    finds(|p| chmod(&p.root().join(start), 0o600), "mode_not_executable", start, "executable");
}

#[test]
fn things_that_are_gone() {
    let gone = |path: &'static str| {
        finds(
            |p| {
                let at = p.root().join(path);
                if at.is_dir() { std::fs::remove_dir_all(at).unwrap() } else { std::fs::remove_file(at).unwrap() }
            },
            "missing",
            path,
            path,
        );
    };
    gone("agents/agent-athena/broca2/db");
    gone("agents/agent-athena");
    gone(".env");
    gone("agents/requirements-agents.txt");
    gone(ENV);
    gone("smcp");
    gone("smcp/config/.env");
    gone("control/gateway");
    gone("agents/agent-athena/broca2/run/start.sh");
    gone("agents/agent-athena/broca2/run/stop.sh");
    gone("smcp/run/stop.sh");
}

#[test]
fn a_script_that_is_missing_or_of_an_earlier_version_is_written_anew_by_a_plan() {
    let place = made(&["Athena"], "broca2");
    let run = place.root().join("agents/agent-athena/broca2/run");
    let ours = || ["start.sh", "stop.sh"].map(|name| std::fs::read_to_string(run.join(name)).unwrap_or_default());
    let new = ours();
    // Its second line says whose it is; the rest is another version's.
    let head = |text: &str| text.lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    std::fs::write(run.join("start.sh"), format!("{}exit 1\n", head(&new[0]))).unwrap();
    std::fs::remove_file(run.join("stop.sh")).unwrap();
    let before = ours();
    let (_, findings) = examine(&place);
    let changed = findings.iter().find(|f| f["code"] == "script_old").cloned().unwrap_or_default();
    assert_eq!(changed["level"], "info", "one that may have been changed on purpose is told, not blamed: {findings:?}");
    assert!(
        changed["hint"].as_str().unwrap().contains("'athena/broca2' --changed"),
        "with what shows first: {changed}"
    );
    let plan = json(&place, &["modules", "scripts", "athena/broca2", "--plan"]);
    assert!(!plan["steps"].to_string().contains("start script"), "without that word it stays: {plan:#}");
    std::fs::write(run.join("stop.sh"), &new[1]).unwrap();
    let stays = at_root(&place, &["modules", "scripts", "athena/broca2", "--yes", "--json"]);
    assert_eq!(error(&stays)["code"], "scripts_changed", "where it is the only one that is said: {stays:?}");
    assert_eq!(ours(), [before[0].clone(), new[1].clone()], "and nothing is written");
    std::fs::remove_file(run.join("stop.sh")).unwrap();
    // As it is where an earlier version of this app wrote it.
    let db = sanctum_registry::rusqlite::Connection::open(place.root().join("control/registry.db")).unwrap();
    let wrote = "UPDATE change_steps SET after_blob = ?1 WHERE target LIKE '%broca2/run/start.sh'";
    assert_eq!(db.execute(wrote, [before[0].as_bytes()]).unwrap(), 1, "the setup wrote it");
    drop(db);
    let (exit, findings) = examine(&place);
    let blamed = findings.iter().filter(|f| f["level"] != "info");
    let codes: Vec<&str> = blamed.filter_map(|f| f["code"].as_str()).collect();
    assert!(exit == 1 && codes.contains(&"script_old") && codes.contains(&"missing"), "both are found: {findings:?}");
    for hit in findings.iter().filter(|f| f["path"].as_str().unwrap_or_default().ends_with(".sh")) {
        assert!(
            hit["hint"].as_str().unwrap().contains("sanctumctl modules scripts 'athena/broca2' --yes"),
            "and what writes it: {hit}"
        );
    }

    let plan = json(&place, &["modules", "scripts", "athena/broca2", "--plan"]);
    assert!(plan["steps"].to_string().contains("Write its stop script"), "the plan names them: {plan:#}");
    assert_eq!(ours(), before, "and writes nothing");
    let done = json(&place, &["modules", "scripts", "athena/broca2", "--yes"]);
    assert_eq!(ours(), new, "both are as a new install has them");
    assert_eq!(run.join("stop.sh").metadata().unwrap().permissions().mode() & 0o777, 0o700, "and can be run");
    assert_eq!(examine(&place).0, 0, "and nothing is found any more");
    let nothing = at_root(&place, &["modules", "scripts", "athena/broca2", "--yes", "--json"]);
    assert_eq!(error(&nothing)["code"], "nothing_to_change", "a second time there is nothing to do: {nothing:?}");
    json(&place, &["changes", "undo", done["change_id"].as_str().unwrap(), "--yes"]);
    assert_eq!(ours(), before, "undo brings back what was there");

    std::fs::write(run.join("start.sh"), "#!/bin/sh\n# mine\n").unwrap();
    json(&place, &["modules", "scripts", "athena/broca2", "--yes"]);
    assert_eq!(ours()[0], "#!/bin/sh\n# mine\n", "one of somebody else's is left alone");
    assert_eq!(examine(&place).0, 0, "and is no finding");
}

#[test]
fn a_start_script_that_hands_secrets_over_still_does_when_it_is_written_anew() {
    let place = made(&["Athena"], "broca2");
    let start = place.root().join("agents/agent-athena/broca2/run/start.sh");
    set_secret(&place, "athena/broca2", "AGENT_API_KEY", "v");
    let with = std::fs::read_to_string(&start).unwrap();
    assert!(with.contains("secrets exec"), "it asks for them: {with}");
    std::fs::remove_file(&start).unwrap();
    json(&place, &["modules", "scripts", "athena/broca2", "--yes"]);
    assert_eq!(std::fs::read_to_string(&start).unwrap(), with, "missing, it is written as it was");
    std::fs::write(&start, with.replace("exec \"$@\"", "exec  \"$@\"")).unwrap();
    json(&place, &["modules", "scripts", "athena/broca2", "--changed", "--yes"]);
    assert_eq!(std::fs::read_to_string(&start).unwrap(), with, "and so is one that was changed");
}

#[test]
fn manifests_and_settings_that_cannot_be_read() {
    let manifest = "agents/agent-athena/notes/manifest.json";
    finds(|p| drop(put(&p.root(), manifest, "{\n\n  \"name\": oops\n}")), "manifest_broken", manifest, "line 3");
    finds(|p| drop(put(&p.root(), manifest, r#"{"type": "tool"}"#)), "manifest_broken", manifest, "name");
    finds(
        |p| {
            let at = p.root().join(ENV);
            let text = std::fs::read_to_string(&at).unwrap();
            std::fs::write(&at, format!("{text}this is no setting\n")).unwrap();
        },
        "settings_line",
        ENV,
        "line",
    );
}

#[test]
fn a_port_somebody_else_listens_on() {
    // The ninth Prime's, which no other test uses.
    let names: Vec<String> = (1..=9).map(|n| format!("prime {n}")).collect();
    let place = made(&names.iter().map(String::as_str).collect::<Vec<_>>(), "broca2");
    let _held = TcpListener::bind("127.0.0.1:9108").unwrap();
    let (exit, findings) = examine(&place);
    let hit =
        findings.iter().find(|f| f["code"] == "port_held").unwrap_or_else(|| panic!("the port is found: {findings:?}"));
    assert_eq!(
        (exit, hit["path"].as_str()),
        (1, Some("agents/agent-prime-9/broca2")),
        "by the module that it is kept for: {hit}"
    );
    let message = hit["message"].as_str().unwrap();
    assert!(message.contains("9108") && message.contains(&std::process::id().to_string()), "with its holder: {hit}");
}

#[test]
fn an_edit_from_outside_is_told_and_is_no_fault() {
    let place = made(&["Athena"], "broca2");
    let at = place.root().join(ENV);
    let text = std::fs::read_to_string(&at).unwrap();
    std::fs::write(&at, format!("{text}# a note of mine\nEXTRA='1'\n")).unwrap();
    let before = settled(&place.root());
    let (exit, findings) = examine(&place);
    let hit =
        findings.iter().find(|f| f["code"] == "drift").unwrap_or_else(|| panic!("the edit is seen: {findings:?}"));
    assert_eq!(
        (exit, hit["path"].as_str(), hit["level"].as_str()),
        (0, Some(ENV), Some("info")),
        "worth knowing, no fault: {hit}"
    );
    assert_eq!(settled(&place.root()), before, "the edit stays");
}

/// Everything into the one file, so that damage to it is damage to the rows.
fn fold_in_the_log(file: &std::path::Path) {
    let db = sanctum_registry::rusqlite::Connection::open(file).unwrap();
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
    assert_eq!(busy, 0, "nobody else has the registry open");
}

#[test]
fn a_damaged_registry_is_kept_and_said() {
    for damage in [
        |bytes: &mut Vec<u8>| bytes[..100].fill(0),
        |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2),
        |bytes: &mut Vec<u8>| *bytes = b"this is a text file\n".to_vec(),
        |bytes: &mut Vec<u8>| bytes[4096..].fill(0x5a),
    ] {
        let place = made(&["Athena"], "broca2");
        let file = place.root().join("control/registry.db");
        fold_in_the_log(&file);
        let mut bytes = std::fs::read(&file).unwrap();
        damage(&mut bytes);
        std::fs::write(&file, &bytes).unwrap();
        let before = settled(&place.root());
        for words in [&["doctor"][..], &["agents", "list"], &["agents", "add", "Nova", "--yes"]] {
            let done = at_root(&place, words);
            let said = error(&done);
            let code = said["code"].as_str().unwrap();
            assert!(
                ["registry_damaged", "registry_foreign"].contains(&code) && done.code == 3,
                "it is broken, and said so: {done:?}"
            );
            assert!(said["hint"].as_str().unwrap().contains("sanctumctl registry"), "with a way out: {said}");
            assert_eq!(std::fs::read(&file).unwrap(), bytes, "the file keeps its bytes after `{words:?}`");
            assert_eq!(settled(&place.root()), before, "the rest too");
        }
        let words = crate::support::setup_words(&place, &["Nova"], "broca2", &["--no-venv", "--yes"]);
        let again = crate::support::run(&place, &words, &format!("{}\n", crate::support::PASSWORD));
        assert!(again.code > 1, "a setup does not start over on it: {again:?}");
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "and keeps its bytes");
    }
}

#[test]
fn an_empty_registry_beside_agents_is_not_taken_for_a_new_install() {
    let place = made(&["Athena"], "broca2");
    for name in ["registry.db", "registry.db-wal", "registry.db-shm"] {
        let _absent = std::fs::remove_file(place.root().join("control").join(name));
    }
    std::fs::write(place.root().join("control/registry.db"), b"").unwrap();
    let before = settled(&place.root());
    let done = at_root(&place, &["doctor"]);
    assert!(done.code > 1, "it is said that the registry is gone: {done:?}");
    assert_eq!(settled(&place.root()), before, "and no agent's file is touched");
}

#[test]
fn a_newer_registry_is_left_alone() {
    let place = made(&["Athena"], "broca2");
    let file = place.root().join("control/registry.db");
    {
        let db = sanctum_registry::rusqlite::Connection::open(&file).unwrap();
        db.pragma_update(None, "user_version", NEWER).unwrap();
    }
    fold_in_the_log(&file);
    let bytes = std::fs::read(&file).unwrap();
    for words in [&["doctor"][..], &["agents", "list"], &["agents", "add", "Nova", "--yes"]] {
        let done = at_root(&place, words);
        let said = error(&done);
        assert_eq!(said["code"], "registry_newer", "it is refused: {done:?}");
        assert!(
            done.code >= 2 && said["message"].as_str().unwrap().contains(&NEWER.to_string()),
            "and says which version was found: {done:?}"
        );
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "the file is untouched by `{words:?}`");
    }
}

#[test]
fn reading_commands_leave_the_registrys_rows() {
    let place = made(&["Athena"], "broca2");
    let dump = || {
        let db = sanctum_registry::rusqlite::Connection::open(place.root().join("control/registry.db")).unwrap();
        let mut rows = Vec::new();
        for table in [
            "agents",
            "tools",
            "tool_instances",
            "ports",
            "users",
            "change_sets",
            "change_steps",
            "system_config",
            "user_sessions",
        ] {
            let count: i64 = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
            let last: Option<String> = match table {
                "agents" | "tools" | "users" => {
                    db.query_row(&format!("SELECT max(updated_at) FROM {table}"), [], |row| row.get(0)).unwrap()
                }
                _ => None,
            };
            rows.push((table, count, last));
        }
        rows
    };
    let before = dump();
    for words in
        [&["doctor"][..], &["agents", "list"], &["tools", "list"], &["changes", "list"], &["agents", "show", "athena"]]
    {
        json(&place, words);
    }
    assert_eq!(dump(), before, "looking changes no row");
}
