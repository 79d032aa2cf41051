//! Table `agents`: the Primes, and who may see them (DESIGN section 2, Visibility).

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter, types::Value};
use time::OffsetDateTime;

use crate::{
    Result,
    fold::like,
    lists,
    row::{Window, instant},
    users::Role,
};

/// Prefix of `letta_uid` while no Letta agent is linked: `unlinked:<uid>`.
pub const UNLINKED: &str = "unlinked:";

/// One agent as stored. JSON columns are kept as their text.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRow {
    pub id: i64,
    /// Folder-safe identifier: `athena` in `agents/agent-athena`.
    pub uid: String,
    /// The Letta agent's id, or `unlinked:<uid>`; see [`AgentRow::letta`].
    pub letta_uid: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub status: String,
    pub created_by: i64,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
    pub config: Option<String>,
    pub is_active: bool,
    /// JSON array of user ids; `None` does not narrow.
    pub visible_to_users: Option<String>,
    /// JSON array of roles; `None` does not narrow.
    pub visible_to_roles: Option<String>,
    /// Relative to the root.
    pub path: String,
    /// Place in the port convention, unique.
    pub agent_index: i64,
    /// Identity colour.
    pub color: i64,
}

impl AgentRow {
    /// The name shown: the agent's own, else its uid.
    pub fn title(&self) -> &str {
        self.name.as_deref().filter(|n| !n.is_empty()).unwrap_or(&self.uid)
    }

    /// The linked Letta agent, `None` while there is none.
    pub fn letta(&self) -> Option<&str> {
        (!self.letta_uid.starts_with(UNLINKED)).then_some(self.letta_uid.as_str())
    }
}

/// An agent to be inserted; the rest has defaults.
#[derive(Debug, Clone)]
pub struct NewAgent {
    pub uid: String,
    /// `None` stores `unlinked:<uid>`.
    pub letta_uid: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub path: String,
    pub agent_index: i64,
    pub color: i64,
    pub created_by: i64,
}

/// Who looks at a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    pub user_id: i64,
    pub role: Role,
}

const COLUMNS: &str = "a.id, a.uid, a.letta_uid, a.name, a.description, a.status, a.created_by, a.created_at, a.updated_at, \
     a.config, a.is_active, a.visible_to_users, a.visible_to_roles, a.path, a.agent_index, a.color";

/// Visible when both lists are NULL, or the user is listed, or the user's role is listed. `?1` user id, `?2` role.
const VISIBLE: &str = "((a.visible_to_users IS NULL AND a.visible_to_roles IS NULL)
    OR EXISTS (SELECT 1 FROM json_each(a.visible_to_users) WHERE value = ?1)
    OR EXISTS (SELECT 1 FROM json_each(a.visible_to_roles) WHERE value = ?2))";

fn from_row(r: &Row<'_>) -> rusqlite::Result<AgentRow> {
    Ok(AgentRow {
        id: r.get(0)?,
        uid: r.get(1)?,
        letta_uid: r.get(2)?,
        name: r.get(3)?,
        description: r.get(4)?,
        status: r.get(5)?,
        created_by: r.get(6)?,
        created_at: instant(r, 7)?,
        updated_at: instant(r, 8)?,
        config: r.get(9)?,
        is_active: r.get(10)?,
        visible_to_users: r.get(11)?,
        visible_to_roles: r.get(12)?,
        path: r.get(13)?,
        agent_index: r.get(14)?,
        color: r.get(15)?,
    })
}

/// Inserts and returns the id.
pub fn insert(c: &Connection, new: &NewAgent) -> Result<i64> {
    let letta_uid = new.letta_uid.clone().unwrap_or_else(|| format!("{UNLINKED}{}", new.uid));
    c.prepare_cached(
        "INSERT INTO agents(uid, letta_uid, name, description, path, agent_index, color, created_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        new.uid,
        letta_uid,
        new.name,
        new.description,
        new.path,
        new.agent_index,
        new.color,
        new.created_by
    ])?;
    Ok(c.last_insert_rowid())
}

/// The agent with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<AgentRow>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM agents a WHERE a.id = ?1"))?
        .query_row([id], from_row)
        .optional()?)
}

/// The agent with this uid.
pub fn by_uid(c: &Connection, uid: &str) -> Result<Option<AgentRow>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM agents a WHERE a.uid = ?1"))?
        .query_row([uid], from_row)
        .optional()?)
}

