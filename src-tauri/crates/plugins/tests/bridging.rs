//! An MCP bundle, used by SMCP through its bridge: real Python, a real server over standard input and output.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use sanctum_plugins::bundle::bridge;
use sanctum_plugins::describe::{Cage, Limits, NoCache, Subject, describe};
use sanctum_plugins::read::{self, Kind};
use serde_json::{Value as Json, json};

fn python() -> PathBuf {
    let said = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    PathBuf::from(String::from_utf8(said.stdout).unwrap().trim())
}

/// The bundle of the tests with a bridge beside its manifest.
fn bridged() -> (tempfile::TempDir, PathBuf) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bundle/tracker");
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("tracker");
    std::fs::create_dir_all(dir.join("server")).unwrap();
    for file in ["manifest.json", "server/main.py", "server/requirements.txt"] {
        std::fs::copy(from.join(file), dir.join(file)).unwrap();
    }
    std::fs::write(dir.join("cli.py"), bridge().text).unwrap();
    (temp, dir)
}

fn call(dir: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(python());
    command.arg(dir.join("cli.py")).args(arguments).env_clear().env("HOME", "/nowhere").envs(env.iter().copied());
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_bridged_bundle_is_a_plugin_of_smcp_with_the_settings_of_its_manifest() {
    let (_temp, dir) = bridged();
    let plugin = read::read(&dir).unwrap();
    assert_eq!((plugin.kind, plugin.version.as_deref()), (Kind::Smcp, Some("2.1.0")), "SMCP loads it");
    let envs: Vec<(&str, Option<&str>)> = plugin.settings.iter().map(|s| (s.key.as_str(), s.env.as_deref())).collect();
    let want = [
        ("api_key", "TRACKER_KEY"),
        ("limit", "TRACKER_LIMIT"),
        ("folder", "TRACKER_FOLDER"),
        ("carriers", "TRACKER_CARRIERS"),
        ("loud", "TRACKER_LOUD"),
    ];
    assert_eq!(envs, want.map(|(key, env)| (key, Some(env))), "each has the variable that the bridge reads");
    assert!(
        plugin.findings.iter().all(|finding| finding.level < sanctum_plugins::Level::Warning),
        "{:?}",
        plugin.findings
    );
}

#[test]
fn its_tools_are_those_of_the_running_server_or_those_of_its_manifest() {
    let (temp, dir) = bridged();
    let said = call(&dir, &["--describe"], &[("TRACKER_KEY", "k")]);
    let said: Json = serde_json::from_str(&text(&said)).unwrap();
    let names: Vec<&str> =
        said["commands"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["where_is", "forget"], "all pages, with names that SMCP takes");
    assert_eq!(
        said["commands"][0]["parameters"][1],
        json!({"name": "days", "type": "integer", "required": false, "default": 3}),
        "its schema as parameters"
    );

    let (scratch, python) = (temp.path().join("scratch"), python());
    std::fs::create_dir(&scratch).unwrap();
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let cage = Cage {
        python: &python,
        path: "/usr/bin:/bin",
        lang: "C.UTF-8",
        scratch: &scratch,
        limits,
        cancelled: &|| false,
    };
    let plugin = read::read(&dir).unwrap();
    let subject = Subject { dir: &dir, name: "tracker", hash: &plugin.hash, listed: &plugin.tools };
    let said = describe(&subject, &cage, &NoCache).unwrap();
    let names: Vec<&str> = said.tools.iter().map(|tool| tool.command.as_str()).collect();
    assert_eq!(names, ["where", "forget"], "without its key the server does not start, and the manifest counts");
}

#[test]
fn a_call_reaches_the_server_with_its_settings_and_nothing_else() {
    let (_temp, dir) = bridged();
    let words = ["where_is", "--parcel-id", "--", "--days", "2", "--fast", "true", "--stops", "[\"a\", \"b\"]"];
    let env = [("TRACKER_KEY", "secret"), ("TRACKER_FOLDER", "/lists"), ("SOMEBODY_ELSES_KEY", "x")];
    let done = call(&dir, &words, &env);
    assert!(done.status.success(), "{done:?}");
    let said: Json = serde_json::from_str(&text(&done)).unwrap();
    assert_eq!(
        said["told"],
        json!({"parcel-id": "--", "days": 2, "fast": true, "stops": ["a", "b"]}),
        "each in its type"
    );
    assert_eq!((&said["key"], &said["limit"]), (&json!("secret"), &json!("10")), "what is set, and the default");
    assert_eq!(said["argv"], json!(["--folder=/lists"]), "in its arguments, too");
    assert_eq!(said["other"], Json::Null, "secrets of other plugins are not handed on");
}

#[test]
fn what_fails_is_told_on_standard_output() {
    let (_temp, dir) = bridged();
    let key = [("TRACKER_KEY", "k")];
    for (arguments, env, words) in [
        (&["forget"][..], &key[..], "There is no such parcel."),
        (&["nothing"], &key, "the server has no tool nothing"),
        (&["where_is", "--days", "many"], &key, "days is no integer: many"),
        (&["forget"], &[], "KeyError: 'TRACKER_KEY'"),
    ] {
        let done = call(&dir, arguments, env);
        assert_eq!(done.status.code(), Some(1), "{arguments:?} fails");
        assert!(text(&done).contains(words), "{arguments:?} says {words}: {}", text(&done));
    }
    std::fs::remove_file(dir.join("server/main.py")).unwrap();
    assert!(text(&call(&dir, &["forget"], &key)).contains("the server ended"), "a server that is gone is told");
}
