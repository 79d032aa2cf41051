//! A module of which only its own manifest tells: found, started, seen to run, stopped.

use std::time::{Duration, Instant};

use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::support::{at_root, json, put};

const FOLDER: &str = "agents/agent-athena/scheduler";
const ADDRESS: &str = "athena/scheduler";
const MANIFEST: &str =
    r#"{"name":"scheduler","title":"Scheduler","type":"module","version":"1.0.0","entry_point":"serve.py"}"#;

fn row(yard: &Yard) -> Value {
    json(yard, &["modules", "status", ADDRESS])["row"].clone()
}

#[test]
fn a_module_with_an_entry_point_is_found_started_healthy_and_stopped() {
    let yard = Yard::new("broca2").unwrap();
    put(&yard.root(), &format!("{FOLDER}/manifest.json"), MANIFEST);
    let missing = row(&yard);
    assert!(
        missing["cannot_start"].to_string().contains("`serve.py`, which its manifest names, is not there"),
        "without its program it says so: {missing:#}"
    );
    let refused = at_root(&yard, &["modules", "start", ADDRESS, "--json"]);
    assert_eq!(refused.code, 1, "and is not started: {refused:?}");

    let code = "import os, signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint('serves', os.getcwd(), flush=True)\ntime.sleep(600)\n";
    put(&yard.root(), &format!("{FOLDER}/serve.py"), code);
    let ready = row(&yard);
    assert_eq!(ready["status"]["word"], "Ready", "with it, it can be started: {ready:#}");
    let code = json(&yard, &["modules", "status", ADDRESS])["code"].clone();
    assert_eq!(code, "`serve.py` in its folder, as its manifest says", "and that it has its code is not denied");
    let started = json(&yard, &["modules", "start", ADDRESS]);
    assert_eq!(started[0]["done"], true, "it starts: {started:#}");
    let end = Instant::now() + Duration::from_secs(40);
    let runs = loop {
        let row = row(&yard);
        if row["status"]["word"] == "Healthy" {
            break row;
        }
        assert!(Instant::now() < end, "that it runs is what there is to see of it: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    };
    let pid = runs["pid"].as_u64().unwrap();
    assert!(runs["status"]["reason"].to_string().contains(&pid.to_string()), "by its process: {runs:#}");
    assert!(
        runs["cpu"].is_number() && runs["memory"].as_f64().unwrap() > 1e6,
        "what it uses is measured on the command line too: {runs:#}"
    );
    let list = at_root(&yard, &["modules", "list"]);
    assert!(list.out.contains(" %") && list.out.contains(" MB"), "the list says both: {list:?}");
    let log = std::fs::read_to_string(yard.root().join(FOLDER).join("logs/scheduler.log")).unwrap();
    assert!(log.contains(&format!("serves {}", yard.root().join(FOLDER).display())), "its log is kept: {log}");
    let stopped = json(&yard, &["modules", "stop", ADDRESS]);
    assert_eq!(stopped[0]["done"], true, "it stops: {stopped:#}");
    let off = row(&yard);
    assert_eq!((&off["pid"], &off["status"]["word"]), (&Value::Null, &"Off".into()), "and is gone: {off:#}");
}

#[test]
fn what_a_manifest_says_it_needs_is_started_before_it_and_stopped_after_it() {
    let yard = Yard::new("broca2").unwrap();
    let code = "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint('serves', flush=True)\ntime.sleep(600)\n";
    // By name the other way round; `mirror` and `memory` need each other.
    for (name, needs) in [
        ("alarm", r#"["notes"]"#),
        ("notes", r#"["store"]"#),
        ("store", "[]"),
        ("memory", r#"["mirror"]"#),
        ("mirror", r#"["memory"]"#),
    ] {
        let folder = format!("agents/agent-athena/{name}");
        let manifest = format!(
            r#"{{"name":"{name}","type":"module","version":"1.0.0","entry_point":"serve.py","dependencies":{needs}}}"#
        );
        put(&yard.root(), &format!("{folder}/manifest.json"), &manifest);
        put(&yard.root(), &format!("{folder}/serve.py"), code);
    }
    let order = |outcomes: &Value| -> Vec<String> {
        let done = |outcome: &&Value| outcome["done"] == true;
        outcomes
            .as_array()
            .unwrap()
            .iter()
            .filter(done)
            .map(|o| o["id"].as_str().unwrap().replace("athena/", ""))
            .collect()
    };
    let started = json(&yard, &["modules", "start", "--all"]);
    assert_eq!(
        order(&started),
        ["mirror", "store", "memory", "notes", "alarm"],
        "what others need comes first, and a circle stops nobody: {started:#}"
    );
    let stopped = json(&yard, &["modules", "stop", "--all"]);
    let stopped = order(&stopped);
    let at = |name: &str| stopped.iter().position(|one| one == name);
    assert!(at("alarm") < at("notes") && at("notes") < at("store"), "and is stopped last: {stopped:?}");
}
