//! Table `cards`: the read model of the tools grid, rebuilt from tools, instances and discovery.
//!
//! Never edited by hand and never in a change set: losing it loses nothing. `sort` and `search` are made here.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::{
    Result,
    fold::{fold, like},
    lists,
};

/// One card of the grid.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Card {
    /// Opaque and stable between scans.
    pub id: String,
    /// `global`, `agent:<uid>` or `smcp`.
    pub tab: String,
    /// Cards that need the operator come first.
    pub needs_you: bool,
    /// Name for machines.
    pub name: String,
    /// Name for people; the list is in its order.
    pub title: String,
    pub description: String,
    pub icon: Option<String>,
    pub emoji: Option<String>,
    pub kind: String,
    pub origin: String,
    pub version: Option<String>,
    /// Relative to the root.
    pub path: Option<String>,
    pub tool_id: Option<i64>,
    pub instance_id: Option<i64>,
    pub broken: Option<Broken>,
    pub status: String,
    pub reason: String,
}

/// What is wrong with a manifest that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Broken {
    /// Relative to the root.
    pub file: String,
    /// From 1.
    pub line: Option<u32>,
    /// From 1.
    pub column: Option<u32>,
    pub message: String,
    pub hint: String,
}

/// A tab that has cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    pub tab: String,
    pub total: u32,
    pub needs_you: u32,
}

/// What [`replace_all`] found different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Replaced {
    pub added: u32,
    pub changed: u32,
    pub removed: u32,
}

const COLUMNS: &str = "id, tab, rank, name, title, description, icon, emoji, kind, origin, version, path, tool_id, \
     instance_id, broken, status, reason";

/// `limit` cards of `tab` from `offset` that `query` finds: those that need the operator first, then by title.
pub fn page(c: &Connection, tab: &str, query: &str, offset: u32, limit: u32) -> Result<Vec<Card>> {
    let pattern = like(query);
    let list = list_of(tab);
    if pattern.is_none() && lists::totals(c, &list)?.is_some() {
        let Some(at) = lists::anchor(c, &list, offset)? else {
            return Ok(Vec::new());
        };
        let mut s = c.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cards WHERE tab = ?1 AND (rank, sort, id) >= (?2, ?3, ?4)
             ORDER BY rank, sort, id LIMIT ?5 OFFSET ?6"
        ))?;
        let rows = s.query_map(params![tab, at.rank, at.sort, at.id, limit, at.skip], from_row)?;
        return Ok(rows.collect::<rusqlite::Result<_>>()?);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM cards WHERE tab = ?1 AND search LIKE ?2 ESCAPE '\\' ORDER BY rank, sort, id LIMIT ?3 OFFSET ?4"
    );
    let pattern = pattern.unwrap_or_else(|| "%".into());
    Ok(c.prepare_cached(&sql)?
        .query_map(params![tab, pattern, limit, offset], from_row)?
        .collect::<rusqlite::Result<_>>()?)
}

