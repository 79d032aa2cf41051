//! `kill -9` at the system calls that write, one kind at a time: the next start finds nothing, the old or the new.
//!
//! `strace` ends the process on entry to the k-th call. Every call is taken where they are few, every n-th where they are
//! many, each call by itself because `when=` counts by name (SQLite alone makes hundreds of `pwrite64`); the change engine's own tests sweep every single one of its calls.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use sanctum_tests::Place;

use crate::support::{PASSWORD, at_root, column, json, listing, made, run, setup_words, text};

/// Not a call by itself: a `write` of what the program answers, which comes after the decision whatever else it writes.
const ANSWER: &str = "answer";

/// Runs the words and kills them at the k-th call; true where the process was killed, false where it ended by itself.
fn killed(place: &Place, words: &[String], call: &str, k: usize) -> bool {
    let program = sanctum_tests::place::program("sanctumctl").unwrap();
    let (call, only) = if call == ANSWER { ("write", &["-P", "/dev/null"][..]) } else { (call, &[][..]) };
    let mut child = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}")])
        .args(only)
        .args(["-e", &format!("inject={call}:signal=KILL:when={k}")])
        .arg(&program)
        .args(words)
        .env_clear()
        .envs(place.env())
        .current_dir(place.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _gone = std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{PASSWORD}\n").as_bytes());
    let status = child.wait().unwrap();
    // strace ends itself the way its program ended.
    status.signal() == Some(9) || status.code() == Some(137)
}

/// Paths of a whole install, without what comes and goes beside a database.
fn whole(root: &Path) -> Vec<String> {
    let mut found = listing(root);
    found.retain(|line| !line.contains("registry.db-"));
    found
}

/// Kills a setup at `from`, `from + step`, … until it is no longer reached, and sets up again each time.
fn sweep_setup(call: &str, from: usize, step: usize, at_least: usize) {
    let model = made(&["Athena"], "broca2");
    let (wanted, model_paths) = (whole(&model.root()), paths(&model.root()));
    let (mut k, mut points) = (from, 0);
    loop {
        let place = Place::new().unwrap();
        let words = setup_words(&place, &["Athena"], "broca2", &["--no-venv", "--yes"]);
        if !killed(&place, &words, call, k) {
            break;
        }
        points += 1;
        let point = format!("killed at {call} {k}");
        let left = paths(&place.root());
        let strange: Vec<_> = left.iter().filter(|path| !model_paths.contains(*path) && !is_temporary(path)).collect();
        assert!(strange.is_empty(), "{point}: only parts of the layout are left: {strange:?}");

        // Every other time with a data folder that knows nothing of the first try.
        let other = (k / step) % 2 == 1;
        let mut again = words.clone();
        if other {
            again.extend(["--data-dir".into(), text(&place.path().join("other"))]);
        }
        let (stood, kept) = (stands(&place), place.data_dir().join("setup.json").exists());
        let done = run(&place, &again, &format!("{PASSWORD}\n"));
        if stood && (other || !kept) {
            // The first setup had been finished, and nothing says that the second is the same one.
            assert_eq!((done.code, done.error_code().as_str()), (2, "root_not_empty"), "{point}: {done:?}");
        } else {
            assert_eq!(done.code, 0, "{point}: the same setup again ends well (other data folder: {other}): {done:?}");
        }
        assert_eq!(whole(&place.root()), wanted, "{point}: exactly the layout is there, and nothing of the first try");
        let doctor = at_root(&place, &["doctor"]);
        assert_eq!(doctor.code, 0, "{point}: nothing is wrong with it: {doctor:?}");
        k += step;
    }
    assert!(
        points >= at_least,
        "{call} was killed at {points} points, {at_least} were meant: the sweep must not be empty"
    );
}

/// Whether the install stands: a change set was applied. Read from a copy, so that nothing is settled by looking.
fn stands(place: &Place) -> bool {
    let from = place.root().join("control");
    let copy = tempfile::tempdir().unwrap();
    for name in ["registry.db", "registry.db-wal"] {
        let _absent = std::fs::copy(from.join(name), copy.path().join(name));
    }
    let Ok(db) = sanctum_registry::rusqlite::Connection::open(copy.path().join("registry.db")) else { return false };
    db.query_row("SELECT count(*) FROM change_sets WHERE state = 'applied'", [], |row| row.get::<_, i64>(0))
        .is_ok_and(|n| n > 0)
}

fn paths(root: &Path) -> BTreeSet<String> {
    listing(root).into_iter().map(|line| line[5..].to_owned()).collect()
}

