//! Every kind of field set by keyboard alone, forms of two hundred fields, and schemas that mean harm.

use anyhow::Result;
use sanctum_tests::{Ctl, Place};
use serde_json::{Value, json};

use crate::forms::{apply, enter, explained, go_to, opened, read, retype, review_and_apply, tab_to, value};
use crate::support::{CTRL, ENTER, TAB, go, pictures, put};

const KINDS: &str = "tools/kinds/config/.env";
const ORDER: [&str; 12] =
    ["TEXT", "COUNT", "RATIO", "FLAG", "COLOUR", "TAGS", "HEADERS", "LISTEN", "FOLDER", "WAIT", "SHAPE", "TOKEN"];

/// A tool with this schema in the folder of the tools.
fn tool(place: &Place, name: &str, properties: Value) -> Result<()> {
    let schema = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties });
    let manifest = json!({ "name": name, "type": "tool", "title": name, "version": "1.0.0", "config_schema": schema });
    put(&place.root(), &format!("tools/{name}/manifest.json"), manifest.to_string())
}

fn kinds() -> Value {
    let mut all = json!({
        "TEXT": { "type": "string", "title": "Greeting", "description": "What it says first." },
        "COUNT": { "type": "integer", "title": "Count", "default": 5, "minimum": 0, "maximum": 100 },
        "RATIO": { "type": "number", "title": "Ratio", "default": 0.5, "minimum": 0, "maximum": 1 },
        "FLAG": { "type": "boolean", "title": "Flag", "default": false },
        "COLOUR": { "title": "Colour", "default": "red", "oneOf": [{ "const": "red", "title": "Red" }, { "const": "green", "title": "Green" }] },
        "TAGS": { "type": "array", "items": { "type": "string" }, "title": "Tags" },
        "HEADERS": { "type": "object", "additionalProperties": { "type": "string" }, "title": "Headers" },
        "LISTEN": { "type": "integer", "title": "Port", "default": 9555, "x-port": true },
        "FOLDER": { "type": "string", "title": "Folder", "x-path": "folder" },
        "WAIT": { "type": "integer", "title": "Wait", "default": 30, "minimum": 1, "x-duration": true, "x-unit": "s" },
        "SHAPE": { "type": "array", "items": { "type": "object" }, "title": "Shape" },
        "TOKEN": { "type": "string", "title": "Token", "x-secret": true },
    });
    for (order, name) in ORDER.iter().enumerate() {
        all[name]["x-env"] = (*name).into();
        all[name]["x-order"] = order.into();
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_field_is_set_by_keyboard_alone() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    tool(&place, "kinds", kinds())?;
    let window = opened(&place).await?;
    go_to(&window, "p:tools/kinds", "TEXT").await?;
    enter(&window, "TEXT").await?;
    window.strike("two words").await?;
    for (setting, text) in [("COUNT", "12"), ("RATIO", "0.25")] {
        tab_to(&window, &format!("setting-input-{setting}")).await?;
        retype(&window, text).await?;
    }
    tab_to(&window, "setting-input-FLAG").await?;
    window.strike(" ").await?;
    tab_to(&window, "setting-input-COLOUR").await?;
    window.strike("g").await?;
    tab_to(&window, "setting-add-TAGS").await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=setting-input-TAGS-0]:focus").await?;
    window.strike("one").await?;
    tab_to(&window, "setting-add-TAGS").await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=setting-input-TAGS-1]:focus").await?;
    window.strike("two").await?;
    tab_to(&window, "setting-add-HEADERS").await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=setting-name-HEADERS-0]:focus").await?;
    window.strike("X-From").await?;
    window.strike(TAB).await?;
    window.strike("here").await?;
    for (setting, text) in [("LISTEN", "9777"), ("FOLDER", "/srv/kinds"), ("WAIT", "45"), ("SHAPE", "[{\"a\": 1}]")] {
        tab_to(&window, &format!("setting-input-{setting}")).await?;
        retype(&window, text).await?;
    }
    window.says("11 changes →").await?;
    pictures(&window, "setting-kinds").await?;
    assert!(!place.root().join(KINDS).exists(), "nothing is written yet");
    window.strike(&format!("{CTRL}{ENTER}")).await?;
    window.find("plan-view").await?;
    window.shot("setting-kinds-plan").await?;
    apply(&window).await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    let env = read(&place, KINDS)?;
    for line in [
        "TEXT='two words'",
        "COUNT='12'",
        "RATIO='0.25'",
        "FLAG='true'",
        "COLOUR='green'",
        "TAGS='one,two'",
        "HEADERS='{\"X-From\":\"here\"}'",
        "LISTEN='9777'",
        "FOLDER='/srv/kinds'",
        "WAIT='45'",
        "SHAPE='[{\"a\":1}]'",
    ] {
        assert!(env.lines().any(|one| one == line), "`{line}` stands in the file: {env}");
    }
    let row = explained(&place, "kinds", "HEADERS")?;
    assert_eq!((&row["json"], &row["level"]), (&json!({ "X-From": "here" }), &json!("instance")), "as meant: {row}");

    window.find_css("[data-testid=setting-input-SHAPE]:focus").await?;
    tab_to(&window, "secret-set-TOKEN").await?;
    window.strike(ENTER).await?;
    window.find_css("[data-testid=secret-value]:focus").await?;
    window.strike("by-keyboard-alone-51").await?;
    window.strike(ENTER).await?;
    window.counts("[data-testid=secret-dialog]", 0).await?;
    window.says("Token: stored in").await?;
    assert!(!read(&place, KINDS)?.contains("by-keyboard"), "a secret is in no file");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_two_hundred_fields_is_typed_in() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let fields: serde_json::Map<String, Value> = (0..200)
        .map(|n| {
            let node = json!({ "type": "string", "title": format!("Field {n}"), "default": "x", "x-env": format!("FIELD_{n}"), "x-group": format!("Group {}", n / 20), "x-order": n });
            (format!("FIELD_{n}"), node)
        })
        .collect();
    tool(&place, "large", fields.into())?;
    let window = opened(&place).await?;
    go_to(&window, "p:tools/large", "FIELD_199").await?;
    window.counts("[data-setting]", 200).await?;
    enter(&window, "FIELD_199").await?;
    retype(&window, "the last one").await?;
    assert_eq!(value(&window, "FIELD_199").await?, "the last one", "every key arrived");
    window.shot("setting-two-hundred").await?;
    window.strike(&format!("{CTRL}f")).await?;
    window.strike("field_77").await?;
    window.counts("[data-setting]", 1).await?;
    window.strike("\u{e00c}").await?;
    window.counts("[data-setting]", 200).await?;
    review_and_apply(&window).await?;
    assert_eq!(read(&place, "tools/large/config/.env")?.matches("FIELD_").count(), 1, "one of two hundred is written");
    window.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_means_harm_is_only_text() -> Result<()> {
    let place = Place::new()?;
    Ctl::new(&place).setup(&["athena"], "broca2")?;
    let markup = "<img src=x onerror=\"window.__pwned=1\">";
    let rtl = "\u{202e}txet desrever\u{202c} after";
    tool(
        &place,
        "hostile",
        json!({
            "A": { "type": "string", "title": markup, "description": format!("{markup} `{markup}`"), "default": markup, "x-env": "A", "x-group": markup, "x-order": 1 },
            "B": { "type": "string", "title": rtl, "description": rtl, "default": rtl, "x-env": "B", "x-order": 2 },
            "C": { "type": "string", "title": "t".repeat(300), "description": "d".repeat(300), "default": "v".repeat(300), "x-env": "C", "x-order": 3 },
            "D": { "type": "string", "title": "Choice", "enum": [markup, "c".repeat(300)], "default": markup, "x-env": "D", "x-order": 4 },
            "E": { "type": "string", "title": "Tries", "pattern": "^(a+)+$", "x-hint": markup, "x-env": "E", "x-order": 5 },
        }),
    )?;
    tool(
        &place,
        "broken",
        json!({
            "GOOD": { "type": "integer", "title": "Still good", "default": 1, "x-env": "GOOD" },
            "BAD": { "type": "no-such-type", "title": "Bad type", "x-env": "BAD" },
            "FAR": { "$ref": "https://example.invalid/schema.json" },
            "LOOK": { "type": "string", "title": "Looks around", "pattern": "(?<=a)b", "x-env": "LOOK", "x-typo": true },
            "ROUND": { "$ref": "#/properties/ROUND" },
        }),
    )?;
    let window = opened(&place).await?;
    go_to(&window, "p:tools/hostile", "A").await?;
    window.says("<img src=x onerror=").await?;
    pictures(&window, "setting-hostile").await?;
    window.click("setting-input-C").await?;
    window.find_css("[data-testid=inspector] .chain").await?;
    window.shot("setting-hostile-long").await?;
    let wide = window.run("return document.documentElement.scrollWidth - innerWidth", vec![]).await?;
    assert_eq!(wide.as_i64(), Some(0), "300 characters do not widen the window");
    window.click("setting-input-E").await?;
    window.strike(&format!("{}b", "a".repeat(60))).await?;
    window.says("1 invalid value, left out").await?;
    window.click("setting-input-B").await?;
    retype(&window, markup).await?;
    review_and_apply(&window).await?;
    window.says("0 changes").await?;
    assert!(
        read(&place, "tools/hostile/config/.env")?.contains(&format!("B='{markup}'\n")),
        "markup is written as text"
    );
    go(&window, "#/settings").await?;
    window.find("settings-search").await?;
    window.strike("onerror").await?;
    window.says("<img src=x onerror=").await?;
    window.shot("settings-hostile").await?;
    let pwned = window.run("return [window.__pwned ?? null, document.querySelectorAll('img').length]", vec![]).await?;
    assert_eq!(pwned, json!([null, 0]), "nothing of it was run or drawn");

    go_to(&window, "p:tools/broken", "GOOD").await?;
    enter(&window, "GOOD").await?;
    retype(&window, "7").await?;
    pictures(&window, "setting-schema-broken").await?;
    let findings = window.count(".banner").await?;
    assert!(findings >= 2, "what is wrong with the schema is named: {findings}");
    review_and_apply(&window).await?;
    window.counts("[data-testid=draft-bar]", 0).await?;
    assert!(read(&place, "tools/broken/config/.env")?.contains("GOOD='7'\n"), "what is whole can be set");
    window.close().await
}
