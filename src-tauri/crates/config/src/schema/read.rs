//! The walk over a schema document, with its limits.
//!
//! A schema node is seen through its layers: itself, what its local `$ref` names, and the parts of its
//! `allOf`; the first layer that has a keyword decides. So nothing is copied, and nothing can grow.

use super::{Field, Finding, MAX_DEPTH, MAX_FIELDS, Schema, field};
use crate::resolve::escape;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Most layers one node is seen through.
const MAX_LAYERS: usize = 24;
pub(crate) const MAX_FINDINGS: usize = 200;
/// What is said about a `$ref` in a circle.
pub(crate) const CIRCLE: &str = "A `$ref` leads back to itself; it was followed once.";
/// What is said about a `$ref` to elsewhere.
pub(crate) const REMOTE: &str =
    "A `$ref` that names no place in this schema was not followed; other documents are never fetched.";

pub(crate) type Object = Map<String, Value>;

/// A schema node through all its layers.
pub(super) struct View<'a> {
    layers: Vec<&'a Object>,
}

impl<'a> View<'a> {
    /// The keyword's value in the first layer that has it.
    pub fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.layers.iter().find_map(|layer| layer.get(keyword))
    }

    /// This view in front of another one.
    pub fn over(mut self, inner: View<'a>) -> View<'a> {
        self.layers.extend(inner.layers);
        self
    }

    /// The keywords of this node itself, for spotting unknown ones.
    pub fn own(&self) -> impl Iterator<Item = &'a String> {
        self.layers.first().into_iter().flat_map(|layer| layer.keys())
    }

    /// The properties of all layers; a name's first schema counts.
    fn properties(&self) -> Vec<(&'a String, &'a Value)> {
        let mut seen = HashSet::new();
        let all = self.layers.iter().filter_map(|layer| layer.get("properties")?.as_object()).flatten();
        all.filter(|(name, _)| seen.insert(name.as_str())).collect()
    }

    fn requires(&self, name: &str) -> bool {
        let lists = self.layers.iter().filter_map(|layer| layer.get("required")?.as_array());
        lists.flatten().any(|required| required.as_str() == Some(name))
    }
}

/// What is known about a node from the way to it.
#[derive(Clone, Default)]
pub(super) struct Path {
    pub key: String,
    pub pointer: String,
    pub group: Option<String>,
    pub required: bool,
    /// JSON pointer into the schema, for findings.
    pub at: String,
    depth: usize,
}

pub(super) struct Reader<'a> {
    root: &'a Value,
    fields: Vec<Field>,
    findings: Vec<Finding>,
    env_keys: HashSet<String>,
    full: bool,
}

pub(super) fn schema(root: &Value) -> Schema {
    let mut reader = Reader { root, fields: Vec::new(), findings: Vec::new(), env_keys: HashSet::new(), full: false };
    match root {
        Value::Null | Value::Bool(true) => {}
        Value::Object(object) if object.is_empty() => {}
        Value::Object(object) => {
            let view = reader.view(object, "");
            if view.properties().is_empty() && is_bare_map(object) {
                reader.found("", "The schema is a bare list of settings; they belong under `properties`. They were read all the same.");
                reader.properties(object.iter().collect(), &view, &Path::default());
            } else {
                reader.properties(view.properties(), &view, &Path::default());
            }
        }
        _ => reader.found("", "The schema is not an object, so it describes no settings."),
    }
    reader.fields.sort_by_key(|field| field.order.unwrap_or(i64::MAX));
    Schema { fields: reader.fields, findings: reader.findings }
}

/// `{"name": {"type": …}, …}` without the schema around it.
pub(crate) fn is_bare_map(object: &Object) -> bool {
    ["type", "$ref", "allOf", "properties", "$schema", "$defs"].iter().all(|keyword| !object.contains_key(*keyword))
        && object.values().all(Value::is_object)
}

impl<'a> Reader<'a> {
    pub(super) fn found(&mut self, at: &str, message: impl Into<String>) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding { pointer: at.to_owned(), message: message.into() });
        }
    }

    /// Takes an environment key for one field; false when another field has it already.
    pub(super) fn claim_env(&mut self, key: &str) -> bool {
        self.env_keys.insert(key.to_owned())
    }

    fn properties(&mut self, properties: Vec<(&'a String, &'a Value)>, parent: &View<'a>, path: &Path) {
        for (name, node) in properties {
            if self.full {
                return;
            }
            let at = format!("{}/properties/{}", path.at, escape(name));
            if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
                self.found(&at, "A setting with an empty, very long or unprintable name was left out.");
                continue;
            }
            let key = if path.key.is_empty() { name.clone() } else { format!("{}.{name}", path.key) };
            let inner = Path {
                key,
                pointer: format!("{}/{}", path.pointer, escape(name)),
                group: path.group.clone(),
                required: parent.requires(name),
                at,
                depth: path.depth + 1,
            };
            self.node(name, node, inner);
        }
    }

    fn node(&mut self, name: &str, node: &'a Value, path: Path) {
        let object = match node {
            Value::Object(object) => object,
            Value::Bool(true) => {
                let view = View { layers: Vec::new() };
                return self.push(field::json(name, &path, &view));
            }
            Value::Bool(false) => return,
            _ => {
                return self.found(&path.at, format!("`{name}` is not a schema, so it was left out."));
            }
        };
        let view = self.view(object, &path.at);
        let properties = view.properties();
        let nested = !properties.is_empty() && view.get("type").is_none_or(|ty| ty == "object");
        if nested && path.depth < MAX_DEPTH {
            let group = field::text(&view, "x-group", 200)
                .or_else(|| path.group.clone())
                .or_else(|| field::text(&view, "title", 200));
            return self.properties(properties, &view, &Path { group, ..path });
        }
        if nested {
            self.found(
                &path.at,
                format!("`{name}` is nested more than {MAX_DEPTH} levels deep; it is edited as JSON."),
            );
            return self.push(field::json(name, &path, &view));
        }
        let field = field::read(self, name, &path, view);
        self.push(field);
    }

    fn push(&mut self, field: Field) {
        if self.fields.len() < MAX_FIELDS {
            self.fields.push(field);
        } else {
            self.full = true;
            self.found("", format!("The schema has more than {MAX_FIELDS} settings; the rest was left out."));
        }
    }

    /// Collects the layers of a node. References are followed inside this document only.
    pub(super) fn view(&mut self, object: &'a Object, at: &str) -> View<'a> {
        let mut layers: Vec<&'a Object> = Vec::new();
        let mut work = vec![object];
        while let Some(next) = work.pop() {
            if layers.iter().any(|layer| std::ptr::eq(*layer, next)) {
                self.found(at, CIRCLE);
                continue;
            }
            if layers.len() == MAX_LAYERS {
                self.found(at, format!("More than {MAX_LAYERS} schemas are combined here; the rest was left out."));
                break;
            }
            layers.push(next);
            if let Some(Value::Array(parts)) = next.get("allOf") {
                work.extend(parts.iter().rev().filter_map(Value::as_object).take(MAX_LAYERS));
            }
            if let Some(reference) = next.get("$ref") {
                match self.local(reference) {
                    Some(target) => work.push(target),
                    None => self.found(at, REMOTE),
                }
            }
        }
        View { layers }
    }

    fn local(&self, reference: &Value) -> Option<&'a Object> {
        local(self.root, reference)?.as_object()
    }
}

/// The place inside `root` that a `$ref` names; `None` for any other document.
pub(crate) fn local<'a>(root: &'a Value, reference: &Value) -> Option<&'a Value> {
    root.pointer(reference.as_str()?.strip_prefix('#')?)
}
