//! Table `web_chat_messages`: what accounts and callers said, and how far each message came.
//!
//! `queued` waits, `sent` is known to be with the other side, `answered`, `failed` (with a code and a sentence) and
//! `cancelled` are ends; a failed one can be queued again. A message with a lease owner is in somebody's hands: after a
//! crash that tells one that may have gone out from one that did not. `processed` is the spec's word for answered.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{
    Result,
    row::{instant, word},
    stamp,
};

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Waits for its turn.
    Queued,
    /// Is with the other side.
    Sent,
    Answered,
    /// Did not get there, or got no answer; says why.
    Failed,
    /// Stopped by its author.
    Cancelled,
}

impl MessageState {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            MessageState::Queued => "queued",
            MessageState::Sent => "sent",
            MessageState::Answered => "answered",
            MessageState::Failed => "failed",
            MessageState::Cancelled => "cancelled",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<MessageState> {
        use MessageState::*;
        [Queued, Sent, Answered, Failed, Cancelled].into_iter().find(|s| s.as_str() == text)
    }
}

/// Who delivers a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// This app, to the agent's server.
    Direct,
    /// Broca, which fetches it from the bridge.
    Bridge,
}

impl Route {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Route::Direct => "direct",
            Route::Bridge => "bridge",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<Route> {
        [Route::Direct, Route::Bridge].into_iter().find(|r| r.as_str() == text)
    }
}

/// One message as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatMessage {
    pub id: i64,
    pub session_id: String,
    /// As it came; may hold control characters.
    pub message: String,
    pub timestamp: Option<OffsetDateTime>,
    /// Whether it was answered.
    pub processed: bool,
    pub broca_message_id: Option<i64>,
    pub user_id: Option<i64>,
    pub state: MessageState,
    pub route: Route,
    /// Its author's key for it: handed in twice, it is one message.
    pub key: Option<String>,
    /// Code and sentence of a failure.
    pub failure: Option<String>,
    pub reason: Option<String>,
    /// How often it was handed out.
    pub attempts: u32,
    /// Who has it in hand, until when.
    pub lease_owner: Option<String>,
    pub leased_until: Option<OffsetDateTime>,
    pub sent_at: Option<OffsetDateTime>,
    pub answered_at: Option<OffsetDateTime>,
}

pub(crate) const MESSAGE: &str = "id, session_id, message, timestamp, processed, broca_message_id, user_id, state, route, \
     key, failure, reason, attempts, lease_owner, leased_until, sent_at, answered_at";

pub(crate) fn message(r: &Row<'_>) -> rusqlite::Result<ChatMessage> {
    Ok(ChatMessage {
        id: r.get(0)?,
        session_id: r.get(1)?,
        message: r.get(2)?,
        timestamp: instant(r, 3)?,
        processed: r.get(4)?,
        broca_message_id: r.get(5)?,
        user_id: r.get(6)?,
        state: word(r, 7, MessageState::parse)?,
        route: word(r, 8, Route::parse)?,
        key: r.get(9)?,
        failure: r.get(10)?,
        reason: r.get(11)?,
        attempts: r.get(12)?,
        lease_owner: r.get(13)?,
        leased_until: instant(r, 14)?,
        sent_at: instant(r, 15)?,
        answered_at: instant(r, 16)?,
    })
}

/// Adds a message for the bridge to a chat and returns its id.
pub fn insert_message(c: &Connection, session_id: &str, text: &str, user_id: Option<i64>) -> Result<i64> {
    Ok(c.prepare_cached(
        "INSERT INTO web_chat_messages(session_id, message, user_id) VALUES (?1, ?2, ?3) RETURNING id",
    )?
    .query_row(params![session_id, text, user_id], |r| r.get(0))?)
}

/// A message to be added.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    pub session_id: &'a str,
    pub text: &'a str,
    pub user_id: Option<i64>,
    pub route: Route,
    pub key: Option<&'a str>,
}

/// Adds a message and gives it back; one whose key is known in this chat is given back as it stands, with `false`.
pub fn add(c: &Connection, new: &NewMessage<'_>, now: OffsetDateTime) -> Result<(ChatMessage, bool)> {
    if let Some(key) = new.key {
        let sql = format!("SELECT {MESSAGE} FROM web_chat_messages WHERE session_id = ?1 AND key = ?2");
        if let Some(found) = c.prepare_cached(&sql)?.query_row([new.session_id, key], message).optional()? {
            return Ok((found, false));
        }
    }
    let sql = format!(
        "INSERT INTO web_chat_messages(session_id, message, timestamp, user_id, route, key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING {MESSAGE}"
    );
    let values = params![new.session_id, new.text, stamp(now), new.user_id, new.route.as_str(), new.key];
    Ok((c.prepare_cached(&sql)?.query_row(values, message)?, true))
}

/// The message with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<ChatMessage>> {
    let sql = format!("SELECT {MESSAGE} FROM web_chat_messages WHERE id = ?1");
    Ok(c.prepare_cached(&sql)?.query_row([id], message).optional()?)
}

