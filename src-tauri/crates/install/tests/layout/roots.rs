use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sanctum_install::roots::{Disk, Env, Level, RootVerdict, check_root, short};

/// A disk on which some folders are read-only and space may be short.
struct Fake {
    read_only: Vec<PathBuf>,
    free: u64,
}

impl Env for Fake {
    fn writable(&self, dir: &Path) -> bool {
        !self.read_only.iter().any(|r| dir.starts_with(r))
    }
    fn free_bytes(&self, _: &Path) -> Option<u64> {
        Some(self.free)
    }
}

fn plenty() -> Fake {
    Fake { read_only: vec![], free: 100 << 30 }
}

fn home() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temp folder");
    let home = dir.path().canonicalize().expect("it exists").join("home");
    fs::create_dir(&home).expect("made");
    (dir, home)
}

fn codes(verdict: &RootVerdict, level: Level) -> Vec<&'static str> {
    verdict.findings.iter().filter(|f| f.level == level).map(|f| f.code).collect()
}

#[test]
fn the_default_root_is_fine_and_nothing_is_written() {
    let (_dir, home) = home();
    let verdict = check_root("~/sanctum", &home, &plenty());
    assert!(verdict.ok(), "a new folder in the home is fine: {:?}", verdict.findings);
    assert_eq!(verdict.path, Some(home.join("sanctum")), "`~` is the given home");
    assert!(codes(&verdict, Level::Warn).is_empty(), "and nothing is warned about: {:?}", verdict.findings);
    assert_eq!(verdict.suggestion, None, "so nothing else is suggested");
    assert_eq!(fs::read_dir(&home).expect("readable").count(), 0, "the check left no trace");
    assert!(check_root("~/sanctum", &home, &Disk).ok(), "the real disk agrees");
}

#[test]
fn paths_that_are_none_are_refused() {
    let (_dir, home) = home();
    let long = format!("/{}", "a/".repeat(400));
    for (text, code) in [
        ("", "root_empty"),
        ("   ", "root_empty"),
        ("sanctum", "root_relative"),
        ("./sanctum", "root_relative"),
        ("../sanctum", "root_relative"),
        ("~other/sanctum", "root_relative"),
        ("/a\nb", "root_newline"),
        ("/tmp/x\n", "root_newline"),
        ("/a\0b", "root_newline"),
        ("/a\tb", "root_newline"),
        ("/a\u{2028}b", "root_newline"),
        ("/", "root_is_slash"),
        ("//", "root_is_slash"),
        ("/.", "root_is_slash"),
        ("/tmp/..", "root_is_slash"),
        ("~/a\\b", "root_unquotable"),
        ("~/${HOME}", "root_unquotable"),
        ("~/it's $5", "root_unquotable"),
        ("~/a:b", "root_unquotable"),
        (long.as_str(), "root_unquotable"),
    ] {
        let verdict = check_root(text, &home, &plenty());
        assert!(!verdict.ok(), "{text:?} is refused");
        assert!(codes(&verdict, Level::Error).contains(&code), "{text:?} for {code}: {:?}", verdict.findings);
        assert_eq!(verdict.suggestion, Some(home.join("sanctum")), "{text:?}: the default is suggested");
        assert!(
            verdict.findings.iter().all(|f| !f.message.contains('\n') && !f.hint.is_empty()),
            "{text:?}: one line and something to do"
        );
    }
}

#[test]
fn folders_that_are_in_use_are_refused() {
    let (_dir, home) = home();
    fs::write(home.join("file"), "x").expect("written");
    fs::create_dir_all(home.join("photos")).expect("made");
    fs::write(home.join("photos/cat.jpg"), "x").expect("written");
    fs::create_dir_all(home.join("old/agents/agent-athena/broca2")).expect("made");
    fs::write(home.join("old/agents/requirements-agents.txt"), "").expect("written");
    fs::create_dir_all(home.join("other/control")).expect("made");
    fs::write(home.join("other/control/registry.db"), "x").expect("written");
    fs::create_dir_all(home.join("other/agents/agent-monday")).expect("made");
    for (text, code) in [
        ("~/file", "root_is_file"),
        ("~/file/below", "root_is_file"),
        ("~/photos", "root_not_empty"),
        ("~/old", "root_not_empty"),
        ("~/old/agents/agent-athena", "root_inside_sanctum"),
        ("~/other/x/y", "root_inside_sanctum"),
        ("~", "root_not_empty"),
    ] {
        let verdict = check_root(text, &home, &plenty());
        assert!(codes(&verdict, Level::Error).contains(&code), "{text} for {code}: {:?}", verdict.findings);
    }
    let photos = check_root("~/photos", &home, &plenty());
    assert!(photos.error().is_some_and(|f| f.message.contains("cat.jpg")), "it names what is there");
    assert_eq!(photos.suggestion, Some(home.join("photos/sanctum")), "a folder inside would do");
    let below = check_root("~", &home, &plenty());
    assert!(
        codes(&below, Level::Warn).contains(&"root_contains_sanctum"),
        "a Sanctum below is mentioned: {:?}",
        below.findings
    );
}

