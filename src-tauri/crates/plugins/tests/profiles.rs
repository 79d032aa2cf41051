//! Profiles of SMCP's governor: what is offered from its start, and single tools switched by a profile of our own.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]

use std::collections::BTreeSet;

use sanctum_plugins::profiles::switch::{OURS, SwitchFault, Switched, Wish, off, switched};
use sanctum_plugins::profiles::{Given, Mode, ProfileFault, Profiles};

const NONE: Given<'_> = Given { attach: None, admin_prefix: None };
const TOOLS: [&str; 4] = ["math__add", "math__coin-flip", "text__echo", "text__words"];

/// A file as a person keeps it: odd in its writing, with more than profiles.
const THEIRS: &str = "{\n    \"default_profile\" : \"Math\",\n    \"profiles\": {\"math\": { \"mode\":\"prefix\", \"prefix\": \"math__\" },\n        \"two\": {\"mode\": \"explicit\", \"tools\": [\"text__echo\"]}\n    },\n    \"intent_hints\": [ {\"intent\": \"add\",\"tool\": \"math__add\"} ]\n}\n";

fn known() -> BTreeSet<String> {
    TOOLS.map(str::to_owned).into()
}

/// What SMCP offers of the four with this file.
fn offered(bytes: &[u8], given: Given<'_>) -> Vec<&'static str> {
    let profiles = Profiles::read(bytes, given).unwrap();
    let mode = profiles.mode(&profiles.in_force(given)).unwrap();
    TOOLS.into_iter().filter(|tool| mode.offers(tool)).collect()
}

fn attach(name: &str) -> Given<'_> {
    Given { attach: Some(name), admin_prefix: None }
}

fn turn<'a>(tool: &'a str, on: bool) -> Wish<'a> {
    Wish { tool: Some((tool, on)), ..Wish::default() }
}

fn done(bytes: Option<&[u8]>, given: Given<'_>, wish: Wish<'_>) -> Switched {
    switched(bytes, given, &known(), wish).unwrap()
}

