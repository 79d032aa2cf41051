//! A file that was changed outside: it is seen, and settled as the operator says.

use serde_json::json as value_of;

use crate::support::{ENV, at_root, done, json, made, put, read, refused, settled, value};

/// A Sanctum in which we wrote two keys of Athena's Broca.
fn written() -> sanctum_tests::Place {
    let place = made(&["Athena"], "broca2");
    done(&place, &["config", "set", "athena/broca2", "LOG_LEVEL", "WARNING"]);
    done(&place, &["config", "set", "athena/broca2", "LONG_TASK_MAX_WAIT", "200"]);
    place
}

fn edit(place: &sanctum_tests::Place, from: &str, to: &str) {
    let text = read(place, ENV);
    assert!(text.contains(from), "the file says `{from}` before it is edited: {text}");
    put(&place.root(), ENV, text.replace(from, to));
}

#[test]
fn nothing_differs_until_somebody_edits_the_file() {
    let place = written();
    let clean = at_root(&place, &["drift", "list"]);
    assert_eq!(clean.code, 0, "nothing differs: {clean:?}");
    edit(&place, "'WARNING'", "'ERROR'");
    let found = at_root(&place, &["drift", "list", "--json"]);
    assert_eq!(found.code, 1, "something differs: {found:?}");
    let key = found.json().unwrap()["items"][0]["keys"][0].clone();
    assert_eq!(
        (&key["key"], &key["kind"], &key["base"], &key["ours"], &key["theirs"]),
        (
            &value_of!("LOG_LEVEL"),
            &value_of!("theirs"),
            &value_of!("WARNING"),
            &value_of!("WARNING"),
            &value_of!("ERROR")
        ),
        "all three sides are shown: {key}"
    );
    let line = key["line"].as_u64().unwrap();
    let words = at_root(&place, &["drift", "list"]);
    assert!(words.out.contains(&format!("{ENV}:{line}: LOG_LEVEL")), "with its line: {words:?}");
    let explained = at_root(&place, &["config", "explain", "athena/broca2", "LOG_LEVEL"]);
    assert!(explained.out.contains("was changed in the file"), "the setting says it too: {explained:?}");
    // Somebody's edit is never overwritten by the way.
    refused(&at_root(&place, &["config", "set", "athena/broca2", "LOG_LEVEL", "INFO", "--yes"]), "settings_invalid");
    assert!(read(&place, ENV).contains("'ERROR'"), "the edit stands");
}

#[test]
fn the_file_s_value_is_taken() {
    let place = written();
    edit(&place, "'WARNING'", "'ERROR'");
    let before = read(&place, ENV);
    done(&place, &["drift", "resolve", ENV]);
    assert_eq!(read(&place, ENV), before, "the file stays as it was edited");
    assert_eq!(value(&place, "athena/broca2", "LOG_LEVEL"), "ERROR", "its value counts");
    assert_eq!(at_root(&place, &["drift", "list"]).code, 0, "nothing differs any more");
    refused(&at_root(&place, &["drift", "resolve", ENV, "--theirs", "--yes"]), "drift_gone");
}

#[test]
fn ours_is_put_back() {
    let place = written();
    let before = read(&place, ENV);
    edit(&place, "'WARNING'", "'ERROR'");
    done(&place, &["drift", "resolve", ENV, "--ours"]);
    assert_eq!(read(&place, ENV), before, "the file is as it was written, byte for byte");
    assert_eq!(value(&place, "athena/broca2", "LOG_LEVEL"), "WARNING", "what counted counts");
    assert_eq!(at_root(&place, &["drift", "list"]).code, 0, "nothing differs any more");
}

#[test]
fn a_collision_must_be_named() {
    let place = written();
    edit(&place, "'WARNING'", "'ERROR'");
    edit(&place, "'200'", "'250'");
    // The level above changes meanwhile: the file is left as it is, so that both sides differ from what was written.
    done(&place, &["config", "set", "athena/broca2", "LONG_TASK_MAX_WAIT", "500", "--level", "system"]);
    assert!(read(&place, ENV).contains("'250'"), "an edit outside is not overwritten");
    let before = settled(&place.root());
    refused(&at_root(&place, &["drift", "resolve", ENV, "NO_SUCH=ours", "--yes"]), "drift_choice");
    refused(&at_root(&place, &["drift", "resolve", ENV, "LOG_LEVEL=mine", "--yes"]), "drift_choice");
    refused(&at_root(&place, &["drift", "resolve", ENV, "--ours", "--theirs", "--yes"]), "usage");
    assert_eq!(settled(&place.root()), before, "nothing was changed by words that mean nothing");
    done(&place, &["drift", "resolve", ENV, "LONG_TASK_MAX_WAIT=ours"]);
    let after = read(&place, ENV);
    assert!(after.contains("'200'") && after.contains("'ERROR'"), "one each: {after}");
    assert_eq!(value(&place, "athena/broca2", "LOG_LEVEL"), "ERROR", "the other one was taken from the file");
}

#[test]
fn both_sides_changed_to_different_values() {
    let place = made(&["Athena"], "broca2");
    done(&place, &["config", "set", "agent:athena", "LONG_TASK_MAX_WAIT", "200"]);
    edit(&place, "'200'", "'250'");
    done(&place, &["config", "set", "agent:athena", "LONG_TASK_MAX_WAIT", "300"]);
    let found = at_root(&place, &["drift", "list", "--json"]).json().unwrap();
    assert_eq!(found["items"][0]["keys"][0]["kind"], "collision", "both were changed: {found}");
    let error = refused(&at_root(&place, &["drift", "resolve", ENV, "--yes"]), "drift_collision");
    let listed = error["details"][0].as_str().unwrap();
    assert!(
        ["LONG_TASK_MAX_WAIT", "250", "300", "200"].iter().all(|part| listed.contains(part)),
        "with all sides: {listed}"
    );
    done(&place, &["drift", "resolve", ENV, "LONG_TASK_MAX_WAIT=theirs"]);
    assert_eq!(value(&place, "athena/broca2", "LONG_TASK_MAX_WAIT"), "250", "what the file said is the instance's own");
    let row = json(&place, &["config", "explain", "athena/broca2", "LONG_TASK_MAX_WAIT"]);
    assert_eq!(row["level"], "instance", "at its own level: {row}");
}
