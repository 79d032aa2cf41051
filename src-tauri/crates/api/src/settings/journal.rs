//! The journal read as changes of values: which level said what before and after, opened where it can be seen best.
//!
//! Only registry steps are read: files follow from them. A secret is its presence, never its reference's value.

use std::collections::HashMap;

use sanctum_registry::changes;
use sanctum_registry::rusqlite::Connection;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::shown;
use super::snapshot::Snapshot;
use super::target::{SYSTEM, Sort, Target};
use super::world::{Home, Stored, decode, reference};
use crate::dto::{Level, SettingChange};
use crate::stamps;

/// Change sets are read from the journal in portions of about this many steps.
const PORTION: u32 = 500;
/// Older ones than this many are not counted: the list says that there are more by its length.
const COUNTED: usize = 5_000;

/// One change of one value at one level.
pub(super) struct Entry {
    pub home: Home,
    pub key: String,
    pub before: Option<Stored>,
    pub shown: SettingChange,
}

pub(super) fn fits(snap: &Snapshot, entry: &Entry, target: Option<&Target>, id: Option<&str>) -> bool {
    let Some(target) = target else { return true };
    let view = snap.view(target, None);
    let mut fields = view.fields().filter(|field| id.is_none_or(|id| field.key == id));
    fields.any(|field| {
        [Level::System, Level::Agent, Level::Tool, Level::Instance].into_iter().any(|level| {
            target
                .home(level, field, 0)
                .is_some_and(|home| home == entry.home && target.key_in(&home, field) == entry.key)
        }) || matches!(entry.home, Home::User(_)) && field.user && field.key == entry.key
            || entry.home == Home::Env && field.env.as_deref() == Some(entry.key.as_str())
    })
}

pub(super) fn entries(
    c: &Connection,
    snap: &Snapshot,
    since: Option<OffsetDateTime>,
    wanted: impl Fn(&Entry) -> bool,
) -> Result<Vec<Entry>, sanctum_registry::RegistryError> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let steps = changes::setting_steps(c, since, before, PORTION)?;
        let Some(last) = steps.last() else { return Ok(all) };
        before = Some(last.seq);
        for step in &steps {
            all.extend(read(snap, step).into_iter().filter(&wanted));
        }
        if all.len() >= COUNTED {
            return Ok(all);
        }
    }
}

pub(super) fn of_change(
    c: &Connection,
    snap: &Snapshot,
    id: &str,
) -> Result<Vec<Entry>, sanctum_registry::RegistryError> {
    let Some(set) = changes::get(c, id)? else { return Ok(Vec::new()) };
    let steps = changes::setting_steps(c, None, Some(set.seq + 1), 1)?;
    Ok(steps.iter().filter(|step| step.change_id == id).flat_map(|step| read(snap, step)).collect())
}

/// Keys of a file that a change wrote, each with what had been written before.
pub(super) fn written_by(
    c: &Connection,
    id: &str,
    file: &str,
) -> Result<Vec<(String, Option<String>)>, sanctum_registry::RegistryError> {
    let Some(set) = changes::get(c, id)? else { return Ok(Vec::new()) };
    let steps = changes::setting_steps(c, None, Some(set.seq + 1), 1)?;
    let of_file =
        steps.iter().filter(|step| step.change_id == id && step.table == "settings_written").filter_map(|step| {
            let action = action(&step.payload)?;
            let key = action.get("key")?;
            (key.get("file")?.as_str()? == file).then(|| {
                let before = action.get("before").and_then(|row| row.get("value")).and_then(Value::as_str);
                Some((key.get("key")?.as_str()?.to_owned(), before.map(str::to_owned)))
            })?
        });
    Ok(of_file.collect())
}

fn action(payload: &str) -> Option<Map<String, Value>> {
    let payload: Value = serde_json::from_str(payload).ok()?;
    payload.get("action")?.as_object().cloned()
}

