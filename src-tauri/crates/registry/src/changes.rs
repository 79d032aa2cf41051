//! Tables `change_sets` and `change_steps`, for reading. Only crate `change` writes them: they are its journal.
//!
//! Also what ⌘Z and ⇧⌘Z take next: undo and redo walk the journal as an editor walks its stack.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

pub use crate::setting_steps::{SettingStep, setting_steps};
use crate::{Result, row::instant};

/// One change set as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeSet {
    /// Order of the journal.
    pub seq: i64,
    pub id: String,
    pub title: String,
    pub summary: String,
    pub actor_user_id: Option<i64>,
    pub actor_name: String,
    /// `app`, `cli` or `recovery`.
    pub via: String,
    /// `applying`, `applied`, `undone`, `rolled_back` or `needs_you`.
    pub state: String,
    pub state_note: Option<String>,
    pub undo_of: Option<String>,
    pub undone_by: Option<String>,
    pub created_at: Option<OffsetDateTime>,
    pub finished_at: Option<OffsetDateTime>,
    pub took_ms: Option<i64>,
    pub icon: Option<String>,
    /// How many steps it has.
    pub steps: u32,
    /// How many undos lie between it and a change of its own: 0 a change, 1 its undo, 2 the redo of it, and so on.
    pub depth: u32,
}

/// One step of the journal; `payload` is owned by crate `change`.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeStep {
    pub n: u32,
    pub group: String,
    pub title: String,
    pub kind: String,
    pub target: String,
    /// JSON.
    pub payload: String,
    pub before_blob: Option<Vec<u8>>,
    pub after_blob: Option<Vec<u8>>,
}

/// Which change sets to list; `Default` is all of them.
#[derive(Debug, Clone, Default)]
pub struct ChangeFilter {
    pub state: Option<String>,
    pub via: Option<String>,
    pub actor_user_id: Option<i64>,
    /// Only those with a step on exactly this target.
    pub target: Option<String>,
    /// Found in the title or the actor's name; ASCII case does not matter.
    pub query: String,
}

const COLUMNS: &str = "seq, id, title, summary, actor_user_id, actor_name, via, state, state_note, undo_of, undone_by, \
     created_at, finished_at, took_ms, icon, (SELECT count(*) FROM change_steps WHERE change_id = s.id), depth";

fn from_row(r: &Row<'_>) -> rusqlite::Result<ChangeSet> {
    Ok(ChangeSet {
        seq: r.get(0)?,
        id: r.get(1)?,
        title: r.get(2)?,
        summary: r.get(3)?,
        actor_user_id: r.get(4)?,
        actor_name: r.get(5)?,
        via: r.get(6)?,
        state: r.get(7)?,
        state_note: r.get(8)?,
        undo_of: r.get(9)?,
        undone_by: r.get(10)?,
        created_at: instant(r, 11)?,
        finished_at: instant(r, 12)?,
        took_ms: r.get(13)?,
        icon: r.get(14)?,
        steps: r.get(15)?,
        depth: r.get(16)?,
    })
}

