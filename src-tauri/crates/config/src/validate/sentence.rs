//! What the schema engine says, as sentences a person understands. Values are shown only through
//! [`crate::check`], which keeps secrets back; the engine's own texts are never used, they repeat values.

use crate::check::{choose, hint, kind_advice, sentences, subject};
use crate::schema::{Field, Finding};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

/// A value that must be there and is not.
pub(super) fn missing(field: &Field) -> String {
    let advice = if field.enum_values.is_empty() { kind_advice(field) } else { choose(field) };
    sentences(&["A value is needed, and none is set.".to_owned(), hint(field), advice])
}

/// Why the schema as a whole cannot be used.
pub(super) fn broken(error: &ValidationError<'_>) -> Finding {
    let pointer = error.instance_path().as_str().to_owned();
    let place = if pointer.is_empty() { "The schema".to_owned() } else { format!("The schema at `{pointer}`") };
    Finding { message: format!("{place} is not JSON Schema, so settings are checked one by one only."), pointer }
}

/// One error at `pointer`, which belongs to `owner` or to a part of it.
pub(super) fn of(error: &ValidationError<'_>, pointer: &str, owner: Option<&Field>) -> String {
    let own = owner.filter(|field| field.pointer == pointer);
    if let (Kind::Required { .. }, Some(field)) = (error.kind(), own) {
        return missing(field);
    }
    let subject = match own {
        Some(field) => subject(field, error.instance()),
        None => part_of(pointer, owner),
    };
    let (what, todo) = words(error.kind(), own);
    sentences(&[format!("{subject} {what}."), owner.map_or_else(String::new, hint), todo])
}

/// `Entry 2`, `The part `name``; names are those of the document, cut to a length.
fn part_of(pointer: &str, owner: Option<&Field>) -> String {
    if owner.is_some_and(|field| field.secret) {
        return "A part of the value".to_owned();
    }
    let last = pointer.rsplit('/').next().map(crate::resolve::unescape).unwrap_or_default();
    match last.parse::<usize>() {
        Ok(index) if owner.is_some() => format!("Entry {}", index.saturating_add(1)),
        _ if last.is_empty() => "The document".to_owned(),
        _ => format!("`{}`", last.chars().filter(|c| !c.is_control()).take(60).collect::<String>()),
    }
}

/// What is wrong, fit behind a subject, and what to do.
fn words(kind: &Kind, field: Option<&Field>) -> (String, String) {
    let say = |what: &str, todo: &str| (what.to_owned(), todo.to_owned());
    let enter = |todo: String| format!("Enter {todo}.");
    match kind {
        Kind::Type { kind } => {
            let names = types(kind);
            (format!("is not {names}"), field.map_or_else(|| enter(names), kind_advice))
        }
        Kind::Required { .. } => say("is needed and missing", "Add it."),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            say("is not a name that is known here", "Check its spelling, or remove it.")
        }
        Kind::PropertyNames { .. } => say("has a name that is not allowed", "Check the names in it."),
        Kind::Minimum { limit } => ("is too small".to_owned(), enter(format!("at least {limit}"))),
        Kind::ExclusiveMinimum { limit } => ("is too small".to_owned(), enter(format!("more than {limit}"))),
        Kind::Maximum { limit } => ("is too large".to_owned(), enter(format!("at most {limit}"))),
        Kind::ExclusiveMaximum { limit } => ("is too large".to_owned(), enter(format!("less than {limit}"))),
        Kind::MultipleOf { multiple_of } => {
            (format!("is not a multiple of {multiple_of}"), enter(format!("a multiple of {multiple_of}")))
        }
        Kind::MinLength { limit } => ("is too short".to_owned(), enter(format!("at least {limit} characters"))),
        Kind::MaxLength { limit } => ("is too long".to_owned(), enter(format!("at most {limit} characters"))),
        Kind::MinItems { limit } => ("has too few entries".to_owned(), enter(format!("at least {limit}"))),
        Kind::MaxItems { limit } => ("has too many entries".to_owned(), enter(format!("at most {limit}"))),
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => {
            say("has more entries than there may be", "Remove the last ones.")
        }
        Kind::MinProperties { limit } => ("has too few names".to_owned(), enter(format!("at least {limit}"))),
        Kind::MaxProperties { limit } => ("has too many names".to_owned(), enter(format!("at most {limit}"))),
        Kind::UniqueItems => say("has an entry twice", "Remove one of them."),
        Kind::Contains => say("has no entry of the kind that is needed, or too many", "Check its entries."),
        Kind::Pattern { pattern } if field.is_none_or(|field| field.hint.is_none()) => {
            (format!("does not have the form `{pattern}`"), String::new())
        }
        Kind::Pattern { .. } => say("does not have the right form", ""),
        Kind::Format { format } => format_words(format),
        Kind::Enum { options } => ("is none of the choices".to_owned(), choices(options, field)),
        Kind::Constant { expected_value } => ("is not the one value it may have".to_owned(), only(expected_value)),
        Kind::FalseSchema => say("may not be set", "Remove it."),
        Kind::Not { .. } => say("is one of the values that are not allowed", "Enter another one."),
        _ => say("does not fit its schema", "Look at its description, or take it back to what it was."),
    }
}

fn choices(options: &Value, field: Option<&Field>) -> String {
    match (field, options.as_array()) {
        (Some(field), _) if !field.enum_values.is_empty() => choose(field),
        (_, Some(options)) if options.len() <= 12 && options.iter().all(|option| !option.is_object()) => {
            let names: Vec<String> = options.iter().map(Value::to_string).collect();
            format!("Choose one of {}.", names.join(", "))
        }
        _ => String::new(),
    }
}

fn only(value: &Value) -> String {
    if value.is_object() || value.is_array() { String::new() } else { format!("Enter {value}.") }
}

fn types(kind: &TypeKind) -> String {
    let names: Vec<&str> = match kind {
        TypeKind::Single(one) => vec![type_name(one.as_str())],
        TypeKind::Multiple(many) => many.iter().map(|one| type_name(one.as_str())).collect(),
    };
    names.join(" or ")
}

fn type_name(name: &str) -> &'static str {
    match name {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a set of names and values",
        _ => "empty",
    }
}

fn format_words(format: &str) -> (String, String) {
    let (name, example) = match format {
        "uri" => ("an address", "http://127.0.0.1:8283"),
        "email" => ("an email address", "name@example.org"),
        "hostname" => ("the name of a host", "example.org"),
        "ipv4" => ("an IPv4 address", "127.0.0.1"),
        "ipv6" => ("an IPv6 address", "::1"),
        "date" => ("a date", "2026-01-31"),
        "time" => ("a time", "08:30:00Z"),
        "date-time" => ("a date and time", "2026-01-31T08:30:00Z"),
        "uuid" => ("a UUID", "123e4567-e89b-12d3-a456-426614174000"),
        other => return (format!("is not of the format `{other}`"), String::new()),
    };
    (format!("is not {name}"), format!("Enter one such as `{example}`."))
}
