//! The real thing: `kill -9` at every system call that writes, in a process of its own.
//!
//! `strace` ends the process on entry to the k-th call of one kind, for every kind and every k. Afterwards a start recovers,
//! and the tree and the registry must be exactly the old or the new ones, the journal naming which. A change that was
//! told as applied must be there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sanctum_change::Outcome;
use sanctum_registry::RegistryError;

use crate::support::{Install, Snapshot, now};

const WRITING: &[&str] = &[
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
    "fchmod",
    "fchmodat",
    "chmod",
    "symlinkat",
    "ftruncate",
    "flock",
    "openat",
];

fn target() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let target = tests.parent().unwrap().parent().unwrap().join("examples/kill_target");
    if !target.exists() {
        // `cargo test` builds examples before tests run; `cargo test --test change` does not.
        let built = Command::new(env!("CARGO"))
            .args(["build", "-q", "-p", "sanctum-change", "--example", "kill_target"])
            .status()
            .unwrap();
        assert!(built.success() && target.exists(), "the process to kill is built: {target:?}");
    }
    target
}

/// An install on disk, closed, to copy for each kill.
pub fn master(dir: &Path) -> PathBuf {
    let master = dir.join("master");
    Install::at(root_in(&master), None).furnish();
    master
}

/// The install's root; the place outside of it lies beside it.
fn root_in(dir: &Path) -> PathBuf {
    dir.join("sanctum")
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success(), "the install is copied");
}

pub fn strace(filter: &[String], dir: &Path, word: Option<&str>) -> Output {
    Command::new("strace")
        .args(filter)
        .arg(target())
        .arg(root_in(dir))
        .args(word)
        .output()
        .expect("strace is installed (make test sees to it)")
}

/// How often each writing call is made; opens count only up to the last that may create.
fn calls(master: &Path, dir: &Path, word: Option<&str>) -> BTreeMap<&'static str, Vec<usize>> {
    let (root, log) = (dir.join("count"), dir.join("log"));
    copy(master, &root);
    let output = strace(
        &["-o".into(), log.display().to_string(), "-e".into(), format!("trace={}", WRITING.join(","))],
        &root,
        word,
    );
    assert!(output.status.success(), "unharmed it succeeds: {}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(log).unwrap();
    let mut counts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines() {
        let Some(name) = WRITING.iter().find(|name| line.split('(').next() == Some(**name)) else {
            continue;
        };
        let k = seen.entry(name).or_default();
        *k += 1;
        if *name != "openat" || line.contains("O_CREAT") {
            counts.entry(name).or_default().push(*k);
        }
    }
    std::fs::remove_dir_all(root).unwrap();
    counts
}

fn kill_at(call: &str, k: usize) -> Vec<String> {
    vec![
        "-o".into(),
        "/dev/null".into(),
        "-e".into(),
        format!("trace={call}"),
        "-e".into(),
        format!("inject={call}:signal=KILL:when={k}"),
    ]
}

/// Which of the two states there is after a start, and what recovery did.
fn settle(dir: &Path, old: &(Snapshot, Vec<String>), new: &(Snapshot, Vec<String>), at: &str) -> bool {
    let install = Install::opened(root_in(dir));
    let recovered = install.engine().recover(&now).unwrap();
    assert!(
        recovered.iter().all(|r| r.outcome == Outcome::RolledBack),
        "killed at {at}: recovery settles it: {recovered:?}"
    );
    let state: Option<String> = install
        .registry
        .read(|c| -> Result<_, RegistryError> {
            Ok(c.query_row("SELECT (SELECT state FROM change_sets ORDER BY seq DESC LIMIT 1)", [], |r| r.get(0))?)
        })
        .unwrap();
    let (tree, rows) = state_in(&install);
    if state.as_deref() == Some("applied") {
        assert_eq!(
            (&tree, &rows),
            (&new.0, &new.1),
            "killed at {at}: the journal says applied, and it is the new state"
        );
        true
    } else {
        assert_eq!((&tree, &rows), (&old.0, &old.1), "killed at {at}: it is the old state");
        assert!(
            matches!(state.as_deref(), None | Some("rolled_back")),
            "killed at {at}: the journal says which: {state:?}"
        );
        false
    }
}

/// `updated_at` moves with the clock.
fn without_times(row: &str) -> String {
    row.split("Text(\"20").map(|part| part.get(17..).filter(|rest| rest.starts_with("\")")).unwrap_or(part)).collect()
}

fn state_in(install: &Install) -> (Snapshot, Vec<String>) {
    (install.tree(), install.rows().into_iter().map(|r| without_times(&r)).collect())
}

fn state_of(dir: &Path) -> (Snapshot, Vec<String>) {
    state_in(&Install::opened(root_in(dir)))
}

fn sweep(word: Option<&'static str>, prepare: impl Fn(&Path, &Path)) -> (usize, usize) {
    let dir = tempfile::tempdir().unwrap();
    let clean = master(dir.path());
    let old = state_of(&clean);
    let done = dir.path().join("done");
    copy(&clean, &done);
    assert!(Command::new(target()).arg(root_in(&done)).output().unwrap().status.success(), "unharmed it is applied");
    let new = state_of(&done);
    assert_ne!(old, new, "the change changes something");
    let start = dir.path().join("start");
    prepare(&clean, &start);

    let points: Vec<(&str, usize)> = calls(&start, dir.path(), word)
        .into_iter()
        .flat_map(|(call, ks)| ks.into_iter().map(move |k| (call, k)))
        .collect();
    let (next, killed, news) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(0));
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (points, next, killed, news, dir, start, old, new) =
                (&points, &next, &killed, &news, dir.path(), &start, &old, &new);
            scope.spawn(move || {
                let root = dir.join(format!("root{worker}"));
                while let Some((call, k)) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                    copy(start, &root);
                    let output = strace(&kill_at(call, *k), &root, word);
                    let at = format!("{call} {k}");
                    killed.fetch_add(usize::from(!output.status.success()), Ordering::SeqCst);
                    let is_new = settle(&root, old, new, &at);
                    *news.lock().unwrap() += usize::from(is_new);
                    let told = String::from_utf8_lossy(&output.stdout).contains("applied");
                    assert!(is_new || !told, "killed at {at}: what was told as applied is there");
                    std::fs::remove_dir_all(&root).unwrap();
                }
            });
        }
    });
    (killed.into_inner(), news.into_inner().unwrap())
}

#[test]
fn killed_at_every_writing_call_it_is_old_or_new() {
    let (killed, new) = sweep(None, copy);
    assert!(killed > 80, "the sweep kills at every writing call, it did {killed} times");
    assert!(new > 0 && new < killed, "some kills come after the commit and most before: {new} of {killed}");
}

#[test]
fn killed_again_at_every_writing_call_of_the_recovery_it_is_still_old() {
    // Killed after the files and before the commit: all there is to take back.
    let interrupted = |clean: &Path, start: &Path| {
        let dir = tempfile::tempdir().unwrap();
        let calls = calls(clean, dir.path(), None);
        copy(clean, start);
        let last = calls["fchmodat"].last().copied().unwrap();
        assert!(!strace(&kill_at("fchmodat", last), start, None).status.success(), "it is killed at the last step");
    };
    let (killed, new) = sweep(Some("recover"), interrupted);
    assert!(killed > 20, "the recovery is killed at every writing call, {killed} times");
    assert_eq!(new, 0, "and is never the new state");
}
