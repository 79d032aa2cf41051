//! A plan belongs to who asked for it, is applied once, and only to what it was made for.

use sanctum_registry::users::Role;
use time::Duration;

use crate::support::{PASSWORD, World, agent, code};

#[tokio::test]
async fn a_plan_is_applied_once_and_by_its_maker() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    world.account("eva", Role::Admin);
    let mara = app.actor().await.unwrap();
    let plan = app.agent_add_plan(&mara, &agent("Nova")).await.unwrap();
    app.sign_in("eva", PASSWORD.to_owned()).await.unwrap();
    let eva = app.actor().await.unwrap();
    assert_eq!(
        code(&app.plan_apply(&eva, &plan.id).await),
        "plan_unknown",
        "another administrator's plan is not there for eva"
    );
    assert!(!world.root().join("agents/agent-nova").exists(), "and nothing was done");
    assert_eq!(code(&app.setup_apply(&plan.id).await), "plan_unknown", "nor is it a setup's plan");
    assert_eq!(code(&app.plan_apply(&mara, &plan.id).await), "ok", "its maker applies it");
    assert_eq!(code(&app.plan_apply(&mara, &plan.id).await), "plan_unknown", "once");
    let again = app.agent_add_plan(&mara, &agent("Iris")).await.unwrap();
    app.plan_discard(&again.id).await.unwrap();
    assert_eq!(code(&app.plan_apply(&mara, &again.id).await), "plan_unknown", "a discarded one is gone");
}

#[tokio::test]
async fn a_plan_that_was_overtaken_is_stale() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    let plan = app.agent_add_plan(&mara, &agent("Nova")).await.unwrap();
    std::fs::create_dir_all(world.root().join("agents/agent-nova/broca2")).unwrap();
    std::fs::write(world.root().join("agents/agent-nova/broca2/mine.txt"), "mine").unwrap();
    let error = app.plan_apply(&mara, &plan.id).await.unwrap_err();
    assert_eq!(error.code, "plan_stale", "what was not there is there now: {error:?}");
    assert!(error.details.iter().any(|line| line.contains("agents/agent-nova")), "it is named: {error:?}");
    assert!(!world.root().join("agents/agent-nova/broca2/config").exists(), "nothing was written");
    let page = app.agents_list(&mara, "", 0, 10).await.unwrap();
    assert_eq!(page.total, 1, "the registry neither");

    let first = app.agent_remove_plan(&mara, "athena").await.unwrap();
    std::fs::write(world.root().join("agents/agent-athena/broca2/db/new.sqlite"), "rows").unwrap();
    assert_eq!(
        code(&app.plan_apply(&mara, &first.id).await),
        "plan_stale",
        "a folder that changed since is not moved unseen"
    );
    assert!(world.root().join("agents/agent-athena/broca2/db/new.sqlite").is_file(), "it stays");
}

#[tokio::test]
async fn a_plan_that_waited_too_long_is_forgotten() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    let plan = app.agent_add_plan(&mara, &agent("Nova")).await.unwrap();
    world.pass(Duration::hours(2));
    assert_eq!(code(&app.plan_apply(&mara, &plan.id).await), "plan_unknown", "what it was made from has aged");
    assert!(!world.root().join("agents/agent-nova").exists(), "nothing was done");
}

#[tokio::test]
async fn two_applies_at_once_do_it_once() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let mara = app.actor().await.unwrap();
    let plan = app.agent_add_plan(&mara, &agent("Nova")).await.unwrap();
    let (one, two) = tokio::join!(app.plan_apply(&mara, &plan.id), app.plan_apply(&mara, &plan.id));
    let done = [&one, &two].iter().filter(|done| done.is_ok()).count();
    assert_eq!(done, 1, "a double click applies once: {one:?} {two:?}");
    let page = app.agents_list(&mara, "", 0, 10).await.unwrap();
    assert_eq!(page.total, 2, "and the agent is there once");
}

#[tokio::test]
async fn a_whole_setup_is_taken_back_without_a_trace() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let file = world.root().join("agents/agent-athena/broca2/config/.env");
    let wrote = std::fs::read(&file).unwrap();
    std::fs::write(&file, "PORT=1\n").unwrap();
    let error = app.setup_undo().await.unwrap_err();
    assert_eq!(error.code, "undo_conflict", "an edit stands in the way: {error:?}");
    assert!(file.is_file(), "nothing is taken back then");
    std::fs::write(&file, wrote).unwrap();
    if app.actor().await.is_err() {
        app.sign_in("mara", PASSWORD.to_owned()).await.unwrap();
    }
    app.setup_undo().await.unwrap();
    assert!(!world.root().exists(), "the root is gone as it came");
    assert_eq!(code(&app.setup_undo().await), "no_install", "there is nothing to take back twice");
}
