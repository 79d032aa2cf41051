//! Table `audit`: what was done that is no change set: sign-ins, refusals, recoveries. Rows are only ever added.
//! No secret and no password reaches `detail`; that is the caller's duty.

use rusqlite::{Connection, params};
use serde_json::Value;
use time::OffsetDateTime;

use crate::{Result, row::instant, stamp};

/// One line to be written.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    pub at: OffsetDateTime,
    pub user_id: Option<i64>,
    pub actor: &'a str,
    /// `app`, `cli` or `recovery`.
    pub via: &'a str,
    /// `noun.verb`, as `session.start`.
    pub action: &'a str,
    pub target: &'a str,
    pub detail: Option<Value>,
}

/// One line as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: i64,
    pub at: Option<OffsetDateTime>,
    pub user_id: Option<i64>,
    pub actor: String,
    pub via: String,
    pub action: String,
    pub target: String,
    pub detail: Option<Value>,
}

/// Adds a line and returns its id.
pub fn write(c: &Connection, entry: &NewEntry<'_>) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO audit(at, user_id, actor, via, action, target, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        stamp(entry.at),
        entry.user_id,
        entry.actor,
        entry.via,
        entry.action,
        entry.target,
        entry.detail.as_ref().map(Value::to_string)
    ])?;
    Ok(c.last_insert_rowid())
}

/// `limit` lines from `offset`, the latest first, and how many there are; `action` narrows to one.
pub fn page(c: &Connection, action: Option<&str>, offset: u32, limit: u32) -> Result<(Vec<Entry>, u32)> {
    let clause = if action.is_some() { "WHERE action = ?1" } else { "WHERE ?1 IS NULL" };
    let total = c.prepare_cached(&format!("SELECT count(*) FROM audit {clause}"))?.query_row([action], |r| r.get(0))?;
    let sql = format!(
        "SELECT id, at, user_id, actor, via, action, target, detail FROM audit {clause} ORDER BY id DESC LIMIT ?2 OFFSET ?3"
    );
    let mut s = c.prepare_cached(&sql)?;
    let rows = s.query_map(params![action, limit, offset], |r| {
        let detail: Option<String> = r.get(7)?;
        Ok(Entry {
            id: r.get(0)?,
            at: instant(r, 1)?,
            user_id: r.get(2)?,
            actor: r.get(3)?,
            via: r.get(4)?,
            action: r.get(5)?,
            target: r.get(6)?,
            detail: detail.and_then(|text| serde_json::from_str(&text).ok()),
        })
    })?;
    Ok((rows.collect::<rusqlite::Result<_>>()?, total))
}
