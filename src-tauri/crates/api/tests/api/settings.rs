//! A value is set, reaches its file, explains itself, and is taken back; nothing else in the file moves.

use sanctum_api::{Actor, App, dto};
use serde_json::json;

use crate::support::{World, code};

const ATHENA: &str = "athena/broca2";
const MONDAY: &str = "monday/broca2";

fn file(world: &World, agent: &str) -> String {
    std::fs::read_to_string(world.root().join(format!("agents/agent-{agent}/broca2/config/.env"))).unwrap()
}

pub fn set(id: &str, level: dto::Level, value: serde_json::Value) -> dto::SettingEdit {
    dto::SettingEdit {
        id: id.to_owned(),
        level,
        op: dto::EditOp::Set,
        value: Some(dto::Json(value)),
        by_environment: false,
    }
}

fn reset(id: &str, level: dto::Level) -> dto::SettingEdit {
    dto::SettingEdit { id: id.to_owned(), level, op: dto::EditOp::Reset, value: None, by_environment: false }
}

pub async fn change(app: &App, who: &Actor, target: &str, edits: &[dto::SettingEdit]) -> dto::Receipt {
    let plan = app.settings_plan(who, target, edits).await.unwrap();
    app.plan_apply(who, &plan.id).await.unwrap()
}

pub async fn row(app: &App, who: &Actor, target: &str, id: &str) -> dto::SettingRow {
    let place = app.settings_find(who, &format!("{target} {id}")).await.unwrap();
    let detail = app.tool_get(who, &place.target).await.unwrap();
    detail.settings.into_iter().find(|row| row.id == id).unwrap()
}

/// Hears what an app tells its window.
#[derive(Default)]
struct Heard(std::sync::Mutex<Vec<dto::ChangedEvent>>);

impl sanctum_api::EventSink for Heard {
    fn changed(&self, event: dto::ChangedEvent) {
        self.0.lock().unwrap().push(event);
    }
    fn progress(&self, _: dto::ProgressEvent) {}
    fn chat(&self, _event: dto::ChatEvent) {}
}

async fn opened(world: &World, agents: &[&str]) -> (App, Actor) {
    let app = world.app();
    world.set_up(&app, agents).await;
    let mara = app.actor().await.unwrap();
    (app, mara)
}

#[tokio::test]
async fn a_value_reaches_its_line_and_says_where_it_stands() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena"]).await;
    let before = file(&world, "athena");
    change(&app, &mara, ATHENA, &[set("LOG_LEVEL", dto::Level::Instance, json!("DEBUG"))]).await;
    let after = file(&world, "athena");
    assert_eq!(after, before.replace("LOG_LEVEL='INFO'", "LOG_LEVEL='DEBUG'"), "one line moved, no other byte");
    let row = row(&app, &mara, ATHENA, "LOG_LEVEL").await;
    assert_eq!(
        (row.value.as_deref(), row.level),
        (Some("DEBUG"), Some(dto::Level::Instance)),
        "it counts, and who says it"
    );
    let line = after.lines().position(|line| line.starts_with("LOG_LEVEL=")).unwrap() + 1;
    let source = row.source.unwrap();
    assert_eq!(source.file, "agents/agent-athena/broca2/config/.env", "the file it landed in");
    assert_eq!(source.line, Some(u32::try_from(line).unwrap()), "and its line");
    let own = row.chain.iter().find(|link| link.level == dto::Level::Instance).unwrap();
    assert_eq!(own.who.as_deref(), Some("mara"), "who set it");
    assert!(own.when.is_some() && own.wins, "when, and that it wins");
    assert!(row.drift.is_none(), "file and registry agree");

    let last = app.changes_last_undoable(&mara).await.unwrap().unwrap();
    let undo = app.change_undo_plan(&mara, &last.id).await.unwrap();
    app.plan_apply(&mara, &undo.id).await.unwrap();
    assert_eq!(file(&world, "athena"), before, "undo puts the file back byte for byte");
    let redo = app.changes_last_redoable(&mara).await.unwrap().unwrap();
    let redo = app.change_undo_plan(&mara, &redo.id).await.unwrap();
    app.plan_apply(&mara, &redo.id).await.unwrap();
    assert_eq!(file(&world, "athena"), after, "and redo makes it again");
}

