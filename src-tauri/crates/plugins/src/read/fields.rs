//! Settings of a plugin as fields of its tool's form: cleaned, bounded, and with those words of a schema alone that may come from
//! somebody else.
//!
//! Left out are words that lead elsewhere (`$ref`, `x-file`, `x-database`), that speak for the whole (`if`, `not`), that take a
//! part of the app (`x-port`, `x-test`), and where the field stands (`x-group`, `x-order`), which the tool's form says.

use serde_json::{Map, Value as Json, json};

use super::settings::{Setting, SettingFrom, titled};
use crate::text::shown_up_to;

const LONGEST_TITLE: usize = 100;
const LONGEST_DESCRIPTION: usize = 400;
const LONGEST_PATTERN: usize = 300;
/// Letters of a default or a choice.
const LONGEST_VALUE: usize = 300;
const MOST_CHOICES: usize = 100;

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "array", "object", "null"];
const FORMATS: &[&str] = &["uri", "email", "hostname", "ipv4", "ipv6", "date", "time", "date-time", "uuid"];
const NUMBERS: &[&str] =
    &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems"];

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The variable that carries it, and its key.
    pub variable: String,
    /// JSON Schema in the words of `docs/settings-schema.md`.
    pub schema: Json,
    pub secret: bool,
    pub required: bool,
    /// The plugin declares it; otherwise its code was only seen to read it.
    pub declared: bool,
}

/// The settings that a variable carries.
#[must_use]
pub fn fields(settings: &[Setting]) -> Vec<Field> {
    settings.iter().filter_map(field).collect()
}

fn field(setting: &Setting) -> Option<Field> {
    let variable = setting.env.clone()?;
    let mut schema = simple(&setting.schema, !setting.secret);
    if let Some(inner) = setting.schema.get("items").filter(|inner| inner.is_object()) {
        schema.insert("items".to_owned(), Json::Object(simple(inner, false)));
    }
    if let Some(inner) = setting.schema.get("additionalProperties").filter(|inner| inner.is_object()) {
        schema.insert("additionalProperties".to_owned(), Json::Object(simple(inner, false)));
    }
    let title = shown_up_to(&setting.title, LONGEST_TITLE);
    let title = if title.is_empty() { titled(&variable) } else { title };
    schema.insert("title".to_owned(), json!(title));
    schema.insert("description".to_owned(), json!(shown_up_to(&setting.description, LONGEST_DESCRIPTION)));
    schema.insert("x-env".to_owned(), json!(variable));
    if setting.secret {
        schema.insert("x-secret".to_owned(), json!(true));
    }
    Some(Field {
        variable,
        schema: Json::Object(schema),
        secret: setting.secret,
        required: setting.required,
        declared: setting.from == SettingFrom::Declared,
    })
}

fn simple(from: &Json, has_default: bool) -> Map<String, Json> {
    let mut out = Map::new();
    let mut take = |word: &str, value: Option<Json>| drop(value.map(|value| out.insert(word.to_owned(), value)));
    take("type", Some(kind(&from["type"])));
    for word in NUMBERS {
        take(word, from[*word].as_number().map(|number| Json::Number(number.clone())));
    }
    let pattern = from["pattern"].as_str().filter(|text| text.len() <= LONGEST_PATTERN && is_plain(text));
    take("pattern", pattern.map(|text| json!(text)));
    take("format", from["format"].as_str().filter(|format| FORMATS.contains(format)).map(|format| json!(format)));
    take("enum", choices(&from["enum"]));
    take("oneOf", titled_choices(&from["oneOf"]));
    take("default", from.get("default").filter(|value| has_default && is_value(value)).cloned());
    take("x-path", path(&from["x-path"]));
    for word in ["x-unit", "x-hint"] {
        let text = from[word].as_str().map(|text| shown_up_to(text, LONGEST_DESCRIPTION));
        take(word, text.filter(|text| !text.is_empty()).map(Json::String));
    }
    for word in ["x-duration", "x-advanced", "uniqueItems"] {
        take(word, Some(json!(true)).filter(|_| from[word] == true));
    }
    out
}

