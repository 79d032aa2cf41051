//! Shared services whose recipes differ from the modules': Letta, Letta Code and the router, carried out with stand-ins.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use sanctum_tests::yard::{Yard, free_port, stand_ins};

use crate::support::{at_root, chmod, json, put};

fn python() -> String {
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// A service that was added, on a port that is free now.
fn added(name: &str) -> Yard {
    let yard = Yard::new("broca2").unwrap();
    yard.ctl(&["modules", "add", name, "--yes"]).unwrap();
    yard.ctl(&["ports", "move", name, "--to", &free_port().unwrap().to_string(), "--yes"]).unwrap();
    yard
}

/// It is started, answers as `evidence` says, is not doubled, and stops.
fn works(yard: &Yard, name: &str, evidence: &str) {
    let started = json(yard, &["modules", "start", name]);
    assert_eq!(started[0]["done"], true, "{name} starts: {started:#}");
    let end = Instant::now() + Duration::from_secs(40);
    let row = loop {
        let row = json(yard, &["modules", "status", name])["row"].clone();
        if row["status"]["word"] == "Healthy" {
            break row;
        }
        assert!(Instant::now() < end, "{name} answers: {row:#}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(row["status"]["evidence"].to_string().contains(evidence), "{name}: its answer is looked into: {row:#}");
    assert_eq!(row["listens"], true, "{name} listens on the port that is kept for it: {row:#}");
    json(yard, &["modules", "start", name]);
    let again = json(yard, &["modules", "status", name])["row"]["pid"].clone();
    assert_eq!(again, row["pid"], "{name}: a second start leaves the first");
    let stopped = json(yard, &["modules", "stop", name]);
    assert_eq!(stopped[0]["done"], true, "{name} stops: {stopped:#}");
    let gone = !std::path::Path::new(&format!("/proc/{}/exe", row["pid"])).exists();
    assert!(gone, "{name}: nothing of it is left");
}

#[test]
fn letta_and_letta_code_run_by_the_program_that_their_environment_brings() {
    for (name, evidence) in [("letta", "status is “ok”"), ("letta-code", "ok")] {
        let yard = added(name);
        let refused = at_root(&yard, &["modules", "start", name, "--json"]);
        assert_eq!(refused.code, 1, "{name}: without its environment it is not started: {refused:?}");
        let code = std::fs::read_to_string(stand_ins().join("letta/letta.py")).unwrap();
        let program = put(&yard.root(), &format!("{name}/venv/bin/letta"), format!("#!{}\n{code}", python()));
        chmod(&program, 0o755);
        works(&yard, name, evidence);
    }
}

#[test]
fn the_router_runs_by_its_own_python_with_its_database_in_its_folder() {
    let yard = added("router");
    yard.install("router", "router").unwrap();
    let refused = at_root(&yard, &["modules", "start", "router", "--json"]);
    assert_eq!(refused.code, 1, "without its own Python it is not started: {refused:?}");
    std::fs::create_dir_all(yard.root().join("router/venv/bin")).unwrap();
    symlink(python(), yard.root().join("router/venv/bin/python")).unwrap();
    works(&yard, "router", "status is “ok”");
    assert!(yard.root().join("router/db/router.db").is_file(), "its database lies with it");
}
