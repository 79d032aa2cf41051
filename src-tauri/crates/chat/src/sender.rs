//! What delivers a message to an agent and brings the answer back: given in, so that nothing here knows a server.

use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;
use sanctum_registry::web_chat_responses::Part;
use serde_json::json;

/// A message on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub message_id: i64,
    pub session_id: String,
    pub user_id: Option<i64>,
    pub agent_id: Option<i64>,
    /// Names the message to the server: given twice, it is one message there, where the server can tell.
    pub key: String,
    pub text: String,
}

/// A piece of an answer. `part` is the server's id: pieces with one id and kind are one part.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    Text {
        part: String,
        text: String,
    },
    Reasoning {
        part: String,
        text: String,
    },
    /// `arguments` is JSON in pieces.
    ToolCall {
        part: String,
        name: String,
        arguments: String,
    },
    ToolReturn {
        part: String,
        ok: bool,
        text: String,
    },
    Error {
        text: String,
    },
}

impl Delta {
    /// As it is kept.
    pub fn part(&self) -> Part {
        let (kind, part, payload) = match self {
            Delta::Text { part, text } => ("text", part.clone(), json!({ "text": text })),
            Delta::Reasoning { part, text } => ("reasoning", part.clone(), json!({ "text": text })),
            Delta::ToolCall { part, name, arguments } => {
                ("tool_call", part.clone(), json!({ "name": name, "arguments": arguments }))
            }
            Delta::ToolReturn { part, ok, text } => ("tool_return", part.clone(), json!({ "ok": ok, "text": text })),
            Delta::Error { text } => ("error", String::new(), json!({ "text": text })),
        };
        Part { kind: kind.into(), part, payload }
    }

    /// About how many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        match self {
            Delta::Text { text, .. } | Delta::Reasoning { text, .. } | Delta::Error { text } => text.len(),
            Delta::ToolCall { arguments, .. } => arguments.len(),
            Delta::ToolReturn { text, .. } => text.len(),
        }
    }
}

/// The answer as it comes; it ends with the stream, or with an error.
pub type Deltas = Pin<Box<dyn Stream<Item = Result<Delta, SendError>> + Send>>;

/// Why a message was not answered. The words are sentences for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nobody answers there, and the message surely did not go out: it waits.
    #[error("{0}")]
    Away(String),
    /// The server answered that it will not take it.
    #[error("{0}")]
    Refused(String),
    /// It may have gone out or not.
    #[error("{0}")]
    Unsure(String),
    /// The answer broke off.
    #[error("{0}")]
    Broken(String),
}

/// Whether a server has a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Yes,
    No,
    Unknown,
}

/// Delivers messages to one agent.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Sends it. `Ok` as soon as the server took it; the answer comes with the stream.
    async fn send(&self, outgoing: &Outgoing) -> Result<Deltas, SendError>;

    /// Whether the server has a message that may have been sent before. Asked before one is sent again by itself.
    async fn taken(&self, outgoing: &Outgoing) -> Taken;

    /// Tells the server that nobody waits for the answer any more.
    async fn cancel(&self, outgoing: &Outgoing);
}
