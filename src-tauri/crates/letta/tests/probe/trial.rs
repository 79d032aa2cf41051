//! Keys tried where they belong: what is sent, what is made of each answer, and that the key is in no text.

use std::time::Duration;

use sanctum_letta::{KeyKind, KeyOutcome, KeyTrial, try_key};
use sanctum_secrets::Secret;

use crate::server::{Server, json, letta, missing, reply};

const KEY: &str = "sk-canary-0123456789abcdef";
const TOKEN: &str = "123456789:AAcanary_token-of-a-bot";

fn key_of(kind: KeyKind) -> &'static str {
    if kind == KeyKind::Telegram { TOKEN } else { KEY }
}

/// Tries and checks what holds for every trial.
async fn tried(kind: KeyKind, base: Option<&str>, key: &str, timeout: Duration) -> KeyTrial {
    let trial = try_key(kind, base, &Secret::new(key.into()), timeout).await;
    let text = format!("{trial:?}").to_lowercase();
    assert!(!text.contains("canary") && !text.contains("123456789"), "no text may hold the key: {text}");
    assert!(trial.sentence.ends_with('.'), "every outcome has a sentence: {text}");
    let works = matches!(trial.outcome, KeyOutcome::Accepted { .. });
    assert_eq!(works, trial.hint.is_empty(), "every trouble has a hint: {text}");
    match &trial.outcome {
        KeyOutcome::Accepted { what } => assert!(trial.sentence.contains(what), "it says what took it: {text}"),
        KeyOutcome::Unreachable { why: told } | KeyOutcome::Odd { what: told } => {
            assert_eq!(told, &trial.sentence, "the sentence is the reason");
        }
        KeyOutcome::Refused => assert!(trial.sentence.contains("refused"), "it says so: {text}"),
    }
    trial
}

async fn at(server: &Server, kind: KeyKind) -> KeyTrial {
    tried(kind, Some(&server.url()), key_of(kind), Duration::from_secs(10)).await
}

