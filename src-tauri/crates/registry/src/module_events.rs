//! Table `module_events`: what happened to instances, and who did it. No secret reaches `text`; that is the caller's duty.

use rusqlite::{Connection, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant, stamp};

/// The most that is kept of one instance; older ones are dropped.
const MOST: i64 = 500;

/// One line to be written.
#[derive(Debug, Clone)]
pub struct NewModuleEvent<'a> {
    /// Folder of the instance below the root.
    pub path: &'a str,
    pub at: OffsetDateTime,
    /// `started`, `stopped`, `health`, …
    pub kind: &'a str,
    /// The status word, for `health`.
    pub word: Option<&'a str>,
    pub text: &'a str,
    /// The person who did it.
    pub by: Option<&'a str>,
}

/// One line as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ModuleEvent {
    pub path: String,
    pub at: Option<OffsetDateTime>,
    pub kind: String,
    pub word: Option<String>,
    pub text: String,
    pub by: Option<String>,
}

const COLUMNS: &str = "path, at, kind, word, text, by";

fn from_row(r: &Row<'_>) -> rusqlite::Result<ModuleEvent> {
    Ok(ModuleEvent {
        path: r.get(0)?,
        at: instant(r, 1)?,
        kind: r.get(2)?,
        word: r.get(3)?,
        text: r.get(4)?,
        by: r.get(5)?,
    })
}

/// Adds a line, and drops what is beyond the most that is kept.
pub fn add(c: &Connection, event: &NewModuleEvent<'_>) -> Result<()> {
    c.prepare_cached("INSERT INTO module_events(path, at, kind, word, text, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![event.path, stamp(event.at), event.kind, event.word, event.text, event.by])?;
    c.prepare_cached(
        "DELETE FROM module_events WHERE path = ?1 AND id <= (SELECT id FROM module_events WHERE path = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute(params![event.path, MOST])?;
    Ok(())
}

/// The latest `limit` of one instance, the latest first.
pub fn of(c: &Connection, path: &str, limit: u32) -> Result<Vec<ModuleEvent>> {
    let mut s =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM module_events WHERE path = ?1 ORDER BY id DESC LIMIT ?2"))?;
    Ok(s.query_map(params![path, limit], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The latest start or stop of each instance: who did what last.
pub fn last_acts(c: &Connection) -> Result<Vec<ModuleEvent>> {
    let mut s = c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM module_events WHERE id IN (SELECT max(id) FROM module_events WHERE kind IN ('started', 'stopped') GROUP BY path)"
    ))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}
