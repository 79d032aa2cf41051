//! An agent that is talked to through Broca: the app's own bridge, with a client that asks and answers as Broca does.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration as Wait;

use sanctum_api::{Actor, App, dto};
use serde_json::Value;
use time::Duration;

use crate::support::World;

/// One call over a connection of its own: status and JSON.
fn call(port: u16, method: &str, path: &str, key: &str, body: Option<&Value>) -> (u16, Value) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let json = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    (status, serde_json::from_str(json).unwrap_or(Value::Null))
}

/// Athena and Monday, each talked to through a Broca with a key of its own, and the port of the bridge.
async fn two_brocas(world: &World) -> (App, Actor, u16) {
    let app = world.app();
    world.set_up(&app, &["Athena", "Monday"]).await;
    let me = app.actor().await.unwrap();
    drop(app);
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    for uid in ["athena", "monday"] {
        let env = world.root().join(format!("agents/agent-{uid}/broca2/config/.env"));
        let before = std::fs::read_to_string(&env).unwrap_or_default();
        std::fs::write(&env, format!("{before}\nWEB_CHAT_API_KEY=key-of-{uid}\n")).unwrap();
    }
    world.sql(&format!(
        "UPDATE agents SET config = '{{\"chat_way\":\"broca\"}}';
         INSERT INTO system_config(config_key, config_value, created_by) VALUES ('bridge.port', '{port}', 1);"
    ));
    let app = world.app();
    app.sign_in("mara", crate::support::PASSWORD.to_owned()).await.unwrap();
    for _ in 0..400 {
        if app.bridge_state(&me).await.unwrap().address.is_some() {
            return (app, me, port);
        }
        tokio::time::sleep(Wait::from_millis(25)).await;
    }
    panic!("the bridge was not opened: {:?}", app.bridge_state(&me).await);
}

