//! Agents here and in Letta, kept in step by plans, against a server that checks what it is sent.

use sanctum_api::{Actor, App, dto};
use sanctum_fake_letta::Fake;
use serde_json::Value;

use crate::support::{PASSWORD, World, code};

const MODEL: &str = "openai-proxy/gpt-4o-mini";
pub const VERSIONS: [&str; 2] = ["0.11.7", "0.16.8"];

/// An app with Athena (Broca among her modules) and the address of a running Letta.
pub async fn started(world: &World, fake: &Fake) -> (App, Actor) {
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let plan = app.letta_address_plan(&me, &fake.url(), None).await.unwrap();
    app.plan_apply(&me, &plan.id).await.unwrap();
    (app, me)
}

pub fn spotless(fake: &Fake) {
    let faults = fake.faults.lock().unwrap();
    assert!(faults.is_empty(), "everything it was sent is what this version takes: {faults:#?}");
}

pub fn create(human: Option<&str>) -> dto::LettaSide {
    dto::LettaSide::Create {
        model: MODEL.to_owned(),
        embedding: None,
        persona: "I am kind.".to_owned(),
        human: human.map(str::to_owned),
    }
}

fn nova(letta: dto::LettaSide) -> dto::NewAgentDraft {
    dto::NewAgentDraft {
        name: "Nova".to_owned(),
        uid: None,
        description: "Looks at stars".to_owned(),
        modules: vec!["broca2".to_owned()],
        color: Some(3),
        avatar: Some("✨".to_owned()),
        letta,
    }
}

async fn apply(app: &App, me: &Actor, plan: dto::Plan) -> dto::Receipt {
    app.plan_apply(me, &plan.id).await.unwrap()
}

async fn undo(app: &App, me: &Actor, change: &str) -> dto::Receipt {
    let plan = app.change_undo_plan(me, change).await.unwrap();
    apply(app, me, plan).await
}

async fn there(app: &App, me: &Actor) -> Vec<(String, dto::LinkState)> {
    app.letta_agents(me).await.unwrap().into_iter().map(|agent| (agent.name, agent.link)).collect()
}

