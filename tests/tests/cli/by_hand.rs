//! `run/stop.sh` as bash runs it: without the window, with and without `sanctumctl`.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use sanctum_tests::place::program;
use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::support::{PASSWORD, json, made, put, run, set_secret, setup_words, text};

const THALAMUS: &str = "agents/agent-athena/thalamus";

fn yard() -> Yard {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    yard
}

/// Runs the stop script from another folder; `ctl` is what it takes for `sanctumctl`.
fn stop(yard: &Yard, ctl: &str) -> Output {
    Command::new("bash")
        .arg(yard.root().join(THALAMUS).join("run/stop.sh"))
        .env_clear()
        .envs(yard.env())
        .env("SANCTUMCTL", ctl)
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn row(yard: &Yard) -> Value {
    json(yard, &["modules", "status", "athena/thalamus"])["row"].clone()
}

fn ctl() -> String {
    text(&program("sanctumctl").unwrap())
}

#[test]
fn a_stop_script_stops_what_the_app_started_and_what_was_started_by_hand() {
    let yard = yard();
    json(&yard, &["modules", "start", "athena/thalamus"]);
    let done = stop(&yard, &ctl());
    assert!(done.status.success(), "it ends well: {done:?}");
    assert_eq!(row(&yard)["state"], "stopped", "what the app started is stopped, without the app");

    let mut child = yard.by_hand("thalamus").unwrap();
    let end = Instant::now() + Duration::from_secs(40);
    while row(&yard)["pid"] != child.id() {
        assert!(Instant::now() < end, "what was started by hand is seen: {:#}", row(&yard));
        std::thread::sleep(Duration::from_millis(100));
    }
    let done = stop(&yard, &ctl());
    let over = child.try_wait().unwrap().is_some();
    let _killed = child.kill();
    let _collected = child.wait();
    assert!(done.status.success() && over, "and so is what `start.sh` started: {done:?}");
}

#[test]
fn without_sanctumctl_a_stop_script_goes_by_the_keepers_record_and_ends_nobody_else() {
    let yard = yard();
    let missing = stop(&yard, "no-such-sanctumctl");
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert_eq!(missing.status.code(), Some(69), "where no keeper ever was, it cannot know what runs: {said}");
    assert!(said.contains("SANCTUMCTL"), "and says what would: {said}");

    json(&yard, &["modules", "start", "athena/thalamus"]);
    let pid = row(&yard)["pid"].as_u64().unwrap();
    let done = stop(&yard, "no-such-sanctumctl");
    assert!(done.status.success(), "its keeper ends it: {done:?}");
    assert_eq!((row(&yard)["state"].as_str(), alive(pid)), (Some("stopped"), false), "and is gone with it");

    let again = stop(&yard, "no-such-sanctumctl");
    assert_eq!(again.status.code(), Some(1), "a second time there is nobody to end: {again:?}");
    let mut other = Command::new("sleep").arg("600").spawn().unwrap();
    let record = format!(r#"{{"version": 1, "keeper": {{ "pid": {}, "start": "1" }}, "child": null}}"#, other.id());
    put(&yard.root(), &format!("{THALAMUS}/run/keeper.json"), &record);
    let refused = stop(&yard, "no-such-sanctumctl");
    let spared = other.try_wait().unwrap().is_none();
    let _killed = other.kill();
    let _collected = other.wait();
    std::fs::remove_file(yard.root().join(THALAMUS).join("run/keeper.json")).unwrap();
    assert_eq!(refused.status.code(), Some(1), "a number that somebody else has now is nobody: {refused:?}");
    assert!(spared, "and who has it goes on");
}

#[test]
fn a_tree_that_is_left_as_it_is_gets_no_stop_script() {
    let place = made(&["Athena"], "broca2");
    let broca = place.root().join("agents/agent-athena/broca2/run");
    std::fs::remove_file(broca.join("stop.sh")).unwrap();
    for ours in [place.root().join("control"), place.data_dir()] {
        std::fs::remove_dir_all(ours).unwrap();
    }
    std::fs::create_dir_all(place.data_dir()).unwrap();
    let adopted = run(&place, &setup_words(&place, &[], "broca2", &["--adopt", "--yes"]), &format!("{PASSWORD}\n"));
    assert_eq!(adopted.code, 0, "it is taken over: {adopted:?}");
    set_secret(&place, "athena/broca2", "AGENT_API_KEY", "v");
    let start = std::fs::read_to_string(broca.join("start.sh")).unwrap();
    assert!(start.contains("secrets exec"), "what the plan named is changed: {start}");
    assert!(!broca.join("stop.sh").exists(), "and nothing is added beside it");
}

fn alive(pid: u64) -> bool {
    let one = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let stat = String::from_utf8_lossy(&one.stdout).into_owned();
    !stat.trim().is_empty() && !stat.trim().starts_with('Z')
}
