use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sanctum_install::catalogue::Catalogue;
use sanctum_install::layout::{Piece, pieces_new, start_scripts};

use crate::support::{chmod, make, python3, script, two_agents};

/// Stands in for Broca: says how it was called and what it was given.
const MODULE: &str = "import json,os,sys\nprint(json.dumps({'argv':sys.argv,'env':dict(os.environ)}))\n";
/// Stands in for `sanctumctl`: refuses any other call than the one it knows, hands a secret over, starts the module.
const SANCTUMCTL: &str = r#"#!/usr/bin/env bash
set -u
[ "$1 $2 $3 $5" = "secrets exec --dir --" ] || { echo "called with: $*" >&2; exit 64; }
export SEEN_DIR="$4" SEEN_PROGRAM="$6" SEEN_CWD="$PWD" AGENT_API_KEY="from the keychain"
shift 5
exec "$@"
"#;

struct Ground {
    root: PathBuf,
    module: PathBuf,
    bin: PathBuf,
}

fn ground(base: &Path, name: &str) -> Ground {
    let root = base.join(name);
    fs::create_dir(&root).expect("made");
    make(&root, &pieces_new(&two_agents(&root)).expect("the root can be written to files"));
    fs::create_dir_all(root.join("agents/venv/bin")).expect("made");
    std::os::unix::fs::symlink(python3(), root.join("agents/venv/bin/python")).expect("linked");
    let module = root.join("agents/agent-athena/broca2");
    fs::write(module.join("app/main.py"), MODULE).expect("written");
    let start = start_scripts("broca2").expect("our layout starts Broca");
    fs::write(module.join("run/start.sh"), start.with_secrets).expect("written");
    chmod(&module.join("run/start.sh"), 0o700);
    let bin = base.join("bin");
    fs::create_dir_all(&bin).expect("made");
    script(&bin.join("sanctumctl"), SANCTUMCTL);
    Ground { root, module, bin }
}

fn start(ground: &Ground, path: &str, env: &[(&str, &str)]) -> Output {
    Command::new("bash")
        .arg(ground.module.join("run/start.sh"))
        .current_dir("/")
        .env_clear()
        .env("PATH", path)
        .envs(env.iter().copied())
        .output()
        .expect("bash runs")
}

fn said(out: &Output) -> serde_json::Value {
    assert!(out.status.success(), "it starts: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("the module prints JSON and nothing else does")
}

#[test]
fn a_module_with_secrets_is_started_through_sanctumctl_under_hostile_roots() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let base = dir.path().canonicalize().expect("it exists");
    for name in
        ["plain", "two words", "it's", "$(touch x)", "`touch x`", "; touch x", "\"q\" & $HOME", "*", "-rf", "ü ✓"]
    {
        let ground = ground(&base, name);
        let path = format!("{}:/usr/bin:/bin", ground.bin.display());
        let said = said(&start(&ground, &path, &[]));
        assert_eq!(said["env"]["SEEN_DIR"], ground.module.display().to_string(), "{name:?}: the module's folder");
        assert_eq!(said["env"]["SEEN_CWD"], ground.module.display().to_string(), "{name:?}: it runs there");
        assert_eq!(
            said["env"]["SEEN_PROGRAM"],
            ground.root.join("agents/venv/bin/python").display().to_string(),
            "{name:?}: the shared Python"
        );
        assert_eq!(said["argv"], serde_json::json!(["app/main.py"]), "{name:?}: as Broca wants it");
        assert_eq!(said["env"]["AGENT_API_KEY"], "from the keychain", "{name:?}: the secret arrives");
        assert_eq!(said["env"]["DEBUG_MODE"], "false", "{name:?}: and so do the settings");
        let touched = [&base, &ground.root, &ground.module].iter().any(|at| at.join("x").exists());
        assert!(!touched, "{name:?}: nothing was executed");
    }
}

