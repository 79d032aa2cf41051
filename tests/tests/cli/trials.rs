//! A change that something runs on is tried: stopped, failed, or cut off in the middle, nothing unproven stands.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sanctum_api::dto;
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::{Value, json as value};

use crate::ears::{LONG, window};
use crate::python::{imports, online, python};
use crate::support::{at_root, error, json, put, text};

/// A plugin in the shape of SMCP's contract; `more` is done whenever it is asked.
fn plugin(yard: &Yard, folder: &str, more: &str) -> PathBuf {
    let code = format!(
        "import json, os, sys\n{more}\nif '--describe' in sys.argv:\n    print(json.dumps({{'commands': [{{'name': 'say', 'description': 'Says something.'}}]}}))\nelse:\n    print(json.dumps({{'said': 'here'}}))\n"
    );
    put(yard.path(), &format!("{folder}/cli.py"), code).parent().unwrap().to_owned()
}

/// A running SMCP with one plugin that works.
fn smcp() -> Yard {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    assert_eq!(install(&yard, &plugin(&yard, "ok/steady", "")).code, 0, "one that works");
    yard
}

fn quick(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "1").run(&all).unwrap()
}

fn install(yard: &Yard, folder: &Path) -> Run {
    quick(yard, &["plugins", "install", "--folder", &text(folder), "--yes", "--json"])
}

/// The same beside the test, with a watch that outlives it.
fn begin(yard: &Yard, words: &[&str]) -> Child {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    let mut command: Command = Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "600").command(&all).unwrap();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}

fn ended(child: Child) -> Run {
    let done = child.wait_with_output().unwrap();
    Run {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn linked(yard: &Yard, name: &str) -> bool {
    yard.root().join("smcp/plugins").join(name).symlink_metadata().is_ok()
}

/// Since when SMCP runs; nothing where it does not.
fn since(yard: &Yard) -> Option<String> {
    json(yard, &["modules", "status", "smcp"])["row"]["since"].as_str().map(str::to_owned)
}

fn works(yard: &Yard) {
    let answer = json(yard, &["plugins", "call", "steady__say"]);
    assert!(answer["text"].as_str().unwrap().contains("here"), "the other plugin answers: {answer}");
}

/// What is noted of trials anywhere in the app's own folder.
pub fn noted(yard: &Yard) -> Vec<PathBuf> {
    let mut todo = vec![yard.path().to_owned()];
    let mut found = Vec::new();
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                todo.push(path);
            } else if path.parent().is_some_and(|dir| dir.ends_with("trials")) {
                found.push(path);
            }
        }
    }
    found
}

/// Begins to install a plugin, and waits until SMCP was started again with it and is watched.
fn watched(yard: &Yard) -> Child {
    let late = plugin(yard, "late/comer", "");
    let before = since(yard);
    let child = begin(yard, &["plugins", "install", "--folder", &text(&late), "--yes", "--json"]);
    until("it is applied", || linked(yard, "comer"));
    until("SMCP runs with it", || since(yard).is_some_and(|now| Some(now) != before));
    child
}

#[test]
fn stopped_during_its_watch_a_change_is_taken_back_at_once_and_that_is_said() {
    let yard = smcp();
    let child = watched(&yard);
    assert!(linked(&yard, "comer"), "what another process tries is left alone by everybody else");
    interrupt(&child);
    let done = ended(child);
    let said = error(&done);
    assert_eq!(said["code"], "cancelled", "it is told as what it is: {done:?}");
    assert!(said["message"].as_str().unwrap().ends_with("was taken back. It runs as before."), "in words: {said}");
    assert!(!linked(&yard, "comer") && noted(&yard).is_empty(), "nothing of it is left: {:?}", noted(&yard));
    works(&yard);
}

