//! The contract of `--describe`, version 1: what SMCP takes, and where it would skip a plugin.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use crate::finding::Finding;
use crate::read::Tool;
use crate::text::shown;

const MOST_COMMANDS: usize = 500;
const MOST_PARAMETERS: usize = 200;
const MOST_PROBLEMS: usize = 10;
const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];
/// Names that SMCP keeps for itself.
const SKIPPED: [&str; 2] = ["connect", "disconnect"];

/// One thing that breaks the contract; it names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {words}")]
pub struct Problem {
    /// `commands[2].name`.
    pub field: String,
    /// What it is and what it should be.
    pub words: String,
}

/// What a description says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    pub contract: Option<String>,
    pub name: Option<String>,
    pub version: Option<String>,
    pub description: Option<String>,
    pub tools: Vec<Tool>,
    pub findings: Vec<Finding>,
}

struct Judge {
    problems: Vec<Problem>,
    findings: Vec<Finding>,
}

impl Judge {
    fn wrong(&mut self, field: impl Into<String>, words: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { field: field.into(), words: words.into() });
        }
    }

    /// An optional text.
    fn text(&mut self, of: &Json, key: &str, field: &str) -> Option<String> {
        match of.get(key) {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(text.clone()),
            Some(other) => {
                self.wrong(field, format!("is {}, and must be text", called(other)));
                None
            }
        }
    }
}

