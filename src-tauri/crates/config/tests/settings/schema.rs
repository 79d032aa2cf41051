//! Schemas: what becomes a field, and what a hostile one can do (nothing).

use proptest::prelude::*;
use sanctum_config::{Field, Schema, Ty, schema};
use serde_json::{Value, json};

fn one(node: Value) -> (Field, Vec<String>) {
    let read = Schema::read(&json!({"type": "object", "properties": {"x": node}}));
    assert_eq!(read.fields.len(), 1, "one property is one field: {read:?}");
    (read.fields[0].clone(), read.findings.into_iter().map(|f| f.message).collect())
}

#[test]
fn each_shape_becomes_its_kind_of_field() {
    for (node, ty) in [
        (json!({"type": "string"}), Ty::Text),
        (json!({"type": ["string", "null"]}), Ty::Text),
        (json!({"type": "integer"}), Ty::Integer),
        (json!({"type": "number"}), Ty::Number),
        (json!({"type": ["integer", "number"]}), Ty::Number),
        (json!({"type": "boolean"}), Ty::Boolean),
        (json!({"enum": ["a", "b"]}), Ty::Choice),
        (json!({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}), Ty::Choice),
        (json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), Ty::Integer),
        (json!({"type": "integer", "x-port": true}), Ty::Port),
        (json!({"type": "string", "x-path": "folder"}), Ty::Path),
        (json!({"type": "integer", "x-duration": "s"}), Ty::Duration),
        (json!({"type": "array", "items": {"type": "string"}}), Ty::List),
        (json!({"type": "object", "additionalProperties": {"type": "string"}}), Ty::Map),
        (json!({"type": "array", "items": {"type": "object"}}), Ty::Json),
        (json!({"type": ["string", "integer"]}), Ty::Json),
        (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), Ty::Json),
        (json!({"default": 5}), Ty::Integer),
        (json!({}), Ty::Json),
        (json!(true), Ty::Json),
    ] {
        let (field, findings) = one(node.clone());
        assert_eq!(field.ty, ty, "{node}");
        assert!(findings.is_empty(), "{node} is a good schema: {findings:?}");
    }
}

#[test]
fn the_vocabulary_reaches_the_field() {
    let (field, findings) = one(json!({
        "type": "integer", "title": "Wait", "description": "How long.", "default": 5, "minimum": 1, "exclusiveMaximum": 10,
        "x-env": "WAIT_S", "x-unit": "s", "x-order": 3, "x-group": "Server", "x-restart": false, "x-dead": "Nobody reads it."
    }));
    assert!(findings.is_empty(), "all words are known: {findings:?}");
    assert_eq!((field.key.as_str(), field.pointer.as_str()), ("x", "/x"), "its names");
    assert_eq!((field.title.as_str(), field.description.as_str()), ("Wait", "How long."), "its words");
    assert_eq!((field.default, field.min, field.max), (Some(json!(5)), Some(1.0), Some(9.0)), "its values");
    assert_eq!(
        (field.env.as_deref(), field.unit.as_deref(), field.order),
        (Some("WAIT_S"), Some("s"), Some(3)),
        "its x- words"
    );
    assert_eq!(
        (field.group.as_deref(), field.restart, field.dead.as_deref()),
        (Some("Server"), false, Some("Nobody reads it.")),
        "the rest"
    );
    let (plain, _) = one(json!({"type": "string"}));
    assert!(
        plain.restart && !plain.secret && plain.dead.is_none(),
        "a restart is needed unless the schema says otherwise"
    );
    for secret in [json!({"x-secret": true}), json!({"writeOnly": true}), json!({"format": "password"})] {
        assert!(one(secret.clone()).0.secret, "{secret} is a secret");
    }
}