/// What a replaced file is called before it has its name, and SQLite's own.
fn is_temporary(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    name.starts_with(".sanctum")
        || name.contains(".tmp")
        || path.starts_with("control/registry.db-")
        || path.starts_with("control/trash")
}

#[test]
fn a_setup_killed_while_it_makes_folders() {
    sweep_setup("mkdir", 1, 1, 3);
    sweep_setup("mkdirat", 1, 5, 3);
}

#[test]
fn a_setup_killed_while_it_puts_files_in_place() {
    sweep_setup("rename", 1, 1, 1);
    sweep_setup("renameat2", 2, 5, 4);
    sweep_setup("unlink", 1, 1, 1);
}

#[test]
fn a_setup_killed_while_it_waits_for_the_disk() {
    sweep_setup("fsync", 1, 4, 5);
}

#[test]
fn a_setup_killed_while_it_writes() {
    sweep_setup("pwrite64", 1, 61, 5);
    sweep_setup("write", 2, 1, 2);
}

#[test]
fn a_setup_killed_while_it_opens_files() {
    sweep_setup("openat", 5, 9, 3);
    sweep_setup("openat2", 1, 23, 3);
}

#[test]
fn a_setup_killed_while_it_sets_modes_and_locks() {
    sweep_setup("fchmodat", 1, 5, 3);
    sweep_setup("ftruncate", 1, 1, 2);
    sweep_setup("flock", 1, 1, 2);
}

/// Kills a change to `start` at sampled calls: afterwards exactly the old or the new is there.
fn sweep_change(
    start: impl Fn() -> Place,
    words: &[&str],
    points_of: &[(&str, usize, usize)],
    old: &[&str],
    new: &[&str],
    at_least: usize,
) {
    let (mut points, mut seen) = (0, BTreeSet::new());
    let model_old = start();
    let model_new = start();
    json(&model_new, words);
    // The trash keeps what was removed; its names are the change's own.
    let shape = |place: &Place| {
        let mut found = whole(&place.root());
        found.retain(|line| !line.contains("control/trash") && !line.contains("change.lock"));
        found
    };
    for (call, from, step) in points_of {
        let mut k = *from;
        loop {
            let place = start();
            let mut all: Vec<String> = vec!["--root".into(), text(&place.root()), "--json".into()];
            all.extend(words.iter().map(|word| (*word).to_owned()));
            if !killed(&place, &all, call, k) {
                break;
            }
            points += 1;
            let point = format!("killed at {call} {k}");
            let doctor = at_root(&place, &["doctor"]);
            assert_eq!(doctor.code, 0, "{point}: the next command settles it and nothing is wrong: {doctor:?}");
            let uids = column(&json(&place, &["agents", "list"]), "uid");
            let is_new = uids == new;
            assert!(is_new || uids == old, "{point}: the registry is the old or the new: {uids:?}");
            let model = if is_new { &model_new } else { &model_old };
            assert_eq!(shape(&place), shape(model), "{point}: and so is the tree");
            let latest = json(&place, &["changes", "list"])["items"][0]["state"].as_str().unwrap().to_owned();
            assert!(["applied", "rolled_back"].contains(&latest.as_str()), "{point}: activity says which: {latest}");
            seen.insert(is_new);
            if !is_new && points % 3 == 0 {
                json(&place, words);
                assert_eq!(shape(&place), shape(&model_new), "{point}: the same change again goes through");
            }
            k += step;
        }
    }
    assert!(points >= at_least, "{points} points were killed, {at_least} were meant");
    assert_eq!(seen.len(), 2, "the points lie on both sides of the decision");
}

#[test]
fn adding_an_agent_killed_anywhere() {
    sweep_change(
        || made(&["Athena"], "broca2"),
        &["agents", "add", "Monday", "--move-ports", "--yes"],
        &[
            (ANSWER, 1, 1),
            ("write", 1, 1),
            ("mkdirat", 1, 4),
            ("renameat2", 1, 4),
            ("fsync", 2, 4),
            ("pwrite64", 5, 31),
        ],
        &["athena"],
        &["athena", "monday"],
        8,
    );
}

#[test]
fn removing_an_agent_killed_anywhere() {
    sweep_change(
        || made(&["Athena", "Monday"], "broca2"),
        &["agents", "remove", "monday", "--yes"],
        &[
            (ANSWER, 1, 1),
            ("write", 1, 1),
            ("mkdirat", 1, 1),
            ("renameat2", 1, 1),
            ("unlink", 1, 1),
            ("fsync", 1, 2),
            ("pwrite64", 5, 9),
        ],
        &["athena", "monday"],
        &["athena"],
        8,
    );
}
