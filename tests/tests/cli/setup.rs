//! `setup`: the layout of the spec, to the letter, and nothing before it is confirmed.

use sanctum_tests::{Ctl, Place};

use crate::support::{PASSWORD, as_strs, chmod, holding, listing, put, refused, run, settled, setup_words, text, tree};

/// `spec/installation-layout.md` for one Prime with both modules and SMCP, with the modes of DESIGN section 2.
const LAYOUT: &str = "\
0600 .env
0700 agents/
0700 agents/agent-athena/
0700 agents/agent-athena/broca2/
0700 agents/agent-athena/broca2/app/
0700 agents/agent-athena/broca2/config/
0600 agents/agent-athena/broca2/config/.env
0700 agents/agent-athena/broca2/db/
0700 agents/agent-athena/broca2/logs/
0700 agents/agent-athena/broca2/plugins/
0700 agents/agent-athena/broca2/run/
0700 agents/agent-athena/broca2/run/start.sh
0700 agents/agent-athena/broca2/run/stop.sh
0700 agents/agent-athena/thalamus/
0700 agents/agent-athena/thalamus/app/
0700 agents/agent-athena/thalamus/config/
0600 agents/agent-athena/thalamus/config/.env
0700 agents/agent-athena/thalamus/db/
0700 agents/agent-athena/thalamus/logs/
0700 agents/agent-athena/thalamus/plugins/
0700 agents/agent-athena/thalamus/run/
0700 agents/agent-athena/thalamus/run/start.sh
0700 agents/agent-athena/thalamus/run/stop.sh
0644 agents/requirements-agents.txt
0700 control/
0600 control/change.lock
0700 control/gateway/
0600 control/registry.db
0700 control/web/
0700 smcp/
0700 smcp/app/
0700 smcp/config/
0600 smcp/config/.env
0700 smcp/db/
0700 smcp/logs/
0700 smcp/plugins/
0700 smcp/run/
0700 smcp/run/start.sh
0700 smcp/run/stop.sh
0700 smcp/venv/";

fn line() -> String {
    format!("{PASSWORD}\n")
}

#[test]
fn the_layout_on_disk_is_the_specs() {
    let place = Place::new().unwrap();
    let done = run(&place, &setup_words(&place, &["Athena"], "broca2,thalamus,smcp", &["--no-venv", "--yes"]), &line());
    assert_eq!(done.code, 0, "the setup ends well: {done:?}");
    let mut found = listing(&place.root());
    found.retain(|line| !line.ends_with("registry.db-wal") && !line.ends_with("registry.db-shm"));
    let mut wanted: Vec<&str> = LAYOUT.lines().collect();
    wanted.sort_by_key(|line| &line[5..]);
    assert_eq!(found, wanted, "exactly the paths and modes of the layout are there");
    let mode = std::os::unix::fs::MetadataExt::mode(&place.root().metadata().unwrap()) & 0o7777;
    assert_eq!(mode, 0o700, "the root itself is private");

    let summary = done.json().unwrap();
    assert_eq!(summary["root"], text(&place.root()), "the summary names the root");
    assert!(summary["receipt"]["change_id"].is_string(), "the summary has the receipt: {summary}");
    assert!(summary["created"].as_array().is_some_and(|facts| facts.len() >= 4), "it says what was created: {summary}");

    let env = std::fs::read_to_string(place.root().join("agents/agent-athena/broca2/config/.env")).unwrap();
    assert!(
        env.contains("PORT='9100'") || env.contains("PORT=9100"),
        "the first Prime has the convention's port: {env}"
    );
    let left = listing(&place.data_dir());
    assert!(left.iter().all(|line| line.starts_with("0600")), "what the app keeps is its owner's alone: {left:?}");
    assert!(!left.iter().any(|line| line.contains("setup.json")), "the answers are forgotten after a setup: {left:?}");
}

