//! `scan` and taking over: every layout is recognised with evidence, and nothing in it is touched.

use std::path::Path;

use sanctum_registry::rusqlite::Connection;
use sanctum_tests::{Ctl, Place};
use serde_json::Value;

use crate::support::{PASSWORD, column, put, refused, run, setup_words, text, tree};

fn dirs(root: &Path, rels: &[&str]) {
    for rel in rels {
        std::fs::create_dir_all(root.join(rel)).unwrap();
    }
}

fn layout_a(root: &Path) {
    for module in ["agent-athena/broca2", "agent-athena/thalamus", "agent-monday/broca2"] {
        for part in ["app", "config", "db", "plugins", "logs", "run"] {
            dirs(root, &[&format!("agents/{module}/{part}")]);
        }
        put(root, &format!("agents/{module}/run/start.sh"), "#!/usr/bin/env bash\n");
    }
    put(
        root,
        "agents/agent-athena/broca2/config/.env",
        "AGENT_PY='/r/agents/venv/bin/python'\nPORT='9171'\nAGENT_ID=agent-1\n",
    );
    put(root, "agents/requirements-agents.txt", "");
    dirs(root, &["agents/venv/bin", "smcp/app", "smcp/config", "control"]);
}

fn layout_b(root: &Path) {
    dirs(root, &["agents/agent-iris/broca2/app", "agents/agent-iris/broca2/config", "venv/bin", "control/db"]);
    put(root, "requirements.txt", "");
    put(root, ".env", "SANCTUM_PY=/r/venv/bin/python\n");
    put(root, "control/run/agent-iris/start-broca2.sh", "");
    put(root, "control/run/start-all.sh", "");
    let db = Connection::open(root.join("control/db/sanctum_ui.db")).unwrap();
    db.execute_batch(
        "CREATE TABLE agents(id VARCHAR(50) PRIMARY KEY, name TEXT, letta_uid TEXT);
         INSERT INTO agents VALUES('iris', 'Iris âš™ï¸', 'agent-77');",
    )
    .unwrap();
}

fn layout_c(root: &Path) {
    let one = "agent-11111111-2222-4333-8444-555555555555";
    put(root, &format!("{one}/.env"), format!("AGENT_ID={one}\nAGENT_NAME=\"Athena\"\n"));
    put(root, &format!("{one}/settings.json"), "{}");
    put(root, "agent-aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee/broca/main.py", "");
    dirs(root, &["venv/bin"]);
}