#[tokio::test]
async fn a_child_overrides_and_a_reset_inherits_again() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena", "Monday"]).await;
    let key = "LONG_TASK_MAX_WAIT";
    change(&app, &mara, "tool:broca2", &[set(key, dto::Level::Tool, json!(700))]).await;
    for agent in ["athena", "monday"] {
        assert!(file(&world, agent).ends_with("LONG_TASK_MAX_WAIT='700'\n"), "the tool's value is in {agent}'s file");
    }
    change(&app, &mara, ATHENA, &[set(key, dto::Level::Instance, json!(900))]).await;
    assert!(file(&world, "athena").contains("LONG_TASK_MAX_WAIT='900'"), "the instance wins for itself");
    assert!(file(&world, "monday").contains("LONG_TASK_MAX_WAIT='700'"), "and for nobody else");
    change(&app, &mara, "agent:monday", &[set(key, dto::Level::Agent, json!(650))]).await;
    assert!(file(&world, "monday").contains("='700'"), "the tool stands above the agent");
    let shown = row(&app, &mara, ATHENA, key).await;
    let said: Vec<_> = shown.chain.iter().map(|link| link.value.clone()).collect();
    assert_eq!(said, [Some("600".into()), None, None, Some("700".into()), Some("900".into())], "the whole chain");
    change(&app, &mara, ATHENA, &[reset(key, dto::Level::Instance)]).await;
    assert!(file(&world, "athena").contains("LONG_TASK_MAX_WAIT='700'"), "it inherits the tool's again");
    change(&app, &mara, "tool:broca2", &[reset(key, dto::Level::Tool)]).await;
    assert!(!file(&world, "athena").contains(key), "nothing but the default is left: the line is gone");
    assert!(file(&world, "monday").contains("LONG_TASK_MAX_WAIT='650'"), "the agent's own value counts now");
    let plan = app.settings_promote_plan(&mara, MONDAY, key, dto::Level::Agent, dto::Level::System).await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert!(file(&world, "athena").contains("LONG_TASK_MAX_WAIT='650'"), "promoted, it counts for all");
    assert_eq!(row(&app, &mara, MONDAY, key).await.level, Some(dto::Level::System), "and says from where");
}

#[tokio::test]
async fn what_cannot_be_taken_is_named_and_the_rest_goes_on() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena"]).await;
    let before = file(&world, "athena");
    let edits = [
        set("LONG_TASK_MAX_WAIT", dto::Level::Instance, json!(0)),
        set("LOG_LEVEL", dto::Level::Instance, json!("LOUD")),
        set("AGENT_ENDPOINT", dto::Level::Instance, json!("http://a:b@127.0.0.1")),
        set("nothing", dto::Level::Instance, json!(1)),
        set("MESSAGE_PROCESS_TIMEOUT", dto::Level::Instance, json!(900)),
    ];
    let check = app.settings_check(&mara, ATHENA, &edits).await.unwrap();
    let blocked: Vec<&str> = check.problems.iter().filter(|p| p.blocks).map(|p| p.id.as_str()).collect();
    assert_eq!(blocked, ["LONG_TASK_MAX_WAIT", "LOG_LEVEL", "AGENT_ENDPOINT", "nothing"], "each with its own words");
    assert!(
        check.problems.iter().any(|p| p.message.contains("too small") && p.message.contains("1 to 86400")),
        "what is wrong and what to enter: {:?}",
        check.problems
    );
    assert!(!check.problems.iter().any(|p| p.message.contains("a:b")), "a password is not repeated");
    assert_eq!(check.files, 1, "the good one reaches its file");
    assert_eq!(file(&world, "athena"), before, "looking writes nothing");
    let placeholder = [set("AGENT_ENDPOINT", dto::Level::Instance, json!("http://example.com:8283"))];
    let said = app.settings_check(&mara, ATHENA, &placeholder).await.unwrap().problems;
    assert!(
        said.len() == 1 && said[0].blocks && said[0].message.contains("holds `example`, which is not taken"),
        "an address that Broca would not start with is not taken: {said:?}"
    );
    change(&app, &mara, ATHENA, &edits).await;
    assert_eq!(
        file(&world, "athena"),
        format!("{before}MESSAGE_PROCESS_TIMEOUT='900'\n"),
        "only the good one was written"
    );
    let none = app.settings_plan(&mara, ATHENA, &edits[..1]).await;
    assert_eq!(code(&none), "settings_invalid", "a draft of nothing good is refused");
}

