//! Python environments from a terminal: seen, tried, changed by a plan, checked, and put back.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sanctum_tests::{Ctl, Place, Run};
use serde_json::{Value, json as value};

use crate::support::{at_root, json, made, put, refused, text};

/// The proxy and certificates of this machine, and its index.
pub fn passed() -> Vec<(String, String)> {
    let passed = |name: &str| ["PIP_", "UV_", "SSL_"].iter().any(|p| name.starts_with(p)) && !name.contains("CONFIG");
    std::env::vars().filter(|(name, _)| passed(name) || name.to_lowercase().ends_with("_proxy")).collect()
}

/// With these, and a short watch over what is changed.
pub fn online(place: &Place, words: &[&str]) -> Run {
    let root = text(&place.root());
    let all: Vec<&str> = ["--root", &root].into_iter().chain(words.iter().copied()).collect();
    let ctl = Ctl::new(place).with("SANCTUM_TRIAL_SECONDS", "2");
    passed().into_iter().fold(ctl, |ctl, (name, value)| ctl.with(&name, &value)).run(&all).unwrap()
}

pub fn python() -> String {
    let asked = ["-c", "import os, sys; print(os.path.realpath(sys.executable))"];
    let done = Command::new("python3").args(asked).output().unwrap();
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

pub fn imports(place: &Place, module: &str) -> bool {
    let python = place.root().join("agents/venv/bin/python");
    let done = Command::new(python).args(["-I", "-c", &format!("import {module}")]).output();
    done.is_ok_and(|done| done.status.success())
}

#[test]
fn an_environment_is_made_changed_checked_and_put_back() {
    let place = made(&["Athena"], "broca2");
    put(&place.root(), "agents/requirements-agents.txt", "idna==3.7\n");
    let list = json(&place, &["python", "list"]);
    let agents = list["envs"].as_array().unwrap().iter().find(|env| env["id"] == "agents").unwrap();
    assert_eq!((&agents["exists"], &agents["status"]["word"]), (&value!(false), &value!("Off")), "none yet: {list}");
    assert!(!list["interpreters"].as_array().unwrap().is_empty(), "and what could make one: {list}");
    refused(&at_root(&place, &["python", "install", "agents", "six"]), "confirm_needed");
    refused(&at_root(&place, &["python", "check", "nope"]), "python_env_unknown");
    let plan = online(&place, &["python", "install", "agents", "--python", &python(), "--plan"]);
    assert!(plan.code == 0 && plan.out.contains("Build the new environment beside"), "a plan: {plan:?}");
    assert!(!place.root().join("agents/venvs").exists(), "which makes nothing");

    let built = online(&place, &["python", "install", "agents", "--python", &python(), "--yes"]);
    assert!(built.code == 0 && imports(&place, "idna"), "it is made: {built:?}");
    let none = online(&place, &["python", "install", "agents", "sanctum-no-such-package-9", "--dry-run"]);
    assert!(
        none.code == 1 && none.out.contains("no package called"),
        "a try that finds something ends with 1: {none:?}"
    );
    let tried = online(&place, &["python", "install", "agents", "six==1.16.0", "--dry-run"]);
    assert!(tried.code == 0 && tried.out.contains("six  – → 1.16.0"), "and tells what would come: {tried:?}");
    let added = online(&place, &["python", "install", "agents", "six==1.16.0", "--yes"]);
    assert!(added.code == 0 && imports(&place, "six"), "it is added: {added:?}");
    let checked = online(&place, &["python", "check", "agents"]);
    assert_eq!(checked.code, 0, "all is well: {checked:?}");

    let diff = json(&place, &["python", "diff", "agents"]);
    assert_eq!(diff, value!([{ "name": "six", "from": "1.16.0", "to": Value::Null }]), "what going back takes");
    let back = at_root(&place, &["python", "rollback", "agents", "--yes"]);
    assert!(back.code == 0 && imports(&place, "idna") && !imports(&place, "six"), "put back: {back:?}");
    let undone = at_root(&place, &["changes", "undo", "--yes"]);
    assert!(undone.code == 0 && imports(&place, "six"), "undo takes that back: {undone:?}");
    put(&place.root(), "agents/requirements-agents.txt", "idna==3.7\nsix==1.15.0\n");
    let found = online(&place, &["python", "check", "agents"]);
    assert!(found.code == 1 && found.out.contains("`six` exactly 1.15.0"), "pins that do not hold: {found:?}");
}

#[test]
fn what_the_code_of_modules_asks_for_is_installed_by_the_command_that_is_named_after_their_installation() {
    let place = made(&["Athena"], "broca2,thalamus");
    let install = || online(&place, &["python", "install", "agents", "--yes"]);
    let built = online(&place, &["python", "install", "agents", "--python", &python(), "--yes"]);
    assert!(built.code == 0 && !imports(&place, "six"), "it is made as the setup makes it: {built:?}");
    refused(&install(), "usage");

    put(&place.root(), "agents/agent-athena/broca2/app/requirements.txt", "six==1.16.0\n");
    let first = install();
    assert!(first.code == 0 && imports(&place, "six"), "what the first module asks for is there: {first:?}");
    // The replay server has its own list, and the one at the top is of other programs.
    put(&place.root(), "agents/agent-athena/thalamus/app/requirements.txt", "sanctum-no-such-package-9\n");
    put(&place.root(), "agents/agent-athena/thalamus/app/examples/web_replay/requirements.txt", "idna==3.7\n");
    let checked = online(&place, &["python", "check", "agents"]);
    assert!(
        checked.code == 1 && checked.out.contains("`idna` exactly 3.7"),
        "the check tells what is missing: {checked:?}"
    );
    let second = install();
    assert!(second.code == 0 && imports(&place, "idna") && imports(&place, "six"), "and it is added: {second:?}");
    let pins = std::fs::read_to_string(place.root().join("agents/requirements-agents.txt")).unwrap();
    assert!(pins.contains("six==1.16.0") && pins.contains("idna==3.7"), "the pins tell both: {pins}");
    refused(&install(), "usage");

    std::fs::remove_dir_all(place.root().join("agents/venv/lib")).unwrap();
    let mended = install();
    assert!(mended.code == 0 && imports(&place, "six"), "what is not as the pins say is built anew: {mended:?}");
}

#[test]
fn an_installation_whose_program_is_killed_is_taken_back_at_the_next_start() {
    let place = made(&["Athena"], "broca2");
    let builds = place.root().join("agents/venvs");
    let (root, python) = (text(&place.root()), python());
    let words = ["--root", &root, "python", "install", "agents", "--python", &python, "--yes"];
    let mut install = Ctl::new(&place).command(&words).unwrap();
    let mut install = install.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = || std::fs::read_dir(&builds).is_ok_and(|mut entries| entries.next().is_some());
    let until = Instant::now() + Duration::from_secs(60);
    while !begun() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
    install.kill().unwrap();
    install.wait().unwrap();
    assert!(begun(), "it was killed while it built");

    let list = json(&place, &["python", "list"]);
    let agents = list["envs"].as_array().unwrap().iter().find(|env| env["id"] == "agents").unwrap();
    assert_eq!(agents["exists"], value!(false), "nothing of it counts: {list}");
    assert!(!builds.exists() && !place.root().join("agents/venv").exists(), "and nothing of it is left");
    let all = Command::new("ps").args(["-axww", "-o", "command="]).output().unwrap();
    let all = String::from_utf8_lossy(&all.stdout).into_owned();
    assert!(!all.lines().any(|line| line.contains(&text(&builds))), "nor does any of it run: {all}");
}
