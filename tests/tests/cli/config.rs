//! Settings from a terminal: each level, kinds of values, what is refused, and what a setting says about itself.

use serde_json::json as value_of;

use crate::support::{ENV, at_root, done, json, made, put, read, refused, settled, value};

const WAIT: &str = "LONG_TASK_MAX_WAIT";

#[test]
fn each_level_says_its_own_and_the_nearest_counts() {
    let place = made(&["Athena", "Monday"], "broca2");
    let both = || (value(&place, "athena/broca2", WAIT), value(&place, "monday/broca2", WAIT));
    assert_eq!(both(), ("600".into(), "600".into()), "the default counts where nothing is said");
    for (level, number, athena, monday) in [
        ("system", "100", "100", "100"),
        ("agent", "200", "200", "100"),
        ("tool", "300", "300", "300"),
        ("instance", "400", "400", "300"),
    ] {
        done(&place, &["config", "set", "athena/broca2", WAIT, number, "--level", level]);
        assert_eq!(both(), (athena.into(), monday.into()), "after it was set at the {level}");
    }
    assert!(read(&place, ENV).contains("LONG_TASK_MAX_WAIT='400'\n"), "the module's file says what counts");
    for (level, athena) in [("instance", "300"), ("tool", "200"), ("agent", "100"), ("system", "600")] {
        done(&place, &["config", "unset", "athena/broca2", WAIT, "--level", level]);
        assert_eq!(value(&place, "athena/broca2", WAIT), athena, "after the {level} says nothing any more");
    }
    assert!(!read(&place, ENV).contains(WAIT), "a default need not stand in the file");
    let nothing = refused(&at_root(&place, &["config", "unset", "athena/broca2", WAIT, "--yes"]), "setting_not_set");
    assert!(nothing["hint"].as_str().unwrap().contains("No level sets it"), "nothing is left to take back: {nothing}");
}

#[test]
fn without_a_level_it_is_the_nearest_of_what_was_named() {
    let place = made(&["Athena"], "broca2");
    for (address, level) in [("athena/broca2", "instance"), ("agent:athena", "agent"), ("tool:broca2", "tool")] {
        done(&place, &["config", "set", address, WAIT, "77"]);
        let explained = json(&place, &["config", "explain", "athena/broca2", WAIT]);
        let said = explained["chain"].as_array().unwrap().iter().find(|link| link["level"] == level).unwrap();
        assert_eq!(said["value"], "77", "`{address}` sets it at the {level}: {explained}");
        done(&place, &["config", "unset", address, WAIT]);
    }
    done(&place, &["config", "set", "preferences", "appearance", "dark"]);
    assert_eq!(value(&place, "preferences", "appearance"), "dark", "preferences are one's own");
    done(&place, &["config", "set", "system-settings", "TZ", "Europe/Berlin"]);
    assert_eq!(value(&place, "system-settings", "TZ"), "Europe/Berlin", "the environment of all is open-ended");
    assert!(read(&place, ".env").contains("TZ='Europe/Berlin'\n"), "it stands in the root's file");
}

