//! What a module's settings files say that it only sees at its next start, so that a change of them by anybody is told from one that does
//! not matter: a comment, another order, a key of somebody else's, a key that is taken up while it runs.

use std::collections::{BTreeMap, HashSet};

use super::files::Text;
use super::snapshot::Snapshot;
use super::view::View;

/// By file, relative to the root. `python` is the key that names its interpreter. Texts may hold secrets: they go into a salted digest.
pub(crate) fn said_by_files(view: &View<'_>, snap: &Snapshot, python: Option<&str>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let at_once: HashSet<&str> =
        view.fields().filter(|field| !field.restart).filter_map(|field| field.env.as_deref()).collect();
    let mut own = HashSet::new();
    if let Some(found) = &view.env {
        let entries = found.env().into_iter().flat_map(|env| env.entries());
        let lines: BTreeMap<String, String> = entries.map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        own = lines.keys().cloned().collect();
        all.insert(found.path.clone(), text(lines.into_iter().filter(|(key, _)| !at_once.contains(key.as_str()))));
    }
    // Of the whole install's file only what this module knows and does not say itself.
    let mut known: HashSet<&str> = view.fields().filter_map(|field| field.env.as_deref()).collect();
    known.extend(python);
    let root = snap.files.read(&snap.root, ".env");
    let counts = |key: &str| known.contains(key) && !own.contains(key) && !at_once.contains(key);
    let entries = root.env().into_iter().flat_map(|env| env.entries());
    let lines: BTreeMap<String, String> =
        entries.filter(|entry| counts(&entry.key)).map(|entry| (entry.key.clone(), entry.value.clone())).collect();
    all.insert(root.path.clone(), text(lines.into_iter()));
    for found in view.json.values() {
        let said = view.fields().filter(|field| field.restart && field.file.is_some());
        let lines: BTreeMap<String, String> = said
            .filter_map(|field| {
                let spot = view.spot(field).filter(|spot| spot.file == found.path)?;
                let said = found.says(&spot.key)?;
                // Left out means the same: Broca writes its defaults itself at its first start.
                let usual = field.default.as_ref().map(ToString::to_string);
                (usual.as_deref() != Some(said.as_str())).then(|| (spot.key.clone(), said))
            })
            .collect();
        let broken = matches!(found.text, Text::Unreadable(_)).then(|| ("unreadable".to_owned(), String::new()));
        all.insert(found.path.clone(), text(lines.into_iter().chain(broken)));
    }
    all
}

/// Keys and values, each behind its length.
fn text(lines: impl Iterator<Item = (String, String)>) -> String {
    lines.map(|(key, value)| format!("{}:{key}={}:{value}\n", key.len(), value.len())).collect()
}
