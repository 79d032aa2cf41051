//! One module more for an agent, and one less: as if it had been made so, and taken back to the byte.

use std::time::{Duration, Instant};

use sanctum_tests::Place;
use sanctum_tests::yard::{Yard, free_port};

use crate::support::{at_root, done, json, made, put, read, refused, set_secret, settled, text, tree, value};

/// Files of a folder below the root, without what differs from one root to another.
fn seen(place: &Place, folder: &str) -> Vec<(String, u32, String)> {
    let root = text(&place.root());
    let files = tree(&place.root().join(folder)).into_iter();
    files
        .map(|(name, entry)| (name, entry.mode, String::from_utf8_lossy(&entry.bytes).replace(&root, "ROOT")))
        .collect()
}

/// Everything but the registry, its trash and its locks.
fn outside_of_control(place: &Place) -> Vec<String> {
    let all = settled(&place.root()).into_iter().filter(|(name, _)| !name.starts_with("control/"));
    all.map(|(name, entry)| format!("{name} {:o} {:?} {:?}", entry.mode, entry.bytes, entry.mtime)).collect()
}

fn modules(place: &Place, uid: &str) -> Vec<(String, u64)> {
    let shown = json(place, &["agents", "show", uid]);
    let all = shown["agent"]["modules"].as_array().unwrap().iter();
    let mut all: Vec<_> = all.map(|m| (m["name"].as_str().unwrap().to_owned(), m["port"].as_u64().unwrap())).collect();
    all.sort();
    all
}

#[test]
fn a_module_that_joins_is_as_if_the_agent_had_been_made_with_it() {
    let place = made(&["Athena", "Monday"], "broca2");
    let from_the_start = made(&["Athena", "Monday"], "broca2,thalamus");
    let before = outside_of_control(&place);
    let names = |place: &Place| -> Vec<String> {
        let all = json(place, &["modules", "offered", "--agent", "monday"]);
        all.as_array().unwrap().iter().map(|offer| offer["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&place), ["thalamus", "web-bridge"], "what it does not have is offered");

    refused(&at_root(&place, &["modules", "add", "monday/thalamus"]), "confirm_needed");
    let plan = json(&place, &["modules", "add", "monday/thalamus", "--plan"]);
    assert_eq!(plan["command"], "sanctumctl modules add monday/thalamus --yes", "the plan names its command");
    assert_eq!(outside_of_control(&place), before, "a plan changes nothing");

    let change = done(&place, &["modules", "add", "monday/thalamus"]);
    let at = "agents/agent-monday/thalamus";
    assert_eq!(seen(&place, at), seen(&from_the_start, at), "folders, modes, settings and start script are the same");
    assert_eq!(modules(&place, "monday"), modules(&from_the_start, "monday"), "and so is its port");
    assert_eq!(names(&place), ["web-bridge"], "what it has is not offered again");
    assert_eq!(modules(&place, "athena").len(), 1, "the other agent has none");
    assert_eq!(value(&place, "monday/thalamus", "PORT"), "9201", "its form opens");
    let listed = json(&place, &["ports", "list"]);
    let ports: Vec<_> = listed["rows"].as_array().unwrap().iter().map(|row| row["port"].as_u64()).collect();
    assert_eq!(ports, [Some(9100), Some(9101), Some(9201)], "each has a port of its own: {listed:#}");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong afterwards");

    done(&place, &["changes", "undo", &change]);
    assert_eq!(outside_of_control(&place), before, "undo leaves every byte as it was");
    assert_eq!(modules(&place, "monday"), [("broca2".to_owned(), 9101)], "and forgets its rows");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong then either");
}

#[test]
fn what_cannot_join_is_refused_and_nothing_is_written() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), "agents/agent-athena/web-bridge/notes.txt", "mine");
    at_root(&place, &["scan"]);
    let before = outside_of_control(&place);
    for (what, code) in [
        ("athena/scheduler", "module_unknown"),
        ("athena/", "module_unknown"),
        ("athena/broca2", "module_there"),
        ("athena/smcp", "module_shared"),
        ("athena/ports", "module_shared"),
        ("nobody/thalamus", "agent_unknown"),
        ("thalamus", "module_unknown"),
    ] {
        refused(&at_root(&place, &["modules", "add", what, "--yes"]), code);
    }
    let held = at_root(&place, &["modules", "add", "athena/web-bridge", "--yes"]);
    assert_eq!(held.code, 2, "a folder that holds something is never written into: {held:?}");
    assert_eq!(outside_of_control(&place), before, "and everything stays as it is");
}

#[test]
fn it_is_told_what_the_levels_above_say() {
    let place = made(&["Athena", "Monday"], "broca2");
    done(&place, &["config", "set", "tool:broca2", "LONG_TASK_MAX_WAIT", "77"]);
    set_secret(&place, "tool:broca2", "AGENT_API_KEY", "canary-Heron-8832");
    done(&place, &["agents", "add", "Iris", "--modules", "thalamus"]);
    done(&place, &["modules", "add", "iris/broca2"]);
    let env = read(&place, "agents/agent-iris/broca2/config/.env");
    assert!(env.contains("LONG_TASK_MAX_WAIT='77'") || env.contains("LONG_TASK_MAX_WAIT=77"), "it is told: {env}");
    assert!(!env.contains("canary-Heron-8832"), "a secret stands in no file");
    let start = read(&place, "agents/agent-iris/broca2/run/start.sh");
    assert!(start.contains("secrets exec"), "its start script asks for it: {start}");
    assert_eq!(at_root(&place, &["drift", "list"]).code, 0, "so nothing differs from what the levels say");
}

