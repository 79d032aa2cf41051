//! A schema made harmless: references unfolded, unknown words gone, patterns tried, size and depth limited.
//!
//! Local references are written out in place, a circle is cut where it closes, and the whole may not unfold to more
//! than [`MAX_NODES`] parts; so checking costs at most that many steps for each value. Where something was left out,
//! every rule that would turn the other way without it (`not`, `oneOf`, `if`, …) is left out with it: a contained
//! schema may ask for less than the original, never for more.

mod narrow;

use crate::resolve::escape;
use crate::schema::{CIRCLE, Finding, MAX_BYTES, MAX_FINDINGS, Object, REMOTE, is_bare_map, local};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Most parts a schema may unfold to.
pub(super) const MAX_NODES: usize = 20_000;
/// Deepest nesting of schemas that is followed.
const MAX_DEPTH: usize = 40;
/// Deepest nesting of a document that is a schema.
const MAX_NESTING: usize = 120;

const ONE: &[&str] = &["items", "additionalProperties", "propertyNames"];
const MANY: &[&str] = &["allOf", "anyOf", "prefixItems"];
const NAMED: &[&str] = &["properties", "dependentSchemas"];
const PLAIN: &[&str] = &[
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
];
/// What came of a schema.
pub(super) struct Contained {
    /// The harmless schema; `None` where nothing of it can be used.
    pub schema: Option<Value>,
    pub findings: Vec<Finding>,
}

pub(super) fn contain(root: &Value) -> Contained {
    let mut walk = Walk::new(root);
    let schema = match root {
        Value::Null => Some(Value::Bool(true)),
        Value::Bool(_) | Value::Object(_) => match too_much(root) {
            Some(reason) => {
                walk.found("", reason);
                None
            }
            None => Some(walk.root(root)),
        },
        _ => {
            walk.found("", "The schema is not an object, so it describes no settings.".to_owned());
            None
        }
    };
    let schema = schema.filter(|_| !walk.spent);
    Contained { schema, findings: walk.findings }
}

/// Why the document as such is too much; walks with a stack of its own.
fn too_much(root: &Value) -> Option<String> {
    let mut bytes = 0_usize;
    let mut work = vec![(root, 0_usize)];
    while let Some((value, depth)) = work.pop() {
        if depth > MAX_NESTING {
            return Some(format!(
                "The schema is nested more than {MAX_NESTING} levels deep, so settings are checked one by one only."
            ));
        }
        bytes += 4;
        match value {
            Value::String(text) => bytes += text.len(),
            Value::Array(values) => work.extend(values.iter().map(|value| (value, depth + 1))),
            Value::Object(object) => {
                bytes += object.keys().map(String::len).sum::<usize>();
                work.extend(object.values().map(|value| (value, depth + 1)));
            }
            _ => {}
        }
        if bytes > MAX_BYTES {
            return Some(format!(
                "The schema is longer than {MAX_BYTES} bytes, so settings are checked one by one only."
            ));
        }
    }
    None
}

struct Walk<'a> {
    root: &'a Value,
    findings: Vec<Finding>,
    told: HashSet<(String, String)>,
    /// The nodes being unfolded, outermost first: a reference to one of them closes a circle.
    active: Vec<&'a Value>,
    nodes: usize,
    patterns: usize,
    spent: bool,
}

/// A contained node, and whether all of the original is in it.
struct Part {
    value: Value,
    whole: bool,
}

impl Part {
    fn anything() -> Part {
        Part { value: Value::Bool(true), whole: false }
    }
}

