//! bash itself reads the files this crate writes: the same text, and nothing runs.

use crate::dotenv;
use proptest::prelude::*;
use sanctum_config::{EnvFile, quote};
use std::path::Path;
use std::process::Command;

/// What bash has in `keys` after `source`ing the file, in a clean environment and an empty folder.
fn sourced(dir: &Path, file: &[u8], keys: &[String]) -> Vec<String> {
    std::fs::write(dir.join("f.env"), file).unwrap();
    let out = Command::new("env")
        .args(["-i", "bash", "--norc", "--noprofile", "-c"])
        .arg("set -a; source ./f.env; set +a; for k in \"$@\"; do printf '%s\\0' \"${!k}\"; done")
        .arg("bash")
        .args(keys)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(
        out.stderr.is_empty(),
        "bash must have nothing to complain about: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    let text = String::from_utf8(out.stdout).unwrap();
    text.strip_suffix('\0').unwrap_or(&text).split('\0').map(str::to_owned).collect()
}

/// Values that hurt: every shell metacharacter, commands, and what people really have.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        " ",
        "plain",
        "two words",
        "  padded  ",
        "tab\there",
        "line one\nline two\n",
        "#hash",
        "a #b",
        "$HOME",
        "$(touch PWNED)",
        "`touch PWNED`",
        "; touch PWNED",
        "& touch PWNED &",
        "| touch PWNED",
        "> PWNED",
        "x\ntouch PWNED\n",
        "$((1+1))",
        "$'x'",
        "<(touch PWNED)",
        "~",
        "~root",
        "*",
        "?",
        "[a]",
        "{a,b}",
        "!!",
        "!x",
        "^a^b",
        "it's",
        "it's fine & good; *",
        "''",
        "'",
        "\"",
        "\"quoted\"",
        "say \"it\"",
        "é ü 漢字 🙂",
        "\u{feff}bom",
        "a=b",
        "=",
        "-n",
        "--",
        "%s%n",
        "postgresql://u:p@127.0.0.1:5432/db?sslmode=disable",
        "sk-abc.DEF_123",
        "{\"a\": [1, \"b\"]}",
        "\u{7f}\u{1b}[31m",
        "\u{a0}",
        "\u{2028}",
        "export X=1",
        "A=1",
    ]
    .iter()
    .map(|v| (*v).to_owned())
    .collect();
    for c in (1u8..128).filter(|c| *c != b'\r').map(char::from) {
        values.extend([
            format!("{c}"),
            format!("a{c}b"),
            format!("{c}touch PWNED{c}"),
            format!("'{c}"),
            format!("{c}'x"),
        ]);
    }
    values
}

#[test]
fn bash_reads_every_quotable_value_as_it_was_meant_and_nothing_runs() {
    let dir = tempfile::tempdir().unwrap();
    let (mut meant, mut keys, mut text) = (Vec::new(), Vec::new(), String::new());
    for value in values() {
        if let Ok(quoted) = quote(&value) {
            let key = format!("K{}", keys.len());
            text.push_str(&format!("{key}={quoted}\n"));
            keys.push(key);
            meant.push(value);
        }
    }
    assert!(meant.len() > 500, "most values are quotable, or the test proves little: {}", meant.len());
    let read = sourced(dir.path(), text.as_bytes(), &keys);
    for ((key, meant), read) in keys.iter().zip(&meant).zip(&read) {
        assert_eq!(read, meant, "{key} must mean the same to bash");
        let ours = EnvFile::parse(text.as_bytes()).get(key).map(|e| e.value);
        assert_eq!(ours.as_deref(), Some(meant.as_str()), "{key} must mean the same to us");
    }
    assert!(!dir.path().join("PWNED").exists(), "no value may run");
}

#[test]
fn patched_files_mean_the_same_to_bash_whatever_the_line_looked_like() {
    let dir = tempfile::tempdir().unwrap();
    let starts = [
        "",
        "A=1\n",
        "A='x' # note\n",
        "export A=\"x\"\n",
        "A=1",
        "# c\nB='2'\nA=old value\n",
        "A = 1\n",
        "A='x\ny'\nB=2\n",
        "\n\nA= # later\n",
    ];
    for start in starts {
        for value in values() {
            let mut file = EnvFile::parse(start.as_bytes());
            // A bare value that a shell would run is replaced, so the file as a whole is safe again.
            if value.contains("PWNED") && file.set("A", &value).is_ok() {
                let read = sourced(dir.path(), &file.to_bytes(), &["A".to_owned()]);
                assert_eq!(read, std::slice::from_ref(&value), "A set in {start:?}");
            }
        }
    }
    assert!(!dir.path().join("PWNED").exists(), "no value may run");
}

#[test]
fn a_plainly_written_value_would_have_run() {
    let dir = tempfile::tempdir().unwrap();
    let out = sourced(dir.path(), b"A=$(touch PWNED)\n", &["A".to_owned()]);
    assert_eq!(out, [""], "bash replaces the command by its output");
    assert!(dir.path().join("PWNED").exists(), "without quoting it runs: the tests above can fail");
}

/// Texts made of what shells, dotenv readers and people trip over.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "'", "\"", "`", "$", "$(touch PWNED)", "`touch PWNED`", "${X}", "$X", "\\", "\n", "\t", " ", "#", " #", ";",
            "&", "|", ">PWNED", "<", "(", ")", "{", "}", "~", "*", "?", "[", "]", "!", "=", "export ", "\\n", "\r", "%s", "--",
        ]).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9_./:@-]{1,6}",
        1 => "\\PC{1,3}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Files that a shell can source as they are.
fn sourceable() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "# a comment with 'quotes\" and `ticks`",
        "",
        "  ",
        "OTHER=1",
        "export OTHER='two words' # note",
        "K0=old",
        "K1='old' # note",
        "export K2=\"old\"",
        "K3='over\ntwo lines'",
        "K0='again'",
        "\tK1=",
    ]);
    let last = prop::sample::select(vec!["", "\n"]);
    (prop::collection::vec(line, 0..6), last).prop_map(|(lines, last)| lines.join("\n") + last)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bash_dotenv_and_we_read_what_was_meant_and_nothing_runs(start in sourceable(), values in prop::collection::vec(nasty(), 12)) {
        let dir = tempfile::tempdir().unwrap();
        let mut file = EnvFile::parse(start.as_bytes());
        let (mut keys, mut meant) = (Vec::new(), Vec::new());
        for (number, value) in values.into_iter().enumerate() {
            let key = format!("K{number}");
            if file.set(&key, &value).is_ok() {
                keys.push(key);
                meant.push(value);
            }
        }
        let bytes = file.to_bytes();
        let shown = String::from_utf8_lossy(&bytes);
        if !keys.is_empty() {
            prop_assert_eq!(&sourced(dir.path(), &bytes, &keys), &meant, "bash, of {}", shown);
        }
        for (key, meant) in keys.iter().zip(&meant) {
            prop_assert_eq!(dotenv::value(&bytes, key), Some(meant.clone()), "dotenv, {} of {}", key, shown);
            prop_assert_eq!(file.get(key).map(|entry| entry.value), Some(meant.clone()), "ours, {} of {}", key, shown);
        }
        prop_assert!(!dir.path().join("PWNED").exists(), "nothing runs: {}", shown);
    }
}
