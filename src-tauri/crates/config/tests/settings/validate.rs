//! Checking documents: sentences a person understands, schemas that cannot hurt, secrets that stay out.

use proptest::prelude::*;
use sanctum_config::{Field, Problem, Schema, Validator, check_field};
use serde_json::{Map, Value, json};

fn one(node: Value) -> Field {
    let read = Schema::read(&json!({"type": "object", "properties": {"x": node}}));
    read.fields.into_iter().next().unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn problems(schema: &Value, document: Value) -> Vec<Problem> {
    let (validator, findings) = Validator::new(schema);
    assert!(findings.is_empty(), "{schema} is a good schema: {findings:?}");
    assert!(validator.is_whole(), "so all of it counts");
    validator.problems(&object(document), &Schema::read(schema).fields)
}

#[test]
fn a_single_value_is_judged_in_full_sentences() {
    let waits =
        json!({"type": "integer", "minimum": 1, "maximum": 300, "x-hint": "With 0 every message counts as stuck."});
    for (node, value, said) in [
        (waits.clone(), json!(0), "0 is too small. With 0 every message counts as stuck. Enter 1 to 300."),
        (waits.clone(), json!(301), "301 is too large. With 0 every message counts as stuck. Enter 1 to 300."),
        (
            json!({"type": "integer", "minimum": 1}),
            json!("many"),
            "`many` is not a whole number. Enter a whole number of at least 1.",
        ),
        (json!({"type": "integer"}), json!(1.5), "1.5 is not a whole number. Enter a whole number."),
        (json!({"type": "integer", "x-port": true}), json!(70_000), "70000 is too large. Enter 1 to 65535."),
        (json!({"type": "number"}), json!(true), "true is not a number. Enter a number."),
        (json!({"type": "boolean"}), json!("perhaps"), "`perhaps` is neither true nor false. Choose true or false."),
        (
            json!({"enum": ["echo", "live"]}),
            json!("loud"),
            "`loud` is none of the choices. Choose one of `echo` or `live`.",
        ),
        (
            json!({"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}, {"const": 3}]}),
            json!(9),
            "9 is none of the choices. Choose one of One, Two or 3.",
        ),
        (json!({"type": "string", "pattern": "^a+$"}), json!("b"), "`b` does not have the form `^a+$`."),
        (
            json!({"type": "string", "pattern": "^a+$", "x-hint": "Only the letter a is heard"}),
            json!("b"),
            "`b` does not have the right form. Only the letter a is heard.",
        ),
        (
            json!({"type": "string", "not": {"pattern": "(?i)example|test[-_]"}, "x-hint": "Nobody answers there."}),
            json!("http://Example.com"),
            "`http://Example.com` holds `Example`, which is not taken. Nobody answers there.",
        ),
        (
            json!({"type": "string", "not": {"pattern": "example"}, "x-secret": true}),
            json!("an example"),
            "The value holds a part that is not taken.",
        ),
        (
            json!({"type": "string", "minLength": 8}),
            json!("short"),
            "`short` is too short. Enter at least 8 characters.",
        ),
        (json!({"type": "string", "minLength": 1}), json!(""), "The value is empty. Enter at least 1 character."),
        (json!({"type": "string", "maxLength": 2}), json!("äöü"), "`äöü` is too long. Enter at most 2 characters."),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            json!([1, "b"]),
            "The value has an entry, number 2, that is not a whole number. Enter whole numbers only.",
        ),
        (json!({"type": "array", "items": {"type": "string"}}), json!("a"), "`a` is not a list. Enter a list."),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            json!([]),
            "The value is not a set of names and values. Enter names with their values.",
        ),
        (json!({"type": "string", "x-path": "file"}), json!(5), "5 is not a text. Enter a path."),
        (
            json!({"type": "integer", "x-duration": "s"}),
            json!("soon"),
            "`soon` is not a length of time. Enter a whole number.",
        ),
    ] {
        assert_eq!(check_field(&one(node.clone()), &value).as_deref(), Some(said), "{value} for {node}");
    }
    for (node, value) in [
        (waits, json!(1)),
        (json!({"type": "integer"}), json!(5.0)),
        (json!({"type": "string", "maxLength": 3}), json!("äöü")),
        (json!({"enum": [1, 2]}), json!(1.0)),
        (json!({"type": "string", "pattern": "^a+$"}), json!("aaa")),
        (json!({"type": "string", "not": {"pattern": "example|test[-_]"}}), json!("http://latest.lan/test")),
        (json!({"type": "string", "not": {"pattern": "(((("}}), json!("what cannot be compiled refuses nothing")),
        (json!({"type": "string", "not": {"pattern": "a", "maxLength": 2}}), json!("not all of it is about parts")),
        (json!({"type": "string", "pattern": "(((("}), json!("a broken pattern is named when the schema is read")),
        (json!({"type": "array", "items": {"type": "integer"}}), json!([])),
        (json!({"type": "string", "minLength": 8}), json!(null)),
        (json!({}), json!({"anything": [1]})),
        (json!({"type": "string", "x-duration": true}), json!("5m")),
    ] {
        assert_eq!(check_field(&one(node.clone()), &value), None, "{value} fits {node}");
    }
}

#[test]
fn a_document_has_its_problems_at_their_fields() {
    let schema = json!({"type": "object", "required": ["name", "mode"], "properties": {
        "name": {"type": "string", "x-hint": "Nobody can be told apart without it."},
        "mode": {"enum": ["echo", "live"], "default": "live"},
        "address": {"type": "string", "format": "uri"},
        "server": {"type": "object", "required": ["port"], "properties": {"port": {"type": "integer", "x-port": true}}},
        "rules": {"type": "array", "items": {"type": "object", "properties": {"to": {"type": "integer"}}, "required": ["to"]}, "uniqueItems": true},
        "limits": {"type": "object", "additionalProperties": {"type": "integer", "maximum": 9}},
        "half": {"type": "number", "multipleOf": 0.5}
    }, "additionalProperties": false});
    let found = problems(
        &schema,
        json!({"address": "nowhere", "server": {}, "rules": [{"to": "x"}, {}], "limits": {"a/b": 10}, "half": 0.3, "stray": 1, "mode": null}),
    );
    let seen: Vec<_> = found.iter().map(|p| (p.pointer.as_str(), p.key.as_str(), p.message.as_str())).collect();
    for expected in [
        ("/name", "name", "A value is needed, and none is set. Nobody can be told apart without it. Enter a text."),
        ("/server/port", "server.port", "A value is needed, and none is set. Enter a whole number from 1 to 65535."),
        ("/address", "address", "`nowhere` is not an address. Enter one such as `http://127.0.0.1:8283`."),
        ("/rules/0/to", "rules", "`to` is not a whole number. Enter a whole number."),
        ("/rules/1/to", "rules", "`to` is needed and missing. Add it."),
        ("/limits/a~1b", "limits", "`a/b` is too large. Enter at most 9."),
        ("/half", "half", "0.3 is not a multiple of 0.5. Enter a multiple of 0.5."),
        ("/stray", "stray", "`stray` is not a name that is known here. Check its spelling, or remove it."),
    ] {
        assert!(seen.contains(&expected), "{expected:?} is among {seen:#?}");
    }
    assert_eq!(seen.len(), 8, "a none counts as absent, a default fills it, and nothing is told twice: {seen:#?}");
    let good = json!({"name": "A", "mode": "echo", "address": "http://127.0.0.1:8283/v1", "server": {"port": 9100}, "rules": [{"to": 1}], "half": 1.5});
    assert_eq!(problems(&schema, good), [], "a good document has none");
    assert_eq!(problems(&schema, json!({"name": "A"})), [], "what is optional may be missing");
}

#[test]
fn no_problem_repeats_a_secret() {
    let schema = json!({"properties": {
        "key": {"type": "string", "x-secret": true, "pattern": "^sk-", "minLength": 30, "format": "uri"},
        "number": {"type": "integer", "x-secret": true, "maximum": 5},
        "kept": {"type": "object", "x-secret": true, "additionalProperties": {"type": "integer"}},
        "address": {"type": "string", "pattern": "^https"}
    }});
    let document =
        json!({"key": "canary1", "number": 4711, "kept": {"canary2": "canary3"}, "address": "http://u:canary4@h"});
    let found = problems(&schema, document);
    assert_eq!(found.len(), 4, "each is wrong: {found:?}");
    let text = found.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n");
    assert!(!text.contains("canary") && !text.contains("4711"), "a value slipped through: {text}");
    assert!(text.contains("The value is too short."), "what is wrong is said all the same: {text}");
}

#[test]
fn broken_and_hostile_schemas_are_named_and_only_the_fields_count() {
    let field = json!({"type": "integer", "minimum": 1});
    let mut deep = json!({"type": "string"});
    for _ in 0..500 {
        deep = json!({"properties": {"y": deep}});
    }
    let wide: Map<String, Value> = (0..30_000).map(|n| (format!("k{n}"), json!({}))).collect();
    let mut bomb = Map::new();
    for n in 0..60 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        bomb.insert(format!("d{n}"), json!({"allOf": [next.clone(), next]}));
    }
    for (name, schema, part) in [
        ("a list", json!([1]), "not an object"),
        ("a word of the wrong kind", json!({"properties": {"x": field, "y": {"type": "whole"}}}), "not JSON Schema"),
        ("a limit that is none", json!({"properties": {"x": field, "y": {"minLength": "a"}}}), "not JSON Schema"),
        ("nested deeply", json!({"properties": {"x": field, "y": deep}}), "levels deep"),
        ("very wide", json!({"properties": {"x": field, "y": {"properties": wide}}}), "longer than"),
        (
            "a reference bomb",
            json!({"properties": {"x": field, "y": {"$ref": "#/$defs/d0"}}, "$defs": bomb}),
            "more than",
        ),
    ] {
        let (validator, findings) = Validator::new(&schema);
        assert!(!validator.is_whole(), "{name} is not used as a whole");
        assert!(findings.iter().any(|f| f.message.contains(part)), "{name} is named: {findings:?}");
        let fields = [one(json!({"type": "integer", "minimum": 1})), one(json!({"type": "string"}))];
        let found = validator.problems(&object(json!({"x": 0})), &fields[..1]);
        assert_eq!(found.len(), 1, "{name}: the field is checked all the same");
    }
}

