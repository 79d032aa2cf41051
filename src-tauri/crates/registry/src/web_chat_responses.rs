//! Tables `web_chat_responses` and `web_chat_parts`: what agents answered, whole and in its parts.
//!
//! While an answer streams, parts are only added: a commit costs the same at the end of a long answer as at its start.
//! When it ends, neighbours of one kind become one row and `response` holds its text; only then the search knows it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    RegistryError, Result,
    row::{instant, word},
    stamp,
};

/// How far an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseStatus {
    Streaming,
    Done,
    /// The other side broke it off; what came is kept.
    Failed,
    /// Its reader stopped it; what came is kept.
    Cancelled,
    /// This app ended in the middle of it; what was shown is kept.
    Interrupted,
}

impl ResponseStatus {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            ResponseStatus::Streaming => "streaming",
            ResponseStatus::Done => "done",
            ResponseStatus::Failed => "failed",
            ResponseStatus::Cancelled => "cancelled",
            ResponseStatus::Interrupted => "interrupted",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<ResponseStatus> {
        use ResponseStatus::*;
        [Streaming, Done, Failed, Cancelled, Interrupted].into_iter().find(|s| s.as_str() == text)
    }
}

/// One answer as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatResponse {
    pub id: i64,
    pub session_id: String,
    /// Its text without reasoning and tools; empty while it streams.
    pub response: String,
    pub timestamp: Option<OffsetDateTime>,
    /// The message it answers; `None` where nobody asked.
    pub message_id: Option<i64>,
    pub status: ResponseStatus,
    pub reason: Option<String>,
    pub finished_at: Option<OffsetDateTime>,
}

/// One part of an answer: `text`, `reasoning`, `tool_call`, `tool_return` or `error`, and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub kind: String,
    /// The other side's id of it; pieces of one kind and id that follow each other are one part.
    pub part: String,
    /// An object. `text` and `arguments` of pieces are joined, anything else is taken from the latest.
    pub payload: Value,
}

const RESPONSE: &str = "id, session_id, response, timestamp, message_id, status, reason, finished_at";

pub(crate) fn response(r: &Row<'_>) -> rusqlite::Result<ChatResponse> {
    Ok(ChatResponse {
        id: r.get(0)?,
        session_id: r.get(1)?,
        response: r.get(2)?,
        timestamp: instant(r, 3)?,
        message_id: r.get(4)?,
        status: word(r, 5, ResponseStatus::parse)?,
        reason: r.get(6)?,
        finished_at: instant(r, 7)?,
    })
}

/// Begins an answer that will come in parts.
pub fn begin(c: &Connection, session_id: &str, message_id: Option<i64>, now: OffsetDateTime) -> Result<i64> {
    Ok(c.prepare_cached(
        "INSERT INTO web_chat_responses(session_id, message_id, timestamp, status)
         VALUES (?1, ?2, ?3, 'streaming') RETURNING id",
    )?
    .query_row(params![session_id, message_id, stamp(now)], |r| r.get(0))?)
}

/// Adds a whole answer of plain text.
///
/// Errors: the message is answered already.
pub fn add(c: &Connection, session_id: &str, message_id: Option<i64>, text: &str, now: OffsetDateTime) -> Result<i64> {
    Ok(c.prepare_cached(
        "INSERT INTO web_chat_responses(session_id, message_id, response, timestamp, finished_at)
         VALUES (?1, ?2, ?3, ?4, ?4) RETURNING id",
    )?
    .query_row(params![session_id, message_id, text, stamp(now)], |r| r.get(0))?)
}

/// The answer with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<ChatResponse>> {
    let sql = format!("SELECT {RESPONSE} FROM web_chat_responses WHERE id = ?1");
    Ok(c.prepare_cached(&sql)?.query_row([id], response).optional()?)
}

/// The answers to one message, in order.
pub fn of_message(c: &Connection, message_id: i64) -> Result<Vec<ChatResponse>> {
    let sql = format!("SELECT {RESPONSE} FROM web_chat_responses WHERE message_id = ?1 ORDER BY id");
    Ok(c.prepare_cached(&sql)?.query_map([message_id], response)?.collect::<rusqlite::Result<_>>()?)
}

