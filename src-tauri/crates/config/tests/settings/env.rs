//! The `.env` patcher: nothing but what was asked for changes.

use proptest::prelude::*;
use sanctum_config::{EnvError, EnvFile, Quoting, is_key, quote};

fn value(text: &str, key: &str) -> Option<String> {
    EnvFile::parse(text.as_bytes()).get(key).map(|entry| entry.value)
}

fn set(text: &str, key: &str, value: &str) -> String {
    let mut file = EnvFile::parse(text.as_bytes());
    file.set(key, value).unwrap();
    assert_eq!(file.get(key).unwrap().value, value, "what was set must be read back from {text:?}");
    String::from_utf8(file.to_bytes()).unwrap()
}

#[test]
fn lines_are_read_as_the_modules_read_them() {
    for (text, expected) in [
        ("A=1", "1"),
        ("A=1\r\n", "1"),
        ("\u{feff}A=1\n", "1"),
        ("  export   A=1\n", "1"),
        ("A=one two # note\n", "one two"),
        ("A=one#two\n", "one#two"),
        ("A=# a note\n", "# a note"),
        ("A= # a note\n", ""),
        ("A=   # a note\n", ""),
        ("A=\n", ""),
        ("A\t=\t1\n", "1"),
        ("A='one # two' # three\n", "one # two"),
        ("A=\"one \\\"two\\\"\"\n", "one \"two\""),
        ("A=\"one\\ntwo\"\n", "one\ntwo"),
        ("A='one\\ntwo'\n", "one\\ntwo"),
        ("A='one\ntwo'\n", "one\ntwo"),
        ("A=\"one\r\ntwo\"\r\n", "one\ntwo"),
        ("A='C:\\dir\\'\n", "C:\\dir\\"),
        ("A=don't\n", "don't"),
        ("A=$HOME/x\n", "$HOME/x"),
        ("A=$(touch PWNED)\n", "$(touch PWNED)"),
        ("A=1\nA=2\n", "2"),
        ("A=1=2\n", "1=2"),
        ("A=''\n", ""),
        ("export=1\nA=2\n", "2"),
        ("A=é ü\n", "é ü"),
    ] {
        assert_eq!(value(text, "A").as_deref(), Some(expected), "{text:?}");
    }
    assert_eq!(value("# A=1\n", "A"), None, "a comment sets nothing");
    assert_eq!(value("AB=1\n", "A"), None, "another key is another key");
    assert_eq!(value("export=1\n", "export").as_deref(), Some("1"), "a key may be called export");
}

#[test]
fn entries_know_their_line_quoting_and_export() {
    let file = EnvFile::parse(b"# top\n\nA='x\ny'\nexport B=\"z\"\nC=1\n");
    let seen: Vec<_> = file.entries().map(|e| (e.key.as_str(), e.line, e.quoting, e.exported)).collect();
    let expected = [("A", 3, Quoting::Single, false), ("B", 5, Quoting::Double, true), ("C", 6, Quoting::Bare, false)];
    assert_eq!(seen, expected, "a value over two lines moves what follows");
}

#[test]
fn what_cannot_be_read_is_listed_with_its_line_and_kept() {
    let text = b"A=1\nnonsense\n1A=2\nmy-key=3\nB='open\nC='x'y\nD=\xff\nE=5\n";
    let file = EnvFile::parse(text);
    let lines: Vec<_> = file.unreadable().iter().map(|u| u.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7], "each bad line is named");
    assert_eq!(file.get("E").unwrap().line, 8, "reading goes on behind them");
    assert_eq!(file.to_bytes(), text, "and all bytes are kept");
    assert!(!format!("{file:?} {:?}", file.unreadable()).contains("open"), "no value gets into Debug output");
}

#[test]
fn lines_that_shells_and_dotenv_take_differently_say_so() {
    for text in [
        "A=one two",
        "A=$HOME",
        "A=`id`",
        "A=a;b",
        "A= 1",
        "A =1",
        "A=\"$x\"",
        "A=\"a\\nb\"",
        "A='a\\b'",
        "A='${x}'",
        "A=don't",
        "A='x'#c",
    ] {
        let entry = EnvFile::parse(text.as_bytes()).get("A").unwrap();
        assert!(entry.ambiguous.is_some(), "{text:?} is read in more than one way");
    }
    for text in
        ["A=1", "A='one two $x ; `id`'", "A=\"it's\"", "A=http://127.0.0.1:8283/v1", "A=", "A= # note", "A='x' # c"]
    {
        let entry = EnvFile::parse(text.as_bytes()).get("A").unwrap();
        assert_eq!(entry.ambiguous, None, "{text:?} is read in one way");
    }
}

#[test]
fn a_set_changes_the_value_and_nothing_else() {
    for (before, value, after) in [
        ("# c\nA=1 # note\nB=2\n", "3", "# c\nA=3 # note\nB=2\n"),
        ("A=1\nB=2", "a b", "A='a b'\nB=2"),
        ("A=1", "2", "A=2"),
        ("export A=\"x\" # n\r\nB=1\r\n", "y z", "export A=\"y z\" # n\r\nB=1\r\n"),
        ("A=\"x\"\n", "$y", "A='$y'\n"),
        ("A='x'\n", "it's", "A=\"it's\"\n"),
        ("A=1\nB=0\nA=2\n", "3", "A=1\nB=0\nA=3\n"),
        ("\u{feff}A=1\n", "2", "\u{feff}A=2\n"),
        ("A='x\ny'\nB=1\n", "z", "A='z'\nB=1\n"),
        ("A = 1\n", "2", "A=2\n"),
        ("A= # note\n", "x", "A=x # note\n"),
        ("A=\n", "", "A=\n"),
        ("B=1\n", "2", "B=1\nA='2'\n"),
        ("B=1", "2", "B=1\nA='2'\n"),
        ("B=1\r\n", "2", "B=1\r\nA='2'\r\n"),
        ("", "2", "A='2'\n"),
        ("\u{feff}", "2", "\u{feff}A='2'\n"),
        ("nonsense\n", "2", "nonsense\nA='2'\n"),
        ("A=one two\n", "one two", "A='one two'\n"),
    ] {
        assert_eq!(set(before, "A", value), after, "setting {value:?} in {before:?}");
        assert_eq!(set(after, "A", value), after, "setting it again changes nothing in {after:?}");
    }
}

