//! The settings table: every field with its value, its origin, and no secret.

use sanctum_config::{
    EnvFile, Layer, Level, Schema, SettingRow, Shown, layer_from_env, layer_from_env_at, looks_secret, rows,
};
use serde_json::{Value, json};

fn broca() -> Schema {
    Schema::read(&json!({"properties": {
        "endpoint": {"type": "string", "default": "http://127.0.0.1:8283", "x-env": "AGENT_ENDPOINT"},
        "retries": {"type": "integer", "default": 3, "minimum": 0, "maximum": 10, "x-env": "MAX_RETRIES"},
        "debug": {"type": "boolean", "default": true, "x-env": "DEBUG_MODE"},
        "mode": {"enum": ["echo", "live"], "x-env": "MODE"},
        "tags": {"type": "array", "items": {"type": "string"}, "x-env": "TAGS"},
        "token": {"type": "string", "x-secret": true, "x-env": "BOT_TOKEN"},
        "deep": {"type": "object", "properties": {"level": {"type": "string", "x-env": "DEEP_LEVEL"}}},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "needed": {"type": "string"}
    }, "required": ["needed"]}))
}

fn row<'a>(rows: &'a [SettingRow], key: &str) -> &'a SettingRow {
    rows.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("no row {key}"))
}

fn layer(level: Level, values: Value) -> Layer {
    Layer::new(level, level.word(), values.as_object().unwrap().clone())
}

#[test]
fn the_env_file_of_a_module_is_its_instance_level_with_file_and_line() {
    let schema = broca();
    let env =
        EnvFile::parse(b"# top\nMAX_RETRIES=7\nDEBUG_MODE='false'\nTAGS=a, b\nDEEP_LEVEL=x\nMODE=live\nOTHER=1\n");
    let layer = layer_from_env(&schema.fields, &env, "config/.env");
    let rows = rows(&schema.fields, &[layer]);
    for (key, value, line) in [
        ("retries", json!(7), 2),
        ("debug", json!(false), 3),
        ("tags", json!(["a", "b"]), 4),
        ("deep.level", json!("x"), 5),
        ("mode", json!("live"), 6),
        ("OTHER", json!("1"), 7),
    ] {
        let row = row(&rows, key);
        assert_eq!(row.value, Shown::Value(value), "{key} in its own type");
        let last = row.chain.last().unwrap();
        assert_eq!(
            (last.level, last.place.file.as_deref(), last.place.line),
            (Level::Instance, Some("config/.env"), Some(line)),
            "{key} and where it stands"
        );
        assert_eq!(row.note, None, "{key} is as it should be");
    }
    assert_eq!(row(&rows, "retries").chain.len(), 2, "the default it overrides is told too");
    let endpoint = row(&rows, "endpoint");
    assert_eq!(endpoint.chain.last().unwrap().level, Level::Default, "what nobody sets has its default");
    assert!(
        !row(&rows, "OTHER").known && row(&rows, "OTHER").env.as_deref() == Some("OTHER"),
        "a key without schema is shown all the same"
    );
    assert_eq!(row(&rows, "token").value, Shown::Unset, "a secret nobody set is unset");
    assert!(row(&rows, "needed").note.is_some(), "a needed value that is missing is noted");
}

#[test]
fn every_level_is_in_the_chain_and_maps_merge() {
    let schema = broca();
    let layers = [
        layer(Level::System, json!({"retries": 4, "headers": {"a": "1", "b": "1"}})),
        layer(Level::Agent, json!({"endpoint": null, "headers": {"b": "2"}})),
        layer(Level::Instance, json!({"retries": 5, "deep": null, "extra": {"x": 1}})),
    ];
    let rows = rows(&schema.fields, &layers);
    let levels: Vec<_> = row(&rows, "retries").chain.iter().map(|said| said.level).collect();
    assert_eq!(levels, [Level::Default, Level::System, Level::Instance], "who said something, lowest first");
    assert_eq!(row(&rows, "endpoint").value, Shown::None, "an explicit none is not the default");
    assert_eq!(row(&rows, "headers").value, Shown::Value(json!({"a": "1", "b": "2"})), "free keys merge");
    assert_eq!(row(&rows, "deep.level").value, Shown::None, "a none above the key is a none");
    assert_eq!(row(&rows, "extra.x").value, Shown::Value(json!(1)), "what no schema knows is a row");
    assert_eq!(
        rows.iter().filter(|row| row.key.starts_with("headers") || row.key.starts_with("deep")).count(),
        2,
        "and nothing is shown twice"
    );
}

