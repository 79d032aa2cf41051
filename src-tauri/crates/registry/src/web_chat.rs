//! Tables `web_chat_sessions` and `web_chat_messages`: what the web bridge keeps of chats, attributed to accounts.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One chat as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatSession {
    pub id: String,
    pub uid: Option<String>,
    pub user_id: Option<i64>,
    pub agent_id: Option<i64>,
    pub created_at: Option<OffsetDateTime>,
    pub last_active: Option<OffsetDateTime>,
    pub ip_address: Option<String>,
    /// JSON.
    pub metadata: Option<String>,
}

/// One message as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatMessage {
    pub id: i64,
    pub session_id: String,
    pub message: String,
    pub timestamp: Option<OffsetDateTime>,
    pub processed: bool,
    pub broca_message_id: Option<i64>,
    pub user_id: Option<i64>,
}

fn session(r: &Row<'_>) -> rusqlite::Result<ChatSession> {
    Ok(ChatSession {
        id: r.get(0)?,
        uid: r.get(1)?,
        user_id: r.get(2)?,
        agent_id: r.get(3)?,
        created_at: instant(r, 4)?,
        last_active: instant(r, 5)?,
        ip_address: r.get(6)?,
        metadata: r.get(7)?,
    })
}

fn message(r: &Row<'_>) -> rusqlite::Result<ChatMessage> {
    Ok(ChatMessage {
        id: r.get(0)?,
        session_id: r.get(1)?,
        message: r.get(2)?,
        timestamp: instant(r, 3)?,
        processed: r.get(4)?,
        broca_message_id: r.get(5)?,
        user_id: r.get(6)?,
    })
}

const SESSION: &str = "id, uid, user_id, agent_id, created_at, last_active, ip_address, metadata";

/// Starts a chat.
pub fn insert_session(
    c: &Connection,
    id: &str,
    uid: Option<&str>,
    user_id: Option<i64>,
    agent_id: Option<i64>,
) -> Result<()> {
    c.prepare_cached("INSERT INTO web_chat_sessions(id, uid, user_id, agent_id) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, uid, user_id, agent_id])?;
    Ok(())
}

/// Adds a message to a chat and returns its id.
pub fn insert_message(c: &Connection, session_id: &str, text: &str, user_id: Option<i64>) -> Result<i64> {
    c.prepare_cached("INSERT INTO web_chat_messages(session_id, message, user_id) VALUES (?1, ?2, ?3)")?
        .execute(params![session_id, text, user_id])?;
    Ok(c.last_insert_rowid())
}

/// The chat with this id.
pub fn get_session(c: &Connection, id: &str) -> Result<Option<ChatSession>> {
    let sql = format!("SELECT {SESSION} FROM web_chat_sessions WHERE id = ?1");
    Ok(c.prepare_cached(&sql)?.query_row([id], session).optional()?)
}

/// The chats with one agent, the latest first.
pub fn of_agent(c: &Connection, agent_id: i64) -> Result<Vec<ChatSession>> {
    let sql = format!("SELECT {SESSION} FROM web_chat_sessions WHERE agent_id = ?1 ORDER BY last_active DESC, id");
    Ok(c.prepare_cached(&sql)?.query_map([agent_id], session)?.collect::<rusqlite::Result<_>>()?)
}

/// Up to `limit` messages of a chat after the message `after` (0 for the first), in order.
pub fn messages(c: &Connection, session_id: &str, after: i64, limit: u32) -> Result<Vec<ChatMessage>> {
    let mut s = c.prepare_cached(
        "SELECT id, session_id, message, timestamp, processed, broca_message_id, user_id FROM web_chat_messages
         WHERE session_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    )?;
    Ok(s.query_map(params![session_id, after, limit], message)?.collect::<rusqlite::Result<_>>()?)
}