#[test]
fn what_is_set_explains_itself() {
    let place = made(&["Athena"], "broca2");
    done(&place, &["config", "set", "athena/broca2", "LOG_LEVEL", "DEBUG"]);
    let line = 1 + read(&place, ENV).lines().position(|line| line == "LOG_LEVEL='DEBUG'").unwrap();
    let words = at_root(&place, &["config", "explain", "athena/broca2", "LOG_LEVEL"]);
    assert!(words.out.contains(&format!("Stands in {ENV}:{line}.")), "the file and the line: {words:?}");
    assert!(
        words.out.contains("› Instance · Broca of Athena") && words.out.contains("mara, 20"),
        "who, and when: {words:?}"
    );
    assert!(words.out.contains("Default") && words.out.contains("INFO"), "what it overrides: {words:?}");
    assert!(words.out.contains("only after a restart"), "what must restart: {words:?}");
    let row = json(&place, &["config", "explain", "athena/broca2", "LOG_LEVEL"]);
    assert_eq!(row["source"], value_of!({ "file": ENV, "line": line }), "the same as JSON");
    assert_eq!(row["link"], "sanctum://v1/settings/athena/broca2/LOG_LEVEL", "with a link to it");
    refused(&at_root(&place, &["config", "explain", "athena/broca2", "LOG_LEVL"]), "setting_unknown");
    refused(&at_root(&place, &["config", "explain", "nobody/broca2", "LOG_LEVEL"]), "setting_target_unknown");
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let place = made(&["Athena"], "broca2");
    let before = settled(&place.root());
    let set = |words: &[&str]| {
        let mut all = vec!["config", "set"];
        all.extend(words);
        at_root(&place, &all)
    };
    for (key, bad) in [
        (WAIT, "0"),
        (WAIT, "lots"),
        (WAIT, "1.5"),
        (WAIT, "-5"),
        ("LOG_LEVEL", "LOUD"),
        ("DEBUG_MODE", "perhaps"),
        ("AGENT_ENDPOINT", "ftp://x"),
        ("database.pool_size", "101"),
    ] {
        let error = refused(&set(&["athena/broca2", key, bad, "--yes"]), "settings_invalid");
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with('.') && message.contains(' '), "a sentence says why `{bad}` is no {key}: {message}");
    }
    for (words, code) in [
        (&["athena/broca2", WAIT, "5"][..], "confirm_needed"),
        (&["athena/broca2", WAIT, "5", "--level", "user", "--yes"], "settings_invalid"),
        (&["athena/broca2", WAIT, "--none", "--yes"], "settings_invalid"),
        (&["athena/broca2", "MISSPELT", "5", "--yes"], "setting_unknown"),
        (&["athena/broca2", "AGENT_API_KEY", "never-here", "--yes"], "setting_secret"),
        (&["system-settings", "SANCTUM_ROOT", "/elsewhere", "--yes"], "settings_invalid"),
        (&["athena/broca2", "plugins", "{not json", "--yes"], "value_unreadable"),
        (&["athena/broca2", WAIT, "--yes"], "usage"),
        (&["athena/broca2", WAIT, "5", "--none", "--yes"], "usage"),
        (&["athena/broca2", WAIT, "5", "--level", "default", "--yes"], "usage"),
    ] {
        refused(&set(words), code);
    }
    assert_eq!(
        json(&place, &["config", "set", "athena/broca2", WAIT, "5", "--plan"])["action"],
        "Apply 1 change",
        "a plan"
    );
    assert_eq!(settled(&place.root()), before, "nothing was written by any of them");
}

#[test]
fn what_no_file_can_carry_goes_by_the_environment() {
    let place = made(&["Athena"], "broca2");
    let odd = r"it's a \ and a $";
    let before = read(&place, ENV);
    let words = ["config", "set", "athena/broca2", "TELEGRAM_OWNER_USERNAME", odd, "--yes"];
    let error = refused(&at_root(&place, &words), "setting_unquotable");
    assert!(error["hint"].as_str().unwrap().contains("--env"), "the way around it is offered: {error}");
    assert_eq!(read(&place, ENV), before, "nothing was written");
    done(&place, &["config", "set", "athena/broca2", "TELEGRAM_OWNER_USERNAME", odd, "--env"]);
    assert!(!read(&place, ENV).contains("OWNER_USERNAME"), "it stands in no file");
    assert_eq!(value(&place, "athena/broca2", "TELEGRAM_OWNER_USERNAME"), odd, "it counts");
    let handed = at_root(
        &place,
        &["secrets", "exec", "--instance", "athena/broca2", "--", "printenv", "TELEGRAM_OWNER_USERNAME"],
    );
    assert_eq!((handed.code, handed.out.as_str()), (0, format!("{odd}\n").as_str()), "and is handed over: {handed:?}");
    let row = json(&place, &["config", "explain", "athena/broca2", "TELEGRAM_OWNER_USERNAME"]);
    assert_eq!(row["by_environment"], true, "it says so: {row}");
}