#[test]
fn what_a_crashed_set_up_left_does_not_stand_in_the_way() {
    let (_dir, home) = home();
    fs::create_dir_all(home.join("sanctum/control/trash")).expect("made");
    fs::create_dir_all(home.join("sanctum/agents/agent-athena/broca2/app")).expect("made");
    for name in ["registry.db", "registry.db-wal", "registry.db-shm"] {
        fs::write(home.join("sanctum/control").join(name), "x").expect("written");
    }
    fs::write(home.join("sanctum/.DS_Store"), "x").expect("written");
    let verdict = check_root("~/sanctum", &home, &plenty());
    assert!(verdict.ok(), "our own leftovers are fine: {:?}", verdict.findings);
    fs::write(home.join("sanctum/agents/agent-athena/broca2/app/main.py"), "x").expect("written");
    assert!(!check_root("~/sanctum", &home, &plenty()).ok(), "with a real file in it, it is someone's Sanctum");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_by_name() {
    let (_dir, home) = home();
    let env = Fake { read_only: vec!["/opt".into(), "/".into()], free: 100 << 30 };
    let verdict = check_root("/nowhere-at-all/sanctum", &home, &env);
    assert_eq!(codes(&verdict, Level::Error), ["root_not_writable"], "{:?}", verdict.findings);
    let locked = home.join("locked");
    fs::create_dir(&locked).expect("made");
    crate::support::chmod(&locked, 0o500);
    let by_root = fs::write(locked.join("probe"), "").is_ok(); // an administrator may write anywhere
    if !by_root {
        assert!(!Disk.writable(&locked), "the real disk says so too");
    }
    assert!(Disk.writable(&home), "and that the home can be written");
    assert!(!Disk.writable(&home.join("gone")), "a missing folder cannot be written in");
}

#[test]
fn doubtful_places_are_warned_about() {
    let (_dir, home) = home();
    fs::create_dir_all(home.join("code/.git")).expect("made");
    for (text, code) in [
        ("~/Documents/sanctum", "root_in_synced_folder"),
        ("~/desktop/sanctum", "root_in_synced_folder"),
        ("~/Downloads", "root_in_synced_folder"),
        ("~/Library/Mobile Documents/com~apple~CloudDocs/s", "root_in_synced_folder"),
        ("~/my sanctum", "root_has_space"),
        ("~/code/sanctum", "root_in_git"),
    ] {
        let verdict = check_root(text, &home, &plenty());
        assert!(verdict.ok(), "{text} can be used: {:?}", verdict.findings);
        assert!(codes(&verdict, Level::Warn).contains(&code), "{text} with a warning {code}: {:?}", verdict.findings);
        assert!(verdict.suggestion.is_some(), "{text}: a better place is suggested");
    }
    let tight = check_root("~/sanctum", &home, &Fake { read_only: vec![], free: 1 << 30 });
    assert_eq!(codes(&tight, Level::Warn), ["root_low_space"], "little space is mentioned");
    assert!(
        !codes(&check_root("~/Documentsx", &home, &plenty()), Level::Warn).contains(&"root_in_synced_folder"),
        "a similar name is not that folder"
    );
}

#[test]
fn links_are_followed_and_said() {
    let (_dir, home) = home();
    fs::create_dir(home.join("real")).expect("made");
    std::os::unix::fs::symlink(home.join("real"), home.join("link")).expect("linked");
    let verdict = check_root("~/link/sanctum", &home, &plenty());
    assert!(verdict.ok(), "{:?}", verdict.findings);
    assert_eq!(verdict.path, Some(home.join("real/sanctum")), "the real folder is used");
    assert!(codes(&verdict, Level::Info).contains(&"root_symlink"), "and the person is told");
    std::os::unix::fs::symlink(home.join("loop"), home.join("loop")).expect("linked");
    assert!(!check_root("~/loop", &home, &plenty()).ok(), "a link to itself is no folder");
    fs::create_dir_all(home.join("s/agents/venv")).expect("made");
    std::os::unix::fs::symlink(home.join("s/agents"), home.join("door")).expect("linked");
    let inside = check_root("~/door/new", &home, &plenty());
    assert!(
        codes(&inside, Level::Error).contains(&"root_inside_sanctum"),
        "a link into a Sanctum is seen through: {:?}",
        inside.findings
    );
}

#[test]
fn paths_are_shown_short() {
    let home = Path::new("/home/u");
    for (path, shown) in
        [("/home/u/sanctum", "~/sanctum"), ("/home/u", "~"), ("/home/us/x", "/home/us/x"), ("/srv", "/srv")]
    {
        assert_eq!(short(Path::new(path), home), shown, "{path}");
    }
    assert_eq!(short(Path::new("/srv"), Path::new("/")), "/srv", "a home at the root shortens nothing");
}

proptest! {
    #[test]
    fn any_text_gets_a_verdict(text in any::<String>()) {
        let verdict = check_root(&text, Path::new("/nonexistent-home"), &plenty());
        let absolute = verdict.path.as_ref().is_none_or(|p| p.is_absolute());
        prop_assert!(absolute, "whatever was typed, the path is absolute or absent");
        prop_assert!(verdict.path.is_some() || !verdict.ok(), "without a path it is refused");
    }
}
