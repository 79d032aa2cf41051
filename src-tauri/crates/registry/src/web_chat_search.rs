//! The full-text search over messages and finished answers (`web_chat_search`), newest first.
//!
//! Every word of a query must be there, the last one may be the start of one. Whatever a person types is a query: the
//! words are quoted, so that none is taken for an operator. Words are what Unicode calls so, without case and accents.

use rusqlite::{Connection, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// A place where the words were found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchHit {
    pub seq: i64,
    pub session_id: String,
    pub agent_id: Option<i64>,
    /// Whether an account said it (or else an agent).
    pub asked: bool,
    pub timestamp: Option<OffsetDateTime>,
    /// The text around the first hit, [`MARK`] and [`UNMARK`] around each word that was found.
    pub snippet: String,
}

/// Stands before a found word in a snippet: a private-use character, taken out of the text itself.
pub const MARK: char = '\u{E000}';
/// Stands behind it.
pub const UNMARK: char = '\u{E001}';

/// What is searched.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// One chat.
    Session(&'a str),
    /// The conversations of one account.
    User(i64),
}

/// Up to `limit` hits below the place `before`, the latest first. A query without a word finds nothing.
pub fn search(c: &Connection, scope: Scope<'_>, query: &str, before: i64, limit: u32) -> Result<Vec<SearchHit>> {
    let Some(words) = words(query) else {
        return Ok(Vec::new());
    };
    let (condition, key): (&str, rusqlite::types::Value) = match scope {
        Scope::Session(id) => ("s.id = ?4", id.to_owned().into()),
        Scope::User(id) => ("s.user_id = ?4 AND s.main = 1", id.into()),
    };
    // The plus sign keeps the walk along the search's own order, which ends at the limit.
    let sql = format!(
        "SELECT e.seq, e.session_id, s.agent_id, e.message_id IS NOT NULL, e.timestamp,
           snippet(web_chat_search, 0, '{MARK}', '{UNMARK}', '…', 16)
         FROM web_chat_search CROSS JOIN web_chat_entries e ON e.seq = web_chat_search.rowid
         JOIN web_chat_sessions s ON s.id = +e.session_id
         WHERE web_chat_search MATCH ?1 AND web_chat_search.rowid < ?2 AND {condition}
         ORDER BY web_chat_search.rowid DESC LIMIT ?3"
    );
    let mut s = c.prepare_cached(&sql)?;
    let rows = s.query_map(params![words, before, limit, key], |r| {
        Ok(SearchHit {
            seq: r.get(0)?,
            session_id: r.get(1)?,
            agent_id: r.get(2)?,
            asked: r.get(3)?,
            timestamp: instant(r, 4)?,
            snippet: r.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The query in the search's own language.
fn words(query: &str) -> Option<String> {
    let words: Vec<String> = query
        .split_whitespace()
        .map(|word| word.replace(['"', '\0'], " "))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(16)
        .map(|word| format!("\"{}\"", word.trim()))
        .collect();
    if words.is_empty() { None } else { Some(format!("{}*", words.join(" "))) }
}
