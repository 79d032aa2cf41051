//! Agents in Letta from a terminal: made, linked, changed, copied, carried in files, and told apart where the sides differ.

use sanctum_fake_letta::Fake;
use sanctum_tests::{Ctl, Place};
use serde_json::{Value, json as value};

use crate::support::{PASSPHRASE, at_root, holding, json, made, refused, text};

const MODEL: &str = "openai-proxy/gpt-4o-mini";

/// A Letta that runs beside the test, and a Sanctum that knows its address.
struct Both {
    place: Place,
    fake: Fake,
    _runtime: tokio::runtime::Runtime,
}

fn both(password: Option<&'static str>) -> Both {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::new("0.16.8", 0, password));
    let place = made(&["Athena"], "broca2");
    if password.is_none() {
        ok(&place, &["letta", "address", &fake.url(), "--yes"]);
    }
    Both { place, fake, _runtime: runtime }
}

impl Both {
    fn spotless(&self) {
        let faults = self.fake.faults.lock().unwrap();
        assert!(faults.is_empty(), "everything it was sent is what this version takes: {faults:#?}");
    }
}

fn ok(place: &Place, words: &[&str]) -> Value {
    json(place, words)
}

/// Name and link of every agent of either side.
fn sides(place: &Place) -> Vec<(String, String)> {
    let all = json(place, &["letta", "agents"]);
    let one = |agent: &Value| (agent["name"].as_str().unwrap().to_owned(), agent["link"].as_str().unwrap().to_owned());
    all.as_array().unwrap().iter().map(one).collect()
}

fn pair(name: &str, link: &str) -> (String, String) {
    (name.to_owned(), link.to_owned())
}

#[test]
fn the_server_is_set_tested_and_told_apart_from_a_wrong_one() {
    let both = both(Some("hunter2-canary"));
    let unset = at_root(&both.place, &["letta", "test"]);
    assert_eq!(unset.code, 1, "without an address there is nothing healthy: {unset:?}");
    refused(&at_root(&both.place, &["letta", "agents"]), "letta_unset");
    refused(&at_root(&both.place, &["letta", "address", "ftp://x", "--yes"]), "letta_address");
    let root = both.place.root().display().to_string();
    let run = |words: &[&str], more: &str| {
        let all: Vec<&str> = ["--root", &root, "--passphrase-stdin"].iter().chain(words).copied().collect();
        let ctl = Ctl::new(&both.place).with("SANCTUM_SECRET_STORE", "file");
        ctl.run_with(&all, &format!("{PASSPHRASE}\n{more}")).unwrap()
    };
    let set = run(&["letta", "address", &both.fake.url(), "--password-stdin", "--yes"], "hunter2-canary\n");
    assert_eq!(set.code, 0, "{set:?}");
    assert!(!format!("{set:?}").contains("canary"), "the password is not repeated");
    assert!(holding(both.place.path(), "hunter2-canary").is_empty(), "and in no file");
    let test = run(&["letta", "test"], "");
    assert_eq!(test.code, 0, "it answers: {test:?}");
    assert!(test.out.contains("0.16.8") && test.out.contains(&both.fake.url()), "with its version: {test:?}");
    let models = run(&["letta", "models", "--json"], "").json().unwrap();
    assert_eq!(models["llm"][0]["handle"], value!(MODEL), "and its models");
    let silent = Ctl::new(&both.place).with("SANCTUM_SECRET_STORE", "file");
    let silent = silent.run(&["--root", &root, "letta", "models"]).unwrap();
    assert_eq!(silent.error_code(), "secret_store", "without the passphrase its password stays shut: {silent:?}");
    both.fake.die();
    let dead = run(&["letta", "test"], "");
    assert_eq!(dead.code, 1, "one that is gone is a finding: {dead:?}");
}

#[test]
fn an_agent_is_made_changed_and_remembered_on_both_sides() {
    let both = both(None);
    let place = &both.place;
    refused(&at_root(place, &["agents", "create", "Nova", "--model", MODEL]), "confirm_needed");
    assert_eq!(sides(place), [pair("Athena", "only_here")], "an unconfirmed plan makes nothing");
    refused(
        &at_root(place, &["agents", "create", "Nova", "--model", MODEL, "--human", "Mara", "--yes"]),
        "agent_human_block",
    );
    ok(place, &["agents", "create", "Nova", "--model", MODEL, "--persona", "I am kind.", "--color", "3", "--yes"]);
    assert_eq!(sides(place), [pair("Athena", "only_here"), pair("Nova", "linked")], "now both have it");
    ok(place, &["agents", "edit", "nova", "--name", "Minerva", "--tags", "a,b", "--way", "echo", "--yes"]);
    let mind = json(place, &["agents", "memory", "nova"]);
    assert_eq!(
        (&mind["link"]["name"], &mind["link"]["tags"]),
        (&value!("Minerva"), &value!(["a", "b"])),
        "in Letta too"
    );
    assert_eq!(json(place, &["agents", "show", "nova"])["agent"]["name"], value!("Minerva"), "and here");
    ok(place, &["agents", "memory", "nova", "persona", "--value", "I am stern.", "--yes"]);
    let words = at_root(place, &["agents", "memory", "nova"]);
    assert!(
        words.out.contains("persona (11 of") && words.out.contains("I am stern."),
        "shown with its limit: {words:?}"
    );
    ok(place, &["changes", "undo", "--yes"]);
    let mind = json(place, &["agents", "memory", "nova"]);
    assert_eq!(mind["blocks"][0]["value"], value!("I am kind."), "undo reaches Letta");
    refused(&at_root(place, &["agents", "memory", "nova", "none", "--detach", "--yes"]), "block_unknown");
    refused(&at_root(place, &["agents", "edit", "nova", "--color", "9", "--yes"]), "agent_color");
    ok(place, &["agents", "archive", "nova", "--yes"]);
    assert_eq!(json(place, &["agents", "show", "nova"])["agent"]["archived"], value!(true), "put aside");
    ok(place, &["agents", "archive", "nova", "--back", "--yes"]);
    both.spotless();
}

