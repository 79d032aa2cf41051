use std::collections::BTreeSet;

use sanctum_config::{Field, PathKind, Schema, TestKind, Ty, check_field};
use sanctum_install::catalogue::{Catalogue, Kind};
use serde_json::{Value, json};

fn schema(name: &str) -> Schema {
    Schema::read(&Catalogue::builtin().get(name).expect("it is in the catalogue").config_schema)
}

fn field<'a>(schema: &'a Schema, key: &str) -> &'a Field {
    schema.fields.iter().find(|field| field.key == key).unwrap_or_else(|| panic!("there is a field `{key}`"))
}

#[test]
fn every_schema_is_understood_to_the_last_word() {
    for known in Catalogue::builtin().all() {
        let schema = Schema::read(&known.config_schema);
        assert_eq!(schema.findings, [], "{}: nothing in it is misspelt or misplaced", known.name);
        for field in &schema.fields {
            let at = format!("{}.{}", known.name, field.key);
            let homes = [field.env.is_some(), field.file.is_some(), field.database.is_some()];
            let homes = homes.into_iter().filter(|there| *there).count();
            // Letta takes its host as an argument; the index of plugins is read by the app alone.
            let alone = [("letta", "host"), ("system-settings", "plugin_index")];
            let own = alone.contains(&(known.name.as_str(), field.key.as_str())) || field.user;
            assert_eq!(homes, usize::from(!own), "{at}: it reaches its module by one way");
            if let Some(default) = &field.default {
                assert_eq!(check_field(field, default), None, "{at}: its default fits");
            }
            for text in [Some(&field.description), field.hint.as_ref(), field.dead.as_ref()].into_iter().flatten() {
                assert!(text.ends_with('.') && !text.contains(['!', '\n']), "{at}: {text:?} is a plain sentence");
            }
            assert!(!(field.hint.is_some() && field.dead.is_some()), "{at}: a wrong value of a dead key does no harm");
            assert!(!field.required, "{at}: a fresh Sanctum is not red all over; what is missing is said in words");
            assert!(field.pattern.is_none() || field.hint.is_some(), "{at}: no operator has to read a pattern");
        }
    }
    let misspelt = Schema::read(&json!({"properties": {"A": {"type": "string", "x-secrt": true}}}));
    assert_eq!(misspelt.findings.len(), 1, "a misspelt word would be found");
}

#[test]
fn what_is_a_time_a_path_or_a_port_is_edited_as_one() {
    let mut own_ports = BTreeSet::new();
    for known in Catalogue::builtin().all() {
        let carriers: Vec<_> = known.port.iter().flat_map(|rule| &rule.env).map(String::as_str).collect();
        for field in Schema::read(&known.config_schema).fields {
            let at = format!("{}.{}", known.name, field.key);
            let timed = field.unit.as_deref() == Some("s");
            assert_eq!(field.ty == Ty::Duration, timed, "{at}: seconds are a length of time");
            if timed {
                assert!(
                    matches!(field.items, Some(Ty::Integer | Ty::Number)),
                    "{at}: kept as the number its code reads"
                );
            }
            let named = ["DB", "LOG", "THALAMUS_WEB_DB", "AGENT_PY"].contains(&field.key.as_str());
            let is_path = named || ["_DIR", "_PATH", "_LOG", "_ROOT"].iter().any(|end| field.key.ends_with(end));
            if is_path {
                assert_eq!(field.ty, Ty::Path, "{at}: a path has a picker");
            }
            assert_eq!(field.ty == Ty::Path, field.path.is_some(), "{at}: and a path says what it leads to");
            let own = field.env.as_deref().is_some_and(|env| carriers.contains(&env));
            assert!(!own || field.ty == Ty::Port, "{at}: the module's own port is checked against the others");
            if field.ty == Ty::Port {
                own_ports.insert(at);
            }
        }
    }
    let expected = [
        "broca2.PORT",
        "letta-code.PORT",
        "letta.port",
        "router.ROUTER_PORT",
        "smcp.MCP_PORT",
        "smcp.PORT",
        "thalamus.PORT",
        "thalamus.THALAMUS_WEB_PORT",
        "web-bridge.PORT",
    ];
    assert_eq!(
        own_ports.into_iter().collect::<Vec<_>>(),
        expected,
        "base ports and ports of other servers are not taken"
    );
    assert_eq!(field(&schema("smcp"), "MCP_PLUGINS_DIR").path, Some(PathKind::Folder), "a folder");
    assert_eq!(field(&schema("smcp"), "SMCP_PROFILES").path, Some(PathKind::Any), "a file or a folder of them");
    assert_eq!(field(&schema("broca2"), "DB_PATH").path, Some(PathKind::File), "a file");
}