fn env(world: &World, uid: &str) -> String {
    std::fs::read_to_string(world.root().join(format!("agents/agent-{uid}/broca2/config/.env"))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_made_on_both_sides_and_its_modules_know_it() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me) = started(&world, &fake).await;
        let plan = app.agent_create_plan(&me, &nova(create(None))).await.unwrap();
        assert!(there(&app, &me).await.iter().all(|(name, _)| name != "Nova"), "a plan makes nothing");
        let done = apply(&app, &me, plan).await;
        let made = app.agent_get(&me, "nova").await.unwrap().agent;
        let id = made.letta_uid.clone().unwrap();
        assert_eq!((made.color, made.avatar.as_deref()), (3, Some("✨")), "it looks as asked");
        assert!(
            env(&world, "nova").contains(&format!("AGENT_ID='{id}'")),
            "Broca is told whom it drives: {}",
            env(&world, "nova")
        );
        assert!(env(&world, "nova").contains(&format!("AGENT_ENDPOINT='{}'", fake.url())), "and where");
        let mind = app.agent_mind(&me, "nova").await.unwrap();
        let labels: Vec<&str> = mind.blocks.iter().map(|block| block.label.as_str()).collect();
        assert_eq!(labels, ["persona"], "no block `human`: Broca attaches its own");
        assert_eq!(mind.link.link, dto::LinkState::Linked, "both sides agree");
        let back = undo(&app, &me, &done.change_id).await;
        assert!(!world.root().join("agents/agent-nova").exists(), "undo takes back what is here");
        let state = there(&app, &me).await;
        assert!(
            state.contains(&("Nova".to_owned(), dto::LinkState::OnlyInLetta)),
            "what stays there is visible: {state:?}"
        );
        undo(&app, &me, &back.change_id).await;
        assert!(there(&app, &me).await.contains(&("Nova".to_owned(), dto::LinkState::Linked)), "redo links it again");
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_human_block_beside_broca_is_refused_with_the_reason() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me) = started(&world, &fake).await;
    let refused = app.agent_create_plan(&me, &nova(create(Some("Mara")))).await.unwrap_err();
    assert_eq!(refused.code, "agent_human_block", "Broca attaches its own");
    assert!(refused.message.contains("one for every person"), "and says why: {}", refused.message);
    let alone = dto::NewAgentDraft { modules: vec!["thalamus".to_owned()], ..nova(create(Some("Mara"))) };
    let plan = app.agent_create_plan(&me, &alone).await.unwrap();
    apply(&app, &me, plan).await;
    let labels: Vec<String> = app.agent_mind(&me, "nova").await.unwrap().blocks.into_iter().map(|b| b.label).collect();
    assert_eq!(labels, ["persona", "human"], "without Broca it has one");
    spotless(&fake);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_on_the_way_leaves_no_new_agent_in_letta() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me) = started(&world, &fake).await;
    let plan = app.agent_create_plan(&me, &nova(create(None))).await.unwrap();
    std::fs::create_dir_all(world.root().join("agents/agent-nova")).unwrap();
    let failed = app.plan_apply(&me, &plan.id).await.unwrap_err();
    assert!(failed.code == "agent_name_taken", "it says so: {failed:?}");
    assert!(there(&app, &me).await.iter().all(|(name, _)| name != "Nova"), "nothing was made in Letta");
    std::fs::remove_dir(world.root().join("agents/agent-nova")).unwrap();
    // The row is refused: that is only found once Letta made its side.
    let plan = app.agent_create_plan(&me, &nova(create(None))).await.unwrap();
    world.sql("CREATE TRIGGER no_more BEFORE INSERT ON agents BEGIN SELECT RAISE(ABORT, 'no more agents'); END;");
    let failed = app.plan_apply(&me, &plan.id).await.unwrap_err();
    assert_eq!(failed.code, "registry_refused", "the registry takes no agent any more: {failed:?}");
    world.sql("DROP TRIGGER no_more");
    assert!(there(&app, &me).await.iter().all(|(name, _)| name != "Nova"), "the new agent was taken away again");
    assert_eq!(fake.requests.lock().unwrap().iter().filter(|r| r.method == "DELETE").count(), 1, "by us");
    assert_eq!(code(&app.agent_get(&me, "nova").await), "agent_unknown", "and nothing is here");
    spotless(&fake);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_there_is_linked_told_to_its_modules_and_unlinked() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 3, None).await);
        let (app, me) = started(&world, &fake).await;
        let id = fake.agent("Pallas");
        let before = env(&world, "athena");
        let plan = app.agent_link_plan(&me, "athena", &id).await.unwrap();
        let done = apply(&app, &me, plan).await;
        assert!(
            env(&world, "athena").contains(&format!("AGENT_ID='{id}'")),
            "Broca is told: {}",
            env(&world, "athena")
        );
        let state = app.letta_agents(&me).await.unwrap();
        let linked = state.iter().find(|agent| agent.uid.as_deref() == Some("athena")).unwrap();
        assert_eq!(linked.link, dto::LinkState::RenamedInLetta, "another name there is told");
        assert_eq!(state.iter().filter(|a| a.link == dto::LinkState::OnlyInLetta).count(), 3, "and who is only there");
        let plan = app.agent_add_plan(&me, &crate::support::agent("Iris")).await.unwrap();
        apply(&app, &me, plan).await;
        assert_eq!(code(&app.agent_link_plan(&me, "iris", &id).await), "letta_taken", "one speaks for it already");
        assert_eq!(code(&app.agent_link_plan(&me, "athena", "agent-nobody").await), "letta_missing", "nobody there");
        undo(&app, &me, &done.change_id).await;
        assert_eq!(env(&world, "athena"), before, "undo puts the file back byte by byte");
        let plan = app.agent_link_plan(&me, "athena", &id).await.unwrap();
        apply(&app, &me, plan).await;
        let plan = app.agent_unlink_plan(&me, "athena").await.unwrap();
        apply(&app, &me, plan).await;
        assert!(
            !env(&world, "athena").contains(&id),
            "unlinked, Broca is not told any more: {}",
            env(&world, "athena")
        );
        assert_eq!(code(&app.agent_unlink_plan(&me, "athena").await), "agent_unlinked", "there is no link to forget");
        assert!(there(&app, &me).await.contains(&("Pallas".to_owned(), dto::LinkState::OnlyInLetta)), "Letta keeps it");
        spotless(&fake);
    }
}

