//! The WebSocket to Letta Code's App Server: opened without an `Origin`, frames in, frames out, questions matched.
//!
//! The handshake goes through the same HTTP client as everything else, so that address, TLS, proxy and redirect rules
//! are the same. One task owns the connection; when it ends, every open question and every answer ends with it.

use crate::clean;
use crate::outcome::Found;
use crate::probe::unanswered;
use crate::server::Patience;
use crate::target::Target;
use crate::wire;
use futures_util::{SinkExt, StreamExt};
use reqwest::header::{
    AUTHORIZATION, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{Client, Response, Upgraded};
use sanctum_secrets::Secret;
use serde_json::Value;
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

/// Most bytes of one frame.
const MAX_FRAME: usize = 16 << 20;
/// Frames of one answer that may wait to be read.
const WAITING: usize = 4_096;

/// A question for the task that owns the connection.
pub(super) struct Order {
    /// Its `request_id`.
    pub id: String,
    /// The question itself.
    pub frame: Value,
    /// Where the answer with the same `request_id` goes.
    pub answer: oneshot::Sender<Value>,
    /// From that answer on, all frames of this agent go there: not earlier, so that the end of its last turn is not
    /// taken for the end of the next.
    pub listener: Option<Listener>,
}

/// Who hears the frames of an agent.
pub(super) struct Listener {
    agent: String,
    frames: mpsc::Sender<Value>,
}

impl Listener {
    /// One for `agent`, and where its frames come out.
    pub fn new(agent: &str) -> (Listener, mpsc::Receiver<Value>) {
        let (frames, heard) = mpsc::channel(WAITING);
        (Listener { agent: agent.to_owned(), frames }, heard)
    }
}

/// A name that nobody else has.
pub(super) fn name() -> String {
    format!("sanctum-{}", generate_key())
}

/// Opens the connection and starts its task; it ends when the last sender of orders is gone.
pub(super) async fn open(
    client: &Client,
    target: &Target,
    password: Option<&Secret>,
    patience: Patience,
) -> Result<mpsc::Sender<Order>, Found> {
    let key = generate_key();
    let mut request = client
        .get(target.join("/ws", None))
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key);
    if let Some(password) = password {
        request = request.header(AUTHORIZATION, wire::bearer(password).map_err(unanswered)?);
    }
    let shaking = async {
        let response = request.send().await.map_err(|error| unanswered(wire::broken(&error)))?;
        accepted(&response, &key, password.is_some())?;
        response.upgrade().await.map_err(|error| unanswered(wire::broken(&error)))
    };
    let upgraded = tokio::time::timeout(patience.answer, shaking).await.map_err(|_| Found::Timeout)??;
    let config = WebSocketConfig::default().max_message_size(Some(MAX_FRAME)).max_frame_size(Some(MAX_FRAME));
    let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
    let (orders, taken) = mpsc::channel(64);
    tokio::spawn(serve(socket, taken, patience));
    Ok(orders)
}

fn accepted(response: &Response, key: &str, with_password: bool) -> Result<(), Found> {
    let stranger =
        || Found::NotLetta { what: format!("a server without its WebSocket (HTTP {})", response.status().as_u16()) };
    match response.status().as_u16() {
        101 => {}
        401 | 403 if with_password => return Err(Found::WrongPassword),
        401 | 403 => return Err(Found::NeedsPassword),
        _ => return Err(stranger()),
    }
    let proof = response.headers().get(SEC_WEBSOCKET_ACCEPT).map(|value| value.as_bytes().to_vec());
    match proof == Some(derive_accept_key(key.as_bytes()).into_bytes()) {
        true => Ok(()),
        false => Err(stranger()),
    }
}

async fn serve(mut socket: WebSocketStream<Upgraded>, mut orders: mpsc::Receiver<Order>, patience: Patience) {
    let mut open = Open::default();
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => {
                    let text = order.frame.to_string();
                    open.ask(order);
                    if socket.send(Message::text(text)).await.is_err() {
                        return;
                    }
                }
                None => {
                    // Nobody is left to hear whether the goodbye arrived.
                    let _ = socket.close(None).await;
                    return;
                }
            },
            // The server sends a ping every 30 seconds; the library answers it.
            came = tokio::time::timeout(patience.silence, socket.next()) => match came {
                Ok(Some(Ok(Message::Text(text)))) => {
                    let Ok(frame) = serde_json::from_str::<Value>(&text) else { return };
                    open.route(frame);
                }
                Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => return,
                Ok(Some(Ok(_))) => {}
            },
        }
    }
}

/// Questions without an answer yet, and who listens to which agent.
#[derive(Default)]
struct Open {
    asked: HashMap<String, (oneshot::Sender<Value>, Option<Listener>)>,
    listening: HashMap<String, mpsc::Sender<Value>>,
}

impl Open {
    fn ask(&mut self, order: Order) {
        self.asked.retain(|_, (waiting, _)| !waiting.is_closed());
        self.asked.insert(order.id, (order.answer, order.listener));
    }

    fn route(&mut self, frame: Value) {
        let id = frame.get("request_id").and_then(Value::as_str);
        if let Some((answer, listener)) = id.and_then(|id| self.asked.remove(id)) {
            if let Some(Listener { agent, frames }) = listener {
                self.listening.insert(agent, frames);
            }
            // Whoever asked may have given up.
            let _ = answer.send(frame);
            return;
        }
        let agent = frame.pointer("/runtime/agent_id").or_else(|| frame.get("agent_id")).and_then(Value::as_str);
        let Some(agent) = agent.map(str::to_owned) else { return };
        if self.listening.get(&agent).is_some_and(|frames| frames.try_send(frame).is_err()) {
            // Gone, or so slow that the answer ends for it.
            self.listening.remove(&agent);
        }
    }
}

/// The server's own words of a refusal.
pub(super) fn words(frame: &Value, password: Option<&Secret>) -> String {
    clean::detail(frame.get("error").and_then(Value::as_str).unwrap_or_default(), password)
}