#[tokio::test]
async fn a_value_that_no_file_carries_goes_by_the_environment() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena"]).await;
    let before = file(&world, "athena");
    let mut edit = set("TEST_DB_PATH", dto::Level::Instance, json!("/x/a\\b"));
    let check = app.settings_check(&mara, ATHENA, std::slice::from_ref(&edit)).await.unwrap();
    assert_eq!(check.problems[0].code, "unquotable", "no spelling is read alike: {:?}", check.problems);
    edit.by_environment = true;
    change(&app, &mara, ATHENA, &[edit]).await;
    assert_eq!(file(&world, "athena"), before, "it stands in no file");
    let handed = app.secrets_exec(&mara, ATHENA).await.unwrap();
    let found = handed.iter().find(|(name, _)| name == "TEST_DB_PATH");
    assert_eq!(found.map(|(_, value)| value.expose()), Some("/x/a\\b"), "the process gets it as it is");
    let row = row(&app, &mara, ATHENA, "TEST_DB_PATH").await;
    assert!(row.by_environment && row.drift.is_none(), "and the form says so");
}

#[tokio::test]
async fn an_edit_outside_is_compared_and_settled() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena", "Monday"]).await;
    let (level, wait) = ("LOG_LEVEL", "LONG_TASK_MAX_WAIT");
    change(
        &app,
        &mara,
        ATHENA,
        &[set(level, dto::Level::Instance, json!("DEBUG")), set(wait, dto::Level::Instance, json!(800))],
    )
    .await;
    let path = world.root().join("agents/agent-athena/broca2/config/.env");
    let edited =
        file(&world, "athena").replace("LOG_LEVEL='DEBUG'", "# mine\nLOG_LEVEL=ERROR").replace("'800'", "'801'");
    std::fs::write(&path, &edited).unwrap();
    let drift = app.drift_list(&mara).await.unwrap();
    assert_eq!(drift.len(), 1, "one file differs: {drift:?}");
    let seen: Vec<_> =
        drift[0].keys.iter().map(|k| (k.key.as_str(), k.kind, k.base.as_deref(), k.theirs.as_deref())).collect();
    assert!(
        seen.contains(&(level, dto::DriftKind::Theirs, Some("DEBUG"), Some("ERROR"))),
        "what was written and what stands: {seen:?}"
    );
    let refused = app.settings_check(&mara, ATHENA, &[set(level, dto::Level::Instance, json!("INFO"))]).await.unwrap();
    assert_eq!(refused.problems[0].code, "drift", "somebody's edit is not written over unseen");
    // The registry moves on while the file differs: a collision.
    change(&app, &mara, "agent:athena", &[set("ENABLE_IMAGE_HANDLING", dto::Level::Agent, json!(true))]).await;
    assert!(file(&world, "athena").contains("# mine\nLOG_LEVEL=ERROR"), "another key is written beside the edit");
    let file_name = drift[0].file.clone();
    let choices = [
        dto::DriftChoice { key: level.to_owned(), take: dto::DriftTake::Theirs },
        dto::DriftChoice { key: wait.to_owned(), take: dto::DriftTake::Ours },
    ];
    let plan = app.drift_resolve_plan(&mara, &file_name, &choices).await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert!(app.drift_list(&mara).await.unwrap().is_empty(), "nothing differs any more");
    let now = file(&world, "athena");
    assert!(now.contains("# mine\nLOG_LEVEL=ERROR\n"), "theirs stays as they wrote it");
    assert!(now.contains("LONG_TASK_MAX_WAIT='800'"), "ours is back");
    assert_eq!(row(&app, &mara, ATHENA, level).await.value.as_deref(), Some("ERROR"), "and the registry says theirs");
    let gone = app.drift_resolve_plan(&mara, &file_name, &choices).await;
    assert_eq!(code(&gone), "drift_choice", "what does not differ is not settled twice");
}

