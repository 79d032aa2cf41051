//! Table `tool_instances`: a tool installed somewhere. A global tool has many; an agent tool at most one per agent.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One instance as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolInstance {
    pub id: i64,
    pub tool_id: i64,
    /// `None` for an instance of the whole install.
    pub agent_id: Option<i64>,
    pub name: Option<String>,
    /// JSON: the instance level of the settings.
    pub config: Option<String>,
    pub status: String,
    pub last_run: Option<OffsetDateTime>,
    pub next_run: Option<OffsetDateTime>,
    /// Relative to the root.
    pub path: Option<String>,
    pub is_active: bool,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// An instance to be inserted; the rest has defaults.
#[derive(Debug, Clone)]
pub struct NewToolInstance {
    pub tool_id: i64,
    /// `None` for an instance of the whole install.
    pub agent_id: Option<i64>,
    pub name: Option<String>,
    /// JSON: the instance level of the settings.
    pub config: Option<String>,
    /// Relative to the root.
    pub path: Option<String>,
    pub created_by: i64,
}

const COLUMNS: &str = "id, tool_id, agent_id, name, config, status, last_run, next_run, path, is_active, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<ToolInstance> {
    Ok(ToolInstance {
        id: r.get(0)?,
        tool_id: r.get(1)?,
        agent_id: r.get(2)?,
        name: r.get(3)?,
        config: r.get(4)?,
        status: r.get(5)?,
        last_run: instant(r, 6)?,
        next_run: instant(r, 7)?,
        path: r.get(8)?,
        is_active: r.get(9)?,
        created_by: r.get(10)?,
        created_at: instant(r, 11)?,
        updated_at: instant(r, 12)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewToolInstance) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO tool_instances(tool_id, agent_id, name, config, path, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![new.tool_id, new.agent_id, new.name, new.config, new.path, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<ToolInstance>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM tool_instances WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by id.
pub fn all(c: &Connection) -> Result<Vec<ToolInstance>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM tool_instances ORDER BY id"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The instances of one agent.
pub fn of_agent(c: &Connection, agent_id: i64) -> Result<Vec<ToolInstance>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM tool_instances WHERE agent_id = ?1 ORDER BY id"))?;
    Ok(s.query_map([agent_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The instances of one tool.
pub fn of_tool(c: &Connection, tool_id: i64) -> Result<Vec<ToolInstance>> {
    let mut s =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM tool_instances WHERE tool_id = ?1 ORDER BY agent_id, id"))?;
    Ok(s.query_map([tool_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}