#[test]
fn killed_during_its_watch_a_change_is_taken_back_by_the_next_start() {
    let yard = smcp();
    let mut child = watched(&yard);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(linked(&yard, "comer"), "it stands, and nobody saw whether it works");
    let seen = at_root(&yard, &["plugins", "list", "--json"]);
    assert_eq!(seen.json().unwrap()["all"], 1, "the next start takes it back: {seen:?}");
    assert!(seen.err.contains("was being tried when Sanctum Configurator ended"), "and says so: {seen:?}");
    assert!(!linked(&yard, "comer") && noted(&yard).is_empty(), "once: {:?}", noted(&yard));
    let last = json(&yard, &["changes", "list"])["items"][0].clone();
    assert!(last["title"].as_str().unwrap().starts_with("Undo: Install"), "Activity has it: {last:#}");
    works(&yard);
    let again = at_root(&yard, &["plugins", "list", "--json"]);
    assert!(again.err.is_empty(), "there is nothing more to settle: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_tells_what_it_settled() {
    let yard = smcp();
    let mut child = watched(&yard);
    child.kill().unwrap();
    child.wait().unwrap();
    let (app, _ears) = window(&yard).await;
    let told = app.state().await.unwrap().recovered;
    assert!(told.len() == 1 && told[0].outcome == dto::RecoveryOutcome::RolledBack, "it is told: {told:#?}");
    assert!(told[0].title.starts_with("Install"), "by the change's name: {told:#?}");
    assert!(!linked(&yard, "comer"), "it is taken back before anything is shown");
    until("the note goes when SMCP runs again", || noted(&yard).is_empty());
}

#[test]
fn what_cannot_be_taken_back_is_said_to_stand() {
    let yard = smcp();
    // Loaded by SMCP it puts something else in its own place, and takes SMCP with it.
    let more = "if 'MCP_PORT' in os.environ:\n    import pathlib, signal\n    at = pathlib.Path(PLACE) / 'torn'\n    at.unlink()\n    at.mkdir()\n    os.kill(os.getppid(), signal.SIGKILL)";
    let more = more.replace("PLACE", &format!("'{}'", text(&yard.root().join("smcp/plugins"))));
    let done = install(&yard, &plugin(&yard, "bad/torn", &more));
    let said = error(&done);
    assert_eq!(said["code"], "not_rolled_back", "it could not be taken back: {done:?}");
    assert!(said["message"].as_str().unwrap().contains("so it stands"), "which is said: {said}");
    assert!(yard.root().join("smcp/plugins/torn").is_dir(), "and is so");
}

#[test]
fn an_update_that_does_not_work_is_taken_back_and_the_version_before_goes_on() {
    let yard = smcp();
    let versions = || json(&yard, &["plugins", "show", "smcp:steady"])["versions"].as_array().unwrap().len();
    let bad = install(&yard, &plugin(&yard, "two/steady", "raise RuntimeError('broken on purpose')"));
    let said = error(&bad);
    assert_eq!(said["code"], "rolled_back", "SMCP runs on without it, and it is taken back all the same: {bad:?}");
    let words = said["message"].as_str().unwrap();
    assert!(words.starts_with("steady did not come up with it") && words.ends_with("It runs as before."), "{words}");
    assert_eq!(versions(), 1, "nothing of the new one is left");
    works(&yard);
    let good = install(&yard, &plugin(&yard, "three/steady", "x = 1"));
    assert!(good.code == 0 && versions() == 2, "one that works is kept: {good:?}");
    let more = "os.environ['NOBODY_SET_THIS']";
    let new = install(&yard, &plugin(&yard, "new/needy", more));
    assert!(new.code == 0 && new.out.contains("It still needs NOBODY_SET_THIS"), "settings come after it: {new:?}");
    assert!(linked(&yard, "needy"), "so it stays, and is named");
}

#[test]
fn a_plan_names_the_running_tool_that_it_starts_again() {
    let yard = smcp();
    let other = text(&plugin(&yard, "ok/other", ""));
    let plans: [&[&str]; 3] = [
        &["plugins", "install", "--folder", &other, "--plan"],
        &["plugins", "disable", "smcp:steady", "--plan"],
        &["plugins", "remove", "smcp:steady", "--plan"],
    ];
    for plan in plans {
        assert_eq!(json(&yard, plan)["restarts"], value!(["SMCP"]), "{plan:?} with SMCP running");
    }
    let off = json(&yard, &["plugins", "install", "--folder", &other, "--off", "--plan"]);
    assert_eq!(off["restarts"], value!([]), "what is installed switched off restarts nothing");
    yard.ctl(&["modules", "stop", "smcp"]).unwrap();
    for plan in plans {
        assert_eq!(json(&yard, plan)["restarts"], value!([]), "{plan:?} with SMCP stopped");
    }
}

/// Begins the search for the culprit, and waits until some plugins are off.
fn searching(yard: &Yard) -> Child {
    for n in 0..3 {
        assert_eq!(install(yard, &plugin(yard, &format!("ok/p{n}"), "")).code, 0, "p{n} is installed");
    }
    let child = begin(yard, &["plugins", "bisect", "smcp", "--yes", "--json"]);
    until("half of them are off", || on(yard) < 4);
    child
}

fn on(yard: &Yard) -> usize {
    ["steady", "p0", "p1", "p2"].into_iter().filter(|name| linked(yard, name)).count()
}

#[test]
fn a_search_that_is_interrupted_puts_everything_back_before_it_ends() {
    let yard = smcp();
    let child = searching(&yard);
    interrupt(&child);
    let done = ended(child);
    let state: Value = done.json().unwrap();
    assert_eq!(
        (done.code, &state["done"], &state["culprit"]),
        (0, &value!(true), &Value::Null),
        "called off: {done:?}"
    );
    assert!(on(&yard) == 4 && noted(&yard).is_empty(), "all are on again");
    works(&yard);
}

#[test]
fn a_search_that_is_killed_is_put_back_by_the_next_start() {
    let yard = smcp();
    let mut child = searching(&yard);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(on(&yard) < 4, "half of them are off");
    let seen = at_root(&yard, &["plugins", "list", "--json"]);
    assert!(seen.err.contains("Search for the plugin that breaks smcp"), "it is told: {seen:?}");
    assert!(on(&yard) == 4 && noted(&yard).is_empty(), "all are on again");
    works(&yard);
}

#[test]
fn an_environment_that_its_module_does_not_run_with_is_taken_back_by_itself() {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    let server = yard.root().join("agents/agent-athena/thalamus/app/examples/web_replay/server.py");
    let code = std::fs::read_to_string(&server).unwrap();
    let picky = "import importlib.util\nif importlib.util.find_spec('six'):\n    raise SystemExit('not with six')\n";
    std::fs::write(&server, format!("{picky}{code}")).unwrap();
    let made = online(&yard, &["python", "install", "agents", "--python", &python(), "--yes"]);
    assert_eq!(made.code, 0, "its environment is made: {made:?}");
    yard.ctl(&["modules", "start", "athena/thalamus"]).unwrap();
    let link = || std::fs::read_link(yard.root().join("agents/venv")).unwrap();
    let row = || json(&yard, &["modules", "status", "athena/thalamus"])["row"].clone();

    let (first, before) = (row()["since"].clone(), link());
    let good = online(&yard, &["python", "install", "agents", "idna==3.7", "--yes"]);
    assert!(good.code == 0 && imports(&yard, "idna"), "one that it runs with is kept: {good:?}");
    let (second, now) = (row()["since"].clone(), link());
    assert!(first != second && before != now, "it was started again with it: {second}");

    let bad = online(&yard, &["python", "install", "agents", "six==1.16.0", "--yes", "--json"]);
    let said = error(&bad);
    assert_eq!(said["code"], "rolled_back", "one that it does not come up with is not: {bad:?}");
    assert!(said["message"].as_str().unwrap().ends_with("It runs as before."), "which is said: {said}");
    assert!(link() == now && !imports(&yard, "six") && imports(&yard, "idna"), "the one before is in its place");
    assert_eq!(row()["state"], "running", "and it runs with that: {:#}", row());
}