#[tokio::test]
async fn a_settings_file_of_json_keeps_everything_else() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena"]).await;
    let path = world.root().join("agents/agent-athena/broca2/settings.json");
    let text = "{\r\n\t\"plugins\": {\"x\": [1,  2]},\r\n\t\"message_mode\" : \"live\",\r\n\t\"mine\": 1.50\r\n}";
    std::fs::write(&path, text).unwrap();
    change(&app, &mara, ATHENA, &[set("message_mode", dto::Level::Instance, json!("echo"))]).await;
    let now = std::fs::read_to_string(&path).unwrap();
    assert_eq!(now, text.replace("\"live\"", "\"echo\""), "one value moved");
    std::fs::write(&path, "{ broken").unwrap();
    let check =
        app.settings_check(&mara, ATHENA, &[set("message_mode", dto::Level::Instance, json!("live"))]).await.unwrap();
    assert_eq!(check.problems[0].code, "unreadable", "a file that cannot be read is an error, never empty");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{ broken", "and stays");
}

#[tokio::test]
async fn search_finds_and_filters_narrow() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena", "Monday"]).await;
    change(&app, &mara, ATHENA, &[set("LONG_TASK_MAX_WAIT", dto::Level::Instance, json!(900))]).await;
    let hits = app.settings_search(&mara, "longest turn", 0, 50).await.unwrap();
    assert!(
        hits.items.iter().any(|h| h.address == ATHENA && h.value.as_deref() == Some("900")),
        "found by its title: {hits:?}"
    );
    let narrowed = app.settings_search(&mara, "@agent:athena @modified LONG_TASK", 0, 50).await.unwrap();
    assert_eq!(
        narrowed.items.iter().map(|h| h.address.as_str()).collect::<Vec<_>>(),
        [ATHENA],
        "one agent, changed only"
    );
    let secrets = app.settings_search(&mara, "@secret @tool:broca2", 0, 200).await.unwrap();
    assert!(secrets.total > 0 && secrets.items.iter().all(|h| h.secret), "secrets only");
    assert!(
        app.settings_search(&mara, "@nonsense", 0, 5).await.unwrap().unknown.is_some(),
        "an unknown filter is said"
    );
    let place = app.settings_find(&mara, &narrowed.items[0].link).await.unwrap();
    assert_eq!(place.id.as_deref(), Some("LONG_TASK_MAX_WAIT"), "its link leads back to it");
}

#[tokio::test]
async fn history_tells_and_puts_one_key_or_one_file_back() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena", "Monday"]).await;
    let key = "LONG_TASK_MAX_WAIT";
    let first = change(&app, &mara, ATHENA, &[set(key, dto::Level::Instance, json!(700))]).await;
    let second = change(
        &app,
        &mara,
        ATHENA,
        &[set(key, dto::Level::Instance, json!(800)), set("LOG_LEVEL", dto::Level::Instance, json!("ERROR"))],
    )
    .await;
    let page = app.settings_history(&mara, Some(ATHENA), Some(key), None, 0, 10).await.unwrap();
    let seen: Vec<_> = page.items.iter().map(|e| (e.before.as_deref(), e.after.as_deref(), e.actor.as_str())).collect();
    assert_eq!(seen, [(Some("700"), Some("800"), "mara"), (None, Some("700"), "mara")], "the latest first");
    let plan = app.settings_rollback_plan(&mara, &second.change_id, ATHENA, key, dto::Level::Instance).await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert_eq!(row(&app, &mara, ATHENA, key).await.value.as_deref(), Some("700"), "that key alone");
    assert_eq!(row(&app, &mara, ATHENA, "LOG_LEVEL").await.value.as_deref(), Some("ERROR"), "the other stays");
    let none = app.settings_rollback_plan(&mara, &first.change_id, ATHENA, "LOG_LEVEL", dto::Level::Instance).await;
    assert_eq!(code(&none), "setting_change_unknown", "a change that did not touch it");
    let shared =
        change(&app, &mara, "tool:broca2", &[set("ENABLE_IMAGE_HANDLING", dto::Level::Tool, json!(true))]).await;
    let path = "agents/agent-monday/broca2/config/.env";
    let plan = app.settings_rollback_file_plan(&mara, &shared.change_id, path).await.unwrap();
    app.plan_apply(&mara, &plan.id).await.unwrap();
    assert_eq!(
        row(&app, &mara, MONDAY, "ENABLE_IMAGE_HANDLING").await.value.as_deref(),
        Some("false"),
        "Monday's file is as before"
    );
    assert_eq!(
        row(&app, &mara, ATHENA, "ENABLE_IMAGE_HANDLING").await.value.as_deref(),
        Some("true"),
        "Athena keeps it"
    );
}

