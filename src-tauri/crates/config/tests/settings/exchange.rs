//! The exchange file: what goes out comes back, and what is not known is refused.

use proptest::prelude::*;
use sanctum_config::{Exchange, Told};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn settings(pairs: &[(&str, Told)]) -> BTreeMap<String, Told> {
    pairs.iter().map(|(key, told)| ((*key).to_owned(), told.clone())).collect()
}

fn value(value: Value) -> Told {
    Told::Value(value)
}

#[test]
fn the_file_can_be_read_by_a_person_and_is_always_the_same() {
    let exchange = Exchange {
        system: settings(&[("log.level", value(json!("info"))), ("proxy", Told::None)]),
        environment: settings(&[("LETTA_URL", value(json!("http://127.0.0.1:8283")))]),
        agents: [(
            "athena".to_owned(),
            settings(&[("AGENT_API_KEY", Told::Secret("agents/athena/AGENT_API_KEY".into()))]),
        )]
        .into(),
        tools: [("broca2".to_owned(), settings(&[("retries", value(json!(3))), ("pause", value(json!(0.5)))]))].into(),
        instances: [(
            "athena/broca2".to_owned(),
            settings(&[
                ("tags", value(json!(["a", null]))),
                ("map", value(json!({"b": 1, "a": true}))),
                ("odd", value(json!({"none": true}))),
            ]),
        )]
        .into(),
        users: [("mark".to_owned(), settings(&[("theme", value(json!("dark")))]))].into(),
    };
    let expected = r#"# Settings of Sanctum
# second line
# injected = 1

format = 1

[system]
"log.level" = "info"
proxy = { none = true }

[environment]
LETTA_URL = "http://127.0.0.1:8283"

[agents.athena]
AGENT_API_KEY = { secret = "agents/athena/AGENT_API_KEY" }

[tools.broca2]
pause = 0.5
retries = 3

[instances."athena/broca2"]
map = { a = true, b = 1 }
odd = { value = { none = true } }
tags = { json = '["a",null]' }

[users.mark]
theme = "dark"
"#;
    let text = exchange.to_text(&["Settings of Sanctum", "second line\ninjected = 1"]);
    assert_eq!(text, expected, "sorted, one line for each setting");
    assert_eq!(Exchange::from_text(&text), Ok(exchange), "and it comes back");
    assert_eq!(Exchange::from_text(&Exchange::default().to_text(&[])), Ok(Exchange::default()), "an empty one too");
}

#[test]
fn what_people_write_by_hand_is_read() {
    let text = "format = 1\n[instances.smcp]\nport = 8000\n[instances.smcp.headers]\nX = \"1\"\n[[instances.smcp.rules]]\nto = 1\n[system]\nday = 2026-01-31\n";
    let exchange = Exchange::from_text(text).unwrap();
    let smcp = &exchange.instances["smcp"];
    assert_eq!(smcp["port"], value(json!(8000)), "a number");
    assert_eq!(smcp["headers"], value(json!({"X": "1"})), "a table is a group");
    assert_eq!(smcp["rules"], value(json!([{"to": 1}])), "tables in a list");
    assert_eq!(exchange.system["day"], value(json!("2026-01-31")), "a date is its text");
}

#[test]
fn what_is_not_known_is_refused_with_its_line() {
    for (text, line, part) in [
        ("", None, "format = 1"),
        ("format = 2\n", Some(1), "newer version"),
        ("format = 0\n", Some(1), "not 1"),
        ("format = \"1\"\n", Some(1), "not 1"),
        ("format = 1\n\n[sytem]\na = 1\n", Some(3), "`sytem` is not a section"),
        ("format = 1\nsystem = 5\n", Some(2), "not a section of settings"),
        ("format = 1\n[agents]\nathena = 5\n", Some(3), "not a section of settings"),
        ("format = 1\n[system]\na = canary\n", Some(3), "not TOML"),
        ("format = 1\n[system]\na = 1\na = 2\n", Some(4), "not TOML"),
        ("format = 1\n[system]\na = { secret = 5 }\n", Some(3), "behind `secret`"),
        ("format = 1\n[system]\na = { none = false }\n", Some(3), "behind `none`"),
        ("format = 1\n[system]\na = { json = \"{canary\" }\n", Some(3), "does not hold JSON"),
        ("format = 1\n[system]\na = nan\n", Some(3), "not a number"),
    ] {
        let fault = Exchange::from_text(text).unwrap_err();
        assert_eq!(fault.line, line, "{text:?}: {fault}");
        assert!(fault.message.contains(part), "{text:?} is refused with {part:?}: {fault}");
        assert!(!fault.message.contains("canary"), "no value is repeated: {fault}");
    }
    let long = format!("format = 1\n[system]\na = \"{}\"\n", "x".repeat(300 * 1024));
    assert!(
        Exchange::from_text(&long).unwrap_err().message.contains("longer than"),
        "a value of 300 KiB is no setting"
    );
    let huge = format!("format = 1\n{}", "# padding\n".repeat(500_000));
    assert!(Exchange::from_text(&huge).unwrap_err().message.contains("at most"), "a file of 5 MB is refused");
    let nested = format!("format = 1\n[system]\na = {}1{}\n", "[".repeat(5_000), "]".repeat(5_000));
    assert!(Exchange::from_text(&nested).is_err(), "nesting without end is refused");
}

#[test]
fn a_deep_value_goes_out_and_comes_back() {
    let deep = (0..100).fold(json!(1), |inner, n| if n % 2 == 0 { json!([inner]) } else { json!({"k": inner}) });
    let exchange = Exchange { system: settings(&[("deep", value(deep))]), ..Exchange::default() };
    assert_eq!(Exchange::from_text(&exchange.to_text(&[])), Ok(exchange), "as text where TOML would be too deep");
}

#[test]
fn no_value_gets_into_debug_output() {
    let told = [value(json!("canary")), Told::Secret("canary".into()), Told::None];
    assert!(!format!("{told:?}").contains("canary"), "only the kind is shown");
}

fn json_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[ -~\n\r\t'\"\\\\é]{0,12}", "(secret|none|value|json)"];
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| json!(f64::from(n) / 8.0)),
        text.clone().prop_map(Value::from),
    ];
    let name = prop_oneof![any::<String>(), "(secret|none|value|json|a|b\\.c)"];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..3).prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let told = prop_oneof![
        6 => json_value().prop_map(Told::Value),
        1 => any::<String>().prop_map(Told::Secret),
        1 => Just(Told::None),
    ];
    let key = prop_oneof![any::<String>(), "[A-Z_]{1,5}(\\.[a-z]{1,3})?"];
    let settings = prop::collection::btree_map(key.clone(), told, 0..4);
    let owned = prop::collection::btree_map(key, settings.clone(), 0..3);
    (settings.clone(), settings, owned.clone(), owned.clone(), owned.clone(), owned).prop_map(
        |(system, environment, agents, tools, instances, users)| Exchange {
            system,
            environment,
            agents,
            tools,
            instances,
            users,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_out_comes_back(exchange in exchange(), header in any::<String>()) {
        let text = exchange.to_text(&[&header]);
        let back = Exchange::from_text(&text);
        prop_assert!(back.as_ref() == Ok(&exchange), "through {}: {:?}", text, back);
        prop_assert_eq!(back.unwrap().to_text(&[&header]), text, "the same settings are the same bytes");
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = Exchange::from_text(&text);
        let _ = Exchange::from_text(&format!("format = 1\n[system]\n{text}"));
    }
}
