//! `plugins refresh`: Letta keeps the tools it read last; that they are old is measured and said, and it is told only when asked for.

use std::path::PathBuf;

use sanctum_fake_letta::Fake;
use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::{Value, json as value};

use crate::support::{json, put, refused, text};

const TODO: &str = "`sanctumctl plugins refresh` has it read them anew.";

/// A running SMCP with one plugin, and a Letta that this Sanctum knows.
struct Both {
    yard: Yard,
    letta: Fake,
    _runtime: tokio::runtime::Runtime,
}

/// A plugin with one command that takes `of` of this type.
fn plugin(yard: &Yard, folder: &str, command: &str, kind: &str) -> String {
    let name = folder.rsplit('/').next().unwrap();
    let code = format!(
        "import json, sys\nif '--describe' in sys.argv:\n    print(json.dumps({{'contract_version': '1.0', 'plugin': {{'name': '{name}', 'version': '1.0.0'}}, 'commands': [{{'name': '{command}', 'description': 'Does it.', 'parameters': [{{'name': 'of', 'type': '{kind}', 'description': 'Of what.'}}]}}]}}))\nelse:\n    print(json.dumps({{'did': sys.argv[1]}}))\n"
    );
    let file: PathBuf = put(yard.path(), &format!("{folder}/cli.py"), code);
    text(file.parent().unwrap())
}

impl Both {
    fn new(version: &'static str) -> Self {
        let yard = Yard::new("smcp").unwrap();
        yard.install("smcp", "smcp").unwrap();
        yard.ctl(&["modules", "start", "smcp"]).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let letta = runtime.block_on(Fake::new(version, 0, None));
        yard.ctl(&["letta", "address", &letta.url(), "--yes"]).unwrap();
        let both = Self { yard, letta, _runtime: runtime };
        let math = plugin(&both.yard, "one/math", "add", "string");
        both.does(&["plugins", "install", "--folder", &math, "--yes"]);
        both
    }

    /// As a person runs it, with a short watch over what is changed.
    fn run(&self, words: &[&str]) -> Run {
        let root = text(&self.yard.root());
        let all = [&["--root", &root], words].concat();
        Ctl::new(&self.yard).with("SANCTUM_TRIAL_SECONDS", "1").run(&all).unwrap()
    }

    fn does(&self, words: &[&str]) -> Run {
        let done = self.run(words);
        assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
        done
    }

    /// What SMCP offers now, as MCP has it.
    fn offered(&self) -> Vec<Value> {
        let tools = json(&self.yard, &["plugins", "tools"]);
        let one = |tool: &Value| value!({"name": tool["name"], "description": tool["description"], "inputSchema": tool["schema"]});
        tools["items"].as_array().unwrap().iter().map(one).collect()
    }

    /// SMCP is registered at Letta, which reads what it offers now.
    fn register(&self, name: &str) {
        let ports = json(&self.yard, &["ports", "list"]);
        let rows = ports["rows"].as_array().unwrap();
        let port = &rows.iter().find(|row| row["instance"] == "smcp").unwrap()["port"];
        self.letta.tool_server_at(name, &format!("http://localhost:{port}/sse"), &self.offered());
    }

    /// Whether Letta's tools are old, what is said, and how the command ends.
    fn check(&self) -> (Option<bool>, String, i32) {
        let done = self.run(&["plugins", "refresh", "--check", "--json"]);
        let said = done.json().unwrap_or_else(|_| panic!("an answer: {done:?}"));
        (said["stale"].as_bool(), said["words"].as_str().unwrap().to_owned(), done.code)
    }

    fn fresh(&self, why: &str) {
        let (stale, words, code) = self.check();
        assert_eq!((stale, code), (Some(false), 0), "{why}: {words}");
    }

    fn stale(&self, expected: &str) {
        let (stale, words, code) = self.check();
        assert_eq!((stale, words.as_str(), code), (Some(true), expected, 1), "Letta has the old tools");
    }

    fn spotless(&self) {
        let faults = self.letta.faults.lock().unwrap();
        assert!(faults.is_empty(), "everything Letta was sent is what this version takes: {faults:#?}");
    }
}

