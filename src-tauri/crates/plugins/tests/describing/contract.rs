//! What well-behaved plugins say, and what is made of it.

use sanctum_plugins::describe::{Cache, DescribeError, Folder, How};
use serde_json::json;

use crate::{Trial, cli, codes};

#[test]
fn a_plugin_of_contract_one_becomes_tools_with_schemas() {
    let said = Trial::fixture("weather").ask().unwrap();
    assert_eq!(
        (said.how, said.contract.as_deref(), said.version.as_deref()),
        (How::Describe, Some("1.0"), Some("1.2.0")),
        "what it says"
    );
    let names: Vec<&str> = said.tools.iter().map(|tool| tool.command.as_str()).collect();
    assert_eq!(names, ["now", "warnings"], "`connect` is SMCP’s own");
    assert_eq!(
        said.tools[0].schema,
        json!({
            "type": "object",
            "properties": {
                "place": {"type": "string", "description": "A city."},
                "days": {"type": "integer", "description": "How many days.", "default": 1},
                "units": {"type": "array", "description": "Units to tell.", "items": {"type": "string"}},
                "brief": {"type": "boolean", "description": "One line."},
            },
            "required": ["place"],
            "additionalProperties": false,
        }),
        "its parameters as a schema"
    );
    assert_eq!(codes(&said), ["command_skipped"], "{:?}", said.findings);
}

#[test]
fn a_plugin_without_a_contract_version_is_taken() {
    let said = Trial::fixture("notes").ask().unwrap();
    assert_eq!((said.contract, said.version.as_deref()), (None, Some("0.4.1")), "it says none");
    assert_eq!(said.tools[1].schema["properties"], json!({}), "a command without parameters has an empty schema");
}

#[test]
fn an_old_plugin_s_commands_come_from_its_help() {
    let said = Trial::fixture("lamps").ask().unwrap();
    let names: Vec<&str> = said.tools.iter().map(|tool| tool.command.as_str()).collect();
    assert_eq!((said.how, names), (How::Help, vec!["on", "off", "list-all"]), "as SMCP does");
    assert!(codes(&said).contains(&"helped"), "which is told: {:?}", said.findings);
}

#[test]
fn what_breaks_the_contract_is_named_by_its_field() {
    for (answer, field) in [
        (json!([]), "--describe"),
        (json!({}), "commands"),
        (json!({"commands": {}}), "commands"),
        (json!({"commands": [], "contract_version": "2.0"}), "contract_version"),
        (json!({"commands": [], "contract_version": "1.0.0.0"}), "contract_version"),
        (json!({"commands": [], "contract_version": 1}), "contract_version"),
        (json!({"commands": [], "plugin": "x"}), "plugin"),
        (json!({"commands": [], "plugin": {"name": 1}}), "plugin.name"),
        (json!({"commands": ["a"]}), "commands[0]"),
        (json!({"commands": [{"description": "x"}]}), "commands[0].name"),
        (json!({"commands": [{"name": "a b"}]}), "commands[0].name"),
        (json!({"commands": [{"name": "a/../b"}]}), "commands[0].name"),
        (json!({"commands": [{"name": "a", "parameters": {}}]}), "commands[0].parameters"),
        (json!({"commands": [{"name": "a", "parameters": [{}]}]}), "commands[0].parameters[0].name"),
        (
            json!({"commands": [{"name": "a", "parameters": [{"name": "p", "type": "int"}]}]}),
            "commands[0].parameters[0].type",
        ),
        (
            json!({"commands": [{"name": "a", "parameters": [{"name": "p", "required": "yes"}]}]}),
            "commands[0].parameters[0].required",
        ),
        (
            json!({"commands": [{"name": "a", "parameters": [{"name": "p", "items": []}]}]}),
            "commands[0].parameters[0].items",
        ),
    ] {
        let text = serde_json::to_string(&answer.to_string()).unwrap();
        match Trial::new("x", &format!("print({text})")).ask() {
            Err(error @ DescribeError::Contract { .. }) => {
                assert!(
                    error.to_string().contains(&format!("`{field}` ")),
                    "{answer} is refused for `{field}`: {error}"
                );
            }
            other => panic!("{answer} breaks the contract: {other:?}"),
        }
    }
}

#[test]
fn versions_and_extra_keys_that_the_contract_allows_are_taken() {
    for version in ["1", "1.0", "1.2.3", "1.10"] {
        let answer = json!({"contract_version": version, "x": {"y": []}, "commands": [{"name": "a", "description": "d", "z": 1, "parameters": null}]});
        let text = serde_json::to_string(&answer.to_string()).unwrap();
        let said = Trial::new("x", &format!("print({text})")).ask().unwrap();
        assert_eq!((said.tools.len(), said.findings.len()), (1, 0), "{version}: {:?}", said.findings);
    }
}

#[test]
fn a_tool_s_whole_name_has_its_limit() {
    let answer = r#"'{"commands":[{"name":"0123456789","description":"d"}]}'"#;
    let said = Trial::new(&"n".repeat(52), &cli("", answer)).ask().unwrap();
    assert_eq!(codes(&said), Vec::<&str>::new(), "64 characters are taken");
    let said = Trial::new(&"n".repeat(53), &cli("", answer)).ask().unwrap();
    assert_eq!(codes(&said), ["tool_name"], "65 are not");
}

#[test]
fn the_same_content_is_asked_once_and_another_content_again() {
    let trial = Trial::new("x", &cli("", r#"'{"commands":[{"name":"a","description":"d"}]}'"#));
    let cache = Folder::new(&trial.temp.path().join("cache"));
    let first = trial.ask_with(&trial.hash(), &cache, &|| false).unwrap();
    let again = trial.ask_with(&trial.hash(), &cache, &|| false).unwrap();
    assert!(!first.cached && again.cached, "the second time nothing runs");
    assert_eq!(first.tools, again.tools, "and it says the same");
    std::fs::write(trial.dir.join("cli.py"), "print('{\"commands\":[]}')").unwrap();
    assert!(!trial.ask_with(&trial.hash(), &cache, &|| false).unwrap().cached, "other content is asked anew");
}

#[test]
fn a_cache_that_is_damaged_or_cannot_be_written_does_no_harm() {
    let trial = Trial::new("x", &cli("", r#"'{"commands":[]}'"#));
    let dir = trial.temp.path().join("cache");
    let cache = Folder::new(&dir);
    cache.put(&trial.hash(), b"not json").unwrap();
    assert!(!trial.ask_with(&trial.hash(), &cache, &|| false).unwrap().cached, "what cannot be read is asked anew");
    assert!(cache.put("../../x", b"").is_err(), "a key is a hash and no path");
    std::fs::write(trial.temp.path().join("file"), "").unwrap();
    let broken = Folder::new(&trial.temp.path().join("file/cache"));
    assert!(trial.ask_with(&trial.hash(), &broken, &|| false).is_ok(), "what cannot be kept is no failure");
}

#[test]
fn a_folder_that_changed_since_it_was_trusted_is_not_run() {
    let trial = Trial::new("x", &cli("", "'{}'"));
    let hash = trial.hash();
    std::fs::write(trial.dir.join("more.py"), "").unwrap();
    let error = trial.ask_with(&hash, &sanctum_plugins::describe::NoCache, &|| false).unwrap_err();
    assert!(matches!(error, DescribeError::Changed), "{error:?}");
}
