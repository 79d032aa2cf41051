//! At a terminal: the plan is shown, the question asked, and the answer heard.

use std::process::{Command, Stdio};

use sanctum_tests::Place;

use crate::support::{PASSWORD, made, setup_words, text, tree};

/// Runs the words on a pseudo terminal and types `typed`.
fn on_a_terminal(place: &Place, words: &[String], typed: &str) -> (i32, String) {
    let program = sanctum_tests::place::program("sanctumctl").unwrap();
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let line = format!("{} {}", text(&program), quoted.join(" "));
    let mut child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .envs(place.env())
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    (out.status.code().unwrap_or(-1), String::from_utf8_lossy(&out.stdout).into_owned())
}

fn words(place: &Place, more: &[&str]) -> Vec<String> {
    setup_words(place, &["Athena"], "broca2", more).into_iter().filter(|word| word != "--json").collect()
}

#[test]
fn yes_applies_what_was_shown() {
    let place = Place::new().unwrap();
    let (code, out) = on_a_terminal(&place, &words(&place, &["--no-venv"]), &format!("{PASSWORD}\ny\n"));
    assert_eq!(code, 0, "answered with y it applies: {out}");
    assert!(
        out.contains("agents/agent-athena/broca2/config/.env") && out.contains("[y/N]"),
        "the plan was shown and the question asked: {out}"
    );
    assert!(place.root().join("control/registry.db").is_file(), "the Sanctum is there");
}

#[test]
fn anything_but_yes_changes_nothing() {
    for answer in ["n", "", "yess", "Create"] {
        let place = Place::new().unwrap();
        let before = tree(place.path());
        let (code, out) = on_a_terminal(&place, &words(&place, &["--no-venv"]), &format!("{PASSWORD}\n{answer}\n"));
        assert_eq!(code, 2, "`{answer}` is no yes: {out}");
        assert!(out.contains("not_confirmed"), "it says so: {out}");
        assert_eq!(tree(place.path()), before, "nothing was written after `{answer}`");
    }
}

#[test]
fn an_agent_is_removed_only_after_a_yes() {
    let place = made(&["Athena", "Monday"], "broca2");
    let words: Vec<String> = ["--root", &text(&place.root()), "agents", "remove", "monday"].map(str::to_owned).to_vec();
    let (code, out) = on_a_terminal(&place, &words, "no\n");
    assert_eq!((code, place.root().join("agents/agent-monday").is_dir()), (2, true), "a no keeps it: {out}");
    let (code, out) = on_a_terminal(&place, &words, "yes\n");
    assert_eq!((code, place.root().join("agents/agent-monday").is_dir()), (0, false), "a yes moves it: {out}");
    assert!(out.contains("trash"), "it was said where it goes: {out}");
}
