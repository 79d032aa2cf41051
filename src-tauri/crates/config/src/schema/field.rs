//! From one schema node to one field: its kind, its limits and what our vocabulary adds.

use super::read::{Path, Reader, View};
use super::words::{self, VOCABULARY};
use super::{Field, PathKind, Ty};
use crate::check::{self, Form};
use serde_json::Value;

const MAX_CHOICES: usize = 500;

pub(super) fn read<'a>(reader: &mut Reader<'a>, name: &str, path: &Path, view: View<'a>) -> Field {
    let view = only_alternative(reader, view, &path.at);
    for word in view.own() {
        if word.starts_with("x-") && !VOCABULARY.contains(&word.as_str()) {
            reader.found(&path.at, format!("`{word}` is not a word this app knows; it was ignored."));
        }
    }
    let (choices, titles) = choices(reader, &view, path);
    let ty = kind(&view, &choices);
    let mut field = json(name, path, &view);
    field.ty = ty;
    field.enum_values = choices;
    field.choice_titles = titles;
    field.items = items(&view, ty);
    (field.min, field.max) = bounds(reader, &view, ty, path);
    field.nullable = types(&view).contains(&"null")
        || field.enum_values.iter().any(Value::is_null)
        || alternatives(&view).any(|part| part.get("type").is_some_and(|ty| ty == "null"));
    field.env = words::env(reader, &view, name, path);
    field.env_fallback = words::env_fallback(reader, &view, name, path);
    field.test = words::test(reader, &view, path);
    field.path = (ty == Ty::Path).then(|| words::path(reader, &view, path).unwrap_or(PathKind::Any));
    if field.secret && field.default.is_some() {
        reader.found(&path.at, format!("`{name}` is a secret, so its default was not taken: secrets have none."));
        field.default = None;
    }
    if let Some(wrong) = field.default.as_ref().and_then(|default| check::wrong(&field, default)) {
        reader.found(&path.at, format!("The default of `{name}` does not fit: it {}.", wrong.words()));
    }
    field
}

/// A field that takes any JSON, with everything that does not depend on its kind.
pub(super) fn json(name: &str, path: &Path, view: &View<'_>) -> Field {
    let flag = |word: &str| view.get(word).is_some_and(|value| value == true);
    Field {
        key: path.key.clone(),
        pointer: path.pointer.clone(),
        title: text(view, "title", 200).unwrap_or_else(|| title_of(name)),
        description: text(view, "description", 4_000).unwrap_or_default(),
        ty: Ty::Json,
        default: view.get("default").or_else(|| view.get("const")).cloned(),
        enum_values: Vec::new(),
        choice_titles: Vec::new(),
        items: None,
        min: None,
        max: None,
        min_length: length(view, "minLength"),
        max_length: length(view, "maxLength"),
        pattern: view.get("pattern").and_then(Value::as_str).filter(|p| p.len() <= 1_000).map(str::to_owned),
        refused: refused(view),
        unit: text(view, "x-unit", 40),
        secret: flag("x-secret") || flag("writeOnly") || view.get("format").is_some_and(|format| format == "password"),
        nullable: true,
        required: path.required,
        env: None,
        file: text(view, "x-file", 400),
        env_fallback: None,
        database: text(view, "x-database", 400),
        path: None,
        test: None,
        hint: text(view, "x-hint", 400),
        group: text(view, "x-group", 200).or_else(|| path.group.clone()),
        order: view.get("x-order").and_then(Value::as_i64),
        advanced: flag("x-advanced"),
        always: flag("x-always"),
        user: flag("x-user"),
        restart: !view.get("x-restart").is_some_and(|value| value == false),
        dead: match view.get("x-dead") {
            Some(Value::Bool(true)) => Some(String::new()),
            Some(Value::String(_)) => text(view, "x-dead", 400),
            _ => None,
        },
        form: Form::default(),
        refusing: Form::default(),
    }
}

