//! What must not happen to secrets and settings, whichever door it comes through.

use sanctum_api::{Actor, App, dto};
use serde_json::json;

use crate::settings::{change, row, set};
use crate::support::{World, code};

const ATHENA: &str = "athena/broca2";
const KEY: &str = "AGENT_API_KEY";

async fn opened(world: &World) -> (App, Actor) {
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    (app, mara)
}

fn registry_holds(world: &World, text: &str) -> bool {
    ["registry.db", "registry.db-wal"].iter().any(|name| {
        let bytes = std::fs::read(world.root().join("control").join(name)).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

async fn handed(app: &App, who: &Actor, key: &str) -> Option<String> {
    let all = app.secrets_exec(who, ATHENA).await.unwrap();
    all.into_iter().find(|(name, _)| name == key).map(|(_, value)| value.expose().to_owned())
}

#[tokio::test]
async fn promoting_moves_a_reference_and_never_a_value() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    app.secret_set(&mara, "agent:athena", KEY, dto::Level::Agent, "kept-value".to_owned()).await.unwrap();
    let plan =
        app.settings_promote_plan(&mara, "agent:athena", KEY, dto::Level::Agent, dto::Level::System).await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    let sealed = world.registry().read(sanctum_registry::system_config::all).unwrap();
    assert_eq!(
        sealed.iter().find(|row| row.config_key == KEY).map(|row| row.is_encrypted),
        Some(true),
        "a reference stays marked as one, so that the store keeps its value"
    );
    assert_eq!(handed(&app, &mara, KEY).await.as_deref(), Some("kept-value"), "the module gets it as before");

    let path = world.root().join("agents/agent-athena/broca2/config/.env");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}TELEGRAM_BOT_TOKEN='plain-canary'\n")).unwrap();
    let refused =
        app.settings_promote_plan(&mara, ATHENA, "TELEGRAM_BOT_TOKEN", dto::Level::Instance, dto::Level::Agent).await;
    assert_eq!(code(&refused), "secret_in_plain", "a secret that stands in a file goes to the store first");
    let same = app.settings_promote_plan(&mara, ATHENA, KEY, dto::Level::System, dto::Level::System).await;
    assert_eq!(code(&same), "level_unknown", "a value is not moved onto itself, which would take it away");
    assert!(!registry_holds(&world, "plain-canary"), "and no value of it was recorded");
}

#[tokio::test]
async fn a_plan_that_is_applied_twice_at_once_keeps_its_secret() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    let plan = app.secret_set_plan(&mara, ATHENA, KEY, dto::Level::Instance, "kept-value".to_owned()).await.unwrap();
    let (one, two) = tokio::join!(app.plan_apply(&mara, &plan.id), app.plan_apply(&mara, &plan.id));
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1, "it is applied once: {one:?} {two:?}");
    assert_eq!(handed(&app, &mara, KEY).await.as_deref(), Some("kept-value"), "and its value is in the store");
}

#[tokio::test]
async fn a_password_that_was_typed_into_a_file_is_not_taken_into_the_registry() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    change(&app, &mara, ATHENA, &[set("AGENT_ENDPOINT", dto::Level::Instance, json!("http://127.0.0.1:9000"))]).await;
    let path = world.root().join("agents/agent-athena/broca2/config/.env");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("http://127.0.0.1:9000", "http://a:canary@127.0.0.1:9000")).unwrap();
    let drift = app.drift_list(&mara).await.unwrap();
    let choice = |take| [dto::DriftChoice { key: "AGENT_ENDPOINT".to_owned(), take }];
    let theirs = app.drift_resolve_plan(&mara, &drift[0].file, &choice(dto::DriftTake::Theirs)).await;
    assert_eq!(code(&theirs), "settings_invalid", "the registry keeps no password");
    let up = app.settings_promote_plan(&mara, ATHENA, "AGENT_ENDPOINT", dto::Level::Instance, dto::Level::Agent).await;
    assert!(!format!("{up:?}").contains("canary"), "nor does a plan show one");
    let ours = app.drift_resolve_plan(&mara, &drift[0].file, &choice(dto::DriftTake::Ours)).await.unwrap();
    assert!(!format!("{ours:?}").contains("canary"), "the line that goes is covered");
    app.plan_apply(&mara, &ours.id).await.unwrap();
    assert!(!registry_holds(&world, "canary"), "neither rows nor journal hold it");
}

