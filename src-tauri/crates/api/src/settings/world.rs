//! Everything the levels say, read from the registry in one go: one home for each level (DESIGN section 2).
//!
//! Owns decoding of stored values and the small edits a draft makes to its own copy. Knows no tool, no file and no schema.

use std::collections::{BTreeMap, HashMap};

use sanctum_registry::{
    Registry, RegistryError, agent_configs, configurations, env_vars, secret_items, settings_written, system_config,
    tool_instances, users,
};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// How a secret's reference stands in an instance's own JSON.
const SECRET: &str = "$secret";

/// One value of one level.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    /// `Null` is "explicitly none". A secret's reference where `secret`.
    pub value: Value,
    pub secret: bool,
    pub who: Option<i64>,
    pub when: Option<OffsetDateTime>,
}

pub(crate) type Keyed = BTreeMap<String, Stored>;

/// Where a value is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Home {
    /// `system_config`.
    System,
    /// `env_vars`: the environment of the whole install.
    Env,
    /// `agent_configs` of an agent.
    Agent(i64),
    /// `configurations` of a tool.
    Tool(i64),
    /// `tool_instances.config`, by the folder of the instance.
    Instance(String),
    /// `configurations` of an account.
    User(i64),
}

/// What an instance says itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Own {
    pub doc: Map<String, Value>,
    /// The text cannot be read as an object; it is left as it is.
    pub broken: bool,
}

/// All levels.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub system: Keyed,
    pub env: Keyed,
    pub agents: HashMap<i64, Keyed>,
    pub tools: HashMap<i64, Keyed>,
    pub users: HashMap<i64, Keyed>,
    /// By the instance's folder.
    pub instances: HashMap<String, Own>,
    /// What was written last, by file and key.
    pub written: HashMap<String, HashMap<String, settings_written::SettingWritten>>,
    /// Imported values that do not stand in their level's home yet.
    pub stray_system: Keyed,
    pub stray_agents: HashMap<i64, Keyed>,
    pub names: HashMap<i64, String>,
    /// Items that this app put into the secret store, and when.
    pub items: HashMap<String, Option<OffsetDateTime>>,
}

impl World {
    pub fn read(registry: &Registry) -> Result<Self, RegistryError> {
        registry.read(|c| {
            let mut world = Self::default();
            for row in system_config::all(c)? {
                let stored =
                    stored(row.config_value, &row.config_type, row.is_encrypted, row.created_by, row.updated_at);
                world.system.insert(row.config_key, stored);
            }
            for row in env_vars::all(c)? {
                let stored = stored(row.var_value, "string", row.is_encrypted, row.created_by, row.updated_at);
                world.env.insert(row.var_name, stored);
            }
            for row in agent_configs::all(c)? {
                let stored =
                    stored(row.config_value, &row.config_type, row.is_encrypted, row.created_by, row.updated_at);
                world.agents.entry(row.agent_id).or_default().insert(row.config_key, stored);
            }
            for row in configurations::all(c)? {
                let stored = stored(row.value, &row.kind, row.is_encrypted, row.created_by, row.updated_at);
                let keyed = match (row.scope.as_str(), row.scope_id) {
                    ("tool", Some(id)) => world.tools.entry(id).or_default(),
                    ("user", Some(id)) => world.users.entry(id).or_default(),
                    ("agent", Some(id)) => world.stray_agents.entry(id).or_default(),
                    _ => &mut world.stray_system,
                };
                keyed.insert(row.key, stored);
            }
            for row in tool_instances::all(c)? {
                if let Some(path) = row.path {
                    world.instances.insert(path, own(row.config.as_deref()));
                }
            }
            for row in settings_written::all(c)? {
                world.written.entry(row.file.clone()).or_default().insert(row.key.clone(), row);
            }
            world.items = secret_items::all(c)?.into_iter().map(|item| (item.account, item.made_at)).collect();
            world.names = users::all(c)?.into_iter().map(|user| (user.id, user.username)).collect();
            Ok(world)
        })
    }

    pub fn name(&self, who: Option<i64>) -> Option<String> {
        who.and_then(|id| self.names.get(&id).cloned())
    }

    /// What a home says about `key` (at `pointer` inside an instance's document).
    pub fn said(&self, home: &Home, key: &str, pointer: &str) -> Option<Stored> {
        match home {
            Home::Instance(path) => {
                let value = at(&self.instances.get(path)?.doc, pointer)?;
                Some(match reference(value) {
                    Some(account) => {
                        Stored { value: Value::String(account.to_owned()), secret: true, who: None, when: None }
                    }
                    None => Stored { value: value.clone(), secret: false, who: None, when: None },
                })
            }
            other => self.keyed(other)?.get(key).cloned(),
        }
    }

    pub fn keyed(&self, home: &Home) -> Option<&Keyed> {
        match home {
            Home::System => Some(&self.system),
            Home::Env => Some(&self.env),
            Home::Agent(id) => self.agents.get(id),
            Home::Tool(id) => self.tools.get(id),
            Home::User(id) => self.users.get(id),
            Home::Instance(_) => None,
        }
    }

