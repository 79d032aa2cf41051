//! `manifest.json` of a plugin: that of a Sanctum, or that of an MCP bundle.

use std::path::Path;

use sanctum_install::manifest as sanctum;
use serde_json::Value as Json;

use super::{Draft, Kind, LONGEST_MANIFEST, Tool, bundle, settings};
use crate::finding::Finding;
use crate::text::{self, NoText, shown};

/// Most tools that are taken from a list.
pub(super) const MOST_TOOLS: usize = 500;
const FILE: &str = "manifest.json";

/// Whether the manifest there is that of a bundle.
pub(super) fn is_bundle(dir: &Path) -> bool {
    text::load(&dir.join(FILE), LONGEST_MANIFEST)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok())
        .is_some_and(|json| bundle::is(&json))
}

/// Reads it where it is there.
pub(super) fn read(dir: &Path, kind: Kind, draft: &mut Draft) {
    let refuse = |words: String, todo: &str| Finding::error("manifest", words, todo).at(FILE);
    let bytes = match text::load(&dir.join(FILE), LONGEST_MANIFEST) {
        Ok(bytes) => bytes,
        Err(NoText::Absent) => return,
        Err(NoText::TooLarge(size)) => {
            let words = format!("The manifest is {}; at most 1 MiB is read.", sanctum_fetch::size(size));
            return draft.findings.push(refuse(words, "Keep only what the manifest needs."));
        }
        Err(NoText::NotAFile) => {
            let words = "The manifest is no regular file.".to_owned();
            return draft.findings.push(refuse(words, "Put the file itself in its place."));
        }
        Err(NoText::Io(error)) => {
            return draft
                .findings
                .push(refuse(format!("The manifest could not be read: {error}."), "Check its permissions."));
        }
    };
    if let Ok(json) = serde_json::from_slice::<Json>(&bytes)
        && bundle::is(&json)
    {
        return bundle::read(dir, kind, &json, draft);
    }
    match sanctum::parse(&bytes) {
        Ok(manifest) => take(manifest, draft),
        Err(broken) => {
            let place = broken.line.map_or_else(|| FILE.to_owned(), |line| format!("{FILE}:{line}"));
            let words = format!("The manifest cannot be used: {}.", shown(&broken.message));
            draft.findings.push(Finding::error("manifest", words, shown(&broken.hint)).at(place));
        }
    }
}

fn take(manifest: sanctum::Manifest, draft: &mut Draft) {
    for finding in &manifest.findings {
        let place = finding.line.map_or_else(|| FILE.to_owned(), |line| format!("{FILE}:{line}"));
        let words = format!("{}.", shown(&finding.message));
        draft.findings.push(Finding::note("manifest_odd", words, shown(&finding.hint)).at(place));
    }
    draft.description = manifest.description;
    draft.version = manifest.version;
    draft.dependencies = manifest.dependencies;
    let of = |schema: &Json| settings::of_schema(schema, &manifest.name);
    let declared = manifest.config_schema.as_ref().map(of);
    let listed = || manifest.extra.get("settings").map(|all| of(&serde_json::json!({"properties": all})));
    draft.settings = declared.or_else(listed).unwrap_or_default();
    let text = |key: &str| manifest.extra.get(key).and_then(Json::as_str).map(str::to_owned);
    draft.licence = text("license").or_else(|| text("licence"));
    draft.tools = manifest.extra.get("tools").map(tools).unwrap_or_default();
    draft.title = manifest.title.or(Some(manifest.name));
}

/// A list of tools: names alone, or objects with `name`, `description` and a schema.
pub(super) fn tools(list: &Json) -> Vec<Tool> {
    let one = |entry: &Json| {
        let schema = ["inputSchema", "input_schema", "parameters", "schema"]
            .iter()
            .find_map(|key| entry.get(*key).filter(|schema| schema.is_object()))
            .cloned()
            .unwrap_or_else(|| serde_json::json!({"type": "object"}));
        Some(Tool {
            command: entry.as_str().or_else(|| entry["name"].as_str()).filter(|name| !name.is_empty())?.to_owned(),
            description: entry["description"].as_str().unwrap_or_default().to_owned(),
            schema,
        })
    };
    list.as_array().into_iter().flatten().take(MOST_TOOLS).filter_map(one).collect()
}