#[test]
fn what_cannot_be_followed_is_left_out_and_named_with_its_place() {
    for (node, place, part, fits) in [
        (json!({"$ref": "https://evil.example/s.json"}), "", "other documents", json!(5)),
        (json!({"$ref": "file:///etc/passwd"}), "", "other documents", json!(5)),
        (json!({"not": {"$ref": "https://evil.example/s.json"}}), "/not", "other documents", json!(5)),
        (json!({"allOf": [{"$ref": "#/properties/x"}]}), "/allOf/0", "leads back", json!(5)),
        (json!({"not": {"$ref": "#"}}), "/not", "leads back", json!(5)),
        (json!({"if": {"$ref": "#"}, "then": false}), "/if", "leads back", json!(5)),
        (json!({"oneOf": [{"$ref": "#/nowhere"}, {"type": "integer"}]}), "/oneOf/0", "other documents", json!(5)),
        (json!({"type": "string", "pattern": "(a"}), "/pattern", "broken", json!("b")),
        (json!({"type": "string", "pattern": "(?=a)b"}), "/pattern", "broken", json!("b")),
        (json!({"type": "string", "pattern": "((a{100}){100}){100}"}), "/pattern", "too large", json!("b")),
        (json!({"type": "string", "pattern": "a".repeat(2_000)}), "/pattern", "longer than", json!("b")),
        (
            json!({"type": "object", "patternProperties": {"(": {}}, "additionalProperties": false}),
            "/patternProperties/(",
            "broken",
            json!({"a": 1}),
        ),
        (json!({"type": "string", "format": "moonphase"}), "/format", "not a format", json!("b")),
        (json!({"$dynamicRef": "#x"}), "", "not followed", json!(5)),
        (json!({"items": 5}), "/items", "not a schema", json!([1])),
    ] {
        let schema = json!({"properties": {"x": node}});
        let (validator, findings) = Validator::new(&schema);
        let at = format!("/properties/x{place}");
        assert!(
            findings.iter().any(|f| f.pointer == at && f.message.contains(part)),
            "{schema} must be named at {at} with {part:?}: {findings:?}"
        );
        assert!(validator.is_whole(), "the rest of {schema} counts");
        let found = validator.problems(&object(json!({"x": fits})), &Schema::read(&schema).fields);
        assert_eq!(found, [], "{schema}: what is left out asks for nothing");
    }
    let kept = json!({"properties": {"x": {"$ref": "#/$defs/a", "maximum": 9}}, "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"multipleOf": 2}}});
    assert_eq!(problems(&kept, json!({"x": 3})).len(), 1, "references inside the document are followed");
    assert_eq!(problems(&kept, json!({"x": 10})).len(), 1, "and what stands beside them counts");
    assert_eq!(problems(&kept, json!({"x": 8})), [], "and what fits, fits");
}

#[test]
fn a_pattern_that_would_take_for_ever_elsewhere_is_answered() {
    let schema = json!({"properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}});
    let found = problems(&schema, json!({"x": format!("{}b", "a".repeat(50_000))}));
    assert_eq!(found.len(), 1, "it does not match, and that is found in one pass");
}

#[test]
fn a_bare_list_of_settings_is_checked_too() {
    let schema = json!({"port": {"type": "integer", "multipleOf": 2}});
    let (validator, _) = Validator::new(&schema);
    let fields = Schema::read(&schema).fields;
    assert_eq!(validator.problems(&object(json!({"port": 3})), &fields).len(), 1, "as the properties it means");
    assert_eq!(validator.problems(&object(json!({"port": 4})), &fields), [], "and what fits, fits");
}

#[test]
fn our_own_catalogue_makes_whole_validators() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../install/catalogue");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let entry: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
        let (validator, findings) = Validator::new(&entry["config_schema"]);
        assert!(validator.is_whole() && findings.is_empty(), "{:?}: {findings:?}", file.path());
        seen += 1;
    }
    assert!(seen > 5, "the catalogue was found: {seen}");
}

fn node() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(1e-300)),
        Just(json!(1e300)),
        Just(json!("string")),
        Just(json!("integer")),
        Just(json!("#")),
        Just(json!("#/properties/x")),
        Just(json!("^(a|b)*$")),
        Just(json!("(?<=x)")),
        Just(json!("é\u{0}")),
    ];
    let word = prop::sample::select(vec![
        "type",
        "properties",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "enum",
        "const",
        "items",
        "prefixItems",
        "contains",
        "minContains",
        "multipleOf",
        "minimum",
        "maxLength",
        "pattern",
        "format",
        "patternProperties",
        "additionalProperties",
        "unevaluatedProperties",
        "propertyNames",
        "required",
        "dependentSchemas",
        "$id",
        "$schema",
        "$anchor",
        "$defs",
        "$dynamicRef",
        "x",
    ]);
    leaf.prop_recursive(6, 64, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_schema_and_no_document_make_it_panic(schema in node(), document in node()) {
        for schema in [schema.clone(), json!({"properties": {"x": schema}})] {
            let (validator, _) = Validator::new(&schema);
            let fields = Schema::read(&schema).fields;
            let document = document.as_object().cloned().unwrap_or_else(|| object(json!({"x": document})));
            for problem in validator.problems(&document, &fields) {
                prop_assert!(problem.message.ends_with('.'), "a sentence: {:?}", problem);
            }
        }
    }
}