fn called(value: &Json) -> &'static str {
    match value {
        Json::Null => "`null`",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

fn is_command(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// `1`, `1.0`, `1.2.3`.
fn is_version(text: &str) -> bool {
    let mut parts = text.split('.');
    let rest: Vec<&str> = parts.by_ref().skip(1).collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    text.split('.').next() == Some("1") && rest.len() <= 2 && rest.iter().all(number)
}

/// Judges a whole description.
pub(super) fn check(json: &Json) -> Result<Answer, Vec<Problem>> {
    let mut judge = Judge { problems: Vec::new(), findings: Vec::new() };
    if !json.is_object() {
        judge.wrong("--describe", format!("answers with {}, and must answer with an object", called(json)));
        return Err(judge.problems);
    }
    let contract = judge.text(json, "contract_version", "contract_version");
    if let Some(version) = contract.as_deref().filter(|version| !is_version(version)) {
        judge.wrong("contract_version", format!("is `{}`; `1`, `1.0` and the like are known", shown(version)));
    }
    let nothing = Json::Null;
    let plugin = match json.get("plugin") {
        None | Some(Json::Null) => &nothing,
        Some(plugin @ Json::Object(_)) => plugin,
        Some(other) => {
            judge.wrong("plugin", format!("is {}, and must be an object", called(other)));
            &nothing
        }
    };
    let mut said = |key: &str| judge.text(plugin, key, &format!("plugin.{key}"));
    let (name, version, description) = (said("name"), said("version"), said("description"));
    let tools = commands(json.get("commands"), &mut judge);
    if !judge.problems.is_empty() {
        return Err(judge.problems);
    }
    Ok(Answer { contract, name, version, description, tools, findings: judge.findings })
}

fn commands(listed: Option<&Json>, judge: &mut Judge) -> Vec<Tool> {
    let all = match listed {
        Some(Json::Array(all)) => all,
        Some(other) => {
            judge.wrong("commands", format!("is {}, and must be a list", called(other)));
            return Vec::new();
        }
        None => {
            judge.wrong("commands", "is missing");
            return Vec::new();
        }
    };
    if all.len() > MOST_COMMANDS {
        judge.wrong("commands", format!("holds {} commands; more than {MOST_COMMANDS} are not taken", all.len()));
        return Vec::new();
    }
    let (mut out, mut seen) = (Vec::new(), HashSet::new());
    for (n, command) in all.iter().enumerate() {
        let field = format!("commands[{n}]");
        if !command.is_object() {
            judge.wrong(&field, format!("is {}, and must be an object", called(command)));
            continue;
        }
        let Some(name) = judge.text(command, "name", &format!("{field}.name")) else {
            if command.get("name").is_none_or(Json::is_null) {
                judge.wrong(format!("{field}.name"), "is missing");
            }
            continue;
        };
        if !is_command(&name) {
            let words = format!("is `{}`; only letters, digits, `-` and `_` are taken", shown(&name));
            judge.wrong(format!("{field}.name"), words);
            continue;
        }
        if !seen.insert(name.clone()) {
            let words = format!("It describes the command `{name}` twice; the first counts here.");
            judge.findings.push(Finding::warning("command_twice", words, "Tell its author."));
            continue;
        }
        let description = judge.text(command, "description", &format!("{field}.description")).unwrap_or_default();
        let schema = schema(command.get("parameters"), &format!("{field}.parameters"), judge);
        if SKIPPED.contains(&name.as_str()) {
            let words = format!("SMCP does not offer its command `{name}`: that name is its own.");
            judge.findings.push(Finding::note("command_skipped", words, ""));
            continue;
        }
        if description.trim().is_empty() {
            let words = format!("The command `{name}` has no description; an agent does not know what it is for.");
            judge.findings.push(Finding::warning("command_silent", words, "Its author can add one."));
        }
        out.push(Tool { command: name, description, schema });
    }
    out
}

/// JSON Schema of a command's parameters.
fn schema(listed: Option<&Json>, field: &str, judge: &mut Judge) -> Json {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    let nothing = Vec::new();
    let all = match listed {
        None | Some(Json::Null) => &nothing,
        Some(Json::Array(all)) if all.len() <= MOST_PARAMETERS => all,
        Some(Json::Array(all)) => {
            judge.wrong(field, format!("holds {} entries; more than {MOST_PARAMETERS} are not taken", all.len()));
            &nothing
        }
        Some(other) => {
            judge.wrong(field, format!("is {}, and must be a list", called(other)));
            &nothing
        }
    };
    for (n, parameter) in all.iter().enumerate() {
        let field = format!("{field}[{n}]");
        if !parameter.is_object() {
            judge.wrong(&field, format!("is {}, and must be an object", called(parameter)));
            continue;
        }
        let name = judge.text(parameter, "name", &format!("{field}.name")).unwrap_or_default();
        if name.is_empty() {
            judge.wrong(format!("{field}.name"), "is missing");
            continue;
        }
        let kind = judge.text(parameter, "type", &format!("{field}.type")).unwrap_or_else(|| "string".to_owned());
        if !TYPES.contains(&kind.as_str()) {
            judge.wrong(format!("{field}.type"), format!("is `{}`; it is one of {}", shown(&kind), TYPES.join(", ")));
            continue;
        }
        let mut one = Map::from_iter([("type".to_owned(), json!(kind))]);
        if let Some(text) = judge.text(parameter, "description", &format!("{field}.description")) {
            one.insert("description".to_owned(), Json::String(text));
        }
        if let Some(default) = parameter.get("default").filter(|value| !value.is_null()) {
            one.insert("default".to_owned(), default.clone());
        }
        match parameter.get("items") {
            Some(items @ Json::Object(_)) if kind == "array" => _ = one.insert("items".to_owned(), items.clone()),
            None if kind == "array" => _ = one.insert("items".to_owned(), json!({"type": "string"})),
            None | Some(Json::Object(_) | Json::Null) => {}
            Some(other) => {
                judge.wrong(format!("{field}.items"), format!("is {}, and must be an object", called(other)))
            }
        }
        match parameter.get("required") {
            Some(Json::Bool(true)) => required.push(json!(name)),
            None | Some(Json::Bool(false) | Json::Null) => {}
            Some(other) => {
                judge.wrong(format!("{field}.required"), format!("is {}, and must be true or false", called(other)));
            }
        }
        properties.insert(name, Json::Object(one));
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}
