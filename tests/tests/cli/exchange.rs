//! All settings as a text, and back into another Sanctum.

use crate::support::{at_root, done, json, made, put, read, refused, set_secret, settled, stored, text, value};
use sanctum_tests::Ctl;

const WAIT: &str = "LONG_TASK_MAX_WAIT";

#[test]
fn what_one_sanctum_exports_another_imports() {
    let from = made(&["Athena", "Monday"], "broca2");
    done(&from, &["config", "set", "athena/broca2", WAIT, "400"]);
    done(&from, &["config", "set", "agent:monday", WAIT, "300"]);
    done(&from, &["config", "set", "tool:broca2", "WEB_CHAT_MAX_RETRIES", "9"]);
    done(&from, &["config", "set", "athena/broca2", "message_mode", "echo"]);
    let file = from.path().join("settings.toml");
    let written = json(&from, &["export", &text(&file)]);
    assert!(written["settings"].as_u64().unwrap() > 4, "it says how many: {written}");
    let exported = std::fs::read_to_string(&file).unwrap();
    assert_eq!(at_root(&from, &["export"]).out, exported, "standard output has the same, to the last byte");

    let to = made(&["Athena", "Monday"], "broca2");
    let before = settled(&to.root());
    let plan = json(&to, &["import", &text(&file), "--plan"]);
    assert!(plan["steps"].as_array().is_some_and(|steps| steps.len() > 3), "importing is a plan: {plan}");
    assert_eq!(settled(&to.root()), before, "a plan writes nothing");
    done(&to, &["import", &text(&file)]);
    for (address, key, wanted) in [
        ("athena/broca2", WAIT, "400"),
        ("monday/broca2", WAIT, "300"),
        ("monday/broca2", "WEB_CHAT_MAX_RETRIES", "9"),
        ("athena/broca2", "message_mode", "echo"),
    ] {
        assert_eq!(value(&to, address, key), wanted, "{key} of {address} came over");
    }
    let row = json(&to, &["config", "explain", "monday/broca2", WAIT]);
    assert_eq!(row["level"], "agent", "at the level that said it: {row}");
    assert!(
        read(&to, "agents/agent-monday/broca2/config/.env").contains("LONG_TASK_MAX_WAIT='300'"),
        "down to the file"
    );
    refused(&at_root(&to, &["import", &text(&file), "--yes"]), "nothing_to_import");
}

#[test]
fn secrets_are_references_and_what_the_store_lacks_is_said() {
    let from = made(&["Athena"], "broca2");
    set_secret(&from, "athena/broca2", "AGENT_API_KEY", "only-in-the-store-77");
    let exported = at_root(&from, &["export"]).out;
    assert!(
        exported.contains("AGENT_API_KEY = { secret = \"instance/athena/broca2/AGENT_API_KEY#"),
        "a reference: {exported}"
    );
    assert!(!exported.contains("only-in-the-store-77"), "and no value");
    let to = made(&["Athena"], "broca2");
    let file = put(to.path(), "settings.toml", exported);
    let done = stored(&to, &["import", &text(&file), "--plan", "--json"], "");
    assert!(done.out.contains("1 secret is not in the secret store"), "what is missing here is said: {done:?}");
}

#[test]
fn what_cannot_be_taken_is_refused() {
    let place = made(&["Athena"], "broca2");
    let before = settled(&place.root());
    let import = |words: &str| {
        let root = text(&place.root());
        Ctl::new(&place).run_with(&["--root", &root, "import", "-", "--yes"], words).unwrap()
    };
    let error = refused(&import("format = 1\n[instances.\"athena/broca2\"\n"), "import_unreadable");
    assert!(error["message"].as_str().unwrap().contains("ine 2"), "with its line: {error}");
    refused(&import("format = 1\n[instances.\"athena/broca2\"]\nLONG_TASK_MAX_WAIT = 0\n"), "settings_invalid");
    refused(&import("format = 1\n[instances.\"nobody/broca2\"]\nLOG_LEVEL = \"INFO\"\n"), "settings_invalid");
    let value = refused(
        &import("format = 1\n[instances.\"athena/broca2\"]\nAGENT_API_KEY = \"plain-in-a-file-31\"\n"),
        "settings_invalid",
    );
    assert!(!value.to_string().contains("plain-in-a-file-31"), "and a secret in it is not repeated: {value}");
    refused(&at_root(&place, &["import", &text(&place.path().join("nowhere.toml")), "--yes"]), "file_unreadable");
    refused(&at_root(&place, &["export", &text(&place.root().join("inside.toml"))]), "export_refused");
    assert_eq!(settled(&place.root()), before, "nothing was written by any of them");
}