#[test]
fn brocas_settings_file_is_the_one_it_reads() {
    let broca = schema("broca2");
    let in_file: Vec<_> = broca.fields.iter().filter(|field| field.file.is_some()).collect();
    let pointers: Vec<_> = in_file.iter().map(|field| field.pointer.as_str()).collect();
    let expected = [
        "/message_mode",
        "/debug_mode",
        "/database/pool_size",
        "/database/max_overflow",
        "/plugins",
        "/queue_refresh",
        "/max_retries",
        "/queue_processor/max_concurrent",
    ];
    assert_eq!(pointers, expected, "its keys, where Broca looks for them");
    let entry = Catalogue::builtin().get("broca2").and_then(|known| known.entry.as_ref()).expect("it is started by us");
    assert_eq!(entry.cwd, ".", "Broca runs in the module's folder");
    for field in in_file {
        assert_eq!(field.file.as_deref(), Some("settings.json"), "{}: and reads the file from there", field.key);
        let hot = ["message_mode", "debug_mode"].contains(&field.key.as_str());
        assert_eq!(field.restart, !hot, "{}: two keys are taken up at once, the others at a start", field.key);
    }
    let plugins = field(&broca, "plugins");
    assert_eq!(plugins.ty, Ty::Json, "plugin settings are objects in an object");
    for (key, low, high) in
        [("database.pool_size", 1.0, 100.0), ("database.max_overflow", 0.0, 50.0), ("max_retries", 0.0, 10.0)]
    {
        let field = field(&broca, key);
        assert_eq!((field.min, field.max), (Some(low), Some(high)), "{key}: the range its code checks");
    }
    assert!(field(&broca, "message_mode").dead.is_none(), "the mode is read");
}

#[test]
fn left_out_means_what_the_default_says_or_the_key_is_always_written() {
    let always: Vec<_> = Catalogue::builtin()
        .all()
        .iter()
        .flat_map(|known| {
            Schema::read(&known.config_schema).fields.into_iter().map(|field| (known.name.clone(), field))
        })
        .filter(|(_, field)| field.always)
        .map(|(name, field)| format!("{name}.{}", field.key))
        .collect();
    assert_eq!(always, ["broca2.DEBUG_MODE"], "left out, Broca takes it for on while its default is off");
    let default = |name: &str, key: &str| field(&schema(name), key).default.clone();
    for (name, key, value) in [
        ("broca2", "USE_BACKGROUND_PROCESSING", json!(true)),
        ("broca2", "TELEGRAM_MESSAGE_MODE", json!("echo")),
        ("broca2", "MESSAGE_PROCESS_TIMEOUT", json!(780)),
        ("smcp", "MCP_PORT", json!(8000)),
        ("smcp", "MCP_AUTH_ALLOW_LOOPBACK", json!(true)),
        ("thalamus", "THALAMUS_WEB_HOST", json!("0.0.0.0")),
        ("thalamus", "THALAMUS_WEB_PORT", json!(8787)),
        ("letta", "LETTA_DISABLE_SQLALCHEMY_POOLING", json!(true)),
        ("letta", "MCP_DISABLE_STDIO", json!(true)),
    ] {
        assert_eq!(default(name, key), Some(value), "{name}.{key}: what its code takes where nothing is said");
    }
    assert_eq!(default("broca2", "DB_PATH"), None, "what depends on the install has no default");
}

