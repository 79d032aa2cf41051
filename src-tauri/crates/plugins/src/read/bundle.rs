//! The manifest of an MCP bundle (`.mcpb`): its server, its tools, and its `user_config` as settings.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::settings::{Setting, SettingFrom, titled};
use super::{Draft, Kind, Server, manifest};
use crate::finding::Finding;
use crate::text::shown;

const FILE: &str = "manifest.json";
const MOST_SETTINGS: usize = 200;
const MOST_ARGS: usize = 200;

/// Whether a manifest is that of a bundle.
pub(super) fn is(json: &Json) -> bool {
    json["server"].is_object() && (json.get("manifest_version").is_some() || json.get("dxt_version").is_some())
}

pub(super) fn read(dir: &Path, kind: Kind, json: &Json, draft: &mut Draft) {
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    let mut error = |words: String, todo: &str| draft.findings.push(Finding::error("bundle", words, todo).at(FILE));
    for key in ["name", "version", "description"] {
        if json[key].as_str().is_none_or(|value| value.trim().is_empty()) {
            error(format!("The bundle’s manifest has no `{key}`."), "Add it; every bundle has one.");
        }
    }
    let version = json["manifest_version"].as_str().or_else(|| json["dxt_version"].as_str()).unwrap_or_default();
    if !version.starts_with("0.") && version != "1" && !version.starts_with("1.") {
        let words = format!("`manifest_version` is `{}`, which this app does not know.", shown(version));
        draft.findings.push(Finding::warning("bundle_version", words, "Versions 0.1 to 1 are known.").at(FILE));
    }
    draft.title = text("display_name").or_else(|| text("name"));
    draft.description = text("description");
    draft.version = text("version");
    draft.licence = text("license");
    draft.tools = manifest::tools(&json["tools"]);
    let server = server(&json["server"]);
    judge_server(dir, &server, &mut draft.findings);
    let name = json["name"].as_str().unwrap_or_default();
    draft.settings = settings(&json["user_config"], name, &server, &mut draft.findings);
    judge_place(&json["compatibility"], &mut draft.findings);
    if kind == Kind::Bundle && json["tools_generated"] == true {
        let words = "It makes more tools while it runs than its manifest lists.";
        draft.findings.push(Finding::note("tools_generated", words, "").at(FILE));
    }
    draft.server = Some(server);
}

fn server(json: &Json) -> Server {
    let config = &json["mcp_config"];
    let text = |of: &Json| of.as_str().unwrap_or_default().to_owned();
    Server {
        kind: text(&json["type"]),
        entry_point: text(&json["entry_point"]),
        command: text(&config["command"]),
        args: config["args"].as_array().into_iter().flatten().take(MOST_ARGS).map(text).collect(),
        env: config["env"]
            .as_object()
            .into_iter()
            .flatten()
            .take(MOST_ARGS)
            .map(|(name, value)| (name.clone(), text(value)))
            .collect(),
    }
}

fn judge_server(dir: &Path, server: &Server, findings: &mut Vec<Finding>) {
    if !matches!(server.kind.as_str(), "python" | "node" | "binary" | "uv") {
        let words = format!("`server.type` is `{}`.", shown(&server.kind));
        findings.push(Finding::error("bundle_server", words, "It is `python`, `node`, `uv` or `binary`.").at(FILE));
    }
    let entry = &server.entry_point;
    let leaves = entry.starts_with(['/', '~']) || entry.contains('\\') || entry.split('/').any(|part| part == "..");
    if entry.is_empty() || leaves {
        let words = format!("`server.entry_point` is `{}`, which is no file of the bundle.", shown(entry));
        findings.push(Finding::error("bundle_entry", words, "Name a file inside, such as `server/main.py`.").at(FILE));
    } else if !std::fs::symlink_metadata(dir.join(entry)).is_ok_and(|meta| meta.is_file()) {
        let words = format!("`{}`, the bundle’s entry point, is not in it.", shown(entry));
        findings.push(Finding::error("bundle_entry", words, "Pack the bundle anew with all of its files.").at(FILE));
    }
    if server.command.is_empty() && server.kind != "uv" {
        let words = "`server.mcp_config.command` is missing, so nobody knows how its server is started.";
        findings.push(Finding::error("bundle_command", words, "Add it, such as `python`.").at(FILE));
    }
}

