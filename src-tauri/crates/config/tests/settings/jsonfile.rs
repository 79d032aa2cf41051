//! JSON settings files: one value changes, and no other byte.

use proptest::prelude::*;
use sanctum_config::JsonFile;
use serde_json::{Value, json};

fn set(text: &str, pointer: &str, value: Value) -> String {
    let mut file = JsonFile::parse(text.as_bytes()).unwrap();
    file.set(pointer, &value).unwrap();
    assert_eq!(file.get(pointer), Some(value.clone()), "what was set is read back from {text:?}");
    let once = file.to_bytes();
    file.set(pointer, &value).unwrap();
    assert_eq!(file.to_bytes(), once, "setting it again changes nothing in {text:?}");
    String::from_utf8(once).unwrap()
}

#[test]
fn a_value_can_be_had_as_it_is_spelled() {
    let text = "\u{feff}{\r\n  \"a\\u0062\" : \"x\\\"\\u00e9}\" , \"n\": 2.50e0,\n \"o\": { \"l\": [1 , \"}\"] },\n \"d\": 1, \"d\": null}";
    let file = JsonFile::parse(text.as_bytes()).expect("it is JSON");
    for (pointer, expected) in [
        ("/ab", Some("\"x\\\"\\u00e9}\"")),
        ("/n", Some("2.50e0")),
        ("/o", Some("{ \"l\": [1 , \"}\"] }")),
        ("/o/l/1", Some("\"}\"")),
        ("/d", Some("null")),
        ("/o/x", None),
        ("/n/x", None),
        ("/o/l/2", None),
        ("ab", None),
    ] {
        assert_eq!(file.spelled(pointer).as_deref(), expected, "how {pointer:?} is spelled");
    }
    let whole = file.spelled("").expect("the document is a value too");
    assert_eq!(format!("\u{feff}{whole}"), text, "the whole document is spelled as it stands");
}

#[test]
fn a_set_changes_the_value_and_nothing_else() {
    for (before, pointer, value, after) in [
        ("{\n  \"a\": 1,\n  \"b\": 2.50\n}\n", "/a", json!(3), "{\n  \"a\": 3,\n  \"b\": 2.50\n}\n"),
        ("{\n  \"a\": 1\n}", "/b", json!("x"), "{\n  \"a\": 1,\n  \"b\": \"x\"\n}"),
        (
            "{\r\n\t\"a\": 1\r\n}\r\n",
            "/b/c",
            json!(2),
            "{\r\n\t\"a\": 1,\r\n\t\"b\": {\r\n\t\t\"c\": 2\r\n\t}\r\n}\r\n",
        ),
        ("{\"a\":1}", "/b", json!([1, 2]), "{\"a\":1,\"b\":[1,2]}"),
        ("{\"a\": 1, \"b\": 2}\n", "/c", json!(3), "{\"a\": 1, \"b\": 2, \"c\": 3}\n"),
        ("{ \"a\": 1 }", "/b", json!(2), "{ \"a\": 1, \"b\": 2 }"),
        ("{\"a\": 1}", "/b", json!(2), "{\"a\": 1, \"b\": 2}"),
        ("{}\n", "/a", json!(true), "{\n  \"a\": true\n}\n"),
        ("{\n}\n", "/a/b", json!(null), "{\n  \"a\": {\n    \"b\": null\n  }\n}\n"),
        ("{\n    \"a\": {}\n}", "/a/b", json!(1), "{\n    \"a\": {\n        \"b\": 1\n    }\n}"),
        ("{\"a\": {}}", "/a/b", json!(1), "{\"a\": {\"b\": 1}}"),
        ("{\"a\": 1, \"a\": 2}", "/a", json!(3), "{\"a\": 1, \"a\": 3}"),
        ("{\"x\": [1, {\"y\": 2}]}", "/x/1/y", json!(3), "{\"x\": [1, {\"y\": 3}]}"),
        ("\u{feff}{\"a\": 1}", "/a", json!(2), "\u{feff}{\"a\": 2}"),
        ("{\"a\\u0062\": 1, \"c/d\": 2}", "/ab", json!(5), "{\"a\\u0062\": 5, \"c/d\": 2}"),
        ("{\"c/d\": \"}\\\"{\"}", "/c~1d", json!("é"), "{\"c/d\": \"é\"}"),
        (
            "{\n  \"a\": [\n    1\n  ]\n}",
            "/a",
            json!([1, {"b": 2}]),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ]\n}",
        ),
    ] {
        assert_eq!(set(before, pointer, value.clone()), after, "setting {pointer} to {value} in {before:?}");
    }
}

