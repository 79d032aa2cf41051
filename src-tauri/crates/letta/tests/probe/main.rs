//! What a person is told for each way a Letta, or something else, can answer. Real sockets, loopback only.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod server;
mod trial;

use sanctum_letta::{Flavour, Outcome, Probe, check_url, probe};
use sanctum_secrets::Secret;
use server::{Server, json, letta, missing, reply};
use std::time::{Duration, Instant};

const PASSWORD: &str = "hunter2-canary";

/// Probes and checks what holds for every answer.
async fn ask_within(url: &str, password: Option<&str>, timeout: Duration) -> Probe {
    let secret = password.map(|p| Secret::new(p.into()));
    let started = Instant::now();
    let probe = probe(url, secret.as_ref(), timeout).await;
    assert!(started.elapsed() < timeout + Duration::from_secs(1), "a probe ends with its time-out");
    let text = format!("{probe:?}");
    assert!(!text.contains("canary"), "no text may hold the password: {text}");
    assert!(probe.sentence.ends_with('.'), "every outcome has a sentence: {text}");
    assert!(probe.is_usable() || !probe.hint.is_empty(), "every trouble has a hint: {text}");
    probe
}

async fn ask(url: &str, password: Option<&str>) -> Probe {
    ask_within(url, password, Duration::from_secs(10)).await
}

#[tokio::test]
async fn an_open_letta_is_healthy_and_said_to_be_open() {
    let server = Server::new(letta(None)).await;
    let probe = ask(&server.url(), None).await;
    assert_eq!(
        (probe.outcome, probe.version.as_deref(), probe.password_needed),
        (Outcome::Healthy, Some("0.11.7"), Some(false)),
        "a Letta, its version and its door: {probe:?}"
    );
    assert!(probe.is_usable() && probe.latency.is_some(), "it can be used, and its time was measured");
    assert!(probe.hint.contains("no password"), "an open server is named as such: {}", probe.hint);
    assert_eq!(
        ask(&server.url(), Some(PASSWORD)).await.outcome,
        probe.outcome,
        "a password it ignores changes nothing"
    );
    let seen = server.seen().to_lowercase();
    assert!(!seen.contains("\norigin:") && !seen.contains("\nreferer:"), "no Origin, which Letta Code refuses: {seen}");
}

#[tokio::test]
async fn passwords_right_wrong_and_missing_are_told_apart() {
    let server = Server::new(letta(Some(PASSWORD))).await;
    let probe = ask(&server.url(), Some(PASSWORD)).await;
    assert_eq!(
        (probe.outcome, probe.version.as_deref(), probe.password_needed),
        (Outcome::Healthy, Some("0.11.7"), Some(true)),
        "a Letta, its version and its door: {probe:?}"
    );
    assert_eq!(ask(&server.url(), Some("canary-wrong")).await.outcome, Outcome::WrongPassword, "a wrong one is wrong");
    assert_eq!(ask(&server.url(), None).await.outcome, Outcome::NeedsPassword, "a missing one is missing");
    assert_eq!(ask(&server.url(), Some("")).await.outcome, Outcome::NeedsPassword, "an empty one is a missing one");
    let health = server.requests.lock().unwrap().iter().find(|r| r.contains("/v1/health/")).cloned().unwrap();
    assert!(!health.contains("canary"), "the password is not sent where it is not needed");
    let odd = ask(&server.url(), Some("canary\r\nX-Evil: 1")).await;
    assert!(matches!(odd.outcome, Outcome::BadUrl), "a password with a line break is not sent: {odd:?}");
    assert!(!server.seen().contains("X-Evil"), "and smuggles no header");
}

#[tokio::test]
async fn a_base_path_is_kept() {
    let server = Server::new(|head| {
        let inner = head.replacen(" /letta/", " /", 1);
        if inner == head { missing() } else { letta(None)(&inner) }
    })
    .await;
    assert!(ask(&format!("{}/letta/", server.url()), None).await.is_usable(), "a Letta behind a path is found there");
    assert!(!ask(&server.url(), None).await.is_usable(), "and not at the root");
}

#[tokio::test]
async fn nobody_there_no_such_name_and_no_address_are_three_things() {
    let port = Server::silent().await.port;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_ne!(port, free, "the port must be a free one");
    assert_eq!(ask(&format!("http://127.0.0.1:{free}"), None).await.outcome, Outcome::Refused, "a closed port refuses");
    // A label of 64 letters is no name anywhere, so nothing leaves this machine to look it up.
    let nowhere = format!("{}.invalid", "a".repeat(64));
    let lost = ask(&format!("http://{nowhere}:8283"), None).await;
    assert_eq!(lost.outcome, Outcome::Dns, "a name without address: {lost:?}");
    let told = check_url("localhost:8283").unwrap_err().to_string();
    assert!(told.contains("http://"), "an address can be refused before anything is sent: {told}");
    assert_eq!(check_url("http://127.0.0.1:8283"), Ok(()), "a good one passes");
    let bad = ask("localhost:8283", None).await;
    assert!(matches!(bad.outcome, Outcome::BadUrl), "no scheme is no address: {bad:?}");
    let told = ask("http://user:canary@127.0.0.1", None).await;
    assert!(matches!(told.outcome, Outcome::BadUrl), "user information is refused: {told:?}");
    let name = Server::new(letta(None)).await;
    assert!(ask(&format!("http://localhost:{}", name.port), None).await.is_usable(), "a name that resolves works");
}

