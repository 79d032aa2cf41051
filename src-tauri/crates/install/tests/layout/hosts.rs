use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use sanctum_install::host::{Host, Linux, MacOs};
use sanctum_install::spawn::{OsSpawn, Spawn, SpawnError, SpawnOutput};

/// Answers every program with one exit code and remembers what was run.
struct Scripted(i32, Mutex<Vec<String>>);

impl Spawn for Scripted {
    fn run(&self, argv: &[String], _: &[(String, String)], _: Duration) -> Result<SpawnOutput, SpawnError> {
        self.1.lock().expect("not poisoned").push(argv[0].clone());
        Ok(SpawnOutput { code: Some(self.0), ..SpawnOutput::default() })
    }
}

#[test]
fn data_goes_where_each_system_keeps_it() {
    let home = Path::new("/h");
    assert_eq!(
        MacOs.data_dir(home, None),
        PathBuf::from("/h/Library/Application Support/org.sanctum.configurator"),
        "macOS keeps it in the Library"
    );
    assert_eq!(
        Linux.data_dir(home, None),
        PathBuf::from("/h/.local/share/org.sanctum.configurator"),
        "the XDG default"
    );
    assert_eq!(
        Linux.data_dir(home, Some(Path::new("/x"))),
        PathBuf::from("/x/org.sanctum.configurator"),
        "XDG_DATA_HOME counts"
    );
    assert_eq!(
        Linux.data_dir(home, Some(Path::new("x"))),
        PathBuf::from("/h/.local/share/org.sanctum.configurator"),
        "a relative one does not"
    );
}

#[test]
fn apples_placeholder_is_known_without_running_it() {
    let stub = Path::new("/usr/bin/python3");
    let without = Scripted(2, Mutex::default());
    assert!(MacOs.is_stub(stub, &without), "without the developer tools it is the placeholder");
    assert_eq!(*without.1.lock().expect("not poisoned"), ["/usr/bin/xcode-select"], "only xcode-select was run");
    assert!(!MacOs.is_stub(stub, &Scripted(0, Mutex::default())), "with them it is a Python");
    let untouched = Scripted(2, Mutex::default());
    assert!(!MacOs.is_stub(Path::new("/opt/homebrew/bin/python3"), &untouched), "Homebrew's is never the placeholder");
    assert!(untouched.1.lock().expect("not poisoned").is_empty(), "and nothing is run to find out");
    assert!(!Linux.is_stub(stub, &without), "Linux has none");
}

#[test]
fn a_program_that_hangs_is_ended_with_its_children() {
    let argv = ["/bin/sh", "-c", "sleep 60 & sleep 60"].map(str::to_owned);
    let started = std::time::Instant::now();
    let answer = OsSpawn.run(&argv, &[], Duration::from_millis(200));
    assert!(matches!(answer, Err(SpawnError::TimedOut(_))), "it is reported as out of time: {answer:?}");
    assert!(started.elapsed() < Duration::from_secs(3), "and does not hold us up");
}

#[test]
fn a_program_sees_only_the_environment_it_is_given() {
    let argv = ["/usr/bin/env"].map(str::to_owned);
    let out = OsSpawn.run(&argv, &[("A".into(), "1".into())], Duration::from_secs(5)).expect("env runs");
    assert_eq!(String::from_utf8_lossy(&out.stdout), "A=1\n", "nothing of ours leaks in");
}
