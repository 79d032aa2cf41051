//! The client against fake servers: those that follow their specification to the letter, and those that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod app_server;
mod failures;
mod sockets;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use sanctum_fake_letta::{Fake, Spec};
use sanctum_letta::{Outcome, ServerTool, Trouble, connect};
use sanctum_secrets::Secret;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

pub const PASSWORD: &str = "hunter2-canary";
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the whole suite against one version; nothing it was sent may stray from that version's specification.
async fn follows_the_specification(version: &'static str) {
    let fake = Fake::new(version, 120, Some(PASSWORD)).await;
    let server = connect(&fake.url(), Some(&Secret::new(PASSWORD.into())), PATIENCE).await.unwrap();
    support::suite::rest(server.as_ref(), version, 120).await;
    let faults = fake.faults.lock().unwrap().clone();
    assert!(faults.is_empty(), "every request is one that {version} takes: {faults:#?}");
    let requests = fake.requests.lock().unwrap();
    assert!(requests.len() > 40, "and there were requests to judge: {}", requests.len());
}

#[tokio::test]
async fn the_client_asks_0_11_7_for_what_it_knows() {
    follows_the_specification("0.11.7").await;
}

#[tokio::test]
async fn the_client_asks_0_16_8_for_what_it_knows() {
    follows_the_specification("0.16.8").await;
}

#[tokio::test]
async fn the_fake_server_would_tell_of_a_wrong_request() {
    let fake = Fake::new("0.11.7", 0, None).await;
    let spec = Spec::of("0.11.7");
    let create = spec.operation("POST", "/v1/agents/").unwrap();
    for (query, kind, body) in [
        ("", "application/json", r#"{"name": 7}"#),
        ("", "application/json", r#"{"nmae": "athena"}"#),
        ("colour=red", "application/json", r#"{"name": "athena"}"#),
        ("", "text/plain", "athena"),
        ("", "application/json", "{"),
    ] {
        assert!(!spec.faults(&create, query, kind, body.as_bytes()).is_empty(), "{query} {kind} {body} is wrong");
    }
    let good = spec.faults(&create, "", "application/json", br#"{"name": "athena"}"#);
    assert!(good.is_empty(), "a right one is right: {good:?}");
    assert!(spec.operation("GET", "/v1/nothing/").is_none(), "a path it does not have is not found");
    assert!(fake.faults.lock().unwrap().is_empty(), "a server that was not asked has nothing to tell");
}

#[tokio::test]
async fn a_door_that_stays_shut_says_why() {
    let fake = Fake::new("0.16.8", 0, Some(PASSWORD)).await;
    let refused = |password: Option<&'static str>| {
        let (url, password) = (fake.url(), password.map(|password| Secret::new(password.into())));
        async move { connect(&url, password.as_ref(), PATIENCE).await.map(drop).unwrap_err() }
    };
    assert_eq!(refused(None).await.0.outcome, Outcome::NeedsPassword, "a missing password is told");
    let wrong = refused(Some("canary-wrong")).await;
    assert_eq!(wrong.0.outcome, Outcome::WrongPassword, "so is a wrong one");
    assert!(!format!("{wrong:?} {wrong}").contains("canary"), "without repeating it: {wrong:?}");
    let bad = connect("ftp://127.0.0.1", None, PATIENCE).await.map(drop).unwrap_err();
    assert_eq!(bad.0.outcome, Outcome::BadUrl, "and an address that cannot be one");
    let nobody = connect("http://127.0.0.1:9", None, PATIENCE).await.map(drop).unwrap_err();
    assert_eq!(nobody.0.outcome, Outcome::Refused, "and one where nobody is");
}

#[tokio::test]
async fn a_tool_server_is_read_anew_where_a_list_of_them_is_kept() {
    let connected = async |fake: &Fake| {
        let password = Secret::new(PASSWORD.into());
        connect(&fake.url(), Some(&password), PATIENCE).await.unwrap()
    };
    let fake = Fake::new("0.16.8", 0, Some(PASSWORD)).await;
    let server = connected(&fake).await;
    assert_eq!(server.tool_servers().await.unwrap(), Some(vec![]), "an empty list is a list");
    let tool = |name: &str| json!({"name": name, "description": "Adds.", "inputSchema": {"properties": {"a": {}}}});
    fake.tool_server_at("smcp", "http://127.0.0.1:8000/sse", &[tool("math__add")]);
    fake.tool_server("other");
    let servers = server.tool_servers().await.unwrap().unwrap();
    let told: Vec<_> = servers.iter().map(|one| (one.name.as_str(), one.url.as_deref())).collect();
    let expected = [("smcp", Some("http://127.0.0.1:8000/sse")), ("other", Some("http://127.0.0.1:1/sse"))];
    assert_eq!(told, expected, "each with its name and address");
    let known = async || server.tools_of_server(&servers[0].id).await.unwrap();
    let one = ServerTool {
        name: "math__add".to_owned(),
        description: Some("Adds.".to_owned()),
        arguments: Some(BTreeSet::from(["a".to_owned()])),
    };
    assert_eq!(known().await, [one], "what it knows of a tool, without the argument that it adds itself");
    fake.offers("smcp", &[tool("math__add"), tool("words__count")]);
    assert_eq!(known().await.len(), 1, "asking it does not make it read");
    server.refresh_tool_server(&servers[0].id).await.unwrap();
    assert_eq!((known().await.len(), fake.refreshed()), (2, 1), "it reads that one when it is told to");
    assert!(server.refresh_tool_server("mcp_server-0").await.is_err(), "one that it does not have cannot be read");
    assert!(server.tools_of_server("../agents").await.is_err(), "and an identifier leads nowhere else");
    let faults = fake.faults.lock().unwrap().clone();
    assert_eq!(faults, Vec::<String>::new(), "every request is one of the specification");

    let old = Fake::new("0.11.7", 0, Some(PASSWORD)).await;
    let server = connected(&old).await;
    assert_eq!(server.tool_servers().await.unwrap(), None, "one that keeps no list is another matter");
}

#[tokio::test]
async fn an_identifier_never_leads_elsewhere() {
    let fake = Fake::new("0.16.8", 1, None).await;
    let server = connect(&fake.url(), None, PATIENCE).await.unwrap();
    let before = fake.requests.lock().unwrap().len();
    for id in ["", "..", "../tools", "a/b", "a?b=c", "a#b", "agent%2f", "ä"] {
        let refused = server.agent(id).await.unwrap_err();
        assert!(matches!(refused, Trouble::Rejected { .. }), "{id:?} is refused: {refused:?}");
        assert!(server.delete(id).await.is_err(), "{id:?} deletes nothing");
        assert!(server.export(id).await.is_err(), "{id:?} exports nothing");
    }
    assert_eq!(fake.requests.lock().unwrap().len(), before, "and nothing was sent");
}
