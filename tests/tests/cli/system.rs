//! Modules that the system runs, and what becomes of that when they or their agents go.
#![cfg(target_os = "linux")]

use sanctum_tests::place::program;
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::Value;

use crate::modules::stand_in_systemd;
use crate::support::{put, refused, text, tree};

/// Athena's Thalamus, run by a stand-in of systemd from login on.
struct Handed {
    yard: Yard,
    path: String,
}

impl Handed {
    fn new() -> Self {
        let yard = Yard::new("thalamus").unwrap();
        yard.install("athena/thalamus", "thalamus").unwrap();
        let path = stand_in_systemd(&yard);
        let handed = Self { yard, path };
        handed.json(&["modules", "way", "athena/thalamus", "system", "--at-login", "--yes"]);
        handed
    }

    fn ctl(&self, words: &[&str]) -> Run {
        let root = text(&self.yard.root());
        let mut all = vec!["--root", root.as_str(), "--json"];
        all.extend(words);
        Ctl::new(&self.yard).with("PATH", &self.path).run(&all).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        let done = self.ctl(words);
        assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
        done.json().unwrap()
    }

    /// Unit files with their bytes and modes.
    fn units(&self) -> Vec<(String, u32, Vec<u8>)> {
        let files = tree(&self.yard.home().join(".config/systemd/user")).into_iter();
        files.map(|(name, entry)| (name, entry.mode, entry.bytes)).collect()
    }

    /// What the system was told since the last time, one verb each.
    fn told(&self) -> Vec<String> {
        let file = self.yard.path().join("systemd/told");
        let said = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&file, "").unwrap();
        let verbs = said.lines().filter_map(|line| line.split(' ').nth(1));
        verbs.filter(|verb| *verb != "show").map(str::to_owned).collect()
    }

    /// What the system answers from now on, whatever its units do.
    fn says(&self, words: &str) {
        put(self.yard.path(), "systemd/says", words);
    }
}

#[test]
fn an_agent_that_goes_takes_its_unit_along_and_undo_hands_it_over_again() {
    let handed = Handed::new();
    let before = handed.units();
    assert_eq!(before.len(), 1, "the system has it");
    handed.json(&["modules", "start", "athena/thalamus"]);
    refused(&handed.ctl(&["agents", "remove", "athena", "--yes"]), "module_running");
    handed.json(&["modules", "stop", "athena/thalamus"]);

    let plan = handed.json(&["agents", "remove", "athena", "--plan"]);
    let steps = plan["steps"].to_string();
    assert!(steps.contains("Take it from systemd"), "the plan shows its unit: {plan:#}");
    assert_eq!(handed.units(), before, "a plan takes nothing away");
    handed.told();
    let removed = handed.json(&["agents", "remove", "athena", "--yes"]);
    assert_eq!(handed.units(), [], "the unit is gone with the agent");
    assert_eq!(handed.told(), ["stop", "disable", "daemon-reload"], "and the system was told so");

    handed.json(&["changes", "undo", removed["change_id"].as_str().unwrap(), "--yes"]);
    assert_eq!(handed.units(), before, "undo brings back the unit to the byte");
    assert_eq!(handed.told(), ["daemon-reload", "enable"], "and the system has it again, from login on");
    let row = handed.json(&["modules", "status", "athena/thalamus"])["row"].clone();
    assert_eq!((&row["way"], &row["at_login"]), (&"system".into(), &true.into()), "as the registry says: {row:#}");
}

