//! Table `agent_memberships`: what an account is to an agent. Visibility is not decided here but by the agent's lists.

use rusqlite::{Connection, Row, params};
use time::OffsetDateTime;

use crate::{Result, row::instant};

/// One membership as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    pub agent_id: i64,
    pub user_id: i64,
    pub role: String,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
}

const COLUMNS: &str = "agent_id, user_id, role, created_by, created_at";

fn from_row(r: &Row<'_>) -> rusqlite::Result<Membership> {
    Ok(Membership {
        agent_id: r.get(0)?,
        user_id: r.get(1)?,
        role: r.get(2)?,
        created_by: r.get(3)?,
        created_at: instant(r, 4)?,
    })
}

/// Records a membership.
pub fn insert(c: &Connection, agent_id: i64, user_id: i64, role: &str, created_by: i64) -> Result<()> {
    c.prepare_cached("INSERT INTO agent_memberships(agent_id, user_id, role, created_by) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![agent_id, user_id, role, created_by])?;
    Ok(())
}

/// The members of one agent.
pub fn of_agent(c: &Connection, agent_id: i64) -> Result<Vec<Membership>> {
    let sql = format!("SELECT {COLUMNS} FROM agent_memberships WHERE agent_id = ?1 ORDER BY user_id");
    Ok(c.prepare_cached(&sql)?.query_map([agent_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The agents one account is a member of.
pub fn of_user(c: &Connection, user_id: i64) -> Result<Vec<Membership>> {
    let sql = format!("SELECT {COLUMNS} FROM agent_memberships WHERE user_id = ?1 ORDER BY agent_id");
    Ok(c.prepare_cached(&sql)?.query_map([user_id], from_row)?.collect::<rusqlite::Result<_>>()?)
}