/// A server that lists models to who has the key; everything about the request that matters must be right.
fn models(head: &str) -> Vec<u8> {
    match (head.lines().next(), head.contains(&format!("authorization: Bearer {KEY}\r\n"))) {
        (Some("GET /v1/models HTTP/1.1"), true) => json(r#"{"object":"list","data":[{"id":"a"},{"id":"b"}]}"#),
        (Some("GET /v1/models HTTP/1.1"), false) => reply("401 Unauthorized", "", r#"{"error":{"message":"no key"}}"#),
        _ => missing(),
    }
}

fn bot(head: &str) -> Vec<u8> {
    match head.lines().next() == Some(format!("GET /bot{TOKEN}/getMe HTTP/1.1").as_str()) {
        true => json(r#"{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"S","username":"sanctum_bot"}}"#),
        false => reply("401 Unauthorized", "", r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#),
    }
}

fn nothing_else_is_sent(server: &Server) {
    let seen = server.seen().to_lowercase();
    for header in ["origin:", "referer:", "cookie:", "proxy-"] {
        assert!(!seen.contains(&format!("\n{header}")), "no `{header}` header is sent: {seen}");
    }
}

#[tokio::test]
async fn a_key_that_opens_a_server_of_openais_kind_is_accepted() {
    let server = Server::new(models).await;
    let base = format!("{}/v1/", server.url());
    let trial = tried(KeyKind::OpenAi, Some(&base), KEY, Duration::from_secs(10)).await;
    let KeyOutcome::Accepted { what } = &trial.outcome else { panic!("the key is right: {trial:?}") };
    assert!(what.contains("2 models"), "what it opens is told: {what}");
    assert!(trial.latency.is_some(), "the time was measured");
    let seen = server.requests.lock().unwrap().clone();
    assert_eq!(seen.len(), 2, "asked with the key, and once without: {seen:?}");
    assert!(seen[0].contains(KEY) && !seen[1].contains("canary"), "in this order: {seen:?}");
    nothing_else_is_sent(&server);
    let wrong = tried(KeyKind::OpenAi, Some(&base), "sk-canary-wrong", Duration::from_secs(10)).await;
    assert_eq!(wrong.outcome, KeyOutcome::Refused, "a wrong key is refused");
}

#[tokio::test]
async fn a_list_that_anybody_gets_proves_no_key() {
    let server = Server::new(|_| json(r#"{"data":[]}"#)).await;
    let trial = at(&server, KeyKind::OpenAi).await;
    assert!(matches!(&trial.outcome, KeyOutcome::Odd { what } if what.contains("anybody")), "not proven: {trial:?}");
}

#[tokio::test]
async fn a_list_too_long_to_read_is_still_a_list() {
    let server = Server::new(|head| {
        if !head.contains(KEY) {
            return reply("403 Forbidden", "", "");
        }
        let body = format!(r#"{{"data":[{}"#, r#"{"id":"m"},"#.repeat(20_000));
        reply("200 OK", "Content-Type: application/json\r\n", &body)
    })
    .await;
    let trial = at(&server, KeyKind::OpenAi).await;
    assert!(matches!(&trial.outcome, KeyOutcome::Accepted { what } if what.contains("long list")), "taken: {trial:?}");
}

#[tokio::test]
async fn a_bots_token_is_tried_in_the_path_alone() {
    let server = Server::new(bot).await;
    let trial = at(&server, KeyKind::Telegram).await;
    let expected = KeyOutcome::Accepted { what: "the Telegram bot `@sanctum_bot`".into() };
    assert_eq!(trial.outcome, expected, "the bot is named");
    assert_eq!(server.requests.lock().unwrap().len(), 1, "one question is enough");
    assert!(!server.seen().to_lowercase().contains("authorization"), "and no header carries the token");
    nothing_else_is_sent(&server);
    let url = server.url();
    let wrong = tried(KeyKind::Telegram, Some(&url), "123456789:canary_wrong", Duration::from_secs(10)).await;
    assert_eq!(wrong.outcome, KeyOutcome::Refused, "a wrong one is refused");
    let unknown = Server::new(|_| reply("404 Not Found", "", r#"{"ok":false,"error_code":404}"#)).await;
    assert_eq!(at(&unknown, KeyKind::Telegram).await.outcome, KeyOutcome::Refused, "so is one of no bot");
}

#[tokio::test]
async fn what_is_no_token_never_leaves() {
    let server = Server::new(bot).await;
    for token in [
        "canary",
        "1234567890canary",
        ":canary",
        "123456789:",
        "123456789:canary/../x",
        "123456789:canary?a=b",
        "123456789:ca%6Eary canary",
    ] {
        let url = server.url();
        let trial = tried(KeyKind::Telegram, Some(&url), token, Duration::from_secs(10)).await;
        assert!(matches!(trial.outcome, KeyOutcome::Odd { .. }), "{token:?} is no token: {trial:?}");
    }
    let url = server.url();
    for key in ["", "canary\r\nX-Evil: 1"] {
        let trial = tried(KeyKind::OpenAi, Some(&url), key, Duration::from_secs(10)).await;
        assert!(matches!(trial.outcome, KeyOutcome::Odd { .. }), "{key:?} is no key: {trial:?}");
    }
    assert_eq!(server.seen(), "", "and nothing of it was sent");
}

#[tokio::test]
async fn lettas_password_is_right_wrong_or_of_no_use() {
    let server = Server::new(letta(Some(KEY))).await;
    let trial = at(&server, KeyKind::Letta).await;
    assert!(matches!(&trial.outcome, KeyOutcome::Accepted { what } if what.contains("0.11.7")), "right: {trial:?}");
    let wrong = tried(KeyKind::Letta, Some(&server.url()), "canary-wrong", Duration::from_secs(10)).await;
    assert_eq!(wrong.outcome, KeyOutcome::Refused, "wrong");
    let open = Server::new(letta(None)).await;
    let trial = at(&open, KeyKind::Letta).await;
    assert!(matches!(&trial.outcome, KeyOutcome::Odd { what } if what.contains("no password")), "of no use: {trial:?}");
    let unwell = Server::new(|head| {
        if head.contains("/v1/agents/") { reply("500 Internal Server Error", "", "x") } else { letta(None)(head) }
    })
    .await;
    assert!(
        matches!(at(&unwell, KeyKind::Letta).await.outcome, KeyOutcome::Odd { .. }),
        "a failing server says nothing"
    );
}

#[tokio::test]
async fn answers_that_say_nothing_about_the_key_are_odd() {
    type Reply = fn(&str) -> Vec<u8>;
    let answers: [(&str, Reply); 10] = [
        ("garbage", |_| b"\x00\xff SSH-2.0-nonsense\r\n\r\n".to_vec()),
        ("a closed door", |_| Vec::new()),
        ("a web page", |_| missing()),
        ("a page for every path", |_| reply("200 OK", "Content-Type: text/html\r\n", "<html>")),
        ("another list", |_| json("[1, 2]")),
        ("another object", |_| json(r#"{"data":"none","ok":"yes"}"#)),
        ("too many questions", |_| reply("429 Too Many Requests", "", "{}")),
        ("a failing server", |_| reply("503 Service Unavailable", "", "")),
        ("a circle", |head| {
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            reply("302 Found", &format!("Location: {path}\r\n"), "")
        }),
        ("a login page of a proxy", |_| reply("407 Proxy Authentication Required", "", "")),
    ];
    for (what, answer) in answers {
        for kind in [KeyKind::OpenAi, KeyKind::Telegram, KeyKind::Letta] {
            let server = Server::new(answer).await;
            let trial = at(&server, kind).await;
            assert!(matches!(trial.outcome, KeyOutcome::Odd { .. }), "{what}, {kind:?}: {trial:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_gives_the_key_back_is_not_quoted() {
    // Whatever can be echoed is: the path in the name of a bot, the key in headers and in another host's name.
    let echo = Server::new(|_| {
        let name = TOKEN.split_once(':').unwrap().1;
        let headers = format!("Content-Type: application/json\r\nServer: {KEY}\r\nX: {TOKEN}\r\n");
        reply(
            "200 OK",
            &headers,
            &format!(r#"{{"ok":true,"result":{{"username":"{name}"}},"version":"{KEY}","status":"ok"}}"#),
        )
    })
    .await;
    for kind in [KeyKind::OpenAi, KeyKind::Telegram, KeyKind::Letta] {
        at(&echo, kind).await;
    }
    let away = Server::new(|_| reply("302 Found", &format!("Location: http://{KEY}.invalid/{TOKEN}\r\n"), "")).await;
    for kind in [KeyKind::OpenAi, KeyKind::Telegram, KeyKind::Letta] {
        let trial = at(&away, kind).await;
        assert!(matches!(trial.outcome, KeyOutcome::Odd { .. }), "another host is not followed: {trial:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed() {
    let trap = Server::new(|_| json("{}")).await;
    for kind in [KeyKind::OpenAi, KeyKind::Telegram] {
        let to = trap.url();
        let away = Server::new(move |head| {
            let path = head.split(' ').nth(1).unwrap_or_default();
            reply("307 Temporary Redirect", &format!("Location: {to}{path}\r\n"), "")
        })
        .await;
        let trial = at(&away, kind).await;
        let told = matches!(&trial.outcome, KeyOutcome::Odd { what } if what.contains("another address"));
        assert!(told, "{kind:?}: it is told: {trial:?}");
    }
    assert_eq!(trap.seen(), "", "nothing, least of all the key, gets there");
    let slash = Server::new(|head| match head.starts_with("GET /models ") {
        true => reply("307 Temporary Redirect", "Location: /v1/models\r\n", ""),
        false => models(head),
    })
    .await;
    let trial = at(&slash, KeyKind::OpenAi).await;
    assert!(matches!(trial.outcome, KeyOutcome::Accepted { .. }), "one within the server is: {trial:?}");
}

#[tokio::test]
async fn nobody_to_ask_is_told_apart_from_a_refusal() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // A label of 64 letters is no name anywhere, so nothing leaves this machine to look it up.
    let nowhere = format!("http://{}.invalid", "a".repeat(64));
    let silent = Server::silent().await;
    let plain = Server::new(models).await;
    for kind in [KeyKind::OpenAi, KeyKind::Telegram, KeyKind::Letta] {
        for (base, part) in [
            (format!("http://127.0.0.1:{free}"), "Nothing answers"),
            (nowhere.clone(), "has no address"),
            (silent.url(), "in time"),
            (format!("https://127.0.0.1:{}", plain.port), "No encrypted connection"),
            ("ftp://127.0.0.1".to_owned(), "`ftp`"),
            ("http://user:canary@127.0.0.1".to_owned(), "password in its own field"),
        ] {
            let patience = if base == silent.url() { Duration::from_millis(300) } else { Duration::from_secs(10) };
            let trial = tried(kind, Some(&base), key_of(kind), patience).await;
            let told = matches!(&trial.outcome, KeyOutcome::Unreachable { why } if why.contains(part));
            assert!(told, "{kind:?} at {base}: {trial:?}");
            assert_eq!(trial.latency, None, "what did not answer has no latency");
        }
    }
    assert!(!plain.seen().contains("canary"), "a server that does not encrypt gets no key that was to be encrypted");
    let trial = tried(KeyKind::Letta, None, KEY, Duration::from_secs(1)).await;
    assert!(matches!(trial.outcome, KeyOutcome::Unreachable { .. }), "Letta has no address of its own: {trial:?}");
}
