//! What can be set about a plugin: what it declares, and which variables its code was seen to read.
//!
//! Each setting is a JSON Schema in the words of `docs/settings-schema.md`.

use serde_json::{Map, Value as Json, json};

use super::patterns::is_secret;
use super::reserved::is_reserved;
use super::scan::EnvSeen;
use crate::bundle::variable;
use crate::finding::Finding;
use crate::text::shown;

/// Most settings of one plugin.
const MOST: usize = 300;
const DEEPEST: usize = 6;
/// Letters of a variable's name; the levels of settings keep no longer one.
const LONGEST_NAME: usize = 100;

/// Where a setting was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SettingFrom {
    /// A manifest declares it.
    Declared,
    /// Its code reads a variable of this name.
    Seen,
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its key; within another one after a dot.
    pub key: String,
    pub title: String,
    pub description: String,
    pub secret: bool,
    pub required: bool,
    /// The variable that carries it; `None` where it lives in a file or a database.
    pub env: Option<String>,
    /// JSON Schema of this one.
    pub schema: Json,
    pub from: SettingFrom,
    /// Where the code reads it, `cli.py:14`.
    pub place: Option<String>,
}

/// Adds variables that code reads and nothing declares. The server of a bundle gets those of its manifest and no others.
pub(super) fn add_seen(settings: &mut Vec<Setting>, seen: Vec<EnvSeen>, is_bundle: bool) {
    for variable in seen {
        let known =
            |setting: &&mut Setting| setting.env.as_deref() == Some(&variable.name) || setting.key == variable.name;
        if let Some(setting) = settings.iter_mut().find(known) {
            setting.place = Some(variable.place);
            continue;
        }
        if is_bundle || settings.len() >= MOST {
            continue;
        }
        let secret = is_secret(&variable.name);
        let mut schema = json!({
            "type": "string",
            "title": titled(&variable.name),
            "description": format!("The plugin reads the variable {}.", variable.name),
            "x-env": variable.name,
        });
        if secret {
            schema["x-secret"] = Json::Bool(true);
        } else if let Some(default) = &variable.default {
            schema["default"] = Json::String(default.clone());
        }
        settings.push(Setting {
            key: variable.name.clone(),
            title: titled(&variable.name),
            description: format!("The plugin reads the variable {}.", variable.name),
            secret,
            required: variable.required,
            env: Some(variable.name),
            schema,
            from: SettingFrom::Seen,
            place: Some(variable.place),
        });
    }
}

/// `GMAIL_APP_PASSWORD` as a person reads it.
pub(super) fn titled(name: &str) -> String {
    let words = name.replace(['_', '-'], " ").to_lowercase();
    let mut chars = words.trim().chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// Leaves out what is no setting of a plugin: variables that steer every program, what is no variable's name, and what stands
/// there twice. What was declared is named.
pub(super) fn leave_out(settings: &mut Vec<Setting>, findings: &mut Vec<Finding>) {
    let mut taken = std::collections::HashSet::new();
    settings.retain(|setting| {
        let Some(name) = &setting.env else { return true };
        let (words, todo) = if !is_variable(name) || name.len() > LONGEST_NAME {
            ("is not the name of a variable", "Its author has to name one with letters, digits and `_`.")
        } else if is_reserved(name) {
            ("steers more than this plugin", "Its author has to choose a name of the plugin’s own.")
        } else if !taken.insert(name.clone()) {
            ("carries another setting of it already", "Its author has to give each its own.")
        } else {
            return true;
        };
        if setting.from == SettingFrom::Declared {
            let words = format!("The setting `{}` is left out: `{}` {words}.", shown(&setting.key), shown(name));
            findings.push(Finding::warning("setting_left_out", words, todo).at("manifest.json"));
        }
        false
    });
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The variable of a setting: the one it names; its key, where that is written as a variable; else one made of the plugin's name
/// and its key, as for a bundle. What lives in a file or a database has none.
fn carried(schema: &Json, plugin: &str, key: &str) -> Option<String> {
    if let Some(named) = schema["x-env"].as_str() {
        return Some(named.to_owned());
    }
    if schema.get("x-file").is_some() || schema.get("x-database").is_some() {
        return None;
    }
    let is_written_so = is_variable(key) && !key.bytes().any(|b| b.is_ascii_lowercase());
    Some(if is_written_so { key.to_owned() } else { variable(plugin, key) })
}

/// The settings of a `config_schema`; those in objects come out one by one.
pub(super) fn of_schema(schema: &Json, plugin: &str) -> Vec<Setting> {
    let mut out = Vec::new();
    properties(schema, plugin, "", 0, &mut out);
    out
}

fn properties(schema: &Json, plugin: &str, above: &str, depth: usize, out: &mut Vec<Setting>) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for (key, one) in schema["properties"].as_object().into_iter().flatten() {
        if out.len() >= MOST {
            return;
        }
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        if one["properties"].is_object() && depth < DEEPEST {
            properties(one, plugin, &path, depth + 1, out);
            continue;
        }
        let text = |word: &str| one[word].as_str().map(str::to_owned);
        let marked = one["x-secret"] == true || one["writeOnly"] == true || one["format"] == "password";
        out.push(Setting {
            title: text("title").unwrap_or_else(|| titled(key)),
            description: text("description").unwrap_or_default(),
            secret: marked,
            required: required.contains(&key.as_str()),
            env: carried(one, plugin, &path),
            schema: one.clone(),
            from: SettingFrom::Declared,
            place: None,
            key: path,
        });
    }
}

/// One JSON Schema of all settings, in the words of `docs/settings-schema.md`. Settings within others stand at the top, under
/// their whole key.
#[must_use]
pub fn schema(settings: &[Setting]) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for setting in settings {
        properties.insert(setting.key.clone(), setting.schema.clone());
        if setting.required {
            required.push(Json::String(setting.key.clone()));
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": required,
    })
}
