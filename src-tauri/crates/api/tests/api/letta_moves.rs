//! Memory, tools, copies, files and the end of agents, against a server that checks what it is sent.

use sanctum_api::{Actor, App, dto};
use sanctum_fake_letta::Fake;

use crate::letta_plans::{VERSIONS, create, linked, raw, spotless, started};
use crate::support::{World, code};

async fn apply(app: &App, me: &Actor, plan: dto::Plan) -> dto::Receipt {
    app.plan_apply(me, &plan.id).await.unwrap()
}

async fn undo(app: &App, me: &Actor, change: &str) -> dto::Receipt {
    let plan = app.change_undo_plan(me, change).await.unwrap();
    apply(app, me, plan).await
}

async fn block(app: &App, me: &Actor, label: &str) -> Option<dto::MemoryBlock> {
    app.agent_mind(me, "athena").await.unwrap().blocks.into_iter().find(|block| block.label == label)
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_changed_added_and_detached_within_its_limits() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me, _) = linked(&world, &fake).await;
        let text = |text: &str| dto::BlockEdit { value: Some(text.to_owned()), ..dto::BlockEdit::default() };
        let plan = app.agent_block_plan(&me, "athena", "persona", &text("I am stern.\nVery.")).await.unwrap();
        let shown: Vec<String> = plan.steps[0].diff.iter().map(|line| line.text.clone()).collect();
        assert!(shown.iter().any(|line| line.contains("I am kind.")), "the plan shows what was: {shown:?}");
        let done = apply(&app, &me, plan).await;
        assert_eq!(block(&app, &me, "persona").await.unwrap().value, "I am stern.\nVery.", "it is there");
        undo(&app, &me, &done.change_id).await;
        assert_eq!(block(&app, &me, "persona").await.unwrap().value, "I am kind.", "undo puts it back");

        let long = dto::BlockEdit { limit: Some(5), ..text("six six") };
        assert_eq!(code(&app.agent_block_plan(&me, "athena", "persona", &long).await), "block_too_long", "limits hold");
        assert_eq!(
            code(&app.agent_block_plan(&me, "athena", "a/b", &text("x")).await),
            "block_label",
            "labels are plain"
        );
        let human = app.agent_block_plan(&me, "athena", "human", &text("Mara")).await;
        assert_eq!(code(&human), "agent_human_block", "none beside Broca's own");
        assert_eq!(
            code(&app.agent_block_plan(&me, "athena", "persona", &text("I am kind.")).await),
            "nothing_to_change",
            "it says so already"
        );

        let plan = app.agent_block_plan(&me, "athena", "tasks", &text("Feed the owl")).await.unwrap();
        let added = apply(&app, &me, plan).await;
        assert_eq!(block(&app, &me, "tasks").await.unwrap().used, 12, "a new block is attached");
        let plan = app.agent_block_remove_plan(&me, "athena", "tasks").await.unwrap();
        let removed = apply(&app, &me, plan).await;
        assert!(block(&app, &me, "tasks").await.is_none(), "and detached");
        assert_eq!(code(&app.agent_block_remove_plan(&me, "athena", "tasks").await), "block_unknown", "once");
        undo(&app, &me, &removed.change_id).await;
        assert_eq!(block(&app, &me, "tasks").await.unwrap().value, "Feed the owl", "undo attaches the same one");
        undo(&app, &me, &added.change_id).await;
        assert!(block(&app, &me, "tasks").await.is_none(), "and undo of adding detaches it");
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_is_attached_and_detached_with_undo() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me, _) = linked(&world, &fake).await;
        let tools = app.agent_mind(&me, "athena").await.unwrap().tools;
        assert!(tools.len() > 100, "all of the server's tools are listed, to the last page: {}", tools.len());
        let free = tools.iter().find(|tool| !tool.attached).unwrap().id.clone();
        let has = async |id: &str| {
            app.agent_mind(&me, "athena").await.unwrap().tools.iter().any(|tool| tool.id == id && tool.attached)
        };
        let plan = app.agent_tool_plan(&me, "athena", &free, true).await.unwrap();
        let done = apply(&app, &me, plan).await;
        assert!(has(&free).await, "it has it");
        assert_eq!(code(&app.agent_tool_plan(&me, "athena", &free, true).await), "nothing_to_change", "once");
        undo(&app, &me, &done.change_id).await;
        assert!(!has(&free).await, "undo takes it away");
        assert_eq!(code(&app.agent_tool_plan(&me, "athena", "tool-none", true).await), "tool_unknown", "no such tool");
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_exported_brought_in_and_copied() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me, id) = linked(&world, &fake).await;
        let file = world.dir.path().join("home/athena.af");
        let size = app.agent_export_to(&me, "athena", &file.display().to_string()).await.unwrap();
        assert!(size >= 1 && raw(&file)["agents"].is_array(), "the file is Letta's own");
        let inside = world.root().join("athena.af").display().to_string();
        assert_eq!(code(&app.agent_export_to(&me, "athena", &inside).await), "export_refused", "not into the install");

        let plan = app.agent_import_plan(&me, &file.display().to_string(), "Iris").await.unwrap();
        apply(&app, &me, plan).await;
        let iris = app.agent_get(&me, "iris").await.unwrap().agent;
        assert!(iris.letta_uid.is_some_and(|other| other != id), "another agent in Letta");
        let mind = app.agent_mind(&me, "iris").await.unwrap();
        assert_eq!((mind.link.name.as_str(), mind.link.link), ("Iris", dto::LinkState::Linked), "under its own name");
        assert_eq!(mind.blocks[0].value, "I am kind.", "with the memory of the other");

        let plan = app.agent_clone_plan(&me, "athena", "Minerva").await.unwrap();
        // Whoever reads a plan first takes their time.
        world.pass(time::Duration::seconds(90));
        apply(&app, &me, plan).await;
        let copy = app.agent_mind(&me, "minerva").await.unwrap();
        assert_eq!(
            (copy.link.name.as_str(), copy.link.link),
            ("Minerva", dto::LinkState::Linked),
            "a copy on both sides"
        );
        assert!(world.root().join("agents/agent-minerva/broca2").is_dir(), "with the same modules");
        assert_eq!(code(&app.agent_clone_plan(&me, "athena", "Iris").await), "agent_name_taken", "not over another");

        let wrong = world.dir.path().join("home/wrong.af");
        std::fs::write(&wrong, "not json").unwrap();
        let wrong = wrong.display().to_string();
        assert_eq!(code(&app.agent_import_plan(&me, &wrong, "Nova").await), "file_unreadable", "no `.af` file");
        assert_eq!(code(&app.agent_import_plan(&me, "/nowhere.af", "Nova").await), "file_unreadable", "no file at all");
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_letta_refuses_leaves_nothing_anywhere() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me) = started(&world, &fake).await;
    let file = world.dir.path().join("home/odd.af");
    std::fs::write(&file, "{\"something\": 1}").unwrap();
    let plan = app.agent_import_plan(&me, &file.display().to_string(), "Odd").await.unwrap();
    let refused = app.plan_apply(&me, &plan.id).await.unwrap_err();
    assert_eq!(refused.code, "letta_rejected", "Letta says no: {refused:?}");
    assert!(!world.root().join("agents/agent-odd").exists(), "nothing is here");
    assert!(app.letta_agents(&me).await.unwrap().iter().all(|agent| agent.name != "Odd"), "nor there");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_put_aside_and_comes_back() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me) = started(&world, &fake).await;
    let plan = app.agent_archive_plan(&me, "athena", true).await.unwrap();
    let done = apply(&app, &me, plan).await;
    assert!(app.agent_get(&me, "athena").await.unwrap().agent.archived, "put aside");
    assert_eq!(code(&app.agent_archive_plan(&me, "athena", true).await), "nothing_to_change", "once");
    undo(&app, &me, &done.change_id).await;
    assert!(!app.agent_get(&me, "athena").await.unwrap().agent.archived, "and back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_agent_leaves_its_file_and_its_conversations() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me, id) = linked(&world, &fake).await;
        world.sql(
            "INSERT INTO web_chat_sessions(id, user_id, agent_id, main) VALUES ('session_a', 1, 1, 1);
             INSERT INTO web_chat_messages(session_id, message, user_id) VALUES ('session_a', 'hello', 1);",
        );
        let plan = app.agent_delete_plan(&me, "athena", true).await.unwrap();
        assert!(
            plan.irreversible.iter().any(|words| words.contains(".af")),
            "what does not come back is said: {plan:?}"
        );
        let done = apply(&app, &me, plan).await;
        assert!(done.notes.iter().any(|note| note.contains("deleted in Letta")), "and what became of it: {done:?}");
        assert!(app.letta_agents(&me).await.unwrap().is_empty(), "gone on both sides");
        let kept: Vec<_> = std::fs::read_dir(world.root().join("control/trash/kept")).unwrap().flatten().collect();
        assert_eq!(raw(&kept[0].path())["agents"][0]["id"], id.as_str(), "its file is in the trash");
        undo(&app, &me, &done.change_id).await;
        let state = app.letta_agents(&me).await.unwrap();
        assert_eq!(state[0].link, dto::LinkState::GoneInLetta, "undo brings back what is here, and says what is gone");
        let plan = app.agent_make_plan(&me, "athena", &create(None)).await.unwrap();
        apply(&app, &me, plan).await;
        assert_eq!(app.letta_agents(&me).await.unwrap()[0].link, dto::LinkState::Linked, "it is mended from there");
        let plan = app.agent_delete_plan(&me, "athena", false).await.unwrap();
        apply(&app, &me, plan).await;
        let state = app.letta_agents(&me).await.unwrap();
        assert_eq!(state[0].link, dto::LinkState::OnlyInLetta, "without Letta's side that one stays, visibly");
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_keeps_an_agent_from_being_deleted() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, _) = linked(&world, &fake).await;
    let plan = app.agent_delete_plan(&me, "athena", true).await.unwrap();
    fake.die();
    assert_eq!(code(&app.plan_apply(&me, &plan.id).await), "letta_away", "without its file nothing is deleted");
    assert!(world.root().join("agents/agent-athena").is_dir(), "all is here");
    fake.come_back().await;
    let plan = app.agent_delete_plan(&me, "athena", true).await.unwrap();
    apply(&app, &me, plan).await;
    assert!(app.letta_agents(&me).await.unwrap().is_empty(), "back again, it goes");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_the_reason_is_told() {
    let world = World::new();
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    assert_eq!(code(&app.letta_agents(&me).await), "letta_unset", "no address is set");
    assert_eq!(
        code(&app.agent_make_plan(&me, "athena", &create(None)).await),
        "letta_unset",
        "nothing can be made there"
    );
    assert_eq!(
        code(&app.agent_block_plan(&me, "athena", "persona", &dto::BlockEdit::default()).await),
        "agent_unlinked",
        "nor changed"
    );
    assert_eq!(
        code(&app.agent_make_plan(&me, "nobody", &create(None)).await),
        "agent_unknown",
        "an agent there is not"
    );
}
