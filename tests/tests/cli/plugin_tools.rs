//! Single tools of a plugin switched on and off: by SMCP's profiles, for everybody, from its next start, and back byte for byte.

use std::path::PathBuf;

use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::Value;

use crate::support::{json, put, read, refused, text};

const PROFILES: &str = "smcp/config/profiles.json";
const ENV: &str = "smcp/config/.env";

/// A plugin with these commands, each of which answers its own name.
fn plugin(yard: &Yard, folder: &str, commands: &[&str]) -> PathBuf {
    let name = folder.rsplit('/').next().unwrap();
    let list: Vec<String> =
        commands.iter().map(|c| format!("{{'name': '{c}', 'description': 'Does {c}.', 'parameters': []}}")).collect();
    let code = format!(
        "import json, sys\nif '--describe' in sys.argv:\n    print(json.dumps({{'contract_version': '1.0', 'plugin': {{'name': '{name}', 'version': '1.0.0'}}, 'commands': [{}]}}))\nelse:\n    print(json.dumps({{'did': sys.argv[1]}}))\n",
        list.join(", ")
    );
    put(yard.path(), &format!("{folder}/cli.py"), code).parent().unwrap().to_owned()
}

/// A command with a short watch over what is changed.
fn quick(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    all.push("--json");
    Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "2").run(&all).unwrap()
}

fn well(yard: &Yard, words: &[&str]) -> Value {
    let done = quick(yard, words);
    assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
    done.json().unwrap()
}

fn install(yard: &Yard, folder: &str, commands: &[&str]) {
    let folder = text(&plugin(yard, folder, commands));
    well(yard, &["plugins", "install", "--folder", &folder, "--yes"]);
}

fn turn(yard: &Yard, tool: &str, to: &str) -> Value {
    let id = format!("smcp:{}", tool.split("__").next().unwrap());
    well(yard, &["plugins", "tool", &id, tool, to, "--yes"])
}

/// A running SMCP with two plugins, three tools.
fn smcp() -> Yard {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    install(&yard, "src/math", &["add", "flip"]);
    install(&yard, "src/words", &["count"]);
    yard
}

