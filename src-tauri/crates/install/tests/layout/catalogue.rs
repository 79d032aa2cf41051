use std::collections::BTreeSet;

use sanctum_install::catalogue::{Catalogue, Kind, Scope};
use sanctum_install::ports::{Convention, convention};
use serde_json::Value;

const ICONS: [&str; 14] = [
    "tools", "plugin", "module", "service", "chat", "users", "key", "terminal", "database", "ports", "archive", "send",
    "globe", "clock",
];

/// Every field of a schema, nested ones included, as `(key, schema)`.
fn fields(schema: &Value) -> Vec<(String, &Value)> {
    let mut out = Vec::new();
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        out.push((key.clone(), field));
        out.extend(fields(field));
    }
    out
}

#[test]
fn every_file_parses_and_none_is_lost() {
    let all = Catalogue::verify().expect("every catalogue file parses");
    assert_eq!(&all, Catalogue::builtin(), "the built-in catalogue leaves nothing out");
    for name in [
        "broca2",
        "thalamus",
        "smcp",
        "letta",
        "letta-code",
        "web-bridge",
        "router",
        "preferences",
        "system-settings",
        "ports",
        "python",
        "secrets",
        "users",
    ] {
        assert_eq!(all.get(name).map(|k| k.name.as_str()), Some(name), "{name} is in the catalogue under its own name");
    }
    assert!(all.get("manifest").is_none(), "what nobody put in is not there");
}

#[test]
fn the_wizard_offers_modules_that_have_a_place_in_the_layout() {
    let offered: Vec<_> = Catalogue::builtin().modules_for_wizard().iter().map(|m| m.name.as_str()).collect();
    assert_eq!(offered, ["broca2", "thalamus", "web-bridge", "smcp"], "in the order they are shown");
    for module in Catalogue::builtin().modules_for_wizard() {
        assert!(module.entry.is_some() && module.port.is_some(), "{} can be started and has a port", module.name);
    }
    let on: Vec<_> =
        Catalogue::builtin().modules_for_wizard().iter().filter(|m| m.default_on).map(|m| m.name.clone()).collect();
    assert_eq!(on, ["broca2", "smcp"], "only what really works is on by default");
}

#[test]
fn every_field_says_what_it_is() {
    for known in Catalogue::builtin().all() {
        assert!(known.description.ends_with('.'), "{}: the description is a sentence", known.name);
        assert!(ICONS.contains(&known.icon.as_str()), "{}: the icon `{}` exists", known.name, known.icon);
        let mut orders = BTreeSet::new();
        for (key, field) in fields(&known.config_schema) {
            let at = format!("{}.{key}", known.name);
            for part in ["title", "description"] {
                assert!(field[part].as_str().is_some_and(|t| !t.is_empty()), "{at} has a {part}");
            }
            assert!(field["type"].is_string(), "{at} has a type");
            if field["type"] != "object" || field["x-file"].is_null() {
                assert!(field["x-group"].is_string(), "{at} has a group");
            }
            assert!(orders.insert(field["x-order"].as_i64()), "{at} has an order of its own");
            if let Some(default) = field.get("default") {
                let fits = match field["type"].as_str() {
                    Some("boolean") => default.is_boolean(),
                    Some("integer") => default.is_i64(),
                    Some("number") => default.is_number(),
                    _ => default.is_string(),
                };
                assert!(fits, "{at}: the default has the field's type");
            }
        }
    }
}

#[test]
fn secrets_are_marked_and_never_have_a_default() {
    const PUBLIC: [&str; 2] = ["AWS_ACCESS_KEY_ID", "MCP_AUTH_ALLOW_LOOPBACK"];
    for known in Catalogue::builtin().all() {
        for (key, field) in fields(&known.config_schema) {
            let upper = key.to_uppercase();
            let sounds = ["_KEY", "_KEYS", "TOKEN", "PASSWORD", "API_HASH", "SESSION_STRING", "PG_URI"]
                .iter()
                .any(|s| upper.ends_with(s));
            let secret = field["x-secret"] == true;
            if sounds && !PUBLIC.contains(&key.as_str()) {
                assert!(secret, "{}.{key} is marked as a secret", known.name);
            }
            if secret {
                assert!(field.get("default").is_none(), "{}.{key} has no default", known.name);
                assert!(known.env.iter().all(|e| e.key != key), "{}.{key} is never written to a `.env`", known.name);
            }
        }
    }
}

