//! What a server sends, message by message: counted, read, and only what belongs to an answer handed on.
//!
//! Notifications are dropped, since nothing here listens to them, and so are lines that are no message (plugins print). A server
//! that sends without end, or asks without end, is left.

use crate::text::shown_line;
use crate::trouble::{Trouble, mib};
use rmcp::model::JsonRpcMessage;
use rmcp::service::{RoleClient, RxJsonRpcMessage};
use serde_json::Value;
use tokio::sync::mpsc::Sender;

/// Largest message that is read, in bytes.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;
/// Most bytes that come between one answer and the next.
const MAX_BETWEEN: usize = 64 << 20;
/// Most questions of the server, and most lines that are no message, between one answer and the next.
const MAX_ASKED: usize = 1_000;
/// Most lines that are no message before the first one.
const MAX_BEFORE: usize = 100;

/// A message of a server.
pub(crate) type Received = RxJsonRpcMessage<RoleClient>;

/// Takes what comes.
pub(crate) struct Incoming {
    to: Sender<Received>,
    between: usize,
    asked: usize,
    odd: usize,
    any: bool,
}

impl Incoming {
    pub fn new(to: Sender<Received>) -> Incoming {
        Incoming { to, between: 0, asked: 0, odd: 0, any: false }
    }

    /// So many bytes came, whatever is in them.
    pub fn came(&mut self, bytes: usize) -> Result<(), Trouble> {
        self.between = self.between.saturating_add(bytes);
        if self.between > MAX_BETWEEN {
            return Err(Trouble::TooLarge { what: "messages nobody asked for", limit: mib(MAX_BETWEEN) });
        }
        Ok(())
    }

    /// One message came whole.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let Ok(message) = serde_json::from_slice::<Received>(bytes) else {
            return self.odd(bytes);
        };
        self.any = true;
        match &message {
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {
                self.between = 0;
                self.asked = 0;
                self.odd = 0;
            }
            JsonRpcMessage::Request(_) => {
                self.asked += 1;
                if self.asked > MAX_ASKED {
                    return Err(Trouble::TooLarge { what: "a row of questions", limit: MAX_ASKED.to_string() });
                }
            }
            JsonRpcMessage::Notification(_) => return Ok(()),
        }
        // Whoever listened is gone, and the reader is ended with them.
        let _ = self.to.send(message).await;
        Ok(())
    }

    fn odd(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.odd += 1;
        let value: Option<Value> = serde_json::from_slice(bytes).ok();
        let has = |key: &str| value.as_ref().is_some_and(|value| value.get(key).is_some());
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
        if has("id") && (has("result") || has("error")) {
            return Err(Trouble::Strange { what: "its answer is not of the form that MCP wants".into() });
        }
        if !self.any && self.odd > MAX_BEFORE {
            return Err(Trouble::NotMcp { what: format!("it said “{}”", shown_line(&start)) });
        }
        if self.odd > MAX_ASKED {
            return Err(Trouble::TooLarge { what: "a row of lines that are no message", limit: MAX_ASKED.to_string() });
        }
        Ok(())
    }
}
