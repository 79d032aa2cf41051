//! From bytes to a [`Manifest`]: encoding, JSON, the two required fields, and the optional ones gracefully.

use super::diagnose::diagnose;
use super::json::{Fields, Top};
use super::lines::{key_line, key_offsets, position};
use super::text::{repair_double_encoding, short};
use super::{Broken, Finding, Manifest};
use serde_json::Value as Json;

const MAX_NAME: usize = 128;
const MAX_DEPENDENCIES: usize = 1000;
/// So many repeated keys are named; each costs a walk through the text.
const MAX_REPEATED: usize = 5;

/// Reads a manifest from its bytes. A byte-order mark is tolerated; of a key written twice the last one counts.
///
/// # Errors
/// `Broken`, with line and column where there is one.
pub fn parse(bytes: &[u8]) -> Result<Manifest, Broken> {
    let text = decode(bytes)?;
    let fields = match serde_json::from_str(text) {
        Ok(Top::Fields(fields)) => fields,
        Ok(Top::Other(other)) => return Err(not_an_object(&other)),
        Err(error) => return Err(diagnose(text).unwrap_or_else(|| in_the_parsers_words(&error))),
    };
    let repeated = fields.repeated.clone();
    let mut manifest = fill(text, fields)?;
    for key in repeated.iter().take(MAX_REPEATED) {
        let lines: Vec<String> = key_offsets(text, key).iter().map(|at| position(text, *at).0.to_string()).collect();
        manifest.findings.push(
            Finding::new(
                format!("`{}` is written more than once (lines {}); the last one counts", short(key), lines.join(", ")),
                "Remove the ones that do not count.",
            )
            .at(key_line(text, key)),
        );
    }
    Ok(manifest)
}

fn decode(bytes: &[u8]) -> Result<&str, Broken> {
    let save_as = "Save the file as UTF-8.";
    let nul_heavy = bytes.len() >= 4 && bytes.iter().take(64).filter(|b| **b == 0).count() * 3 >= bytes.len().min(64);
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) || nul_heavy {
        return Err(Broken::new("the file is written in UTF-16; a manifest is UTF-8", save_as).at((1, 1)));
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        Broken::new(
            format!(
                "there is a byte (0x{byte:02x}) that is not UTF-8; the file may be in an older encoding such as Latin-1"
            ),
            save_as,
        )
        .at(position(good, good.len()))
    })?;
    if let Some(at) = text.find('\0') {
        return Err(Broken::new("there is a NUL byte in the file", "Remove it; the file may be damaged.")
            .at(position(text, at)));
    }
    Ok(text)
}

fn not_an_object(value: &Json) -> Broken {
    let what = match value {
        Json::Array(_) => "a list (`[…]`)",
        Json::String(_) => "a text",
        Json::Number(_) => "a number",
        Json::Bool(_) | Json::Null | Json::Object(_) => "a single value",
    };
    Broken::new(
        format!("the file holds {what}; a manifest is an object (`{{…}}`)"),
        "Put the fields in curly brackets: `{\"name\": \"…\", \"type\": \"tool\"}`.",
    )
    .at((1, 1))
}

fn in_the_parsers_words(error: &serde_json::Error) -> Broken {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Broken::new(format!("this is not JSON: {error}"), "Correct the line, or check the file with a JSON editor.")
        .at((number(error.line()), number(error.column())))
}

