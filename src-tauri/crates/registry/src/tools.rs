//! Table `tools`: one row per kind of tool, whatever the number of its instances.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One tool as stored. JSON columns are kept as their text.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    pub id: i64,
    /// Name for machines, of the catalogue or the manifest; unique.
    pub slug: String,
    /// Name for people.
    pub name: String,
    pub description: Option<String>,
    pub emoji: Option<String>,
    /// Icon of our sprite.
    pub icon: Option<String>,
    /// `master`, `smcp` or an agent's uid.
    pub category: Option<String>,
    pub status: String,
    /// `global` or `agent`.
    pub module_scope: String,
    /// JSON schema.
    pub config_schema: Option<String>,
    pub version: Option<String>,
    /// Relative to the root.
    pub path: Option<String>,
    pub is_enabled: bool,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// A tool to be inserted; the rest has defaults.
#[derive(Debug, Clone)]
pub struct NewTool {
    /// Name for machines, of the catalogue or the manifest; unique.
    pub slug: String,
    /// Name for people.
    pub name: String,
    pub description: Option<String>,
    pub emoji: Option<String>,
    /// Icon of our sprite.
    pub icon: Option<String>,
    /// `master`, `smcp` or an agent's uid.
    pub category: Option<String>,
    /// `global` or `agent`.
    pub module_scope: String,
    /// JSON schema.
    pub config_schema: Option<String>,
    pub version: Option<String>,
    /// Relative to the root.
    pub path: Option<String>,
    pub created_by: i64,
}

const COLUMNS: &str = "id, slug, name, description, emoji, icon, category, status, module_scope, config_schema, version, path, is_enabled, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<Tool> {
    Ok(Tool {
        id: r.get(0)?,
        slug: r.get(1)?,
        name: r.get(2)?,
        description: r.get(3)?,
        emoji: r.get(4)?,
        icon: r.get(5)?,
        category: r.get(6)?,
        status: r.get(7)?,
        module_scope: r.get(8)?,
        config_schema: r.get(9)?,
        version: r.get(10)?,
        path: r.get(11)?,
        is_enabled: r.get(12)?,
        created_by: r.get(13)?,
        created_at: instant(r, 14)?,
        updated_at: instant(r, 15)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewTool) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO tools(slug, name, description, emoji, icon, category, module_scope, config_schema, version, path, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![new.slug, new.name, new.description, new.emoji, new.icon, new.category, new.module_scope, new.config_schema, new.version, new.path, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<Tool>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM tools WHERE id = ?1"))?.query_row([id], from_row).optional()?)
}

/// Every row, by name.
pub fn all(c: &Connection) -> Result<Vec<Tool>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM tools ORDER BY name COLLATE NOCASE, id"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The tool with this slug.
pub fn by_slug(c: &Connection, slug: &str) -> Result<Option<Tool>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM tools WHERE slug = ?1"))?
        .query_row([slug], from_row)
        .optional()?)
}