/// Every agent, in the order of the port convention.
pub fn all(c: &Connection) -> Result<Vec<AgentRow>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM agents a ORDER BY a.agent_index"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The least index of the port convention that no agent holds.
pub fn next_index(c: &Connection) -> Result<i64> {
    Ok(c.prepare_cached(
        "SELECT min(i) FROM (SELECT 0 AS i WHERE NOT EXISTS (SELECT 1 FROM agents WHERE agent_index = 0)
           UNION ALL SELECT agent_index + 1 FROM agents a
             WHERE NOT EXISTS (SELECT 1 FROM agents b WHERE b.agent_index = a.agent_index + 1))",
    )?
    .query_row([], |r| r.get(0))?)
}

/// Whether this viewer may see the agent; `false` also where there is no such agent.
pub fn is_visible(c: &Connection, id: i64, viewer: &Viewer) -> Result<bool> {
    if viewer.role == Role::Admin {
        return Ok(c.prepare_cached("SELECT 1 FROM agents WHERE id = ?1")?.exists([id])?);
    }
    Ok(c.prepare_cached(&format!("SELECT 1 FROM agents a WHERE {VISIBLE} AND a.id = ?3"))?.exists(params![
        viewer.user_id,
        viewer.role.as_str(),
        id
    ])?)
}

/// `limit` agents from `offset` that `visible_to` may see and `query` finds, by name, and how many there are in all.
pub fn page(c: &Connection, query: &str, visible_to: &Viewer, offset: u32, limit: u32) -> Result<(Vec<AgentRow>, u32)> {
    let window = Window { offset, limit };
    let totals = lists::totals(c, lists::AGENTS)?;
    let admin = visible_to.role == Role::Admin;
    match (like(query), totals) {
        (None, Some((total, restricted))) if admin || restricted == 0 => Ok((anchored(c, window)?, total)),
        (pattern, totals) => filtered(c, pattern, (!admin).then_some(visible_to), totals, window),
    }
}

fn anchored(c: &Connection, window: Window) -> Result<Vec<AgentRow>> {
    let Some(at) = lists::anchor(c, lists::AGENTS, window.offset)? else {
        return Ok(Vec::new());
    };
    let mut s = c.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM (SELECT agent_id, sort FROM agent_search WHERE (sort, agent_id) >= (?1, ?2)
           ORDER BY sort, agent_id LIMIT ?3 OFFSET ?4) s CROSS JOIN agents a ON a.id = s.agent_id ORDER BY s.sort, s.agent_id"
    ))?;
    Ok(s.query_map(params![at.sort, at.id, window.limit, at.skip], from_row)?.collect::<rusqlite::Result<_>>()?)
}

fn filtered(
    c: &Connection,
    pattern: Option<String>,
    viewer: Option<&Viewer>,
    totals: Option<(u32, u32)>,
    window: Window,
) -> Result<(Vec<AgentRow>, u32)> {
    let mut wanted = vec!["?3 IS NOT NULL"];
    if viewer.is_some() {
        wanted.push(VISIBLE);
    }
    if pattern.is_some() {
        wanted.push("s.search LIKE ?3 ESCAPE '\\'");
    }
    let wanted = wanted.join(" AND ");
    let from = "agent_search s CROSS JOIN agents a ON a.id = s.agent_id";
    let mut values = vec![
        Value::from(viewer.map_or(0, |v| v.user_id)),
        Value::from(viewer.map_or("", |v| v.role.as_str()).to_owned()),
        Value::from(pattern.clone().unwrap_or_default()),
    ];
    // Without a query only the agents that a list narrows need a look; all others are visible to everyone.
    let total: u32 = match (totals, pattern.is_none()) {
        (Some((all, restricted)), true) => {
            let sql = format!("SELECT count(*) FROM {from} WHERE {wanted} AND s.restricted = 1");
            let seen: u32 = c.prepare_cached(&sql)?.query_row(params_from_iter(&values), |r| r.get(0))?;
            all - restricted + seen
        }
        _ => c
            .prepare_cached(&format!("SELECT count(*) FROM {from} WHERE {wanted}"))?
            .query_row(params_from_iter(&values), |r| r.get(0))?,
    };
    values.extend([Value::from(window.limit), Value::from(window.offset)]);
    let sql = format!("SELECT {COLUMNS} FROM {from} WHERE {wanted} ORDER BY s.sort, s.agent_id LIMIT ?4 OFFSET ?5");
    let items =
        c.prepare_cached(&sql)?.query_map(params_from_iter(&values), from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok((items, total))
}