fn fill(text: &str, mut fields: Fields) -> Result<Manifest, Broken> {
    let name = required(text, &mut fields, "name")?;
    check_name(&name).map_err(|mut broken| {
        broken.line = key_line(text, "name");
        broken
    })?;
    let kind = required(text, &mut fields, "type")?;
    let mut manifest = Manifest { kind: kind.trim().to_lowercase(), ..Manifest::default() };
    let mut taken = Taking { text, fields, findings: Vec::new() };
    if mixes_alphabets(&name) {
        taken.find(
            "name",
            format!("the name `{}` mixes letters of different alphabets and may look like another name", short(&name)),
            "Check that it is spelled as you mean it.",
        );
    }
    if !matches!(manifest.kind.as_str(), "tool" | "plugin" | "module" | "agent" | "service") {
        taken.find(
            "type",
            format!("the type `{}` is not one this app knows", short(&kind)),
            "Known types are `tool`, `plugin` and `module`.",
        );
    }
    manifest.name = name;
    manifest.description = taken.label("description");
    manifest.title = taken.label("title");
    manifest.emoji = taken.label("emoji");
    manifest.version = taken.version();
    manifest.module_scope = taken.scope();
    manifest.config_schema = taken.schema();
    manifest.dependencies = taken.dependencies(&manifest.name);
    manifest.entry_point = taken.entry_point();
    manifest.findings = taken.findings;
    manifest.extra = taken.fields.into_map();
    Ok(manifest)
}

fn required(text: &str, fields: &mut Fields, key: &str) -> Result<String, Broken> {
    let hint = format!("Add `\"{key}\": \"…\"`; `name` and `type` are the two fields every manifest has.");
    let at = |message: String| {
        let mut broken = Broken::new(message, hint.clone());
        broken.line = key_line(text, key);
        broken
    };
    match fields.take(key) {
        Some(Json::String(value)) if value.trim().is_empty() => Err(at(format!("`{key}` is empty"))),
        Some(Json::String(value)) => Ok(value),
        Some(other) => Err(at(format!("`{key}` is {}; it has to be text in double quotes", called(&other)))),
        None => match fields.keys().find(|k| k.eq_ignore_ascii_case(key)) {
            Some(near) => Err(Broken {
                line: key_line(text, near),
                ..Broken::new(
                    format!("`{key}` is missing; there is a `{}`", short(near)),
                    format!("Write the key in lower case: `{key}`."),
                )
            }),
            None => Err(Broken::new(format!("`{key}` is missing"), hint)),
        },
    }
}

fn check_name(name: &str) -> Result<(), Broken> {
    let hint = "Choose a name of 1 to 128 characters without slashes.";
    let length = name.chars().count();
    if length > MAX_NAME {
        return Err(Broken::new(format!("`name` is {length} characters long; at most {MAX_NAME} fit"), hint));
    }
    if name.contains(['/', '\\']) || name == "." || name == ".." {
        return Err(Broken::new(format!("`name` is `{}`, which reads like a path", short(name)), hint));
    }
    if name.chars().any(|c| c.is_control() || sanctum_foreign::steers(c)) {
        return Err(Broken::new("`name` holds a line break or another invisible character", hint));
    }
    Ok(())
}

