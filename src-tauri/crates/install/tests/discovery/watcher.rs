//! The watcher tells every change of ours, however it is made, and keeps quiet about the rest. Waits are generous and
//! nothing is asserted about time.

use crate::support::{dirs, minimal, put};
use sanctum_install::watch::{WatchEvent, WatchMode, WatchOptions, Watcher, is_of_interest};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_secs(5);

fn start(root: &Path, options: WatchOptions) -> (Watcher, Receiver<WatchEvent>) {
    let (tell, told) = channel();
    let watcher = Watcher::start(root, options, move |event| drop(tell.send(event))).unwrap();
    (watcher, told)
}

/// Waits until all of `wanted` were named, or a reconcile where that is enough.
fn wait_for(told: &Receiver<WatchEvent>, wanted: &[PathBuf]) {
    let mut missing: HashSet<&PathBuf> = wanted.iter().collect();
    let until = Instant::now() + WAIT;
    while !missing.is_empty() {
        match told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(WatchEvent::Changed { paths }) => paths.iter().for_each(|path| {
                missing.remove(path);
            }),
            Ok(WatchEvent::Reconcile { .. }) => return,
            Err(_) => panic!("never told: {missing:?}"),
        }
    }
}

fn wait_for_reconcile(told: &Receiver<WatchEvent>, word: &str) {
    let until = Instant::now() + WAIT;
    loop {
        match told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(WatchEvent::Reconcile { reason }) if reason.contains(word) => return,
            Ok(_) => {}
            Err(_) => panic!("no reconcile about {word:?}"),
        }
    }
}

fn drain(told: &Receiver<WatchEvent>, quiet: Duration) -> Vec<WatchEvent> {
    std::iter::from_fn(|| told.recv_timeout(quiet).ok()).collect()
}

#[test]
fn every_manifest_written_right_after_mkdir_p_is_told() {
    let tmp = tempfile::tempdir().unwrap();
    dirs(tmp.path(), &["agents", "tools"]);
    let (_watcher, told) = start(tmp.path(), WatchOptions::default());
    for n in 0..100 {
        let rel = match n % 3 {
            0 => format!("agents/agent-{n}/modules/m/manifest.json"),
            1 => format!("tools/t{n}/manifest.json"),
            _ => format!("agents/agent-{n}/broca2/plugins/p/manifest.json"),
        };
        put(tmp.path(), &rel, minimal("m"));
        wait_for(&told, &[tmp.path().join(rel)]);
    }
    let many: Vec<PathBuf> =
        (0..100).map(|n| tmp.path().join(format!("agents/agent-x{n}/modules/m/manifest.json"))).collect();
    for path in &many {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    wait_for(&told, &many);
}

#[test]
fn saves_by_rename_moves_and_removals_are_told() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path().join("root");
    put(&root, "tools/t/manifest.json", minimal("t"));
    put(tmp.path(), "away/manifest.json", minimal("away"));
    let (_watcher, told) = start(&root, WatchOptions::default());
    let manifest = root.join("tools/t/manifest.json");
    for n in 0..5 {
        put(&root, "tools/t/.manifest.json.tmp", minimal(&format!("t{n}")));
        fs::rename(root.join("tools/t/.manifest.json.tmp"), &manifest).unwrap();
        wait_for(&told, std::slice::from_ref(&manifest));
    }
    fs::write(&manifest, "{}").unwrap();
    wait_for(&told, std::slice::from_ref(&manifest));

    let (outside, inside) = (tmp.path().join("away"), root.join("tools/away"));
    for _ in 0..3 {
        fs::rename(&outside, &inside).unwrap();
        wait_for(&told, &[inside.clone(), inside.join("manifest.json")]);
        fs::write(inside.join("manifest.json"), "{ }").unwrap();
        wait_for(&told, &[inside.join("manifest.json")]);
        fs::rename(&inside, &outside).unwrap();
        wait_for(&told, std::slice::from_ref(&inside));
    }
    fs::write(outside.join("manifest.json"), "{}").unwrap();
    let after = drain(&told, Duration::from_millis(300));
    assert!(after.is_empty(), "what happens outside afterwards is none of ours: {after:?}");

    fs::rename(root.join("tools/t"), root.join("tools/u")).unwrap();
    wait_for(&told, &[root.join("tools/t"), root.join("tools/u"), root.join("tools/u/manifest.json")]);
    fs::write(root.join("tools/u/manifest.json"), "{}").unwrap();
    wait_for(&told, &[root.join("tools/u/manifest.json")]);
    fs::remove_dir_all(root.join("tools/u")).unwrap();
    wait_for(&told, &[root.join("tools/u")]);
}

#[test]
fn a_folder_removed_and_made_again_is_still_watched() {
    let tmp = tempfile::tempdir().unwrap();
    put(tmp.path(), "tools/t/manifest.json", "{}");
    let (_watcher, told) = start(tmp.path(), WatchOptions::default());
    let manifest = tmp.path().join("tools/t/manifest.json");
    for _ in 0..20 {
        fs::remove_dir_all(tmp.path().join("tools")).unwrap();
        put(tmp.path(), "tools/t/manifest.json", "{}");
        wait_for(&told, std::slice::from_ref(&manifest));
        drain(&told, Duration::from_millis(100));
        fs::write(&manifest, "{ }").unwrap();
        wait_for(&told, std::slice::from_ref(&manifest));
    }
}