#[tokio::test]
async fn silence_ends_at_the_time_out() {
    let server = Server::silent().await;
    let probe = ask_within(&server.url(), Some(PASSWORD), Duration::from_millis(300)).await;
    assert_eq!(probe.outcome, Outcome::Timeout, "silence is a time-out");
    assert_eq!(probe.latency, None, "and has no latency");
}

#[tokio::test]
async fn strangers_are_not_taken_for_letta() {
    type Reply = fn(&str) -> Vec<u8>;
    let strangers: [(&str, Reply); 9] = [
        ("garbage", |_| b"\x00\xff SSH-2.0-nonsense\r\n\r\n".to_vec()),
        ("a closed door", |_| Vec::new()),
        ("a web page", |_| missing()),
        ("a page for every path", |_| reply("200 OK", "Content-Type: text/html\r\nServer: Apache\r\n", "<html>")),
        ("another health", |_| json(r#"{"status":"ok"}"#)),
        ("not an object", |_| json(r#"["version","status"]"#)),
        ("a cut answer", |_| b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ver".to_vec()),
        ("a failing server", |_| reply("502 Bad Gateway", "", "")),
        ("only healthz", |head| if head.contains("/healthz") { reply("200 OK", "", "ok") } else { missing() }),
    ];
    for (what, answer) in strangers {
        let server = Server::new(answer).await;
        let probe = ask(&server.url(), Some(PASSWORD)).await;
        assert!(matches!(probe.outcome, Outcome::NotLetta), "{what} is no Letta: {probe:?}");
        assert!(!server.seen().contains("canary"), "{what}: a stranger must not get the password");
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_and_a_huge_health_is_no_health() {
    let server = Server::new(|_| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n".to_vec();
        bytes.resize(8 << 20, b' ');
        bytes
    })
    .await;
    let probe = ask(&server.url(), None).await;
    assert!(matches!(probe.outcome, Outcome::NotLetta), "eight megabytes of blanks are no Letta: {probe:?}");
}

#[tokio::test]
async fn redirects_stay_on_the_host() {
    let slash = Server::new(|head| {
        if head.starts_with("GET /v1/health/ ") {
            reply("307 Temporary Redirect", "Location: /v1/health\r\n", "")
        } else {
            letta(None)(&head.replacen("/v1/health ", "/v1/health/ ", 1))
        }
    })
    .await;
    assert!(ask(&slash.url(), None).await.is_usable(), "a redirect about a slash is followed");

    let trap = Server::new(letta(None)).await;
    let to = trap.url();
    let away = Server::new(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        if path.starts_with("/v1/agents") {
            reply("307 Temporary Redirect", &format!("Location: {to}{path}\r\n"), "")
        } else {
            letta(None)(head)
        }
    })
    .await;
    let probe = ask(&away.url(), Some(PASSWORD)).await;
    assert!(!probe.is_usable(), "a redirect to another port is not followed: {probe:?}");
    assert!(trap.seen().is_empty(), "and nothing, least of all the password, gets there");

    let circle = Server::new(|_| reply("307 Temporary Redirect", "Location: /v1/health/\r\n", "")).await;
    assert!(!ask(&circle.url(), None).await.is_usable(), "a circle ends");
}

#[tokio::test]
async fn encryption_where_there_is_none_is_named() {
    let plain = Server::new(letta(None)).await;
    let probe = ask(&format!("https://127.0.0.1:{}", plain.port), Some(PASSWORD)).await;
    assert!(matches!(probe.outcome, Outcome::Tls), "https to a plain port is a TLS trouble: {probe:?}");
    assert!(probe.hint.contains("http://"), "and the way out is named: {}", probe.hint);
    let tls = Server::new(|_| b"\x15\x03\x01\x00\x02\x02\x16".to_vec()).await;
    let probe = ask(&tls.url(), None).await;
    assert!(probe.hint.contains("https://"), "http to an encrypted port names the way out: {probe:?}");
}

#[tokio::test]
async fn letta_code_is_recognised_and_not_called_usable() {
    let server = Server::new(|head| {
        if head.contains("GET /app-server-info") {
            json(r#"{"name":"letta-code","version":"0.34.12"}"#)
        } else {
            missing()
        }
    })
    .await;
    let probe = ask(&server.url(), Some(PASSWORD)).await;
    assert_eq!(probe.flavour.as_deref(), Some(Flavour::AppServer.name()), "it is the other Letta: {probe:?}");
    assert_eq!(probe.version.as_deref(), Some("0.34.12"), "its version is told");
    assert!(!probe.is_usable() && probe.hint.contains("/v1/agents"), "agents cannot live there: {probe:?}");
}

#[tokio::test]
async fn a_letta_with_a_broken_database_is_unwell() {
    let server = Server::new(|head| {
        if head.contains("/v1/agents/") { reply("500 Internal Server Error", "", "x") } else { letta(None)(head) }
    })
    .await;
    assert_eq!(ask(&server.url(), None).await.outcome, Outcome::Unwell, "health alone is not health");
}
