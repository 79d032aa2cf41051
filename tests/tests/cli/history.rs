//! What was changed, and putting one key, one file or everything back.

use crate::support::{ENV, at_root, column, done, json, made, read, refused, value};

const WAIT: &str = "LONG_TASK_MAX_WAIT";

#[test]
fn each_change_of_a_value_is_listed_the_latest_first() {
    let place = made(&["Athena", "Monday"], "broca2");
    let first = done(&place, &["config", "set", "athena/broca2", WAIT, "200"]);
    let second = done(&place, &["config", "set", "agent:athena", WAIT, "300"]);
    let other = done(&place, &["config", "set", "monday/broca2", "LOG_LEVEL", "DEBUG"]);
    let of_all = json(&place, &["config", "history"]);
    assert_eq!(column(&of_all, "change_id"), [other.clone(), second.clone(), first.clone()], "all of them: {of_all}");
    let of_one = json(&place, &["config", "history", "athena/broca2", WAIT]);
    assert_eq!(column(&of_one, "change_id"), [second, first], "every level of one setting: {of_one}");
    assert_eq!(
        (&of_one["items"][1]["after"], &of_one["items"][1]["actor"]),
        (&"200".into(), &"tester".into()),
        "what, and who: {of_one}"
    );
    let of_monday = json(&place, &["config", "history", "monday/broca2"]);
    assert_eq!(column(&of_monday, "change_id"), [other], "of one address: {of_monday}");
    assert_eq!(json(&place, &["config", "history", "--since", "2020-01-01"])["total"], 3, "since a day long ago");
    assert_eq!(
        json(&place, &["config", "history", "--since", "2999-01-01T00:00:00Z"])["total"],
        0,
        "since one to come"
    );
    refused(&at_root(&place, &["config", "history", "--since", "yesterday"]), "since_unreadable");
}

#[test]
fn one_key_is_put_back_and_the_rest_stays() {
    let place = made(&["Athena"], "broca2");
    done(&place, &["config", "set", "athena/broca2", WAIT, "200"]);
    let second = done(&place, &["config", "set", "athena/broca2", WAIT, "300"]);
    done(&place, &["config", "set", "athena/broca2", "LOG_LEVEL", "DEBUG"]);
    done(&place, &["config", "rollback", &second, "athena/broca2", WAIT]);
    assert_eq!(value(&place, "athena/broca2", WAIT), "200", "what it was before that change");
    assert_eq!(value(&place, "athena/broca2", "LOG_LEVEL"), "DEBUG", "what came later stays");
    let words = ["config", "rollback", &second, "athena/broca2", "LOG_LEVEL", "--yes"];
    refused(&at_root(&place, &words), "setting_change_unknown");
    let words = ["config", "rollback", "nope", "athena/broca2", WAIT, "--yes"];
    refused(&at_root(&place, &words), "setting_change_unknown");
}

#[test]
fn one_file_is_put_back_and_the_others_keep_the_change() {
    let place = made(&["Athena", "Monday"], "broca2");
    let before = read(&place, ENV);
    let id = done(&place, &["config", "set", "athena/broca2", WAIT, "200", "--level", "system"]);
    done(&place, &["config", "rollback-file", &id, ENV]);
    assert_eq!(value(&place, "athena/broca2", WAIT), "600", "her file says what it said");
    assert_eq!(value(&place, "monday/broca2", WAIT), "200", "another's keeps it");
    assert!(read(&place, ENV).starts_with(&before), "nothing else of it changed");
    refused(&at_root(&place, &["config", "rollback-file", &id, ".env", "--yes"]), "setting_change_unknown");
}

#[test]
fn undo_and_redo_are_a_stack() {
    let place = made(&["Athena"], "broca2");
    let states: Vec<String> = ["200", "300", "400"]
        .into_iter()
        .map(|wait| {
            let before = read(&place, ENV);
            done(&place, &["config", "set", "athena/broca2", WAIT, wait]);
            before
        })
        .collect();
    let last = read(&place, ENV);
    refused(&at_root(&place, &["changes", "redo", "--yes"]), "nothing_to_undo");
    for (at, before) in states.iter().enumerate().rev() {
        done(&place, &["changes", "undo"]);
        assert_eq!(&read(&place, ENV), before, "undo number {} gives back its bytes", states.len() - at);
    }
    refused(&at_root(&place, &["changes", "undo", "--yes"]), "nothing_to_undo");
    for after in states[1..].iter().chain([&last]) {
        done(&place, &["changes", "redo"]);
        assert_eq!(&read(&place, ENV), after, "redo brings it again");
    }
    refused(&at_root(&place, &["changes", "redo", "--yes"]), "nothing_to_undo");
    assert_eq!(value(&place, "athena/broca2", WAIT), "400", "as if nothing had been");
}
