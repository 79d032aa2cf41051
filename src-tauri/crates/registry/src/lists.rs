//! Totals and anchors of the paged lists: why a page deep in 100,000 rows costs what the first one does.
//!
//! Every 256th key of a list is kept in `list_anchors`; a page seeks to the anchor before it and skips at most 255
//! rows. Triggers and `cards` only mark a list dirty; [`refresh`] recomputes before the commit. A list that is dirty
//! (read inside the transaction that changed it, or touched by another tool) is counted and skipped the slow way.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Result, fold::fold};

const STRIDE: u32 = 256;

/// The list of all agents in `list_totals`.
pub(crate) const AGENTS: &str = "agents";

/// Where a page starts: a key to seek to, and the rows to skip from there.
#[derive(Debug)]
pub(crate) struct Anchor {
    pub(crate) rank: i64,
    pub(crate) sort: String,
    pub(crate) id: rusqlite::types::Value,
    pub(crate) skip: u32,
}

/// Total and marked rows (cards that need the operator, agents that a list narrows), if they are up to date.
pub(crate) fn totals(c: &Connection, list: &str) -> Result<Option<(u32, u32)>> {
    Ok(c.prepare_cached("SELECT total, marked FROM list_totals WHERE list = ?1 AND dirty = 0")?
        .query_row([list], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?)
}

/// The anchor at or before row `offset` of an up-to-date list; `None` past its end.
pub(crate) fn anchor(c: &Connection, list: &str, offset: u32) -> Result<Option<Anchor>> {
    Ok(c.prepare_cached("SELECT rank, sort, id FROM list_anchors WHERE list = ?1 AND n = ?2")?
        .query_row(params![list, offset / STRIDE], |r| {
            Ok(Anchor { rank: r.get(0)?, sort: r.get(1)?, id: r.get(2)?, skip: offset % STRIDE })
        })
        .optional()?)
}

/// Marks a list for [`refresh`].
pub(crate) fn mark(c: &Connection, list: &str) -> Result<()> {
    c.prepare_cached("INSERT INTO list_totals(list, dirty) VALUES (?1, 1) ON CONFLICT(list) DO UPDATE SET dirty = 1")?
        .execute([list])?;
    Ok(())
}

/// Brings folded texts, totals and anchors up to date; costs two empty index look-ups when nothing changed.
pub(crate) fn refresh(c: &Connection) -> Result<()> {
    fold_agents(c)?;
    let dirty: Vec<String> = c
        .prepare_cached("SELECT list FROM list_totals WHERE dirty = 1")?
        .query_map([], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for list in dirty {
        c.prepare_cached("DELETE FROM list_anchors WHERE list = ?1")?.execute([&list])?;
        match list.strip_prefix("cards:") {
            Some(tab) => refresh_tab(c, &list, tab)?,
            None => refresh_agents(c, &list)?,
        }
    }
    Ok(())
}

/// Makes the rows that the triggers of `agents` would have made, and marks everything dirty: after a salvage.
pub(crate) fn rebuild(c: &Connection) -> Result<()> {
    c.execute_batch(
        "INSERT OR REPLACE INTO agent_search(agent_id, restricted)
           SELECT id, visible_to_users IS NOT NULL OR visible_to_roles IS NOT NULL FROM agents;
         UPDATE list_totals SET dirty = 1;",
    )?;
    mark(c, AGENTS)
}

fn fold_agents(c: &Connection) -> Result<()> {
    let mut stale = c.prepare_cached(
        "SELECT a.id, a.uid, a.name, a.description, a.path FROM agent_search s JOIN agents a ON a.id = s.agent_id
         WHERE s.search IS NULL",
    )?;
    let mut rows = stale.query([])?;
    let mut folded: Vec<(i64, String, String)> = Vec::new();
    while let Some(r) = rows.next()? {
        let uid: String = r.get(1)?;
        let name: Option<String> = r.get(2)?;
        let about: Option<String> = r.get(3)?;
        let path: String = r.get(4)?;
        let sort = fold(name.as_deref().filter(|n| !n.is_empty()).unwrap_or(&uid));
        let search = fold(&[name.as_deref().unwrap_or(""), &uid, about.as_deref().unwrap_or(""), &path].join("\n"));
        folded.push((r.get(0)?, sort, search));
    }
    let mut put = c.prepare_cached("UPDATE agent_search SET sort = ?2, search = ?3 WHERE agent_id = ?1")?;
    for (id, sort, search) in folded {
        put.execute(params![id, sort, search])?;
    }
    Ok(())
}

fn refresh_agents(c: &Connection, list: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO list_anchors(list, n, rank, sort, id)
         SELECT ?1, (i - 1) / ?2, 0, sort, agent_id
         FROM (SELECT sort, agent_id, row_number() OVER (ORDER BY sort, agent_id) AS i FROM agent_search)
         WHERE (i - 1) % ?2 = 0",
    )?
    .execute(params![list, STRIDE])?;
    c.prepare_cached(
        "UPDATE list_totals SET dirty = 0, total = (SELECT count(*) FROM agent_search),
           marked = (SELECT count(*) FROM agent_search WHERE restricted = 1) WHERE list = ?1",
    )?
    .execute([list])?;
    Ok(())
}

fn refresh_tab(c: &Connection, list: &str, tab: &str) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO list_anchors(list, n, rank, sort, id)
         SELECT ?1, (i - 1) / ?2, rank, sort, id
         FROM (SELECT rank, sort, id, row_number() OVER (ORDER BY rank, sort, id) AS i FROM cards WHERE tab = ?3)
         WHERE (i - 1) % ?2 = 0",
    )?
    .execute(params![list, STRIDE, tab])?;
    c.prepare_cached(
        "UPDATE list_totals SET dirty = 0, total = (SELECT count(*) FROM cards WHERE tab = ?2),
           marked = (SELECT count(*) FROM cards WHERE tab = ?2 AND rank = 0) WHERE list = ?1",
    )?
    .execute([list, tab])?;
    c.prepare_cached("DELETE FROM list_totals WHERE list = ?1 AND total = 0")?.execute([list])?;
    Ok(())
}
