//! What "Copy as sanctumctl" copies is pasted into a shell, and does what the plan says.

use std::path::Path;
use std::process::Command;

use sanctum_tests::place::program;
use sanctum_tests::yard::{Yard, stand_ins};
use serde_json::Value;

use crate::python::{imports, online, python};
use crate::support::{json, put, text};

/// Plans it, and runs the command of the plan in a shell, in the Sanctum of the test.
fn pasted(yard: &Yard, words: &[&str]) -> String {
    let mut all = words.to_vec();
    all.push("--plan");
    let plan = json(yard, &all);
    let command = plan["command"].as_str().unwrap_or_else(|| panic!("`{words:?}` has a command: {plan:#}")).to_owned();
    run(yard, &command);
    command
}

fn run(yard: &Yard, command: &str) {
    let script = format!(
        "sanctumctl() {{ '{}' --root '{}' \"$@\"; }}\n{command}\n",
        text(&program("sanctumctl").unwrap()),
        text(&yard.root())
    );
    // From another folder than the one it was planned in.
    let elsewhere = yard.path().join("else where");
    std::fs::create_dir_all(&elsewhere).unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(elsewhere).env_clear().envs(yard.env());
    bash.envs(crate::python::passed()).env("SANCTUM_TRIAL_SECONDS", "1");
    let done = bash.output().unwrap();
    assert!(
        done.status.success(),
        "`{command}` does what the plan says: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

fn git(dir: &Path, words: &[&str]) {
    let who = ["-c", "user.name=Mara", "-c", "user.email=mara@example.org", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").current_dir(dir).args(who).args(words).env("HOME", dir).output().unwrap();
    assert!(done.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn cli(says: &str) -> String {
    format!("import json, sys\nprint(json.dumps({{'commands': [{{'name': 'say', 'description': '{says}'}}]}}))\n")
}

fn shown(yard: &Yard, id: &str) -> Value {
    json(yard, &["plugins", "show", id])
}

#[test]
fn the_commands_of_plugins_install_update_switch_and_remove() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let folder = text(put(yard.path(), "my own/weather/cli.py", cli("one")).parent().unwrap());
    pasted(&yard, &["plugins", "install", "--folder", &folder, "--off"]);
    assert_eq!(shown(&yard, "smcp:weather")["row"]["enabled"], false, "a folder with a blank, switched off");
    pasted(&yard, &["plugins", "enable", "smcp:weather"]);
    assert_eq!(shown(&yard, "smcp:weather")["row"]["enabled"], true, "switched on");
    pasted(&yard, &["plugins", "disable", "smcp:weather"]);
    assert_eq!(shown(&yard, "smcp:weather")["row"]["enabled"], false, "switched off");

    put(yard.path(), "packed/all/weather/cli.py", cli("two"));
    put(yard.path(), "packed/all/tides/cli.py", cli("tides"));
    let archive = text(&yard.path().join("both of them.tar.gz"));
    let packed = Command::new("tar").args(["-C", &text(&yard.path().join("packed")), "-czf", &archive, "all"]).status();
    assert!(packed.unwrap().success(), "an archive of two");
    let named = ["plugins", "update", "--tool", "smcp", "--name", "weather"];
    let command = pasted(&yard, &[&named[..], &["--archive", &archive, "--dir", "weather"]].concat());
    assert!(command.starts_with("sanctumctl plugins update "), "an update is called one: {command}");
    let versions = shown(&yard, "smcp:weather")["versions"].clone();
    assert_eq!(versions.as_array().unwrap().len(), 2, "one of an archive with two, as an update: {versions:#}");
    let old = versions.as_array().unwrap().iter().find(|version| version["current"] == false).unwrap()["hash"].clone();
    pasted(&yard, &["plugins", "rollback", "smcp:weather", old.as_str().unwrap()]);
    let versions = shown(&yard, "smcp:weather")["versions"].clone();
    let now = versions.as_array().unwrap().iter().find(|version| version["current"] == true).unwrap();
    assert_eq!(now["hash"], old, "the one before is put back: {versions:#}");
    pasted(&yard, &["plugins", "remove", "smcp:weather"]);
    assert_eq!(json(&yard, &["plugins", "list"])["all"], 0, "and it is gone");
}

#[test]
fn the_commands_of_what_comes_from_git_name_the_revision() {
    let yard = Yard::new("smcp,thalamus").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let at = yard.path().join("repo/moon");
    put(&at, "cli.py", cli("old"));
    git(&at, &["init", "-q", "-b", "main"]);
    git(&at, &["add", "."]);
    git(&at, &["commit", "-qm", "one"]);
    git(&at, &["tag", "v1"]);
    put(&at, "cli.py", cli("new"));
    git(&at, &["commit", "-qam", "two"]);
    let url = format!("file://{}#v1", text(&at));
    pasted(&yard, &["plugins", "install", "--git", &url]);
    let code = std::fs::read_to_string(yard.root().join("smcp/plugins/moon/cli.py")).unwrap();
    assert_eq!(code, cli("old"), "the revision that was looked at, not the newest");

    let module = yard.path().join("repo/thalamus");
    let server = "examples/web_replay/server.py";
    put(&module, server, std::fs::read(stand_ins().join("thalamus").join(server)).unwrap());
    git(&module, &["init", "-q", "-b", "main"]);
    git(&module, &["add", "."]);
    git(&module, &["commit", "-qm", "one"]);
    git(&module, &["tag", "v1"]);
    put(&module, server, "raise SystemExit(1)\n");
    git(&module, &["commit", "-qam", "two"]);
    let url = format!("file://{}#v1", text(&module));
    pasted(&yard, &["modules", "install", "athena/thalamus", "--git", &url]);
    let app = yard.root().join("agents/agent-athena/thalamus/app");
    let code = std::fs::read_to_string(app.join(server)).unwrap();
    assert!(!code.contains("SystemExit(1)"), "a module at its revision, too");
}

#[test]
fn the_commands_of_an_environment_carry_its_pins_and_write_no_file_by_mistake() {
    let yard = Yard::new("thalamus").unwrap();
    let planned = |words: &[&str]| {
        let done = online(&yard, &[words, &["--plan", "--json"]].concat());
        assert_eq!(done.code, 0, "`{words:?}` is planned: {done:?}");
        done.json().unwrap()["command"].as_str().unwrap().to_owned()
    };
    run(&yard, &planned(&["python", "install", "agents", "--python", &python()]));
    let pins = text(&put(yard.path(), "my pins.txt", "# Mara's\nidna==3.7\n"));
    let command = planned(&["python", "install", "agents", "--pins", &pins]);
    run(&yard, &command);
    assert!(imports(&yard, "idna"), "the pins come with the command: {command}");
    let kept = std::fs::read_to_string(yard.root().join("agents/requirements-agents.txt")).unwrap();
    assert!(kept.starts_with("# Mara's\nidna==3.7\n"), "as they were written: {kept}");
    let command = planned(&["python", "install", "agents", "six>=1.16"]);
    run(&yard, &command);
    assert!(imports(&yard, "six"), "a bound is part of a word: {command}");
    assert!(!yard.path().join("else where/=1.16").exists(), "and no file to write into");
}

#[test]
fn the_command_beside_refresh_in_letta_has_letta_read_the_tools() {
    let yard = crate::plugins::smcp();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let letta = runtime.block_on(sanctum_fake_letta::Fake::new("0.16.8", 0, None));
    yard.ctl(&["letta", "address", &letta.url(), "--yes"]).unwrap();
    letta.tool_server("smcp");
    // What the window copies: `ui/src/app/Banners.tsx`.
    run(&yard, "sanctumctl plugins refresh");
    assert_eq!(letta.refreshed(), 1, "Letta was told");
}