#[test]
fn a_new_agent_is_told_what_the_levels_above_say() {
    let place = made(&["Athena"], "broca2");
    done(&place, &["config", "set", "tool:broca2", "LONG_TASK_MAX_WAIT", "77"]);
    done(&place, &["config", "set", "athena/broca2", "MESSAGE_PROCESS_TIMEOUT_BUFFER", "41", "--level", "system"]);
    done(&place, &["config", "set", "agent:athena", "AGENT_ENDPOINT", "http://127.0.0.1:9999"]);
    set_secret(&place, "tool:broca2", "AGENT_API_KEY", "canary-Heron-8832");
    let plan = json(&place, &["agents", "add", "Iris", "--modules", "broca2,thalamus", "--plan"]);
    assert!(plan["steps"].to_string().contains("settings of the levels above"), "the plan shows it: {plan:#}");
    done(&place, &["agents", "add", "Iris", "--modules", "broca2,thalamus"]);
    let env = read(&place, "agents/agent-iris/broca2/config/.env");
    assert!(env.contains("LONG_TASK_MAX_WAIT='77'"), "the tool's: {env}");
    assert!(env.contains("MESSAGE_PROCESS_TIMEOUT_BUFFER='41'"), "and the system's: {env}");
    assert!(!env.contains("9999"), "another agent's is that agent's: {env}");
    assert!(!env.contains("canary-Heron-8832"), "a secret stands in no file");
    let start = read(&place, "agents/agent-iris/broca2/run/start.sh");
    assert!(start.contains("secrets exec"), "its start script asks for it: {start}");
    assert_eq!(at_root(&place, &["drift", "list"]).code, 0, "so nothing differs from what the levels say");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "and nothing is wrong");
}

#[test]
fn one_that_leaves_is_in_the_trash_with_every_byte_and_the_others_stay() {
    let place = made(&["Athena"], "broca2,thalamus");
    put(&place.root(), "agents/agent-athena/thalamus/db/told.sqlite", b"\x00\xffrows of a module\n");
    done(&place, &["config", "set", "athena/thalamus", "THALAMUS_WEB_SPEED", "2"]);
    let before = outside_of_control(&place);
    let broca = seen(&place, "agents/agent-athena/broca2");
    refused(&at_root(&place, &["modules", "remove", "athena/thalamus"]), "confirm_needed");
    let change = done(&place, &["modules", "remove", "athena/thalamus"]);
    assert!(!place.root().join("agents/agent-athena/thalamus").exists(), "its folder is gone");
    assert_eq!(modules(&place, "athena"), [("broca2".to_owned(), 9100)], "the registry forgot it, and only it");
    assert_eq!(seen(&place, "agents/agent-athena/broca2"), broca, "the other module stays as it is");
    assert_eq!(at_root(&place, &["doctor"]).code, 0, "nothing is wrong afterwards");
    done(&place, &["changes", "undo", &change]);
    assert_eq!(outside_of_control(&place), before, "undo brings back every byte, mode and time");
    assert_eq!(modules(&place, "athena")[1], ("thalamus".to_owned(), 9200), "and its port");
    assert_eq!(value(&place, "athena/thalamus", "THALAMUS_WEB_SPEED"), "2", "and what was set for it");

    for (what, code) in [("athena/web-bridge", "module_unknown"), ("nobody/broca2", "module_unknown")] {
        refused(&at_root(&place, &["modules", "remove", what, "--yes"]), code);
    }
    put(
        &place.root(),
        "agents/agent-athena/scheduler/manifest.json",
        r#"{"name":"scheduler","entry_point":"main.py"}"#,
    );
    let found = at_root(&place, &["modules", "remove", "athena/scheduler", "--yes"]);
    assert_eq!(found.code, 2, "what is only found on disk is not removed: {found:?}");
}

#[test]
fn it_is_installed_and_run_like_any_other_and_leaves_only_when_it_is_stopped() {
    let yard = Yard::new("broca2,smcp").unwrap();
    yard.ctl(&["modules", "add", "athena/thalamus", "--yes"]).unwrap();
    // Others of these tests need the port that is the first to be offered.
    let port = free_port().unwrap().to_string();
    yard.ctl(&["ports", "move", "athena/thalamus", "--to", &port, "--yes"]).unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    assert_eq!(json(&yard, &["modules", "start", "athena/thalamus"])[0]["done"], true, "it starts");
    let end = Instant::now() + Duration::from_secs(40);
    while json(&yard, &["modules", "status", "athena/thalamus"])["row"]["status"]["word"] != "Healthy" {
        assert!(Instant::now() < end, "it answers on its port");
        std::thread::sleep(Duration::from_millis(200));
    }
    refused(&at_root(&yard, &["modules", "remove", "athena/thalamus", "--yes"]), "module_running");
    refused(&at_root(&yard, &["modules", "remove", "smcp", "--yes"]), "module_shared");
    yard.ctl(&["modules", "stop", "athena/thalamus"]).unwrap();
    done(&yard, &["modules", "remove", "athena/thalamus"]);
    assert!(!yard.root().join("agents/agent-athena/thalamus").exists(), "stopped, it goes");
    done(&yard, &["modules", "add", "athena/thalamus"]);
    assert!(yard.root().join("agents/agent-athena/thalamus/config/.env").is_file(), "and its place is free again");
}
