//! Table `configurations`: the home of tool and user settings; rows of scope `system` and `agent` come from imports.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One setting as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    pub id: i64,
    pub key: String,
    /// The text of the value, or the reference of a secret when `is_encrypted`.
    pub value: Option<String>,
    /// Column `type`: `string`, `number`, `boolean` or `json`.
    pub kind: String,
    /// `system`, `agent`, `tool` or `user`.
    pub scope: String,
    /// Row of the table that `scope` names; `None` for `system`.
    pub scope_id: Option<i64>,
    pub description: Option<String>,
    pub is_encrypted: bool,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// A setting to be inserted.
#[derive(Debug, Clone)]
pub struct NewConfiguration {
    pub key: String,
    /// The text of the value, or the reference of a secret when `is_encrypted`.
    pub value: Option<String>,
    /// Column `type`: `string`, `number`, `boolean` or `json`.
    pub kind: String,
    /// `system`, `agent`, `tool` or `user`.
    pub scope: String,
    /// Row of the table that `scope` names; `None` for `system`.
    pub scope_id: Option<i64>,
    pub description: Option<String>,
    pub is_encrypted: bool,
    pub created_by: i64,
}

const COLUMNS: &str =
    "id, key, value, type, scope, scope_id, description, is_encrypted, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<Configuration> {
    Ok(Configuration {
        id: r.get(0)?,
        key: r.get(1)?,
        value: r.get(2)?,
        kind: r.get(3)?,
        scope: r.get(4)?,
        scope_id: r.get(5)?,
        description: r.get(6)?,
        is_encrypted: r.get(7)?,
        created_by: r.get(8)?,
        created_at: instant(r, 9)?,
        updated_at: instant(r, 10)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewConfiguration) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO configurations(key, value, type, scope, scope_id, description, is_encrypted, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![new.key, new.value, new.kind, new.scope, new.scope_id, new.description, new.is_encrypted, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<Configuration>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM configurations WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by scope.
pub fn all(c: &Connection) -> Result<Vec<Configuration>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM configurations ORDER BY scope, scope_id, key"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The settings of one agent, tool, user or the system.
pub fn of_scope(c: &Connection, scope: &str, scope_id: Option<i64>) -> Result<Vec<Configuration>> {
    let mut s = c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM configurations WHERE scope = ?1 AND scope_id IS ?2 ORDER BY key"
    ))?;
    Ok(s.query_map(params![scope, scope_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}