#[test]
fn what_cannot_be_written_safely_is_refused_and_changes_nothing() {
    let text = "A=1\nB='open\n";
    let mut file = EnvFile::parse(text.as_bytes());
    for key in ["", "1A", "a-b", "A B", "A=B", "Ä", "A\n", "export A"] {
        assert!(matches!(file.set(key, "x"), Err(EnvError::BadKey(_))), "{key:?} is no key");
    }
    for value in ["a\\b", "${x}", "it's $5", "it's \"it\"", "a'`", "a\0b", "a\rb"] {
        assert!(matches!(file.set("A", value), Err(EnvError::Unquotable(_))), "{value:?} has no safe spelling");
    }
    assert_eq!(file.set("C", "x"), Err(EnvError::OpenQuote { line: 2 }), "an open quote would swallow a new line");
    assert_eq!(file.set("A", "2"), Ok(()), "what stands before it can be set");
    assert_eq!(file.to_bytes(), b"A=2\nB='open\n", "and only that changed");
}

#[test]
fn removing_takes_every_duplicate_and_its_line_only() {
    let mut file = EnvFile::parse("\u{feff}A=1 # a\n# b\nexport A='x\ny'\nB=2".as_bytes());
    assert!(file.remove("A"), "it was there");
    assert_eq!(file.to_bytes(), "\u{feff}# b\nB=2".as_bytes(), "comments, other keys and the BOM stay");
    assert!(!file.remove("A"), "a second time there is nothing");
}

/// Pieces of files as people and tools write them, good and bad.
fn shapes() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("".to_owned()),
        Just("# comment = 'with' \"quotes\"".to_owned()),
        Just("export PATH_X=$HOME/bin:$PATH".to_owned()),
        Just("MULTI=\"one\ntwo # not a comment\nthree\"".to_owned()),
        Just("OPEN='never closed".to_owned()),
        Just("garbage line".to_owned()),
        Just("  SPACED = x  # y ".to_owned()),
        "[A-Z_]{1,6}=[a-z0-9 #'\"$\\\\`é]{0,12}",
        "[A-Z_]{1,6}='[a-z #\"$\\\\\n]{0,12}'( #[a-z ]{0,5})?",
        "export [A-Z_]{1,6}=\"[a-z #'$\\\\\n]{0,12}\"",
        "\\PC{0,20}",
    ];
    let end = prop_oneof![4 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r"), 1 => Just("")];
    let body = prop::collection::vec((line, end), 0..12).prop_map(|lines| {
        lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect::<String>().into_bytes()
    });
    let noise = prop::collection::vec(any::<u8>(), 0..6);
    (any::<bool>(), body, noise, any::<bool>()).prop_map(|(bom, body, noise, noisy)| {
        let head: &[u8] = if bom { b"\xef\xbb\xbf" } else { b"" };
        [head, &body, if noisy { &noise } else { &[] }].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_untouched_file_is_the_same_to_the_last_byte(bytes in shapes()) {
        prop_assert_eq!(EnvFile::parse(&bytes).to_bytes(), bytes, "parse and write must be the identity");
    }

    #[test]
    fn any_bytes_at_all_survive(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(EnvFile::parse(&bytes).to_bytes(), bytes, "parse and write must be the identity");
    }

    #[test]
    fn a_set_is_read_back_and_leaves_every_other_key_alone(bytes in shapes(), key in "[A-C_]{1,2}", value in "[ -~é\n]{0,16}") {
        let before = EnvFile::parse(&bytes);
        let mut file = before.clone();
        match file.set(&key, &value) {
            Ok(()) => {
                let after = EnvFile::parse(&file.to_bytes());
                prop_assert_eq!(after.get(&key).map(|e| e.value), Some(value), "what was set is what is read");
                let others = |f: &EnvFile| f.entries().filter(|e| e.key != key).map(|e| (e.key.clone(), e.value.clone())).collect::<Vec<_>>();
                prop_assert_eq!(others(&after), others(&before), "other keys keep their values and order");
                prop_assert_eq!(after.unreadable().len(), before.unreadable().len(), "no line becomes unreadable");
            }
            Err(_) => prop_assert_eq!(file.to_bytes(), bytes, "a refusal changes nothing"),
        }
    }

    #[test]
    fn quoting_never_panics_and_keys_are_what_they_say(value in any::<String>(), key in any::<String>()) {
        if let Ok(quoted) = quote(&value) {
            let line = format!("A={quoted}\n");
            prop_assert_eq!(EnvFile::parse(line.as_bytes()).get("A").map(|e| e.value), Some(value), "a quoted value reads as itself");
        }
        if is_key(&key) {
            prop_assert!(key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "a key is plain ASCII");
        }
    }
}
