//! The client against fake servers: those that follow their specification to the letter, and those that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod app_server;
mod failures;
mod sockets;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use sanctum_fake_letta::{Fake, Spec};
use sanctum_letta::{Outcome, Trouble, connect};
use sanctum_secrets::Secret;
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
async fn tool_servers_are_read_anew_where_a_list_of_them_is_kept() {
    let of = async |version: &'static str, names: &[&str]| {
        let fake = Fake::new(version, 0, Some(PASSWORD)).await;
        names.iter().for_each(|name| fake.tool_server(name));
        let server = connect(&fake.url(), Some(&Secret::new(PASSWORD.into())), PATIENCE).await.unwrap();
        let read = server.refresh_tool_servers().await.unwrap();
        let asked = fake.requests.lock().unwrap().iter().filter(|asked| asked.path.ends_with("/refresh")).count();
        let faults = fake.faults.lock().unwrap().clone();
        (read, asked, faults)
    };
    let (read, asked, faults) = of("0.16.8", &["smcp", "other"]).await;
    assert_eq!(read, Some(vec!["smcp".to_owned(), "other".to_owned()]), "each is read, and named");
    assert_eq!((asked, faults), (2, vec![]), "by a request of its own, as the specification has it");
    let (read, asked, _) = of("0.16.8", &[]).await;
    assert_eq!((read, asked), (Some(vec![]), 0), "an empty list is a list");
    let (read, asked, _) = of("0.11.7", &[]).await;
    assert_eq!((read, asked), (None, 0), "and one that keeps none is another matter");
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
