//! Modules whose start, run and stop go wrong: what goes on in between is ended too, and nothing is said that was not seen.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sanctum_api::dto;
use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::ears::window;
use crate::modules::stand_in_systemd;
use crate::support::{PASSWORD, at_root, error, json, put, run, setup_words, text};

const LONG: Duration = Duration::from_secs(40);
const THALAMUS: &str = "agents/agent-athena/thalamus";

/// Athena's Thalamus, with this code in place of its own.
fn thalamus(code: &str) -> Yard {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    put(&yard.root(), &format!("{THALAMUS}/app/examples/web_replay/server.py"), code);
    yard
}

fn row(yard: &Yard, address: &str) -> Value {
    json(yard, &["modules", "status", address])["row"].clone()
}

fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + LONG;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn all_are_stopped_among_them_one_that_waits_for_its_next_try() {
    let yard = thalamus("import sys\nsys.exit(1)\n");
    let started = at_root(&yard, &["modules", "start", "athena/thalamus", "--json"]);
    assert_eq!(started.code, 1, "it ends at once: {started:?}");
    eventually("it waits for its next try", || (row(&yard, "athena/thalamus")["state"] == "waiting").then_some(()));
    let stopped = json(&yard, &["modules", "stop", "--all"]);
    assert_eq!(stopped[0]["id"], "athena/thalamus", "it is among all: {stopped}");
    let row = row(&yard, "athena/thalamus");
    assert_eq!(row["state"], "stopped", "and is not tried again: {row:#}");
}

#[test]
fn an_address_with_a_password_comes_into_no_plan() {
    let yard = Yard::new("thalamus").unwrap();
    let url = "https://mara:s3cret-of-mara@git.example/code.git";
    for more in ["--plan", "--yes"] {
        let done = at_root(&yard, &["modules", "install", "athena/thalamus", "--git", url, more, "--json"]);
        assert_eq!(error(&done)["code"], "source_unusable", "it is refused: {done:?}");
        assert!(!format!("{done:?}").contains("s3cret"), "and not repeated: {done:?}");
    }
    let kept = crate::support::holding(yard.path(), "s3cret-of-mara");
    assert!(kept.is_empty(), "nor kept anywhere: {kept:?}");
    let ssh = at_root(&yard, &["modules", "install", "athena/thalamus", "--git", "ssh://git@git.example/x", "--plan"]);
    assert!(ssh.out.contains("comes from `ssh://git@git.example/x`"), "a login without one is part of it: {ssh:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_started_by_hand_is_stopped_although_the_system_runs_the_module() {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    let path = stand_in_systemd(&yard);
    let root = text(&yard.root());
    let ctl = |words: &[&str]| {
        let mut all = vec!["--root", &root];
        all.extend(words);
        sanctum_tests::Ctl::new(&yard).with("PATH", &path).run(&all).unwrap()
    };
    let done = ctl(&["modules", "way", "athena/thalamus", "system", "--yes"]);
    assert_eq!(done.code, 0, "the plan is applied: {done:?}");
    let idle = ctl(&["modules", "stop", "athena/thalamus"]);
    assert!(idle.out.contains("was not running"), "what does not run was not stopped by anybody: {idle:?}");
    let mut child = yard.by_hand("thalamus").unwrap();
    eventually("it is seen", || (row(&yard, "athena/thalamus")["pid"] == child.id()).then_some(()));
    let stopped = ctl(&["modules", "stop", "athena/thalamus"]);
    let ended = child.try_wait().unwrap().is_some();
    let _over = child.kill();
    let _collected = child.wait();
    assert!(ended, "it is gone once that is said: {stopped:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_system_is_told_of_a_module_that_was_killed_with_its_keeper() {
    let yard = thalamus("import time\ntime.sleep(600)\n");
    let mut system = Command::new(sanctum_tests::place::program("sanctumctl").unwrap())
        .args(["--root", &text(&yard.root()), "modules", "run", "--dir", &text(&yard.root().join(THALAMUS))])
        .env_clear()
        .envs(yard.env())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let record = eventually("it runs", || {
        let bytes = std::fs::read(yard.root().join(THALAMUS).join("run/keeper.json")).ok()?;
        let record: Value = serde_json::from_slice(&bytes).ok()?;
        (record["state"]["state"] == "running").then_some(record)
    });
    for who in ["keeper", "child"] {
        let pid = record[who]["pid"].as_u64().unwrap().to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success(), "the {who} is killed");
    }
    let ended = eventually("what the system runs ends", || system.try_wait().unwrap());
    assert!(!ended.success(), "and not as if somebody had asked it to, so that it is started again: {ended}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_module_is_not_started_with_half_of_its_settings() {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    let env = yard.root().join(THALAMUS).join("config/.env");
    std::fs::remove_file(&env).unwrap();
    // A file that nobody can read, whoever he is.
    std::os::unix::fs::symlink("/proc/self/mem", &env).unwrap();
    let started = at_root(&yard, &["modules", "start", "athena/thalamus", "--json"]);
    assert_eq!(started.code, 1, "it is not started: {started:?}");
    assert!(started.out.contains("config/.env"), "and the file is named: {started:?}");
}

#[test]
fn the_log_of_a_module_in_a_tree_that_is_left_as_it_is_is_shown() {
    let yard = Yard::new("broca2").unwrap();
    let module = yard.root().join("agents/agent-athena/broca2");
    std::fs::remove_dir_all(yard.root().join("control")).unwrap();
    std::fs::remove_dir_all(yard.data_dir()).unwrap();
    std::fs::create_dir_all(yard.data_dir()).unwrap();
    std::fs::remove_dir_all(module.join("logs")).unwrap();
    put(&module, "app/main.py", "import time\nprint('a word of its own', flush=True)\ntime.sleep(600)\n");
    let adopted = run(&yard, &setup_words(&yard, &[], "broca2", &["--adopt", "--yes"]), &format!("{PASSWORD}\n"));
    assert_eq!(adopted.code, 0, "it is taken over: {adopted:?}");
    json(&yard, &["modules", "start", "athena/broca2"]);
    assert!(!module.join("logs").exists(), "nothing is written into the tree");
    let logs = at_root(&yard, &["modules", "logs", "athena/broca2"]);
    assert!(logs.out.contains("a word of its own"), "its log is read where it lies: {logs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_says_which_module_could_not_be_stopped() {
    let yard = thalamus("import time\ntime.sleep(600)\n");
    json(&yard, &["modules", "start", "athena/thalamus"]);
    let (app, _ears) = window(&yard).await;
    let actor = app.actor().await.unwrap();
    let record = yard.root().join(THALAMUS).join("run/keeper.json");
    let whole = std::fs::read(&record).unwrap();
    let end = Instant::now() + LONG;
    // The window may look at the very moment at which nothing can be told of the module; then it asks for nobody.
    let error = loop {
        while app.quit_state(&actor).await.unwrap().running.is_empty() {
            assert!(Instant::now() < end, "it is asked what is to become of it");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        std::fs::write(&record, "nothing of a keeper").unwrap();
        let quit = app.quit_choose(&actor, dto::QuitChoice::Stop, false).await;
        std::fs::write(&record, &whole).unwrap();
        if let Err(error) = quit {
            break error;
        }
        assert!(Instant::now() < end, "what still runs is said");
    };
    assert_eq!(error.code, "still_runs", "so that it can be chosen again: {error:?}");
    assert!(error.message.contains("Thalamus of athena"), "with its name: {error:?}");
}