fn mixes_alphabets(name: &str) -> bool {
    let latin = name.chars().any(|c| c.is_ascii_alphabetic());
    let lookalike =
        name.chars().any(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{ff21}'..='\u{ff5a}'));
    latin && lookalike
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

/// Takes the optional fields out of the object; what cannot be used stays in it and becomes a finding.
struct Taking<'a> {
    text: &'a str,
    fields: Fields,
    findings: Vec<Finding>,
}

impl Taking<'_> {
    fn find(&mut self, key: &str, message: impl Into<String>, hint: &str) {
        self.findings.push(Finding::new(message, hint).at(key_line(self.text, key)));
    }

    fn wrong(&mut self, key: &str, value: Json, wanted: &str) {
        self.find(
            key,
            format!("`{key}` is {}, not {wanted}; it is ignored", called(&value)),
            "Correct it or remove it.",
        );
        self.fields.put(key, value);
    }

    fn label(&mut self, key: &str) -> Option<String> {
        match self.fields.take(key)? {
            Json::Null => None,
            Json::String(value) => match repair_double_encoding(&value) {
                Some(fixed) => {
                    self.find(
                        key,
                        format!("`{key}` was encoded twice; shown as `{}`", short(&fixed)),
                        "Save the file as UTF-8 with the repaired text.",
                    );
                    Some(fixed)
                }
                None => Some(value),
            },
            other => {
                self.wrong(key, other, "text");
                None
            }
        }
    }

    fn version(&mut self) -> Option<String> {
        match self.fields.take("version")? {
            Json::String(value) => Some(value),
            Json::Number(number) => {
                self.find(
                    "version",
                    format!("`version` is a number; it is read as `{number}`"),
                    "Put it in double quotes.",
                );
                Some(number.to_string())
            }
            Json::Null => None,
            other => {
                self.wrong("version", other, "text");
                None
            }
        }
    }

    fn scope(&mut self) -> Option<String> {
        match self.fields.take("module_scope")? {
            Json::String(value) => {
                let folded = value.trim().to_lowercase();
                if !matches!(folded.as_str(), "agent" | "global") {
                    self.find(
                        "module_scope",
                        format!("`module_scope` is `{}`", short(&value)),
                        "It is `agent` or `global`; where the folder lies decides.",
                    );
                    return Some(value);
                }
                if folded != value {
                    self.find(
                        "module_scope",
                        format!("`module_scope` is `{}`; it is read as `{folded}`", short(&value)),
                        "Write it in lower case.",
                    );
                }
                Some(folded)
            }
            Json::Null => None,
            other => {
                self.wrong("module_scope", other, "text");
                None
            }
        }
    }

    fn schema(&mut self) -> Option<Json> {
        match self.fields.take("config_schema")? {
            schema @ Json::Object(_) => {
                if has_remote_ref(&schema) {
                    self.find(
                        "config_schema",
                        "`config_schema` refers to a schema on the network; it is never fetched",
                        "Copy what is needed into the manifest.",
                    );
                }
                Some(schema)
            }
            Json::Null => None,
            other => {
                self.wrong("config_schema", other, "an object");
                None
            }
        }
    }

    fn dependencies(&mut self, own_name: &str) -> Vec<String> {
        let Some(value) = self.fields.take("dependencies") else {
            return Vec::new();
        };
        let mut names: Vec<String> = match value {
            Json::Null => Vec::new(),
            Json::String(one) => vec![one],
            Json::Array(list) => {
                let total = list.len();
                let names: Vec<String> = list
                    .into_iter()
                    .filter_map(|v| match v {
                        Json::String(name) => Some(name),
                        _ => None,
                    })
                    .collect();
                if names.len() < total {
                    self.find(
                        "dependencies",
                        format!("{} of the {total} dependencies are not text; they are ignored", total - names.len()),
                        "List names in double quotes.",
                    );
                }
                names
            }
            other => {
                self.wrong("dependencies", other, "a list of names");
                Vec::new()
            }
        };
        if names.iter().any(|name| name == own_name) {
            self.find("dependencies", "it lists itself among its dependencies", "Remove its own name.");
            names.retain(|name| name != own_name);
        }
        if names.len() > MAX_DEPENDENCIES {
            self.find(
                "dependencies",
                format!("there are {} dependencies; the first {MAX_DEPENDENCIES} are kept", names.len()),
                "Check the list.",
            );
            names.truncate(MAX_DEPENDENCIES);
        }
        names
    }

    fn entry_point(&mut self) -> Option<String> {
        match self.fields.take("entry_point")? {
            Json::Null => None,
            Json::String(value) => {
                let leaves = value.starts_with(['/', '\\', '~']) || value.split(['/', '\\']).any(|part| part == "..");
                if leaves || value.trim().is_empty() || value.chars().any(char::is_control) {
                    let message = format!(
                        "`entry_point` is `{}`, which does not stay inside the module's folder; it is ignored",
                        short(&value)
                    );
                    self.find("entry_point", message, "Name a file inside the folder, for example `main.py`.");
                    self.fields.put("entry_point", Json::String(value));
                    return None;
                }
                Some(value)
            }
            other => {
                self.wrong("entry_point", other, "text");
                None
            }
        }
    }
}

fn has_remote_ref(value: &Json) -> bool {
    match value {
        Json::Object(map) => map
            .iter()
            .any(|(key, v)| key == "$ref" && v.as_str().is_some_and(|to| to.contains("://")) || has_remote_ref(v)),
        Json::Array(list) => list.iter().any(has_remote_ref),
        _ => false,
    }
}
