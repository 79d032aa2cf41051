//! Every call of the window against everybody who may sit there.

use std::future::Future;
use std::pin::Pin;

use sanctum_api::{ApiResult, App, dto};
use sanctum_registry::users::Role;

use crate::support::{PASSWORD, World, agent, code};

type Call = for<'a> fn(&'a App) -> Pin<Box<dyn Future<Output = ApiResult<()>> + 'a>>;

/// A call as the window's command makes it: the actor is who is signed in.
macro_rules! call {
    (|$app:ident, $actor:ident| $does:expr) => {{
        fn f<'a>($app: &'a App) -> Pin<Box<dyn Future<Output = ApiResult<()>> + 'a>> {
            Box::pin(async move {
                let $actor = $app.actor().await?;
                $does.await.map(drop)
            })
        }
        f as Call
    }};
    (|$app:ident| $does:expr) => {{
        fn f<'a>($app: &'a App) -> Pin<Box<dyn Future<Output = ApiResult<()>> + 'a>> {
            Box::pin(async move { $does.await.map(drop) })
        }
        f as Call
    }};
}

/// Name, call, and what a viewer, a user and an administrator get. Nobody and a locked window get `not_signed_in` and
/// `locked` from every one of them.
fn calls() -> Vec<(&'static str, Call, [&'static str; 3])> {
    let all = ["ok"; 3];
    let admin = |ok: &'static str| ["not_allowed", "not_allowed", ok];
    vec![
        ("agents_list", call!(|app, who| app.agents_list(&who, "", 0, 10)), all),
        ("agent_get", call!(|app, who| app.agent_get(&who, "athena")), all),
        ("agent_modules", call!(|app, who| app.agent_modules(&who)), all),
        ("agent_check_name", call!(|app, who| app.agent_check_name(&who, "Nova")), all),
        ("agent_add_plan", call!(|app, who| app.agent_add_plan(&who, &agent("Nova"))), admin("ok")),
        ("agent_remove_plan", call!(|app, who| app.agent_remove_plan(&who, "athena")), admin("ok")),
        ("broca_view", call!(|app, who| app.broca_view(&who, "athena")), all),
        ("broca_queue", call!(|app, who| app.broca_queue(&who, "athena", "", 0, 10)), admin("ok")),
        ("broca_people", call!(|app, who| app.broca_people(&who, "athena", 0, 10)), admin("ok")),
        ("broca_lines", call!(|app, who| app.broca_lines(&who, "athena", 1, 0, 10)), admin("ok")),
        (
            "broca_action_plan",
            call!(|app, who| app.broca_action_plan(&who, "athena", dto::BrocaAction::Flush, &[])),
            admin("broca_no_database"),
        ),
        ("changes_list", call!(|app, who| app.changes_list(&who, "", "all", 0, 10)), all),
        ("changes_last_undoable", call!(|app, who| app.changes_last_undoable(&who)), all),
        ("change_undo_plan", call!(|app, who| app.change_undo_plan(&who, "nope")), admin("change_unknown")),
        ("doctor", call!(|app, who| app.doctor(&who)), admin("ok")),
        (
            "module_scripts_plan",
            call!(|app, who| app.module_scripts_plan(&who, "athena/broca2", false)),
            admin("nothing_to_change"),
        ),
        ("plan_apply", call!(|app, who| app.plan_apply(&who, "nope")), admin("plan_unknown")),
        ("tools_tabs", call!(|app, who| app.tools_tabs(&who)), all),
        ("tools_list", call!(|app, who| app.tools_list(&who, "global", "", 0, 10)), all),
        ("tool_get", call!(|app, who| app.tool_get(&who, "b:ports")), all),
        ("tool_probe", call!(|app, who| app.tool_probe(&who, "b:ports")), all),
        // These take no actor: they ask for one themselves.
        ("resolve_inside", call!(|app| app.resolve_inside(".env")), all),
    ]
}

