//! What the wire stands on. One trait, so that the wire is tested without a registry and the registry without the wire.

use sanctum_registry::web_chat_leases::{Counted, Handed};
use sanctum_registry::web_chat_responses::ChatResponse;
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// Who asks: the name of the key and the agent it is for.
#[derive(Debug, Clone)]
pub struct Asker {
    pub name: String,
    pub agent_id: Option<i64>,
}

/// A message taken from a caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Posted {
    pub message_id: i64,
    pub uid: String,
    /// Whether its session was begun by it.
    pub new_session: bool,
    pub timestamp: String,
}

/// Messages handed out, and how many waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbox {
    pub messages: Vec<Handed>,
    pub total: u32,
}

/// An answer taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub response_id: i64,
    pub timestamp: String,
    /// Whether it was stored now; one that was there already was not.
    pub fresh: bool,
    pub session_id: String,
}

/// What a clean-up took away, and what it left alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub sessions: u32,
    pub messages: u32,
    pub responses: u32,
}

/// Why a call was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No session with this id, or not one of the asker's agent.
    #[error("Invalid session")]
    NoSession,
    /// No such message in that session.
    #[error("Invalid message_id")]
    NoMessage,
    /// A new session without a key, where several agents are served.
    #[error("Unknown session. Send the key of the agent it is for")]
    NoAgent,
    /// A setting that is changed in the app.
    #[error("{0}")]
    Refused(String),
    /// Somebody else holds the registry; later it works.
    #[error("Busy")]
    Busy,
    /// The registry failed.
    #[error("Internal server error")]
    Failed(String),
}

/// The chats behind the bridge. Calls block.
pub trait Store: Send + Sync + 'static {
    /// Keeps a message for the session's agent; a new session is `agent_id`'s.
    ///
    /// # Errors
    /// [`StoreError::NoAgent`], [`StoreError::NoSession`] where the session is another agent's.
    fn post(&self, session_id: &str, text: &str, agent_id: Option<i64>, address: &str) -> Result<Posted, StoreError>;

    /// Hands out what waits.
    ///
    /// # Errors
    /// The registry's.
    fn inbox(&self, asker: &Asker, limit: u32, offset: u32, since: Option<OffsetDateTime>)
    -> Result<Inbox, StoreError>;

    /// Takes an answer.
    ///
    /// # Errors
    /// [`StoreError::NoSession`], [`StoreError::NoMessage`].
    fn answer(&self, asker: &Asker, session_id: &str, text: &str, message_id: Option<i64>)
    -> Result<Taken, StoreError>;

    /// The finished answers of a session later than `since`; none for one that is not there.
    ///
    /// # Errors
    /// The registry's.
    fn responses(&self, session_id: &str, since: Option<OffsetDateTime>) -> Result<Vec<ChatResponse>, StoreError>;

    /// A page of sessions, active within the last day or all, and how many there are.
    ///
    /// # Errors
    /// The registry's.
    fn sessions(&self, asker: &Asker, limit: u32, offset: u32, active: bool)
    -> Result<(Vec<Counted>, u32), StoreError>;

    /// The settings of the bridge. Never a key.
    fn config(&self) -> Map<String, Value>;

    /// Takes away idle sessions of callers without an account, or (`all`) every one of them. Conversations of accounts stay.
    ///
    /// # Errors
    /// The registry's.
    fn sweep(&self, asker: &Asker, all: bool) -> Result<Swept, StoreError>;
}