#[test]
fn what_this_app_runs_is_not_started_at_login_and_what_systemd_ends_with_the_session_is_said() {
    let handed = Handed::new();
    let before = handed.units();
    let error =
        refused(&handed.ctl(&["modules", "way", "athena/thalamus", "app", "--at-login", "--yes"]), "way_unknown");
    assert!(error["message"].to_string().contains("run by the system"), "it is said who could: {error}");
    assert_eq!(handed.units(), before, "and nothing is changed");

    let loginctl = put(handed.yard.path(), "bin/loginctl", "#!/bin/sh\necho Linger=no\n");
    crate::support::chmod(&loginctl, 0o755);
    let way = ["modules", "way", "athena/thalamus", "system", "--plan"];
    let plan = handed.json(&way);
    assert!(
        plan["checks"].to_string().contains("enable-linger"),
        "the plan says what ends it, and what helps: {plan:#}"
    );
    put(handed.yard.path(), "bin/loginctl", "#!/bin/sh\necho Linger=yes\n");
    let plan = handed.json(&way);
    assert!(!plan["checks"].to_string().contains("linger"), "where it goes on there is nothing to say: {plan:#}");
}

#[test]
fn one_that_comes_to_the_same_folder_is_not_run_by_the_system() {
    let handed = Handed::new();
    handed.json(&["agents", "remove", "athena", "--yes"]);
    handed.json(&["agents", "add", "Athena", "--modules", "thalamus", "--yes"]);
    let row = handed.json(&["modules", "status", "athena/thalamus"])["row"].clone();
    assert_eq!((&row["way"], &row["at_login"]), (&"app".into(), &false.into()), "nobody asked for that: {row:#}");
}

#[test]
fn what_the_system_starts_in_a_moment_is_not_moved_away() {
    let handed = Handed::new();
    let before = handed.units();
    handed.says("LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nMainPID=0\n");
    for words in [["agents", "remove", "athena", "--yes"], ["modules", "remove", "athena/thalamus", "--yes"]] {
        let error = refused(&handed.ctl(&words), "module_running");
        assert!(error["message"].to_string().contains("systemd starts it in a moment"), "it is said why: {error}");
    }
    assert_eq!(handed.units(), before, "and nothing is taken away");
}

#[test]
fn a_module_that_goes_takes_its_unit_along() {
    let handed = Handed::new();
    let before = handed.units();
    handed.told();
    let removed = handed.json(&["modules", "remove", "athena/thalamus", "--yes"]);
    assert_eq!(handed.units(), [], "the unit is gone with the module");
    assert_eq!(handed.told(), ["stop", "disable", "daemon-reload"], "and the system was told so");
    handed.json(&["changes", "undo", removed["change_id"].as_str().unwrap(), "--yes"]);
    assert_eq!(handed.units(), before, "undo brings it back to the byte");
}

#[test]
fn what_the_system_writes_of_a_keeper_is_put_away_like_any_log() {
    let handed = Handed::new();
    let logs = "agents/agent-athena/thalamus/logs";
    let line = "systemd says the same once more\n";
    let whole = line.repeat(12 * 1024 * 1024 / line.len());
    put(&handed.yard.root(), &format!("{logs}/thalamus.keeper.log"), &whole);
    put(&handed.yard.root(), &format!("{logs}/other.keeper.log"), &whole);
    handed.json(&["modules", "start", "athena/thalamus"]);
    let size = |name: &str| handed.yard.root().join(logs).join(name).metadata().map_or(0, |meta| meta.len());
    assert_eq!(size("thalamus.keeper.log"), 0, "it begins anew");
    assert_eq!(size("thalamus.keeper.log.1"), whole.len() as u64, "what was in it lies beside");
    assert_eq!(size("other.keeper.log"), whole.len() as u64, "another's stays as it is");
    handed.json(&["modules", "stop", "athena/thalamus"]);
}

/// What the doctor says of units.
fn left(handed: &Handed) -> Vec<Value> {
    let page = handed.ctl(&["doctor"]).json().unwrap();
    let all = page["items"].as_array().unwrap().iter();
    all.filter(|finding| finding["code"] == "unit_left").cloned().collect()
}

