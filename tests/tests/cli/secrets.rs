//! Secrets from a terminal, with the encrypted file as the store and every command a process of its own.

use serde_json::Value;

use crate::support::{ENV, at_root, chmod, json, made, put, read, refused, set_secret, stored, text};
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Place, Run};

const KEY: &str = "AGENT_API_KEY";

/// Runs `words` with the secrets of Athena's Broca.
fn exec(place: &Place, words: &[&str]) -> Run {
    let mut all = vec!["secrets", "exec", "--instance", "athena/broca2", "--"];
    all.extend(words);
    stored(place, &all, "")
}

fn status(place: &Place, key: &str) -> Value {
    let done = stored(place, &["secrets", "status", "athena/broca2", "--json"], "");
    let all = done.json().unwrap();
    all["items"].as_array().unwrap().iter().find(|row| row["id"] == key).cloned().unwrap()
}

#[test]
fn set_looked_at_handed_over_and_cleared() {
    let place = made(&["Athena"], "broca2");
    assert_eq!(status(&place, KEY)["words"], "Not set", "nothing is there at first");
    assert_eq!(exec(&place, &["printenv", KEY]).code, 1, "and nothing is handed over");
    let before = read(&place, ENV);
    set_secret(&place, "athena/broca2", KEY, "a key with 'quotes' and \\ and $HOME");
    let there = status(&place, KEY);
    assert_eq!(
        (&there["words"], &there["status"]["word"]),
        (&"In encrypted file".into(), &"Healthy".into()),
        "it is there: {there}"
    );
    assert_eq!(
        (&there["changed_by"], &there["level"]),
        (&"mara".into(), &"instance".into()),
        "by whom, and where: {there}"
    );
    assert_eq!(at_root(&place, &["config", "get", "athena/broca2", KEY]).out, "set\n", "its value is not shown");
    assert_eq!(read(&place, ENV), before, "it stands in no file");
    let handed = exec(&place, &["printenv", KEY]);
    assert_eq!(handed.out, "a key with 'quotes' and \\ and $HOME\n", "the program sees it as it is: {handed:?}");
    let cleared = stored(&place, &["secrets", "clear", "athena/broca2", KEY, "--yes", "--json"], "");
    assert_eq!(cleared.code, 0, "it is cleared: {cleared:?}");
    assert_eq!(status(&place, KEY)["words"], "Not set", "it is gone");
    assert_eq!(exec(&place, &["printenv", KEY]).code, 1, "and handed over no more");
    refused(&stored(&place, &["secrets", "clear", "athena/broca2", KEY, "--yes"], ""), "secret_not_set");
}

#[test]
fn a_replaced_one_comes_back_with_undo() {
    let place = made(&["Athena"], "broca2");
    set_secret(&place, "athena/broca2", KEY, "the-first");
    let second = set_secret(&place, "athena/broca2", KEY, "the-second");
    assert_eq!(exec(&place, &["printenv", KEY]).out, "the-second\n", "the new one counts");
    let undone = stored(&place, &["changes", "undo", &second, "--yes"], "");
    assert_eq!(undone.code, 0, "it can be taken back: {undone:?}");
    assert_eq!(exec(&place, &["printenv", KEY]).out, "the-first\n", "the old one counts again");
}

