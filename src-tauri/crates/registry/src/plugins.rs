//! Table `plugins`: a plugin belongs to one tool, has its scope, and depends on plugins of that tool only.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One plugin as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    pub id: i64,
    pub tool_id: i64,
    /// Unique within the tool.
    pub name: String,
    /// That of the tool.
    pub module_scope: String,
    pub version: Option<String>,
    /// `Active`, `Inactive`, `Error` or `Unknown`.
    pub status: String,
    /// JSON.
    pub config: Option<String>,
    /// JSON array of names, or of objects with a `name`.
    pub dependencies: Option<String>,
    pub is_enabled: bool,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// A plugin to be inserted; the rest has defaults.
#[derive(Debug, Clone)]
pub struct NewPlugin {
    pub tool_id: i64,
    /// Unique within the tool.
    pub name: String,
    /// That of the tool.
    pub module_scope: String,
    pub version: Option<String>,
    /// JSON.
    pub config: Option<String>,
    /// JSON array of names, or of objects with a `name`.
    pub dependencies: Option<String>,
    pub created_by: i64,
}

const COLUMNS: &str = "id, tool_id, name, module_scope, version, status, config, dependencies, is_enabled, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<Plugin> {
    Ok(Plugin {
        id: r.get(0)?,
        tool_id: r.get(1)?,
        name: r.get(2)?,
        module_scope: r.get(3)?,
        version: r.get(4)?,
        status: r.get(5)?,
        config: r.get(6)?,
        dependencies: r.get(7)?,
        is_enabled: r.get(8)?,
        created_by: r.get(9)?,
        created_at: instant(r, 10)?,
        updated_at: instant(r, 11)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewPlugin) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO plugins(tool_id, name, module_scope, version, config, dependencies, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![new.tool_id, new.name, new.module_scope, new.version, new.config, new.dependencies, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<Plugin>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM plugins WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by tool and name.
pub fn all(c: &Connection) -> Result<Vec<Plugin>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM plugins ORDER BY tool_id, name"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The plugins of one tool, by name.
pub fn of_tool(c: &Connection, tool_id: i64) -> Result<Vec<Plugin>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM plugins WHERE tool_id = ?1 ORDER BY name"))?;
    Ok(s.query_map([tool_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}
