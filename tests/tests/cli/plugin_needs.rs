//! What plugins need: other plugins, secrets, a newer version; brought, or refused with the chain. And who reaches them.

use sanctum_registry::rusqlite::Connection;
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::{Value, json as value};

use crate::support::{error, json, put, set_secret, text};

/// A plugin of SMCP with a manifest.
fn plugin(yard: &Yard, folder: &str, more: Value) -> String {
    let name = folder.rsplit('/').next().unwrap();
    let mut manifest = value!({"name": name, "type": "plugin", "version": "1.0.0", "description": "Does something."});
    manifest.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let code = "import json, sys\nif '--describe' in sys.argv:\n    print(json.dumps({'commands': [{'name': 'say', 'description': 'Says it.'}]}))\n";
    put(yard.path(), &format!("{folder}/manifest.json"), manifest.to_string());
    text(put(yard.path(), &format!("{folder}/cli.py"), code).parent().unwrap())
}

fn run(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let all = [&["--root", &root], words, &["--json"]].concat();
    Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "1").run(&all).unwrap()
}

fn well(yard: &Yard, words: &[&str]) -> Value {
    let done = run(yard, words);
    assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
    done.json().unwrap()
}

fn install(yard: &Yard, folder: &str, more: Value) {
    let folder = plugin(yard, folder, more);
    well(yard, &["plugins", "install", "--folder", &folder, "--off", "--yes"]);
}

fn row(yard: &Yard, id: &str) -> Value {
    json(yard, &["plugins", "show", id])["row"].clone()
}

fn refused(yard: &Yard, words: &[&str], code: &str) -> String {
    let said = error(&run(yard, words));
    assert_eq!(said["code"], code, "`{}` is refused: {said:#}", words.join(" "));
    format!("{} {}", said["message"].as_str().unwrap(), said["hint"].as_str().unwrap())
}

#[test]
fn what_a_plugin_needs_is_switched_on_with_it_or_refused_with_the_chain() {
    let yard = Yard::new("smcp").unwrap();
    install(&yard, "src/mail", value!({}));
    install(&yard, "src/calendar", value!({"dependencies": ["mail"]}));
    let enable = ["plugins", "enable", "smcp:calendar"];
    let plan = run(&yard, &[&enable[..], &["--plan"]].concat());
    assert!(plan.out.contains("It needs mail, which is switched on with it"), "it is asked before: {plan:?}");
    assert_eq!(row(&yard, "smcp:mail")["enabled"], false, "and until then nothing is switched");
    well(&yard, &[&enable[..], &["--yes"]].concat());
    for id in ["smcp:mail", "smcp:calendar"] {
        assert_eq!(row(&yard, id)["enabled"], true, "{id} is on");
    }
    let plan = run(&yard, &["plugins", "disable", "smcp:mail", "--plan"]);
    assert!(plan.out.contains("`calendar` needs `mail`."), "what would break is shown: {plan:?}");
    let graph = run(&yard, &["plugins", "graph", "--tool", "smcp"]);
    assert!(graph.code == 0 && graph.out.contains("smcp:calendar"), "nothing is missing: {graph:?}");

    install(&yard, "src/lonely", value!({"dependencies": ["nobody"]}));
    install(&yard, "src/hen", value!({"dependencies": ["egg"]}));
    install(&yard, "src/egg", value!({"dependencies": ["hen"]}));
    let words = refused(&yard, &["plugins", "enable", "smcp:lonely", "--yes"], "plugin_refused");
    assert!(words.contains("`lonely` needs `nobody`, which is not installed."), "with the chain: {words}");
    let words = refused(&yard, &["plugins", "enable", "smcp:hen", "--yes"], "plugin_refused");
    assert!(words.contains("`hen` needs `egg`, which needs `hen`: a circle"), "a circle too: {words}");
    let graph = run(&yard, &["plugins", "graph"]);
    let of = graph.json().unwrap();
    assert_eq!((graph.code, of["cycles"][0][0].as_str()), (1, Some("smcp:egg")), "the graph finds both: {of:#}");
    assert_eq!(of["missing"][0], "`lonely` needs `nobody`, which is not installed.", "in words: {of:#}");
    for id in ["smcp:lonely", "smcp:hen", "smcp:egg"] {
        assert_eq!(row(&yard, id)["enabled"], false, "{id} stays off");
    }
}

