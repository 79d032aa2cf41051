//! One target's settings: its fields, what each level says, and what its files say, so that any value can be explained.
//!
//! A key that this app wrote (or hands over) is known by its row in `settings_written`: there the registry says what should
//! be, and the file is compared with it. A key that nobody here ever wrote has its home in the file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sanctum_config::resolve::{Layer, Level, Link, Place, chain_at, outcome};
use sanctum_config::{EnvFile, Field, Schema, effective, from_env, looks_secret, to_env};
use sanctum_registry::settings_written::{Delivery, SettingWritten};
use serde_json::{Map, Value, json};

use super::files::{Cache, Found};
use super::target::{SYSTEM, Sort, Target};
use super::world::{self, Keyed, World};

/// Words over the group of what no schema names.
pub(crate) const STRANGERS: &str = "Not described by a schema";

/// Begins the name of every layer that a table says.
pub(crate) const REGISTRY: &str = "registry · ";

/// What a settings file should say about a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Want {
    /// Only the default counts: the file need not say anything.
    Nothing,
    /// It must not stand in the file: explicitly none, a secret, or handed over in the environment.
    Absent,
    Text(String),
}

impl Want {
    pub fn text(&self) -> Option<&String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Where a field stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Spot {
    /// Relative to the root.
    pub file: String,
    /// Environment key, or JSON pointer.
    pub key: String,
}

pub(crate) struct View<'a> {
    pub target: &'a Target,
    world: &'a World,
    user: Option<i64>,
    /// Keys that no schema names.
    extra: Vec<Field>,
    pub layers: Vec<Layer>,
    pub env: Option<Arc<Found>>,
    pub json: HashMap<String, Arc<Found>>,
    /// Keys that are taken over by the change that is being planned.
    claimed: &'a HashSet<Spot>,
}

/// Nothing is taken over.
pub(crate) fn no_claims() -> &'static HashSet<Spot> {
    static NONE: std::sync::OnceLock<HashSet<Spot>> = std::sync::OnceLock::new();
    NONE.get_or_init(HashSet::new)
}