#[test]
fn an_empty_file_of_ours_has_two_spaces_and_a_last_line_end() {
    let mut file = JsonFile::empty();
    assert_eq!(file.to_bytes(), b"{}\n", "nothing in it");
    file.set("/a", &json!("x")).unwrap();
    file.set("/b/c", &json!(1)).unwrap();
    assert_eq!(
        String::from_utf8(file.to_bytes()).unwrap(),
        "{\n  \"a\": \"x\",\n  \"b\": {\n    \"c\": 1\n  }\n}\n",
        "as people write it"
    );
    assert_eq!((file.line_of("/a"), file.line_of("/b/c"), file.line_of("/d")), (Some(2), Some(4), None), "and where");
    assert_eq!(file.line_of("a"), None, "what is no pointer has no line");
}

#[test]
fn removing_takes_the_member_and_its_comma_only() {
    for (before, pointer, after) in [
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "/a", "{\n  \"b\": 2\n}\n"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "/b", "{\n  \"a\": 1\n}\n"),
        ("{\n  \"a\": 1\n}\n", "/a", "{}\n"),
        ("{\"a\": 1, \"b\": 2, \"a\": 3}", "/a", "{\"b\": 2}"),
        ("{\"o\": {\"a\": 1, \"b\": 2}}", "/o/b", "{\"o\": {\"a\": 1}}"),
    ] {
        let mut file = JsonFile::parse(before.as_bytes()).unwrap();
        assert!(file.remove(pointer), "{pointer} is in {before:?}");
        assert_eq!(String::from_utf8(file.to_bytes()).unwrap(), after, "without {pointer}");
        assert!(!file.remove(pointer), "a second time there is nothing");
        assert_eq!(file.get(pointer), None, "and nothing is read there");
    }
    let mut file = JsonFile::parse(b"{\"a\": [1, 2]}").unwrap();
    assert!(!file.remove("/a/0") && !file.remove("") && !file.remove("a"), "only members of objects are taken out");
}

#[test]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    for (text, pointer) in
        [("{\"a\": 5}", "/a/b"), ("{\n\"a\": [1]}", "/a/x"), ("[1]", "/x"), ("5", "/x"), ("{}", ""), ("{}", "a")]
    {
        let mut file = JsonFile::parse(text.as_bytes()).unwrap();
        let fault = file.set(pointer, &json!("canary")).unwrap_err();
        assert_eq!(file.to_bytes(), text.as_bytes(), "{text:?} stays as it was");
        assert!(fault.line >= 1 && !fault.to_string().contains("canary"), "the fault names the place: {fault}");
    }
    let deep = format!("{}{}", "/x".repeat(200), "");
    let mut file = JsonFile::empty();
    assert!(file.set(&deep, &json!(1)).is_err(), "deeper than readers go");
    assert_eq!(file.to_bytes(), b"{}\n", "and unchanged");
}

#[test]
fn what_is_not_json_is_a_fault_with_its_place() {
    for (text, line) in [
        (&b""[..], 1),
        (b"{\n  // note\n}", 2),
        (b"{\"a\": 1,}", 1),
        (b"{\n\"a\": canary\n}", 2),
        (b"{\"a\": \"\xff\"}", 1),
        (b"{} {}", 1),
        (b"{\"a\": 1e999}", 1),
    ] {
        let fault = JsonFile::parse(text).unwrap_err();
        assert_eq!(fault.line, line, "{text:?}: {fault}");
        assert!(!fault.message.contains("canary"), "no text of the file is repeated: {fault}");
    }
    let file = JsonFile::parse(b"{\"a\": \"canary\"}").unwrap();
    assert!(!format!("{file:?}").contains("canary"), "no value gets into Debug output");
}

