//! The code of a module from an archive, a git repository and a shared checkout, each applied and run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sanctum_tests::yard::{Yard, stand_ins};

use crate::support::{at_root, error, json, text};

const APP: &str = "agents/agent-athena/thalamus/app";
const SERVER: &str = "examples/web_replay/server.py";

fn git(dir: &Path, words: &[&str]) {
    let who = ["-c", "user.name=Mara", "-c", "user.email=mara@example.org", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").current_dir(dir).args(who).args(words).env("HOME", dir).output().unwrap();
    assert!(done.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// A checkout of the stand-in outside of the Sanctum.
fn checkout(yard: &Yard) -> PathBuf {
    let at = yard.path().join("code/thalamus");
    std::fs::create_dir_all(at.join("examples/web_replay")).unwrap();
    std::fs::copy(stand_ins().join("thalamus").join(SERVER), at.join(SERVER)).unwrap();
    at
}

/// Installs from there, runs it until it answers, and stops it.
fn works(yard: &Yard, kind: &str, from: &str) {
    json(yard, &["modules", "install", "athena/thalamus", kind, from, "--yes"]);
    assert!(yard.root().join(APP).join(SERVER).is_file(), "{kind}: its code is there");
    let started = json(yard, &["modules", "start", "athena/thalamus"]);
    assert_eq!(started[0]["done"], true, "{kind}: it starts: {started:#}");
    let end = Instant::now() + Duration::from_secs(40);
    loop {
        let row = json(yard, &["modules", "status", "athena/thalamus"])["row"].clone();
        if row["status"]["word"] == "Healthy" {
            break;
        }
        assert!(Instant::now() < end, "{kind}: it answers: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    }
    json(yard, &["modules", "stop", "athena/thalamus"]);
}

#[test]
fn an_archive_is_unpacked_runs_and_goes_again_with_undo() {
    let yard = Yard::new("thalamus").unwrap();
    let code = checkout(&yard);
    let archive = yard.path().join("thalamus.tar.gz");
    let packed = ["-C", &text(code.parent().unwrap()), "-czf", &text(&archive), "thalamus"];
    assert!(Command::new("tar").args(packed).status().unwrap().success(), "it is packed");
    works(&yard, "--archive", &text(&archive));
    json(&yard, &["changes", "undo", "--yes"]);
    assert!(!yard.root().join(APP).join(SERVER).exists(), "undo takes the code away again");

    let other = yard.path().join("other.tar.gz");
    std::fs::write(&other, b"no archive at all").unwrap();
    let refused =
        at_root(&yard, &["modules", "install", "athena/thalamus", "--archive", &text(&other), "--yes", "--json"]);
    assert_ne!(refused.code, 0, "what is none is refused: {refused:?}");
    assert!(!yard.root().join(APP).join(SERVER).exists(), "and brings nothing");
}

#[test]
fn a_git_repository_is_cloned_at_the_revision_that_is_named() {
    let yard = Yard::new("thalamus").unwrap();
    let code = checkout(&yard);
    git(&code, &["init", "--quiet", "--initial-branch", "main"]);
    git(&code, &["add", "."]);
    git(&code, &["commit", "--quiet", "-m", "First"]);
    git(&code, &["tag", "v1"]);
    std::fs::write(code.join("later.txt"), "later\n").unwrap();
    git(&code, &["add", "."]);
    git(&code, &["commit", "--quiet", "-m", "Second"]);
    works(&yard, "--git", &format!("{}#v1", text(&code)));
    assert!(!yard.root().join(APP).join("later.txt").exists(), "what came after that revision is not there");
    works(&yard, "--git", &text(&code));
    assert!(yard.root().join(APP).join("later.txt").is_file(), "without one it is the newest");
    let unknown = format!("{}#v9", text(&code));
    let refused = at_root(&yard, &["modules", "install", "athena/thalamus", "--git", &unknown, "--yes", "--json"]);
    assert_ne!(refused.code, 0, "a revision that is not there is refused: {refused:?}");
    assert!(yard.root().join(APP).join("later.txt").is_file(), "and what was there stays");
}

#[test]
fn a_link_shows_the_checkout_and_leaves_it_as_it_is() {
    let yard = Yard::new("thalamus").unwrap();
    let code = checkout(&yard);
    works(&yard, "--link", &text(&code));
    assert_eq!(std::fs::read_link(yard.root().join(APP)).unwrap(), code.canonicalize().unwrap(), "it is a link");
    let own = text(&yard.root().join("agents/agent-athena/thalamus"));
    let refused = at_root(&yard, &["modules", "install", "athena/thalamus", "--link", &own, "--yes", "--json"]);
    assert_eq!(error(&refused)["code"], "source_unusable", "a folder without its code is refused: {refused:?}");
    json(&yard, &["changes", "undo", "--yes"]);
    assert!(code.join(SERVER).is_file(), "undo takes the link away, and not the checkout");
    assert!(yard.root().join(APP).symlink_metadata().is_ok_and(|meta| meta.is_dir()), "the folder is back");
}
