//! Table `agent_configs`: the agent level of the settings.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One setting as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentSetting {
    pub id: i64,
    pub agent_id: i64,
    pub config_key: String,
    /// The text of the value, or the reference of a secret when `is_encrypted`.
    pub config_value: Option<String>,
    /// `string`, `number`, `boolean` or `json`.
    pub config_type: String,
    pub is_encrypted: bool,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
}

/// A setting to be inserted.
#[derive(Debug, Clone)]
pub struct NewAgentSetting {
    pub agent_id: i64,
    pub config_key: String,
    /// The text of the value, or the reference of a secret when `is_encrypted`.
    pub config_value: Option<String>,
    /// `string`, `number`, `boolean` or `json`.
    pub config_type: String,
    pub is_encrypted: bool,
    pub created_by: i64,
}

const COLUMNS: &str =
    "id, agent_id, config_key, config_value, config_type, is_encrypted, created_by, created_at, updated_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<AgentSetting> {
    Ok(AgentSetting {
        id: r.get(0)?,
        agent_id: r.get(1)?,
        config_key: r.get(2)?,
        config_value: r.get(3)?,
        config_type: r.get(4)?,
        is_encrypted: r.get(5)?,
        created_by: r.get(6)?,
        created_at: instant(r, 7)?,
        updated_at: instant(r, 8)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewAgentSetting) -> Result<i64> {
    c.prepare_cached(
        "INSERT INTO agent_configs(agent_id, config_key, config_value, config_type, is_encrypted, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![new.agent_id, new.config_key, new.config_value, new.config_type, new.is_encrypted, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<AgentSetting>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM agent_configs WHERE id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// Every row, by agent and key.
pub fn all(c: &Connection) -> Result<Vec<AgentSetting>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM agent_configs ORDER BY agent_id, config_key"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The settings of one agent, by key.
pub fn of_agent(c: &Connection, agent_id: i64) -> Result<Vec<AgentSetting>> {
    let mut s =
        c.prepare_cached(&format!("SELECT {COLUMNS} FROM agent_configs WHERE agent_id = ?1 ORDER BY config_key"))?;
    Ok(s.query_map([agent_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}
