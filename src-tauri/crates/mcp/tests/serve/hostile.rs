//! Servers that are none, and servers that mean harm.

use crate::fake::{bytes, server};
use crate::support::LONG;
use sanctum_mcp::{Client, MAX_TEXT, MAX_TOOLS, Tool, Trouble};
use sanctum_secrets::Secret;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

async fn refused(url: &str) -> Trouble {
    let Err(trouble) = Client::sse(url, None, LONG).await else { panic!("that is no MCP server") };
    trouble
}

async fn connect(url: &str) -> Client {
    Client::sse(url, None, LONG).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_mcp_server_is_said_with_what_was_seen() {
    for (answer, endless, seen) in [
        (&b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"[..], &b""[..], "HTTP 404"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n", b"<p>endless</p>", "text/html"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ", b"xxxxxxxxxxxxxxxx", "no end"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", b": ping\n\n", "no end"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", b"data: tick\n\n", "where messages go"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", b"", "before it began"),
        (b"220 mail.example.org ESMTP\r\n", b"", "HTTP"),
        (b"", b"", "HTTP"),
    ] {
        let trouble = refused(&bytes(answer, endless)).await;
        assert!(matches!(&trouble, Trouble::NotMcp { what } if what.contains(seen)), "{seen}: {trouble}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_on_to_another_place() {
    let elsewhere = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/sse\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(refused(&bytes(elsewhere, b"")).await, Trouble::Elsewhere, "a redirect");
    let endpoint = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: endpoint\ndata: http://127.0.0.1:1/messages/\n\n";
    assert_eq!(refused(&bytes(endpoint, b"")).await, Trouble::Elsewhere, "a place for messages on another server");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_costs_the_time_allowed_and_no_more() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sse", silent.local_addr().unwrap());
    let wait = Duration::from_millis(300);
    let Err(trouble) = Client::sse(&url, None, wait).await else { panic!("it says nothing") };
    assert_eq!(trouble, Trouble::Late { allowed: wait }, "connecting");
    let url = server(|_, _| 202);
    let client = Client::sse(&url, None, Duration::from_secs(3)).await.unwrap();
    assert!(matches!(client.tools().await, Err(Trouble::Late { .. })), "listing");
    assert!(matches!(client.call("a", &Value::Null, wait).await, Err(Trouble::Late { .. })), "calling");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_comes_in_pages_and_one_bad_tool_hides_no_other() {
    let url = server(|question, stream| {
        let first = json!({"tools": [{"name": "one", "inputSchema": {"type": "object"}}], "nextCursor": "more"});
        let odd = json!({"tools": [{"name": 7}, "text", {"name": "two", "description": 5, "inputSchema": "none"}, {"name": "three"}]});
        stream.answer(question, if question["params"]["cursor"] == "more" { odd } else { first });
        202
    });
    let client = connect(&url).await;
    assert_eq!(client.server().name, "fake", "a name without terminal codes");
    let tools = client.tools().await.unwrap();
    assert_eq!(tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["one", "two", "three"], "{tools:?}");
    assert!(tools[1].note.is_some() && tools[1].schema == json!({}), "what is odd about it is said: {tools:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_without_end_are_not_read() {
    let tools = |count: usize, bytes: usize| -> Vec<Value> {
        (0..count)
            .map(|n| json!({"name": format!("t{n}"), "description": "x".repeat(bytes), "inputSchema": {}}))
            .collect()
    };
    for (count, size, limit) in [(MAX_TOOLS + 1, 1, "5000 tools"), (200, 60_000, "8 MiB")] {
        let list = json!({"tools": tools(count, size)});
        let url = server(move |question, stream| {
            stream.answer(question, list.clone());
            202
        });
        let listed: Result<Vec<Tool>, Trouble> = connect(&url).await.tools().await;
        let told = listed.map(|tools| tools.len()).unwrap_err();
        assert!(matches!(&told, Trouble::TooLarge { limit: said, .. } if said == limit), "{limit}: {told}");
    }
    let url = server(|question, stream| {
        stream.answer(question, json!({"tools": [], "nextCursor": "again"}));
        202
    });
    let told = connect(&url).await.tools().await.unwrap_err();
    assert!(matches!(&told, Trouble::TooLarge { limit, .. } if limit == "500 pages"), "pages in a circle: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_are_left() {
    let note = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x".repeat(100_000)}});
    let question = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let one = format!("data: {}", "x".repeat(1 << 20)).into_bytes();
    for (what, seen) in
        [("notes", "messages nobody asked for"), ("questions", "a row of questions"), ("one", "a message")]
    {
        let (note, question, one) = (note.clone(), question.clone(), one.clone());
        let url = server(move |_, stream| {
            let mut going = what != "one" || stream.raw(&one);
            while going {
                going = match what {
                    "notes" => stream.event(&note),
                    "questions" => stream.event(&question),
                    _ => stream.raw(&one[6..]),
                };
            }
            202
        });
        let client = connect(&url).await;
        let told = client.call("a", &Value::Null, LONG).await.unwrap_err();
        assert!(matches!(told, Trouble::TooLarge { what, .. } if what == seen), "{what}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_is_cut_and_a_monstrous_one_refused() {
    let url = server(|question, stream| {
        let size = if question["params"]["name"] == "long" { MAX_TEXT + 100 } else { 17 << 20 };
        stream.answer(question, json!({"content": [{"type": "text", "text": "x".repeat(size)}]}));
        202
    });
    let client = connect(&url).await;
    let answer = client.call("long", &Value::Null, LONG).await.unwrap();
    assert_eq!((answer.text.len(), answer.note.is_some()), (MAX_TEXT, true), "cut, and it is said");
    let told = client.call("monstrous", &Value::Null, LONG).await.unwrap_err();
    assert!(matches!(told, Trouble::TooLarge { what: "a message", .. }), "not read: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_repeated_without_the_key_and_terminal_codes() {
    let url = server(|question, stream| {
        let error = json!({"code": -32602, "message": "\u{1b}[31mBearer correct-horse is\nnot enough"});
        stream.event(&json!({"jsonrpc": "2.0", "id": question["id"], "error": error}));
        202
    });
    let client = Client::sse(&url, Some(Secret::new("correct-horse".into())), LONG).await.unwrap();
    let told = client.call("a", &Value::Null, LONG).await.unwrap_err();
    assert_eq!(told, Trouble::Rejected { code: -32602, said: "Bearer … is not enough".into() }, "one harmless line");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_none_are_said_and_asked_for_once_only() {
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let url = server(move |question, stream| {
        counted.fetch_add(1, Ordering::SeqCst);
        match question["params"]["name"].as_str() {
            Some("broken") => stream.event(&json!({"jsonrpc": "1.0", "id": question["id"], "result": {}})),
            Some("forgotten") => return 404,
            Some("refused") => return 401,
            Some("large") => return 413,
            Some("failed") => return 500,
            Some("odd") => stream.answer(question, json!({"tools": []})),
            _ => {
                stream.end();
                true
            }
        };
        202
    });
    for (number, (tool, fits)) in [
        ("forgotten", (|told| matches!(told, Trouble::Ended { .. })) as fn(&Trouble) -> bool),
        ("refused", |told| *told == Trouble::Key),
        ("large", |told| matches!(told, Trouble::Arguments { .. })),
        ("failed", |told| matches!(told, Trouble::Strange { what } if what.contains("HTTP 500"))),
        ("odd", |told| matches!(told, Trouble::Strange { .. })),
        ("broken", |told| matches!(told, Trouble::Strange { .. })),
        ("gone", |told| matches!(told, Trouble::Ended { .. })),
    ]
    .into_iter()
    .enumerate()
    {
        let told = connect(&url).await.call(tool, &Value::Null, LONG).await.unwrap_err();
        assert!(fits(&told), "{tool}: {told:?}");
        assert_eq!(asked.load(Ordering::SeqCst), number + 1, "{tool} was sent once");
    }
}
