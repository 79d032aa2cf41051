//! Values as environment text and back, in the type of their field.
//!
//! What [`to_env`] writes, [`from_env`] reads as the same value, for every value that fits its field. `null` has no
//! text of its own: a caller leaves the key out. Text that does not fit the field stays a text, so that nothing an
//! operator wrote is lost.

use crate::schema::{Field, Ty};
use serde_json::Value;

/// The text that carries `value` to the module: `true`/`false`, plain numbers and texts, lists joined by commas
/// where their entries are plain, everything else as compact JSON. `null` is the empty text.
pub fn to_env(field: &Field, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // A whole number in another spelling (`5.0`) is no whole number to the modules' own readers.
        Value::Number(number) if matches!(field.ty, Ty::Integer | Ty::Port) && number.is_f64() => whole_text(number),
        Value::Array(entries) if field.ty == Ty::List => {
            let plain: Option<Vec<String>> = entries.iter().map(plain_entry).collect();
            let joined = plain.map(|entries| entries.join(","));
            joined.filter(|text| from_env(field, text) == *value).unwrap_or_else(|| value.to_string())
        }
        // A text in a field of another shape is written as it is where it is read back as that text.
        Value::String(text) if field.ty != Ty::Json || from_env(field, text) == *value => text.clone(),
        other => other.to_string(),
    }
}

/// Reads environment text as the field's type; what does not fit stays a text.
pub fn from_env(field: &Field, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    let trimmed = text.trim();
    match field.ty {
        Ty::Boolean => flag(trimmed).unwrap_or_else(as_text),
        Ty::Integer | Ty::Port => integer(trimmed).unwrap_or_else(as_text),
        Ty::Duration if field.items == Some(Ty::Text) => as_text(),
        Ty::Number | Ty::Duration => number(trimmed).unwrap_or_else(as_text),
        Ty::Choice => choice(field, text).unwrap_or_else(as_text),
        Ty::List => match serde_json::from_str(trimmed) {
            Ok(list @ Value::Array(_)) => list,
            _ => {
                let entries = trimmed.split(',').map(str::trim).filter(|entry| !entry.is_empty());
                entries.map(|entry| typed_entry(field.items, entry)).collect()
            }
        },
        Ty::Map | Ty::Json => serde_json::from_str(trimmed).unwrap_or_else(|_| as_text()),
        Ty::Text | Ty::Path => as_text(),
    }
}

fn flag(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "y" | "t" => Some(Value::Bool(true)),
        "false" | "0" | "no" | "off" | "n" | "f" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn integer(text: &str) -> Option<Value> {
    text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from)).ok()
}

fn number(text: &str) -> Option<Value> {
    integer(text).or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from))
}

/// The choice that the text spells; a text choice counts before a number of the same spelling.
fn choice(field: &Field, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    let texts = field.enum_values.iter().find(|choice| choice.as_str() == Some(text));
    let others = || {
        field.enum_values.iter().find(|choice| match choice {
            Value::String(_) => false,
            Value::Null => trimmed.is_empty(),
            Value::Bool(_) => flag(trimmed).as_ref() == Some(choice),
            other => serde_json::from_str::<Value>(trimmed).is_ok_and(|given| given == **other),
        })
    };
    texts.or_else(others).cloned()
}

fn typed_entry(items: Option<Ty>, text: &str) -> Value {
    let typed = match items {
        Some(Ty::Integer) => integer(text),
        Some(Ty::Number) => number(text),
        Some(Ty::Boolean) => flag(text),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn plain_entry(entry: &Value) -> Option<String> {
    match entry {
        Value::String(text) if !text.is_empty() && !text.contains(',') && text.trim() == text => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(entry.to_string()),
        _ => None,
    }
}

fn whole_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(whole) if whole.fract() == 0.0 && whole.abs() < 9.0e15 => format!("{whole:.0}"),
        _ => number.to_string(),
    }
}