/// The values a journal step changed.
fn read(snap: &Snapshot, step: &changes::SettingStep) -> Vec<Entry> {
    let Some(action) = action(&step.payload) else { return Vec::new() };
    let row = |side: &str| action.get(side).and_then(Value::as_object);
    let text = |row: Option<&Map<String, Value>>, column: &str| -> Option<String> {
        row?.get(column).and_then(Value::as_str).map(str::to_owned)
    };
    let number = |row: Option<&Map<String, Value>>, column: &str| row?.get(column).and_then(Value::as_i64);
    let (key, old, new) = (row("key"), row("before"), row("after"));
    let either = new.or(old).or(key);
    let keyed = |value: &str, kind: &str, home: Home, name: &str| {
        let name = text(either, name).or_else(|| text(key, name));
        let side = |row: Option<&Map<String, Value>>| {
            row.map(|_| {
                let secret = number(row, "is_encrypted") == Some(1);
                let kind = text(row, kind).unwrap_or_else(|| "string".to_owned());
                Stored {
                    value: decode(text(row, value), &kind, secret),
                    secret,
                    who: number(row, "created_by"),
                    when: None,
                }
            })
        };
        name.map(|name| entry(snap, step, home, &name, &name, side(old), side(new))).into_iter().collect()
    };
    match step.table.as_str() {
        "system_config" => keyed("config_value", "config_type", Home::System, "config_key"),
        "env_vars" => keyed("var_value", "", Home::Env, "var_name"),
        "agent_configs" => match number(either, "agent_id").or_else(|| number(key, "agent_id")) {
            Some(id) => keyed("config_value", "config_type", Home::Agent(id), "config_key"),
            None => Vec::new(),
        },
        "configurations" => {
            let scope = text(either, "scope").or_else(|| text(key, "scope"));
            match (scope.as_deref(), number(either, "scope_id").or_else(|| number(key, "scope_id"))) {
                (Some("tool"), Some(id)) => keyed("value", "type", Home::Tool(id), "key"),
                (Some("user"), Some(id)) => keyed("value", "type", Home::User(id), "key"),
                _ => Vec::new(),
            }
        }
        "tool_instances" => match text(either, "path").or_else(|| text(key, "path")) {
            Some(path) => instance(snap, step, &path, &text(old, "config"), &text(new, "config")),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The leaves in which two documents of one instance differ.
fn instance(
    snap: &Snapshot,
    step: &changes::SettingStep,
    path: &str,
    before: &Option<String>,
    after: &Option<String>,
) -> Vec<Entry> {
    let leaves = |text: &Option<String>| {
        let mut found = HashMap::new();
        if let Some(Ok(doc)) = text.as_deref().map(serde_json::from_str::<Value>) {
            flatten("", &doc, &mut found);
        }
        found
    };
    let (old, new) = (leaves(before), leaves(after));
    let mut pointers: Vec<&String> = old.keys().chain(new.keys()).collect();
    pointers.sort();
    pointers.dedup();
    let side = |found: &HashMap<String, Value>, pointer: &str| {
        found.get(pointer).map(|value| match reference(value) {
            Some(account) => Stored { value: Value::String(account.to_owned()), secret: true, who: None, when: None },
            None => Stored { value: value.clone(), secret: false, who: None, when: None },
        })
    };
    pointers
        .into_iter()
        .filter(|pointer| old.get(*pointer) != new.get(*pointer))
        .map(|pointer| {
            let key = pointer.split('/').skip(1).map(sanctum_config::resolve::unescape).collect::<Vec<_>>().join(".");
            entry(snap, step, Home::Instance(path.to_owned()), &key, &key, side(&old, pointer), side(&new, pointer))
        })
        .collect()
}

fn flatten(at: &str, value: &Value, found: &mut HashMap<String, Value>) {
    match value {
        Value::Object(object) if !object.is_empty() && reference(value).is_none() => {
            for (key, inner) in object {
                flatten(&format!("{at}/{}", sanctum_config::resolve::escape(key)), inner, found);
            }
        }
        other => drop(found.insert(at.to_owned(), other.clone())),
    }
}

fn entry(
    snap: &Snapshot,
    step: &changes::SettingStep,
    home: Home,
    key: &str,
    id: &str,
    before: Option<Stored>,
    after: Option<Stored>,
) -> Entry {
    let (level, scope) = scope(snap, &home);
    let target = owner(snap, &home, key);
    let field = target.and_then(|target| {
        let field = snap.view(target, None).fields().find(|f| f.key == key || f.env.as_deref() == Some(key))?.clone();
        Some((target, field))
    });
    let secret = [&before, &after].into_iter().flatten().any(|stored| stored.secret)
        || field.as_ref().map_or_else(|| sanctum_config::looks_secret(key), |(_, field)| field.secret);
    let seen = |stored: &Option<Stored>| {
        stored.as_ref().map(|stored| {
            shown::text(&stored.value, secret || sanctum_config::effective::holds_password(&stored.value))
        })
    };
    Entry {
        shown: SettingChange {
            change_id: step.change_id.clone(),
            title: step.title.clone(),
            at: step.at.map(stamps::rfc3339).unwrap_or_default(),
            actor: step.actor_name.clone(),
            via: step.via.clone(),
            level,
            scope,
            target: field.as_ref().map(|(target, _)| target.id.clone()),
            id: field.as_ref().map_or_else(|| id.to_owned(), |(_, field)| field.key.clone()),
            key: key.to_owned(),
            name: field.as_ref().map_or_else(|| key.to_owned(), |(_, field)| field.title.clone()),
            secret,
            before: seen(&before),
            after: seen(&after),
            undone: step.state == "undone",
        },
        key: key.to_owned(),
        home,
        before,
    }
}

fn scope(snap: &Snapshot, home: &Home) -> (Level, String) {
    let tool = |id: i64| snap.rows.tool(id).map_or("a tool that is gone".to_owned(), |tool| tool.name.clone());
    match home {
        Home::System => (Level::System, "System".to_owned()),
        Home::Env => (Level::System, "System · environment".to_owned()),
        Home::Agent(id) => {
            let name = snap.rows.agent(*id).map_or("an agent that is gone", |agent| agent.title());
            (Level::Agent, format!("Agent · {name}"))
        }
        Home::Tool(id) => (Level::Tool, format!("Tool · {}", tool(*id))),
        Home::User(id) => (Level::User, format!("Account · {}", snap.world.name(Some(*id)).unwrap_or_default())),
        Home::Instance(path) => {
            let named = snap.targets.iter().find(|t| t.path.as_ref() == Some(path)).map(Target::named);
            (Level::Instance, format!("Instance · {}", named.unwrap_or_else(|| path.clone())))
        }
    }
}

/// The target in which a value of this home is opened best.
fn owner<'a>(snap: &'a Snapshot, home: &Home, key: &str) -> Option<&'a Target> {
    let has =
        |target: &&Target| target.shape.schema.fields.iter().any(|f| f.key == key || f.env.as_deref() == Some(key));
    let of = |sort: Sort| snap.targets.iter().filter(move |target| target.sort == sort);
    match home {
        Home::Instance(path) => snap.targets.iter().find(|t| t.path.as_ref() == Some(path)),
        Home::Agent(id) => of(Sort::Instance).filter(|t| t.agent.as_ref().is_some_and(|a| a.0 == *id)).find(has),
        Home::Tool(id) => of(Sort::Tool).chain(of(Sort::Instance)).find(|t| t.tool_id == Some(*id)),
        Home::User(_) => of(Sort::Preferences).find(has),
        Home::Env => of(Sort::Root).find(has).or_else(|| of(Sort::Root).find(|t| t.name == SYSTEM)),
        Home::System => of(Sort::Instance).find(has),
    }
}
