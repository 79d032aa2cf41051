//! Talking to an agent: the echo from the first word to the last, what is kept, who sees it, and Broca at the bridge.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sanctum_api::{Actor, App, EventSink, dto};
use sanctum_registry::users::Role;

use crate::support::{PASSWORD, World, code};

/// Keeps what the window would hear.
#[derive(Default)]
pub struct Heard(Mutex<Vec<dto::ChatEvent>>);

impl EventSink for Heard {
    fn changed(&self, _event: dto::ChangedEvent) {}
    fn progress(&self, _event: dto::ProgressEvent) {}
    fn chat(&self, event: dto::ChatEvent) {
        self.0.lock().unwrap().push(event);
    }
}

impl Heard {
    fn all(&self) -> Vec<dto::ChatEvent> {
        self.0.lock().unwrap().clone()
    }
}

pub fn window(world: &World) -> (App, Arc<Heard>) {
    let heard = Arc::new(Heard::default());
    let mut env = world.env("memory");
    env.exclusive = true;
    (App::new(env, heard.clone()), heard)
}

fn way(world: &World, uid: &str, way: &str) {
    world.sql(&format!("UPDATE agents SET config = json_object('chat_way', '{way}', 'other', 1) WHERE uid = '{uid}'"));
}

pub async fn page(app: &App, actor: &Actor, uid: &str) -> Vec<dto::ChatEntry> {
    app.chat_page(actor, uid, &dto::ChatAnchor::Newest, 50).await.unwrap().entries
}

/// Looks until it holds; the test's own time limit ends a wait without end.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what}: not within 15 s");
}

