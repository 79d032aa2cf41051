//! A module that joins an agent which is linked to Letta, and who may have one joined or removed.

use sanctum_registry::users::Role;

use crate::support::{PASSWORD, World, code};

#[tokio::test]
async fn a_broca_that_joins_a_linked_agent_knows_whom_it_asks() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let letta = "agent-11111111-2222-4333-8444-555555555555";
    let plan = app.module_remove_plan(&me, "athena/broca2").await.unwrap();
    app.plan_apply(&me, &plan.id).await.unwrap();
    world.sql(&format!(
        "UPDATE agents SET letta_uid = '{letta}' WHERE uid = 'athena';
         INSERT INTO system_config(config_key, config_value, created_by) VALUES ('letta.base_url', 'http://127.0.0.1:8283', 1)"
    ));
    let plan = app.module_add_plan(&me, "athena/broca2").await.unwrap();
    app.plan_apply(&me, &plan.id).await.unwrap();
    let env = std::fs::read_to_string(world.root().join("agents/agent-athena/broca2/config/.env")).unwrap();
    let said = sanctum_config::EnvFile::parse(env.as_bytes());
    let says = |key: &str| said.get(key).map(|entry| entry.value);
    assert_eq!(says("AGENT_ID").as_deref(), Some(letta), "its agent: {env}");
    assert_eq!(says("AGENT_ENDPOINT").as_deref(), Some("http://127.0.0.1:8283"), "and where it answers: {env}");
    assert!(app.drift_list(&me).await.unwrap().is_empty(), "nothing differs from what the registry says");
    let row = app.module_get(&me, "athena/broca2").await.unwrap().row;
    assert_eq!(code(&app.tool_get(&me, &row.card.unwrap()).await), "ok", "its form opens");
}

#[tokio::test]
async fn a_removal_that_waits_is_refused_where_the_module_is_gone_meanwhile() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let (first, second) = (
        app.module_remove_plan(&me, "athena/broca2").await.unwrap(),
        app.module_remove_plan(&me, "athena/broca2").await.unwrap(),
    );
    app.plan_apply(&me, &first.id).await.unwrap();
    assert_eq!(code(&app.plan_apply(&me, &second.id).await), "module_unknown", "it is not removed twice");
}

#[tokio::test]
async fn only_administrators_are_offered_modules_and_nobody_else_adds_or_removes_one() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    world.account("vera", Role::Viewer);
    world.account("uli", Role::User);
    for (who, expected) in [("vera", "not_allowed"), ("uli", "not_allowed"), ("mara", "ok")] {
        app.sign_out().await.unwrap();
        app.sign_in(who, PASSWORD.to_owned()).await.unwrap();
        let me = app.actor().await.unwrap();
        assert_eq!(code(&app.modules_offered(&me, Some("athena")).await), expected, "{who} and what is offered");
        assert_eq!(code(&app.module_add_plan(&me, "athena/thalamus").await), expected, "{who} and adding");
        assert_eq!(code(&app.module_remove_plan(&me, "athena/broca2").await), expected, "{who} and removing");
    }
}
