//! Table `ports`: the ledger of ports. A row reserves its port whether or not its module runs.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One reserved port.
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    pub id: i64,
    pub port: u16,
    /// `None` for a shared service.
    pub agent_id: Option<i64>,
    pub module: String,
    pub instance_id: Option<i64>,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
}

/// A port to be reserved. Errors: `Constraint` of kind `Unique` when the port or the module has a row.
#[derive(Debug, Clone)]
pub struct NewPort {
    pub port: u16,
    /// `None` for a shared service.
    pub agent_id: Option<i64>,
    pub module: String,
    pub instance_id: Option<i64>,
    pub created_by: i64,
}

const COLUMNS: &str = "id, port, agent_id, module, instance_id, created_by, created_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<Port> {
    Ok(Port {
        id: r.get(0)?,
        port: r.get(1)?,
        agent_id: r.get(2)?,
        module: r.get(3)?,
        instance_id: r.get(4)?,
        created_by: r.get(5)?,
        created_at: instant(r, 6)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewPort) -> Result<i64> {
    c.prepare_cached("INSERT INTO ports(port, agent_id, module, instance_id, created_by) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![new.port, new.agent_id, new.module, new.instance_id, new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The row with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<Port>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM ports WHERE id = ?1"))?.query_row([id], from_row).optional()?)
}

/// Every row, by number.
pub fn all(c: &Connection) -> Result<Vec<Port>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM ports ORDER BY port"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The port of one agent's module, or of a shared one.
pub fn find(c: &Connection, agent_id: Option<i64>, module: &str) -> Result<Option<Port>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM ports WHERE agent_id IS ?1 AND module = ?2"))?
        .query_row(params![agent_id, module], from_row)
        .optional()?)
}

/// The ports of one agent.
pub fn of_agent(c: &Connection, agent_id: i64) -> Result<Vec<Port>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM ports WHERE agent_id = ?1 ORDER BY port"))?;
    Ok(s.query_map([agent_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The first port from `from` up that no row reserves and that `is_held` does not name; `None` when 65535 is passed.
pub fn next_free(c: &Connection, from: u16, is_held: impl Fn(u16) -> bool) -> Result<Option<u16>> {
    let mut s = c.prepare_cached("SELECT port FROM ports WHERE port >= ?1")?;
    let reserved: std::collections::HashSet<u16> =
        s.query_map([from], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok((from.max(1)..=u16::MAX).find(|p| !reserved.contains(p) && !is_held(*p)))
}
