//! Environment texts: what is written is what is read, in the type of its field.

use proptest::prelude::*;
use sanctum_config::{Field, Schema, check_field, from_env, to_env};
use serde_json::{Value, json};

fn one(node: Value) -> Field {
    Schema::read(&json!({"properties": {"x": node}})).fields.into_iter().next().unwrap()
}

#[test]
fn values_have_the_text_that_modules_expect() {
    for (node, value, text) in [
        (json!({"type": "boolean"}), json!(true), "true"),
        (json!({"type": "boolean"}), json!(false), "false"),
        (json!({"type": "integer"}), json!(5.0), "5"),
        (json!({"type": "number"}), json!(0.5), "0.5"),
        (json!({"type": "string"}), json!("a b"), "a b"),
        (json!({"type": "string"}), json!(null), ""),
        (json!({"enum": ["a", 2]}), json!(2), "2"),
        (json!({"type": "array", "items": {"type": "string"}}), json!(["a", "b c"]), "a,b c"),
        (json!({"type": "array", "items": {"type": "string"}}), json!(["a,b"]), "[\"a,b\"]"),
        (json!({"type": "array", "items": {"type": "string"}}), json!([]), ""),
        (json!({"type": "array", "items": {"type": "integer"}}), json!([1, 2]), "1,2"),
        (json!({"type": "object", "additionalProperties": true}), json!({"a": [1, null]}), "{\"a\":[1,null]}"),
        (json!({}), json!("plain"), "plain"),
        (json!({}), json!("5"), "\"5\""),
    ] {
        assert_eq!(to_env(&one(node.clone()), &value), text, "{value} for {node}");
    }
}

#[test]
fn what_does_not_fit_stays_a_text() {
    for (node, text) in [
        (json!({"type": "integer"}), "5x"),
        (json!({"type": "boolean"}), "perhaps"),
        (json!({"enum": ["a"]}), "b"),
        (json!({"type": "number"}), "inf"),
        (json!({"type": "object", "additionalProperties": true}), "{"),
    ] {
        assert_eq!(from_env(&one(node.clone()), text), json!(text), "{text} for {node} is kept as it stands");
    }
    assert_eq!(from_env(&one(json!({"type": "boolean"})), " Yes "), json!(true), "people's spellings are read");
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| json!(f64::from(n) / 8.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

/// A field of each kind with values that fit it.
fn fitting() -> impl Strategy<Value = (Value, Value)> {
    let number = prop_oneof![any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from)];
    let numbers = number.clone().prop_filter("JSON has no NaN", |n| !n.is_null());
    let words = prop_oneof![any::<String>(), "[a-c,\\[\\]\" 1]{0,4}", Just("true".to_owned()), Just("5".to_owned())];
    prop_oneof![
        words.clone().prop_map(|v| (json!({"type": "string"}), Value::from(v))),
        words.clone().prop_map(|v| (json!({"type": "string", "x-path": true}), Value::from(v))),
        words.clone().prop_map(|v| (json!({"type": "string", "x-duration": true}), Value::from(v))),
        any::<i64>().prop_map(|v| (json!({"type": "integer"}), Value::from(v))),
        any::<u64>().prop_map(|v| (json!({"type": "integer"}), Value::from(v))),
        (1u16..).prop_map(|v| (json!({"type": "integer", "x-port": true}), Value::from(v))),
        numbers.clone().prop_map(|v| (json!({"type": "number"}), v)),
        numbers.clone().prop_map(|v| (json!({"type": "number", "x-duration": true}), v)),
        any::<bool>().prop_map(|v| (json!({"type": "boolean"}), Value::from(v))),
        prop::sample::select(vec![json!("a"), json!("on"), json!(7), json!(true), json!(1.5), json!(null)])
            .prop_map(|v| (json!({"enum": ["a", "on", 7, true, 1.5, null]}), v)),
        prop::collection::vec(words.clone(), 0..4)
            .prop_map(|v| (json!({"type": "array", "items": {"type": "string"}}), json!(v))),
        prop::collection::vec(words, 0..4).prop_map(|v| (json!({"type": "array"}), json!(v))),
        prop::collection::vec(any::<i64>(), 0..4)
            .prop_map(|v| (json!({"type": "array", "items": {"type": "integer"}}), json!(v))),
        prop::collection::vec(any::<bool>(), 0..4)
            .prop_map(|v| (json!({"type": "array", "items": {"type": "boolean"}}), json!(v))),
        prop::collection::btree_map(any::<String>(), json_value(), 0..4)
            .prop_map(|v| (json!({"type": "object", "additionalProperties": true}), json!(v))),
        json_value().prop_filter("none has no text", |v| !v.is_null()).prop_map(|v| (json!({}), v)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read((node, value) in fitting()) {
        let field = one(node);
        prop_assert_eq!(check_field(&field, &value), None, "the value fits");
        let text = to_env(&field, &value);
        prop_assert_eq!(from_env(&field, &text), value, "through {:?}", text);
    }
}