impl<'a> Walk<'a> {
    fn new(root: &'a Value) -> Walk<'a> {
        Walk {
            root,
            findings: Vec::new(),
            told: HashSet::new(),
            active: Vec::new(),
            nodes: 0,
            patterns: 0,
            spent: false,
        }
    }

    fn found(&mut self, at: &str, message: String) {
        if self.findings.len() < MAX_FINDINGS && self.told.insert((at.to_owned(), message.clone())) {
            self.findings.push(Finding { pointer: at.to_owned(), message });
        }
    }

    /// A bare list of settings is read as the properties it means, as [`crate::Schema::read`] does.
    fn root(&mut self, root: &'a Value) -> Value {
        match root.as_object() {
            Some(object) if !object.is_empty() && is_bare_map(object) => {
                let mut properties = Map::new();
                for (name, node) in object {
                    properties.insert(name.clone(), self.node(node, &format!("/{}", escape(name))).value);
                }
                Value::Object(Map::from_iter([("properties".to_owned(), Value::Object(properties))]))
            }
            _ => self.node(root, "").value,
        }
    }

    fn node(&mut self, node: &'a Value, at: &str) -> Part {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            if !self.spent {
                self.spent = true;
                let message = format!(
                    "The schema unfolds to more than {MAX_NODES} parts, so settings are checked one by one only."
                );
                self.found("", message);
            }
            return Part::anything();
        }
        let object = match node {
            Value::Bool(flag) => return Part { value: Value::Bool(*flag), whole: true },
            Value::Object(object) => object,
            _ => {
                self.found(at, "This is not a schema; it was left out.".to_owned());
                return Part::anything();
            }
        };
        if self.active.len() >= MAX_DEPTH {
            self.found(at, format!("Schemas are nested more than {MAX_DEPTH} levels deep; the rest is not checked."));
            return Part::anything();
        }
        self.active.push(node);
        let part = self.object(object, at);
        self.active.pop();
        part
    }

    fn object(&mut self, object: &'a Object, at: &str) -> Part {
        let mut out = Map::new();
        let mut whole = true;
        let all = |word: &&str| object.get(*word).map(|value| (value, format!("{at}/{word}")));
        for word in PLAIN {
            if let Some(value) = object.get(*word) {
                out.insert((*word).to_owned(), value.clone());
            }
        }
        for word in NAMED {
            if let Some((Value::Object(named), at)) = all(word) {
                let parts = self.named(named, &at, &mut whole);
                out.insert((*word).to_owned(), Value::Object(parts));
            }
        }
        for word in ONE {
            if let Some((value, at)) = all(word) {
                let part = self.node(value, &at);
                whole &= part.whole;
                out.insert((*word).to_owned(), part.value);
            }
        }
        for word in MANY {
            if let Some((Value::Array(values), at)) = all(word) {
                let parts = self.many(values, &at, &mut whole);
                out.insert((*word).to_owned(), Value::Array(parts));
            }
        }
        whole &= self.pattern(object, &mut out, at);
        whole &= self.pattern_properties(object, &mut out, at);
        whole &= self.format(object, &mut out, at);
        whole &= self.turning(object, &mut out, at);
        whole &= self.reference(object, &mut out, at);
        for word in ["unevaluatedProperties", "unevaluatedItems"] {
            if let (true, Some((value, at))) = (whole, all(&word)) {
                let part = self.node(value, &at);
                whole &= part.whole;
                out.insert(word.to_owned(), part.value);
            }
        }
        for word in ["$dynamicRef", "$recursiveRef"] {
            if object.contains_key(word) {
                self.found(at, format!("`{word}` is not followed by this app; it was left out."));
                whole = false;
            }
        }
        Part { value: Value::Object(out), whole }
    }

    fn named(&mut self, named: &'a Object, at: &str, whole: &mut bool) -> Map<String, Value> {
        let mut parts = Map::new();
        for (name, node) in named {
            let part = self.node(node, &format!("{at}/{}", escape(name)));
            *whole &= part.whole;
            parts.insert(name.clone(), part.value);
        }
        parts
    }

    fn many(&mut self, nodes: &'a [Value], at: &str, whole: &mut bool) -> Vec<Value> {
        let mut parts = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let part = self.node(node, &format!("{at}/{index}"));
            *whole &= part.whole;
            parts.push(part.value);
        }
        parts
    }

    /// Words whose outcome turns when a part of them is missing: taken whole or not at all.
    fn turning(&mut self, object: &'a Object, out: &mut Object, at: &str) -> bool {
        let mut all_whole = true;
        let groups: [&[&str]; 4] =
            [&["not"], &["oneOf"], &["if", "then", "else"], &["contains", "minContains", "maxContains"]];
        for words in groups {
            if !object.contains_key(words[0]) {
                continue;
            }
            let mut whole = true;
            let mut parts = Vec::new();
            for word in words {
                let at = format!("{at}/{word}");
                let part = match object.get(*word) {
                    None => continue,
                    Some(Value::Array(nodes)) if *word == "oneOf" => Value::Array(self.many(nodes, &at, &mut whole)),
                    Some(Value::Number(number)) => Value::Number(number.clone()),
                    Some(node) => {
                        let part = self.node(node, &at);
                        whole &= part.whole;
                        part.value
                    }
                };
                parts.push(((*word).to_owned(), part));
            }
            all_whole &= whole;
            if whole {
                out.extend(parts);
            }
        }
        all_whole
    }

    /// Writes out what a `$ref` names as one more part of `allOf`.
    fn reference(&mut self, object: &'a Object, out: &mut Object, at: &str) -> bool {
        let Some(reference) = object.get("$ref") else {
            return true;
        };
        let Some(target) = local(self.root, reference) else {
            self.found(at, REMOTE.to_owned());
            return false;
        };
        if self.active.iter().any(|active| std::ptr::eq(*active, target)) {
            self.found(at, CIRCLE.to_owned());
            return false;
        }
        let place = reference.as_str().and_then(|text| text.strip_prefix('#')).unwrap_or_default();
        let part = self.node(target, place);
        match out.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(parts) => parts.push(part.value),
            None => drop(out.insert("allOf".to_owned(), Value::Array(vec![part.value]))),
        }
        part.whole
    }
}