#[test]
fn the_variables_the_code_reads_are_all_there() {
    // From `facts/modules.md` 1.3, 2.2, 4, 5, 6: a sample of each table, its first and last rows included.
    let expected: [(&str, &[&str]); 5] = [
        (
            "broca2",
            &[
                "AGENT_ID",
                "AGENT_ENDPOINT",
                "AGENT_API_KEY",
                "DEBUG_MODE",
                "USE_BACKGROUND_PROCESSING",
                "LONG_TASK_MAX_WAIT",
                "MESSAGE_PROCESS_TIMEOUT_BUFFER",
                "MESSAGE_PROCESS_TIMEOUT",
                "DB_PATH",
                "LOG_LEVEL",
                "ENABLE_IMAGE_HANDLING",
                "ENABLE_TMPFILES_IMAGE_ADDENDUM",
                "SANCTUM_TMP_UPLOAD_URL",
                "TELEGRAM_BOT_TOKEN",
                "TELEGRAM_OWNER_ID",
                "TELEGRAM_OWNER_USERNAME",
                "TELEGRAM_REQUIRE_OWNER",
                "TELEGRAM_API_ID",
                "TELEGRAM_SESSION_STRING",
                "WEB_CHAT_API_URL",
                "WEB_CHAT_ENABLE_MESSAGE_LOGGING",
                "message_mode",
                "pool_size",
                "max_concurrent",
            ],
        ),
        (
            "smcp",
            &[
                "MCP_PORT",
                "MCP_HOST",
                "MCP_PLUGINS_DIR",
                "MCP_LOG_DIR",
                "MCP_API_KEY",
                "MCP_PLUGIN_TIMEOUT",
                "SMCP_PROFILES",
                "SMCP_ADMIN_PREFIX",
                "LETTA_AGENT_ID",
            ],
        ),
        (
            "thalamus",
            &["THALAMUS_WEB_HOST", "THALAMUS_WEB_PORT", "THALAMUS_WEB_DATA", "THALAMUS_WEB_DATA_LOG", "VENICE_API_KEY"],
        ),
        ("web-bridge", &["SECRET_KEY", "DATABASE_PATH", "LOG_PATH", "api_key", "admin_key"]),
        (
            "router",
            &[
                "ROUTER_CLIENT_KEY",
                "ROUTER_ADMIN_KEY",
                "ROUTER_ENCRYPTION_KEY",
                "ROUTER_DB_PATH",
                "ROUTER_CONFIG",
                "ROUTER_URL",
            ],
        ),
    ];
    for (name, keys) in expected {
        let known = Catalogue::builtin().get(name).expect("it is in the catalogue");
        let have: BTreeSet<_> = fields(&known.config_schema).into_iter().map(|(k, _)| k).collect();
        for key in keys {
            assert!(have.contains(*key), "{name} knows `{key}`");
        }
    }
    let broca = Catalogue::builtin().get("broca2").expect("Broca is there");
    let dead = |key: &str| broca.config_schema["properties"][key]["x-dead"].is_string();
    assert!(dead("queue_refresh") && dead("LETTA_API_KEY"), "keys nobody reads say so");
    assert!(!dead("AGENT_ENDPOINT"), "a key that is read is not called dead");
}

#[test]
fn ports_agree_with_the_ledger_and_new_settings_are_in_the_schema() {
    for known in Catalogue::builtin().all() {
        if let Some(port) = &known.port {
            let same = match convention(&known.name) {
                Convention::PerAgent(base) => port.per_agent && port.base == base,
                Convention::Fixed(base) => !port.per_agent && port.base == base,
            };
            assert!(same, "{}: the catalogue and the ledger name the same port", known.name);
        }
        let have: BTreeSet<_> = fields(&known.config_schema).into_iter().map(|(k, _)| k).collect();
        for line in &known.env {
            assert!(have.contains(&line.key), "{}: `{}` of the template is in the schema", known.name, line.key);
        }
        assert_eq!(
            known.scope == Scope::Agent,
            known.port.as_ref().is_some_and(|p| p.per_agent),
            "{}: one port per agent or one for all",
            known.name
        );
        assert!(known.kind != Kind::Builtin || known.entry.is_none(), "{}: a panel is not started", known.name);
    }
}

#[test]
fn what_is_started_says_how_it_ends_and_how_it_is_seen() {
    let entry = |name: &str| Catalogue::builtin().get(name).and_then(|k| k.entry.clone()).expect("it is started by us");
    for known in Catalogue::builtin().all() {
        let Some(entry) = &known.entry else { continue };
        let name = &known.name;
        assert!((5..=30).contains(&entry.stop_grace_s), "{name}: it gets a while to end");
        assert_ne!(known.health.kind, "none", "{name}: and it can be asked how it does");
        let carriers = known.port.iter().flat_map(|rule| &rule.env).collect::<Vec<_>>();
        assert!(carriers.contains(&&entry.env_port), "{name}: `{}` carries its port", entry.env_port);
        assert!(entry.program.is_none() || entry.cwd == ".", "{name}: its program is named from the folder it runs in");
        for link in &entry.links {
            assert!(!link.at.starts_with('/') && !link.at.contains(".."), "{name}: {} stays in its folder", link.at);
            assert!(!link.to.starts_with('/'), "{name}: {} moves with the folder", link.to);
        }
        let secret = fields(&known.config_schema).into_iter().filter(|(_, f)| f["x-secret"] == true);
        for (key, _) in secret {
            assert!(entry.env.iter().all(|e| e.key != key), "{name}: {key} is not among what is given at start");
            assert!(entry.args.iter().all(|arg| !arg.contains(&key)), "{name}: nor among its arguments");
        }
        let opens = |arg: &String| ["0.0.0.0", "--allow-external", "--debug"].contains(&arg.as_str());
        assert!(!entry.args.iter().any(opens), "{name}: its start does not open it to the network");
    }
    let broca = entry("broca2");
    assert!(broca.exit_zero_fails, "Broca exits with 0 even after a fatal error");
    let links: Vec<_> = broca.links.iter().map(|l| (l.at.as_str(), l.to.as_str())).collect();
    assert_eq!(
        links,
        [("settings.json", "config/settings.json"), ("app/plugins", "../plugins")],
        "Broca finds its settings and plugins where our layout keeps them"
    );
    let alone: Vec<_> = Catalogue::builtin()
        .all()
        .iter()
        .filter(|k| k.entry.as_ref().is_some_and(|e| e.needs_parent))
        .map(|k| k.name.as_str())
        .collect();
    assert_eq!(alone, ["letta-code"], "only Letta Code ends with its parent");
    let root = std::path::Path::new("/s");
    assert_eq!(
        broca.interpreter(root, &root.join("agents/agent-a/broca2")),
        root.join("agents/venv/bin/python"),
        "modules of agents share one Python"
    );
    assert_eq!(
        entry("router").interpreter(root, &root.join("router")),
        root.join("router/venv/bin/python"),
        "a service has its own"
    );
}
