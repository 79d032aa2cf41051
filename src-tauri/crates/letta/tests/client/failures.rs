//! Answers that no Letta should give, and what the client makes of each: a word, never a panic, a hang or a leak.

use std::sync::Arc;
use std::time::Duration;

use sanctum_letta::{Patience, Server, Trouble, connect};
use sanctum_secrets::Secret;
use serde_json::json;

use crate::support::http::{Reply, Request, detail, json as answered, reply, serve};
use crate::{PASSWORD, PATIENCE};

pub const AGENT: &str = "agent-00000001-0000-4000-8000-000000000000";

/// A server that passes for a Letta until it is asked for something beyond the probe.
pub async fn turning(
    patience: impl Into<Patience>,
    then: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Arc<dyn Server> {
    let port = serve(move |request| match (request.path.as_str(), request.query.as_str()) {
        ("/v1/health/", _) => answered(&json!({"version": "0.16.8", "status": "ok"})),
        ("/v1/agents/", "limit=1") => answered(&json!([])),
        _ => then(&request),
    })
    .await;
    let password = Secret::new(PASSWORD.into());
    connect(&format!("http://127.0.0.1:{port}"), Some(&password), patience).await.unwrap()
}

async fn trouble(then: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Trouble {
    let server = turning(PATIENCE, then).await;
    let trouble = server.agent(AGENT).await.unwrap_err();
    let words = format!("{trouble:?} {trouble} {}", trouble.hint());
    assert!(!words.contains("canary"), "no text holds the password: {words}");
    assert!(!words.contains('\u{1b}') && words.len() < 1_200, "no text can do harm: {words:?}");
    assert!(!trouble.never_arrived(), "what was answered did arrive: {words}");
    trouble
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    type Means = fn(&Trouble) -> bool;
    let cases: [(u16, &str, Means); 9] = [
        (401, "Unauthorized", |t| *t == Trouble::Password),
        (403, "Forbidden", |t| *t == Trouble::Password),
        (404, "Agent not found", |t| *t == Trouble::Missing { detail: "Agent not found".into() }),
        (410, "", |t| matches!(t, Trouble::Missing { .. })),
        (400, "too long", |t| matches!(t, Trouble::Rejected { status: Some(400), detail } if detail == "too long")),
        (409, "there is one", |t| matches!(t, Trouble::Rejected { status: Some(409), .. })),
        (429, "slow down", |t| matches!(t, Trouble::Rejected { status: Some(429), .. })),
        (500, "An internal server error occurred", |t| matches!(t, Trouble::Unwell { status: Some(500), .. })),
        (503, "Background streaming requires Redis", |t| {
            t.sentence().contains("HTTP 503") && t.sentence().contains("Redis")
        }),
    ];
    for (status, words, means) in cases {
        let trouble = trouble(move |_| detail(status, words)).await;
        assert!(means(&trouble), "HTTP {status}: {trouble:?}");
    }
}

#[tokio::test]
async fn the_fields_that_were_refused_are_named() {
    let body = r#"{"detail":[{"type":"string_type","loc":["body","name"],"msg":"Input should be a valid string"}]}"#;
    let trouble = trouble(move |_| reply(422, "application/json", body)).await;
    assert!(trouble.sentence().contains("`name`: Input should be"), "which, and why: {trouble}");
}

#[tokio::test]
async fn words_of_a_hostile_server_are_made_harmless() {
    let told = trouble(|_| detail(400, &format!("\u{1b}[2J\u{202e}{PASSWORD}\r\n{}", "x".repeat(50_000)))).await;
    assert!(told.sentence().contains("…"), "the password and the length are cut: {told}");
    for body in [r#"{"detail":{"a":[[[1]]]}}"#, "[[[[", "<html>no</html>", "\u{0}\u{1}", ""] {
        let told = trouble(move |_| reply(500, "text/html", body)).await;
        assert_eq!(told.sentence(), "Letta failed (HTTP 500).", "a page is not repeated: {body:?}");
    }
}

#[tokio::test]
async fn answers_that_are_not_lettas_are_strange() {
    let deep = "[".repeat(100_000);
    for body in ["<html>", "", "{", "null", "[]", "42", r#"{"id":7}"#, deep.as_str()] {
        let owned = body.to_owned();
        let told = trouble(move |_| reply(200, "application/json", owned.clone())).await;
        assert!(matches!(told, Trouble::Strange { .. }), "{:?}: {told:?}", &body[..body.len().min(20)]);
    }
    let raw = |bytes: &'static [u8]| trouble(move |_| Reply::Raw(bytes.to_vec()));
    assert_eq!(raw(b"").await, Trouble::Cut, "a closed door");
    assert_eq!(raw(b"SSH-2.0-nonsense\r\n\r\n").await, Trouble::Cut, "another language");
    let half = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"id\":").await;
    assert_eq!(half, Trouble::Cut, "half an answer");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_kept() {
    let told = trouble(|_| reply(200, "application/json", format!("\"{}\"", "x".repeat(17 << 20)))).await;
    assert_eq!(told, Trouble::TooBig { limit: 16 }, "the limit is told");
}

#[tokio::test]
async fn a_redirect_stays_within_the_server() {
    let to = |place: &'static str| {
        Reply::Raw(
            format!("HTTP/1.1 307 X\r\nlocation: {place}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .into_bytes(),
        )
    };
    let told = trouble(move |_| to("http://hunter2-canary.invalid/x")).await;
    assert!(matches!(told, Trouble::Elsewhere { .. }), "another host is named and not asked: {told:?}");
    let told = trouble(move |request| to(if request.path.ends_with('/') { "/a" } else { "/b/" })).await;
    assert!(matches!(told, Trouble::Strange { .. }), "a circle is left: {told:?}");
    let server = turning(PATIENCE, move |_| to("/elsewhere/")).await;
    let told = server.delete(AGENT).await.unwrap_err();
    assert!(matches!(told, Trouble::Strange { .. }), "what changes something is never sent on: {told:?}");
}

#[tokio::test]
async fn silence_ends_with_the_time_allowed() {
    let patience = Patience { answer: Duration::from_secs(2), silence: Duration::from_secs(10) };
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"] {
        let server = turning(patience, move |_| Reply::Silence(bytes.to_vec())).await;
        assert_eq!(server.agent(AGENT).await.unwrap_err(), Trouble::Late, "after {bytes:?}");
    }
}

#[tokio::test]
async fn a_server_that_has_gone_got_nothing() {
    let port = serve(|request| match request.path.as_str() {
        "/v1/health/" => answered(&json!({"version": "0.11.7", "status": "ok"})),
        _ => answered(&json!([])),
    })
    .await;
    let address = format!("http://127.0.0.1:{port}");
    assert!(connect(&address, None, PATIENCE).await.is_ok(), "while it is there");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = connect(&format!("http://127.0.0.1:{free}"), None, PATIENCE).await.map(drop).unwrap_err();
    assert!(gone.to_string().contains("Nothing answers"), "afterwards: {gone}");
}

#[tokio::test]
async fn a_list_without_an_end_is_left() {
    let same = json!([{"id": AGENT, "name": "a"}]);
    let server = turning(PATIENCE, move |request| {
        let limit = request.query.split('&').find_map(|pair| pair.strip_prefix("limit=")).unwrap().parse().unwrap();
        answered(&same.as_array().unwrap().iter().cycle().take(limit).cloned().collect())
    })
    .await;
    let told = server.agents().await.unwrap_err();
    assert!(matches!(&told, Trouble::Strange { what } if what.contains("same page")), "it goes in a circle: {told:?}");
}