/// `limit` change sets from `offset`, the latest first, and how many the filter finds.
pub fn page(c: &Connection, filter: &ChangeFilter, offset: u32, limit: u32) -> Result<(Vec<ChangeSet>, u32)> {
    let query = crate::fold::escape(filter.query.trim());
    let values: Vec<(&str, &dyn rusqlite::ToSql)> = vec![
        (":state", &filter.state),
        (":via", &filter.via),
        (":actor", &filter.actor_user_id),
        (":target", &filter.target),
        (":query", &query),
    ];
    let wanted = [
        (filter.state.is_some(), "s.state = :state"),
        (filter.via.is_some(), "s.via = :via"),
        (filter.actor_user_id.is_some(), "s.actor_user_id = :actor"),
        (filter.target.is_some(), "s.id IN (SELECT change_id FROM change_steps WHERE target = :target)"),
        (!query.is_empty(), "(s.title LIKE :query ESCAPE '\\' OR s.actor_name LIKE :query ESCAPE '\\')"),
    ];
    let clause: Vec<&str> = wanted.iter().filter(|(on, _)| *on).map(|(_, sql)| *sql).collect();
    let clause = if clause.is_empty() { String::new() } else { format!(" WHERE {}", clause.join(" AND ")) };
    let mut values: Vec<_> = values.into_iter().zip(wanted).filter(|(_, (on, _))| *on).map(|(v, _)| v).collect();
    let total = c
        .prepare_cached(&format!("SELECT count(*) FROM change_sets s{clause}"))?
        .query_row(values.as_slice(), |r| r.get(0))?;
    values.extend([(":limit", &limit as &dyn rusqlite::ToSql), (":offset", &offset)]);
    let sql = format!("SELECT {COLUMNS} FROM change_sets s{clause} ORDER BY s.seq DESC LIMIT :limit OFFSET :offset");
    let items = c.prepare_cached(&sql)?.query_map(values.as_slice(), from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok((items, total))
}

/// The change set with this id.
pub fn get(c: &Connection, id: &str) -> Result<Option<ChangeSet>> {
    let sql = format!("SELECT {COLUMNS} FROM change_sets s WHERE id = ?1");
    Ok(c.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// Its steps, in order.
pub fn steps(c: &Connection, id: &str) -> Result<Vec<ChangeStep>> {
    let mut s = c.prepare_cached(
        "SELECT n, grp, title, kind, target, payload, before_blob, after_blob FROM change_steps WHERE change_id = ?1 ORDER BY n",
    )?;
    let rows = s.query_map(params![id], |r| {
        Ok(ChangeStep {
            n: r.get(0)?,
            group: r.get(1)?,
            title: r.get(2)?,
            kind: r.get(3)?,
            target: r.get(4)?,
            payload: r.get(5)?,
            before_blob: r.get(6)?,
            after_blob: r.get(7)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The change set that ⌘Z takes back: the latest applied one that is a change or a redo, of `actor` if one is named.
/// The first one of a journal, which sets the install up, is not among them.
pub fn last_undoable(c: &Connection, actor: Option<i64>) -> Result<Option<ChangeSet>> {
    last_applied(c, 0, actor)
}

/// The undo that ⇧⌘Z takes back: the latest that stands, of `actor` if one is named; `None` where that actor has
/// changed something of its own since, be it taken back by now or not.
pub fn last_redoable(c: &Connection, actor: Option<i64>) -> Result<Option<ChangeSet>> {
    let Some(found) = last_applied(c, 1, actor)? else {
        return Ok(None);
    };
    let own: Option<i64> = c
        .prepare_cached(
            "SELECT seq FROM change_sets WHERE undo_of IS NULL AND state IN ('applied', 'undone', 'needs_you')
               AND (?1 IS NULL OR actor_user_id = ?1) ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([actor], |r| r.get(0))
        .optional()?;
    Ok(Some(found).filter(|found| own.is_none_or(|own| own < found.seq)))
}

fn last_applied(c: &Connection, parity: i64, actor: Option<i64>) -> Result<Option<ChangeSet>> {
    let seq: Option<i64> = c
        .prepare_cached(
            "SELECT seq FROM change_sets WHERE state = 'applied' AND depth % 2 = ?1 AND seq > 1
               AND (?2 IS NULL OR actor_user_id = ?2) ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![parity, actor], |r| r.get(0))
        .optional()?;
    let Some(seq) = seq else {
        return Ok(None);
    };
    let sql = format!("SELECT {COLUMNS} FROM change_sets s WHERE seq = ?1");
    Ok(c.prepare_cached(&sql)?.query_row([seq], from_row).optional()?)
}

/// Where the journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tail {
    /// `seq` of its newest change set; 0 in an empty journal.
    pub seq: i64,
    /// `sanctumctl` wrote a change set since the one that was asked about.
    pub by_terminal: bool,
}

/// What came after change set `since`; `None` while one is still being applied.
pub fn tail(c: &Connection, since: i64) -> Result<Option<Tail>> {
    let (seq, by_terminal, applying): (Option<i64>, bool, bool) = c
        .prepare_cached(
            "SELECT max(seq), coalesce(max(via = 'cli'), 0), coalesce(max(state = 'applying'), 0)
               FROM change_sets WHERE seq > ?1",
        )?
        .query_row([since], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
    Ok((!applying).then_some(Tail { seq: seq.unwrap_or(since), by_terminal }))
}
