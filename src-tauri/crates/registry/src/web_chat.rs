//! Table `web_chat_sessions`: the conversations, each between one account and one agent, or of one caller of the bridge.
//!
//! Written directly, like sessions of the app: what is said is data, not configuration. Messages are in
//! [`crate::web_chat_messages`], answers in [`crate::web_chat_responses`], their common order in
//! [`crate::web_chat_entries`]. A `uid` tells a module who is speaking; it is made from account and agent and stays.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, meta, row::instant, stamp};

pub use crate::web_chat_messages::{ChatMessage, insert_message, messages};

/// One chat as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatSession {
    /// `session_` and 32 random hex digits where this app made it: who knows it may read the answers.
    pub id: String,
    /// 16 hex digits that stand for the account towards modules.
    pub uid: Option<String>,
    pub user_id: Option<i64>,
    pub agent_id: Option<i64>,
    pub created_at: Option<OffsetDateTime>,
    pub last_active: Option<OffsetDateTime>,
    pub ip_address: Option<String>,
    /// JSON.
    pub metadata: Option<String>,
    /// The one conversation of this account with this agent.
    pub main: bool,
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
        main: r.get(8)?,
    })
}

const SESSION: &str = "id, uid, user_id, agent_id, created_at, last_active, ip_address, metadata, main";

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

/// A new id that nobody guesses, of the form the bridge's callers use.
pub fn new_id() -> String {
    format!("session_{}", uuid::Uuid::new_v4().simple())
}

/// The `uid` of `what` in this install: the same for the same, and telling nothing about it.
fn uid_of(c: &Connection, what: &str) -> Result<String> {
    let install = meta::get(c, "install_id")?.unwrap_or_default();
    let hash = blake3::hash(format!("chat uid\n{install}\n{what}").as_bytes());
    Ok(hash.to_hex().chars().take(16).collect())
}

/// The one conversation of an account with an agent, begun where there is none.
pub fn open_main(c: &Connection, user_id: i64, agent_id: i64, now: OffsetDateTime) -> Result<ChatSession> {
    if let Some(found) = main_of(c, user_id, agent_id)? {
        return Ok(found);
    }
    // A conversation whose agent went keeps its uid; the next one with an agent of that number has another.
    let mut uid = uid_of(c, &format!("{user_id} {agent_id}"))?;
    if by_uid(c, &uid)?.is_some() {
        uid = uid_of(c, &new_id())?;
    }
    let id = new_id();
    c.prepare_cached(
        "INSERT INTO web_chat_sessions(id, uid, user_id, agent_id, created_at, last_active, main)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, 1)",
    )?
    .execute(params![id, uid, user_id, agent_id, stamp(now)])?;
    one(c, "id = ?1", &id)?.ok_or_else(|| crate::RegistryError::NotFound { what: "conversation".into() })
}

/// A chat of a caller of the bridge, begun with that caller's own id where there is none; `true` where it was begun now.
pub fn open_guest(
    c: &Connection,
    id: &str,
    agent_id: Option<i64>,
    address: Option<&str>,
    now: OffsetDateTime,
) -> Result<(ChatSession, bool)> {
    if let Some(found) = get_session(c, id)? {
        return Ok((found, false));
    }
    let uid = uid_of(c, id)?;
    c.prepare_cached(
        "INSERT INTO web_chat_sessions(id, uid, agent_id, created_at, last_active, ip_address)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
    )?
    .execute(params![id, uid, agent_id, stamp(now), address])?;
    let made = get_session(c, id)?.ok_or_else(|| crate::RegistryError::NotFound { what: "session".into() })?;
    Ok((made, true))
}

fn one(c: &Connection, condition: &str, value: &str) -> Result<Option<ChatSession>> {
    let sql = format!("SELECT {SESSION} FROM web_chat_sessions WHERE {condition}");
    Ok(c.prepare_cached(&sql)?.query_row([value], session).optional()?)
}

/// The chat with this id.
pub fn get_session(c: &Connection, id: &str) -> Result<Option<ChatSession>> {
    one(c, "id = ?1", id)
}

/// The chat that is known to modules by this `uid`.
pub fn by_uid(c: &Connection, uid: &str) -> Result<Option<ChatSession>> {
    one(c, "uid = ?1", uid)
}

/// The one conversation of an account with an agent.
pub fn main_of(c: &Connection, user_id: i64, agent_id: i64) -> Result<Option<ChatSession>> {
    let sql = format!("SELECT {SESSION} FROM web_chat_sessions WHERE main = 1 AND user_id = ?1 AND agent_id = ?2");
    Ok(c.prepare_cached(&sql)?.query_row([user_id, agent_id], session).optional()?)
}

/// The chats with one agent, the latest first.
pub fn of_agent(c: &Connection, agent_id: i64) -> Result<Vec<ChatSession>> {
    let sql = format!("SELECT {SESSION} FROM web_chat_sessions WHERE agent_id = ?1 ORDER BY last_active DESC, id");
    Ok(c.prepare_cached(&sql)?.query_map([agent_id], session)?.collect::<rusqlite::Result<_>>()?)
}

/// The conversations of one account, the latest first.
pub fn of_user(c: &Connection, user_id: i64) -> Result<Vec<ChatSession>> {
    let sql = format!(
        "SELECT {SESSION} FROM web_chat_sessions WHERE user_id = ?1 AND main = 1 ORDER BY last_active DESC, id"
    );
    Ok(c.prepare_cached(&sql)?.query_map([user_id], session)?.collect::<rusqlite::Result<_>>()?)
}

/// Notes that something happened in a chat; never backwards.
pub fn touch(c: &Connection, id: &str, now: OffsetDateTime) -> Result<()> {
    c.prepare_cached("UPDATE web_chat_sessions SET last_active = ?2 WHERE id = ?1 AND last_active < ?2")?
        .execute(params![id, stamp(now)])?;
    Ok(())
}

/// Takes away what was said in a chat, and gives how many messages and answers that were. The chat and its uid stay.
pub fn clear(c: &Connection, id: &str) -> Result<(u32, u32)> {
    let answers = c.execute("DELETE FROM web_chat_responses WHERE session_id = ?1", [id])?;
    let messages = c.execute("DELETE FROM web_chat_messages WHERE session_id = ?1", [id])?;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok((count(messages), count(answers)))
}

/// Takes away a chat with all that was said in it.
pub fn remove(c: &Connection, id: &str) -> Result<(u32, u32)> {
    let counts = clear(c, id)?;
    c.execute("DELETE FROM web_chat_sessions WHERE id = ?1", [id])?;
    Ok(counts)
}
