//! Fifty faults while a plugin is installed: afterwards every file is byte for byte what it was, and the tool server answers.
//!
//! The kills wait for a fact, and what was being done is read from the record and from the note of the trial, so that it is known
//! how many of them struck before, in the middle of, and after the change itself.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sanctum_registry::rusqlite::Connection;
use sanctum_tests::Ctl;
use sanctum_tests::yard::Yard;

use crate::ears::LONG;
use crate::plugins::{call, install, photograph, plugin, quick, smcp, well};
use crate::support::{at_root, error, put, text};

/// What a killed installation was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Reading and planning; nothing was begun.
    Before,
    /// Copying and linking.
    Applying,
    /// The change stood, and the tool server was tried with it.
    Trying,
}

/// Read from a copy, so that nothing is settled by looking.
fn doing(yard: &Yard) -> Doing {
    let copy = tempfile::tempdir().unwrap();
    for name in ["registry.db", "registry.db-wal"] {
        let _absent = std::fs::copy(yard.root().join("control").join(name), copy.path().join(name));
    }
    let db = Connection::open(copy.path().join("registry.db")).unwrap();
    let last = "SELECT title, state FROM change_sets ORDER BY seq DESC LIMIT 1";
    let (title, state) =
        db.query_row(last, [], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    match (title.starts_with("Install comer"), state.as_str()) {
        (true, "applying") => Doing::Applying,
        (true, "applied") => Doing::Trying,
        _ => Doing::Before,
    }
}

/// Something of the plugin lies in the store, whole or not.
fn copying(store: &Path) -> bool {
    store.join("comer").exists()
}

/// Waits until it is so, or until the installation ended.
fn until(child: &mut std::process::Child, so: impl Fn() -> bool) {
    let end = Instant::now() + LONG;
    while !so() && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < end, "the installation goes on");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn whatever_goes_wrong_while_installing_leaves_everything_as_it_was() {
    let yard = smcp();
    assert_eq!(install(&yard, &plugin(&yard, "ok/steady", "1.0.0", "here", "")).code, 0, "one that works");
    let before = photograph(&yard);
    let still = |what: &str| {
        assert_eq!(photograph(&yard), before, "{what}: every file is what it was");
        assert!(call(&yard, "steady__say").contains("here"), "{what}: the tool server answers");
    };

    // It takes its tool server with it when that asks what it does.
    let killer = plugin(
        &yard,
        "bad/killer",
        "1.0.0",
        "",
        "import signal\nif 'MCP_PORT' in os.environ: os.kill(os.getppid(), signal.SIGKILL)",
    );
    let done = install(&yard, &killer);
    let said = error(&done);
    assert_eq!(said["code"], "rolled_back", "a tool server that does not come up: {done:?}");
    assert!(said["message"].as_str().unwrap().contains("It runs as before"), "and comes up again: {said}");
    still("a crash at the start");

    for (folder, needs) in
        [("bad/torn", "idna==3.7\nidna==3.4\n"), ("bad/nowhere", "no-such-package-of-sanctum-tests==1.0\n")]
    {
        let dir = plugin(&yard, folder, "1.0.0", "", "");
        put(&dir, "requirements.txt", needs);
        let done = install(&yard, &dir);
        assert_eq!(error(&done)["code"], "plugin_conflict", "{folder}: its packages do not fit: {done:?}");
        still(folder);
    }

    let late = plugin(&yard, "late/comer", "1.0.0", "late", "");
    // Enough to be copied that a kill can strike in the middle of it.
    for n in 0..400 {
        put(&late, &format!("words/{n}.txt"), vec![b'x'; 2_000]);
    }
    let mut seen = Vec::new();
    for n in 0..47_u64 {
        let (phase, later) = (n % 3, Duration::from_millis(n / 3 * 8));
        killed(&yard, &late, phase, later);
        let doing = doing(&yard);
        seen.push(doing);
        let what = format!("kill {n}, phase {phase}, after {later:?}, {doing:?}");
        let settled = at_root(&yard, &["plugins", "list", "--json"]);
        assert_eq!(settled.code, 0, "{what}: the next start settles it: {settled:?}");
        still(&what);
    }
    for (doing, least) in [(Doing::Before, 5), (Doing::Applying, 5), (Doing::Trying, 5)] {
        let times = seen.iter().filter(|one| **one == doing).count();
        assert!(times >= least, "{times} kills struck while it was {doing:?}: {seen:?}");
    }
    let done = install(&yard, &late);
    assert_eq!(done.code, 0, "and when nobody kills it, it is installed: {done:?}");
    assert!(call(&yard, "comer__say").contains("late"), "it answers");
    let root: PathBuf = yard.root();
    assert!(root.join("smcp/plugins/comer/words/399.txt").is_file(), "and is whole");
    well(&yard, &["plugins", "remove", "smcp:comer", "--yes"]);
    assert_eq!(quick(&yard, &["plugins", "show", "smcp:comer"]).code, 2, "removed, it is gone");
}

/// Kills an installation some time after it began (phase 0), after its files began to lie there (1), after it is linked (2).
fn killed(yard: &Yard, folder: &Path, phase: u64, later: Duration) {
    let root = text(&yard.root());
    let mut child = Ctl::new(yard)
        .with("SANCTUM_TRIAL_SECONDS", "30")
        .command(&["--root", &root, "plugins", "install", "--folder", &text(folder), "--yes"])
        .unwrap()
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (store, link) = (yard.root().join("smcp/store"), yard.root().join("smcp/plugins/comer"));
    match phase {
        0 => {}
        1 => until(&mut child, || copying(&store)),
        _ => until(&mut child, || link.symlink_metadata().is_ok()),
    }
    std::thread::sleep(later);
    assert!(child.try_wait().unwrap().is_none(), "it is killed, and did not end before");
    child.kill().unwrap();
    child.wait().unwrap();
}
