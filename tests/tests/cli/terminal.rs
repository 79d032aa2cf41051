//! At a terminal: the plan is shown, the question asked, and the answer heard.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use sanctum_tests::Place;

use crate::support::{PASSPHRASE, PASSWORD, made, setup_words, stored, text, tree};

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

/// Answers each question once it is asked; a hidden answer only when the terminal no longer shows what is typed.
fn answered(place: &Place, words: &[&str], answers: &[(&str, &str, bool)]) -> (i32, String) {
    let program = text(&sanctum_tests::place::program("sanctumctl").unwrap());
    let tty = place.path().join("tty");
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let line =
        format!("tty > '{}'; exec {program} --root '{}' {}", tty.display(), place.root().display(), quoted.join(" "));
    let mut child = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .env_clear()
        .envs(place.env())
        .env("SANCTUM_SECRET_STORE", "file")
        .env("SHELL", "/bin/sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut byte, mut seen) = (Vec::new(), [0u8; 1], 0);
    for (question, answer, hidden) in answers {
        while !String::from_utf8_lossy(&shown[seen..]).contains(question) {
            assert_eq!(
                stdout.read(&mut byte).unwrap(),
                1,
                "`{question}` is asked: {}",
                String::from_utf8_lossy(&shown)
            );
            shown.push(byte[0]);
        }
        seen = shown.len();
        let tty = std::fs::read_to_string(&tty).unwrap();
        let echoes = || {
            let state = Command::new("stty").args(["-F", tty.trim(), "-a"]).output().unwrap();
            !String::from_utf8_lossy(&state.stdout).contains("-echo ")
        };
        while *hidden && echoes() {}
        stdin.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    stdout.read_to_end(&mut shown).unwrap();
    let code = child.wait().unwrap().code().unwrap_or(-1);
    (code, String::from_utf8_lossy(&shown).into_owned())
}

#[test]
fn a_secret_is_typed_unseen() {
    let place = made(&["Athena"], "broca2");
    let words = ["secrets", "set", "athena/broca2", "AGENT_API_KEY"];
    let typed = |last: &str| {
        let answers = [
            ("Passphrase of the encrypted secrets file:", PASSPHRASE, true),
            ("Letta password:", "typed-Unseen-81", true),
            ("[y/N]", last, false),
        ];
        answered(&place, &words, &answers)
    };
    let (code, shown) = typed("n");
    assert_eq!(code, 2, "a no stores nothing: {shown}");
    let (code, shown) = typed("y");
    assert_eq!(code, 0, "a yes stores it: {shown}");
    assert!(!shown.contains("typed-Unseen-81") && !shown.contains(PASSPHRASE), "neither was shown: {shown}");
    let exec = ["secrets", "exec", "--instance", "athena/broca2", "--", "printenv", "AGENT_API_KEY"];
    assert_eq!(stored(&place, &exec, "").out, "typed-Unseen-81\n", "it is the one that was typed");
    let (code, shown) = answered(&place, &exec, &[("Passphrase", PASSPHRASE, true)]);
    assert_eq!(code, 0, "a program gets it from here too: {shown}");
    let (code, shown) = answered(&place, &exec, &[("Passphrase", "another", true)]);
    assert_eq!((code, shown.contains("secret_store")), (3, true), "not with another passphrase: {shown}");
    let (code, shown) = answered(&place, &["config", "get", "athena/broca2", "LOG_LEVEL"], &[]);
    assert_eq!((code, shown.contains("Passphrase")), (0, false), "who needs no secret is not asked: {shown}");
}
