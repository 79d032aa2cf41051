//! The rows of a settings table: every field of a tool with its effective value and where that came from.
//!
//! Takes fields, layers and parsed `.env` files; gives rows for reading. A secret's value never gets into a row:
//! whether it is there is all a row says. Keys that no schema knows are rows too, so that nothing an operator
//! wrote is out of sight.

mod layers;

pub use layers::{layer_from_env, layer_from_env_at, layer_of_defaults};

use crate::check::check_field;
use crate::resolve::{Effective, Layer, Level, Link, Place, chain_in, in_order, merged, outcome, unescape};
use crate::schema::{Field, Ty};
use serde_json::Value;
use std::collections::HashSet;

/// What a row shows in place of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// The value.
    Value(Value),
    /// A level says "explicitly none".
    None,
    /// No level sets it and it has no default.
    Unset,
    /// A secret that is set; its value is not here.
    Hidden,
}

/// One level's say, for the chain of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The level.
    pub level: Level,
    /// Its home in words.
    pub source: String,
    /// Where, by whom and when.
    pub place: Place,
    /// What it says.
    pub value: Shown,
}

/// One setting of a read-only settings table.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingRow {
    /// Dotted name, or the environment key where no schema knows it.
    pub key: String,
    /// JSON pointer of the value.
    pub pointer: String,
    /// The name a person sees.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Its kind.
    pub ty: Ty,
    /// Unit of the value.
    pub unit: Option<String>,
    /// Heading.
    pub group: Option<String>,
    /// The environment key that carries it.
    pub env: Option<String>,
    /// A secret.
    pub secret: bool,
    /// A change needs a restart.
    pub restart: bool,
    /// Why the module never reads it.
    pub dead: Option<String>,
    /// A schema describes it.
    pub known: bool,
    /// The effective value.
    pub value: Shown,
    /// Everything that was said about it, lowest level first; the last one wins. Empty when unset.
    pub chain: Vec<Said>,
    /// What a person should know about the value, for instance that it is not the number it should be.
    pub note: Option<String>,
}

/// Builds the rows: first the fields in their order, then what no schema knows.
///
/// The fields' defaults are the lowest level, unless the layers bring a default level of their own. User layers
/// count when they are given: leave them out for what applies to everyone.
pub fn rows(fields: &[Field], layers: &[Layer]) -> Vec<SettingRow> {
    let defaults;
    let mut all: Vec<&Layer> = layers.iter().collect();
    if !all.iter().any(|layer| layer.level == Level::Default) {
        defaults = layer_of_defaults(fields);
        all.push(&defaults);
    }
    let ordered = in_order(all.into_iter());
    let mut rows: Vec<SettingRow> = fields.iter().map(|field| known(field, &ordered)).collect();
    let covered: HashSet<&str> = fields.iter().map(|field| field.pointer.as_str()).collect();
    let above: HashSet<&str> = fields.iter().flat_map(|field| ancestors(&field.pointer)).collect();
    let strangers = merged(ordered.into_iter(), |pointer| !covered.contains(pointer))
        .into_iter()
        .filter(|leaf| !above.contains(leaf.pointer.as_str()));
    rows.extend(strangers.map(|leaf| unknown(&leaf)));
    rows
}

fn known(field: &Field, ordered: &[&Layer]) -> SettingRow {
    let chain = chain_in(ordered, &field.pointer);
    let value = outcome(&chain);
    let secret = field.secret;
    let note = match &value {
        Some(_) if secret => plain_text(&chain),
        Some(value) => check_field(field, value),
        None if field.required => Some("A value is needed, and none is set.".to_owned()),
        None => None,
    };
    SettingRow {
        key: field.key.clone(),
        pointer: field.pointer.clone(),
        title: field.title.clone(),
        description: field.description.clone(),
        ty: field.ty,
        unit: field.unit.clone(),
        group: field.group.clone(),
        env: field.env.clone(),
        secret,
        restart: field.restart,
        dead: field.dead.clone(),
        known: true,
        value: value.as_ref().map_or(Shown::Unset, |value| shown(value, secret)),
        chain: chain.iter().map(|link| said(link, &field.pointer, secret)).collect(),
        note,
    }
}

fn unknown(leaf: &Effective<'_>) -> SettingRow {
    let key = leaf.pointer.split('/').skip(1).map(unescape).collect::<Vec<_>>().join(".");
    let from_file = leaf.winner().is_some_and(|link| link.layer.place_of(&leaf.pointer).line.is_some());
    let secret = looks_secret(&key);
    SettingRow {
        title: key.clone(),
        description: String::new(),
        ty: match leaf.value() {
            Value::String(_) => Ty::Text,
            Value::Bool(_) => Ty::Boolean,
            Value::Number(_) => Ty::Number,
            Value::Array(_) => Ty::List,
            _ => Ty::Json,
        },
        unit: None,
        group: None,
        env: from_file.then(|| key.strip_prefix("env:").unwrap_or(&key).to_owned()),
        secret,
        restart: true,
        dead: None,
        known: false,
        value: shown(leaf.value(), secret),
        chain: leaf.chain.iter().map(|link| said(link, &leaf.pointer, secret)).collect(),
        note: if secret { plain_text(&leaf.chain) } else { None },
        pointer: leaf.pointer.clone(),
        key,
    }
}

fn said(link: &Link<'_>, pointer: &str, secret: bool) -> Said {
    Said {
        level: link.layer.level,
        source: link.layer.source.clone(),
        place: link.layer.place_of(pointer).clone(),
        value: shown(link.value, secret),
    }
}

fn shown(value: &Value, secret: bool) -> Shown {
    match value {
        Value::Null => Shown::None,
        _ if secret || holds_password(value) => Shown::Hidden,
        value => Shown::Value(value.clone()),
    }
}

/// A secret that stands on a line of a file is readable by whoever reads the file.
fn plain_text(chain: &[Link<'_>]) -> Option<String> {
    let link = chain.last().filter(|link| !link.value.is_null() && link.value != "")?;
    let plain = link.layer.places.values().any(|place| place.line.is_some());
    plain.then(|| format!("This secret stands in plain text in `{}`.", link.layer.source))
}

/// Whether a key that no schema knows most likely names a secret. Rather one too many: hidden is safe.
pub fn looks_secret(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    [
        "SECRET",
        "TOKEN",
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "CREDENTIAL",
        "PRIVATE",
        "API_KEY",
        "APIKEY",
        "API_HASH",
        "AUTH",
    ]
    .iter()
    .any(|word| key.contains(word))
        || key.ends_with("_KEY")
        || key.ends_with("_KEYS")
        || key == "KEY"
}

/// `scheme://user:password@host` anywhere in the value.
pub fn holds_password(value: &Value) -> bool {
    match value {
        Value::String(text) => text.split("://").skip(1).any(|rest| {
            let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
            authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
        }),
        Value::Array(values) => values.iter().any(holds_password),
        Value::Object(values) => {
            values.iter().any(|(key, value)| (value.is_string() && looks_secret(key)) || holds_password(value))
        }
        _ => false,
    }
}

/// The proper ancestors of a pointer, nearest first.
fn ancestors(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |at| at.rfind('/').map(|cut| &at[..cut])).skip(1).filter(|at| !at.is_empty())
}
