//! Table `user_agent_map`: which user of a module's own database an account is there.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One mapping as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalUser {
    pub id: i64,
    pub user_id: i64,
    pub agent_id: i64,
    pub module: String,
    /// The identity inside the module.
    pub local_user: String,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
}

/// A mapping to be inserted.
#[derive(Debug, Clone)]
pub struct NewLocalUser {
    pub user_id: i64,
    pub agent_id: i64,
    pub module: String,
    /// The identity inside the module.
    pub local_user: String,
    pub created_by: i64,
}

const COLUMNS: &str = "id, user_id, agent_id, module, local_user, created_by, created_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<LocalUser> {
    Ok(LocalUser {
        id: r.get(0)?,
        user_id: r.get(1)?,
        agent_id: r.get(2)?,
        module: r.get(3)?,
        local_user: r.get(4)?,
        created_by: r.get(5)?,
        created_at: instant(r, 6)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewLocalUser) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO user_agent_map(user_id, agent_id, module, local_user, created_by) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![new.user_id, new.agent_id, new.module, new.local_user, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<LocalUser>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM user_agent_map WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by agent and module.
pub fn all(c: &Connection) -> Result<Vec<LocalUser>> {
    let mut s =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM user_agent_map ORDER BY agent_id, module, user_id"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Who this account is inside one agent's module.
pub fn find(c: &Connection, user_id: i64, agent_id: i64, module: &str) -> Result<Option<LocalUser>> {
    Ok(c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM user_agent_map WHERE user_id = ?1 AND agent_id = ?2 AND module = ?3"
    ))?
    .query_row(params![user_id, agent_id, module], from_row)
    .optional()?)
}