/// What the running server lists.
fn listed(yard: &Yard) -> Vec<String> {
    let tools = well(yard, &["plugins", "tools"]);
    let mut names: Vec<String> =
        tools["items"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Each tool of a plugin with its switch.
fn switches(yard: &Yard, id: &str) -> Vec<(String, Option<bool>)> {
    let detail = json(yard, &["plugins", "show", id]);
    let switch = |tool: &Value| (tool["name"].as_str().unwrap().to_owned(), tool["enabled"].as_bool());
    let mut all: Vec<_> = detail["tools"].as_array().unwrap().iter().map(switch).collect();
    all.sort();
    all
}

fn note(yard: &Yard, id: &str) -> String {
    json(yard, &["plugins", "show", id])["tool_note"].as_str().unwrap_or_default().to_owned()
}

fn on(name: &str) -> (String, Option<bool>) {
    (name.to_owned(), Some(true))
}

fn off(name: &str) -> (String, Option<bool>) {
    (name.to_owned(), Some(false))
}

#[test]
fn a_tool_is_switched_off_and_on_and_undo_brings_every_byte_back() {
    let yard = smcp();
    let all = ["math__add", "math__flip", "sanctum__tools", "words__count"];
    assert_eq!(listed(&yard), all, "all of them at first");
    let governor = well(&yard, &["plugins", "tools"])["items"][0].clone();
    assert_eq!(
        (&governor["name"], &governor["plugin"]),
        (&"sanctum__tools".into(), &Value::Null),
        "one is the server’s own"
    );
    let env = read(&yard, ENV);
    assert_eq!(switches(&yard, "smcp:math"), [on("math__add"), on("math__flip")], "each has a switch, and is on");
    let said = note(&yard, "smcp:math");
    assert!(
        said.contains("everybody who uses SMCP") && said.contains("next start") && said.contains("`sanctum__tools`"),
        "{said}"
    );

    let looked = well(&yard, &["plugins", "tool", "smcp:math", "math__add", "--off", "--plan"]);
    assert!(looked["restarts"][0].as_str().unwrap().contains("started again"), "the plan says so: {looked:#}");
    assert!(!yard.root().join(PROFILES).exists() && read(&yard, ENV) == env, "and nothing is written by it");

    turn(&yard, "math__add", "--off");
    assert_eq!(
        listed(&yard),
        ["math__flip", "sanctum__tools", "words__count"],
        "SMCP, started again, lists it no more"
    );
    assert_eq!(switches(&yard, "smcp:math"), [off("math__add"), on("math__flip")], "the page says the same");
    let call = refused(&quick(&yard, &["plugins", "call", "math__add"]), "tool_unknown_there");
    assert!(
        call["message"].as_str().unwrap().contains("switched off") && call["hint"].as_str().unwrap().contains("--on"),
        "trying it says that it is off, and how it comes back: {call}"
    );
    let none = refused(&quick(&yard, &["plugins", "call", "math__none"]), "tool_unknown_there");
    assert!(none["message"].as_str().unwrap().contains("lists no"), "one that is not there is not off: {none}");
    let said = json(&yard, &["config", "list", "smcp"]).to_string();
    assert!(said.contains(PROFILES), "the setting that names the list is explained with the others");

    well(&yard, &["plugins", "call", "sanctum__tools", "{\"action\": \"attach\", \"tools\": [\"math__add\"]}"]);
    let said = note(&yard, "smcp:math");
    assert!(said.contains("still offers `math__add`"), "what an agent attached again is seen: {said}");

    let before = (read(&yard, PROFILES), read(&yard, ENV));
    turn(&yard, "words__count", "--off");
    assert_eq!(listed(&yard), ["math__flip", "sanctum__tools"], "one of another plugin as well");
    let row = json(&yard, &["plugins", "list", "words"])["items"][0]["status"].clone();
    assert_eq!(
        (&row["word"], &row["reason"]),
        (&"Inactive".into(), &"all its tools are switched off".into()),
        "it is no error"
    );
    well(&yard, &["changes", "undo", "--yes"]);
    assert_eq!((read(&yard, PROFILES), read(&yard, ENV)), before, "undo brings both files back byte for byte");
    assert_eq!(listed(&yard), ["math__flip", "sanctum__tools", "words__count"], "and SMCP lists it again");

    turn(&yard, "math__add", "--on");
    assert_eq!(listed(&yard), all, "with all of them on");
    assert!(!yard.root().join(PROFILES).exists(), "the list is gone");
    assert_eq!(
        json(&yard, &["config", "explain", "smcp", "SMCP_PROFILES"])["value"],
        Value::Null,
        "and nothing names it"
    );
    refused(&quick(&yard, &["plugins", "tool", "smcp:math", "math__add", "--on", "--yes"]), "tool_switch");
    refused(&quick(&yard, &["plugins", "tool", "smcp:math", "words__count", "--off", "--yes"]), "tool_switch");
}

#[test]
fn profiles_of_others_survive_and_their_default_comes_back() {
    let yard = smcp();
    let theirs = "{\n    \"default_profile\" : \"Math\",\n    \"profiles\": {\"math\": { \"mode\":\"prefix\", \"prefix\": \"math__\" }},\n    \"intent_hints\": [ {\"intent\": \"add\",\"tool\": \"math__add\"} ]\n}\n";
    put(&yard.root(), "smcp/config/mine.json", theirs);
    let mine = text(&yard.root().join("smcp/config/mine.json"));
    well(&yard, &["config", "set", "smcp", "SMCP_PROFILES", &mine, "--yes"]);
    well(&yard, &["modules", "restart", "smcp"]);
    assert_eq!(listed(&yard), ["math__add", "math__flip", "sanctum__tools"], "their profile is in force");
    assert_eq!(switches(&yard, "smcp:words"), [off("words__count")], "what it leaves out is off");

    turn(&yard, "math__add", "--off");
    turn(&yard, "words__count", "--on");
    assert_eq!(listed(&yard), ["math__flip", "sanctum__tools", "words__count"], "theirs, less one and one more");
    let now = read(&yard, "smcp/config/mine.json");
    for kept in ["{ \"mode\":\"prefix\", \"prefix\": \"math__\" }", "[ {\"intent\": \"add\",\"tool\": \"math__add\"} ]"]
    {
        assert!(now.contains(kept), "`{kept}` stands as it was: {now}");
    }
    turn(&yard, "math__add", "--on");
    turn(&yard, "words__count", "--off");
    assert_eq!(read(&yard, "smcp/config/mine.json"), theirs, "back to theirs, byte for byte");

    well(&yard, &["config", "set", "smcp", "SMCP_ATTACH_PROFILE", "full", "--yes"]);
    turn(&yard, "math__flip", "--off");
    assert_eq!(
        listed(&yard),
        ["math__add", "sanctum__tools", "words__count"],
        "also against the profile of the settings"
    );
    turn(&yard, "math__flip", "--on");
    assert_eq!(read(&yard, "smcp/config/mine.json"), theirs, "the file is theirs again");
    let attach = json(&yard, &["config", "explain", "smcp", "SMCP_ATTACH_PROFILE"]);
    assert_eq!(attach["value"], "full", "and the setting says what it said: {attach:#}");
}

#[test]
fn plugins_that_come_later_are_not_left_out_by_the_list() {
    let yard = smcp();
    turn(&yard, "math__add", "--off");
    let folder = text(&plugin(&yard, "src/mail", &["send", "read"]));
    well(&yard, &["plugins", "inspect", "--folder", &folder, "--trust"]);
    well(&yard, &["plugins", "install", "--folder", &folder, "--yes"]);
    let expected = ["mail__read", "mail__send", "math__flip", "sanctum__tools", "words__count"];
    assert_eq!(listed(&yard), expected, "the tools of one that was trusted are on with it");

    let unknown = text(&plugin(&yard, "src/odd", &["do"]));
    let planned = well(&yard, &["plugins", "install", "--folder", &unknown, "--plan"]);
    assert!(
        planned["checks"].to_string().contains("not known before SMCP ran it"),
        "the plan of another says it: {planned:#}"
    );
    well(&yard, &["plugins", "install", "--folder", &unknown, "--yes"]);
    assert_eq!(listed(&yard), expected, "of that one nobody knows the names yet");
    turn(&yard, "mail__send", "--off");
    let expected = ["mail__read", "math__flip", "odd__do", "sanctum__tools", "words__count"];
    assert_eq!(listed(&yard), expected, "the next switch names them, since SMCP told them");

    well(&yard, &["plugins", "disable", "smcp:mail", "--yes"]);
    well(&yard, &["plugins", "enable", "smcp:mail", "--yes"]);
    assert_eq!(listed(&yard), expected, "switched off and on as a whole, a plugin keeps what was chosen");
    well(&yard, &["plugins", "remove", "smcp:mail", "--yes"]);
    assert!(!read(&yard, PROFILES).contains("mail__"), "removed, it is forgotten");
    well(&yard, &["plugins", "remove", "smcp:math", "--yes"]);
    assert_eq!(listed(&yard), ["odd__do", "sanctum__tools", "words__count"], "with it the last that was off is gone");
    assert!(!yard.root().join(PROFILES).exists(), "and so is the list, with its file");
}

#[test]
fn profiles_that_cannot_be_edited_are_explained_and_left_alone() {
    let yard = smcp();
    let set = |value: &str| well(&yard, &["config", "set", "smcp", "SMCP_PROFILES", value, "--yes"]);
    let no_switch = |words: &str| {
        assert!(switches(&yard, "smcp:math").iter().all(|(_, on)| on.is_none()), "no switch: {words}");
        let said = note(&yard, "smcp:math");
        assert!(said.contains(words), "the note says `{words}`: {said}");
        refused(&quick(&yard, &["plugins", "tool", "smcp:math", "math__add", "--off", "--yes"]), "tool_switch");
    };
    put(&yard.root(), "smcp/config/many/a.json", "{}");
    set(&text(&yard.root().join("smcp/config/many")));
    no_switch("a folder of profiles");
    set(&text(&yard.root().join("smcp/config/gone.json")));
    no_switch("which is not there: SMCP does not start with it");
    let broken = put(&yard.root(), "smcp/config/broken.json", "{ \"profiles\": ");
    set(&text(&broken));
    no_switch("it is not JSON");
    assert_eq!(read(&yard, "smcp/config/broken.json"), "{ \"profiles\": ", "it is left as it is");
    set(&text(&put(yard.path(), "elsewhere.json", "{}")));
    no_switch("a file outside of this Sanctum");
    well(&yard, &["config", "unset", "smcp", "SMCP_PROFILES", "--yes"]);
    put(&yard.root(), PROFILES, "{\"default_profile\": \"none\"}");
    no_switch("SMCP does not read it");
}

#[test]
fn where_smcp_does_not_come_up_with_it_everything_is_taken_back() {
    let yard = smcp();
    let before = read(&yard, ENV);
    // Its profile is good; what SMCP is given beside it is not any more.
    let app = yard.root().join("smcp/app/smcp.py");
    let code = std::fs::read_to_string(&app).unwrap();
    put(&yard.root(), "smcp/app/smcp.py", code.replace("    server.serve_forever()", "    if os.environ.get('SMCP_PROFILES'):\n        sys.exit('no profiles today')\n    server.serve_forever()"));
    let done = quick(&yard, &["plugins", "tool", "smcp:math", "math__add", "--off", "--yes"]);
    let said = refused(&done, "rolled_back");
    assert!(said["message"].as_str().unwrap().contains("It runs as before"), "{said}");
    assert_eq!(read(&yard, ENV), before, "its settings are as they were");
    assert!(!yard.root().join(PROFILES).exists(), "and there is no list");
    assert_eq!(switches(&yard, "smcp:math"), [on("math__add"), on("math__flip")], "every tool is on");
}

#[test]
fn while_smcp_does_not_run_only_tools_that_are_known_are_switched() {
    let yard = smcp();
    yard.ctl(&["modules", "stop", "smcp"]).unwrap();
    let off = ["plugins", "tool", "smcp:math", "math__add", "--off"];
    let said = refused(&quick(&yard, &[&off[..], &["--yes"]].concat()), "tool_switch");
    assert!(
        said["message"].as_str().unwrap().contains("`math`"),
        "it names the plugin whose tools nobody knows: {said}"
    );
    assert!(!yard.root().join(PROFILES).exists(), "nothing is made");
    for folder in ["src/math", "src/words"] {
        well(&yard, &["plugins", "inspect", "--folder", &text(&yard.path().join(folder)), "--trust"]);
    }
    let plan = well(&yard, &[&off[..], &["--plan"]].concat());
    assert!(
        plan["checks"].to_string().contains("does not run") && plan["restarts"] == serde_json::json!([]),
        "{plan:#}"
    );
    well(&yard, &[&off[..], &["--yes"]].concat());
    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    assert_eq!(listed(&yard), ["math__flip", "sanctum__tools", "words__count"], "it counts from the next start");
}

#[test]
fn with_the_plugin_of_the_last_switched_off_tool_nothing_is_left_behind() {
    let yard = smcp();
    let env = read(&yard, ENV);
    turn(&yard, "words__count", "--off");
    turn(&yard, "math__add", "--off");
    well(&yard, &["plugins", "remove", "smcp:words", "--yes"]);
    assert!(read(&yard, PROFILES).contains("math__add"), "another tool is still switched off, so the list stays");
    let plan = well(&yard, &["plugins", "remove", "smcp:math", "--plan"]);
    assert!(plan.to_string().contains("Let go of the list of tools"), "the plan says that the list goes: {plan:#}");
    well(&yard, &["plugins", "remove", "smcp:math", "--yes"]);
    assert!(!yard.root().join(PROFILES).exists(), "with the last one the list goes, which was made for it");
    assert_eq!(read(&yard, ENV), env, "and the setting that named it is out of the file again");
    assert_eq!(listed(&yard), ["sanctum__tools"], "SMCP runs without them");
    well(&yard, &["changes", "undo", "--yes"]);
    assert_eq!(switches(&yard, "smcp:math"), [off("math__add"), on("math__flip")], "undo brings back what was off");
}

#[test]
fn a_file_of_profiles_that_was_there_before_stays_when_its_plugin_goes() {
    let yard = smcp();
    let theirs = "{ \"profiles\": { \"none\": { \"mode\": \"prefix\", \"prefix\": \"x__\" } } }\n";
    put(&yard.root(), "smcp/config/theirs.json", theirs);
    let file = text(&yard.root().join("smcp/config/theirs.json"));
    well(&yard, &["config", "set", "smcp", "SMCP_PROFILES", &file, "--yes"]);
    let env = read(&yard, ENV);
    turn(&yard, "math__add", "--off");
    well(&yard, &["plugins", "remove", "smcp:math", "--yes"]);
    assert_eq!(read(&yard, "smcp/config/theirs.json"), theirs, "byte for byte as it was");
    assert_eq!(read(&yard, ENV), env, "and still named");
}