/// Finished answers of a chat later than `since`, in order, up to `limit`.
pub fn since(c: &Connection, session_id: &str, since: Option<OffsetDateTime>, limit: u32) -> Result<Vec<ChatResponse>> {
    let sql = format!(
        "SELECT {RESPONSE} FROM web_chat_responses WHERE session_id = ?1 AND timestamp > ?2 AND status <> 'streaming'
         ORDER BY timestamp, id LIMIT ?3"
    );
    let after = since.map_or_else(String::new, stamp);
    Ok(c.prepare_cached(&sql)?
        .query_map(params![session_id, after, limit], response)?
        .collect::<rusqlite::Result<_>>()?)
}

/// Answers that are still streaming: those a crash left behind, when nobody sends.
pub fn streaming(c: &Connection) -> Result<Vec<ChatResponse>> {
    let sql = format!("SELECT {RESPONSE} FROM web_chat_responses WHERE status = 'streaming' ORDER BY id");
    Ok(c.prepare_cached(&sql)?.query_map([], response)?.collect::<rusqlite::Result<_>>()?)
}

/// Adds pieces at the end of a streaming answer.
pub fn append(c: &Connection, id: i64, parts: &[Part]) -> Result<()> {
    let next: i64 = c
        .prepare_cached("SELECT coalesce(max(n), -1) + 1 FROM web_chat_parts WHERE response_id = ?1")?
        .query_row([id], |r| r.get(0))?;
    let mut put = c.prepare_cached(
        "INSERT INTO web_chat_parts(response_id, n, kind, part, payload) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (n, part) in (next..).zip(joined(parts.iter().cloned())) {
        put.execute(params![id, n, part.kind, part.part, part.payload.to_string()])?;
    }
    Ok(())
}

/// The parts of an answer, in order, pieces joined.
pub fn parts(c: &Connection, id: i64) -> Result<Vec<Part>> {
    let mut s = c.prepare_cached("SELECT kind, part, payload FROM web_chat_parts WHERE response_id = ?1 ORDER BY n")?;
    let rows = s.query_map([id], |r| {
        let payload: String = r.get(2)?;
        Ok(Part {
            kind: r.get(0)?,
            part: r.get(1)?,
            payload: serde_json::from_str(&payload).unwrap_or_else(|_| json!({})),
        })
    })?;
    Ok(joined(rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter()))
}

/// Ends a streaming answer: its pieces become parts, its text its response. `false` where it does not stream any more.
///
/// Errors: it is to be done, and its message is answered already.
pub fn finish(
    c: &Connection,
    id: i64,
    status: ResponseStatus,
    reason: Option<&str>,
    now: OffsetDateTime,
) -> Result<bool> {
    let Some(found) = get(c, id)? else {
        return Err(RegistryError::NotFound { what: format!("answer {id}") });
    };
    if found.status != ResponseStatus::Streaming {
        return Ok(false);
    }
    let whole = parts(c, id)?;
    c.prepare_cached("DELETE FROM web_chat_parts WHERE response_id = ?1")?.execute([id])?;
    append(c, id, &whole)?;
    let texts: Vec<&str> =
        whole.iter().filter(|p| p.kind == "text").filter_map(|p| p.payload["text"].as_str()).collect();
    c.prepare_cached(
        "UPDATE web_chat_responses SET response = ?2, status = ?3, reason = ?4, finished_at = ?5 WHERE id = ?1",
    )?
    .execute(params![id, texts.join("\n\n"), status.as_str(), reason, stamp(now)])?;
    Ok(true)
}

/// Pieces that follow each other with one kind and one id, joined.
fn joined(pieces: impl Iterator<Item = Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for piece in pieces {
        match all.last_mut() {
            Some(last) if last.kind == piece.kind && last.part == piece.part => join(&mut last.payload, piece.payload),
            _ => all.push(piece),
        }
    }
    all
}

fn join(whole: &mut Value, piece: Value) {
    let (Value::Object(whole), Value::Object(piece)) = (whole, piece) else {
        return;
    };
    for (key, value) in piece {
        match (whole.get_mut(&key), value) {
            (Some(Value::String(text)), Value::String(more)) if key == "text" || key == "arguments" => {
                text.push_str(&more);
            }
            // Only the first piece of a tool call names the tool.
            (Some(_), Value::String(empty)) if empty.is_empty() => {}
            (_, value) => drop(whole.insert(key, value)),
        }
    }
}
