//! Talking to an agent over Letta: a server that checks what it is sent, is slow, dies in the middle, and comes back.

use std::time::Duration;

use sanctum_api::{Actor, App, dto};
use sanctum_fake_letta::Fake;

use crate::chats::{ended, page, until, window};
use crate::support::{World, code};

/// Athena, linked to an agent of a running Letta.
async fn linked(world: &World, fake: &Fake) -> (App, Actor, String) {
    let (app, _) = window(world);
    world.set_up(&app, &["Athena"]).await;
    let id = fake.agent("Athena");
    let url = fake.url();
    world.sql(&format!(
        "UPDATE agents SET letta_uid = '{id}' WHERE uid = 'athena';
         INSERT INTO system_config(config_key, config_value, created_by) VALUES ('letta.base_url', '{url}', 1)
           ON CONFLICT(config_key) DO UPDATE SET config_value = excluded.config_value;"
    ));
    let me = app.actor().await.unwrap();
    (app, me, id)
}

fn spotless(fake: &Fake) {
    let faults = fake.faults.lock().unwrap();
    assert!(faults.is_empty(), "everything it was sent is what this version takes: {faults:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn thought_tool_and_words_of_an_agent_are_kept_in_their_parts() {
    for version in ["0.11.7", "0.16.8"] {
        let (world, fake) = (World::new(), Fake::new(version, 0, None).await);
        let (app, me, id) = linked(&world, &fake).await;
        app.chat_send(&me, "athena", "hello", &[]).await.unwrap();
        let answer = ended(&app, &me, "athena").await;
        assert_eq!(answer.text, "You said: hello", "what it said, {version}");
        let kinds: Vec<dto::PartKind> = answer.parts.iter().map(|part| part.kind).collect();
        let expected =
            [dto::PartKind::Reasoning, dto::PartKind::ToolCall, dto::PartKind::ToolReturn, dto::PartKind::Text];
        assert_eq!(kinds, expected, "how it came to it, in order");
        let call = &answer.parts[1];
        assert_eq!((call.name.as_deref(), call.arguments.as_deref()), (Some("look"), Some("{\"at\":1}")), "the tool");
        assert_eq!(
            (answer.parts[2].ok, answer.parts[2].text.as_str()),
            (Some(true), "a hall"),
            "and what it gave back"
        );
        assert_eq!(fake.said(&id), ["hello"], "the server was told once");
        let state = app.chat_open(&me, "athena").await.unwrap();
        assert_eq!((state.server.word, state.why_not), (dto::StatusWord::Healthy, None), "{:?}", state.server);
        spotless(&fake);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_wait_for_a_server_that_is_away_and_go_in_order_and_once() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, id) = linked(&world, &fake).await;
    fake.die();
    for text in ["first", "second", "third"] {
        app.chat_send(&me, "athena", text, &[]).await.unwrap();
    }
    let waiting = until("it is known that the server is away", async || {
        let state = app.chat_open(&me, "athena").await.unwrap();
        (state.server.word == dto::StatusWord::Off).then_some(state)
    })
    .await;
    assert_eq!(waiting.row.waiting, 3, "all three wait visibly");
    let seen: Vec<dto::EntryState> = page(&app, &me, "athena").await.iter().map(|entry| entry.state).collect();
    assert_eq!(seen, [dto::EntryState::Queued; 3], "and say so");
    fake.come_back().await;
    until("all were answered", async || {
        let all = page(&app, &me, "athena").await;
        (all.iter().filter(|entry| entry.state == dto::EntryState::Answered).count() == 3).then_some(())
    })
    .await;
    assert_eq!(fake.said(&id), ["first", "second", "third"], "in order, and none twice");
    spotless(&fake);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_keeps_what_came_and_says_so() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, _) = linked(&world, &fake).await;
    fake.slow(Duration::from_millis(20));
    let sent = app.chat_send(&me, "athena", &"many words ".repeat(60), &[]).await.unwrap();
    until("words come", async || {
        page(&app, &me, "athena").await.into_iter().find(|entry| entry.text.starts_with("You said"))
    })
    .await;
    fake.die();
    let cut = ended(&app, &me, "athena").await;
    assert_eq!(cut.state, dto::EntryState::Failed, "the answer is not taken for whole");
    assert!(cut.text.starts_with("You said") && cut.reason.is_some(), "what came is kept, with the reason: {cut:?}");
    fake.slow(Duration::ZERO);
    fake.come_back().await;
    app.chat_retry(&me, "athena", sent.message_id.unwrap()).await.unwrap();
    until("it is answered the second time", async || {
        let last = page(&app, &me, "athena").await.pop()?;
        (last.state == dto::EntryState::Done).then_some(())
    })
    .await;
    spotless(&fake);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_letta_lost_refuses_and_the_message_can_be_sent_again() {
    let (world, fake) = (World::new(), Fake::new("0.16.8", 0, None).await);
    let (app, me, id) = linked(&world, &fake).await;
    world.sql("UPDATE agents SET letta_uid = 'agent-00000000-dead-4000-8000-000000000000' WHERE uid = 'athena'");
    let sent = app.chat_send(&me, "athena", "hello", &[]).await.unwrap();
    let failed = until("it failed", async || {
        page(&app, &me, "athena").await.into_iter().find(|entry| entry.state == dto::EntryState::Failed)
    })
    .await;
    assert!(
        failed.reason.as_deref().is_some_and(|why| why.contains("does not have")),
        "with Letta's words: {failed:?}"
    );
    world.sql(&format!("UPDATE agents SET letta_uid = '{id}' WHERE uid = 'athena'"));
    app.chat_retry(&me, "athena", sent.message_id.unwrap()).await.unwrap();
    assert_eq!(ended(&app, &me, "athena").await.text, "You said: hello", "once it is linked again");
    let tiny = dto::ChatImage { name: "dot.png".into(), media_type: "image/png".into(), data: "iVBORw0KGgo=".into() };
    let with = app.chat_send(&me, "athena", "see", &[tiny]).await.unwrap();
    assert_eq!(with.images, ["dot.png"], "a picture goes with it");
    until("it was taken", async || (fake.said(&id).len() == 2).then_some(())).await;
    assert_eq!(fake.said(&id)[1], "(a picture)", "the server got more than text");
    assert_eq!(
        code(&app.chat_retry(&me, "athena", with.message_id.unwrap()).await),
        "chat_state",
        "what was sent is not sent again"
    );
    spotless(&fake);
}
