//! What a hostile or broken caller sends, also over a raw socket.

use std::{net::SocketAddr, sync::Arc};

use sanctum_bridge::{Allowance, BridgeError, Keys, Limits, Settings, bind};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::place::Place;

/// Sends bytes and gives back the status line's number; 0 where the connection was closed without one.
async fn raw(address: SocketAddr, request: &str, hang_up: bool) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A refused caller may be cut off while it still writes.
    drop(stream.write_all(request.as_bytes()).await);
    if hang_up {
        drop(stream.shutdown().await);
    }
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    let text = String::from_utf8_lossy(&answer);
    text.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machine_and_only_by_its_own_name() {
    let place = Place::new();
    for address in ["0.0.0.0:0", "[::]:0", "192.168.1.5:0"] {
        let store = Arc::new(place.store());
        let opened = bind(address.parse().unwrap(), store, Keys::default(), place.clock(), Settings::default()).await;
        assert!(matches!(opened, Err(BridgeError::NotLoopback(_))), "{address} is refused");
    }
    let door = place.open(Limits::default(), true).await;
    let (address, port) = (door.address, door.address.port());
    let get = |headers: &str| {
        format!("GET /api/v1/inbox HTTP/1.1\r\n{headers}Authorization: Bearer athena-key\r\nConnection: close\r\n\r\n")
    };
    for (headers, status) in [
        (format!("Host: 127.0.0.1:{port}\r\n"), 200),
        (format!("Host: LocalHost:{port}\r\n"), 200),
        (format!("Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"), 200),
        ("Host: evil.example\r\n".into(), 403),
        (format!("Host: evil.example:{port}\r\n"), 403),
        (format!("Host: 127.0.0.1:{port}.evil.example\r\n"), 403),
        ("Host: 127.0.0.1\r\n".into(), 403),
        (String::new(), 403),
        (format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"), 403),
        (format!("Host: 127.0.0.1:{port}\r\nOrigin: https://evil.example\r\n"), 403),
        (format!("Host: 127.0.0.1:{port}\r\nOrigin: null\r\n"), 403),
        (format!("Host: 127.0.0.1:{port}\r\nSec-Fetch-Site: cross-site\r\n"), 403),
    ] {
        assert_eq!(raw(address, &get(&headers), false).await, status, "{headers:?}");
    }
    let preflight = format!(
        "OPTIONS /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://a.b\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(raw(address, &preflight, false).await, 403, "no page from elsewhere is let in");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_gets_an_answer_and_the_door_stays_open() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    let host = format!("Host: {}\r\nConnection: close\r\n", door.address);
    let many: String = (0..200).map(|n| format!("X-{n}: a\r\n")).collect();
    let long = "a".repeat(100_000);
    for request in [
        "\0\0\0\r\n\r\n".to_owned(),
        "GET\r\n\r\n".into(),
        format!("GET /api/v1/../../etc/passwd HTTP/1.1\r\n{host}\r\n"),
        format!("GET /{long} HTTP/1.1\r\n{host}\r\n"),
        format!("GET /api/v1/inbox HTTP/1.1\r\n{host}{many}\r\n"),
        format!(
            "POST /api/v1/messages HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        format!("POST /api/v1/messages HTTP/1.1\r\n{host}Content-Length: 4\r\n\r\n{{\"a\""),
        format!("POST /api/v1/messages HTTP/1.1\r\n{host}Content-Length: 99999999\r\n\r\n{{}}"),
        format!("POST /api/v1/messages HTTP/1.1\r\n{host}Content-Length: 200000\r\n\r\n{}", "[".repeat(200_000)),
        format!("BREW /api/v1/inbox HTTP/1.1\r\n{host}\r\n"),
    ] {
        let status = raw(door.address, &request, true).await;
        let start = &request[..request.len().min(40)];
        assert!(status == 0 || (400..500).contains(&status), "{start:?} got {status}");
    }
    let large = json!({"session_id": "session_a", "message": "x".repeat(2_000_000)});
    let refused = door.client().post(door.url("messages")).bearer_auth("athena-key").json(&large).send().await.unwrap();
    assert_eq!(refused.status(), 413, "too large is told as such");
    assert_eq!(refused.headers()["connection"], "close", "and that nothing more is read of this connection");
    assert_eq!(door.get("inbox", "athena-key").await.0, 200, "and the door is open for others");
    assert_eq!(place.one("SELECT count(*) FROM web_chat_messages"), 0, "nothing of it was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_too_often_waits_and_nobody_else_does() {
    let place = Place::new();
    let few = Allowance { per_hour: 3600, at_once: 5 };
    let door = place.open(Limits { key: few, guest: few, wrong_key: few }, true).await;
    for n in 0..5 {
        assert_eq!(door.get("inbox", "athena-key").await.0, 200, "call {n} is within the limit");
    }
    let refused = door.client().get(door.url("inbox")).bearer_auth("athena-key").send().await.unwrap();
    assert_eq!(refused.status(), 429, "the next is not");
    let wait: i64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "and says how long to wait: {wait}");
    assert_eq!(door.get("inbox", "monday-key").await.0, 200, "another key is not held up");
    for n in 0..5 {
        assert_eq!(door.get("inbox", &format!("guess-{n}")).await.0, 401, "guess {n}");
    }
    assert_eq!(door.get("inbox", "guess").await.0, 429, "keys cannot be tried out");
    assert_eq!(door.get("responses?session_id=session_a", "guess").await.0, 429, "nor where none is needed");
    assert_eq!(door.get("inbox", "monday-key").await.0, 200, "good keys from that address go on");
    place.later(wait);
    assert_eq!(door.get("inbox", "athena-key").await.0, 200, "after the wait it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn broca_s_polls_of_an_hour_are_all_answered() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    for n in 0..720 {
        assert_eq!(door.get("?action=inbox&limit=50&offset=0", "athena-key").await.0, 200, "poll {n}");
        place.later(5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_guests_every_action_needs_a_key() {
    let place = Place::new();
    let door = place.open(Limits::default(), false).await;
    let body = json!({"session_id": "session_a", "message": "x"});
    assert_eq!(door.post("messages", "", body.clone()).await.0, 401, "no message from nobody");
    assert_eq!(door.get("responses?session_id=session_a", "").await.0, 401, "and no answers to nobody");
    assert_eq!(door.post("messages", "athena-key", body).await.0, 200, "with a key there are");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_door_is_closed_and_lets_go_of_its_port() {
    let place = Place::new();
    let door = place.open(Limits::default(), true).await;
    assert_eq!(door.get("inbox", "athena-key").await.0, 200, "open");
    door.stop.cancel();
    door.served.await.unwrap();
    assert!(TcpStream::connect(door.address).await.is_err(), "nobody answers there any more");
}
