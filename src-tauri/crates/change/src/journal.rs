//! The journal: what a change set and its steps look like in `change_sets` and `change_steps`.
//!
//! Owns writing it before anything happens, its states afterwards, and reading it back. The JSON payload of a step is its
//! action with hashes, modes and paths; bytes of files lie beside it in the blobs.

use sanctum_registry::rusqlite::{Connection, OptionalExtension, Row as SqlRow, params};
use sanctum_registry::stamp;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::engine::Whole;
use crate::{Action, Actor, ChangeError, Plan, Step, plan};

/// The JSON of a step, as it is read.
#[derive(Deserialize)]
struct Payload {
    detail: String,
    /// The folder was there already when the change began (the one that holds the registry); never removed.
    #[serde(default)]
    already: bool,
    action: Action,
}

/// The same as it is written, without a copy of what it holds.
#[derive(Serialize)]
struct Written<'a> {
    detail: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    already: bool,
    action: &'a Action,
}

/// A step as the journal has it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub n: usize,
    pub step: Step,
    pub already: bool,
}

/// A change set as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeHeader {
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
    /// UTC, `YYYY-MM-DD HH:MM:SS`.
    pub created_at: String,
    pub finished_at: Option<String>,
    pub took_ms: Option<i64>,
    pub icon: Option<String>,
}

const HEADER: &str = "SELECT seq, id, title, summary, actor_user_id, actor_name, via, state, state_note, undo_of, undone_by, created_at, finished_at, took_ms, icon FROM change_sets";

fn header(row: &SqlRow<'_>) -> sanctum_registry::rusqlite::Result<ChangeHeader> {
    Ok(ChangeHeader {
        seq: row.get(0)?,
        id: row.get(1)?,
        title: row.get(2)?,
        summary: row.get(3)?,
        actor_user_id: row.get(4)?,
        actor_name: row.get(5)?,
        via: row.get(6)?,
        state: row.get(7)?,
        state_note: row.get(8)?,
        undo_of: row.get(9)?,
        undone_by: row.get(10)?,
        created_at: row.get(11)?,
        finished_at: row.get(12)?,
        took_ms: row.get(13)?,
        icon: row.get(14)?,
    })
}

