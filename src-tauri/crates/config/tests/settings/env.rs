//! The `.env` patcher: nothing but what was asked for changes.

use crate::dotenv;
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
        ("A= # a note\n", "# a note"),
        ("A=   # a note # b\n", "# a note"),
        ("A='' # a note\n", ""),
        ("A=\n", ""),
        ("A\t=\t1\n", "1"),
        ("A='one # two' # three\n", "one # two"),
        ("A=\"one \\\"two\\\"\"\n", "one \"two\""),
        ("A=\"one\\ntwo\"\n", "one\ntwo"),
        ("A=\"\\a\\b\\f\\v\\x\"\n", "\u{7}\u{8}\u{c}\u{b}\\x"),
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
        ("export =1\nA=2\n", "2"),
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
        "A= # note",
    ] {
        let entry = EnvFile::parse(text.as_bytes()).get("A").unwrap();
        assert!(entry.ambiguous.is_some(), "{text:?} is read in more than one way");
    }
    for text in
        ["A=1", "A='one two $x ; `id`'", "A=\"it's\"", "A=http://127.0.0.1:8283/v1", "A=", "A='' # note", "A='x' # c"]
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
        ("A= # note\n", "", "A='' # note\n"),
        ("A=x # note\n", "", "A='' # note\n"),
        ("A=\n", "", "A=\n"),
        ("B=1\n", "2", "B=1\nA='2'\n"),
        ("B=1", "2", "B=1\nA='2'\n"),
        ("B=1\r\n", "2", "B=1\r\nA='2'\r\n"),
        ("B=1\r\nC=1\n", "2", "B=1\r\nC=1\nA='2'\n"),
        ("B=1\nC=1\r\nD=1", "2", "B=1\nC=1\r\nD=1\r\nA='2'\r\n"),
        ("", "2", "A='2'\n"),
        ("\u{feff}", "2", "\u{feff}A='2'\n"),
        ("nonsense\n", "2", "nonsense\nA='2'\n"),
        ("A=one two\n", "one two", "A='one two'\n"),
        ("A=1\nexport A\n", "2", "A=1\nexport A\nA='2'\n"),
        ("A=1\nA # note", "2", "A=1\nA # note\nA='2'\n"),
        ("export A\nA=1\n", "2", "export A\nA=2\n"),
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
    for line in ["C='x\\'\n", "C=\"x\\\\\"\n", "C='x\\'y\n", "c-c = 'x\n"] {
        let mut file = EnvFile::parse(line.as_bytes());
        assert_eq!(file.set("D", "x"), Err(EnvError::OpenQuote { line: 1 }), "{line:?} is open to dotenv");
        if file.unreadable().is_empty() {
            assert_eq!(file.set("C", "y"), Ok(()), "it can be set itself");
            assert_eq!(file.set("D", "x"), Ok(()), "after which it is in nobody's way");
        }
    }
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

/// Files that dotenv cuts into other lines (a lone carriage return) or does not read at all.
fn is_odd(bytes: &[u8]) -> bool {
    let lone = bytes.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n') || bytes.ends_with(b"\r");
    lone || std::str::from_utf8(bytes).is_err()
}

/// Pieces of files as people and tools write them, good and bad.
#[test]
fn a_value_can_be_had_as_it_is_spelled() {
    let spelled = |text: &str, key: &str| -> Vec<String> {
        let found = EnvFile::parse(text.as_bytes()).spelled(key);
        found.into_iter().map(|bytes| String::from_utf8(bytes).expect("it was UTF-8 before")).collect()
    };
    for (text, expected) in [
        ("A=b\n", vec!["b"]),
        ("A=b", vec!["b"]),
        ("export A = 'b c'  # note\r\n", vec!["'b c'"]),
        ("A=\"b\\\"c\\n\"\n", vec!["\"b\\\"c\\n\""]),
        ("A=\"one\r\ntwo = 'x'\" # note\nB=1\n", vec!["\"one\r\ntwo = 'x'\""]),
        ("A=b=c \t # note\n", vec!["b=c"]),
        ("A=\n", vec![""]),
        ("A=''\n", vec!["''"]),
        ("A=  # taken for the value\n", vec!["# taken for the value"]),
        ("A=1\nB=2\nA='1'\nexport A=\"1\"\n", vec!["1", "'1'", "\"1\""]),
        ("\u{feff}A='é'\n", vec!["'é'"]),
        ("#A=b\nAA=c\nA 'd'\n", vec![]),
        ("A='never closed\n", vec![]),
    ] {
        assert_eq!(spelled(text, "A"), expected, "the spellings of A in {text:?}");
    }
    assert!(spelled("A=b\n", "").is_empty() && spelled("A=b\n", "a").is_empty(), "another name is another key");
}