#[test]
fn nested_objects_are_flat_fields_in_order_with_their_group() {
    let read = Schema::read(&json!({
        "properties": {
            "b": {"type": "string", "x-order": 2},
            "server": {"title": "Server", "type": "object", "required": ["port"], "properties": {
                "port": {"type": "integer", "x-order": 1}, "a/b": {"type": "string"}}},
            "LETTA_apiUrl": {"type": "string"}
        }
    }));
    let seen: Vec<_> =
        read.fields.iter().map(|f| (f.key.as_str(), f.pointer.as_str(), f.group.as_deref(), f.required)).collect();
    let server = Some("Server");
    let expected = [
        ("server.port", "/server/port", server, true),
        ("b", "/b", None, false),
        ("server.a/b", "/server/a~1b", server, false),
        ("LETTA_apiUrl", "/LETTA_apiUrl", None, false),
    ];
    assert_eq!(seen, expected, "ordered ones first, the rest as written");
    assert_eq!(read.fields[3].title, "Letta api url", "a title is made of the key");
}

#[test]
fn references_inside_the_document_are_followed_and_others_never() {
    let read = Schema::read(&json!({
        "properties": {
            "a": {"$ref": "#/$defs/port", "title": "Mine"},
            "b": {"allOf": [{"$ref": "#/$defs/port"}, {"default": 9}]},
            "far": {"$ref": "https://evil.example/schema.json"},
            "file": {"$ref": "file:///etc/passwd"},
            "circle": {"$ref": "#/$defs/c1"}
        },
        "$defs": {"port": {"type": "integer", "x-port": true}, "c1": {"$ref": "#/$defs/c2"}, "c2": {"$ref": "#/$defs/c1"}}
    }));
    let field = |key: &str| read.fields.iter().find(|f| f.key == key).unwrap();
    assert_eq!(
        (field("a").ty, field("a").title.as_str()),
        (Ty::Port, "Mine"),
        "the place's own words come before the reference's"
    );
    assert_eq!((field("b").ty, field("b").default.clone()), (Ty::Port, Some(json!(9))), "parts of allOf are combined");
    assert_eq!([field("far").ty, field("file").ty, field("circle").ty], [Ty::Json; 3], "the others are edited as JSON");
    let named: Vec<_> = read.findings.iter().map(|f| f.pointer.as_str()).collect();
    assert_eq!(named, ["/properties/far", "/properties/file", "/properties/circle"], "and each is named");
}

#[test]
fn mistakes_are_named_and_do_not_hide_the_field() {
    for (node, part) in [
        (json!({"type": "string", "x-env": "1 BAD"}), "x-env"),
        (json!({"type": "string", "x-secrets": true}), "x-secrets"),
        (json!({"type": "string", "x-path": "socket"}), "x-path"),
        (json!({"type": "string", "x-env-fallback": "A B"}), "x-env-fallback"),
        (json!({"type": "string", "x-test": {"kind": "fax"}}), "x-test"),
        (json!({"type": "string", "x-test": true}), "x-test"),
        (json!({"type": "string", "x-test": {"kind": "letta", "with": 5}}), "with"),
        (json!({"type": "integer", "default": "five"}), "not a whole number"),
        (json!({"type": "integer", "default": 0, "minimum": 1}), "too small"),
        (json!({"type": "integer", "minimum": 9, "maximum": 1}), "above the largest"),
        (json!({"enum": "a"}), "not a list"),
        (json!({"enum": ["a"], "default": "b"}), "none of the choices"),
        (json!({"type": "string", "x-secret": true, "default": "hunter2"}), "secret"),
    ] {
        let (field, findings) = one(node.clone());
        assert!(findings.iter().any(|f| f.contains(part)), "{node} must be named with {part:?}: {findings:?}");
        assert!(
            !findings.iter().any(|f| f.contains("hunter2")) && (!field.secret || field.default.is_none()),
            "a secret's default goes nowhere"
        );
    }
    let twice = Schema::read(&json!({"properties": {"a": {"x-env": "K"}, "b": {"x-env": "K"}}}));
    assert_eq!(
        (twice.fields[0].env.as_deref(), twice.fields[1].env.as_deref()),
        (Some("K"), None),
        "one key carries one setting"
    );
    assert_eq!(twice.findings.len(), 1, "and the second claim is named");
}