#[tokio::test]
async fn a_value_that_stands_in_the_registry_is_no_reference() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    world.sql(&format!(
        "INSERT INTO agent_configs(agent_id, config_key, config_value, config_type, is_encrypted, created_by)
           SELECT id, '{KEY}', 'imported-canary', 'string', 0, 1 FROM agents LIMIT 1;
         INSERT INTO env_vars(var_name, var_value, is_encrypted, created_by)
           VALUES ('OLD_SERVICE_TOKEN', 'imported-canary', 0, 1);"
    ));
    let status = app.secrets_status(&mara, ATHENA).await.unwrap();
    let found = status.iter().find(|one| one.id == KEY).unwrap();
    assert_eq!((found.status.word, &found.reference), (dto::StatusWord::Degraded, &None), "it is said to be in plain");
    let detail = format!("{:?}", row(&app, &mara, ATHENA, KEY).await);
    let root = format!("{:?}", row(&app, &mara, "system-settings", "OLD_SERVICE_TOKEN").await);
    let text = app.settings_export(&mara).await.unwrap().text;
    for (what, said) in [("status", format!("{status:?}")), ("row", detail), ("variable", root), ("export", text)] {
        assert!(!said.contains("imported-canary"), "{what} tells no value: {said}");
    }
    assert_eq!(handed(&app, &mara, KEY).await.as_deref(), Some("imported-canary"), "the module still gets it");
    let plan = app.secret_set_plan(&mara, ATHENA, KEY, dto::Level::Agent, "new-value".to_owned()).await.unwrap();
    assert!(!format!("{plan:?}").contains("imported-canary"), "replacing it does not show it");
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert_eq!(handed(&app, &mara, KEY).await.as_deref(), Some("new-value"), "the new one counts");
    let done = app.changes_last_undoable(&mara).await.unwrap().unwrap();
    let told = format!("{:?}", app.change_get(&mara, &done.id).await.unwrap());
    assert!(!told.contains("imported-canary"), "nor does the history: {told}");
    let page = app.settings_history(&mara, None, None, None, 0, 50).await.unwrap();
    assert!(!format!("{page:?}").contains("imported-canary"), "nor the list of values");
}

#[tokio::test]
async fn what_the_registry_keeps_and_nobody_can_read_is_written_over_by_no_door() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    app.secret_set(&mara, ATHENA, KEY, dto::Level::Instance, "kept-value".to_owned()).await.unwrap();
    let config = || {
        let all = world.registry().read(sanctum_registry::tool_instances::all).unwrap();
        all.into_iter().find(|row| row.path.as_deref() == Some("agents/agent-athena/broca2")).unwrap().config.unwrap()
    };
    let whole = config();
    world.sql("UPDATE tool_instances SET config = '[1]' WHERE path = 'agents/agent-athena/broca2'");
    let put = app.secret_set(&mara, ATHENA, "TELEGRAM_BOT_TOKEN", dto::Level::Instance, "x".to_owned()).await;
    assert_eq!(code(&put), "settings_invalid", "a secret does not replace it");
    let text = "format = 1\n[instances.\"athena/broca2\"]\nLOG_LEVEL = \"DEBUG\"\n";
    assert_eq!(code(&app.settings_import_plan(&mara, text).await), "settings_invalid", "nor does an import");
    assert_eq!(config(), "[1]", "it stands as it is");
    change(&app, &mara, "tool:broca2", &[set("LOG_LEVEL", dto::Level::Tool, json!("DEBUG"))]).await;
    world.pass(time::Duration::days(40));
    change(&app, &mara, "tool:broca2", &[set("LOG_LEVEL", dto::Level::Tool, json!("INFO"))]).await;
    world.sql(&format!("UPDATE tool_instances SET config = '{whole}' WHERE path = 'agents/agent-athena/broca2'"));
    assert_eq!(
        handed(&app, &mara, KEY).await.as_deref(),
        Some("kept-value"),
        "and the secrets it refers to were kept, whatever was changed meanwhile"
    );
}

#[tokio::test]
async fn an_import_is_held_to_the_schema_at_every_level() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    for (section, what) in [("tools.broca2", "tool"), ("agents.athena", "agent"), ("system", "system")] {
        let plan = app.settings_import_plan(&mara, &format!("format = 1\n[{section}]\nLONG_TASK_MAX_WAIT = 0\n")).await;
        assert_eq!(code(&plan), "settings_invalid", "a value that no module takes is refused at the level {what}");
    }
    let good = app.settings_import_plan(&mara, "format = 1\n[tools.broca2]\nLONG_TASK_MAX_WAIT = 700\n").await;
    assert_eq!(code(&good), "ok", "a good one is taken");
}

#[tokio::test]
async fn a_list_of_keys_beside_a_changed_value_is_not_journalled() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    let path = world.root().join("agents/agent-athena/broca2/settings.json");
    std::fs::write(&path, r#"{"api_keys": ["list-canary"], "tokens": {"a": "map-canary"}, "message_mode": "live"}"#)
        .unwrap();
    let plan =
        app.settings_plan(&mara, ATHENA, &[set("message_mode", dto::Level::Instance, json!("echo"))]).await.unwrap();
    assert!(!format!("{plan:?}").contains("canary"), "the plan does not show them");
    app.plan_apply(&mara, &plan.id).await.unwrap();
    let now = std::fs::read_to_string(&path).unwrap();
    assert!(now.contains("list-canary") && now.contains("\"echo\""), "the file keeps them: {now}");
    assert!(!registry_holds(&world, "canary"), "and the journal never knew them");
}

#[tokio::test]
async fn a_file_of_the_whole_install_goes_back_whole() {
    let world = World::new();
    let (app, mara) = opened(&world).await;
    let done = change(
        &app,
        &mara,
        "system-settings",
        &[
            set("env:ONE_OF_MINE", dto::Level::System, json!("1")),
            set("env:TWO_OF_MINE", dto::Level::System, json!("2")),
        ],
    )
    .await;
    let path = world.root().join(".env");
    assert!(std::fs::read_to_string(&path).unwrap().contains("TWO_OF_MINE"), "both stand there");
    let plan = app.settings_rollback_file_plan(&mara, &done.change_id, ".env").await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    let now = std::fs::read_to_string(&path).unwrap();
    for key in ["ONE_OF_MINE", "TWO_OF_MINE"] {
        assert!(!now.contains(key), "{key} is gone again: {now}");
    }
}