#[tokio::test]
async fn every_call_asks_who_is_there() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena", "Monday"]).await;
    app.refresh().await.unwrap();
    world.account("vera", Role::Viewer);
    world.account("uli", Role::User);

    app.lock().await.unwrap();
    for (name, call, _) in calls() {
        assert_eq!(code(&call(&app).await), "locked", "a locked window gets nothing from {name}");
    }
    assert_eq!(code(&app.setup_undo().await), "locked", "nor is the whole setup taken back by who walks by");
    assert_eq!(code(&app.unlock("wrong".to_owned()).await), "wrong_sign_in", "the lock needs the password");
    app.unlock(PASSWORD.to_owned()).await.unwrap();
    app.sign_out().await.unwrap();
    for (name, call, _) in calls() {
        assert_eq!(code(&call(&app).await), "not_signed_in", "nobody gets nothing from {name}");
    }
    assert_eq!(code(&app.setup_undo().await), "not_signed_in", "nor can nobody take the setup back");
    assert_eq!(code(&app.lock().await), "not_signed_in", "nobody has nothing to lock");

    for (column, who) in ["vera", "uli", "mara"].into_iter().enumerate() {
        app.sign_in(who, PASSWORD.to_owned()).await.unwrap();
        for (name, call, expected) in calls() {
            let done = call(&app).await;
            assert_eq!(code(&done), expected[column], "{who} and {name}: {done:?}");
        }
        if who != "mara" {
            assert_eq!(code(&app.setup_undo().await), "not_allowed", "{who} cannot take the setup back");
        }
        app.sign_out().await.unwrap();
    }
}

#[tokio::test]
async fn an_agent_that_may_not_be_seen_is_not_there() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena", "Monday", "Timbre"]).await;
    app.refresh().await.unwrap();
    let vera = world.account("vera", Role::Viewer);
    world.account("uli", Role::User);
    world.sql(&format!("UPDATE agents SET visible_to_users = '[{vera}]' WHERE uid = 'monday'; UPDATE agents SET visible_to_roles = '[\"user\"]' WHERE uid = 'timbre'"));
    app.sign_out().await.unwrap();
    for (who, sees) in [
        ("vera", ["athena", "monday"].as_slice()),
        ("uli", &["athena", "timbre"]),
        ("mara", &["athena", "monday", "timbre"]),
    ] {
        app.sign_in(who, PASSWORD.to_owned()).await.unwrap();
        let actor = app.actor().await.unwrap();
        let page = app.agents_list(&actor, "", 0, 100).await.unwrap();
        let uids: Vec<&str> = page.items.iter().map(|a| a.uid.as_str()).collect();
        assert_eq!(
            (uids.as_slice(), page.total as usize),
            (sees, sees.len()),
            "{who} sees these agents, and counts them"
        );
        let tabs = app.tools_tabs(&actor).await.unwrap();
        let tabs: Vec<&str> = tabs.iter().filter_map(|t| t.id.strip_prefix("agent:")).collect();
        assert_eq!(tabs, sees, "{who} has a tab for each of them");
        for uid in ["athena", "monday", "timbre"] {
            let seen = sees.contains(&uid);
            let wanted = |refused: &'static str| if seen { "ok" } else { refused };
            let tab = app.tools_list(&actor, &format!("agent:{uid}"), "", 0, 10).await;
            assert_eq!(code(&tab), wanted("tab_unknown"), "{who} and the tab of {uid}");
            assert_eq!(code(&app.agent_get(&actor, uid).await), wanted("agent_unknown"), "{who} and {uid}");
            let card = format!("p:agents/agent-{uid}/broca2");
            assert_eq!(code(&app.tool_get(&actor, &card).await), wanted("tab_unknown"), "{who} and a card of {uid}");
            assert_eq!(
                code(&app.tool_probe(&actor, &card).await),
                wanted("tab_unknown"),
                "{who} and measuring a card of {uid}"
            );
        }
        let found = app.agents_list(&actor, "mon", 0, 100).await.unwrap();
        assert_eq!(found.total, u32::from(sees.contains(&"monday")), "{who} finds by searching only what is seen");
        app.sign_out().await.unwrap();
    }
}

#[tokio::test]
async fn paths_outside_are_never_shown() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    std::os::unix::fs::symlink("/etc", world.root().join("agents/agent-athena/out")).unwrap();
    for path in ["/etc/passwd", "../../data", "agents/agent-athena/out/passwd", "agents/../../..", "nowhere", "a\0b"] {
        assert_eq!(code(&app.resolve_inside(path).await), "path_outside", "`{path}` is not inside");
    }
    for path in [".env", "agents/agent-athena", ""] {
        assert_eq!(code(&app.resolve_inside(path).await), "ok", "`{path}` is inside");
    }
}
