//! A registry row as a plan carries it: column names to plain values.
//!
//! Owns the value rules (text, integer, real, null), the reference to a row that the same plan inserts, and the masking of
//! columns no screen may show. Knows no table by name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Columns whose values never leave the journal: masked in [`crate::describe`] and [`crate::Engine::load`].
pub const HIDDEN_COLUMNS: &[&str] = &["password_hash", "session_token"];

/// Columns that are written as things happen (by triggers, at sign-in, by measuring), not by changes. That one of them moved on
/// makes no plan stale, and a change that did not set one does not put it back.
pub const MEASURED_COLUMNS: &[&str] = &[
    "updated_at",
    "last_login",
    "failed_login_attempts",
    "locked_until",
    "status",
    "last_run",
    "next_run",
    "last_active",
    "written_at",
];

/// What a masked value reads as.
pub const MASK: &str = "••••••";

/// Column → value. A value is a string, an integer, a real, a boolean (kept as 0/1), null, or a [`Row::reference`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Row(pub BTreeMap<String, Value>);

impl Row {
    /// An empty row.
    #[must_use]
    pub fn new() -> Row {
        Row::default()
    }

    /// The row with one column more: `Row::new().with("uid", "athena").with("color", 3)`.
    #[must_use]
    pub fn with(mut self, column: &str, value: impl Into<Value>) -> Row {
        self.0.insert(column.to_owned(), value.into());
        self
    }

    /// The value of a column, `None` where the row does not name it.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&Value> {
        self.0.get(column)
    }

    /// A value that is looked up when the row is written: `column` of the row of `table` with this key. For rows that refer
    /// to the number a row of the same plan will get: `.with("agent_id", Row::reference("agents", Row::new().with("uid", "athena"), "id"))`.
    #[must_use]
    pub fn reference(table: &str, key: Row, column: &str) -> Value {
        json!({ "$ref": { "table": table, "key": key.0, "column": column } })
    }

    /// Takes a reference apart: table, key, column.
    pub(crate) fn as_reference(value: &Value) -> Option<(String, Row, String)> {
        let inner = value.get("$ref")?;
        let key = inner.get("key")?.as_object()?.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        Some((inner.get("table")?.as_str()?.to_owned(), Row(key), inner.get("column")?.as_str()?.to_owned()))
    }

    /// This row with `over`'s columns laid over it.
    #[must_use]
    pub fn overlaid(&self, over: &Row) -> Row {
        let mut all = self.0.clone();
        all.extend(over.0.iter().map(|(k, v)| (k.clone(), v.clone())));
        Row(all)
    }

    /// The same with the values of [`HIDDEN_COLUMNS`] masked.
    #[must_use]
    pub fn masked(&self) -> Row {
        Row(self
            .0
            .iter()
            .map(|(k, v)| {
                (k.clone(), if HIDDEN_COLUMNS.contains(&k.as_str()) && !v.is_null() { json!(MASK) } else { v.clone() })
            })
            .collect())
    }

    /// Whether every column that `self` names has that value in `actual`; [`MEASURED_COLUMNS`] are left out.
    pub(crate) fn agrees_with(&self, actual: &Row) -> bool {
        self.0
            .keys()
            .filter(|column| !MEASURED_COLUMNS.contains(&column.as_str()))
            .all(|column| self.same_in(actual, column))
    }

    /// Whether a column has the same value in both rows; an absent one counts as null.
    pub(crate) fn same_in(&self, other: &Row, column: &str) -> bool {
        let value = |row: &Row| plain(row.0.get(column).unwrap_or(&Value::Null));
        value(self) == value(other)
    }
}

/// Booleans are integers in SQLite, and `1.0` read back from a REAL column is the `1` that was written.
fn plain(value: &Value) -> Value {
    match value {
        Value::Bool(b) => json!(i64::from(*b)),
        Value::Number(n) => n.as_i64().map_or_else(
            || {
                n.as_f64()
                    .filter(|f| f.fract() == 0.0 && f.abs() < 9.0e15)
                    .map_or_else(|| value.clone(), |f| json!(f as i64))
            },
            |i| json!(i),
        ),
        other => other.clone(),
    }
}