#[test]
fn a_secret_that_nobody_set_is_named_before_its_plugin_is_switched_on() {
    let yard = Yard::new("smcp").unwrap();
    let token = value!({"type": "string", "title": "Token", "x-secret": true, "x-env": "PARCEL_TOKEN"});
    let spare = value!({"type": "string", "title": "Spare", "x-secret": true, "x-env": "PARCEL_SPARE"});
    let schema = value!({"type": "object", "properties": {"token": token, "spare": spare}, "required": ["token"]});
    install(&yard, "src/parcel", value!({"config_schema": schema}));
    let missing = row(&yard, "smcp:parcel")["missing"].clone();
    assert_eq!(missing, value!(["PARCEL_TOKEN"]), "what is missing is said while it is off");
    let words = refused(&yard, &["plugins", "enable", "smcp:parcel", "--yes"], "plugin_refused");
    assert!(
        words.contains("`parcel` needs `PARCEL_TOKEN`, which is not set.") && words.contains("Set it first"),
        "it is refused with the chain, and what helps: {words}"
    );
    let graph = run(&yard, &["plugins", "graph"]);
    let of = graph.json().unwrap();
    let node = |of: &Value, id: &str| {
        of["nodes"].as_array().unwrap().iter().find(|node| node["id"] == id).cloned().unwrap_or_default()
    };
    assert_eq!(graph.code, 1, "the graph says so: {of:#}");
    assert_eq!(node(&of, "secret:smcp:PARCEL_TOKEN")["trouble"], "not set", "at the secret: {of:#}");
    assert_eq!(node(&of, "secret:smcp:PARCEL_SPARE")["trouble"], Value::Null, "one it can do without is no trouble");

    set_secret(&yard, "smcp", "PARCEL_TOKEN", "canary");
    assert_eq!(row(&yard, "smcp:parcel")["missing"], value!([]), "now nothing is missing");
    well(&yard, &["plugins", "enable", "smcp:parcel", "--yes"]);
    let graph = run(&yard, &["plugins", "graph"]);
    assert!(graph.code == 0 && !graph.out.contains("canary"), "nor in the graph: {graph:?}");
}