/// Documents in many spellings: blanks, line ends, duplicates, escapes, odd numbers.
fn spelled() -> impl Strategy<Value = String> {
    let blank = prop::sample::select(vec!["", " ", "\n", "\r\n", "\n  ", "\t", " \n\t"]);
    let name = prop::sample::select(vec!["a", "b", "c/d", "e~f", "\\u0061", "\\\"", "é"]);
    let leaf = prop::sample::select(vec![
        "1",
        "-0.50",
        "1e3",
        "true",
        "null",
        "\"x,}]\"",
        "\"\\u00e9\\\\\"",
        "{}",
        "[]",
        "[ ]",
    ]);
    let leaf = leaf.prop_map(str::to_owned);
    let value = leaf.prop_recursive(4, 24, 4, move |inner| {
        let item = (blank.clone(), inner.clone(), blank.clone()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        let pair = (blank.clone(), name.clone(), blank.clone(), blank.clone(), inner, blank.clone())
            .prop_map(|(a, n, b, c, v, d)| format!("{a}\"{n}\"{b}:{c}{v}{d}"));
        prop_oneof![
            prop::collection::vec(item, 1..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(pair, 1..4).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
        ]
    });
    let end = prop::sample::select(vec!["", "\n", "\r\n", " "]);
    (any::<bool>(), value, end).prop_map(|(bom, value, end)| {
        let value = if value.starts_with('{') { value } else { format!("{{\"a\": {value}}}") };
        format!("{}{value}{end}", if bom { "\u{feff}" } else { "" })
    })
}

fn pointer() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec!["a", "b", "c~1d", "e~0f", "\"", "é", "0", "new"]);
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.iter().map(|part| format!("/{part}")).collect())
}

fn leaves(value: &Value, at: &str, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                leaves(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), into);
            }
        }
        other => into.push((at.to_owned(), other.clone())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_untouched_file_is_the_same_to_the_last_byte(text in spelled()) {
        let file = JsonFile::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(file.to_bytes(), text.clone().into_bytes(), "parse and write must be the identity");
        let mut all = Vec::new();
        leaves(file.document(), "", &mut all);
        for (pointer, value) in all.iter().filter(|(pointer, _)| !pointer.is_empty()) {
            let mut again = file.clone();
            again.set(pointer, value).unwrap();
            prop_assert_eq!(again.to_bytes(), text.clone().into_bytes(), "setting {} to what it is changes no byte", pointer);
        }
    }

    #[test]
    fn a_set_is_read_back_and_leaves_the_rest(text in spelled(), pointer in pointer(), value in prop_oneof![Just(json!("x y")), Just(json!(7)), Just(json!([1, {"k": null}])), Just(json!({"k": [1]}))]) {
        let before = JsonFile::parse(text.as_bytes()).unwrap();
        let mut file = before.clone();
        match file.set(&pointer, &value) {
            Ok(()) => {
                let after = JsonFile::parse(&file.to_bytes()).unwrap();
                prop_assert_eq!(after.get(&pointer), Some(value), "what was set is what is read");
                let mut others = Vec::new();
                leaves(before.document(), "", &mut others);
                let related = |place: &str| place.starts_with(&pointer) || pointer.starts_with(place);
                for (place, old) in others.iter().filter(|(place, _)| !related(place)) {
                    prop_assert_eq!(after.get(place), Some(old.clone()), "{} keeps its value", place);
                }
                let (old, new) = (text.as_bytes(), file.to_bytes());
                let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
                let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
                let gone = &text.as_bytes()[head..old.len() - tail];
                let known = before.get(&pointer).is_some();
                prop_assert!(known || gone.iter().all(|b| b.is_ascii_whitespace()), "a new setting takes no byte of another away: {:?}", String::from_utf8_lossy(gone));
            }
            Err(_) => prop_assert_eq!(file.to_bytes(), text.into_bytes(), "a refusal changes nothing"),
        }
    }

    #[test]
    fn removing_leaves_the_rest(text in spelled(), pointer in pointer()) {
        let before = JsonFile::parse(text.as_bytes()).unwrap();
        let mut file = before.clone();
        let there = before.get(&pointer).is_some();
        if file.remove(&pointer) {
            prop_assert!(there, "only what is there can be removed");
            prop_assert_eq!(JsonFile::parse(&file.to_bytes()).unwrap().get(&pointer), None, "it is gone for every reader");
        } else {
            prop_assert_eq!(file.to_bytes(), text.into_bytes(), "nothing was touched");
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(file) = JsonFile::parse(&bytes) {
            prop_assert_eq!(file.to_bytes(), bytes, "what is read is kept");
        }
    }
}