/// Up to `limit` messages of a chat after the message `after` (0 for the first), in order.
pub fn messages(c: &Connection, session_id: &str, after: i64, limit: u32) -> Result<Vec<ChatMessage>> {
    let sql = format!("SELECT {MESSAGE} FROM web_chat_messages WHERE session_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
    let mut s = c.prepare_cached(&sql)?;
    Ok(s.query_map(params![session_id, after, limit], message)?.collect::<rusqlite::Result<_>>()?)
}

/// The first message of a chat that this app delivers itself and that has not come to an end.
pub fn next_direct(c: &Connection, session_id: &str) -> Result<Option<ChatMessage>> {
    let sql = format!(
        "SELECT {MESSAGE} FROM web_chat_messages
         WHERE session_id = ?1 AND state IN ('queued', 'sent') AND route = 'direct' ORDER BY id LIMIT 1"
    );
    Ok(c.prepare_cached(&sql)?.query_row([session_id], message).optional()?)
}

/// Chats in which a message that this app delivers has not come to an end, the longest waiting first.
pub fn waiting_sessions(c: &Connection) -> Result<Vec<String>> {
    let mut s = c.prepare_cached(
        "SELECT session_id FROM web_chat_messages
         WHERE state IN ('queued', 'sent') AND route = 'direct' GROUP BY session_id ORDER BY min(id)",
    )?;
    Ok(s.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// How many messages of a chat have not come to an end.
pub fn waiting(c: &Connection, session_id: &str) -> Result<u32> {
    Ok(c.prepare_cached(
        "SELECT count(*) FROM web_chat_messages WHERE session_id = ?1 AND state IN ('queued', 'sent')",
    )?
    .query_row([session_id], |r| r.get(0))?)
}

/// How many messages of a chat are with the other side now.
pub fn in_hand(c: &Connection, session_id: &str) -> Result<u32> {
    Ok(c.prepare_cached("SELECT count(*) FROM web_chat_messages WHERE session_id = ?1 AND state = 'sent'")?
        .query_row([session_id], |r| r.get(0))?)
}

/// Holds a message longer; `false` where `owner` has it no more.
pub fn hold(c: &Connection, id: i64, owner: &str, until: OffsetDateTime) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET leased_until = ?3
         WHERE id = ?1 AND lease_owner = ?2 AND state IN ('queued', 'sent')",
    )?
    .execute(params![id, owner, stamp(until)])?
        > 0)
}

/// Notes, before anything leaves, that `owner` is about to send a queued message; `false` where it is not queued.
pub fn take(c: &Connection, id: i64, owner: &str, until: OffsetDateTime) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET lease_owner = ?2, leased_until = ?3, attempts = attempts + 1
         WHERE id = ?1 AND state = 'queued' AND lease_owner IS NULL",
    )?
    .execute(params![id, owner, stamp(until)])?
        > 0)
}

/// Puts a message that surely did not go out back where it was; a wait for the server is no attempt.
pub fn put_back(c: &Connection, id: i64) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET lease_owner = NULL, leased_until = NULL, attempts = max(attempts - 1, 0)
         WHERE id = ?1 AND state = 'queued'",
    )?
    .execute([id])?
        > 0)
}

/// Notes that the other side has it.
pub fn sent(c: &Connection, id: i64, now: OffsetDateTime) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET state = 'sent', sent_at = ?2 WHERE id = ?1 AND state IN ('queued', 'sent')",
    )?
    .execute(params![id, stamp(now)])?
        > 0)
}

/// Notes that it was answered; also a message that was given up, since the answer came.
pub fn answered(c: &Connection, id: i64, now: OffsetDateTime) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET state = 'answered', processed = 1, answered_at = ?2, failure = NULL, reason = NULL,
           lease_owner = NULL, leased_until = NULL, sent_at = coalesce(sent_at, ?2) WHERE id = ?1 AND state <> 'answered'",
    )?
    .execute(params![id, stamp(now)])?
        > 0)
}

/// Ends a message that was not answered, with a code and a sentence.
pub fn failed(c: &Connection, id: i64, failure: &str, reason: &str) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET state = 'failed', failure = ?2, reason = ?3, lease_owner = NULL, leased_until = NULL
         WHERE id = ?1 AND state IN ('queued', 'sent')",
    )?
    .execute(params![id, failure, reason])?
        > 0)
}

/// Ends a message that its author stopped. A lease stays: an answer may still come for it.
pub fn cancelled(c: &Connection, id: i64) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET state = 'cancelled' WHERE id = ?1 AND state IN ('queued', 'sent')",
    )?
    .execute([id])?
        > 0)
}

/// Queues a message anew that failed or was stopped, with the way it goes now.
pub fn requeue(c: &Connection, id: i64, route: Route) -> Result<bool> {
    Ok(c.prepare_cached(
        "UPDATE web_chat_messages SET state = 'queued', route = ?2, failure = NULL, reason = NULL, lease_owner = NULL,
           leased_until = NULL, sent_at = NULL WHERE id = ?1 AND state IN ('failed', 'cancelled')",
    )?
    .execute(params![id, route.as_str()])?
        > 0)
}
