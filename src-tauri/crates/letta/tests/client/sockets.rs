//! A fake App Server of Letta Code: the HTTP pages beside the WebSocket, and frames as 0.34.12 sends them.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

pub const AGENT: &str = "agent-local-00000000-0000-4000-8000-000000000001";

/// What a fake answers to a frame: frames, and whether it hangs up after them.
pub type Answers = (Vec<Value>, bool);

/// A running fake.
pub struct Socket {
    pub port: u16,
    /// All frames it got.
    pub frames: Arc<Mutex<Vec<Value>>>,
    /// How often it was connected to.
    pub opened: Arc<Mutex<usize>>,
}

impl Socket {
    pub async fn new(
        password: Option<&'static str>,
        answer: impl Fn(&Value) -> Answers + Send + Sync + 'static,
    ) -> Socket {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (frames, opened) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (seen, count, answer) = (frames.clone(), opened.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (seen, count, answer) = (seen.clone(), count.clone(), answer.clone());
                tokio::spawn(async move { talk(socket, password, &seen, &count, answer.as_ref()).await });
            }
        });
        Socket { port, frames, opened }
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}/ws", self.port)
    }
}

async fn talk(
    mut socket: TcpStream,
    password: Option<&'static str>,
    seen: &Mutex<Vec<Value>>,
    opened: &Mutex<usize>,
    answer: &(dyn Fn(&Value) -> Answers + Send + Sync),
) -> Option<()> {
    let mut head = [0; 4096];
    let length = socket.peek(&mut head).await.ok()?;
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    if !head.to_ascii_lowercase().contains("upgrade: websocket") {
        return page(&mut socket, &head).await;
    }
    #[expect(clippy::result_large_err, reason = "the shape of the callback is the library's")]
    let door = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let shut = |status: u16| {
            let mut refused = ErrorResponse::new(None);
            *refused.status_mut() = status.try_into().unwrap();
            refused
        };
        let key = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        match request.headers().contains_key("origin") {
            true => Err(shut(403)),
            false if password.is_some_and(|password| key != Some(&format!("Bearer {password}"))) => Err(shut(401)),
            false => Ok(response),
        }
    };
    let mut socket = accept_hdr_async(socket, door).await.ok()?;
    *opened.lock().unwrap() += 1;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        seen.lock().unwrap().push(frame.clone());
        let (frames, hang_up) = answer(&frame);
        for frame in frames {
            socket.send(Message::text(frame.to_string())).await.ok()?;
        }
        if hang_up {
            return None;
        }
    }
    Some(())
}

async fn page(socket: &mut TcpStream, head: &str) -> Option<()> {
    let mut taken = vec![0; head.len()];
    socket.read_exact(&mut taken).await.ok()?;
    let info =
        r#"{"type":"app_server_info_response","success":true,"letta_code_version":"0.34.12","protocol_version":1}"#;
    let (status, body) = match head.split(' ').nth(1)? {
        _ if head.to_ascii_lowercase().contains("\norigin:") => (403, ""),
        "/app-server-info" => (200, info),
        "/healthz" | "/readyz" => (200, "ok\n"),
        _ => (404, ""),
    };
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    socket.write_all(answer.as_bytes()).await.ok()?;
    socket.shutdown().await.ok()
}

/// An answer to `frame` with these fields.
pub fn response(frame: &Value, fields: Value) -> Value {
    let mut answer = json!({"type": format!("{}_response", frame["type"].as_str().unwrap()), "request_id": frame["request_id"], "success": true});
    for (name, value) in fields.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer
}

/// A frame of a running turn.
pub fn of_turn(kind: &str, fields: Value) -> Value {
    let mut frame = json!({"type": kind, "runtime": {"agent_id": AGENT, "conversation_id": "default"}});
    for (name, value) in fields.as_object().unwrap() {
        frame[name] = value.clone();
    }
    frame
}

/// A piece of an answer.
pub fn piece(delta: Value) -> Value {
    of_turn("stream_delta", json!({"delta": delta}))
}

/// A whole, well-behaved server with one agent.
pub fn usual(frame: &Value) -> Answers {
    let agent = |name: &str| {
        json!({"id": AGENT, "name": name, "description": "d", "system": "You are", "tags": ["x"],
        "model": "openai-compatible/gpt-4o-mini", "llm_config": {"context_window": 128_000}})
    };
    let text = |text: &str| {
        piece(json!({"id": "ui-2", "message_type": "assistant_message", "content": [{"type": "text", "text": text}]}))
    };
    let frames = match frame["type"].as_str().unwrap() {
        "agent_list" => vec![response(frame, json!({"agents": [agent("athena")]}))],
        "agent_retrieve" if frame["agent_id"] == AGENT => vec![response(frame, json!({"agent": agent("athena")}))],
        "agent_create" | "agent_update" => {
            vec![response(frame, json!({"agent": agent(frame["body"]["name"].as_str().unwrap_or("athena"))}))]
        }
        "agent_delete" if frame["agent_id"] == AGENT => vec![response(frame, json!({"agent_id": AGENT}))],
        "list_models" => {
            let entry = json!({"id": "m", "handle": "openai-compatible/gpt-4o-mini", "label": "gpt-4o-mini",
                "description": "", "updateArgs": {"context_window": 128_000}});
            vec![response(frame, json!({"entries": [entry]}))]
        }
        "abort_message" => vec![response(frame, json!({"aborted": false}))],
        "conversation_messages_list" => {
            let reminder = json!({"type": "text", "text": "<system-reminder>You are on a computer.</system-reminder>"});
            let messages = json!([
                {"id": "ui-2", "date": "2026-01-01T00:00:02Z", "message_type": "assistant_message", "content": [{"type": "text", "text": "Hi"}]},
                {"id": "ui-1", "date": "2026-01-01T00:00:01Z", "message_type": "user_message", "otid": "mark-1", "content": [reminder, {"type": "text", "text": "hello"}]},
            ]);
            vec![response(
                frame,
                json!({"messages": messages, "next_before": "ui-1", "has_more": frame["query"]["before"].is_null()}),
            )]
        }
        "input" => vec![
            of_turn("turn_finished", json!({"stop_reason": "cancelled"})),
            json!({"type": "input_accepted", "request_id": frame["request_id"], "accepted": true, "runtime": frame["runtime"]}),
            text("Hel"),
            piece(json!({"message_type": "loop_error", "message": "again", "is_terminal": false})),
            of_turn(
                "stream_delta",
                json!({"subagent_id": "s", "delta": {"message_type": "assistant_message", "content": "not mine"}}),
            ),
            text("lo"),
            piece(json!({"message_type": "usage_statistics", "prompt_tokens": 100, "completion_tokens": 10})),
            piece(json!({"message_type": "stop_reason", "stop_reason": "end_turn"})),
            of_turn("turn_finished", json!({"stop_reason": "end_turn"})),
        ],
        _ => {
            let mut refused = response(frame, json!({"error": "Agent agent-local-none not found", "agent": null}));
            refused["success"] = false.into();
            vec![refused]
        }
    };
    (frames, false)
}