#[test]
fn who_reaches_a_plugin_is_who_letta_knows_and_nobody_where_it_is_off() {
    let yard = Yard::new("smcp").unwrap();
    install(&yard, "src/mail", value!({}));
    let used = || json(&yard, &["plugins", "show", "smcp:mail"])["used_by"].clone();
    let agents = || {
        let of = well(&yard, &["plugins", "graph"]);
        of["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "agent").count()
    };
    well(&yard, &["plugins", "enable", "smcp:mail", "--yes"]);
    assert_eq!((used(), agents()), (value!([]), 0), "no agent is at a Letta server, so none has its tools");
    let registry = Connection::open(yard.root().join("control/registry.db")).unwrap();
    let uid = "agent-11111111-2222-4333-8444-555555555555";
    assert_eq!(registry.execute("UPDATE agents SET letta_uid = ?1", [uid]).unwrap(), 1, "one is linked");
    assert_eq!((used(), agents()), (value!(["athena"]), 1), "that one reaches the tool server");
    well(&yard, &["plugins", "disable", "smcp:mail", "--yes"]);
    assert_eq!(used(), value!([]), "but nothing of what is off");
}

#[test]
fn only_what_is_there_is_updated_by_its_id_and_stays_on_or_off() {
    let yard = Yard::new("smcp,broca2").unwrap();
    let one = plugin(&yard, "one/mail", value!({}));
    let held = || {
        let of = |dir: std::path::PathBuf| std::fs::read_dir(dir).map_or(0, |all| all.flatten().count());
        let installs = std::fs::read_dir(yard.data_dir().join("installs")).unwrap().flatten();
        installs.map(|install| of(install.path().join("plugins/quarantine"))).sum::<usize>()
    };
    refused(&yard, &["plugins", "update", "smcp:mail", "--folder", &one, "--yes"], "plugin_unknown");
    assert_eq!(json(&yard, &["plugins", "list"])["total"], 0, "what is not there is not installed by an update");
    let bad = plugin(&yard, "bad/.mail", value!({}));
    refused(
        &yard,
        &["plugins", "install", "--folder", &bad, "--tool", "smcp", "--name", "..", "--yes"],
        "plugin_refused",
    );
    assert_eq!(held(), 0, "what was refused is not kept in quarantine either");

    well(&yard, &["plugins", "install", "--folder", &one, "--off", "--yes"]);
    let words = refused(&yard, &["plugins", "update", "smcp:mail", "--yes"], "plugin_no_update");
    assert!(words.contains("--folder"), "without an offer a source has to be named: {words}");
    let two = plugin(&yard, "two/mail", value!({"version": "2.0.0"}));
    let offer = |version: &str, kind: &str| {
        let source = value!({"kind": "folder", "path": &two});
        let entry = value!([{"name": "mail", "version": version, "kind": kind, "source": source}]);
        put(&yard.root(), "control/plugins.json", entry.to_string());
    };
    for (version, kind, why) in [
        ("0.9.0", "smcp", "an older version"),
        ("1.0", "smcp", "the same version"),
        ("2.0.0", "broca", "a plugin for another tool"),
        ("spring", "smcp", "a version that cannot be compared"),
    ] {
        offer(version, kind);
        let listed = json(&yard, &["plugins", "list", "--available"]);
        assert_eq!(listed[0]["updates"], Value::Null, "{why} is no update of it: {listed:#}");
        assert_eq!(row(&yard, "smcp:mail")["update"], Value::Null, "{why}: nor is it shown as one");
        refused(&yard, &["plugins", "update", "smcp:mail", "--yes"], "plugin_no_update");
    }
    offer("2.0.0", "smcp");
    assert_eq!(row(&yard, "smcp:mail")["update"], "2.0.0", "a newer one is");
    well(&yard, &["plugins", "update", "smcp:mail", "--yes"]);
    let now = row(&yard, "smcp:mail");
    assert_eq!(
        (&now["version"], &now["enabled"], &now["update"]),
        (&value!("2.0.0"), &value!(false), &Value::Null),
        "updated, and off as it was: {now:#}"
    );
    well(&yard, &["plugins", "update", "smcp:mail", "--folder", &one, "--on", "--yes"]);
    assert_eq!(row(&yard, "smcp:mail")["enabled"], true, "where it is asked for it is switched on");
    assert_eq!(held(), 0, "and nothing stays in quarantine");
}

#[test]
fn a_new_plugin_is_made_and_checked_and_what_is_wrong_with_one_is_found() {
    let yard = Yard::new("smcp").unwrap();
    let at = text(&yard.path().join("weather"));
    let made = well(&yard, &["plugins", "new", &at]);
    assert!(
        made.as_array().unwrap().iter().any(|file| file.as_str().unwrap().ends_with("/cli.py")),
        "its files are named: {made:#}"
    );
    let checked = run(&yard, &["plugins", "check", &at, "--trust"]);
    assert_eq!(checked.code, 0, "nothing is wrong with it: {checked:?}");
    assert_ne!(run(&yard, &["plugins", "new", &at]).code, 0, "what is there is not written over");
    put(yard.path(), "src/torn/cli.py", "import sys\nsys.exit(3)\n");
    let torn = run(&yard, &["plugins", "check", &text(&yard.path().join("src/torn")), "--trust"]);
    assert_eq!(torn.code, 1, "one that does not describe itself has a fault: {torn:?}");
}