#[test]
fn the_root_going_and_coming_back_is_told_and_watched_again() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path().join("root");
    put(&root, "tools/t/manifest.json", "{}");
    let (_watcher, told) = start(&root, WatchOptions::default());
    fs::remove_dir_all(&root).unwrap();
    wait_for_reconcile(&told, "gone");
    put(&root, "tools/t/manifest.json", "{}");
    wait_for_reconcile(&told, "back");
    drain(&told, Duration::from_millis(300));
    fs::write(root.join("tools/t/manifest.json"), "{ }").unwrap();
    wait_for(&told, &[root.join("tools/t/manifest.json")]);
}

#[test]
fn databases_logs_code_and_caches_are_not_told() {
    let tmp = tempfile::tempdir().unwrap();
    let quiet = [
        "control/registry.db",
        "control/registry.db-wal",
        "control/registry.db-shm",
        "agents/agent-a/m/db/m.sqlite",
        "agents/agent-a/m/db/m.sqlite-wal",
        "agents/agent-a/m/logs/m.log",
        "agents/agent-a/m/app/main.py",
        "agents/agent-a/m/__pycache__/x.pyc",
        "agents/agent-a/m/venv/lib/x.py",
        "agents/venv/lib/y.py",
        "agents/agent-a/m/.manifest.json.swp",
        "agents/agent-a/m/manifest.json~",
        "agents/agent-a/m/sanctum.db",
        "agents/agent-a/m/run/broca.pid",
    ];
    for rel in quiet {
        put(tmp.path(), rel, "x");
        assert!(!is_of_interest(Path::new(rel)), "{rel} is not of interest");
    }
    let (_watcher, told) = start(tmp.path(), WatchOptions::default());
    for rel in quiet {
        put(tmp.path(), rel, "y");
    }
    let said = drain(&told, Duration::from_millis(400));
    assert!(said.is_empty(), "nothing is told: {said:?}");
    for rel in [
        "agents/agent-a/m/config/.env",
        ".env",
        "smcp/plugins/p/cli.py",
        "smcp/store/p/0123456789ab/cli.py",
        "smcp/plugins-disabled/q/cli.py",
        "agents/agent-a/m/settings.json",
    ] {
        assert!(is_of_interest(Path::new(rel)), "{rel} is of interest");
        put(tmp.path(), rel, "z");
        wait_for(&told, &[tmp.path().join(rel)]);
    }
}

#[test]
fn our_own_writes_are_not_told() {
    let tmp = tempfile::tempdir().unwrap();
    put(tmp.path(), "tools/t/manifest.json", "{}");
    let is_ours = Arc::new(|path: &Path| fs::read(path).is_ok_and(|bytes| bytes == b"ours"));
    let (_watcher, told) = start(tmp.path(), WatchOptions { is_ours, ..WatchOptions::default() });
    put(tmp.path(), "tools/t/manifest.json", "ours");
    let said = drain(&told, Duration::from_millis(300));
    assert!(said.is_empty(), "our own writing is no news: {said:?}");
    put(tmp.path(), "tools/t/manifest.json", "theirs");
    wait_for(&told, &[tmp.path().join("tools/t/manifest.json")]);
}

#[test]
fn without_watches_it_polls_and_says_so() {
    let tmp = tempfile::tempdir().unwrap();
    put(tmp.path(), "tools/t/manifest.json", "{}");
    let options = WatchOptions { max_watches: 2, poll_every: Duration::from_millis(50), ..WatchOptions::default() };
    let (watcher, told) = start(tmp.path(), options);
    wait_for_reconcile(&told, "lets one program watch");
    assert!(matches!(watcher.mode(), WatchMode::Polling { .. }), "the mode says so too: {:?}", watcher.mode());
    put(tmp.path(), "tools/t/manifest.json", "{ }");
    wait_for(&told, &[tmp.path().join("tools/t/manifest.json")]);
    put(tmp.path(), "agents/agent-a/m/manifest.json", "{}");
    wait_for(&told, &[tmp.path().join("agents/agent-a/m/manifest.json")]);
    fs::remove_dir_all(tmp.path().join("tools/t")).unwrap();
    wait_for(&told, &[tmp.path().join("tools/t")]);
}

#[test]
fn many_changes_at_once_end_as_one_reconcile_or_as_all_paths() {
    let tmp = tempfile::tempdir().unwrap();
    dirs(tmp.path(), &["tools/t"]);
    let (_watcher, told) = start(tmp.path(), WatchOptions::default());
    let wanted: Vec<PathBuf> = (0..20_000).map(|n| tmp.path().join(format!("tools/t/f{n}.json"))).collect();
    for path in &wanted {
        fs::write(path, "{}").unwrap();
    }
    wait_for(&told, &wanted);
}

#[test]
fn dropping_the_watcher_ends_its_thread() {
    let tmp = tempfile::tempdir().unwrap();
    dirs(tmp.path(), &["tools"]);
    let (watcher, told) = start(tmp.path(), WatchOptions::default());
    drop(watcher);
    put(tmp.path(), "tools/t/manifest.json", "{}");
    assert!(
        matches!(told.recv_timeout(WAIT), Err(std::sync::mpsc::RecvTimeoutError::Disconnected)),
        "the callback is gone with the thread"
    );
}

#[test]
fn a_root_that_is_not_there_yet_is_waited_for() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path().join("later");
    let (_watcher, told) = start(&root, WatchOptions::default());
    put(&root, "tools/t/manifest.json", "{}");
    wait_for_reconcile(&told, "back");
    assert!(
        Watcher::start(&tmp.path().join("no/such"), WatchOptions::default(), |_| ()).is_err(),
        "without even a parent it is an error"
    );
}
