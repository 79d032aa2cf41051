use std::process::Command;

use proptest::prelude::*;
use sanctum_install::layout::quote;

#[test]
fn values_are_quoted_so_that_nothing_runs() {
    for (value, quoted) in [
        ("plain", "'plain'"),
        ("", "''"),
        ("two words", "'two words'"),
        ("$(touch x)", "'$(touch x)'"),
        ("`touch x` \"y\"", "'`touch x` \"y\"'"),
        ("it's", "\"it's\""),
    ] {
        assert_eq!(quote(value).as_deref(), Ok(quoted), "{value:?}");
    }
    for value in ["a\\b", "${HOME}", "it's $HOME", "it's `x`", "it's \"x\"", "a\nb", "a\rb", "a\0b"] {
        assert!(quote(value).is_err(), "{value:?} is refused: no quoting carries it alike");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn bash_reads_back_what_was_quoted(values in prop::collection::vec("[ -~éß🦉]{0,12}", 1..30)) {
        let dir = tempfile::tempdir().expect("a temp folder");
        let carried: Vec<&String> = values.iter().filter(|v| quote(v).is_ok()).collect();
        let text: String = carried.iter().enumerate().map(|(i, v)| format!("V{i}={}\n", quote(v).expect("carried"))).collect();
        std::fs::write(dir.path().join(".env"), text).expect("written");
        let print: String = (0..carried.len()).map(|i| format!("printf '%s\\0' \"$V{i}\";")).collect();
        let out = Command::new("bash").args(["-c", &format!("set -euo pipefail; set -a; source ./.env; set +a; {print}")]).current_dir(dir.path()).output().expect("bash runs");
        prop_assert!(out.status.success(), "bash accepts the file: {}", String::from_utf8_lossy(&out.stderr));
        let read: Vec<String> = String::from_utf8_lossy(&out.stdout).split_terminator('\0').map(str::to_owned).collect();
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), carried, "each value arrives as it was");
        prop_assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 1, "and nothing was executed");
    }
}