/// The pattern of a `not` that says nothing else.
fn refused(view: &View<'_>) -> Option<String> {
    let not = view.get("not")?.as_object().filter(|not| not.len() == 1)?;
    not.get("pattern")?.as_str().filter(|pattern| pattern.len() <= 1_000).map(str::to_owned)
}

/// A printable text of bounded length; line breaks stay.
pub(super) fn text(view: &View<'_>, keyword: &str, max: usize) -> Option<String> {
    let text = view.get(keyword)?.as_str()?;
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(max).collect();
    (!text.trim().is_empty()).then_some(text)
}

fn types<'a>(view: &View<'a>) -> Vec<&'a str> {
    match view.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).take(8).collect(),
        _ => Vec::new(),
    }
}

fn alternatives<'a>(view: &View<'a>) -> impl Iterator<Item = &'a serde_json::Map<String, Value>> + use<'a> {
    let parts = view.get("oneOf").or_else(|| view.get("anyOf")).and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(Value::as_object).take(MAX_CHOICES)
}

/// `anyOf` of one schema and `null` is that schema, nullable.
fn only_alternative<'a>(reader: &mut Reader<'a>, view: View<'a>, at: &str) -> View<'a> {
    let mut real = alternatives(&view).filter(|part| part.get("type").is_none_or(|ty| ty != "null"));
    match (real.next(), real.next()) {
        (Some(one), None) if !one.contains_key("const") => {
            let inner = reader.view(one, at);
            view.over(inner)
        }
        _ => view,
    }
}

/// The values of `enum`, or of a `oneOf` of constants with their titles.
fn choices(reader: &mut Reader<'_>, view: &View<'_>, path: &Path) -> (Vec<Value>, Vec<String>) {
    let none = (Vec::new(), Vec::new());
    let mut titles = Vec::new();
    let listed: Vec<Value> = match view.get("enum") {
        Some(Value::Array(values)) => values.iter().take(MAX_CHOICES + 1).cloned().collect(),
        Some(_) => {
            reader.found(&path.at, "`enum` is not a list, so it was ignored.");
            Vec::new()
        }
        None => {
            let parts: Vec<_> = alternatives(view).collect();
            if parts.is_empty() || parts.iter().any(|part| !part.contains_key("const")) {
                return none;
            }
            if parts.iter().any(|part| part.get("title").is_some_and(Value::is_string)) {
                titles = parts.iter().map(|part| choice_title(part)).collect();
            }
            parts.iter().filter_map(|part| part.get("const").cloned()).collect()
        }
    };
    if listed.len() > MAX_CHOICES {
        reader.found(&path.at, format!("More than {MAX_CHOICES} choices; the field is edited as text."));
        return none;
    }
    (listed, titles)
}

fn choice_title(part: &serde_json::Map<String, Value>) -> String {
    match (part.get("title"), part.get("const")) {
        (Some(Value::String(title)), _) => title.chars().filter(|c| !c.is_control()).take(200).collect(),
        (_, Some(Value::String(value))) => value.clone(),
        (_, value) => value.map_or_else(String::new, Value::to_string),
    }
}

/// The kind of a list's entries, where they are all of one; for a duration, whether it is text or a number.
fn items(view: &View<'_>, ty: Ty) -> Option<Ty> {
    let name = match ty {
        Ty::List => view.get("items")?.get("type")?.as_str()?,
        Ty::Duration => types(view).into_iter().find(|ty| *ty != "null").unwrap_or_else(|| guessed(view)),
        _ => return None,
    };
    match name {
        "string" => Some(Ty::Text),
        "integer" => Some(Ty::Integer),
        "number" => Some(Ty::Number),
        "boolean" => Some(Ty::Boolean),
        _ => None,
    }
}

fn length(view: &View<'_>, word: &str) -> Option<u32> {
    view.get(word).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok())
}