    /// Says it, or says nothing any more.
    pub fn tell(&mut self, home: &Home, key: &str, pointer: &str, stored: Option<Stored>) {
        let keyed = match home {
            Home::System => &mut self.system,
            Home::Env => &mut self.env,
            Home::Agent(id) => self.agents.entry(*id).or_default(),
            Home::Tool(id) => self.tools.entry(*id).or_default(),
            Home::User(id) => self.users.entry(*id).or_default(),
            Home::Instance(path) => {
                let own = self.instances.entry(path.clone()).or_default();
                match stored {
                    Some(stored) if stored.secret => put(&mut own.doc, pointer, json!({ SECRET: stored.value })),
                    Some(stored) => put(&mut own.doc, pointer, stored.value),
                    None => take(&mut own.doc, pointer),
                }
                return;
            }
        };
        match stored {
            Some(stored) => drop(keyed.insert(key.to_owned(), stored)),
            None => drop(keyed.remove(key)),
        }
    }

    pub fn written(&self, file: &str, key: &str) -> Option<&settings_written::SettingWritten> {
        self.written.get(file)?.get(key)
    }

    /// Every reference of a secret that something says.
    pub fn references(&self) -> std::collections::HashSet<String> {
        let keyed = [&self.system, &self.env, &self.stray_system]
            .into_iter()
            .chain(self.agents.values())
            .chain(self.tools.values())
            .chain(self.users.values())
            .chain(self.stray_agents.values());
        let mut all: std::collections::HashSet<String> = keyed
            .flat_map(|keyed| keyed.values())
            .filter(|stored| stored.secret)
            .filter_map(|stored| stored.value.as_str().map(str::to_owned))
            .collect();
        for own in self.instances.values() {
            collect(&Value::Object(own.doc.clone()), &mut all);
        }
        all
    }
}

fn collect(value: &Value, all: &mut std::collections::HashSet<String>) {
    if let Some(account) = reference(value) {
        all.insert(account.to_owned());
        return;
    }
    match value {
        Value::Object(inner) => inner.values().for_each(|value| collect(value, all)),
        Value::Array(inner) => inner.iter().for_each(|value| collect(value, all)),
        _ => {}
    }
}

/// The reference in `{"$secret": "…"}`.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.as_object().filter(|object| object.len() == 1)?.get(SECRET)?.as_str()
}

fn own(text: Option<&str>) -> Own {
    match text.map(serde_json::from_str::<Map<String, Value>>) {
        None => Own::default(),
        Some(Ok(doc)) => Own { doc, broken: false },
        Some(Err(_)) => Own { doc: Map::new(), broken: true },
    }
}

fn stored(value: Option<String>, kind: &str, secret: bool, who: i64, when: Option<OffsetDateTime>) -> Stored {
    Stored { value: decode(value, kind, secret), secret, who: Some(who), when }
}

/// A stored text in its type; what does not fit its type stays a text.
pub(crate) fn decode(value: Option<String>, kind: &str, secret: bool) -> Value {
    let Some(text) = value else { return Value::Null };
    if secret || kind == "string" {
        return Value::String(text);
    }
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// Type and text of a value as the keyed tables hold it; `None` is "explicitly none".
pub(crate) fn encode(value: &Value) -> (&'static str, Option<String>) {
    match value {
        Value::Null => ("string", None),
        Value::String(text) => ("string", Some(text.clone())),
        Value::Bool(_) => ("boolean", Some(value.to_string())),
        Value::Number(_) => ("number", Some(value.to_string())),
        other => ("json", Some(other.to_string())),
    }
}

/// The value at a JSON pointer in a document.
pub(crate) fn at<'a>(doc: &'a Map<String, Value>, pointer: &str) -> Option<&'a Value> {
    let mut parts = pointer.strip_prefix('/')?.split('/');
    let first = doc.get(&sanctum_config::resolve::unescape(parts.next()?))?;
    parts.try_fold(first, |value, part| value.as_object()?.get(&sanctum_config::resolve::unescape(part)))
}

/// Puts a value at a pointer; what stands in the way of its parents is replaced by an object.
pub(crate) fn put(doc: &mut Map<String, Value>, pointer: &str, value: Value) {
    let mut parts: Vec<String> = pointer.split('/').skip(1).map(sanctum_config::resolve::unescape).collect();
    let Some(last) = parts.pop() else { return };
    let mut here = doc;
    for part in parts {
        let next = here.entry(part).or_insert_with(|| Value::Object(Map::new()));
        if !next.is_object() {
            *next = Value::Object(Map::new());
        }
        match next.as_object_mut() {
            Some(object) => here = object,
            None => return,
        }
    }
    here.insert(last, value);
}

/// Takes the value at a pointer out, and the objects above it that are empty then.
pub(crate) fn take(doc: &mut Map<String, Value>, pointer: &str) {
    fn inside(object: &mut Map<String, Value>, parts: &[String]) {
        match parts {
            [] => {}
            [last] => drop(object.shift_remove(last)),
            [first, rest @ ..] => {
                if let Some(Value::Object(inner)) = object.get_mut(first) {
                    inside(inner, rest);
                    if inner.is_empty() {
                        object.shift_remove(first);
                    }
                }
            }
        }
    }
    let parts: Vec<String> = pointer.split('/').skip(1).map(sanctum_config::resolve::unescape).collect();
    inside(doc, &parts);
}
