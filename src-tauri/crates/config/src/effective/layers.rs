//! Layers made here: the defaults of a schema, and what a `.env` file says in the types of its fields.

use crate::env::EnvFile;
use crate::resolve::{Layer, Level, Place, unescape};
use crate::schema::Field;
use crate::text::from_env;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// The defaults of a schema as a layer.
pub fn layer_of_defaults(fields: &[Field]) -> Layer {
    let mut layer = Layer::new(Level::Default, "config_schema", Map::new());
    for field in fields {
        if let Some(default) = &field.default {
            put(&mut layer.values, &field.pointer, default.clone());
        }
    }
    layer
}

/// Reads a module's `.env` as its instance-level layer; see [`layer_from_env_at`].
pub fn layer_from_env(fields: &[Field], env: &EnvFile, file: &str) -> Layer {
    layer_from_env_at(Level::Instance, fields, env, file)
}

/// Reads a `.env` as a layer of `level`: each key becomes the value of the field it carries, in that field's
/// type, with file and line. Keys that no field claims stand under their own name. A secret's empty value counts
/// as absent, as it does for the modules.
pub fn layer_from_env_at(level: Level, fields: &[Field], env: &EnvFile, file: &str) -> Layer {
    let by_env: HashMap<&str, &Field> =
        fields.iter().filter_map(|field| Some((field.env.as_deref()?, field))).collect();
    let taken: HashSet<&str> = fields.iter().map(|field| field.pointer.as_str()).collect();
    let mut layer = Layer::new(level, file, Map::new());
    layer.place.file = Some(file.to_owned());
    for entry in env.entries() {
        let place = Place { file: Some(file.to_owned()), line: Some(entry.line), ..Place::default() };
        let field = by_env.get(entry.key.as_str());
        let pointer = match field {
            Some(field) => field.pointer.clone(),
            None if taken.contains(format!("/{}", entry.key).as_str()) => {
                format!("/env:{}", entry.key)
            }
            None => format!("/{}", entry.key),
        };
        if field.is_some_and(|field| field.secret) && entry.value.is_empty() {
            layer.places.remove(&pointer);
            take(&mut layer.values, &pointer);
            continue;
        }
        let value = field.map_or_else(|| Value::String(entry.value.clone()), |field| from_env(field, &entry.value));
        put(&mut layer.values, &pointer, value);
        layer.places.insert(pointer, place);
    }
    layer
}

fn put(root: &mut Map<String, Value>, pointer: &str, value: Value) {
    if let Some(name) = pointer.strip_prefix('/').filter(|name| !name.contains(['/', '~'])) {
        root.insert(name.to_owned(), value);
        return;
    }
    let mut at = root;
    let mut parts = pointer.split('/').skip(1).map(unescape).peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            at.insert(part, value);
            return;
        }
        let next = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
        if !next.is_object() {
            *next = Value::Object(Map::new());
        }
        match next.as_object_mut() {
            Some(object) => at = object,
            None => return,
        }
    }
}

fn take(root: &mut Map<String, Value>, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return;
    };
    let mut parts = parent.split('/').skip(1).map(unescape);
    let object = parts.try_fold(root, |at, part| at.get_mut(&part)?.as_object_mut());
    if let Some(object) = object {
        object.shift_remove(&unescape(last));
    }
}