fn shapes() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just("".to_owned()),
        Just("# comment = 'with' \"quotes\"".to_owned()),
        Just("export PATH_X=$HOME/bin:$PATH".to_owned()),
        Just("MULTI=\"one\ntwo # not a comment\nthree\"".to_owned()),
        Just("OPEN='never closed".to_owned()),
        Just("garbage line".to_owned()),
        Just("  SPACED = x  # y ".to_owned()),
        Just("\tTAB\t=\tx\t# y".to_owned()),
        Just("export\tE=1".to_owned()),
        Just("export -x E".to_owned()),
        Just("export A".to_owned()),
        Just("B".to_owned()),
        Just("EMPTY=".to_owned()),
        Just("EMPTY=''  # none".to_owned()),
        Just("A=漢字 🙂 é".to_owned()),
        Just("B=\"it's\"  # a note".to_owned()),
        Just("C='a\r\nb'".to_owned()),
        Just("A={\"a\": [1, 'b']}".to_owned()),
        Just("URL=postgresql://u:p@h/db?x=1#frag".to_owned()),
        Just("B='x'#y".to_owned()),
        Just("A=$(touch PWNED)`id`${HOME}".to_owned()),
        "[A-Z_]{1,6}=[a-z0-9 #'\"$\\\\`é]{0,12}",
        "[A-Z_]{1,6}='[a-z #\"$\\\\\n]{0,12}'( #[a-z ]{0,5})?",
        "export [A-Z_]{1,6}=\"[a-z #'$\\\\\n]{0,12}\"",
        "[a-c][-.][a-c] ?= ?['\"][a-z '\"\\\\]{0,5}",
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

    #[test]
    fn what_is_spelled_stands_in_the_file_and_is_read_alike(bytes in shapes(), key in "[A-C]") {
        let file = EnvFile::parse(&bytes);
        let entries: Vec<_> = file.entries().filter(|entry| entry.key == key).collect();
        let spelled = file.spelled(&key);
        prop_assert_eq!(spelled.len(), entries.len(), "one spelling for each entry");
        for (entry, spelled) in entries.iter().zip(spelled) {
            let stands = spelled.is_empty() || bytes.windows(spelled.len()).any(|window| window == spelled);
            prop_assert!(stands, "the spelling is a piece of the file");
            let again = [b"A=", spelled.as_slice(), b"\r\n"].concat();
            let read = EnvFile::parse(&again).get("A").map(|entry| entry.value);
            prop_assert_eq!(read.as_ref(), Some(&entry.value), "by itself it is the same value");
        }
    }

    #[test]
    fn a_set_leaves_every_other_byte(bytes in shapes(), key in "[A-C]", value in "[ -~é\n]{0,16}") {
        let mut file = EnvFile::parse(&bytes);
        let known = file.get(&key).is_some();
        if file.set(&key, &value).is_ok() {
            let after = file.to_bytes();
            let added = after.strip_prefix(bytes.as_slice()).unwrap_or_default().trim_ascii_start();
            if !added.starts_with(format!("{key}=").as_bytes()) {
                let (mut before, mut left) = (EnvFile::parse(&bytes), file);
                prop_assert!(known, "a new key stands behind all that was there: {:?}", String::from_utf8_lossy(&after));
                prop_assert!(before.remove(&key) && left.remove(&key), "it is in both");
                prop_assert_eq!(left.to_bytes(), before.to_bytes(), "without that key both are the same");
            }
        }
    }

    #[test]
    fn what_set_writes_is_what_dotenv_reads(bytes in shapes(), sets in prop::collection::vec(("[A-C]", "[ -~é\n\t]{0,16}"), 1..4)) {
        let mut file = EnvFile::parse(&bytes);
        let odd = is_odd(&bytes);
        for (key, value) in sets {
            if file.set(&key, &value).is_ok() && !odd {
                let read = dotenv::value(&file.to_bytes(), &key);
                prop_assert_eq!(read, Some(value), "{} in {:?}", key, String::from_utf8_lossy(&file.to_bytes()));
            }
        }
    }

    #[test]
    fn a_readable_file_is_read_as_dotenv_reads_it(bytes in shapes()) {
        let file = EnvFile::parse(&bytes);
        let odd = is_odd(&bytes);
        // A guarded quote reaches as far as the next quote in the file, which no line by itself can tell.
        let guarded = bytes.windows(2).any(|pair| pair == b"\\'" || pair == b"\\\"");
        if !odd && !guarded && file.unreadable().is_empty() {
            for entry in file.entries() {
                let ours = file.get(&entry.key).map(|entry| entry.value);
                prop_assert_eq!(dotenv::value(&bytes, &entry.key), ours, "{} in {:?}", entry.key, String::from_utf8_lossy(&bytes));
            }
        }
    }
}