/// Athena with her side in Letta.
pub async fn linked(world: &World, fake: &Fake) -> (App, Actor, String) {
    let (app, me) = started(world, fake).await;
    let plan = app.agent_make_plan(&me, "athena", &create(None)).await.unwrap();
    apply(&app, &me, plan).await;
    let id = app.agent_get(&me, "athena").await.unwrap().agent.letta_uid.unwrap();
    (app, me, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_both_sides_in_one_plan_and_undo_both() {
    for version in VERSIONS {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me, _) = linked(&world, &fake).await;
        assert_eq!(
            code(&app.agent_make_plan(&me, "athena", &create(None)).await),
            "letta_linked",
            "one side is enough"
        );
        let name = "Minerva ☾ <img src=x onerror=alert(1)>'; DROP TABLE agents;--".to_owned();
        let edit = dto::AgentEdit {
            name: Some(name.clone()),
            description: Some("Wise".to_owned()),
            color: Some(2),
            avatar: Some("🦉".to_owned()),
            tags: Some(vec!["b".to_owned(), "a".to_owned()]),
            system: Some("You are wise.".to_owned()),
            visible_to_roles: Some(vec!["admin".to_owned()]),
            way: Some(dto::ChatWay::Broca),
            ..dto::AgentEdit::default()
        };
        let plan = app.agent_edit_plan(&me, "athena", &edit).await.unwrap();
        let targets: Vec<&str> = plan.steps.iter().map(|step| step.group.as_str()).collect();
        assert_eq!(targets, ["Registry", "Letta"], "both sides are in it");
        let done = apply(&app, &me, plan).await;
        let here = app.agent_get(&me, "athena").await.unwrap().agent;
        assert_eq!((here.name.as_str(), here.color, here.way), (name.as_str(), 2, dto::ChatWay::Broca), "here");
        let mind = app.agent_mind(&me, "athena").await.unwrap();
        assert_eq!((mind.link.name.as_str(), mind.system.as_str()), (name.as_str(), "You are wise."), "and there");
        assert_eq!(mind.link.tags, ["a", "b"], "with its tags");
        assert_eq!(code(&app.agent_edit_plan(&me, "athena", &edit).await), "nothing_to_change", "it is so already");
        undo(&app, &me, &done.change_id).await;
        assert_eq!(app.agent_get(&me, "athena").await.unwrap().agent.name, "Athena", "undo here");
        assert_eq!(app.agent_mind(&me, "athena").await.unwrap().link.name, "Athena", "and there");
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_edits_are_refused_by_their_codes() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me) = started(&world, &fake).await;
    let plan = app.agent_add_plan(&me, &crate::support::agent("Iris")).await.unwrap();
    apply(&app, &me, plan).await;
    let edit = dto::AgentEdit::default;
    for (wanted, edit) in [
        ("agent_name_empty", dto::AgentEdit { name: Some("  ".to_owned()), ..edit() }),
        ("agent_name_taken", dto::AgentEdit { name: Some("iris".to_owned()), ..edit() }),
        ("agent_name_unusable", dto::AgentEdit { name: Some("Ath\u{202e}ena".to_owned()), ..edit() }),
        ("agent_name_path", dto::AgentEdit { name: Some("../../etc".to_owned()), ..edit() }),
        ("agent_color", dto::AgentEdit { color: Some(9), ..edit() }),
        ("agent_avatar", dto::AgentEdit { avatar: Some("x".repeat(17)), ..edit() }),
        ("agent_description", dto::AgentEdit { description: Some("x".repeat(2_001)), ..edit() }),
        ("user_unknown", dto::AgentEdit { visible_to_users: Some(vec![77]), ..edit() }),
        ("role_unknown", dto::AgentEdit { visible_to_roles: Some(vec!["god".to_owned()]), ..edit() }),
        ("agent_unlinked", dto::AgentEdit { system: Some("x".to_owned()), ..edit() }),
        ("nothing_to_change", edit()),
    ] {
        assert_eq!(code(&app.agent_edit_plan(&me, "athena", &edit).await), wanted, "{edit:?}");
    }
    assert_eq!(code(&app.letta_address_plan(&me, "ftp://x", None).await), "letta_address", "an address that is none");
    world.account("eva", sanctum_registry::users::Role::User);
    app.sign_in("eva", crate::support::PASSWORD.to_owned()).await.unwrap();
    let eva = app.actor().await.unwrap();
    let rename = dto::AgentEdit { name: Some("Mine".to_owned()), ..edit() };
    assert_eq!(code(&app.agent_edit_plan(&eva, "athena", &rename).await), "not_allowed", "only administrators change");
    assert_eq!(code(&app.agent_delete_plan(&eva, "athena", true).await), "not_allowed", "or delete");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_there_since_is_not_overwritten() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, id) = linked(&world, &fake).await;
    let rename = |name: &str| dto::AgentEdit { name: Some(name.to_owned()), ..dto::AgentEdit::default() };
    let plan = app.agent_edit_plan(&me, "athena", &rename("Minerva")).await.unwrap();
    let server = sanctum_letta::connect(&fake.url(), None, std::time::Duration::from_secs(10)).await.unwrap();
    let other = sanctum_letta::AgentChange { name: Some("Pallas".to_owned()), ..Default::default() };
    server.update(&id, &other).await.unwrap();
    let stale = app.plan_apply(&me, &plan.id).await.unwrap_err();
    assert_eq!(stale.code, "plan_stale", "somebody renamed it there: {stale:?}");
    assert_eq!(app.agent_get(&me, "athena").await.unwrap().agent.name, "Athena", "so nothing is different here");
    let plan = app.agent_edit_plan(&me, "athena", &rename("Minerva")).await.unwrap();
    let done = apply(&app, &me, plan).await;
    server.update(&id, &other).await.unwrap();
    assert_eq!(code(&app.change_undo_plan(&me, &done.change_id).await), "undo_conflict", "nor taken back unseen");
    spotless(&fake);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_changes_nothing_here() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, _) = linked(&world, &fake).await;
    let rename = dto::AgentEdit { name: Some("Minerva".to_owned()), ..dto::AgentEdit::default() };
    let plan = app.agent_edit_plan(&me, "athena", &rename).await.unwrap();
    fake.die();
    let away = app.plan_apply(&me, &plan.id).await.unwrap_err();
    assert_eq!(away.code, "letta_failed", "it is told: {away:?}");
    assert!(away.message.contains("Letta"), "by whom: {}", away.message);
    assert_eq!(app.agent_get(&me, "athena").await.unwrap().agent.name, "Athena", "here it is as it was");
    assert!(app.agent_edit_plan(&me, "athena", &rename).await.is_err(), "a plan about both sides reads both");
    let local = dto::AgentEdit { color: Some(4), ..dto::AgentEdit::default() };
    let plan = app.agent_edit_plan(&me, "athena", &local).await.unwrap();
    apply(&app, &me, plan).await;
    fake.come_back().await;
    let plan = app.agent_edit_plan(&me, "athena", &rename).await.unwrap();
    apply(&app, &me, plan).await;
    assert_eq!(app.agent_mind(&me, "athena").await.unwrap().link.name, "Minerva", "back again, it goes");
    spotless(&fake);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_goes_to_the_secret_store_and_nowhere_else() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, Some("hunter2-canary")).await);
    let app = world.app();
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let plan =
        app.letta_address_plan(&me, &format!(" {}/ ", fake.url()), Some("hunter2-canary".to_owned())).await.unwrap();
    assert!(!format!("{plan:?}").contains("canary"), "no plan shows it");
    let first = apply(&app, &me, plan).await;
    let state = app.letta_state(&me).await.unwrap();
    assert_eq!((state.status.word, state.password), (dto::StatusWord::Healthy, true), "it lets us in: {state:?}");
    assert_eq!(state.url, fake.url(), "the address as it is used");
    let bytes = std::fs::read(world.root().join("control/registry.db")).unwrap();
    let wal = std::fs::read(world.root().join("control/registry.db-wal")).unwrap_or_default();
    for file in [bytes, wal] {
        assert!(!file.windows(6).any(|w| w == b"canary"), "the registry has its reference alone");
    }
    let same = app.letta_address_plan(&me, &format!("{}/base", fake.url()), None).await.unwrap();
    assert!(!format!("{same:?}").contains("Forget"), "another path of the same server keeps it: {same:?}");
    let other = app.letta_address_plan(&me, "http://elsewhere.invalid:8283", None).await.unwrap();
    assert!(format!("{other:?}").contains("it is for another server"), "another server gets none of it: {other:?}");
    let moved = apply(&app, &me, other).await;
    assert!(!app.letta_state(&me).await.unwrap().password, "it is not sent there");
    undo(&app, &me, &moved.change_id).await;
    assert!(app.letta_state(&me).await.unwrap().password, "undo brings back both");
    let plan = app.letta_address_plan(&me, &fake.url(), Some(String::new())).await.unwrap();
    let second = apply(&app, &me, plan).await;
    let state = app.letta_state(&me).await.unwrap();
    assert_eq!((state.status.word, state.password), (dto::StatusWord::Degraded, false), "taken out, it is refused");
    undo(&app, &me, &second.change_id).await;
    assert_eq!(app.letta_state(&me).await.unwrap().status.word, dto::StatusWord::Healthy, "undo brings it back");
    assert_eq!(
        code(&app.letta_address_plan(&me, &fake.url(), None).await),
        "nothing_to_change",
        "it is set so already"
    );
    assert!(!first.change_id.is_empty(), "the first one is in the journal");
}

