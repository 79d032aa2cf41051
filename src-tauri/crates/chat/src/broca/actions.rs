//! What may be done to Broca's queue while it runs, as statements with what they find: for a change set to carry out.
//!
//! Three acts are safe: failed rows wait again, waiting rows are set aside, one row goes. Each names the rows it touches
//! as they are now; each statement touches a row only while it is still so, and its inverse puts exactly that back.
//! A fourth is safe while Broca does not run: what it left in its hands is set aside too. Running, it writes back over such a row.

use rusqlite::{Row, types::Value};
use sanctum_registry::rusqlite;

use super::{Broca, BrocaError};

/// A safe act on the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `failed` rows become `pending`: all, or one.
    Requeue(Option<i64>),
    /// `pending` rows become `flushed`: all, or one.
    Flush(Option<i64>),
    /// `pending` and `processing` rows become `flushed`: all, or one. Broca does not run.
    FlushIdle(Option<i64>),
    /// One row is deleted. Its message stays.
    Delete(i64),
}

/// One row of `queue` as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Before {
    pub id: i64,
    pub letta_user_id: Value,
    pub message_id: Value,
    pub status: String,
    pub attempts: Value,
    pub timestamp: Value,
}

/// One statement with its values; it must change exactly one row, or somebody was there before.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub sql: &'static str,
    pub values: Vec<Value>,
}

/// One row's part of an act.
#[derive(Debug, Clone, PartialEq)]
pub struct Touched {
    pub before: Before,
    /// The status it will have; `None`: it will be gone.
    pub after: Option<&'static str>,
    pub forward: Statement,
    pub inverse: Statement,
}

const MOVE: &str = "UPDATE queue SET status = ?2 WHERE id = ?1 AND status = ?3";
const DELETE: &str = "DELETE FROM queue WHERE id = ?1 AND status = ?2 AND status <> 'processing'";
const INSERT: &str =
    "INSERT INTO queue(id, letta_user_id, message_id, status, attempts, timestamp) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

impl Broca {
    /// What an act would touch now; nothing is changed. A row that Broca is working on is among it only where that is said.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn plan(&self, action: Action) -> Result<Vec<Touched>, BrocaError> {
        self.needs(&["queue"])?;
        let (condition, id) = match action {
            Action::Requeue(id) => ("status = 'failed'", id),
            Action::Flush(id) => ("status = 'pending'", id),
            Action::FlushIdle(id) => ("status IN ('pending', 'processing')", id),
            Action::Delete(id) => ("status <> 'processing'", Some(id)),
        };
        let sql = format!(
            "SELECT id, letta_user_id, message_id, status, attempts, timestamp FROM queue
             WHERE {condition} AND (?1 IS NULL OR id = ?1) ORDER BY id"
        );
        let read = || -> rusqlite::Result<Vec<Before>> { self.c.prepare(&sql)?.query_map([id], before)?.collect() };
        let rows = read().map_err(|e| self.error(e))?;
        Ok(rows.into_iter().map(|row| touched(action, row)).collect())
    }
}

fn before(r: &Row<'_>) -> rusqlite::Result<Before> {
    Ok(Before {
        id: r.get(0)?,
        letta_user_id: r.get(1)?,
        message_id: r.get(2)?,
        status: r.get(3)?,
        attempts: r.get(4)?,
        timestamp: r.get(5)?,
    })
}

fn touched(action: Action, before: Before) -> Touched {
    let id = Value::Integer(before.id);
    let moved = |to: &'static str| {
        let step = |to: &str, from: &str| Statement { sql: MOVE, values: vec![id.clone(), text(to), text(from)] };
        (Some(to), step(to, &before.status), step(&before.status, to))
    };
    let (after, forward, inverse) = match action {
        Action::Requeue(_) => moved("pending"),
        Action::Flush(_) | Action::FlushIdle(_) => moved("flushed"),
        Action::Delete(_) => (
            None,
            Statement { sql: DELETE, values: vec![id.clone(), text(&before.status)] },
            Statement {
                sql: INSERT,
                values: vec![
                    id.clone(),
                    before.letta_user_id.clone(),
                    before.message_id.clone(),
                    text(&before.status),
                    before.attempts.clone(),
                    before.timestamp.clone(),
                ],
            },
        ),
    };
    Touched { before, after, forward, inverse }
}
