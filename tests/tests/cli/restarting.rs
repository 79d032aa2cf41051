//! A module that runs while its settings files are changed by somebody else: said with the file, and only where it matters.

use std::path::Path;

use sanctum_tests::yard::Yard;
use serde_json::Value;

use crate::support::{at_root, done, json, read};

const ENV: &str = "agents/agent-athena/thalamus/config/.env";

fn row(yard: &Yard) -> Value {
    json(yard, &["modules", "status", "athena/thalamus"])["row"].clone()
}

fn reason(yard: &Yard) -> Option<String> {
    let row = row(yard);
    assert_eq!(row["restart_needed"], row["restart_reason"].is_string(), "whoever needs a restart says why: {row:#}");
    row["restart_reason"].as_str().map(str::to_owned)
}

fn write(root: &Path, file: &str, text: &str) {
    std::fs::write(root.join(file), text).unwrap();
}

#[test]
fn a_settings_file_that_was_edited_outside_is_named_while_the_module_runs_without_it() {
    let yard = Yard::new("thalamus").unwrap();
    yard.install("athena/thalamus", "thalamus").unwrap();
    assert_eq!(json(&yard, &["modules", "start", "athena/thalamus"])[0]["done"], true, "it starts");
    assert_eq!(reason(&yard), None, "it runs with what its files say");

    let before = read(&yard, ENV);
    write(&yard.root(), ENV, &format!("# a note\n\n{before}"));
    assert_eq!(reason(&yard), None, "a comment changes nothing");

    write(&yard.root(), ENV, &format!("{before}\nTHALAMUS_WEB_SPEED=4\n"));
    let why = reason(&yard).expect("another value does");
    assert!(why.contains(ENV), "the file is named: {why}");
    assert!(!why.contains('4'), "not what it says: {why}");
    let words = at_root(&yard, &["modules", "status", "athena/thalamus"]);
    assert!(words.out.contains("needs a restart") && words.out.contains(ENV), "on the terminal too: {words:?}");

    write(&yard.root(), ENV, &before);
    assert_eq!(reason(&yard), None, "put back, nothing is left to be seen");

    let root = read(&yard, ".env");
    write(&yard.root(), ".env", &format!("{root}\nTHALAMUS_WEB_SPEED=5\nSOMEBODY_ELSE=1\n"));
    assert_eq!(
        reason(&yard).as_deref(),
        Some("`.env` says something else than when it was started."),
        "what the whole Sanctum says reaches it as well"
    );
    assert_eq!(json(&yard, &["modules", "restart", "athena/thalamus"])[0]["done"], true, "it is restarted");
    assert_eq!(reason(&yard), None, "and knows it now");
    write(&yard.root(), ".env", &format!("{root}\nTHALAMUS_WEB_SPEED=5\nSOMEBODY_ELSE=2\n"));
    assert_eq!(reason(&yard), None, "a key that it does not know is nothing to it");

    done(&yard, &["config", "set", "athena/thalamus", "THALAMUS_WEB_SPEED", "7"]);
    assert!(reason(&yard).is_some_and(|why| why.contains(ENV)), "our own writes are told the same way");
    let record = read(&yard, "agents/agent-athena/thalamus/run/keeper.json");
    assert!(!record.contains("THALAMUS_WEB_SPEED"), "the record holds no settings: {record}");
}