/// Runs what a finding says in a shell that has the stand-in of systemd.
fn as_said(handed: &Handed, finding: &Value) {
    let command = finding["hint"].as_str().unwrap().split('`').nth(1).unwrap().to_owned();
    let (root, ctl) = (text(&handed.yard.root()), text(&program("sanctumctl").unwrap()));
    let script = format!("sanctumctl() {{ '{ctl}' --root '{root}' \"$@\"; }}\n{command}\n");
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", &script]).env_clear().envs(handed.yard.env()).env("PATH", &handed.path);
    let done = bash.output().unwrap();
    assert!(done.status.success(), "`{command}` can be pasted: {done:?}");
}

#[test]
fn the_doctor_names_units_whose_module_is_gone_and_what_takes_them_away() {
    let handed = Handed::new();
    assert_eq!(left(&handed), Vec::<Value>::new(), "one that has its module is fine");
    let folder = handed.yard.home().join(".config/systemd/user");
    let (name, _, bytes) = handed.units()[0].clone();

    let agent = handed.yard.root().join("agents/agent-athena");
    std::fs::rename(&agent, handed.yard.path().join("aside")).unwrap();
    let found = left(&handed);
    assert!(
        found.len() == 1
            && found[0]["message"].as_str().unwrap().contains("`agents/agent-athena/thalamus`, is not there"),
        "one whose folder was moved away by hand is named: {found:#?}"
    );
    std::fs::rename(handed.yard.path().join("aside"), &agent).unwrap();

    handed.json(&["agents", "remove", "athena", "--yes"]);
    assert_eq!(left(&handed), Vec::<Value>::new(), "a plan leaves nothing behind");
    std::fs::write(folder.join(&name), &bytes).unwrap();
    let other = name.replace("thalamus", "other");
    let elsewhere = handed.yard.path().join("copy");
    std::fs::create_dir_all(&elsewhere).unwrap();
    let said = String::from_utf8(bytes.clone()).unwrap().replace(&text(&handed.yard.root()), &text(&elsewhere));
    std::fs::create_dir_all(elsewhere.join("agents/agent-athena/thalamus")).unwrap();
    std::fs::write(folder.join(&other), said).unwrap();
    std::fs::write(folder.join("org.somebody.else.service"), "[Service]\n").unwrap();
    let found = left(&handed);
    assert_eq!(found.len(), 1, "those of a copy that is there and of others are theirs: {found:#?}");
    assert_eq!(found[0]["path"], format!("~/.config/systemd/user/{name}"), "by its file: {found:#?}");
    assert!(found[0]["message"].as_str().unwrap().contains("not in this Sanctum any more"), "and why: {found:#?}");
    handed.told();
    as_said(&handed, &found[0]);
    assert_eq!(handed.told(), ["stop", "disable", "daemon-reload"], "what helps tells the system");
    let kept: Vec<String> = handed.units().into_iter().map(|(name, ..)| name).collect();
    assert!(!kept.contains(&name) && kept.len() == 2, "and takes it and nothing else away: {kept:?}");
    assert_eq!(left(&handed), Vec::<Value>::new(), "then nothing is found");

    handed.json(&["agents", "add", "Athena", "--modules", "thalamus", "--yes"]);
    std::fs::write(folder.join(&name), std::fs::read(folder.join(&other)).unwrap()).unwrap();
    std::fs::remove_dir_all(&elsewhere).unwrap();
    let found = left(&handed);
    let of_copy = |one: &Value| one["message"].as_str().unwrap().contains("if it lies on a disk that is not connected");
    assert!(
        found.len() == 2 && found.iter().all(of_copy),
        "those of a copy that is not there are not told to be this Sanctum's: {found:#?}"
    );
    found.iter().for_each(|one| as_said(&handed, one));
    std::fs::write(folder.join(&name), &bytes).unwrap();
    let found = left(&handed);
    assert!(
        found.len() == 1 && found[0]["message"].as_str().unwrap().contains("is run by this app"),
        "one that came back is not run by the system: {found:#?}"
    );
    as_said(&handed, &found[0]);
    assert_eq!(left(&handed), Vec::<Value>::new(), "what is said of each helps");
}