#[test]
fn each_mode_offers_what_it_names_and_always_the_governor() {
    let cases = [
        (r#"{"mode": "all"}"#, TOOLS.to_vec()),
        ("{}", TOOLS.to_vec()),
        (r#"{"mode": null}"#, TOOLS.to_vec()),
        (r#"{"mode": " Prefix ", "prefix": "math__"}"#, vec!["math__add", "math__coin-flip"]),
        (r#"{"mode": "glob", "pattern": "*__[a-e]?[!x]*"}"#, vec!["math__add", "math__coin-flip", "text__echo"]),
        (r#"{"mode": "glob", "pattern": "math__*-*p"}"#, vec!["math__coin-flip"]),
        (r#"{"mode": "glob", "pattern": "math__[add"}"#, vec![]),
        (r#"{"mode": "explicit", "tools": ["text__echo", 7, "gone__tool"]}"#, vec!["text__echo"]),
        (r#"{"mode": "explicit", "tools": []}"#, vec![]),
    ];
    for (spec, expected) in cases {
        let file = format!(r#"{{"default_profile": " One ", "profiles": {{"one": {spec}}}}}"#);
        assert_eq!(offered(file.as_bytes(), NONE), expected, "with {spec}");
        let profiles = Profiles::read(file.as_bytes(), NONE).unwrap();
        assert!(profiles.mode("one").unwrap().offers("sanctum__tools"), "the governor’s own tool with {spec}");
    }
}

#[test]
fn the_environment_comes_before_the_file_and_the_file_before_full() {
    let force = |given| Profiles::read(THEIRS.as_bytes(), given).unwrap().in_force(given);
    assert_eq!(force(NONE), "math", "the file’s default, in small letters");
    assert_eq!(force(attach(" TWO ")), "two", "the environment comes first");
    assert_eq!(force(attach("nobody")), "math", "a name that nobody defines counts as none");
    let lost = br#"{"default_profile": "lost", "profiles": {}}"#;
    assert_eq!(Profiles::read(lost, NONE).unwrap().in_force(NONE), "full", "without both it is full");
    let admin = Given { attach: Some("admin"), admin_prefix: Some("text__") };
    assert_eq!(offered(b"{}", admin), ["text__echo", "text__words"], "a prefix in the environment is a profile");
    let own = br#"{"profiles": {"FULL": {"mode": "explicit", "tools": ["math__add"]}}}"#;
    assert_eq!(offered(own, NONE), ["math__add"], "and a file may say what full is");
}

#[test]
fn what_smcp_would_not_start_with_is_named_and_never_shown() {
    let read = |text: &[u8]| Profiles::read(text, NONE).map(|p| p.mode(&p.in_force(NONE)));
    let fault = |text: &[u8]| match read(text) {
        Err(fault) | Ok(Err(fault)) => fault,
        Ok(Ok(mode)) => panic!("{mode:?} was read from {text:?}"),
    };
    assert_eq!(fault(b"{\n  not json"), ProfileFault::NotJson { line: 2 }, "half a file");
    assert_eq!(fault(b""), ProfileFault::NotJson { line: 1 }, "an empty one");
    assert_eq!(
        fault("\u{feff}{}".as_bytes()),
        ProfileFault::NotJson { line: 1 },
        "one with a mark Python does not take"
    );
    assert_eq!(fault(b"\xff{}"), ProfileFault::NotJson { line: 1 }, "one that is no text");
    assert_eq!(fault(b"[]"), ProfileFault::NoObject, "a list");
    assert!(matches!(fault("[".repeat(4_000).as_bytes()), ProfileFault::NotJson { .. }), "a tower of lists");
    for spec in [
        r#"{"mode": "regex"}"#,
        r#"{"mode": 7}"#,
        r#"{"mode": "prefix"}"#,
        r#"{"mode": "prefix", "prefix": ""}"#,
        r#"{"mode": "glob", "pattern": []}"#,
        r#"{"mode": "explicit", "tools": "all"}"#,
    ] {
        let name = "x\u{202e}\u{1b}[31m";
        let file = serde_json::json!({ "default_profile": name, "profiles": { name: serde_json::from_str::<serde_json::Value>(spec).unwrap() } });
        let said = fault(file.to_string().as_bytes()).to_string();
        assert!(said.starts_with("its profile `x") && !said.contains(['\u{1b}', '\u{202e}']), "{spec}: {said:?}");
    }
    let odd = br#"{"default_profile": 7, "profiles": {"a": [], "b": 1}, "intent_hints": "x"}"#;
    assert_eq!(offered(odd, NONE), TOOLS, "what SMCP passes over is passed over");
}

#[test]
fn without_a_file_one_is_made_and_goes_again() {
    let one = done(None, NONE, turn("math__add", false));
    let file = one.file.unwrap();
    assert!(one.ours && one.attach.is_none(), "the file alone puts it in force");
    assert_eq!(offered(&file, NONE), ["math__coin-flip", "text__echo", "text__words"], "all but that one");
    assert_eq!(off(&file), ["math__add"], "and it is known which is off");
    let two = done(Some(&file), NONE, turn("text__echo", false)).file.unwrap();
    assert_eq!(offered(&two, NONE), ["math__coin-flip", "text__words"], "one more");
    let back = done(Some(&two), NONE, turn("math__add", true)).file.unwrap();
    assert_eq!(offered(&back, NONE), ["math__add", "math__coin-flip", "text__words"], "the first is on again");
    let all = done(Some(&back), NONE, turn("text__echo", true));
    assert_eq!((all.file, all.ours), (None, false), "with all of them on nothing of ours is left");
}

#[test]
fn a_file_of_others_keeps_every_byte_and_comes_back_whole() {
    let one = done(Some(THEIRS.as_bytes()), NONE, turn("math__add", false)).file.unwrap();
    assert_eq!(offered(&one, NONE), ["math__coin-flip"], "of what their profile offered, all but that one");
    let text = String::from_utf8(one.clone()).unwrap();
    for kept in ["{ \"mode\":\"prefix\", \"prefix\": \"math__\" }", "[ {\"intent\": \"add\",\"tool\": \"math__add\"} ]"]
    {
        assert!(text.contains(kept), "`{kept}` stays as it was spelled: {text}");
    }
    let more = done(Some(&one), NONE, turn("text__echo", true)).file.unwrap();
    assert_eq!(offered(&more, NONE), ["math__coin-flip", "text__echo"], "one that theirs leaves out is switched on");
    let less = done(Some(&more), NONE, turn("text__echo", false)).file.unwrap();
    let back = done(Some(&less), NONE, turn("math__add", true));
    assert_eq!(String::from_utf8(back.file.unwrap()).unwrap(), THEIRS, "back to theirs, byte for byte");

    let bare = br#"{"intent_hints": []}"#;
    let one = done(Some(bare), NONE, turn("math__add", false)).file.unwrap();
    let back = done(Some(&one), NONE, turn("math__add", true)).file.unwrap();
    assert_eq!(back, bare, "also one that had neither profiles nor a default");
}

#[test]
fn a_profile_of_the_environment_is_put_back_there() {
    let one = done(Some(THEIRS.as_bytes()), attach("two"), turn("text__echo", false));
    assert_eq!(one.attach.as_deref(), Some(OURS), "the environment has to name ours");
    let file = one.file.unwrap();
    assert_eq!(offered(&file, attach(OURS)), Vec::<&str>::new(), "theirs without its one tool");
    assert_eq!(offered(&file, NONE), ["math__add", "math__coin-flip"], "the file’s own default is not touched");
    let again = done(Some(&file), attach(OURS), turn("math__add", true));
    assert_eq!(again.attach, None, "it names ours already");
    let file = again.file.unwrap();
    let file = done(Some(&file), attach(OURS), turn("math__add", false)).file.unwrap();
    let back = done(Some(&file), attach(OURS), turn("text__echo", true));
    assert_eq!(back.attach.as_deref(), Some("two"), "what it named before");
    assert_eq!(String::from_utf8(back.file.unwrap()).unwrap(), THEIRS, "and the file is theirs again");
}

#[test]
fn with_the_last_plugin_a_profile_of_the_environment_goes_only_where_that_can_be_said_there() {
    let one = done(Some(THEIRS.as_bytes()), attach("two"), turn("text__echo", false)).file.unwrap();
    let gone = Wish { gone: Some("text__"), ..Wish::default() };
    let kept = switched(Some(&one), attach(OURS), &BTreeSet::new(), gone).unwrap();
    assert!(kept.ours && kept.attach.is_none(), "ours stays while the environment names it: {kept:?}");
    let gone = Wish { with_settings: true, ..gone };
    let back = switched(Some(&one), attach(OURS), &BTreeSet::new(), gone).unwrap();
    assert_eq!(back.attach.as_deref(), Some("two"), "where settings change with it, what it named before is back");
    assert_eq!(String::from_utf8(back.file.unwrap()).unwrap(), THEIRS, "and nothing of ours is left in the file");
}

#[test]
fn tools_that_come_later_join_and_those_that_go_are_forgotten() {
    let file = done(None, NONE, turn("math__add", false)).file.unwrap();
    let mut known = known();
    known.insert("mail__send".to_owned());
    let after = switched(Some(&file), NONE, &known, Wish::default()).unwrap();
    assert_eq!(after.more, ["mail__send"], "a new one is added to the list");
    let file = after.file.unwrap();
    let fewer = switched(Some(&file), NONE, &BTreeSet::new(), Wish::default()).unwrap().file.unwrap();
    assert_eq!(fewer, file, "one that is not known just now stays on it");
    let gone = Wish { gone: Some("text__"), ..Wish::default() };
    let file = switched(Some(&file), NONE, &BTreeSet::new(), gone).unwrap().file.unwrap();
    assert_eq!(offered(&file, NONE), ["math__coin-flip"], "those of a plugin that was removed are not");
    let gone = Wish { gone: Some("math__"), ..Wish::default() };
    let last = switched(Some(&file), NONE, &BTreeSet::new(), gone).unwrap();
    assert_eq!((last.file, last.ours), (None, false), "with the last that was off ours goes");
}

#[test]
fn a_list_that_was_written_by_hand_is_taken_as_it_is() {
    let by_hand = format!(
        r#"{{"default_profile": "{OURS}", "profiles": {{"{OURS}": {{"mode": "explicit", "tools": ["math__add", "own__tool"]}}}}}}"#
    );
    let file = done(Some(by_hand.as_bytes()), NONE, turn("text__echo", true)).file.unwrap();
    assert_eq!(offered(&file, NONE), ["math__add", "text__echo"], "what it left out stays off");
    let mode = Profiles::read(&file, NONE).unwrap().mode(OURS).unwrap();
    let Mode::Explicit(tools) = mode else { panic!("{mode:?} is a list") };
    assert!(tools.contains("own__tool"), "and what somebody put there stays on it: {tools:?}");
}

#[test]
fn nothing_is_made_of_a_file_that_smcp_would_not_read_or_that_has_no_place() {
    let broken = switched(Some(b"{"), NONE, &known(), turn("math__add", false));
    assert_eq!(broken, Err(SwitchFault::Profiles(ProfileFault::NotJson { line: 1 })), "half a file is left alone");
    let full = switched(Some(br#"{"profiles": []}"#), NONE, &known(), turn("math__add", false));
    assert!(matches!(full, Err(SwitchFault::NoPlace(_))), "profiles that are no group: {full:?}");
}
