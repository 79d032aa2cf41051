//! The wire: both URL forms, the envelope, fields, keys, one agent's messages only.

use sanctum_bridge::{Key, Keys, Limits};
use sanctum_secrets::Secret;
use serde_json::json;

use crate::place::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_travels_to_broca_and_its_answer_back() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let chat = place.conversation(1);
    let id = place.says(&chat.id, "hello \u{1b}[31m 👋");

    let (status, inbox) = door.get("?action=inbox&limit=50&offset=0", "athena-key").await;
    assert_eq!((status, &inbox["success"]), (200, &json!(true)), "the envelope: {inbox}");
    let message = &inbox["data"]["messages"][0];
    assert_eq!(message["id"], id, "the message that waits");
    assert_eq!(message["message"], "hello \u{1b}[31m 👋", "as it came");
    assert_eq!(message["uid"], json!(chat.uid), "with the account's own uid");
    assert_eq!(message["session_id"], json!(chat.id), "and the conversation it is in");
    assert_eq!(
        inbox["data"]["pagination"],
        json!({"total": 1, "limit": 50, "offset": 0, "has_more": false}),
        "and how many there are"
    );
    let (_, again) = door.get("inbox", "athena-key").await;
    assert_eq!(again["data"]["messages"], json!([]), "what is leased is not handed out twice");

    let answer = json!({"session_id": chat.id, "response": "hi"});
    let (status, first) = door.post("?action=outbox", "athena-key", answer.clone()).await;
    assert_eq!(status, 200, "Broca's answer names no message: {first}");
    let (_, second) = door.post("outbox", "athena-key", answer).await;
    assert_eq!(first["data"]["response_id"], second["data"]["response_id"], "sent twice, it is one");
    let (_, got) = door.get(&format!("responses?session_id={}", chat.id), "").await;
    assert_eq!(got["data"]["responses"].as_array().map(Vec::len), Some(1), "one answer: {got}");
    assert_eq!(got["data"]["responses"][0]["message_id"], id, "to that message");
    assert_eq!(place.one("SELECT count(*) FROM web_chat_messages WHERE state = 'answered'"), 1, "which is answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_with_which_broca_s_plugin_begins_takes_no_message_away() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let chat = place.conversation(1);
    let first = place.says(&chat.id, "written while Broca was away");
    place.says(&chat.id, "and more");
    let inbox = |limit: u32| {
        let request = door.client().get(door.url(&format!("?action=inbox&limit={limit}&offset=0")));
        let request = request.bearer_auth("athena-key").header("user-agent", "Broca2-WebChat-Plugin/1.0");
        async move { request.send().await.unwrap().json::<serde_json::Value>().await.unwrap() }
    };

    let begin = inbox(1).await;
    assert_eq!(begin["success"], json!(true), "it is there: {begin}");
    assert_eq!(begin["data"]["messages"], json!([]), "what it would throw away is not handed out: {begin}");
    assert_eq!(begin["data"]["pagination"]["total"], 2, "how many wait is told: {begin}");
    let poll = inbox(50).await;
    assert_eq!(poll["data"]["messages"][0]["id"], first, "the first poll has the first message: {poll}");
    assert_eq!(poll["data"]["messages"].as_array().map(Vec::len), Some(2), "and the one after it: {poll}");

    let third = place.says(&chat.id, "for somebody else");
    let (_, one) = door.get("?action=inbox&limit=1", "athena-key").await;
    assert_eq!(one["data"]["messages"][0]["id"], third, "who is not that plugin gets the one it asks for: {one}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_agent_s_key_opens_that_agent_s_messages_only() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let chat = place.conversation(1);
    place.says(&chat.id, "for athena");
    let (_, other) = door.get("inbox", "monday-key").await;
    assert_eq!(other["data"]["messages"], json!([]), "another agent's Broca gets nothing");
    let (status, body) = door.post("outbox", "monday-key", json!({"session_id": chat.id, "response": "x"})).await;
    assert_eq!((status, &body["error"]), (400, &json!("Invalid session")), "and answers nothing");
    for (key, status) in [("", 401), ("wrong", 401), ("athena-key", 200)] {
        assert_eq!(door.get("inbox", key).await.0, status, "inbox with `{key}`");
    }
    let by_header = door.client().get(door.url("inbox")).header("X-API-Key", "athena-key").send().await.unwrap();
    assert_eq!(by_header.status(), 200, "the key may come in its own header");
    for (path, key, status) in [("sessions", "athena-key", 403), ("sessions", "admin-key", 200), ("config", "", 401)] {
        assert_eq!(door.get(path, key).await.0, status, "{path} with `{key}`");
    }
    door.ring.replace(Keys::new(vec![Key::of_agent(&Secret::new("new".into()), 1)]));
    assert_eq!(door.get("inbox", "athena-key").await.0, 401, "a key that was taken back opens nothing");
    assert_eq!(door.get("inbox", "new").await.0, 200, "the new one does");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_must_be_is_refused_with_a_reason() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let long = "x".repeat(10_001);
    for (body, error) in [
        (json!({"session_id": "session_a"}), "Missing required fields"),
        (json!({"session_id": "session_a", "message": "  "}), "Missing required fields"),
        (json!({"session_id": "session_a", "message": 5}), "Invalid message"),
        (json!({"session_id": "session_a", "message": long}), "Invalid message"),
        (json!({"session_id": "a", "message": "x"}), "Invalid session ID"),
        (json!({"session_id": "session_a-b", "message": "x"}), "Invalid session ID"),
        (json!({"session_id": format!("session_{}", "a".repeat(57)), "message": "x"}), "Invalid session ID"),
        (json!([]), "Invalid JSON"),
    ] {
        let (status, answer) = door.post("messages", "athena-key", body).await;
        assert_eq!((status, &answer["error"], &answer["success"]), (400, &json!(error), &json!(false)), "{answer}");
    }
    let session = format!("session_{}", "a".repeat(56));
    let full = json!({"session_id": session, "message": "é".repeat(10_000)});
    let (status, first) = door.post("messages", "athena-key", full.clone()).await;
    assert_eq!((status, &first["data"]["is_new_user"]), (200, &json!(true)), "the longest of both fits");
    assert_eq!(first["data"]["uid"].as_str().map(str::len), Some(16), "with a uid");
    assert_eq!(door.post("messages", "athena-key", full).await.1["data"]["is_new_user"], json!(false), "known then");
    let unknown = json!({"session_id": "session_new", "message": "x"});
    assert_eq!(door.post("messages", "", unknown).await.1["code"], "no_agent", "whose would it be");
    for (query, status) in [
        ("inbox?limit=abc", 400),
        ("inbox?limit=5000", 200),
        ("inbox?since=2026-01-02T03:04:04Z", 200),
        ("inbox?since=yesterday", 400),
        ("?action=nothing", 400),
        ("", 400),
        ("outbox", 405),
    ] {
        assert_eq!(door.get(query, "athena-key").await.0, status, "{query}");
    }
    let none = json!({"session_id": session, "response": "x", "message_id": 99});
    assert_eq!(door.post("outbox", "athena-key", none).await.1["code"], "no_message", "no such message there");
}

#[tokio::test(flavor = "multi_thread")]
async fn since_takes_both_time_forms() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let chat = place.conversation(1);
    place.says(&chat.id, "a");
    door.get("inbox", "athena-key").await;
    door.post("outbox", "athena-key", json!({"session_id": chat.id, "response": "b"})).await;
    for (since, expected) in [
        ("2026-01-02 03:04:04", 1),
        ("2026-01-02T03:04:04", 1),
        ("2026-01-02T03:04:04.5Z", 1),
        ("2026-01-02T04:04:04%2B01:00", 1),
        ("2026-01-02T04:04:04+01:00", 1),
        ("2026-01-02 03:04:05", 0),
        ("2026-01-02T03:04:05", 0),
    ] {
        let (_, got) = door.get(&format!("responses?session_id={}&since={since}", chat.id), "").await;
        assert_eq!(got["data"]["responses"].as_array().map(Vec::len), Some(expected), "{since}: {got}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cleaning_up_takes_no_account_s_conversation() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let chat = place.conversation(1);
    place.says(&chat.id, "kept");
    door.post("messages", "athena-key", json!({"session_id": "session_guest", "message": "hi"})).await;
    let config = door.get("config", "admin-key").await.1;
    assert_eq!(config["data"]["max_message_length"], 10_000, "the settings: {config}");
    assert!(!config.to_string().contains("key"), "and no key among them");
    assert_eq!(door.post("config", "admin-key", json!({"api_key": "x"})).await.0, 403, "they are changed in the app");
    let (_, sessions) = door.get("sessions", "admin-key").await;
    assert_eq!(sessions["data"]["pagination"]["total"], 2, "both are listed");
    assert_eq!(door.post("cleanup", "admin-key", json!({})).await.1["data"]["cleaned_count"], 0, "none is idle");
    assert_eq!(door.post("clear_data", "admin-key", json!({})).await.1["data"]["cleaned_count"], 0, "one still waits");
    door.get("inbox", "athena-key").await;
    door.post("outbox", "athena-key", json!({"session_id": "session_guest", "response": "b"})).await;
    assert_eq!(door.post("clear_data", "admin-key", json!({})).await.1["data"]["cleaned_count"], 1, "the guest's goes");
    assert_eq!(place.one("SELECT count(*) FROM web_chat_sessions"), 1, "the conversation stays");
    assert_eq!(place.one("SELECT count(*) FROM web_chat_messages"), 1, "with its message");
    assert_eq!(door.post("cleanup_logs", "admin-key", json!({})).await.0, 200, "answered, though there are none");
}