/// Writes the change set as `applying`, with every step and its pre-image; registry steps with the `whole` rows.
pub(crate) fn begin(
    c: &Connection,
    plan: &Plan,
    already: &[usize],
    whole: &Whole,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<(), ChangeError> {
    c.prepare_cached(
        "INSERT INTO change_sets (id, title, summary, actor_user_id, actor_name, via, state, undo_of, created_at, icon) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'applying', ?7, ?8, ?9)",
    )?
    .execute(
        params![plan.id, plan.title, plan.summary, actor.user_id, actor.name, actor.via.as_str(), plan.undo_of, stamp(now), plan.icon],
    )?;
    let mut insert = c.prepare_cached(
        "INSERT INTO change_steps (change_id, n, grp, title, kind, target, payload, before_blob, after_blob) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (n, step) in plan.steps.iter().enumerate() {
        let (before, after) = plan::blobs(&step.action);
        let payload = payload(&plan.id, &step.detail, already.contains(&n), whole.get(&n).unwrap_or(&step.action))?;
        insert.execute(params![
            plan.id,
            number(n),
            step.group,
            step.title,
            step.action.kind(),
            step.action.target(),
            payload,
            before,
            after
        ])?;
    }
    Ok(())
}

fn payload(id: &str, detail: &str, already: bool, action: &Action) -> Result<String, ChangeError> {
    serde_json::to_string(&Written { detail, already, action })
        .map_err(|e| ChangeError::BadJournal { id: id.to_owned(), reason: e.to_string() })
}

/// Replaces the action of a step whose row came out otherwise than rehearsed.
pub(crate) fn amend(c: &Connection, id: &str, n: usize, detail: &str, action: &Action) -> Result<(), ChangeError> {
    c.prepare_cached("UPDATE change_steps SET payload = ?3 WHERE change_id = ?1 AND n = ?2")?.execute(params![
        id,
        number(n),
        payload(id, detail, false, action)?
    ])?;
    Ok(())
}

/// Sets the final state.
pub(crate) fn finish(
    c: &Connection,
    id: &str,
    state: &str,
    note: Option<&str>,
    now: OffsetDateTime,
    took_ms: Option<i64>,
) -> Result<(), ChangeError> {
    c.prepare_cached(
        "UPDATE change_sets SET state = ?2, state_note = ?3, finished_at = ?4, took_ms = coalesce(?5, took_ms) WHERE id = ?1",
    )?
    .execute(
        params![id, state, note, stamp(now), took_ms],
    )?;
    Ok(())
}

/// Marks `original` as taken back by `by`.
pub(crate) fn mark_undone(c: &Connection, original: &str, by: &str) -> Result<(), ChangeError> {
    c.execute("UPDATE change_sets SET state = 'undone', undone_by = ?2 WHERE id = ?1", params![original, by])?;
    Ok(())
}

pub(crate) fn find(c: &Connection, id: &str) -> Result<Option<ChangeHeader>, ChangeError> {
    Ok(c.prepare_cached(&format!("{HEADER} WHERE id = ?1"))?.query_row([id], header).optional()?)
}

/// Changes that were interrupted, newest first: still `applying`, or `needs_you` with nothing applied after it.
pub(crate) fn open(c: &Connection) -> Result<Vec<ChangeHeader>, ChangeError> {
    let mut statement = c.prepare_cached(&format!(
        "{HEADER} WHERE state = 'applying' OR (state = 'needs_you' AND NOT EXISTS (SELECT 1 FROM change_sets later WHERE later.seq > change_sets.seq AND later.state IN ('applied', 'undone'))) ORDER BY seq DESC"
    ))?;
    let found = statement.query_map([], header)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Whether an earlier, unfinished attempt of a command was to create `creates`, so that what lies there may be its remains.
pub(crate) fn was_to_create(c: &Connection, creates: &str) -> Result<bool, ChangeError> {
    let mut statement = c.prepare(
        "SELECT EXISTS (SELECT 1 FROM change_steps JOIN change_sets ON change_sets.id = change_id \
         WHERE kind = 'run' AND json_extract(payload, '$.action.creates') = ?1 AND state IN ('applying', 'rolled_back', 'needs_you'))",
    )?;
    Ok(statement.query_row([creates], |r| r.get(0))?)
}

/// The steps of a change, with their bytes.
pub(crate) fn steps(c: &Connection, id: &str) -> Result<Vec<Entry>, ChangeError> {
    let broken = |reason: String| ChangeError::BadJournal { id: id.to_owned(), reason };
    let mut statement = c.prepare(
        "SELECT n, grp, title, payload, before_blob, after_blob FROM change_steps WHERE change_id = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query([id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let text: String = row.get(3)?;
        let mut payload: Payload = serde_json::from_str(&text).map_err(|e| broken(e.to_string()))?;
        let (before_blob, after_blob): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(4)?, row.get(5)?);
        let whole = match &mut payload.action {
            Action::WriteFile { before, after, .. } => {
                *after = after_blob.unwrap_or_default();
                before.as_mut().is_none_or(|b| b.refill(before_blob.unwrap_or_default()))
            }
            Action::RemoveFile { before, .. } => before.refill(before_blob.unwrap_or_default()),
            _ => true,
        };
        if !whole {
            return Err(broken("the bytes it kept are not those it hashed".to_owned()));
        }
        let n: i64 = row.get(0)?;
        entries.push(Entry {
            n: usize::try_from(n).map_err(|e| broken(e.to_string()))?,
            step: Step { group: row.get(1)?, title: row.get(2)?, detail: payload.detail, action: payload.action },
            already: payload.already,
        });
    }
    Ok(entries)
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
