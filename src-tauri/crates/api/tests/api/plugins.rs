//! What plugins' long works and Letta's tools refuse, and how a search ends that is stopped while it begins.

use sanctum_api::Actor;
use sanctum_registry::users::Role;

use crate::support::{World, code};

#[tokio::test]
async fn a_search_that_is_stopped_while_it_begins_changes_nothing() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let tool = "athena/broca2";
    let plugins = world.root().join("agents/agent-athena/broca2/plugins");
    for name in ["one", "two"] {
        std::fs::create_dir_all(plugins.join(name)).unwrap();
        std::fs::write(plugins.join(name).join("plugin.py"), "x = 1\n").unwrap();
    }
    let unknown = app.bisect_stop(&me, tool).await;
    assert_eq!(code(&unknown), "bisect_unknown", "before it begins there is nothing to stop: {unknown:?}");
    // The first is begun, and waits for what it reads, when the second comes.
    let (begun, stopped) = tokio::join!(app.bisect_start(&me, tool), app.bisect_stop(&me, tool));
    assert_eq!(code(&begun), "bisect_stopped", "it does not go on: {begun:?}");
    let stopped = stopped.unwrap();
    assert!(stopped.done && stopped.words.contains("before it changed anything"), "which is said: {stopped:?}");
    assert!(plugins.join("one").is_dir() && plugins.join("two").is_dir(), "both are on as they were");
    let changes = app.changes_list(&me, "", "all", 0, 10).await.unwrap();
    assert!(changes.items.iter().all(|change| !change.title.contains("plugin")), "nothing was applied: {changes:?}");
    let left = app.bisect_stop(&me, tool).await;
    assert_eq!(code(&left), "bisect_unknown", "and no search is left: {left:?}");
}

#[tokio::test]
async fn who_only_looks_asks_nothing_of_letta_and_stops_no_search() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let viewer = world.account("vera", Role::Viewer);
    let vera = Actor { user_id: viewer, name: "vera".to_owned(), role: "viewer".to_owned(), via: me.via };
    assert_eq!(code(&app.mcp_letta_tools(&vera).await), "not_allowed", "what Letta has is the administrator's");
    assert_eq!(code(&app.mcp_refresh_letta(&vera).await), "not_allowed", "and so is telling it to read");
    assert_eq!(code(&app.bisect_stop(&vera, "athena/broca2").await), "not_allowed", "and stopping a search");
    let unset = app.mcp_letta_tools(&me).await.unwrap();
    assert_eq!(unset.stale, None, "without a Letta it is not known: {unset:?}");
    assert!(unset.words.contains("No address"), "and why is said: {}", unset.words);
}