fn kind(view: &View<'_>, choices: &[Value]) -> Ty {
    let flag = |word: &str| view.get(word).is_some_and(|value| !matches!(value, Value::Bool(false) | Value::Null));
    let format = |name: &str| view.get("format").is_some_and(|format| format == name);
    let types: Vec<&str> = types(view).into_iter().filter(|ty| *ty != "null").collect();
    if !choices.is_empty() {
        return if choices.iter().any(|value| value.is_object() || value.is_array()) { Ty::Json } else { Ty::Choice };
    }
    let one = match types.as_slice() {
        [one] => *one,
        ["integer", "number"] | ["number", "integer"] => "number",
        [] => guessed(view),
        _ => return Ty::Json,
    };
    match one {
        "integer" if flag("x-port") || format("port") => Ty::Port,
        "integer" | "number" | "string" if flag("x-duration") || format("duration") => Ty::Duration,
        "integer" => Ty::Integer,
        "number" => Ty::Number,
        "boolean" => Ty::Boolean,
        "string" if flag("x-path") || format("path") => Ty::Path,
        "string" => Ty::Text,
        "array" if view.get("items").is_none_or(is_scalar) && view.get("prefixItems").is_none() => Ty::List,
        "object"
            if view.get("additionalProperties").is_none_or(is_scalar) && view.get("patternProperties").is_none() =>
        {
            Ty::Map
        }
        _ => Ty::Json,
    }
}

/// The type a schema without `type` most likely means.
fn guessed(view: &View<'_>) -> &'static str {
    match view.get("default").or_else(|| view.get("const")) {
        Some(Value::String(_)) => "string",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => "integer",
        Some(Value::Number(_)) => "number",
        Some(Value::Array(_)) => "array",
        _ if view.get("items").is_some() => "array",
        _ if view.get("pattern").is_some() || view.get("maxLength").is_some() => "string",
        _ if view.get("minimum").is_some() || view.get("maximum").is_some() => "number",
        _ => "",
    }
}

/// Whether a schema of items or values is simple enough for a list or a table.
fn is_scalar(schema: &Value) -> bool {
    match schema {
        Value::Bool(allowed) => *allowed,
        Value::Object(object) => object
            .get("type")
            .is_some_and(|ty| ["string", "integer", "number", "boolean"].iter().any(|name| ty == name)),
        _ => false,
    }
}

fn bounds(reader: &mut Reader<'_>, view: &View<'_>, ty: Ty, path: &Path) -> (Option<f64>, Option<f64>) {
    if !matches!(ty, Ty::Integer | Ty::Number | Ty::Port | Ty::Duration) {
        return (None, None);
    }
    let step = if matches!(ty, Ty::Integer | Ty::Port) { 1.0 } else { 0.0 };
    let number = |word: &str| view.get(word).and_then(Value::as_f64);
    let mut min = number("minimum").or_else(|| number("exclusiveMinimum").map(|n| n + step));
    let mut max = number("maximum").or_else(|| number("exclusiveMaximum").map(|n| n - step));
    if ty == Ty::Port {
        min = Some(min.unwrap_or(1.0).max(1.0));
        max = Some(max.unwrap_or(65_535.0).min(65_535.0));
    }
    if let (Some(low), Some(high)) = (min, max)
        && low > high
    {
        reader.found(&path.at, format!("The smallest value {low} is above the largest {high}; both were ignored."));
        return (None, None);
    }
    (min, max)
}

/// `LETTA_ENDPOINT`, `letta-endpoint` and `lettaEndpoint` are all `Letta endpoint`.
fn title_of(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    for c in name.chars() {
        if matches!(c, '_' | '-' | '.' | ' ') {
            words.push(' ');
        } else {
            if c.is_uppercase() && previous.is_lowercase() {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        }
        previous = c;
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = words.chars();
    chars.next().map_or_else(|| name.to_owned(), |first| first.to_uppercase().chain(chars).collect())
}