#[test]
fn the_missing_side_of_an_agent_that_is_here_is_made() {
    let both = both(None);
    let place = &both.place;
    assert_eq!(sides(place), [pair("Athena", "only_here")], "as the setup leaves it");
    ok(place, &["agents", "make", "athena", "--model", MODEL, "--persona", "I am kind.", "--yes"]);
    assert_eq!(sides(place), [pair("Athena", "linked")], "now both have it");
    assert_eq!(json(place, &["agents", "memory", "athena"])["blocks"][0]["value"], value!("I am kind."), "as told");
    refused(&at_root(place, &["agents", "make", "athena", "--model", MODEL, "--yes"]), "letta_linked");
    ok(place, &["changes", "undo", "--yes"]);
    let apart = [pair("Athena", "only_here"), pair("Athena", "only_in_letta")];
    assert_eq!(sides(place), apart, "undo forgets the link; what lives in Letta stays");
    both.spotless();
}

#[test]
fn an_agent_is_linked_copied_and_carried_in_a_file() {
    let both = both(None);
    let place = &both.place;
    let id = both.fake.agent("Pallas");
    refused(&at_root(place, &["agents", "link", "athena", "agent-nobody", "--yes"]), "letta_missing");
    ok(place, &["agents", "link", "athena", &id, "--yes"]);
    assert_eq!(sides(place), [pair("Pallas", "renamed_in_letta")], "linked, under another name");
    ok(place, &["agents", "clone", "athena", "Iris", "--yes"]);
    let file = place.path().join("athena.af");
    let written = json(place, &["agents", "export", "athena", &text(&file)]);
    assert!(written["kib"].as_u64().is_some_and(|size| size > 0), "its size is told: {written}");
    ok(place, &["agents", "import", &text(&file), "Nova", "--yes"]);
    let wanted = [pair("Pallas", "renamed_in_letta"), pair("Iris", "linked"), pair("Nova", "linked")];
    assert_eq!(sides(place), wanted, "what needs mending comes first");
    refused(
        &at_root(place, &["agents", "import", &text(&place.path().join("none.af")), "Odd", "--yes"]),
        "file_unreadable",
    );
    ok(place, &["agents", "link", "athena", "--yes"]);
    assert!(sides(place).contains(&pair("Pallas", "only_in_letta")), "without an identifier the link goes");
    refused(&at_root(place, &["agents", "export", "athena", &text(&file)]), "agent_unlinked");
    both.spotless();
}

/// Where Letta is asked, as the registry says; empty where nowhere is.
fn address(place: &Place) -> String {
    let test = at_root(place, &["letta", "test", "--json"]).json().unwrap();
    test["url"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_letta_that_is_added_is_asked_where_no_other_is_set() {
    let place = made(&["Athena"], "broca2");
    let plan = ok(&place, &["modules", "add", "letta", "--plan"]);
    assert!(plan["checks"].to_string().contains("from now on the one at http://127.0.0.1:"), "it is said: {plan:#}");
    assert_eq!(address(&place), "", "a plan sets nothing");
    let added = ok(&place, &["modules", "add", "letta", "--yes"]);
    let ports = ok(&place, &["ports", "list"]);
    let of_letta = ports["rows"].as_array().unwrap().iter().find(|row| row.to_string().contains("etta")).unwrap();
    assert_eq!(address(&place), format!("http://127.0.0.1:{}", of_letta["port"]), "where it will answer");
    ok(&place, &["changes", "undo", added["change_id"].as_str().unwrap(), "--yes"]);
    assert_eq!(address(&place), "", "undo takes that back, too");
}

#[test]
fn an_address_that_is_set_stays_when_a_letta_is_added() {
    let place = made(&["Athena"], "broca2");
    ok(&place, &["letta", "address", "http://127.0.0.1:39999", "--yes"]);
    let plan = ok(&place, &["modules", "add", "letta", "--plan"]);
    let said = plan["checks"].to_string();
    assert!(said.contains("stays http://127.0.0.1:39999") && said.contains("sanctumctl letta address"), "{said}");
    ok(&place, &["modules", "add", "letta", "--yes"]);
    assert_eq!(address(&place), "http://127.0.0.1:39999", "nobody is sent elsewhere");
}