async fn entries(app: &App, me: &Actor, uid: &str) -> Vec<dto::ChatEntry> {
    app.chat_page(me, uid, &dto::ChatAnchor::Newest, 50).await.unwrap().entries
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_is_fetched_by_the_agents_own_broca_and_its_answer_is_shown() {
    let world = World::new();
    let (app, me, port) = two_brocas(&world).await;
    let state = app.bridge_state(&me).await.unwrap();
    assert_eq!(state.agents, ["Athena", "Monday"], "both have a key");
    assert_eq!(state.status.word, dto::StatusWord::Degraded, "nobody asked yet: {:?}", state.status);
    let sent = app.chat_send(&me, "athena", "are you there?", &[]).await.unwrap();
    assert_eq!(sent.state, dto::EntryState::Queued, "it waits until it is fetched");

    assert_eq!(call(port, "GET", "/api/v1/?action=inbox", "wrong", None).0, 401, "a wrong key opens nothing");
    let (_, other) = call(port, "GET", "/api/v1/?action=inbox", "key-of-monday", None);
    assert_eq!(other["data"]["messages"], serde_json::json!([]), "the other agent's Broca gets nothing of it");
    let (status, inbox) = call(port, "GET", "/api/v1/?action=inbox", "key-of-athena", None);
    assert_eq!((status, &inbox["data"]["messages"][0]["message"]), (200, &"are you there?".into()), "{inbox}");
    assert_eq!(
        entries(&app, &me, "athena").await[0].state,
        dto::EntryState::Sent,
        "the window shows that it was fetched"
    );
    let healthy = app.bridge_state(&me).await.unwrap().status;
    assert_eq!(healthy.word, dto::StatusWord::Healthy, "and that Broca asks: {healthy:?}");

    let session = &inbox["data"]["messages"][0]["session_id"];
    let answer = serde_json::json!({ "session_id": session, "response": "I am." });
    let (status, taken) = call(port, "POST", "/api/v1/?action=outbox", "key-of-athena", Some(&answer));
    assert_eq!(status, 200, "{taken}");
    let said = entries(&app, &me, "athena").await;
    assert_eq!(
        (said[1].text.as_str(), said[0].state),
        ("I am.", dto::EntryState::Answered),
        "the answer is there: {said:?}"
    );
    assert_eq!(app.chats_list(&me).await.unwrap()[0].unread, 1, "as news");
    call(port, "POST", "/api/v1/?action=outbox", "key-of-athena", Some(&answer));
    assert_eq!(entries(&app, &me, "athena").await.len(), 2, "the same answer sent twice is one");
    let foreign = serde_json::json!({ "session_id": session, "response": "I am Monday." });
    let (status, _) = call(port, "POST", "/api/v1/?action=outbox", "key-of-monday", Some(&foreign));
    assert!(status >= 400, "another agent's key answers nothing here: {status}");
}

/// As Broca keeps a chat: a failed message waits for its next try while a later one is answered.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_belongs_to_the_message_that_broca_itself_says_and_not_to_the_one_before() {
    let world = World::new();
    let (app, me, port) = two_brocas(&world).await;
    app.chat_send(&me, "athena", "the model breaks at this", &[]).await.unwrap();
    app.chat_send(&me, "athena", "and this is well", &[]).await.unwrap();
    let (_, inbox) = call(port, "GET", "/api/v1/?action=inbox", "key-of-athena", None);
    let session = inbox["data"]["messages"][0]["session_id"].as_str().unwrap().to_owned();
    assert_eq!(inbox["data"]["messages"].as_array().map(Vec::len), Some(2), "both are handed out: {inbox}");
    let file = world.root().join("agents/agent-athena/broca2/db/broca2.sqlite");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let c = sanctum_registry::rusqlite::Connection::open(file).unwrap();
    c.execute_batch(&format!(
        "CREATE TABLE platform_profiles (id INTEGER PRIMARY KEY, letta_user_id INTEGER, platform TEXT, platform_user_id TEXT,
           username TEXT, display_name TEXT, metadata TEXT, created_at TEXT, last_active TEXT);
         CREATE TABLE messages (id INTEGER PRIMARY KEY, letta_user_id INTEGER, platform_profile_id INTEGER, role TEXT,
           message TEXT, timestamp TEXT, processed INTEGER, agent_response TEXT);
         CREATE TABLE queue (id INTEGER PRIMARY KEY, letta_user_id INTEGER, message_id INTEGER, status TEXT,
           attempts INTEGER, timestamp TEXT);
         INSERT INTO platform_profiles(id, metadata) VALUES (1, '{{\"session_id\": \"{session}\", \"source\": \"web_chat\"}}');
         INSERT INTO messages(id, platform_profile_id, message, agent_response)
           VALUES (1, 1, 'the model breaks at this', NULL), (2, 1, 'and this is well', 'Well.');
         INSERT INTO queue(id, message_id, status, attempts, timestamp)
           VALUES (1, 1, 'processing', 1, '2026-01-02T03:04:06'), (2, 2, 'completed', 0, '2026-01-02T03:04:07');"
    ))
    .unwrap();
    let answers = |text: &str| {
        let answer = serde_json::json!({ "session_id": session, "response": text });
        let (status, taken) = call(port, "POST", "/api/v1/?action=outbox", "key-of-athena", Some(&answer));
        assert_eq!(status, 200, "{taken}");
    };
    let states = async || {
        let said = entries(&app, &me, "athena").await;
        let mine = said.iter().filter(|entry| entry.side == dto::EntrySide::User);
        mine.map(|entry| entry.state).collect::<Vec<_>>()
    };

    answers("Well.");
    assert_eq!(
        states().await,
        [dto::EntryState::Sent, dto::EntryState::Answered],
        "the message that Broca has not answered waits on, and the other one is not fetched again"
    );
    c.execute_batch("UPDATE messages SET agent_response = 'At last.' WHERE id = 1").unwrap();
    answers("At last.");
    assert_eq!(states().await, [dto::EntryState::Answered; 2], "until it is answered too");
    answers("Well.");
    assert_eq!(entries(&app, &me, "athena").await.len(), 4, "an answer that is sent again is one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broca_that_dies_before_it_answers_gets_the_message_again() {
    let world = World::new();
    let (app, me, port) = two_brocas(&world).await;
    app.chat_send(&me, "athena", "remember this", &[]).await.unwrap();
    let fetch = || call(port, "GET", "/api/v1/inbox", "key-of-athena", None).1["data"]["messages"].clone();
    assert_eq!(fetch().as_array().map(Vec::len), Some(1), "it is handed out");
    assert_eq!(fetch().as_array().map(Vec::len), Some(0), "not twice while somebody works on it");
    let (own, other) =
        (app.chat_open(&me, "athena").await.unwrap().server, app.chat_open(&me, "monday").await.unwrap().server);
    assert_eq!(own.word, dto::StatusWord::Healthy, "her Broca asks: {own:?}");
    assert!(other.reason.contains("has not asked yet"), "which says nothing of the other one's: {other:?}");
    world.pass(Duration::minutes(16));
    let again = fetch();
    assert_eq!(again[0]["message"], Value::from("remember this"), "and again when no answer came");
    let answer = serde_json::json!({ "session_id": again[0]["session_id"], "response": "I do." });
    call(port, "POST", "/api/v1/outbox", "key-of-athena", Some(&answer));
    let said = entries(&app, &me, "athena").await;
    assert_eq!(said.len(), 2, "one question, one answer: {said:?}");
    assert_eq!(said[0].attempts, 2, "it says how often it was handed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bridge_is_closed_again_when_no_agent_needs_it_and_says_whose_port_it_is() {
    let world = World::new();
    let (app, me, port) = two_brocas(&world).await;
    app.install_close().await.unwrap();
    drop(app);
    for _ in 0..400 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            break;
        }
        tokio::time::sleep(Wait::from_millis(25)).await;
    }
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free again");
    let app = world.app();
    app.install_open(&world.root().display().to_string()).await.unwrap();
    app.sign_in("mara", crate::support::PASSWORD.to_owned()).await.unwrap();
    let mut state = app.bridge_state(&me).await.unwrap();
    for _ in 0..400 {
        if state.status.reason.contains("could not be opened") {
            break;
        }
        tokio::time::sleep(Wait::from_millis(25)).await;
        state = app.bridge_state(&me).await.unwrap();
    }
    assert!(state.status.reason.contains(&port.to_string()), "a held port is named: {:?}", state.status);
    assert_eq!((state.status.word, state.address), (dto::StatusWord::Off, None), "and nothing is claimed to be open");
    drop(held);
}