#[test]
fn values_that_do_not_fit_are_shown_with_a_note() {
    let schema = broca();
    let env = EnvFile::parse(b"MAX_RETRIES=many\nDEBUG_MODE=perhaps\nMODE=loud\n");
    let shown = rows(&schema.fields, &[layer_from_env(&schema.fields, &env, ".env")]);
    for (key, text, part) in
        [("retries", "many", "whole number"), ("debug", "perhaps", "true nor false"), ("mode", "loud", "choices")]
    {
        let row = row(&shown, key);
        assert_eq!(row.value, Shown::Value(json!(text)), "{key} is shown as it stands");
        assert!(row.note.as_deref().is_some_and(|note| note.contains(part)), "{key}: {:?}", row.note);
    }
    let env = EnvFile::parse(b"MAX_RETRIES=99\n");
    let shown = rows(&schema.fields, &[layer_from_env(&schema.fields, &env, ".env")]);
    assert_eq!(row(&shown, "retries").note.as_deref(), Some("99 is too large. Enter 0 to 10."), "bounds count");
}

#[test]
fn no_secret_gets_into_a_row() {
    let schema = broca();
    let env = EnvFile::parse(b"BOT_TOKEN=canary1\nGITHUB_TOKEN=canary2\nX_API_KEY=canary3\nPG_URI=postgresql://u:canary4@h/db\nAGENT_ENDPOINT=http://u:canary5@h\n");
    let layers = [
        layer_from_env_at(Level::System, &schema.fields, &env, ".env"),
        layer_from_env(&schema.fields, &env, "config/.env"),
        layer(Level::Instance, json!({"headers": {"Authorization": "canary6"}, "blob": [{"db_password": "canary7"}]})),
    ];
    let rows = rows(&schema.fields, &layers);
    let text = format!("{rows:?}");
    assert!(!text.contains("canary"), "a value slipped through: {text}");
    assert_eq!(row(&rows, "token").value, Shown::Hidden, "it is said to be there");
    assert!(
        row(&rows, "token").note.as_deref().is_some_and(|n| n.contains("plain text in `config/.env`")),
        "and that it is readable in the file"
    );
    let empty = EnvFile::parse(b"BOT_TOKEN=x\nBOT_TOKEN=\n");
    let rows = sanctum_config::rows(&schema.fields, &[layer_from_env(&schema.fields, &empty, ".env")]);
    assert_eq!(row(&rows, "token").value, Shown::Unset, "an empty secret is none");
    for key in ["MONKEY", "KEYBOARD", "PORT", "AGENT_ID", "LOG_LEVEL"] {
        assert!(!looks_secret(key), "{key} is no secret");
    }
}

#[test]
fn a_key_named_like_a_field_of_another_key_stays_apart() {
    let schema = Schema::read(&json!({"properties": {"PORT": {"type": "integer", "x-env": "REAL_PORT"}}}));
    let env = EnvFile::parse(b"PORT=1\nREAL_PORT=2\n");
    let rows = rows(&schema.fields, &[layer_from_env(&schema.fields, &env, ".env")]);
    assert_eq!(rows[0].value, Shown::Value(json!(2)), "the field has what its own key says");
    assert_eq!(
        (rows[1].env.as_deref(), &rows[1].value),
        (Some("PORT"), &Shown::Value(json!("1"))),
        "the other key is a row of its own"
    );
}