#[test]
fn letta_has_the_old_tools_after_a_change_until_it_is_told_to_read_them() {
    let both = Both::new("0.16.8");
    let (stale, words, code) = both.check();
    assert_eq!((stale, code), (None, 1), "nobody knows where it is not registered: {words}");
    both.letta.tool_server("other");
    both.register("smcp");
    both.fresh("it read them when it was registered");

    let words = plugin(&both.yard, "one/words", "count", "string");
    let planned = both.does(&["plugins", "install", "--folder", &words, "--plan"]);
    assert!(!planned.err.contains("Letta"), "what was only shown changes nothing: {planned:?}");
    let done = both.does(&["plugins", "install", "--folder", &words, "--yes"]);
    let told = format!("Letta does not know `words__count`. {TODO}");
    assert!(done.err.contains(&told), "after the change it is said, with what to do: {done:?}");
    both.stale("Letta does not know `words__count`.");
    assert_eq!(both.letta.refreshed(), 0, "and it is not told by itself");

    both.letta.offers("smcp", &both.offered());
    let read = both.does(&["plugins", "refresh"]);
    assert!(read.out.starts_with("Letta read smcp anew.") && read.out.contains(" lists 3 tools."), "{read:?}");
    assert_eq!(both.letta.refreshed(), 1, "this server is read, and no other one");
    both.fresh("it has them now");

    let done = both.does(&["plugins", "disable", "smcp:words", "--yes"]);
    assert!(done.err.contains(&format!("Letta still has `words__count`. {TODO}")), "also of one that is off: {done:?}");
    both.stale("Letta still has `words__count`.");
    both.letta.offers("smcp", &both.offered());
    both.does(&["plugins", "refresh"]);
    let done = both.does(&["plugins", "enable", "smcp:words", "--yes"]);
    assert!(done.err.contains(&told), "and on again: {done:?}");
    both.letta.offers("smcp", &both.offered());
    both.does(&["plugins", "refresh"]);
    let done = both.does(&["plugins", "remove", "smcp:words", "--yes"]);
    assert!(done.err.contains("Letta still has `words__count`."), "and gone: {done:?}");
    both.spotless();
}

#[test]
fn other_arguments_of_the_same_tool_make_letta_old_too() {
    let both = Both::new("0.16.8");
    both.register("smcp");
    both.fresh("it read them when it was registered");
    let two = plugin(&both.yard, "two/math", "add", "integer");
    let done = both.does(&["plugins", "update", "smcp:math", "--folder", &two, "--yes"]);
    let old = "Letta knows `math__add` as it was before.";
    assert!(done.err.contains(old), "the name is the same, what it takes is not: {done:?}");
    both.stale(old);
    both.letta.offers("smcp", &both.offered());
    both.does(&["plugins", "refresh"]);
    both.fresh("told");
    let versions = json(&both.yard, &["plugins", "show", "smcp:math"])["versions"].clone();
    let before = versions.as_array().unwrap().iter().find(|version| version["current"] == false).unwrap();
    let done = both.does(&["plugins", "rollback", "smcp:math", before["hash"].as_str().unwrap(), "--yes"]);
    assert!(done.err.contains(old), "also when the version before is put back: {done:?}");
    both.spotless();
}

#[test]
fn what_letta_does_not_take_is_said_and_not_asked_for_again() {
    let both = Both::new("0.16.8");
    both.register("smcp");
    let words = plugin(&both.yard, "one/words", "count", "string");
    both.does(&["plugins", "install", "--folder", &words, "--yes"]);
    // It reads, and leaves the new one out.
    let read = both.does(&["plugins", "refresh"]);
    assert!(read.out.contains("It did not take everything: Letta does not know `words__count`."), "{read:?}");
    let (stale, words, code) = both.check();
    assert_eq!((stale, code), (Some(false), 0), "told again, it would not take it either: {words}");
    assert!(words.contains("did not take everything") && words.contains("`words__count`"), "it is still said: {words}");
    both.does(&["plugins", "disable", "smcp:math", "--yes"]);
    both.stale("Letta does not know `words__count` and still has `math__add`.");
}

#[test]
fn where_letta_or_the_tool_server_is_not_there_it_is_said() {
    let both = Both::new("0.11.7");
    let (stale, words, _) = both.check();
    assert_eq!(stale, Some(false), "one that keeps no list has no old tools: {words}");
    let read = both.does(&["plugins", "refresh"]);
    assert!(read.out.contains("keeps no list of tool servers"), "{read:?}");
    both.letta.die();
    let (stale, words, code) = both.check();
    assert_eq!((stale, code), (None, 1), "one that does not answer is not known: {words}");
    let quiet = both.does(&["plugins", "disable", "smcp:math", "--yes"]);
    assert!(!quiet.err.contains("plugins refresh"), "and a change says nothing that is not known: {quiet:?}");
    refused(&both.run(&["plugins", "refresh", "--json"]), "letta_refused");
    both.does(&["modules", "stop", "smcp"]);
    refused(&both.run(&["plugins", "refresh", "--json"]), "tool_server");
    let yard = Yard::new("smcp").unwrap();
    let said = crate::support::at_root(&yard, &["plugins", "refresh", "--check"]);
    assert!(said.code == 1 && said.out.contains("No address of a Letta server is set"), "{said:?}");
}
