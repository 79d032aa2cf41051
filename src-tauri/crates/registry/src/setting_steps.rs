//! The history of settings: steps of the journal that wrote a setting, the latest first.
//!
//! Reads `change_sets` and `change_steps` beside [`crate::changes`]; what a payload says is for crate `change` to tell.

use rusqlite::{Connection, Row, named_params};
use time::OffsetDateTime;

use crate::{Result, row::instant, stamp};

/// A step that wrote a row of a settings table.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingStep {
    /// The change set's place in the journal.
    pub seq: i64,
    pub change_id: String,
    /// The change set's title.
    pub title: String,
    pub actor_name: String,
    /// `app`, `cli` or `recovery`.
    pub via: String,
    /// When the change set was finished.
    pub at: Option<OffsetDateTime>,
    /// `applied` or `undone`.
    pub state: String,
    /// The change set that this one took back.
    pub undo_of: Option<String>,
    /// The step's place in its change set.
    pub n: u32,
    /// The table that was written.
    pub table: String,
    /// JSON, owned by crate `change`.
    pub payload: String,
}

const TARGET: &str = "registry · ";

/// The plus signs keep the walk along `seq`, which ends at the limit, from being traded for a sort of all that ever
/// was.
const SQL: &str = "
SELECT s.seq, s.id, s.title, s.actor_name, s.via, s.finished_at, s.state, s.undo_of, t.n, t.target, t.payload
FROM change_sets s CROSS JOIN change_steps t ON t.change_id = s.id
WHERE s.seq < :before AND s.seq >= :first AND +s.state IN ('applied', 'undone')
  AND (:since IS NULL OR s.finished_at >= :since) AND t.kind = 'registry'
  AND +t.target IN ('registry · system_config', 'registry · env_vars', 'registry · agent_configs',
    'registry · configurations', 'registry · tool_instances', 'registry · settings_written')
ORDER BY s.seq DESC, t.n DESC";

fn from_row(r: &Row<'_>) -> rusqlite::Result<SettingStep> {
    let target: String = r.get(9)?;
    Ok(SettingStep {
        seq: r.get(0)?,
        change_id: r.get(1)?,
        title: r.get(2)?,
        actor_name: r.get(3)?,
        via: r.get(4)?,
        at: instant(r, 5)?,
        state: r.get(6)?,
        undo_of: r.get(7)?,
        n: r.get(8)?,
        table: target.strip_prefix(TARGET).unwrap_or(&target).to_owned(),
        payload: r.get(10)?,
    })
}

/// About `limit` steps of change sets that were finished at or after `since` and stand before `before_seq`, the latest
/// first. A change set is never cut, so the last one may make the answer longer; go on with its `seq` as `before_seq`.
pub fn setting_steps(
    c: &Connection,
    since: Option<OffsetDateTime>,
    before_seq: Option<i64>,
    limit: u32,
) -> Result<Vec<SettingStep>> {
    let since = since.map(stamp);
    let first: i64 = match &since {
        None => 0,
        Some(since) => c
            .prepare_cached("SELECT coalesce(min(+seq), 9223372036854775807) FROM change_sets WHERE finished_at >= ?1")?
            .query_row([since], |r| r.get(0))?,
    };
    let mut s = c.prepare_cached(SQL)?;
    let mut rows = s.query(named_params! {
        ":before": before_seq.unwrap_or(i64::MAX), ":first": first, ":since": since,
    })?;
    let mut steps: Vec<SettingStep> = Vec::new();
    while let Some(row) = rows.next()? {
        let full = steps.len() >= limit as usize;
        if full && steps.last().is_none_or(|last| row.get(0).is_ok_and(|seq: i64| seq != last.seq)) {
            break;
        }
        steps.push(from_row(row)?);
    }
    Ok(steps)
}