#[test]
fn one_of_an_agent_is_handed_to_all_its_modules() {
    let place = made(&["Athena", "Monday"], "broca2,thalamus");
    let words = ["secrets", "set", "athena/broca2", KEY, "--level", "agent", "--stdin", "--yes"];
    assert_eq!(stored(&place, &words, "shared\n").code, 0, "it is set at the agent");
    let used = stored(&place, &["secrets", "where-used", "athena/broca2", KEY, "--json"], "").json().unwrap();
    assert_eq!(used["level"], "agent", "at its level: {used}");
    let by: Vec<&str> = used["used_by"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(by.contains(&"Broca of Athena") && by.iter().all(|name| name.ends_with("of Athena")), "her own: {by:?}");
    let monday = stored(&place, &["secrets", "exec", "--instance", "monday/broca2", "--", "printenv", KEY], "");
    assert_eq!(monday.code, 1, "another agent's module gets nothing");
    let all = stored(&place, &["secrets", "status", "--json"], "").json().unwrap();
    let addresses: std::collections::BTreeSet<&str> =
        all["items"].as_array().unwrap().iter().map(|row| row["address"].as_str().unwrap()).collect();
    assert!(addresses.contains("athena/broca2") && addresses.contains("monday/broca2"), "all at once: {addresses:?}");
    refused(&stored(&place, &["secrets", "where-used", "athena/broca2", "LOG_LEVEL"], ""), "setting_no_secret");
}

#[test]
fn the_program_takes_this_one_s_place() {
    let place = made(&["Athena"], "broca2");
    set_secret(&place, "athena/broca2", KEY, "v");
    let shell = |script: &str, input: &str| {
        stored(&place, &["secrets", "exec", "--instance", "athena/broca2", "--", "sh", "-c", script], input)
    };
    assert_eq!(shell("exit 42", "").code, 42, "it ends as the program ends");
    assert_eq!(shell("cat", "first\nsecond\n").out, "first\nsecond\n", "standard input is the program's, whole");
    let seen = shell("tr '\\0' ' ' < /proc/$$/cmdline; readlink /proc/$$/exe", "");
    assert!(!seen.out.contains("sanctumctl") && seen.out.starts_with("sh -c"), "no process of ours stays: {seen:?}");
    let folder = text(&place.root().join("agents/agent-athena/broca2"));
    let ctl = Ctl::new(&place).with("SANCTUM_SECRET_STORE", "file");
    let words = ["--passphrase-stdin", "secrets", "exec", "--dir", &folder, "--", "printenv", KEY];
    let found = ctl.run_with(&words, &format!("{}\n", crate::support::PASSPHRASE)).unwrap();
    assert_eq!(
        (found.code, found.out.as_str()),
        (0, "v\n"),
        "its folder names it, and the Sanctum above it: {found:?}"
    );
}

#[test]
fn nothing_is_started_where_the_store_does_not_answer() {
    let place = made(&["Athena"], "broca2");
    set_secret(&place, "athena/broca2", KEY, "v");
    let mark = place.path().join("started");
    let mark_word = text(&mark);
    let root = text(&place.root());
    let words = ["--root", &root, "secrets", "exec", "--instance", "athena/broca2", "--", "touch", &mark_word];
    let ctl = || Ctl::new(&place).with("SANCTUM_SECRET_STORE", "file");
    let silent = ctl().run(&words).unwrap();
    assert_eq!((silent.code, silent.error_code()), (3, "secret_store".to_owned()), "without a passphrase: {silent:?}");
    assert!(silent.err.contains("--passphrase-stdin"), "the way to give it is said: {silent:?}");
    let mut with = vec!["--passphrase-stdin"];
    with.extend(words);
    let wrong = ctl().run_with(&with, "not-it\n").unwrap();
    assert_eq!((wrong.code, wrong.error_code()), (3, "secret_store".to_owned()), "with a wrong one: {wrong:?}");
    let empty = ctl().run_with(&with, "\n").unwrap();
    refused(&empty, "passphrase_empty");
    put(&place.data_dir(), "secrets.json", "{}");
    let damaged = ctl().run_with(&with, &format!("{}\n", crate::support::PASSPHRASE)).unwrap();
    assert_eq!(damaged.code, 3, "with a damaged store: {damaged:?}");
    assert!(damaged.err.contains("damaged"), "it says so: {damaged:?}");
    assert!(!mark.exists(), "the program was never started");
}

#[test]
fn a_program_that_cannot_be_started_says_so() {
    let place = made(&["Athena"], "broca2");
    let gone = exec(&place, &["/no/such/program"]);
    assert_eq!((gone.code, gone.error_code()), (127, "program_not_started".to_owned()), "no such program: {gone:?}");
    let text_file = put(place.path(), "text", "no program");
    chmod(&text_file, 0o644);
    let no = exec(&place, &[&text(&text_file)]);
    assert_eq!((no.code, no.error_code()), (126, "program_not_started".to_owned()), "one that may not be run: {no:?}");
    let nobody = stored(&place, &["secrets", "exec", "--instance", "nobody/broca2", "--", "true"], "");
    refused(&nobody, "setting_target_unknown");
    refused(
        &stored(&place, &["secrets", "exec", "--instance", "tool:broca2", "--", "true"], ""),
        "setting_target_unknown",
    );
    refused(
        &stored(&place, &["secrets", "exec", "--dir", &text(place.path()), "--", "true"], ""),
        "setting_target_unknown",
    );
    refused(&stored(&place, &["secrets", "exec", "--", "true"], ""), "usage");
    refused(&stored(&place, &["secrets", "exec", "--instance", "athena/broca2"], ""), "usage");
}

#[test]
fn what_is_no_secret_or_has_no_value_is_refused() {
    let place = made(&["Athena"], "broca2");
    let set = |key: &str, more: &[&str], input: &str| {
        let mut words = vec!["secrets", "set", "athena/broca2", key];
        words.extend(more);
        stored(&place, &words, input)
    };
    refused(&set("LOG_LEVEL", &["--stdin", "--yes"], "x\n"), "setting_no_secret");
    refused(&set("MY_TOKEN", &["--stdin", "--yes"], "x\n"), "setting_unknown");
    refused(&set(KEY, &["--stdin", "--yes"], "\n"), "secret_empty");
    refused(&set(KEY, &["--yes"], ""), "answer_missing");
    refused(&set(KEY, &["--stdin"], "x\n"), "confirm_needed");
    refused(&set(KEY, &["--stdin", "--yes", "--level", "user"], "x\n"), "level_unknown");
    assert_eq!(status(&place, KEY)["words"], "Not set", "nothing was stored by any of them");
    assert_eq!(
        set("MY_TOKEN", &["--new", "--stdin", "--yes"], "mine\n").code,
        0,
        "one that no schema names can be added"
    );
    assert_eq!(exec(&place, &["printenv", "MY_TOKEN"]).out, "mine\n", "and is handed over");
}

#[test]
fn plans_show_no_value() {
    let place = made(&["Athena"], "broca2");
    let plan = stored(&place, &["secrets", "set", "athena/broca2", KEY, "--stdin", "--plan"], "hidden-in-a-plan\n");
    assert_eq!(plan.code, 0, "it is shown: {plan:?}");
    assert!(
        !plan.out.contains("hidden-in-a-plan") && plan.out.contains("Set Letta password"),
        "without its value: {plan:?}"
    );
    assert_eq!(status(&place, KEY)["words"], "Not set", "and nothing was stored");
    let command = json(&place, &["config", "explain", "athena/broca2", KEY]);
    assert!(command["json"].is_null() && command["value"].is_null(), "nor anywhere else: {command}");
}

#[test]
fn what_runs_with_secrets_is_not_stopped_while_they_cannot_be_had() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    set_secret(&yard, "smcp", "MCP_API_KEY", "for the tool server");
    let root = text(&yard.root());
    let closed = |words: &[&str]| {
        let mut all = vec!["--root", &root];
        all.extend(words);
        Ctl::new(&yard).with("SANCTUM_SECRET_STORE", "file").run(&all).unwrap()
    };
    let pid = || at_root(&yard, &["modules", "status", "smcp", "--json"]).json().unwrap()["row"]["pid"].clone();

    let shut = closed(&["modules", "start", "smcp"]);
    assert_eq!(shut.error_code(), "secret_store", "without the passphrase it is not started: {shut:?}");
    assert!(shut.err.contains("--passphrase-stdin"), "and the way is said: {shut:?}");
    let started = stored(&yard, &["modules", "start", "smcp"], "");
    assert_eq!(started.code, 0, "with it, it is: {started:?}");
    let first = pid();
    assert!(first.is_u64(), "it runs");

    assert_eq!(closed(&["modules", "restart", "smcp"]).error_code(), "secret_store", "not stopped to stay down");
    assert_eq!(pid(), first, "it is the same process");
    put(yard.path(), "clock/cli.py", "print('{\"commands\": []}')\n");
    let install = ["plugins", "install", "--folder", &text(&yard.path().join("clock")), "--yes"];
    let refused = closed(&install);
    assert_eq!(refused.error_code(), "secret_store", "nor for a change that it runs on: {refused:?}");
    assert!(!yard.root().join("smcp/store").exists(), "which is not begun");
    assert_eq!(pid(), first, "it is still the same process");

    assert_eq!(stored(&yard, &["modules", "restart", "smcp"], "").code, 0, "with the passphrase it is started again");
    assert_ne!(pid(), first, "as another process");
}
