//! Modules that the system runs, and what becomes of that when they or their agents go.
#![cfg(target_os = "linux")]

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
