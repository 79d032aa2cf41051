//! Layers made here: the defaults of a schema, and what a `.env` file says in the types of its fields.

use crate::env::EnvFile;
use crate::resolve::{Layer, Level, Place, unescape};
use crate::schema::{Field, Ty};
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
        let value = field.map_or_else(|| Value::String(entry.value.clone()), |field| typed(field, &entry.value));
        put(&mut layer.values, &pointer, value);
        layer.places.insert(pointer, place);
    }
    layer
}

/// Reads an environment text as the field's type; what does not fit stays a text and is noted in its row.
fn typed(field: &Field, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    let trimmed = text.trim();
    match field.ty {
        Ty::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "y" | "t" => Value::Bool(true),
            "false" | "0" | "no" | "off" | "n" | "f" => Value::Bool(false),
            _ => as_text(),
        },
        Ty::Integer | Ty::Port => trimmed.parse::<i64>().map_or_else(|_| as_text(), Value::from),
        Ty::Number | Ty::Duration => {
            let number = trimmed.parse::<i64>().map(Value::from).ok();
            number
                .or_else(|| trimmed.parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::from))
                .unwrap_or_else(as_text)
        }
        Ty::Choice => {
            let same = |value: &&Value| match value.as_str() {
                Some(choice) => choice == text,
                None => serde_json::from_str::<Value>(trimmed).is_ok_and(|given| given == **value),
            };
            field.enum_values.iter().find(same).cloned().unwrap_or_else(as_text)
        }
        Ty::List => match serde_json::from_str(trimmed) {
            Ok(list @ Value::Array(_)) => list,
            _ => trimmed.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Value::from).collect(),
        },
        Ty::Map | Ty::Json => serde_json::from_str(trimmed).unwrap_or_else(|_| as_text()),
        Ty::Text | Ty::Path => as_text(),
    }
}

fn put(root: &mut Map<String, Value>, pointer: &str, value: Value) {
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
