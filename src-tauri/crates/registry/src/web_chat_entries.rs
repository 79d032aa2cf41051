//! Tables `web_chat_entries` and `web_chat_reads`: the one order over messages and answers, and who read how far.
//!
//! Triggers fill the order. A page is a range of one index from a place in it, so that it costs the same at both ends of
//! 100,000 entries and around any date. A message that waited stands where it was written, its answer where it came.

use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;

use crate::{Result, stamp};

/// A place in a transcript: a message, or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRow {
    pub seq: i64,
    pub what: What,
}

/// What stands at a place, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Message(i64),
    Response(i64),
}

fn entry(r: &rusqlite::Row<'_>) -> rusqlite::Result<Option<EntryRow>> {
    let seq = r.get(0)?;
    Ok(match (r.get(1)?, r.get(2)?) {
        (Some(id), _) => Some(EntryRow { seq, what: What::Message(id) }),
        (None, Some(id)) => Some(EntryRow { seq, what: What::Response(id) }),
        (None, None) => None,
    })
}

/// Up to `limit` entries with a place below `before`, in order.
pub fn before(c: &Connection, session_id: &str, before: i64, limit: u32) -> Result<Vec<EntryRow>> {
    let mut s = c.prepare_cached(
        "SELECT seq, message_id, response_id FROM web_chat_entries WHERE session_id = ?1 AND seq < ?2
         ORDER BY seq DESC LIMIT ?3",
    )?;
    let rows: Vec<_> = s.query_map(params![session_id, before, limit], entry)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().flatten().rev().collect())
}

/// Up to `limit` entries with a place above `after`, in order.
pub fn after(c: &Connection, session_id: &str, after: i64, limit: u32) -> Result<Vec<EntryRow>> {
    let mut s = c.prepare_cached(
        "SELECT seq, message_id, response_id FROM web_chat_entries WHERE session_id = ?1 AND seq > ?2
         ORDER BY seq LIMIT ?3",
    )?;
    let rows: Vec<_> = s.query_map(params![session_id, after, limit], entry)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// The place of the first entry at `at` or later; of the last one where none is later.
pub fn at(c: &Connection, session_id: &str, at: OffsetDateTime) -> Result<Option<i64>> {
    let later = c
        .prepare_cached(
            "SELECT seq FROM web_chat_entries WHERE session_id = ?1 AND timestamp >= ?2 ORDER BY timestamp, seq LIMIT 1",
        )?
        .query_row(params![session_id, stamp(at)], |r| r.get(0))
        .optional()?;
    match later {
        Some(seq) => Ok(Some(seq)),
        None => last(c, session_id),
    }
}

/// The place of the last entry.
pub fn last(c: &Connection, session_id: &str) -> Result<Option<i64>> {
    Ok(c.prepare_cached("SELECT max(seq) FROM web_chat_entries WHERE session_id = ?1")?
        .query_row([session_id], |r| r.get(0))?)
}

/// How many entries a chat has.
pub fn count(c: &Connection, session_id: &str) -> Result<u32> {
    Ok(c.prepare_cached("SELECT count(*) FROM web_chat_entries WHERE session_id = ?1")?
        .query_row([session_id], |r| r.get(0))?)
}

/// The place of the first answer that an account has not read.
pub fn first_unread(c: &Connection, session_id: &str, user_id: i64) -> Result<Option<i64>> {
    Ok(c.prepare_cached(
        "SELECT min(seq) FROM web_chat_entries WHERE session_id = ?1 AND response_id IS NOT NULL
             AND seq > coalesce((SELECT seq FROM web_chat_reads WHERE session_id = ?1 AND user_id = ?2), 0)",
    )?
    .query_row(params![session_id, user_id], |r| r.get(0))?)
}

/// The last place of all chats, and how many answers are being written: differs where something was said.
pub fn mark(c: &Connection) -> Result<(i64, i64)> {
    Ok(c.prepare_cached(
        "SELECT (SELECT coalesce(max(seq), 0) FROM web_chat_entries),
                (SELECT count(*) FROM web_chat_responses WHERE status = 'streaming')",
    )?
    .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// The place of a message or an answer.
pub fn place(c: &Connection, what: What) -> Result<Option<i64>> {
    let (column, id) = match what {
        What::Message(id) => ("message_id", id),
        What::Response(id) => ("response_id", id),
    };
    Ok(c.prepare_cached(&format!("SELECT seq FROM web_chat_entries WHERE {column} = ?1"))?
        .query_row([id], |r| r.get(0))
        .optional()?)
}

/// The most answers that are counted as unread; more are told as this many.
pub const UNREAD_LIMIT: u32 = 1000;

/// How many answers of a chat an account has not read, up to [`UNREAD_LIMIT`].
pub fn unread(c: &Connection, session_id: &str, user_id: i64) -> Result<u32> {
    Ok(c.prepare_cached(
        "SELECT count(*) FROM (SELECT 1 FROM web_chat_entries
           WHERE session_id = ?1 AND response_id IS NOT NULL
             AND seq > coalesce((SELECT seq FROM web_chat_reads WHERE session_id = ?1 AND user_id = ?2), 0) LIMIT ?3)",
    )?
    .query_row(params![session_id, user_id, UNREAD_LIMIT], |r| r.get(0))?)
}

/// How far an account has read a chat.
pub fn read_to(c: &Connection, session_id: &str, user_id: i64) -> Result<i64> {
    Ok(c.prepare_cached("SELECT seq FROM web_chat_reads WHERE session_id = ?1 AND user_id = ?2")?
        .query_row(params![session_id, user_id], |r| r.get(0))
        .optional()?
        .unwrap_or(0))
}

/// Notes that an account has read a chat up to `seq`; a lower place than before marks the rest as unread again.
pub fn set_read(c: &Connection, session_id: &str, user_id: i64, seq: i64) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO web_chat_reads(session_id, user_id, seq) VALUES (?1, ?2, ?3)
         ON CONFLICT(session_id, user_id) DO UPDATE SET seq = excluded.seq",
    )?
    .execute(params![session_id, user_id, seq])?;
    Ok(())
}

/// Gives every message and answer its place and makes the search anew: after a salvage.
pub(crate) fn rebuild(c: &Connection) -> Result<()> {
    c.execute_batch(
        "DELETE FROM web_chat_entries WHERE NOT EXISTS (SELECT 1 FROM web_chat_messages m WHERE m.id = message_id)
           AND NOT EXISTS (SELECT 1 FROM web_chat_responses r WHERE r.id = response_id);
         INSERT INTO web_chat_entries(session_id, timestamp, message_id, response_id)
           SELECT session_id, timestamp, message_id, response_id FROM (
             SELECT session_id, timestamp, id AS message_id, NULL AS response_id FROM web_chat_messages
               WHERE id NOT IN (SELECT message_id FROM web_chat_entries WHERE message_id IS NOT NULL)
             UNION ALL
             SELECT session_id, timestamp, NULL, id FROM web_chat_responses
               WHERE id NOT IN (SELECT response_id FROM web_chat_entries WHERE response_id IS NOT NULL)
           ) ORDER BY timestamp, message_id IS NULL, coalesce(message_id, response_id);
         INSERT INTO web_chat_search(web_chat_search) VALUES ('rebuild');",
    )?;
    Ok(())
}