#[test]
fn what_is_no_schema_gives_findings_and_no_panic() {
    for good in [json!({}), json!(null), json!(true), json!({"type": "object"})] {
        let read = Schema::read(&good);
        assert!(read.fields.is_empty() && read.findings.is_empty(), "{good} has no settings and no fault: {read:?}");
    }
    for bad in [json!(5), json!("x"), json!([1]), json!(false), json!({"properties": {"x": 5}})] {
        assert!(!Schema::read(&bad).findings.is_empty(), "{bad} must be named");
    }
    let bare = Schema::read(&json!({"port": {"type": "integer"}}));
    assert_eq!((bare.fields.len(), bare.findings.len()), (1, 1), "a bare list of settings is read, with a finding");
    for bytes in [&b"{"[..], b"\xff", &vec![b' '; schema::MAX_BYTES + 1]] {
        assert_eq!(Schema::read_bytes(bytes).findings.len(), 1, "{} bytes that are no schema", bytes.len());
    }
}

#[test]
fn hostile_schemas_are_cut_short() {
    let mut deep = json!({"type": "string"});
    for _ in 0..100 {
        deep = json!({"properties": {"x": deep}});
    }
    let read = Schema::read(&deep);
    assert_eq!((read.fields.len(), read.fields[0].ty), (1, Ty::Json), "what is too deep is edited as JSON");
    assert!(!read.findings.is_empty(), "and named");

    let wide: serde_json::Map<String, Value> =
        (0..5_000).map(|n| (format!("k{n}"), json!({"type": "string"}))).collect();
    let read = Schema::read(&json!({"properties": wide}));
    assert_eq!(read.fields.len(), schema::MAX_FIELDS, "what is too many is cut");
    assert_eq!(read.findings.len(), 1, "with one finding");

    // Each level names the next one twice: followed naively that is 2^60 fields.
    let mut defs = serde_json::Map::new();
    for n in 0..60 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        defs.insert(format!("d{n}"), json!({"type": "object", "properties": {"a": next.clone(), "b": next}}));
    }
    let bomb = Schema::read(&json!({"$ref": "#/$defs/d0", "$defs": defs}));
    assert!(bomb.fields.len() <= schema::MAX_FIELDS, "a bomb is cut at the same limit");
    let own = Schema::read(&json!({"properties": {"me": {"$ref": "#"}}}));
    assert!(own.fields.len() <= 1, "a schema inside itself ends");
    let many: Vec<Value> = (0..5_000).map(|_| json!({"allOf": [{"type": "string"}]})).collect();
    assert_eq!(
        Schema::read(&json!({"properties": {"x": {"allOf": many}}})).fields.len(),
        1,
        "a heap of parts is one field"
    );
}

#[test]
fn our_own_catalogue_reads_without_a_finding() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../install/catalogue");
    let Ok(files) = std::fs::read_dir(folder) else {
        return;
    };
    for file in files.filter_map(Result::ok).filter(|f| f.path().extension().is_some_and(|e| e == "json")) {
        let entry: Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
        let Some(node) = entry.get("config_schema") else {
            continue;
        };
        let read = Schema::read(node);
        assert!(read.findings.is_empty(), "{:?}: {:#?}", file.path(), read.findings);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_makes_the_reader_panic(node in any_json()) {
        let read = Schema::read(&node);
        let _ = Schema::read(&json!({"properties": {"x": node}}));
        let mut pointers: Vec<_> = read.fields.iter().map(|f| &f.pointer).collect();
        let all = pointers.len();
        pointers.sort();
        pointers.dedup();
        prop_assert_eq!(pointers.len(), all, "no two fields share a place");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("type"),
        Just("properties"),
        Just("$ref"),
        Just("allOf"),
        Just("anyOf"),
        Just("enum"),
        Just("default"),
        Just("items"),
        Just("minimum"),
        Just("maximum"),
        Just("x-env"),
        Just("x-order"),
        Just("required"),
        Just("title"),
        Just("x-secret"),
        Just("a"),
    ];
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!("object")),
        Just(json!("string")),
        Just(json!("integer")),
        Just(json!("#")),
        Just(json!("#/properties/a")),
        Just(json!("é\u{0}")),
    ];
    leaf.prop_recursive(6, 64, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}
