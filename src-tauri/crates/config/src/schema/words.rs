//! Our own words in a schema, and how their values are read.
//!
//! Owns the list of `x-` words and the shapes they may have; `docs/settings-schema.md` explains each to module
//! authors. A word with a value of the wrong shape is a finding and counts as absent; it never stops a field.

use super::read::{Path, Reader, View};
use super::setting::{KeyTest, PathKind, TestKind};
use crate::env::is_key;
use serde_json::Value;

/// The words this app knows; others are findings, so that a misspelt one does not pass unseen.
pub const VOCABULARY: &[&str] = &[
    "x-secret",
    "x-env",
    "x-env-fallback",
    "x-file",
    "x-database",
    "x-table",
    "x-port",
    "x-path",
    "x-duration",
    "x-unit",
    "x-order",
    "x-group",
    "x-advanced",
    "x-restart",
    "x-dead",
    "x-always",
    "x-user",
    "x-hint",
    "x-test",
];

/// `x-path`: `true`, `"file"` or `"folder"`.
pub(super) fn path(reader: &mut Reader<'_>, view: &View<'_>, path: &Path) -> Option<PathKind> {
    match view.get("x-path")? {
        Value::Bool(true) => Some(PathKind::Any),
        Value::Bool(false) | Value::Null => None,
        Value::String(word) if word == "file" => Some(PathKind::File),
        Value::String(word) if word == "folder" || word == "directory" => Some(PathKind::Folder),
        _ => {
            reader.found(&path.at, "`x-path` is `true`, `\"file\"` or `\"folder\"`; it was taken as `true`.");
            Some(PathKind::Any)
        }
    }
}

/// `x-test`: `{"kind": …, "with": …}`.
pub(super) fn test(reader: &mut Reader<'_>, view: &View<'_>, path: &Path) -> Option<KeyTest> {
    let node = view.get("x-test")?;
    let kind = match node.get("kind").and_then(Value::as_str) {
        Some("letta") => TestKind::Letta,
        Some("openai") => TestKind::OpenAi,
        Some("telegram") => TestKind::Telegram,
        _ => {
            reader.found(&path.at, "`x-test` needs a `kind` of `letta`, `openai` or `telegram`; it was ignored.");
            return None;
        }
    };
    let with = node.get("with").and_then(Value::as_str).filter(|key| key.len() <= 400);
    if with.is_none() && node.get("with").is_some() {
        reader.found(&path.at, "The `with` of `x-test` is not the key of another setting; it was ignored.");
    }
    Some(KeyTest { kind, with: with.map(str::to_owned) })
}

/// `x-env`: a name that no other field carries.
pub(super) fn env(reader: &mut Reader<'_>, view: &View<'_>, name: &str, path: &Path) -> Option<String> {
    let key = env_name(reader, view, "x-env", name, path)?;
    if !reader.claim_env(&key) {
        reader.found(&path.at, format!("`{key}` already carries another setting; `{name}` does without it."));
        return None;
    }
    Some(key)
}

/// `x-env-fallback`: a name that is read where the file says nothing.
pub(super) fn env_fallback(reader: &mut Reader<'_>, view: &View<'_>, name: &str, path: &Path) -> Option<String> {
    env_name(reader, view, "x-env-fallback", name, path)
}

fn env_name(reader: &mut Reader<'_>, view: &View<'_>, word: &str, name: &str, path: &Path) -> Option<String> {
    let key = view.get(word)?.as_str().filter(|key| is_key(key) && key.len() <= 200);
    if key.is_none() {
        let message = format!("The `{word}` of `{name}` is not the name of an environment variable; it was ignored.");
        reader.found(&path.at, message);
    }
    key.map(str::to_owned)
}
