//! From settings to TOML.

use super::{Exchange, FORMAT, Owned, Settings, Told};
use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value as Toml};

/// Deepest nesting that is written as TOML; deeper values become JSON text.
const DEEPEST: usize = 16;
/// Keys that make a table one of our own forms.
pub(super) const FORMS: [&str; 4] = ["secret", "none", "value", "json"];

pub(super) fn text(exchange: &Exchange, header: &[&str]) -> String {
    let mut document = DocumentMut::new();
    document.insert("format", Item::Value(FORMAT.into()));
    for (name, settings) in [("system", &exchange.system), ("environment", &exchange.environment)] {
        if !settings.is_empty() {
            document.insert(name, Item::Table(table(settings)));
        }
    }
    let owned: [(&str, &Owned); 4] = [
        ("agents", &exchange.agents),
        ("tools", &exchange.tools),
        ("instances", &exchange.instances),
        ("users", &exchange.users),
    ];
    for (name, owners) in owned {
        if owners.is_empty() {
            continue;
        }
        let mut section = Table::new();
        section.set_implicit(true);
        for (owner, settings) in owners {
            section.insert(owner, Item::Table(table(settings)));
        }
        document.insert(name, Item::Table(section));
    }
    let comments = header.iter().flat_map(|text| text.lines()).map(|line| {
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        format!("# {line}").trim_end().to_owned() + "\n"
    });
    let mut text: String = comments.collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text + &document.to_string()
}

fn table(settings: &Settings) -> Table {
    let mut table = Table::new();
    for (key, told) in settings {
        table.insert(key, Item::Value(said(told)));
    }
    table
}

fn said(told: &Told) -> Toml {
    match told {
        Told::None => form("none", Toml::from(true)),
        Told::Secret(reference) => form("secret", Toml::from(reference.as_str())),
        Told::Value(value) => match plain(value, DEEPEST) {
            None => form("json", Toml::from(sorted(value).to_string())),
            Some(plain) if looks_like_a_form(value) => form("value", plain),
            Some(plain) => plain,
        },
    }
}

fn looks_like_a_form(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.len() == 1 && object.keys().all(|key| FORMS.contains(&key.as_str())))
}

fn form(word: &str, value: Toml) -> Toml {
    Toml::InlineTable(InlineTable::from_iter([(word, value)]))
}

/// The value in TOML's own terms; `None` where it has none for it.
fn plain(value: &Value, deepest: usize) -> Option<Toml> {
    let inner = deepest.checked_sub(1)?;
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => Toml::from(*flag),
        Value::Number(number) => match (number.as_i64(), number.is_u64()) {
            (Some(whole), _) => Toml::from(whole),
            (None, true) => return None,
            (None, false) => Toml::from(number.as_f64()?),
        },
        Value::String(text) => Toml::from(text.as_str()),
        Value::Array(values) => {
            let entries: Option<Vec<Toml>> = values.iter().map(|value| plain(value, inner)).collect();
            Toml::Array(Array::from_iter(entries?))
        }
        Value::Object(values) => {
            let mut names: Vec<&String> = values.keys().collect();
            names.sort();
            let mut table = InlineTable::new();
            for name in names {
                table.insert(name, plain(&values[name], inner)?);
            }
            Toml::InlineTable(table)
        }
    })
}

/// The same value with the names of all objects in order. Nesting is that of parsed JSON, which its parser bounds.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(sorted).collect(),
        Value::Object(values) => {
            let mut pairs: Vec<(String, Value)> =
                values.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            pairs.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(pairs.into_iter().collect())
        }
        other => other.clone(),
    }
}