fn layout_d(root: &Path) {
    put(root, "agents/athena/modules/notes/manifest.json", r#"{"name":"notes","type":"tool"}"#);
    put(root, "tools/clock/manifest.json", r#"{"name":"clock","type":"tool"}"#);
}

fn layout_f(home: &Path) {
    put(home, ".sanctum/instance.yaml", "name: haus\n");
    put(home, ".sanctum/services/voice.yaml", "");
    dirs(home, &[".openclaw/workspace", ".openclaw/workspace-jocasta"]);
    put(home, "Library/LaunchAgents/com.sanctum.watchdog.plist", "");
}

fn layout_g(root: &Path) {
    put(root, "smcp.py", "");
    put(root, "plugins/botfather/cli.py", "");
    dirs(root, &["venv", "plugins/__pycache__"]);
}

/// Letter, name of the folder to look at, and how it is made.
type Fixture = (&'static str, &'static str, fn(&Path));
const FIXTURES: [Fixture; 7] = [
    ("A", "a", layout_a),
    ("B", "b", layout_b),
    ("C", "c", layout_c),
    ("D", "d", layout_d),
    ("E", "animus", layout_a),
    ("F", "f/.sanctum", |root| layout_f(root.parent().unwrap())),
    ("G", "g", layout_g),
];

fn scan(place: &Place, paths: &[&str]) -> Value {
    let mut words = vec!["scan", "--json"];
    words.extend(paths);
    let done = Ctl::new(place).run(&words).unwrap();
    assert_eq!(done.code, 0, "a scan ends well: {done:?}");
    done.json().unwrap()
}

#[test]
fn every_layout_is_found_with_its_evidence() {
    let place = Place::new().unwrap();
    for (letter, folder, make) in FIXTURES {
        let root = place.path().join("found").join(folder);
        make(&root);
        let before = tree(place.path());
        let page = scan(&place, &[&text(&root)]);
        assert_eq!(page["total"], 1, "layout {letter} is found: {page}");
        let found = &page["items"][0];
        assert_eq!(found["layout"], letter, "and called by its letter: {found}");
        assert!(found["evidence"].as_array().is_some_and(|lines| !lines.is_empty()), "with evidence: {found}");
        assert!(found["confidence"].as_u64().is_some_and(|c| c > 0 && c <= 100), "and how sure it is: {found}");
        assert_eq!(tree(place.path()), before, "looking changes nothing, for layout {letter}");
    }
    let all: Vec<String> =
        FIXTURES.iter().map(|(_, folder, _)| text(&place.path().join("found").join(folder))).collect();
    let page = scan(&place, &all.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(page["total"], 7, "all of them at once: {:?}", column(&page, "path"));
    let words = Ctl::new(&place).run(&["scan", &all[0]]).unwrap();
    assert!(words.out.contains("layout A"), "in words too: {words:?}");
}

#[test]
fn the_usual_places_are_looked_at_without_being_named() {
    let place = Place::new().unwrap();
    layout_a(&place.home().join("sanctum"));
    let page = scan(&place, &[]);
    assert!(column(&page, "path").contains(&text(&place.root())), "~/sanctum is one of them: {page}");
    let none = Place::new().unwrap();
    assert_eq!(scan(&none, &[])["total"], 0, "an empty home has none");
    assert_eq!(scan(&none, &["/nowhere/at/all"])["total"], 0, "a folder that is not there is no error");
}

#[test]
fn taking_over_leaves_every_byte_and_time() {
    for (letter, folder, make) in FIXTURES {
        let place = Place::new().unwrap();
        let root = place.home().join(folder);
        make(&root);
        let mut words = setup_words(&place, &[], "broca2", &["--adopt"]);
        let at = words.iter().position(|word| word == "--root").unwrap();
        words[at + 1] = text(&root);
        let before = tree(&place.home());
        let with = |last: &str| {
            let mut all = words.clone();
            all.push(last.to_owned());
            run(&place, &all, &format!("{PASSWORD}\n"))
        };
        let planned = with("--plan");
        assert_eq!(planned.code, 0, "layout {letter} can be taken over: {planned:?}");
        let plan = planned.json().unwrap();
        let kinds: Vec<&str> = plan["steps"].as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
        assert!(kinds.iter().all(|kind| *kind == "registry"), "its steps are registry rows only: {kinds:?}");
        let done = with("--yes");
        assert_eq!(done.code, 0, "layout {letter} is taken over: {done:?}");
        assert_eq!(tree(&place.home()), before, "not one byte, mode or time of layout {letter} changed");

        let at = text(&root);
        for command in [&["agents", "list", "--json"][..], &["tools", "list", "--json"], &["changes", "list", "--json"]]
        {
            let mut all = vec!["--root", at.as_str()];
            all.extend(command);
            let listed = Ctl::new(&place).run(&all).unwrap();
            assert_eq!(listed.code, 0, "`{command:?}` works on layout {letter}: {listed:?}");
        }
        let doctor = Ctl::new(&place).run(&["--root", &at, "doctor", "--json"]).unwrap();
        assert!(doctor.code <= 1, "the doctor looks at it: {doctor:?}");
        assert_eq!(tree(&place.home()), before, "and using it changes nothing in layout {letter}");
        let again = with("--yes");
        refused(&again, "has_registry");
    }
}

#[test]
fn what_is_no_sanctum_is_not_taken_over() {
    let place = Place::new().unwrap();
    let folder = place.home().join("photos");
    put(&folder, "holiday.jpg", "x");
    let before = tree(place.path());
    for (root, code) in [(text(&folder), "not_a_sanctum"), (text(&place.home().join("nowhere")), "root_missing")] {
        let mut words = setup_words(&place, &[], "broca2", &["--adopt", "--yes"]);
        let at = words.iter().position(|word| word == "--root").unwrap();
        words[at + 1] = root;
        refused(&run(&place, &words, &format!("{PASSWORD}\n")), code);
    }
    assert_eq!(tree(place.path()), before, "nothing is written");
}

#[test]
fn hostile_trees_end() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let place = Place::new().unwrap();
    let root = place.home().join("hostile");
    layout_a(&root);
    symlink(&root, root.join("agents/loop")).unwrap();
    symlink("self", root.join("self")).unwrap();
    symlink("/", root.join("agents/agent-athena/slash")).unwrap();
    put(&root, "agents/agent-athena/dir/manifest.json/inner", "");
    put(&root, "agents/agent-athena/nul/manifest.json", "{\"name\":\"a\0b\",\"type\":\"tool\"}");
    put(&root, "agents/agent-athena/deep/manifest.json", "[".repeat(100_000));
    put(&root, "agents/agent-athena/huge/manifest.json", vec![b' '; 3 << 20]);
    let fifo = root.join("agents/agent-athena/fifo/manifest.json");
    std::fs::create_dir_all(fifo.parent().unwrap()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success(), "the FIFO is made");
    std::fs::create_dir_all(root.join("agents").join(std::ffi::OsStr::from_bytes(b"agent-\xff\xfe"))).unwrap();
    let mut deep = root.join("agents/agent-athena/down");
    for _ in 0..200 {
        deep.push("d");
    }
    std::fs::create_dir_all(&deep).unwrap();
    for n in 0..2000 {
        std::fs::create_dir_all(root.join(format!("wide/{n}"))).unwrap();
    }
    let page = scan(&place, &[&text(&place.home())]);
    assert!(column(&page, "path").contains(&text(&root)), "the Sanctum among it is found: {page}");
    let mut words = setup_words(&place, &[], "broca2", &["--adopt", "--yes"]);
    let at = words.iter().position(|word| word == "--root").unwrap();
    words[at + 1] = text(&root);
    let done = run(&place, &words, &format!("{PASSWORD}\n"));
    assert_eq!(done.code, 0, "and can be taken over: {done:?}");
    let tools = Ctl::new(&place).run(&["--root", &text(&root), "tools", "list", "--json"]).unwrap();
    assert_eq!(tools.code, 0, "its cards are listed: {tools:?}");
    let broken =
        tools.json().unwrap()["items"].as_array().unwrap().iter().filter(|card| !card["broken"].is_null()).count();
    assert!(broken >= 4, "each bad manifest is a card that says what is wrong: {broken}");
}