/// How many cards of `tab` the query finds, and how many of them need the operator.
pub fn counts(c: &Connection, tab: &str, query: &str) -> Result<(u32, u32)> {
    let pattern = like(query);
    if pattern.is_none()
        && let Some(totals) = lists::totals(c, &list_of(tab))?
    {
        return Ok(totals);
    }
    let sql =
        "SELECT count(*), count(*) FILTER (WHERE rank = 0) FROM cards WHERE tab = ?1 AND search LIKE ?2 ESCAPE '\\'";
    let pattern = pattern.unwrap_or_else(|| "%".into());
    Ok(c.prepare_cached(sql)?.query_row([tab, &pattern], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// The tabs that have cards, by name.
pub fn tabs(c: &Connection) -> Result<Vec<Tab>> {
    let fresh = !c.prepare_cached("SELECT 1 FROM list_totals WHERE dirty = 1 AND list LIKE 'cards:%'")?.exists([])?;
    let sql = if fresh {
        "SELECT substr(list, 7), total, marked FROM list_totals WHERE list LIKE 'cards:%' AND total > 0 ORDER BY 1"
    } else {
        "SELECT tab, count(*), count(*) FILTER (WHERE rank = 0) FROM cards GROUP BY tab ORDER BY 1"
    };
    Ok(c.prepare_cached(sql)?
        .query_map([], |r| Ok(Tab { tab: r.get(0)?, total: r.get(1)?, needs_you: r.get(2)? }))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The card with this id.
pub fn get(c: &Connection, id: &str) -> Result<Option<Card>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM cards WHERE id = ?1"))?.query_row([id], from_row).optional()?)
}

/// Makes the table hold exactly `cards`, writing only what differs; of two with one id the later stays.
pub fn replace_all(c: &Connection, cards: impl Iterator<Item = Card>) -> Result<Replaced> {
    let mut had: HashMap<String, Card> = c
        .prepare_cached(&format!("SELECT {COLUMNS} FROM cards"))?
        .query_map([], |r| from_row(r).map(|card| (card.id.clone(), card)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut done = Replaced::default();
    let mut dirty: HashSet<String> = HashSet::new();
    for card in cards {
        let old = had.remove(&card.id);
        if old.as_ref() == Some(&card) {
            continue;
        }
        match &old {
            Some(old) => {
                done.changed += 1;
                dirty.insert(old.tab.clone());
            }
            None => done.added += 1,
        }
        put(c, &card)?;
        dirty.insert(card.tab);
    }
    for gone in had.values() {
        c.prepare_cached("DELETE FROM cards WHERE id = ?1")?.execute([&gone.id])?;
        done.removed += 1;
        dirty.insert(gone.tab.clone());
    }
    for tab in dirty {
        lists::mark(c, &list_of(&tab))?;
    }
    Ok(done)
}

/// Inserts or replaces one card; `false` where it was the same already.
pub fn upsert(c: &Connection, card: &Card) -> Result<bool> {
    let old = get(c, &card.id)?;
    if old.as_ref() == Some(card) {
        return Ok(false);
    }
    if let Some(old) = old {
        lists::mark(c, &list_of(&old.tab))?;
    }
    put(c, card)?;
    lists::mark(c, &list_of(&card.tab))?;
    Ok(true)
}

/// Removes one card; `false` where it was not there.
pub fn delete(c: &Connection, id: &str) -> Result<bool> {
    let tab: Option<String> =
        c.prepare_cached("DELETE FROM cards WHERE id = ?1 RETURNING tab")?.query_row([id], |r| r.get(0)).optional()?;
    match tab {
        Some(tab) => lists::mark(c, &list_of(&tab)).map(|()| true),
        None => Ok(false),
    }
}

fn list_of(tab: &str) -> String {
    format!("cards:{tab}")
}

fn put(c: &Connection, card: &Card) -> Result<()> {
    let search =
        fold(&[card.title.as_str(), &card.name, &card.description, card.path.as_deref().unwrap_or("")].join("\n"));
    c.prepare_cached(&format!(
        "INSERT OR REPLACE INTO cards({COLUMNS}, sort, search)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
    ))?
    .execute(params![
        card.id,
        card.tab,
        i64::from(!card.needs_you),
        card.name,
        card.title,
        card.description,
        card.icon,
        card.emoji,
        card.kind,
        card.origin,
        card.version,
        card.path,
        card.tool_id,
        card.instance_id,
        card.broken.as_ref().map(|b| {
            json!({"file": b.file, "line": b.line, "column": b.column, "message": b.message, "hint": b.hint})
                .to_string()
        }),
        card.status,
        card.reason,
        fold(&card.title),
        search,
    ])?;
    Ok(())
}

fn from_row(r: &Row<'_>) -> rusqlite::Result<Card> {
    let broken: Option<String> = r.get(14)?;
    Ok(Card {
        id: r.get(0)?,
        tab: r.get(1)?,
        needs_you: r.get::<_, i64>(2)? == 0,
        name: r.get(3)?,
        title: r.get(4)?,
        description: r.get(5)?,
        icon: r.get(6)?,
        emoji: r.get(7)?,
        kind: r.get(8)?,
        origin: r.get(9)?,
        version: r.get(10)?,
        path: r.get(11)?,
        tool_id: r.get(12)?,
        instance_id: r.get(13)?,
        broken: broken.map(|text| broken_from(&text)),
        status: r.get(15)?,
        reason: r.get(16)?,
    })
}

fn broken_from(text: &str) -> Broken {
    let v: Value = serde_json::from_str(text).unwrap_or_default();
    let words = |key: &str| v[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| v[key].as_u64().and_then(|n| u32::try_from(n).ok());
    Broken {
        file: words("file"),
        line: number("line"),
        column: number("column"),
        message: words("message"),
        hint: words("hint"),
    }
}
