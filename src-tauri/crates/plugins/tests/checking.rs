//! What an author is told, and the plugin to begin from.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sanctum_plugins::check::{Report, check};
use sanctum_plugins::describe::{Cage, Limits, NoCache};
use sanctum_plugins::new::skeleton;
use sanctum_plugins::{Level, shown};

fn python() -> PathBuf {
    let said = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    PathBuf::from(String::from_utf8(said.stdout).unwrap().trim())
}

fn asked(dir: &Path) -> Report {
    let (scratch, python) = (tempfile::tempdir().unwrap(), python());
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let cage = Cage {
        python: &python,
        path: "/usr/bin:/bin",
        lang: "C.UTF-8",
        scratch: scratch.path(),
        limits,
        cancelled: &|| false,
    };
    check(dir, Some((&cage, &NoCache))).unwrap()
}

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// Writes a new plugin, as `sanctumctl plugins new` does.
fn written(name: &str, what: &str) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join(name);
    std::fs::create_dir(&dir).unwrap();
    for file in skeleton(name, what).unwrap() {
        std::fs::write(dir.join(file.path), file.text).unwrap();
    }
    (temp, dir)
}

#[test]
fn a_new_plugin_passes_its_check_and_its_own_test() {
    let (_temp, dir) = written("my-plugin_2", "Keeps \"lists\" of `things`.\\");
    let report = asked(&dir);
    let bad: Vec<_> = report.findings.iter().filter(|finding| finding.level > Level::Note).collect();
    assert!(bad.is_empty() && report.loads(), "only notes: {bad:?}");
    let said = report.described.unwrap();
    assert_eq!(said.description.as_deref(), Some("Keeps lists of things."), "what could break its texts is taken out");
    assert_eq!(
        (said.tools[0].command.as_str(), said.version.as_deref()),
        ("greet", Some("0.1.0")),
        "it describes itself"
    );
    let done = Command::new(python()).args(["-m", "unittest", "-q"]).current_dir(&dir).output().unwrap();
    assert!(done.status.success(), "its own test passes: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn names_that_no_plugin_can_have_are_refused_before_anything_is_written() {
    for name in ["", ".hidden", "_x", "a/b", "..", "a b", "größe", &"n".repeat(62), "a\"b"] {
        let problem = skeleton(name, "").unwrap_err();
        assert!(!problem.words.is_empty() && !problem.todo.is_empty(), "{name:?} is refused in words");
    }
}

#[test]
fn a_check_tells_what_was_found_and_how_much_of_it() {
    let report = asked(&fixture("smcp/weather"));
    assert!(report.loads(), "{:?}", report.findings);
    assert!(report.findings.iter().any(|finding| finding.code == "settings_unnamed"), "its README names no variable");
    let report = check(&fixture("broca/half_made"), None).unwrap();
    assert!(!report.loads(), "Broca would not load it");
    assert!(report.summary().starts_with("2 errors"), "in numbers: {}", report.summary());
}

#[test]
fn what_a_check_finds_by_asking_is_an_error_with_its_way_out() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("x");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("cli.py"), "import sys\nsys.exit('--describe: \\x1b[2Jno')").unwrap();
    std::fs::write(dir.join(".env"), "KEY=1").unwrap();
    let report = asked(&dir);
    let found = &report.findings[0];
    assert_eq!((found.level, found.code.as_str()), (Level::Error, "describe"), "{:?}", report.findings);
    assert_eq!(found.words, shown(&found.words), "fit to be shown");
    assert!(
        found.words.starts_with("`cli.py --describe` ended with code 1 and said `--describe: no`"),
        "{}",
        found.words
    );
    assert!(report.findings.iter().any(|finding| finding.code == "secret_file"), "a file of secrets is seen");
}

#[test]
fn without_a_word_of_the_author_nothing_runs() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("x");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("cli.py"), format!("open({:?}, 'w')", temp.path().join("ran"))).unwrap();
    check(&dir, None).unwrap();
    assert!(!temp.path().join("ran").exists(), "reading is all that was done");
}