#[test]
fn lists_objects_and_numbers_are_typed_as_one_types_them() {
    let place = made(&["Athena"], "broca2");
    let schema = value_of!({ "name": "notes", "type": "tool", "config_schema": { "type": "object", "properties": {
        "tags": { "type": "array", "items": { "type": "string" }, "x-env": "NOTES_TAGS" },
        "sizes": { "type": "array", "items": { "type": "integer" }, "x-env": "NOTES_SIZES" },
        "labels": { "type": "object", "additionalProperties": { "type": "string" }, "x-env": "NOTES_LABELS" },
        "on": { "type": "boolean", "x-env": "NOTES_ON" },
        "share": { "type": ["number", "null"], "default": 0.5, "x-env": "NOTES_SHARE" },
    }}});
    put(&place.root(), "agents/agent-athena/notes/manifest.json", schema.to_string());
    let set = |key: &str, typed: &str| {
        done(&place, &["config", "set", "athena/notes", key, typed]);
        json(&place, &["config", "get", "athena/notes", key])["value"].clone()
    };
    assert_eq!(set("tags", "a, b,c"), value_of!(["a", "b", "c"]), "a list with commas");
    assert_eq!(set("tags", r#"["a,b"]"#), value_of!(["a,b"]), "a list as JSON");
    assert_eq!(set("sizes", "1,2"), value_of!([1, 2]), "its items have their own kind");
    assert_eq!(set("labels", r#"{"x":"1"}"#), value_of!({ "x": "1" }), "an object");
    assert_eq!(set("on", "yes"), value_of!(true), "a word for true");
    assert_eq!(set("share", "-0.25"), value_of!(-0.25), "a number that begins with a dash");
    done(&place, &["config", "set", "athena/notes", "share", "--none"]);
    assert_eq!(value(&place, "athena/notes", "share"), "none", "explicitly none");
    refused(&at_root(&place, &["config", "set", "athena/notes", "sizes", "1,x", "--yes"]), "settings_invalid");
}

#[test]
fn what_nothing_sets_ends_with_1() {
    let place = made(&["Athena"], "broca2");
    let missing = at_root(&place, &["config", "get", "athena/broca2", "AGENT_ENDPOINT"]);
    assert_eq!((missing.code, missing.out.as_str()), (1, ""), "nothing is printed for nothing: {missing:?}");
    let secret = at_root(&place, &["config", "get", "athena/broca2", "AGENT_API_KEY"]);
    assert_eq!((secret.code, secret.out.as_str()), (1, "not set\n"), "a secret says so: {secret:?}");
    assert_eq!(at_root(&place, &["config", "get", "athena/broca2", "LOG_LEVEL"]).code, 0, "what is set ends with 0");
}

#[test]
fn a_running_module_is_named_in_the_plan() {
    let place = made(&["Athena", "Monday"], "broca2");
    let folder = place.root().join("agents/agent-athena/broca2");
    let mut module = std::process::Command::new("cat")
        .current_dir(&folder)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let plan = json(&place, &["config", "set", "athena/broca2", WAIT, "5", "--level", "system", "--plan"]);
    let restarts: Vec<&str> = plan["restarts"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(restarts.len(), 1, "only the one that runs waits: {plan}");
    assert!(restarts[0].starts_with("Broca of Athena must restart"), "it is named: {restarts:?}");
    drop(module.stdin.take());
    module.wait().unwrap();
    let plan = json(&place, &["config", "set", "athena/broca2", WAIT, "5", "--level", "system", "--plan"]);
    assert_eq!(plan["restarts"], value_of!([]), "once it has ended nothing waits");
}