#[test]
fn without_sanctumctl_it_says_what_to_do_and_starts_nothing() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let ground = ground(&dir.path().canonicalize().expect("it exists"), "s");
    for (env, named) in [(vec![], "sanctumctl"), (vec![("SANCTUMCTL", "/nowhere/ctl")], "/nowhere/ctl")] {
        let out = start(&ground, "/usr/bin:/bin", &env);
        let words = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(69), "{named}: it does not start: {words}");
        assert!(words.contains(&format!("not found: {named}")), "{named}: what was looked for is named: {words}");
        assert!(words.contains("PATH") && words.contains("SANCTUMCTL"), "{named}: and what to do: {words}");
        assert!(out.stdout.is_empty(), "{named}: the module was not started without its secrets");
    }
    let elsewhere = ground.bin.join("sanctumctl").display().to_string();
    let said = said(&start(&ground, "/usr/bin:/bin", &[("SANCTUMCTL", &elsewhere)]));
    assert_eq!(said["env"]["AGENT_API_KEY"], "from the keychain", "a `sanctumctl` outside of PATH can be named");
}

#[test]
fn the_checks_of_the_plain_script_come_first() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let ground = ground(&dir.path().canonicalize().expect("it exists"), "s");
    fs::remove_file(ground.root.join("agents/venv/bin/python")).expect("removed");
    let out = start(&ground, "/usr/bin:/bin", &[]);
    assert_eq!(out.status.code(), Some(69), "without Python it does not start");
    assert!(String::from_utf8_lossy(&out.stderr).contains("Its Python is missing"), "and says that first");
    fs::remove_file(ground.module.join("app/main.py")).expect("removed");
    let out = start(&ground, "/usr/bin:/bin", &[]);
    assert_eq!(out.status.code(), Some(66), "without code it does not start");
    assert!(String::from_utf8_lossy(&out.stderr).contains("Broca is not installed yet"), "and says so before");
}

#[test]
fn no_setting_changes_who_hands_the_secrets_over() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let ground = ground(&dir.path().canonicalize().expect("it exists"), "s");
    let file = ground.module.join("config/.env");
    let mut text = fs::read_to_string(&file).expect("it is there");
    text.push_str("CTL='/bin/echo'\nSANCTUMCTL='/bin/echo'\nROOT='/elsewhere'\n");
    fs::write(&file, text).expect("written");
    let path = format!("{}:/usr/bin:/bin", ground.bin.display());
    let said = said(&start(&ground, &path, &[]));
    assert_eq!(
        said["env"]["SEEN_DIR"],
        ground.module.display().to_string(),
        "settings with these names change nothing"
    );
    assert_eq!(said["env"]["AGENT_API_KEY"], "from the keychain", "and the secret arrives");
}

#[test]
fn the_plain_script_is_the_one_that_is_written_and_both_hold_no_place() {
    let root = Path::new("/a root");
    let pieces = pieces_new(&two_agents(root)).expect("fine");
    for (name, at) in
        [("broca2", "agents/agent-monday/broca2"), ("thalamus", "agents/agent-athena/thalamus"), ("smcp", "smcp")]
    {
        let both = start_scripts(name).expect("our layout starts it");
        let written = pieces.iter().find_map(|piece| match piece {
            Piece::File { path, bytes, .. } if *path == format!("{at}/run/start.sh") => Some(bytes),
            _ => None,
        });
        assert_eq!(written, Some(&both.plain), "{name}: the plain one is what a new Sanctum gets");
        assert_ne!(both.plain, both.with_secrets, "{name}: the other one differs");
    }
    for known in Catalogue::builtin().all() {
        let both = start_scripts(&known.name);
        assert_eq!(both.is_some(), known.entry.is_some(), "{}: what our layout starts has scripts", known.name);
        let Some(both) = both else { continue };
        let text = String::from_utf8(both.with_secrets).expect("text");
        let mut bash = Command::new("bash");
        let status = bash.args(["-n", "-c", &text]).status().expect("bash runs");
        assert!(status.success(), "{}: bash can read it", known.name);
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with("exec \"$@\" -- \""), "{}: it ends in the module: {last}", known.name);
        assert_eq!(both.plain.first(), Some(&b'#'), "{}: the plain one is a script too", known.name);
    }
    assert_eq!(start_scripts("ports"), None, "what is not started by us has none");
    assert_eq!(start_scripts("../broca2"), None, "and what is not known has none");
}