pub async fn ended(app: &App, actor: &Actor, uid: &str) -> dto::ChatEntry {
    until("the answer ends", async || {
        let last = page(app, actor, uid).await.pop()?;
        (last.side == dto::EntrySide::Agent && last.state != dto::EntryState::Streaming).then_some(last)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_to_the_echo_comes_back_piece_by_piece_and_is_kept() {
    let world = World::new();
    let (app, heard) = window(&world);
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    way(&world, "athena", "echo");

    let state = app.chat_open(&me, "athena").await.unwrap();
    assert_eq!(state.row.way, dto::ChatWay::Echo, "it is told apart from a model");
    assert!(state.server.reason.contains("no model"), "and says so: {:?}", state.server);
    assert_eq!((state.total, state.why_not), (0, None), "nothing was said, and something can be");

    let sent = app.chat_send(&me, "athena", "one two three", &[]).await.unwrap();
    assert_eq!(sent.text, "one two three", "what was said stands there at once");
    let answer = ended(&app, &me, "athena").await;
    assert_eq!((answer.text.as_str(), answer.state), ("one two three", dto::EntryState::Done), "the echo says it back");

    let pieces: Vec<String> = heard
        .all()
        .iter()
        .filter_map(|event| match &event.what {
            dto::ChatHappening::Part { delta, .. } => Some(delta.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(pieces, ["one ", "two ", "three"], "the window heard it word by word");
    assert!(heard.all().iter().all(|event| event.uid == "athena"), "of this agent");

    let row = app.chats_list(&me).await.unwrap().remove(0);
    assert_eq!((row.unread, row.last.as_deref()), (1, Some("one two three")), "the list shows the news");
    app.chat_read(&me, "athena", answer.seq).await.unwrap();
    assert_eq!(app.chats_list(&me).await.unwrap()[0].unread, 0, "until it was read");

    drop(app);
    let (again, _) = window(&world);
    again.sign_in("mara", PASSWORD.to_owned()).await.unwrap();
    let kept = page(&again, &again.actor().await.unwrap(), "athena").await;
    assert_eq!(kept.len(), 2, "after a restart both are there: {kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_answer_keeps_what_came_and_can_be_asked_for_again() {
    let world = World::new();
    let (app, _) = window(&world);
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    way(&world, "athena", "echo");
    let long = "word ".repeat(400);
    let sent = app.chat_send(&me, "athena", &long, &[]).await.unwrap();
    until("an answer begins", async || {
        page(&app, &me, "athena")
            .await
            .into_iter()
            .find(|entry| entry.side == dto::EntrySide::Agent && !entry.text.is_empty())
    })
    .await;
    app.chat_stop(&me, "athena").await.unwrap();
    let stopped = ended(&app, &me, "athena").await;
    assert_eq!(stopped.state, dto::EntryState::Cancelled, "it was stopped");
    assert!(stopped.text.len() < long.len() && !stopped.text.is_empty(), "with what had come: {}", stopped.text.len());

    let id = sent.message_id.unwrap();
    let state = code(&app.chat_discard(&me, "athena", id).await).to_owned();
    assert_eq!(state, "chat_state", "a message that went out is not taken out");
    app.chat_retry(&me, "athena", id).await.unwrap();
    until("a second answer begins", async || {
        let answers = page(&app, &me, "athena").await.into_iter().filter(|entry| entry.side == dto::EntrySide::Agent);
        (answers.count() == 2).then_some(())
    })
    .await;
    app.chat_stop(&me, "athena").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_the_conversation_of_another_account_or_of_an_agent_they_may_not_see() {
    let world = World::new();
    let (app, heard) = window(&world);
    world.set_up(&app, &["Athena", "Monday"]).await;
    let me = app.actor().await.unwrap();
    way(&world, "athena", "echo");
    app.chat_send(&me, "athena", "my secret plan", &[]).await.unwrap();
    let answer = ended(&app, &me, "athena").await;

    world.account("nils", Role::User);
    world.account("vera", Role::Viewer);
    world.sql("UPDATE agents SET visible_to_roles = '[\"admin\"]' WHERE uid = 'monday'");
    app.sign_out().await.unwrap();
    app.sign_in("nils", PASSWORD.to_owned()).await.unwrap();
    let nils = app.actor().await.unwrap();
    assert_eq!(page(&app, &nils, "athena").await, [], "each account has a conversation of its own");
    let found = app.chat_search(&nils, None, "secret", 0, 10).await.unwrap();
    assert_eq!(found.total, 0, "and finds only its own words");
    let rows = app.chats_list(&nils).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.uid.as_str()).collect::<Vec<_>>(), ["athena"], "a hidden agent is not listed");
    assert_eq!(code(&app.chat_open(&nils, "monday").await), "agent_unknown", "and cannot be talked to");
    let other = answer.seq - 1;
    assert_eq!(
        code(&app.chat_retry(&nils, "athena", other).await),
        "chat_unknown",
        "another's message is none of theirs"
    );
    let before = heard.all().len();
    app.chat_send(&nils, "athena", "hello", &[]).await.unwrap();
    ended(&app, &nils, "athena").await;
    assert!(heard.all().len() > before, "the account at the window hears its own");

    app.chat_send(&nils, "athena", &"word ".repeat(200), &[]).await.unwrap();
    until("an answer is being written", async || {
        let last = page(&app, &nils, "athena").await.pop()?;
        (last.state == dto::EntryState::Streaming && !last.text.is_empty()).then_some(())
    })
    .await;
    app.lock().await.unwrap();
    let quiet = heard.all().len();
    let pieces = || -> i64 {
        let count = "SELECT count(*) FROM web_chat_parts";
        world
            .registry()
            .read(|c| Ok::<_, sanctum_registry::RegistryError>(c.query_row(count, [], |r| r.get(0))?))
            .unwrap()
    };
    let before = pieces();
    until("more of it is written down", async || (pieces() > before + 3).then_some(())).await;
    assert_eq!(heard.all().len(), quiet, "a locked window hears nothing of what is said");
    app.unlock(PASSWORD.to_owned()).await.unwrap();
    app.sign_out().await.unwrap();
    app.sign_in("vera", PASSWORD.to_owned()).await.unwrap();
    let vera = app.actor().await.unwrap();
    assert_eq!(code(&app.chat_send(&vera, "athena", "hello", &[]).await), "chat_closed", "a viewer reads only");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_found_gone_to_by_day_and_written_to_a_file() {
    let world = World::new();
    let (app, _) = window(&world);
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    way(&world, "athena", "echo");
    for text in ["the quick fox", "<script>alert(1)</script>"] {
        app.chat_send(&me, "athena", text, &[]).await.unwrap();
        until("it is said back", async || {
            let last = page(&app, &me, "athena").await.pop()?;
            (last.text == text && last.state == dto::EntryState::Done).then_some(())
        })
        .await;
    }
    let found = app.chat_search(&me, Some("athena"), "quic", 0, 10).await.unwrap();
    assert_eq!(found.total, 2, "the question and its answer");
    assert_eq!(found.items[0].snippet, ["the ", "quick", " fox"], "every second piece is what was found");
    let day = found.items[0].at[..10].to_owned();
    let there = app.chat_page(&me, "athena", &dto::ChatAnchor::Day { day }, 50).await.unwrap();
    assert_eq!(there.entries.len(), 4, "the day begins with the first word");
    let nonsense = app.chat_page(&me, "athena", &dto::ChatAnchor::Day { day: "yesterday".into() }, 50).await;
    assert_eq!(code(&nonsense), "chat_day", "a day that is none");

    let markdown = app.chat_export(&me, "athena", "markdown").await.unwrap();
    assert!(markdown.contains("## Athena") && markdown.contains("the quick fox"), "{markdown}");
    let target = world.dir.path().join("home/said.json");
    let count = app.chat_export_to(&me, "athena", "json", &target.display().to_string()).await.unwrap();
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&target).unwrap()).unwrap();
    assert_eq!((count, json["entries"].as_array().map(Vec::len)), (4, Some(4)), "the file holds all");
    let inside = world.root().join("said.json").display().to_string();
    assert_eq!(
        code(&app.chat_export_to(&me, "athena", "json", &inside).await),
        "export_refused",
        "not into the install"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_says_why_and_nothing_is_kept() {
    let world = World::new();
    let (app, _) = window(&world);
    world.set_up(&app, &["Athena"]).await;
    let me = app.actor().await.unwrap();
    let state = app.chat_open(&me, "athena").await.unwrap();
    assert!(state.why_not.is_some_and(|why| why.contains("not linked")), "an agent that Letta does not have");
    assert_eq!(code(&app.chat_send(&me, "athena", "hello", &[]).await), "chat_closed", "takes nothing");
    way(&world, "athena", "echo");
    assert_eq!(code(&app.chat_send(&me, "athena", "  ", &[]).await), "chat_empty", "nothing");
    assert_eq!(code(&app.chat_send(&me, "athena", &"x".repeat(10_001), &[]).await), "chat_too_long", "too much");
    let image =
        |media: &str, data: &str| dto::ChatImage { name: "a".into(), media_type: media.into(), data: data.into() };
    for bad in [image("image/svg+xml", "AAAA"), image("image/png", ""), image("image/png", "<script>")] {
        assert_eq!(code(&app.chat_send(&me, "athena", "see", &[bad]).await), "chat_picture", "no picture");
    }
    assert_eq!(page(&app, &me, "athena").await, [], "nothing of it is kept");
}