#[test]
fn an_address_that_broca_takes_for_a_placeholder_is_refused_with_what_it_stumbles_over() {
    let schema = schema("broca2");
    let address = field(&schema, "AGENT_ENDPOINT");
    let said = |value: &str| sanctum_config::check_field(address, &json!(value));
    for (value, part) in [
        ("http://example.com", "`example`"),
        ("https://EXAMPLE.com:8283/v1", "`EXAMPLE`"),
        ("http://your-server:8283", "`your-`"),
        ("http://your_server:8283", "`your_`"),
        ("https://endpoint-here", "`-here`"),
        ("https://endpoint_here", "`_here`"),
        ("https://letta.test-lab.lan", "`test-`"),
        ("http://test_letta:8283", "`test_`"),
        ("http://changeme:8283", "`changeme`"),
        ("http://placeholder:8283", "`placeholder`"),
    ] {
        let words = said(value).unwrap_or_else(|| panic!("`{value}` ends Broca"));
        assert!(words.contains(part) && words.contains("placeholder"), "what is in the way, and why: {words}");
    }
    assert!(said("localhost").is_some() && said("example.com").is_some(), "bare words are no addresses either");
    for value in ["http://127.0.0.1:8283", "http://localhost:8283", "https://letta.lan", "http://latest.lan/there"] {
        assert_eq!(said(value), None, "`{value}` is one that Broca takes");
    }
}

#[test]
fn keys_that_can_be_tried_say_with_whom() {
    let mut tried = Vec::new();
    for known in Catalogue::builtin().all() {
        let schema = Schema::read(&known.config_schema);
        for field in &schema.fields {
            let Some(test) = &field.test else { continue };
            assert!(field.secret, "{}.{}: only a key is tried", known.name, field.key);
            if let Some(with) = &test.with {
                assert!(
                    schema.fields.iter().any(|f| f.key == *with),
                    "{}: `{with}` is a setting beside it",
                    known.name
                );
            }
            tried.push((format!("{}.{}", known.name, field.key), test.kind, test.with.clone()));
        }
    }
    let with = |key: &str| Some(key.to_owned());
    let expected = [
        ("broca2.AGENT_API_KEY".to_owned(), TestKind::Letta, with("AGENT_ENDPOINT")),
        ("broca2.TELEGRAM_BOT_TOKEN".to_owned(), TestKind::Telegram, None),
        ("thalamus.OPENAI_API_KEY".to_owned(), TestKind::OpenAi, None),
        ("smcp.LETTA_SERVER_PASSWORD".to_owned(), TestKind::Letta, with("LETTA_SERVER_URL")),
        ("smcp.LETTA_API_KEY".to_owned(), TestKind::Letta, with("LETTA_SERVER_URL")),
        ("letta.OPENAI_API_KEY".to_owned(), TestKind::OpenAi, with("OPENAI_BASE_URL")),
    ];
    assert_eq!(tried, expected, "each key we know how to try, and no other");
}

#[test]
fn preferences_are_each_persons_own() {
    let known = Catalogue::builtin().get("preferences").expect("it is a panel");
    assert!(known.kind == Kind::Builtin && known.env.is_empty(), "it writes no file of a module");
    let schema = schema("preferences");
    let seen: Vec<_> = schema
        .fields
        .iter()
        .map(|f| {
            (f.key.as_str(), f.ty, f.group.as_deref().unwrap_or_default(), f.default.clone().unwrap_or(Value::Null))
        })
        .collect();
    let expected = [
        ("appearance", Ty::Choice, "Look", json!("auto")),
        ("lock_after_min", Ty::Integer, "Sign-in", json!(0)),
        ("stay_signed_in_days", Ty::Integer, "Sign-in", json!(30)),
        ("start_at_login", Ty::Boolean, "At login", json!(false)),
        ("when_quitting", Ty::Choice, "Quitting", json!("ask")),
    ];
    assert_eq!(seen, expected, "five of them, in four groups");
    assert!(
        schema.fields.iter().all(|f| f.user && !f.restart && f.env.is_none()),
        "each person's own, at once, in no file"
    );
    assert_eq!(field(&schema, "appearance").choice_titles, ["As the system", "Light", "Dark"], "in words");
    for (key, fits, wrong) in [
        ("appearance", json!("dark"), json!("blue")),
        ("lock_after_min", json!(1440), json!(1441)),
        ("lock_after_min", json!(0), json!(-1)),
        ("stay_signed_in_days", json!(0), json!(366)),
        ("start_at_login", json!(true), json!("yes")),
    ] {
        assert_eq!(check_field(field(&schema, key), &fits), None, "{key} can be {fits}");
        assert!(check_field(field(&schema, key), &wrong).is_some(), "{key} cannot be {wrong}");
    }
    let others = Catalogue::builtin().all().iter().filter(|other| other.name != "preferences");
    let shared = others.flat_map(|other| Schema::read(&other.config_schema).fields).any(|field| field.user);
    assert!(!shared, "what modules read is nobody's own");
}
