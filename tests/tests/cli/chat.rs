//! Talking to a Prime from a terminal: the echo answers, what was said stays, and hostile text moves no cursor.

use sanctum_registry::rusqlite::Connection;
use sanctum_tests::Place;
use serde_json::json as value;

use crate::support::{at_root, column, json, made, refused, text};

fn echo(place: &Place, uid: &str) {
    let c = Connection::open(place.root().join("control/registry.db")).unwrap();
    let changed = c.execute("UPDATE agents SET config = '{\"chat_way\":\"echo\"}' WHERE uid = ?1", [uid]).unwrap();
    assert_eq!(changed, 1, "the agent is there");
}

#[test]
fn a_word_is_answered_kept_found_and_written_to_a_file() {
    let place = made(&["Athena", "Monday"], "broca2");
    echo(&place, "athena");
    let said = at_root(&place, &["chat", "send", "athena", "one two three"]);
    assert_eq!((said.code, said.out.trim()), (0, "one two three"), "the echo says it back: {said:?}");
    let streamed = at_root(&place, &["chat", "send", "athena", "four five", "--stream"]);
    assert_eq!((streamed.code, streamed.out.as_str()), (0, "four five\n"), "also while it is written: {streamed:?}");
    let as_json = json(&place, &["chat", "send", "athena", "six"]);
    assert_eq!(
        (&as_json["side"], &as_json["state"], &as_json["text"]),
        (&value!("agent"), &value!("done"), &value!("six")),
        "as JSON it is the entry"
    );

    let kept = json(&place, &["chat", "history", "athena"]);
    let texts: Vec<_> = kept["entries"].as_array().unwrap().iter().map(|entry| entry["text"].clone()).collect();
    assert_eq!(
        texts,
        ["one two three", "one two three", "four five", "four five", "six", "six"],
        "all of it is kept, in order"
    );
    let last = json(&place, &["chat", "history", "athena", "--limit", "1"]);
    let before = last["entries"][0]["seq"].to_string();
    let earlier = json(&place, &["chat", "history", "athena", "--limit", "1", "--before", &before]);
    assert_eq!(earlier["entries"][0]["side"], value!("user"), "and can be gone back through");
    let words = at_root(&place, &["chat", "history", "athena"]);
    assert!(words.out.starts_with("You · ") && words.out.contains("Athena · "), "for a person it says who: {words:?}");

    let found = json(&place, &["chat", "search", "fiv"]);
    assert_eq!(
        (&found["total"], column(&found, "uid")),
        (&value!(2), vec!["athena".to_owned(), "athena".to_owned()]),
        "words are found"
    );
    let file = place.path().join("said.md");
    let written = at_root(&place, &["chat", "export", "athena", &text(&file)]);
    assert_eq!(written.code, 0, "{written:?}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("four five"), "a copy is written");
    let rows = json(&place, &["chat", "list"]);
    let unread: Vec<_> =
        rows.as_array().unwrap().iter().map(|row| (row["uid"].clone(), row["unread"].clone())).collect();
    assert_eq!(unread, [(value!("athena"), value!(3)), (value!("monday"), value!(0))], "the one with news comes first");
}

#[test]
fn what_cannot_be_said_is_refused_with_the_reason() {
    let place = made(&["Athena"], "broca2");
    refused(&at_root(&place, &["chat", "send", "athena", "hello"]), "chat_closed");
    refused(&at_root(&place, &["chat", "send", "nobody", "hello"]), "agent_unknown");
    echo(&place, "athena");
    refused(&at_root(&place, &["chat", "send", "athena", " "]), "chat_empty");
    let kept = json(&place, &["chat", "history", "athena"]);
    assert_eq!(kept["entries"], value!([]), "nothing of it is kept");
}

#[test]
fn an_answer_with_control_characters_moves_no_cursor() {
    let place = made(&["Athena"], "broca2");
    echo(&place, "athena");
    let said = at_root(&place, &["chat", "send", "athena", "red \u{1b}[31m bell \u{7} line\nnext", "--stream"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        !said.out.contains('\u{1b}') && !said.out.contains('\u{7}'),
        "nothing of it reaches the terminal: {said:?}"
    );
    assert!(said.out.contains("line\nnext"), "lines stay lines: {said:?}");
}
