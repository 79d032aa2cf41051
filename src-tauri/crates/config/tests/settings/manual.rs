//! The page for module authors: its example is read without a finding and uses every word.

use sanctum_config::{KeyTest, PathKind, Schema, TestKind, Ty, Validator, schema};
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../../../docs/settings-schema.md");

fn example() -> Value {
    let text = PAGE.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_example_reads_without_a_finding() {
    let node = &example()["config_schema"];
    let read = Schema::read(node);
    assert!(read.findings.is_empty(), "an author can copy it: {:?}", read.findings);
    let (validator, findings) = Validator::new(node);
    assert!(validator.is_whole() && findings.is_empty(), "and all of it is checked: {findings:?}");
    let good = json!({"WEATHER_KEY": "a-key-of-twenty-letters", "city": "Oslo", "server": {"port": 9300}});
    assert_eq!(validator.problems(good.as_object().unwrap(), &read.fields), [], "good settings fit");
    let bad = validator.problems(json!({"server": {"wait": 0}}).as_object().unwrap(), &read.fields);
    let said: Vec<_> = bad.iter().map(|problem| problem.message.as_str()).collect();
    assert!(
        said.contains(&"0 is too small. With 0 every question would count as unanswered. Enter 1 to 300."),
        "bad ones are told in words: {said:?}"
    );
}

#[test]
fn the_page_and_its_example_know_every_word_and_no_other() {
    let text = example()["config_schema"].to_string();
    let (_, table) = PAGE.split_once("## Our words").unwrap();
    let (table, _) = table.split_once("## How values").unwrap();
    for word in schema::VOCABULARY {
        assert!(text.contains(&format!("\"{word}\":")), "the example uses `{word}`");
        assert!(table.contains(&format!("`{word}`")), "the page explains `{word}`");
    }
    let named = table.split('`').filter(|word| word.starts_with("x-") && word.len() > 2);
    for word in named {
        assert!(schema::VOCABULARY.contains(&word), "`{word}` is explained and not known");
    }
}

#[test]
fn the_words_of_the_example_reach_their_fields() {
    let fields = Schema::read(&example()["config_schema"]).fields;
    let field = |key: &str| fields.iter().find(|field| field.key == key).unwrap();
    let key = field("WEATHER_KEY");
    let tried = KeyTest { kind: TestKind::OpenAi, with: Some("server.address".to_owned()) };
    assert_eq!((key.secret, key.test.as_ref(), key.min_length), (true, Some(&tried), Some(20)), "the key");
    assert!(fields.iter().any(|field| Some(&field.key) == tried.with.as_ref()), "`with` names a setting");
    let port = field("server.port");
    assert_eq!((port.ty, port.always, port.group.as_deref()), (Ty::Port, true, Some("Service")), "the port");
    let city = field("city");
    assert_eq!(
        (city.user, city.restart, city.file.as_deref(), city.env_fallback.as_deref()),
        (true, false, Some("config/settings.json"), Some("WEATHER_CITY")),
        "the city"
    );
    assert_eq!(field("units").choice_titles, ["Metric (°C, km/h)", "Imperial (°F, mph)"], "titles of choices");
    assert_eq!((field("favourites").ty, field("favourites").items), (Ty::List, Some(Ty::Text)), "a list of texts");
    let cache = field("cache");
    assert_eq!((cache.path, cache.nullable, cache.advanced), (Some(PathKind::Folder), true, true), "the folder");
    assert_eq!(field("history_days").database.as_deref(), Some("db/weather.sqlite"), "in the module's database");
    assert_eq!((field("server.wait").ty, field("server.wait").items), (Ty::Duration, Some(Ty::Integer)), "a wait");
    assert!(field("server.wait").hint.is_some() && field("WEATHER_LANG").dead.is_some(), "hint and dead");
    assert!(!city.always && !port.user && port.hint.is_none() && city.test.is_none(), "and nothing where it is not");
}