fn judge_place(compatibility: &Json, findings: &mut Vec<Finding>) {
    let here = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let platforms: Vec<&str> =
        compatibility["platforms"].as_array().into_iter().flatten().filter_map(Json::as_str).take(20).collect();
    if !platforms.is_empty() && !platforms.contains(&here) {
        let words = format!("It is made for {}, and this machine is {here}.", shown(&platforms.join(", ")));
        findings.push(Finding::error("bundle_platform", words, "Look for one that is made for this machine.").at(FILE));
    }
    for (runtime, wanted) in compatibility["runtimes"].as_object().into_iter().flatten().take(5) {
        let wanted = wanted.as_str().unwrap_or_default();
        let words = format!("It needs {} {}.", shown(runtime), shown(wanted));
        findings.push(Finding::note("bundle_runtime", words, "").at(FILE));
    }
}

/// `user_config` as settings.
fn settings(config: &Json, name: &str, server: &Server, findings: &mut Vec<Finding>) -> Vec<Setting> {
    let Some(all) = config.as_object() else { return Vec::new() };
    if all.len() > MOST_SETTINGS {
        let words = format!("It asks for {} settings; the first {MOST_SETTINGS} are kept.", all.len());
        findings.push(Finding::warning("bundle_settings", words, "Check that it is what it says it is.").at(FILE));
    }
    all.iter().take(MOST_SETTINGS).filter_map(|(key, one)| setting(name, key, one, server, findings)).collect()
}

fn setting(bundle: &str, key: &str, one: &Json, server: &Server, findings: &mut Vec<Finding>) -> Option<Setting> {
    let mut odd = |words: String, todo: &str| findings.push(Finding::warning("bundle_setting", words, todo).at(FILE));
    if !one.is_object() {
        odd(
            format!("`user_config.{}` is no object; it is ignored.", shown(key)),
            "Write `{\"type\": …, \"title\": …}`.",
        );
        return None;
    }
    let kind = one["type"].as_str().unwrap_or("string");
    let simple = match kind {
        "number" => "number",
        "boolean" => "boolean",
        "string" | "directory" | "file" => "string",
        other => {
            let words = format!("`user_config.{}` is of type `{}`; it is taken as text.", shown(key), shown(other));
            odd(words, "Types are `string`, `number`, `boolean`, `directory` and `file`.");
            "string"
        }
    };
    let env = server.env.iter().find(|(_, value)| value.trim() == format!("${{user_config.{key}}}"));
    let env = env.map_or_else(|| crate::bundle::variable(bundle, key), |(name, _)| name.clone());
    let secret = one["sensitive"] == true;
    let many = one["multiple"] == true;
    let mut item = Map::from_iter([("type".to_owned(), json!(simple))]);
    if let ("number", false) = (kind, secret) {
        for (word, ours) in [("min", "minimum"), ("max", "maximum")] {
            if let Some(bound) = one[word].as_number() {
                item.insert(ours.to_owned(), Json::Number(bound.clone()));
            }
        }
    }
    let mut schema = match many {
        true => Map::from_iter([("type".to_owned(), json!("array")), ("items".to_owned(), Json::Object(item))]),
        false => item,
    };
    let title = one["title"].as_str().map_or_else(|| titled(key), str::to_owned);
    let description = one["description"].as_str().unwrap_or_default().to_owned();
    schema.insert("title".to_owned(), json!(title));
    schema.insert("description".to_owned(), json!(description));
    // A default that leads to somebody's home (`${HOME}/…`) is not one here.
    let default = one.get("default").filter(|value| !secret && !value.to_string().contains("${"));
    if let Some(default) = default {
        schema.insert("default".to_owned(), default.clone());
    }
    if secret {
        schema.insert("x-secret".to_owned(), json!(true));
    }
    if let "directory" | "file" = kind {
        schema.insert("x-path".to_owned(), json!(if kind == "file" { "file" } else { "folder" }));
    }
    schema.insert("x-env".to_owned(), json!(env));
    Some(Setting {
        key: key.to_owned(),
        title,
        description,
        secret,
        required: one["required"] == true,
        env: Some(env),
        schema: Json::Object(schema),
        from: SettingFrom::Declared,
        place: None,
    })
}
