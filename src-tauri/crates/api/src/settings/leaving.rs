//! What is cleared with a plugin that goes: the variables that nothing else reads, at every level that says them, in its tool's
//! files, and what a tool's settings file says about it alone.
//!
//! Everything goes through the same draft as any change of settings, so that it is read before, journaled, and taken back by undo.

use std::sync::Arc;

use sanctum_change::Sealed;
use sanctum_config::Field;
use sanctum_config::resolve::escape;

use super::draft::Draft;
use super::propose::{Patch, Told, led_to, patched};
use super::snapshot::Snapshot;
use super::target::{Sort, Target};
use super::view::Spot;
use super::world::Home;
use crate::ApiResult;
use crate::secrets::{NewSecret, group_of};

/// The setting of Broca's own file that holds an object for each plugin (`facts/modules.md`, 1.4).
const PLUGINS: &str = "plugins";

/// What goes with a plugin.
#[derive(Default)]
pub(crate) struct Leaving {
    pub draft: Draft,
    /// Variables that are cleared.
    pub cleared: Vec<String>,
    /// Those of them whose value leaves the secret store, and the groups of items it is kept in.
    pub secrets: Vec<String>,
    pub purge: Vec<String>,
    /// What stays, and why, in sentences.
    pub stays: Vec<String>,
}

/// What of a tool's settings goes with one of its plugins.
pub(crate) fn leaving(snap: &Snapshot, target: &Target, plugin: &str) -> Leaving {
    let mut out = Leaving::default();
    let view = snap.view(target, None);
    for (variable, by) in &target.shape.plugins {
        let Some(field) = view.field(variable).filter(|_| by.iter().any(|name| name == plugin)) else { continue };
        let spot = view.spot(field);
        let in_file = spot.as_ref().and_then(|spot| view.found(spot)?.says(&spot.key)).is_some();
        if let Some(other) = by.iter().find(|name| *name != plugin) {
            if in_file
                || view.chain(field).iter().any(|link| link.layer.level != sanctum_config::resolve::Level::Default)
            {
                out.stays.push(format!("`{variable}` stays: the plugin `{other}` reads it, too"));
            }
            continue;
        }
        for home in homes(target) {
            let said = snap.world.said(&home, target.key_in(&home, field), &field.pointer);
            let is_own = matches!(home, Home::Instance(_));
            if said.is_none() && !(is_own && in_file) {
                continue;
            }
            if let Some(reader) = reader(snap, target, &home, variable) {
                out.stays.push(format!("`{variable}` stays where it is set for more than one: {reader} reads it, too"));
                continue;
            }
            match &home {
                Home::Instance(_) => out.draft.claimed.extend(spot.clone()),
                Home::Env => drop(out.draft.claimed.insert(Spot { file: ".env".to_owned(), key: variable.clone() })),
                _ => {}
            }
            if let Some(account) = said.as_ref().filter(|stored| stored.secret).and_then(|stored| stored.value.as_str())
            {
                out.purge.push(group_of(account).to_owned());
                push_once(&mut out.secrets, variable);
            }
            push_once(&mut out.cleared, variable);
            out.draft.told.push(told(target, field, home, view.by_environment(field)));
        }
    }
    out
}

fn push_once(all: &mut Vec<String>, one: &str) {
    if !all.iter().any(|known| known == one) {
        all.push(one.to_owned());
    }
}

fn told(target: &Target, field: &Field, home: Home, by_environment: bool) -> Told {
    Told {
        id: field.key.clone(),
        key: target.key_in(&home, field).to_owned(),
        pointer: field.pointer.clone(),
        title: field.title.clone(),
        home,
        stored: None,
        by_environment,
    }
}

/// The levels that can say something to an instance, the nearest first.
fn homes(target: &Target) -> Vec<Home> {
    let own = target.path.clone().map(Home::Instance);
    let agent = target.agent.as_ref().map(|(id, ..)| Home::Agent(*id));
    own.into_iter().chain(agent).chain(target.tool_id.map(Home::Tool)).chain([Home::System, Home::Env]).collect()
}

/// Whether the system, the agent or the tool says something about a variable, for whoever names it.
pub(crate) fn said_above(snap: &Snapshot, target: &Target, variable: &str) -> bool {
    let above = |home: &Home| matches!(home, Home::System | Home::Agent(_) | Home::Tool(_));
    homes(target).iter().filter(|home| above(home)).any(|home| snap.world.said(home, variable, "").is_some())
}

/// Somebody else whose schema has the variable, and whom that level reaches.
fn reader(snap: &Snapshot, target: &Target, home: &Home, variable: &str) -> Option<String> {
    let reaches = |other: &Target| match home {
        Home::Instance(_) | Home::User(_) => false,
        Home::Agent(id) => other.agent.as_ref().is_some_and(|(agent, ..)| agent == id),
        Home::Tool(id) => other.tool_id == Some(*id),
        Home::System | Home::Env => true,
    };
    let others = snap.targets.iter().filter(|other| matches!(other.sort, Sort::Instance | Sort::Root));
    let mut readers = others.filter(|other| other.id != target.id && reaches(other));
    let has = |other: &&Target| other.shape.schema.field_by_env(variable).is_some();
    readers.find(has).map(Target::named)
}

/// What a tool's own settings file says about one plugin, and the file without it.
pub(crate) struct Entry {
    /// Relative to the root, as it really lies.
    pub file: String,
    pub bytes: Vec<u8>,
    pub sealed: Vec<Sealed>,
    /// Secrets of the lines that go: into the store first, so that undo can put the lines back.
    pub secrets: Vec<NewSecret>,
}

/// The entry of a plugin in its tool's settings file; `Err` with why it stays.
pub(crate) fn entry(snap: &Snapshot, target: &Target, plugin: &str) -> ApiResult<Result<Option<Entry>, String>> {
    let field = target.shape.schema.fields.iter().find(|field| field.key == PLUGINS && field.file.is_some());
    let Some((field, file)) = field.and_then(|field| Some((field, target.json_file(field)?))) else {
        return Ok(Ok(None));
    };
    let key = format!("{}/{}", field.pointer, escape(plugin));
    let found: Arc<_> = snap.files.read(&snap.root, &file);
    if found.json().and_then(|json| json.get(&key)).is_none() {
        return Ok(Ok(None));
    }
    if snap.world.written(&file, &field.pointer).is_some() {
        return Ok(Err(format!("What `{file}` says about it stays: it is set here as a whole, as {}", field.title)));
    }
    let patch = Patch { key, text: None, written: None, group: target.named(), id: field.key.clone(), secret: false };
    let mut problems = Vec::new();
    let bytes = patched(snap, &file, std::slice::from_ref(&patch), &mut problems);
    let Some(bytes) = bytes.filter(|_| problems.is_empty()) else {
        return Ok(Err(format!("What `{file}` says about it stays: the file cannot be written")));
    };
    let (sealed, secrets) = super::kept::of_file(snap, &file, std::slice::from_ref(&patch), &bytes, &[])?;
    Ok(Ok(Some(Entry { file: led_to(&snap.root, &file), bytes, sealed, secrets })))
}
