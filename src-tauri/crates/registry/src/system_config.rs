//! Table `system_config`: the system level of the settings.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One setting as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct SystemSetting {
    pub id: i64,
    pub config_key: String,
    /// The text of the value, or the reference of a secret when `is_encrypted`.
    pub config_value: Option<String>,
    /// `string`, `number`, `boolean` or `json`.
    pub config_type: String,
    pub description: Option<String>,
    pub is_encrypted: bool,
    pub category: String,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// A setting to be inserted.
#[derive(Debug, Clone)]
pub struct NewSystemSetting {
    pub config_key: String,
    /// The text of the value, or the reference of a secret when `is_encrypted`.
    pub config_value: Option<String>,
    /// `string`, `number`, `boolean` or `json`.
    pub config_type: String,
    pub description: Option<String>,
    pub is_encrypted: bool,
    pub category: String,
    pub created_by: i64,
}

const COLUMNS: &str = "id, config_key, config_value, config_type, description, is_encrypted, category, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<SystemSetting> {
    Ok(SystemSetting {
        id: r.get(0)?,
        config_key: r.get(1)?,
        config_value: r.get(2)?,
        config_type: r.get(3)?,
        description: r.get(4)?,
        is_encrypted: r.get(5)?,
        category: r.get(6)?,
        created_by: r.get(7)?,
        created_at: instant(r, 8)?,
        updated_at: instant(r, 9)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewSystemSetting) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO system_config(config_key, config_value, config_type, description, is_encrypted, category, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![new.config_key, new.config_value, new.config_type, new.description, new.is_encrypted, new.category, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<SystemSetting>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM system_config WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by key.
pub fn all(c: &Connection) -> Result<Vec<SystemSetting>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM system_config ORDER BY config_key"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The setting with this key.
pub fn by_key(c: &Connection, key: &str) -> Result<Option<SystemSetting>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM system_config WHERE config_key = ?1"))?
        .query_row([key], from_row)
        .optional()?)
}