fn kind(from: &Json) -> Json {
    let is_known = |one: &Json| one.as_str().is_some_and(|one| TYPES.contains(&one));
    let all_known = from.as_array().is_some_and(|all| !all.is_empty() && all.len() <= 4 && all.iter().all(is_known));
    if is_known(from) || all_known { from.clone() } else { json!("string") }
}

fn path(from: &Json) -> Option<Json> {
    match from.as_str() {
        Some("file") => Some(json!("file")),
        Some("folder" | "directory") => Some(json!("folder")),
        _ => (*from == true).then(|| json!(true)),
    }
}

/// Text that shows as it is: nothing in it steers, hides or breaks the line.
fn is_plain(text: &str) -> bool {
    shown_up_to(text, LONGEST_VALUE) == text
}

fn is_value(value: &Json) -> bool {
    match value {
        Json::String(text) => text.is_empty() || is_plain(text),
        Json::Array(all) => all.len() <= MOST_CHOICES && all.iter().all(|one| !one.is_array() && is_value(one)),
        Json::Object(_) => false,
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
    }
}

fn choices(from: &Json) -> Option<Json> {
    let all = from.as_array().filter(|all| !all.is_empty() && all.len() <= MOST_CHOICES)?;
    all.iter().all(|one| !one.is_array() && is_value(one)).then(|| from.clone())
}

fn titled_choices(from: &Json) -> Option<Json> {
    let all = from.as_array().filter(|all| !all.is_empty() && all.len() <= MOST_CHOICES)?;
    let one = |one: &Json| {
        let value = one.get("const").filter(|value| !value.is_array() && is_value(value))?;
        let title = one["title"].as_str().map(|title| shown_up_to(title, LONGEST_TITLE));
        Some(match title.filter(|title| !title.is_empty()) {
            Some(title) => json!({"const": value, "title": title}),
            None => json!({"const": value}),
        })
    };
    all.iter().map(one).collect::<Option<Vec<Json>>>().map(Json::Array)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::settings::of_schema;
    use super::fields;

    #[test]
    fn a_field_has_the_words_that_describe_it_and_none_that_lead_elsewhere() {
        let schema = json!({"required": ["city"], "properties": {
            "city": {"type": "string", "title": "Ci\u{202e}ty\n", "description": "x".repeat(10_000), "minLength": 2,
                "$ref": "file:///etc/passwd", "x-group": "Server", "x-order": -5, "x-test": {"kind": "letta"}, "x-port": true},
            "key": {"type": "string", "x-secret": true, "default": "abc"},
            "unit": {"oneOf": [{"const": "c", "title": "Celsius"}, {"const": "f"}]},
            "elsewhere": {"type": "string", "x-file": "../../.ssh/config"},
        }});
        let fields = fields(&of_schema(&schema, "weather"));
        let names: Vec<&str> = fields.iter().map(|field| field.variable.as_str()).collect();
        assert_eq!(names, ["WEATHER_CITY", "WEATHER_KEY", "WEATHER_UNIT"], "by a variable; what has a file has none");
        let city = &fields[0].schema;
        assert_eq!((&city["title"], &city["minLength"]), (&json!("City"), &json!(2)), "cleaned: {city}");
        assert!(city["description"].as_str().is_some_and(|text| text.chars().count() < 500), "and bounded");
        for word in ["$ref", "x-group", "x-order", "x-test", "x-port"] {
            assert_eq!(city.get(word), None, "`{word}` is not theirs to say");
        }
        assert!(fields[0].required && fields[1].secret && fields[1].schema.get("default").is_none(), "{fields:?}");
        assert_eq!(
            fields[2].schema["oneOf"][0],
            json!({"const": "c", "title": "Celsius"}),
            "choices keep their titles"
        );
    }
}
