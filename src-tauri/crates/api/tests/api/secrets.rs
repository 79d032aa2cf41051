//! Secrets: stored, referred to, replaced, moved out of files, cleared; and never told.

use sanctum_api::dto;
use sanctum_registry::users::Role;
use serde_json::json;

use crate::settings::{change, row, set};
use crate::support::{PASSWORD, World, code};

const ATHENA: &str = "athena/broca2";
const KEY: &str = "AGENT_API_KEY";

#[tokio::test]
async fn a_secret_is_set_used_replaced_and_cleared() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena", "Monday"]).await;
    let mara = app.actor().await.unwrap();
    let before = app.secrets_status(&mara, ATHENA).await.unwrap();
    assert_eq!(before.iter().find(|s| s.id == KEY).map(|s| s.words.as_str()), Some("Not set"), "nothing is there");
    app.secret_set(&mara, "agent:athena", KEY, dto::Level::Agent, "first-value".to_owned()).await.unwrap();
    let status = app.secrets_status(&mara, ATHENA).await.unwrap().into_iter().find(|s| s.id == KEY).unwrap();
    assert_eq!((status.words.as_str(), status.level), ("In memory", Some(dto::Level::Agent)), "where it is");
    assert_eq!(status.used_by, ["Broca of Athena"], "and who gets it");
    let handed = app.secrets_exec(&mara, ATHENA).await.unwrap();
    assert_eq!(
        handed.iter().find(|(name, _)| name == KEY).map(|(_, v)| v.expose()),
        Some("first-value"),
        "the process gets it"
    );
    let other = app.secrets_exec(&mara, "monday/broca2").await.unwrap();
    assert!(other.iter().all(|(name, _)| name != KEY), "and no other one");
    let shown = row(&app, &mara, ATHENA, KEY).await;
    assert_eq!((shown.value.as_deref(), shown.json), (Some("set"), None), "the form only says that it is there");

    app.secret_set(&mara, "agent:athena", KEY, dto::Level::Agent, "second-value".to_owned()).await.unwrap();
    let last = app.changes_last_undoable(&mara).await.unwrap().unwrap();
    let undo = app.change_undo_plan(&mara, &last.id).await.unwrap();
    app.plan_apply(&mara, &undo.id).await.unwrap();
    let handed = app.secrets_exec(&mara, ATHENA).await.unwrap();
    assert_eq!(
        handed.iter().find(|(name, _)| name == KEY).map(|(_, v)| v.expose()),
        Some("first-value"),
        "undo brings the old one back"
    );

    let plan = app.secret_clear_plan(&mara, "agent:athena", KEY, dto::Level::Agent).await.unwrap();
    assert!(!plan.irreversible.is_empty(), "that the value itself goes is said before");
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert!(app.secrets_exec(&mara, ATHENA).await.unwrap().is_empty(), "nobody gets it");
    assert_eq!(
        code(&app.secret_clear_plan(&mara, ATHENA, KEY, dto::Level::Agent).await),
        "secret_not_set",
        "nothing is cleared twice"
    );
    assert_eq!(
        code(&app.secret_set(&mara, ATHENA, KEY, dto::Level::Agent, String::new()).await),
        "secret_empty",
        "an empty one is refused"
    );
    assert_eq!(
        code(&app.secret_set(&mara, ATHENA, "LOG_LEVEL", dto::Level::Agent, "x".to_owned()).await),
        "setting_no_secret",
        "nor is a plain setting one"
    );
}

#[tokio::test]
async fn plain_secrets_move_out_of_the_file_and_back() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    let path = world.root().join("agents/agent-athena/broca2/config/.env");
    let with = format!(
        "{}TELEGRAM_BOT_TOKEN=\"12345:canary-in-plain\"\nMY_OWN_TOKEN='stranger-canary'\n",
        std::fs::read_to_string(&path).unwrap()
    );
    std::fs::write(&path, &with).unwrap();
    let found = app.secrets_plain(&mara).await.unwrap();
    let keys: Vec<&str> = found.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(keys, ["TELEGRAM_BOT_TOKEN", "MY_OWN_TOKEN"], "known and unknown ones");
    assert!(!format!("{found:?}").contains("canary"), "none of their values");
    let ids: Vec<String> = found.iter().map(|f| f.id.clone()).collect();
    // A module that was laid out before there were stop scripts.
    let stop = world.root().join("agents/agent-athena/broca2/run/stop.sh");
    std::fs::remove_file(&stop).unwrap();
    let plan = app.secrets_move_plan(&mara, &ids).await.unwrap();
    assert!(!format!("{plan:?}").contains("canary"), "the plan does not show them");
    app.plan_apply(&mara, &plan.id).await.unwrap();
    let now = std::fs::read_to_string(&path).unwrap();
    assert!(!now.contains("canary"), "the file holds them no more: {now}");
    let handed = app.secrets_exec(&mara, ATHENA).await.unwrap();
    let value = |name: &str| handed.iter().find(|(key, _)| key == name).map(|(_, v)| v.expose().to_owned());
    assert_eq!(value("TELEGRAM_BOT_TOKEN").as_deref(), Some("12345:canary-in-plain"), "the process gets them instead");
    assert_eq!(value("MY_OWN_TOKEN").as_deref(), Some("stranger-canary"), "the unknown one too");
    for name in ["registry.db", "registry.db-wal"] {
        let bytes = std::fs::read(world.root().join("control").join(name)).unwrap_or_default();
        assert!(!bytes.windows(6).any(|w| w == b"canary"), "{name} holds no value");
    }
    let start = std::fs::read_to_string(world.root().join("agents/agent-athena/broca2/run/start.sh")).unwrap();
    assert!(start.contains("secrets exec"), "the start script hands them over");
    let script = std::fs::read_to_string(&stop).unwrap();
    assert!(script.contains("modules stop --dir"), "and a stop script stands beside it: {script}");
    let last = app.changes_last_undoable(&mara).await.unwrap().unwrap();
    let undo = app.change_undo_plan(&mara, &last.id).await.unwrap();
    app.plan_apply(&mara, &undo.id).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), with, "undo puts the file back byte for byte");
    assert!(!stop.exists(), "and takes the stop script away again");
}

