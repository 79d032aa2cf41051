//! Table `env_vars`: the environment of the whole install, which the root `.env` shows.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One variable as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvVar {
    pub id: i64,
    pub var_name: String,
    /// The value, or the reference of a secret when `is_encrypted`.
    pub var_value: Option<String>,
    pub is_encrypted: bool,
    pub description: Option<String>,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// A variable to be inserted.
#[derive(Debug, Clone)]
pub struct NewEnvVar {
    pub var_name: String,
    /// The value, or the reference of a secret when `is_encrypted`.
    pub var_value: Option<String>,
    pub is_encrypted: bool,
    pub description: Option<String>,
    pub created_by: i64,
}

const COLUMNS: &str = "id, var_name, var_value, is_encrypted, description, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<EnvVar> {
    Ok(EnvVar {
        id: r.get(0)?,
        var_name: r.get(1)?,
        var_value: r.get(2)?,
        is_encrypted: r.get(3)?,
        description: r.get(4)?,
        created_by: r.get(5)?,
        created_at: instant(r, 6)?,
        updated_at: instant(r, 7)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewEnvVar) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO env_vars(var_name, var_value, is_encrypted, description, created_by) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![new.var_name, new.var_value, new.is_encrypted, new.description, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<EnvVar>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM env_vars WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by name.
pub fn all(c: &Connection) -> Result<Vec<EnvVar>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM env_vars ORDER BY var_name"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The variable with this name.
pub fn by_name(c: &Connection, name: &str) -> Result<Option<EnvVar>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM env_vars WHERE var_name = ?1"))?
        .query_row([name], from_row)
        .optional()?)
}