/// What Letta keeps of an agent.
pub fn raw(file: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_a_crash_cut_off_is_taken_back_in_letta_at_the_next_start() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, id) = linked(&world, &fake).await;
    let rename = dto::AgentEdit { name: Some("Minerva".to_owned()), ..dto::AgentEdit::default() };
    let plan = app.agent_edit_plan(&me, "athena", &rename).await.unwrap();
    let done = apply(&app, &me, plan).await;
    drop(me);
    app.close();
    // As the journal stands where the process died after Letta was told and before the rows were written.
    let change = done.change_id;
    world.sql(&format!(
        "UPDATE change_sets SET state = 'applying', finished_at = NULL WHERE id = '{change}';
         UPDATE agents SET name = 'Athena' WHERE uid = 'athena';"
    ));
    let server = sanctum_letta::connect(&fake.url(), None, std::time::Duration::from_secs(10)).await.unwrap();
    let state = |world: &World| -> String {
        let sql = "SELECT state FROM change_sets WHERE id = ?1";
        let read = |c: &sanctum_registry::rusqlite::Connection| {
            Ok::<_, sanctum_registry::RegistryError>(c.query_row(sql, [&change], |row| row.get(0))?)
        };
        world.registry().read(read).unwrap()
    };
    fake.die();
    let app = world.app();
    assert_eq!(code(&app.sign_in("mara", PASSWORD.to_owned()).await), "ok", "a server that is away keeps nobody out");
    assert_eq!(state(&world), "needs_you", "nobody can tell what became of it");
    app.close();
    fake.come_back().await;
    let app = world.app();
    app.sign_in("mara", PASSWORD.to_owned()).await.unwrap();
    assert_eq!(state(&world), "rolled_back", "once it answers, it is settled");
    assert_eq!(server.agent(&id).await.unwrap().name, "Athena", "and put back there");
    spotless(&fake);
}