#[tokio::test]
async fn copying_asks_for_the_password_and_looking_is_for_administrators() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    app.secret_set(&mara, ATHENA, KEY, dto::Level::Instance, "the-value".to_owned()).await.unwrap();
    let wrong = app.secret_reveal(&mara, ATHENA, KEY, "not it".to_owned()).await;
    assert_eq!(code(&wrong), "wrong_sign_in", "without the password nothing is copied");
    let right = app.secret_reveal(&mara, ATHENA, KEY, PASSWORD.to_owned()).await.unwrap();
    assert_eq!(right.expose(), "the-value", "with it the clipboard gets the value");
    world.account("vera", Role::Viewer);
    app.sign_in("vera", PASSWORD.to_owned()).await.unwrap();
    let vera = app.actor().await.unwrap();
    assert_eq!(
        code(&app.secret_reveal(&vera, ATHENA, KEY, PASSWORD.to_owned()).await),
        "not_allowed",
        "a viewer copies nothing"
    );
    assert_eq!(
        code(&app.secret_set(&vera, ATHENA, KEY, dto::Level::Instance, "x".to_owned()).await),
        "not_allowed",
        "nor sets it"
    );
    assert_eq!(code(&app.secrets_exec(&vera, ATHENA).await), "not_allowed", "nor runs with it");
    assert_eq!(
        code(&app.settings_plan(&vera, ATHENA, &[set("LOG_LEVEL", dto::Level::Instance, json!("INFO"))]).await),
        "not_allowed",
        "nor changes a setting"
    );
}

#[tokio::test]
async fn preferences_are_everybodys_own() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    world.account("vera", Role::Viewer);
    app.sign_in("vera", PASSWORD.to_owned()).await.unwrap();
    let vera = app.actor().await.unwrap();
    change(&app, &vera, "preferences", &[set("appearance", dto::Level::User, json!("dark"))]).await;
    assert_eq!(app.preferences(&vera).await.unwrap().appearance, "dark", "a viewer has preferences too");
    app.sign_in("mara", PASSWORD.to_owned()).await.unwrap();
    let mara = app.actor().await.unwrap();
    assert_eq!(app.preferences(&mara).await.unwrap().appearance, "auto", "and nobody else's are touched");
    let refused =
        app.settings_plan(&mara, "preferences", &[set("start_at_login", dto::Level::User, json!(true))]).await;
    assert_eq!(code(&refused), "program_unknown", "what cannot be started is not promised");
}

#[tokio::test]
async fn a_viewer_takes_back_their_own_preference_and_nothing_else() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    change(&app, &mara, ATHENA, &[set("LOG_LEVEL", dto::Level::Instance, json!("ERROR"))]).await;
    let foreign = app.changes_last_undoable(&mara).await.unwrap().unwrap();
    world.account("vera", Role::Viewer);
    app.sign_in("vera", PASSWORD.to_owned()).await.unwrap();
    let vera = app.actor().await.unwrap();
    change(&app, &vera, "preferences", &[set("appearance", dto::Level::User, json!("dark"))]).await;
    let own = app.changes_last_undoable(&vera).await.unwrap().unwrap();
    let plan = app.change_undo_plan(&vera, &own.id).await.unwrap();
    app.plan_apply(&vera, &plan.id).await.unwrap();
    assert_eq!(app.preferences(&vera).await.unwrap().appearance, "auto", "their own is taken back");
    assert_eq!(code(&app.change_undo_plan(&vera, &foreign.id).await), "not_allowed", "somebody else's change is not");
    let login = app.settings_check(&vera, "preferences", &[set("start_at_login", dto::Level::User, json!(true))]).await;
    assert!(login.unwrap().problems.iter().any(|p| p.blocks), "what starts at login is not a viewer's to decide");
}

#[tokio::test]
async fn an_old_value_comes_back_after_several_replacements() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    for value in ["one", "two", "three"] {
        app.secret_set(&mara, ATHENA, KEY, dto::Level::Instance, value.to_owned()).await.unwrap();
    }
    for expected in ["two", "one"] {
        let last = app.changes_last_undoable(&mara).await.unwrap().unwrap();
        let plan = app.change_undo_plan(&mara, &last.id).await.unwrap();
        app.plan_apply(&mara, &plan.id).await.unwrap();
        let handed = app.secrets_exec(&mara, ATHENA).await.unwrap();
        assert_eq!(handed.iter().find(|(key, _)| key == KEY).map(|(_, v)| v.expose()), Some(expected), "step by step");
    }
    let plan = app.secret_clear_plan(&mara, ATHENA, KEY, dto::Level::Instance).await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert_eq!(
        code(&app.secret_set(&mara, ATHENA, "env:MY_TOKEN", dto::Level::Agent, "x".to_owned()).await),
        "level_unknown",
        "a variable that no schema names would reach nobody from above"
    );
}