impl<'a> View<'a> {
    /// `user` brings that account's values in; leave it out for what applies to everyone.
    pub fn new(
        target: &'a Target,
        world: &'a World,
        files: &Cache,
        root: &std::path::Path,
        user: Option<i64>,
        claimed: &'a HashSet<Spot>,
    ) -> Self {
        let env = target.env_file().map(|path| {
            let found = files.read(root, &path);
            let beside = target.path.as_ref().map(|path| format!("{path}/.env"));
            // Broca's own multi-agent folders keep it there.
            match beside.filter(|_| !found.exists()).map(|path| files.read(root, &path)) {
                Some(beside) if beside.exists() => beside,
                _ => found,
            }
        });
        let mut json = HashMap::new();
        for field in &target.shape.schema.fields {
            if let Some(path) = target.json_file(field) {
                json.entry(path.clone()).or_insert_with(|| files.read(root, &path));
            }
        }
        let mut view = Self { target, world, user, extra: Vec::new(), layers: Vec::new(), env, json, claimed };
        view.extra = view.strangers();
        view.layers = view.all_layers(user);
        view
    }

    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.target.shape.schema.fields.iter().chain(&self.extra)
    }

    pub fn is_known(&self, field: &Field) -> bool {
        !self.extra.iter().any(|extra| std::ptr::eq(extra, field))
    }

    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields().find(|field| field.key == id)
    }

    /// Keys of its files that no schema names.
    pub fn foreign(&self) -> usize {
        let inside = self.json.values().filter_map(|found| found.json()).map(|file| {
            let Some(Value::Object(all)) = file.get("") else { return 0 };
            let known: HashSet<String> = self
                .target
                .shape
                .schema
                .fields
                .iter()
                .filter(|field| field.file.is_some())
                .filter_map(|field| field.pointer.split('/').nth(1).map(sanctum_config::resolve::unescape))
                .collect();
            all.keys().filter(|key| !known.contains(*key)).count()
        });
        self.extra.len() + inside.sum::<usize>()
    }

    /// Where the field stands in a file; `None` where it reaches none.
    pub fn spot(&self, field: &Field) -> Option<Spot> {
        if let Some(file) = self.target.json_file(field) {
            return Some(Spot { file, key: field.pointer.clone() });
        }
        let (env, key) = (self.env.as_ref()?, field.env.as_ref()?);
        Some(Spot { file: env.path.clone(), key: key.clone() })
    }

    pub fn found(&self, spot: &Spot) -> Option<&Arc<Found>> {
        self.env.as_ref().filter(|env| env.path == spot.file).or_else(|| self.json.get(&spot.file))
    }

    /// What this app wrote there last.
    pub fn written(&self, spot: &Spot) -> Option<&'a SettingWritten> {
        self.world.written(&spot.file, &spot.key)
    }

    /// The registry says what should stand there, not the file.
    fn is_ours(&self, spot: &Spot) -> bool {
        self.written(spot).is_some() || self.claimed.contains(spot)
    }

    pub fn chain(&self, field: &Field) -> Vec<Link<'_>> {
        chain_at(&self.layers, &field.pointer)
    }

    /// The effective value and the level that sets it; `None` where nothing does.
    pub fn effective(&self, field: &Field) -> Option<(Value, Level)> {
        let chain = self.chain(field);
        let level = chain.last()?.layer.level;
        Some((outcome(&chain)?, level))
    }

    /// Whether a layer says the secret itself and no reference to it: in a file, or in the registry since before it was one.
    pub fn in_plain(&self, link: &Link<'_>, field: &Field) -> bool {
        let Some(table) = link.layer.source.strip_prefix(REGISTRY) else { return true };
        let (world, target) = (self.world, self.target);
        let keyed = match (table, link.layer.level) {
            ("tool_instances", _) => {
                let own = target.path.as_ref().and_then(|path| world.instances.get(path));
                return own.and_then(|own| world::at(&own.doc, &field.pointer)).and_then(world::reference).is_none();
            }
            ("env_vars", _) => Some(&world.env),
            ("system_config", _) => Some(&world.system),
            ("agent_configs", _) => target.agent.as_ref().and_then(|(id, ..)| world.agents.get(id)),
            (_, Level::Agent) => target.agent.as_ref().and_then(|(id, ..)| world.stray_agents.get(id)),
            (_, Level::Tool) => target.tool_id.and_then(|id| world.tools.get(&id)),
            (_, Level::User) => self.user.and_then(|id| world.users.get(&id)),
            _ => Some(&world.stray_system),
        };
        let key = if table == "env_vars" { field.env.as_deref() } else { Some(field.key.as_str()) };
        !keyed.zip(key).and_then(|(keyed, key)| keyed.get(key)).is_some_and(|stored| stored.secret)
    }

    /// What should stand in the file for it.
    pub fn want(&self, field: &Field, by_environment: bool) -> Want {
        if field.secret {
            return Want::Absent;
        }
        match self.effective(field) {
            None => Want::Nothing,
            Some((value, Level::Default)) if !field.always || value.is_null() => Want::Nothing,
            Some((Value::Null, _)) => Want::Absent,
            Some(_) if by_environment => Want::Absent,
            Some((value, _)) if field.file.is_some() => Want::Text(value.to_string()),
            Some((value, _)) => Want::Text(to_env(field, &value)),
        }
    }

    /// Whether it is handed over in the environment since it was last changed.
    pub fn by_environment(&self, field: &Field) -> bool {
        self.spot(field).and_then(|spot| self.written(&spot)).is_some_and(|row| row.delivery == Delivery::Environment)
    }

    /// When what the module is given was changed here last: its line, or the secret that is referred to.
    pub fn changed_at(&self, field: &Field) -> Option<time::OffsetDateTime> {
        let line = self.spot(field).and_then(|spot| self.written(&spot)).and_then(|row| row.written_at);
        let chain = self.chain(field);
        let reference = chain.last().filter(|_| field.secret).and_then(|link| link.value.as_str());
        line.max(reference.and_then(|account| self.world.items.get(account).copied().flatten()))
    }

    fn strangers(&self) -> Vec<Field> {
        // The other panels over the same file show their own part of it.
        if self.target.sort == Sort::Root && self.target.name != SYSTEM {
            return Vec::new();
        }
        let fields = &self.target.shape.schema.fields;
        let claimed: HashSet<&str> = fields.iter().filter_map(|field| field.env.as_deref()).collect();
        let taken: HashSet<&str> = fields.iter().map(|field| field.key.as_str()).collect();
        let mut names: Vec<(String, bool)> = Vec::new();
        let mut add = |key: &str, secret: bool| {
            let fresh = !claimed.contains(key) && !taken.contains(key) && !names.iter().any(|(name, _)| name == key);
            if fresh && sanctum_config::is_key(key) {
                names.push((key.to_owned(), secret));
            }
        };
        if let Some(env) = self.env.as_ref().and_then(|found| found.env()) {
            for entry in env.entries() {
                add(&entry.key, looks_secret(&entry.key) || effective::holds_password(&json!(entry.value)));
            }
        }
        match (self.target.sort, &self.target.path) {
            (Sort::Root, _) => {
                for (key, stored) in &self.world.env {
                    add(key, stored.secret || looks_secret(key) || effective::holds_password(&stored.value));
                }
            }
            (Sort::Instance, Some(path)) => {
                if let Some(own) = self.world.instances.get(path) {
                    for (key, value) in &own.doc {
                        let plain = value.is_string() && looks_secret(key) || effective::holds_password(value);
                        add(key, plain || world::reference(value).is_some());
                    }
                }
            }
            _ => {}
        }
        names.iter().filter_map(|(key, secret)| stranger(key, *secret)).collect()
    }

    fn all_layers(&self, user: Option<i64>) -> Vec<Layer> {
        let mut layers = vec![effective::layer_of_defaults(&self.target.shape.schema.fields)];
        let target = self.target;
        if target.sort == Sort::Fixed {
            layers.extend(self.file_layer());
            return layers;
        }
        if target.sort != Sort::Preferences {
            layers.push(self.keyed(Level::System, "configurations", Some(&self.world.stray_system), false));
            layers.push(self.keyed(Level::System, "env_vars", Some(&self.world.env), true));
            layers.push(self.keyed(Level::System, "system_config", Some(&self.world.system), false));
        }
        if let Some((id, ..)) = target.agent.as_ref().filter(|_| target.sort != Sort::Root) {
            layers.push(self.keyed(Level::Agent, "configurations", self.world.stray_agents.get(id), false));
            layers.push(self.keyed(Level::Agent, "agent_configs", self.world.agents.get(id), false));
        }
        if let Some(id) = target.tool_id.filter(|_| matches!(target.sort, Sort::Tool | Sort::Instance)) {
            layers.push(self.keyed(Level::Tool, "configurations", self.world.tools.get(&id), false));
        }
        if let (Sort::Instance, Some(path)) = (target.sort, &target.path) {
            layers.extend(self.own_layer(path));
        }
        layers.extend(self.file_layer());
        if let Some(user) = user {
            layers.push(self.keyed(Level::User, "configurations", self.world.users.get(&user), false));
        }
        layers.retain(|layer| !layer.values.is_empty());
        layers
    }

    /// A keyed table as a layer: each of our fields that it names.
    fn keyed(&self, level: Level, table: &str, keyed: Option<&Keyed>, by_env: bool) -> Layer {
        let source = format!("{REGISTRY}{table}");
        let mut layer = Layer::new(level, source.clone(), Map::new());
        layer.place.file = Some(source.clone());
        let Some(keyed) = keyed.filter(|keyed| !keyed.is_empty()) else { return layer };
        for field in self.fields() {
            let key = if by_env { field.env.as_deref() } else { Some(field.key.as_str()) };
            let only_mine = level == Level::User && !field.user;
            let Some(stored) = key.and_then(|key| keyed.get(key)).filter(|_| !only_mine) else { continue };
            let value = match &stored.value {
                Value::String(text) if by_env && !stored.secret => from_env(field, text),
                other => other.clone(),
            };
            world::put(&mut layer.values, &field.pointer, value);
            let place =
                Place { file: Some(source.clone()), line: None, who: self.world.name(stored.who), when: stored.when };
            layer.places.insert(field.pointer.clone(), place);
        }
        layer
    }

    /// What the instance's row says; who and when are known from what was written for it.
    fn own_layer(&self, path: &str) -> Option<Layer> {
        let own = self.world.instances.get(path)?;
        let source = format!("{REGISTRY}tool_instances");
        let mut layer = Layer::new(Level::Instance, source.clone(), Map::new());
        layer.place.file = Some(source.clone());
        for field in self.fields() {
            let Some(value) = world::at(&own.doc, &field.pointer) else { continue };
            let value = world::reference(value).map_or_else(|| value.clone(), |account| json!(account));
            world::put(&mut layer.values, &field.pointer, value);
            if let Some(row) = self.spot(field).and_then(|spot| self.written(&spot)) {
                let place = Place {
                    file: Some(source.clone()),
                    line: None,
                    who: self.world.name(Some(row.created_by)),
                    when: row.written_at,
                };
                layer.places.insert(field.pointer.clone(), place);
            }
        }
        Some(layer)
    }

    /// What the files say about keys that have their home there.
    fn file_layer(&self) -> Vec<Layer> {
        let level = if self.target.sort == Sort::Root { Level::System } else { Level::Instance };
        let mut layers = Vec::new();
        if let Some(found) = &self.env
            && let Some(env) = found.env()
        {
            let mut layer = Layer::new(level, found.path.clone(), Map::new());
            layer.place.file = Some(found.path.clone());
            for field in self.fields() {
                let Some(spot) = self.spot(field).filter(|spot| spot.file == found.path && !self.is_ours(spot)) else {
                    continue;
                };
                if let Some((value, line)) = said(env, field, &spot.key) {
                    world::put(&mut layer.values, &field.pointer, value);
                    layer.places.insert(field.pointer.clone(), at_line(&found.path, line));
                }
            }
            layers.push(layer);
        }
        for found in self.json.values() {
            let Some(file) = found.json() else { continue };
            let mut layer = Layer::new(level, found.path.clone(), Map::new());
            layer.place.file = Some(found.path.clone());
            for field in self.fields() {
                let Some(spot) = self.spot(field).filter(|spot| spot.file == found.path && !self.is_ours(spot)) else {
                    continue;
                };
                if let Some(value) = file.get(&spot.key) {
                    world::put(&mut layer.values, &field.pointer, value);
                    let line = file.line_of(&spot.key).unwrap_or(0);
                    layer.places.insert(field.pointer.clone(), at_line(&found.path, line));
                }
            }
            layers.push(layer);
        }
        layers
    }
}

fn at_line(file: &str, line: usize) -> Place {
    Place { file: Some(file.to_owned()), line: (line > 0).then_some(line), ..Place::default() }
}

/// A secret's empty value counts as absent, as it does for the modules.
fn said(env: &EnvFile, field: &Field, key: &str) -> Option<(Value, usize)> {
    let entry = env.get(key)?;
    if field.secret && entry.value.is_empty() {
        return None;
    }
    Some((from_env(field, &entry.value), entry.line))
}

/// A field for a key that no schema names: a text, or a secret.
pub(crate) fn stranger(key: &str, secret: bool) -> Option<Field> {
    let mut node = json!({ "type": "string", "title": key, "x-env": key, "x-group": STRANGERS });
    if secret {
        node["x-secret"] = Value::Bool(true);
    }
    Schema::read(&json!({ "type": "object", "properties": { key: node } })).fields.into_iter().next()
}
