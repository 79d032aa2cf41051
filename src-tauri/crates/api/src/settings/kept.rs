//! Secrets that stand on lines which a change rewrites. The journal must not get to know them: each goes to the secret store
//! first, and the journal keeps its reference, so that undo and recovery can still put the line back.

use std::collections::HashSet;

use sanctum_change::Sealed;
use sanctum_config::effective::holds_password;
use sanctum_secrets::Secret;
use serde_json::Value;

use super::files::{Found, Text};
use super::propose::Patch;
use super::snapshot::Snapshot;
use super::target::Target;
use crate::ApiResult;
use crate::secrets::{NewSecret, account, secret_leaves};

/// What of a file is sealed, and what goes to the store for it. `known` are values that are on their way there already.
pub(crate) fn of_file(
    snap: &Snapshot,
    file: &str,
    patches: &[Patch],
    after: &[u8],
    known: &[NewSecret],
) -> ApiResult<(Vec<Sealed>, Vec<NewSecret>)> {
    let found = snap.files.read(&snap.root, file);
    let (mut sealed, mut fresh): (Vec<Sealed>, Vec<NewSecret>) = (Vec::new(), Vec::new());
    for (key, spelled) in spelled(&found, patches, after, &declared(snap, file)) {
        let same = known.iter().chain(&fresh).find(|one| one.value.expose() == spelled).map(|one| one.account.clone());
        let reference = match same {
            Some(reference) => reference,
            None => {
                let reference = account(&format!("before/{file}/{key}"))?;
                fresh.push(NewSecret { account: reference.clone(), key, value: Secret::new(spelled.clone()) });
                reference
            }
        };
        sealed.push(Sealed::new(&reference, spelled.into_bytes()));
    }
    // The longest first: a short one may be a part of it.
    sealed.sort_by_key(|one| std::cmp::Reverse(one.value.len()));
    Ok((sealed, fresh))
}

/// What the schemas call a secret in a JSON file, whatever its name looks like.
fn declared(snap: &Snapshot, file: &str) -> Vec<(String, String)> {
    let inside = |target: &&Target| target.path.as_ref().is_some_and(|path| file.starts_with(path.as_str()));
    let fields = snap.targets.iter().filter(inside).flat_map(|target| {
        let own = target.shape.schema.fields.iter();
        own.filter(|field| field.secret && target.json_file(field).is_some_and(|json| json == file))
    });
    fields.map(|field| (field.pointer.clone(), field.key.clone())).collect()
}

/// The secrets on changed lines as they are spelled there.
fn spelled(found: &Found, patches: &[Patch], after: &[u8], declared: &[(String, String)]) -> Vec<(String, String)> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok().filter(|text| !text.is_empty());
    match &found.text {
        Text::Env(env) => patches
            .iter()
            .filter(|patch| {
                let values = env.entries().filter(|entry| entry.key == patch.key);
                patch.secret || values.into_iter().any(|entry| holds_password(&Value::String(entry.value.clone())))
            })
            .flat_map(|patch| {
                env.spelled(&patch.key).into_iter().filter_map(text).map(|spelled| (patch.key.clone(), spelled))
            })
            .collect(),
        Text::Json(json) => {
            let before = String::from_utf8_lossy(&json.to_bytes()).into_owned();
            let after = String::from_utf8_lossy(after).into_owned();
            let stay: HashSet<&str> = after.lines().collect();
            let changed: String = before.lines().filter(|line| !stay.contains(line)).collect::<Vec<_>>().join("\n");
            let leaves = json.get("").map(|all| secret_leaves(&all)).unwrap_or_default();
            leaves
                .into_iter()
                .chain(declared.iter().cloned())
                .filter_map(|(pointer, key)| Some((key, json.spelled(&pointer)?)))
                .filter(|(_, spelled)| changed.contains(spelled.as_str()))
                .collect()
        }
        _ => Vec::new(),
    }
}