#[test]
fn a_start_script_runs_its_module_with_its_settings() {
    let place = crate::support::made(&["Athena"], "broca2,thalamus");
    let module = place.root().join("agents/agent-athena/broca2");
    let start = || {
        let out = std::process::Command::new(module.join("run/start.sh"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .current_dir("/")
            .output()
            .unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let early = start();
    assert!(
        early.0.is_some_and(|code| code != 0) && early.2.contains("not installed"),
        "without code it says so: {early:?}"
    );
    put(&module, "app/main.py", "");
    let python = put(&place.root(), "agents/venv/bin/python", "#!/bin/sh\necho \"$PWD|$1|$PORT|$DB\"\n");
    chmod(&python, 0o755);
    let ran = start();
    assert_eq!(ran.0, Some(0), "the script runs: {ran:?}");
    assert_eq!(
        ran.1.trim(),
        format!("{}|app/main.py|9100|../db/broca2.sqlite", text(&module)),
        "in its folder, with its settings"
    );
}

#[test]
fn a_plan_writes_nothing() {
    let place = Place::new().unwrap();
    let before = tree(place.path());
    let done = run(&place, &setup_words(&place, &["Athena"], "broca2", &["--no-venv", "--plan"]), &line());
    assert_eq!(done.code, 0, "a plan is shown: {done:?}");
    let plan = done.json().unwrap();
    for key in ["id", "title", "summary", "steps", "restarts", "irreversible", "undo", "checks", "action", "command"] {
        assert!(plan.get(key).is_some(), "a plan has `{key}`: {plan}");
    }
    assert!(plan["steps"].as_array().is_some_and(|steps| steps.len() > 20), "every step is in it");
    let folders = plan["steps"].as_array().unwrap().iter().filter(|s| s["kind"] == "create_dir").count();
    assert!(folders > 10, "the folders are among its steps");
    assert_eq!(tree(place.path()), before, "a plan writes nothing, not even in the data folder");
    assert!(!done.out.contains(PASSWORD), "the plan does not hold the password");

    let words: Vec<String> = setup_words(&place, &["Athena"], "broca2", &["--no-venv", "--plan"])
        .into_iter()
        .filter(|w| w != "--json")
        .collect();
    let shown = run(&place, &words, &line());
    assert!(shown.code == 0 && shown.out.contains("Create this Sanctum"), "without --json it is words: {shown:?}");
}

#[test]
fn the_command_a_plan_offers_does_what_the_plan_says() {
    let place = Place::new().unwrap();
    let done = run(&place, &setup_words(&place, &["Athena Of The Hill"], "broca2", &["--no-venv", "--plan"]), &line());
    let command = done.json().unwrap()["command"].as_str().unwrap().to_owned();
    let program = sanctum_tests::place::program("sanctumctl").unwrap();
    let line = format!("printf '%s\\n' '{PASSWORD}' | {}", command.replacen("sanctumctl", &text(&program), 1));
    let ran = std::process::Command::new("bash").args(["-c", &line]).env_clear().envs(place.env()).output().unwrap();
    assert!(ran.status.success(), "`{command}` works as it stands: {ran:?}");
    assert!(place.root().join("agents/agent-athena-of-the-hill").is_dir(), "and makes what the plan said");
}

#[test]
fn without_a_terminal_a_change_needs_yes() {
    let place = Place::new().unwrap();
    let before = tree(place.path());
    let done = run(&place, &setup_words(&place, &["Athena"], "broca2", &["--no-venv"]), &line());
    refused(&done, "confirm_needed");
    assert_eq!(tree(place.path()), before, "nothing was written");
    let both = run(&place, &setup_words(&place, &["Athena"], "broca2", &["--no-venv", "--plan", "--yes"]), &line());
    refused(&both, "usage");
}

#[test]
fn a_real_python_builds_the_shared_environment() {
    let place = Place::new().unwrap();
    let python =
        std::process::Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    let python = String::from_utf8(python.stdout).unwrap().trim().to_owned();
    let done = run(&place, &setup_words(&place, &["Athena"], "broca2", &["--python", &python, "--yes"]), &line());
    assert_eq!(done.code, 0, "the environment is built: {done:?}");
    let inside = place.root().join("agents/venv/bin/python");
    let prefix = std::process::Command::new(&inside).args(["-c", "import sys; print(sys.prefix)"]).output().unwrap();
    let prefix = String::from_utf8(prefix.stdout).unwrap();
    assert_eq!(prefix.trim(), text(&place.root().join("agents/venv")), "its interpreter knows where it lives");
    let pip = std::process::Command::new(&inside).args(["-m", "pip", "--version"]).output().unwrap();
    assert!(pip.status.success(), "packages can be installed in it: {pip:?}");
    assert!(
        holding(&place.root().join("agents/venv/bin"), ".partial").is_empty(),
        "no script in it names a temporary place"
    );
    let doctor = crate::support::at_root(&place, &["doctor", "--json"]);
    assert_eq!(
        (doctor.code, &doctor.json().unwrap()["total"]),
        (0, &serde_json::json!(0)),
        "a whole install has no finding: {doctor:?}"
    );
}

#[test]
fn a_second_setup_on_the_same_root_is_refused_and_leaves_everything() {
    let place = crate::support::made(&["Athena"], "broca2");
    let before = settled(&place.root());
    for data in [place.data_dir(), place.path().join("data2")] {
        let mut words = setup_words(&place, &["Monday"], "broca2", &["--no-venv", "--yes"]);
        words.extend(["--data-dir".to_owned(), text(&data)]);
        refused(&run(&place, &words, &line()), "root_not_empty");
        assert_eq!(settled(&place.root()), before, "the first install is untouched");
    }
    let agents = crate::support::json(&place, &["agents", "list"]);
    assert_eq!(crate::support::column(&agents, "uid"), ["athena"], "its registry too");
}

#[test]
fn the_password_is_nowhere() {
    let place = Place::new().unwrap();
    let words = setup_words(&place, &["Athena"], "broca2,smcp", &["--no-venv", "--yes"]);
    let mut child = Ctl::new(&place)
        .command(&as_strs(&words))
        .unwrap()
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let argv = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let environ = std::fs::read(format!("/proc/{}/environ", child.id())).unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), line().as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "the setup ends well: {out:?}");
    for (what, bytes) in [("argv", argv), ("environment", environ), ("stdout", out.stdout), ("stderr", out.stderr)] {
        assert!(!String::from_utf8_lossy(&bytes).contains(PASSWORD), "the password is not in {what}");
    }
    // Whatever a reader does afterwards must not bring it out either.
    for words in [&["agents", "list", "--json"][..], &["changes", "list", "--json"], &["doctor"]] {
        let done = crate::support::at_root(&place, words);
        assert!(!done.out.contains(PASSWORD) && !done.err.contains(PASSWORD), "nor in `{words:?}`");
    }
    assert_eq!(
        holding(place.path(), PASSWORD),
        Vec::<String>::new(),
        "no file holds the password, the registry and its -wal included"
    );
    let id = crate::support::json(&place, &["changes", "list"])["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = crate::support::at_root(&place, &["changes", "show", &id, "--json"]);
    assert!(shown.code == 0 && !shown.out.contains("$argon2"), "its hash is not shown in the change: {}", shown.out);
}