#[tokio::test]
async fn all_settings_leave_and_come_back() {
    let world = World::new();
    let (app, mara) = opened(&world, &["Athena"]).await;
    change(&app, &mara, ATHENA, &[set("LONG_TASK_MAX_WAIT", dto::Level::Instance, json!(900))]).await;
    app.secret_set(&mara, ATHENA, "AGENT_API_KEY", dto::Level::Agent, "s3cr3t-value".to_owned()).await.unwrap();
    let out = app.settings_export(&mara).await.unwrap();
    assert!(out.text.contains("LONG_TASK_MAX_WAIT = 900"), "a person reads it: {}", out.text);
    assert!(
        !out.text.contains(&world.root().display().to_string()) && out.text.contains("{root}/agents"),
        "no path of this machine"
    );
    assert!(
        !out.text.contains("s3cr3t-value") && out.text.contains("agent/athena/AGENT_API_KEY#"),
        "a secret is its reference"
    );
    assert_eq!(code(&app.settings_import_plan(&mara, &out.text).await), "nothing_to_import", "it is all set so");
    let other = World::new();
    let (app2, mara2) = opened(&other, &["Athena"]).await;
    let plan = app2.settings_import_plan(&mara2, &out.text).await.unwrap();
    assert!(
        plan.checks.iter().any(|check| check.text.contains("secret store of this machine")),
        "what is missing is said: {:?}",
        plan.checks
    );
    app2.plan_apply(&mara2, &plan.id).await.unwrap();
    assert!(file(&other, "athena").contains("LONG_TASK_MAX_WAIT='900'"), "the other install has it");
    let bad = app2
        .settings_import_plan(&mara2, "format = 1\n[instances.\"athena/broca2\"]\nAGENT_API_KEY = \"plain\"\n")
        .await;
    assert_eq!(code(&bad), "settings_invalid", "a secret's value is not taken from a file");
    assert_eq!(
        code(&app2.settings_import_plan(&mara2, "nonsense").await),
        "import_unreadable",
        "what cannot be read is said"
    );
}

#[tokio::test]
async fn a_window_hears_of_what_the_terminal_changed_beside_it() {
    let world = World::new();
    let heard = std::sync::Arc::new(Heard::default());
    let window = App::new(world.env("memory"), heard.clone());
    world.set_up(&window, &["Athena"]).await;
    let mara = window.actor().await.unwrap();
    change(&window, &mara, ATHENA, &[set("LOG_LEVEL", dto::Level::Instance, json!("DEBUG"))]).await;
    let beside = sanctum_api::AppEnv { exclusive: false, root: Some(world.root()), ..world.env("memory") };
    let terminal = App::new(beside, std::sync::Arc::new(sanctum_api::Nobody));
    let operator = terminal.console_actor().await.unwrap();
    let said = |heard: &Heard| heard.0.lock().unwrap().iter().any(|event| event.source == "cli");
    assert!(!said(&heard), "nothing came from a terminal yet");
    change(&terminal, &operator, ATHENA, &[set("LOG_LEVEL", dto::Level::Agent, json!("ERROR"))]).await;
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !said(&heard) {
        assert!(std::time::Instant::now() < until, "the window is told");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
