//! From TOML to settings; what is not known is refused with its line.

use super::write::FORMS;
use super::{Exchange, ExchangeFault, FORMAT, MAX_FILE, MAX_VALUE, Owned, Settings, Told};
use serde_json::{Map, Value};
use std::ops::Range;
use toml_edit::{Document, Item, TableLike, Value as Toml};

pub(super) fn text(text: &str) -> Result<Exchange, ExchangeFault> {
    if text.len() > MAX_FILE {
        return Err(whole(format!("The file has {} bytes; at most {MAX_FILE} are read.", text.len())));
    }
    let document = Document::parse(text).map_err(|error| {
        let said = error.message().lines().next().unwrap_or_default().to_owned();
        Reader { text }.fault(error.span(), format!("This is not TOML: {said}. Correct the line, or export again."))
    })?;
    Reader { text }.exchange(document.as_table())
}

fn whole(message: String) -> ExchangeFault {
    ExchangeFault { line: None, message }
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn fault(&self, span: Option<Range<usize>>, message: String) -> ExchangeFault {
        let before = span.and_then(|span| self.text.as_bytes().get(..span.start));
        let line = before.map(|before| 1 + before.iter().filter(|byte| **byte == b'\n').count());
        ExchangeFault { line, message }
    }

    fn exchange(&self, root: &dyn TableLike) -> Result<Exchange, ExchangeFault> {
        self.format(root)?;
        let mut exchange = Exchange::default();
        for (name, item) in root.iter() {
            match name {
                "format" => {}
                "system" => exchange.system = self.settings(name, item)?,
                "environment" => exchange.environment = self.settings(name, item)?,
                "agents" => exchange.agents = self.owned(name, item)?,
                "tools" => exchange.tools = self.owned(name, item)?,
                "instances" => exchange.instances = self.owned(name, item)?,
                "users" => exchange.users = self.owned(name, item)?,
                _ => {
                    let message =
                        format!("`{}` is not a section this app knows. Remove it, or correct its name.", cut(name));
                    return Err(self.fault(span(root, name, item), message));
                }
            }
        }
        Ok(exchange)
    }

    fn format(&self, root: &dyn TableLike) -> Result<(), ExchangeFault> {
        let Some(item) = root.get("format") else {
            return Err(whole("The file does not say `format = 1`, so it is not an export of settings.".to_owned()));
        };
        match item.as_integer() {
            Some(FORMAT) => Ok(()),
            Some(newer) if newer > FORMAT => Err(self.fault(
                item.span(),
                format!("The file is of format {newer}, and this version reads up to {FORMAT}. Use a newer version to read it."),
            )),
            _ => Err(self.fault(item.span(), format!("The `format` of the file is not {FORMAT}."))),
        }
    }

    fn owned(&self, section: &str, item: &Item) -> Result<Owned, ExchangeFault> {
        let table = self.table(section, item)?;
        let mut owned = Owned::new();
        for (owner, item) in table.iter() {
            let settings = self.settings(&format!("{section}.{}", cut(owner)), item)?;
            owned.insert(owner.to_owned(), settings);
        }
        Ok(owned)
    }

    fn settings(&self, section: &str, item: &Item) -> Result<Settings, ExchangeFault> {
        let table = self.table(section, item)?;
        let mut settings = Settings::new();
        for (key, item) in table.iter() {
            let told = self.told(item).map_err(|message| {
                let message = format!("`{}` in `{section}` {message}", cut(key));
                self.fault(span(table, key, item), message)
            })?;
            settings.insert(key.to_owned(), told);
        }
        Ok(settings)
    }

    fn table<'t>(&self, section: &str, item: &'t Item) -> Result<&'t dyn TableLike, ExchangeFault> {
        item.as_table_like().ok_or_else(|| {
            self.fault(item.span(), format!("`{section}` is not a section of settings. Write it as `[{section}]`."))
        })
    }

    fn told(&self, item: &Item) -> Result<Told, String> {
        let value = value(item)?;
        // A number or a text takes no more room in memory than in the file, so only texts of JSON are measured too.
        if value.to_string().len() > MAX_VALUE {
            return Err(format!("is longer than {MAX_VALUE} bytes. Shorten it, or keep it in a file of its own."));
        }
        let form = match &value {
            Value::Object(object) if object.len() == 1 => object.iter().next(),
            _ => None,
        };
        match form {
            Some((word, inner)) if FORMS.contains(&word.as_str()) => match (word.as_str(), inner) {
                ("none", Value::Bool(true)) => Ok(Told::None),
                ("secret", Value::String(reference)) => Ok(Told::Secret(reference.clone())),
                ("value", inner) => Ok(Told::Value(inner.clone())),
                ("json", Value::String(text)) => serde_json::from_str(text)
                    .map(Told::Value)
                    .map_err(|_| "does not hold JSON. Correct it, or export again.".to_owned()),
                _ => Err(format!("has the wrong kind of value behind `{word}`. Correct it, or export again.")),
            },
            _ => Ok(Told::Value(value)),
        }
    }
}

/// Nesting is bounded by the TOML parser.
fn value(item: &Item) -> Result<Value, String> {
    match item {
        Item::Value(toml) => json(toml),
        Item::Table(table) => object(table),
        Item::ArrayOfTables(tables) => {
            tables.iter().map(|table| object(table)).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Item::None => Err("is empty.".to_owned()),
    }
}

fn json(toml: &Toml) -> Result<Value, String> {
    Ok(match toml {
        Toml::String(text) => Value::from(text.value().as_str()),
        Toml::Integer(number) => Value::from(*number.value()),
        Toml::Float(number) => match serde_json::Number::from_f64(*number.value()) {
            Some(number) => Value::Number(number),
            None => return Err("is not a number a setting can have.".to_owned()),
        },
        Toml::Boolean(flag) => Value::from(*flag.value()),
        Toml::Datetime(date) => Value::from(date.value().to_string()),
        Toml::Array(values) => values.iter().map(json).collect::<Result<Vec<_>, _>>().map(Value::Array)?,
        Toml::InlineTable(table) => object(table)?,
    })
}

fn object(table: &dyn TableLike) -> Result<Value, String> {
    let mut object = Map::new();
    for (name, item) in table.iter() {
        object.insert(name.to_owned(), value(item)?);
    }
    Ok(Value::Object(object))
}

fn span(table: &dyn TableLike, key: &str, item: &Item) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span).or_else(|| item.span())
}

fn cut(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}
