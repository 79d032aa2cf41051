//! Rows of one table in another program's own SQLite file beneath the root, changed while that program may run.
//!
//! All rows of a step change in one transaction of that file or none does, and only while each is as the plan found it. A
//! file behind a link, a table with triggers and values that JSON cannot carry exactly are refused: what would be done
//! could not be shown or taken back. It waits a little for a lock and never breaks one.

use std::path::PathBuf;
use std::time::Duration;

use sanctum_registry::rusqlite::config::DbConfig;
use sanctum_registry::rusqlite::types::{Value as Sql, ValueRef};
use sanctum_registry::rusqlite::{
    self, Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior, params_from_iter,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::disk::{Disk, Place};
use crate::rows::is_name;
use crate::{ChangeError, Conflict, RelPath, Row};

/// Rows that one plan changes at most: the journal keeps each of them.
pub const MOST_THEIR_ROWS: usize = 10_000;

/// How long a lock of the other program is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// One row of theirs. `before: None` means that there is none with this key; `after` may name some columns only, and
/// `None` means that it goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TheirRow {
    pub key: Row,
    pub before: Option<Row>,
    pub after: Option<Row>,
}

impl TheirRow {
    /// What takes it back: of a row that was changed only the columns that were.
    pub(crate) fn inverse(self) -> TheirRow {
        let TheirRow { key, before, after } = self;
        match (before, after) {
            (Some(before), Some(after)) => {
                let old = before.0.iter().filter(|(column, _)| after.get(column).is_some());
                let old = Row(old.map(|(k, v)| (k.clone(), v.clone())).collect());
                TheirRow { key, before: Some(before.overlaid(&after)), after: Some(old) }
            }
            (before, after) => TheirRow { before: after.map(|after| key.overlaid(&after)), after: before, key },
        }
    }

    /// The whole row that it leaves.
    fn left(&self) -> Option<Row> {
        let after = self.after.as_ref()?;
        Some(self.before.as_ref().unwrap_or(&self.key).overlaid(after))
    }

    /// Before and after, one line each, of the columns that change; of a row that comes or goes all of them.
    pub(crate) fn lines(&self) -> [Option<String>; 2] {
        let line = |row: &Row| {
            let shown = row.0.iter().filter(|(k, _)| self.key.get(k).is_none()).filter(|(k, _)| match &self.after {
                Some(after) if self.before.is_some() => after.get(k).is_some(),
                _ => true,
            });
            let cells = self.key.0.iter().chain(shown);
            cells.map(|(k, v)| format!("{k} = {}", plain(v))).collect::<Vec<_>>().join(" · ") + "\n"
        };
        [self.before.as_ref().map(line), self.left().as_ref().map(line)]
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "(nothing)".to_owned(),
        other => other.to_string(),
    }
}

/// What can be said without the file: the names are names and it says which rows.
pub(crate) fn check_shape(path: &RelPath, table: &str, rows: &[TheirRow]) -> Result<(), ChangeError> {
    let bad = |reason: String| Err(refused(path, reason));
    if !is_name(table) || table.to_ascii_lowercase().starts_with("sqlite_") {
        return bad(format!("`{}` is no table that a change may write", table.escape_debug()));
    }
    if rows.is_empty() || rows.len() > MOST_THEIR_ROWS {
        return bad(format!("a change holds 1 to {MOST_THEIR_ROWS} of its rows, and this one {}", rows.len()));
    }
    for row in rows {
        if row.key.0.is_empty() || (row.before.is_none() && row.after.is_none()) {
            return bad("it does not say which row".to_owned());
        }
        let all = [Some(&row.key), row.before.as_ref(), row.after.as_ref()];
        let mut cells = all.into_iter().flatten().flat_map(|row| &row.0);
        if let Some((name, _)) = cells.find(|(name, value)| !is_name(name) || value.is_object() || value.is_array()) {
            return bad(format!("`{}` is no column with a plain value", name.escape_debug()));
        }
    }
    Ok(())
}

fn refused(path: &RelPath, reason: impl Into<String>) -> ChangeError {
    ChangeError::BadTheirRows { path: path.to_string(), reason: reason.into() }
}

fn failed(path: &RelPath, error: &rusqlite::Error) -> ChangeError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => ChangeError::Held { path: path.to_string() },
        _ => refused(path, format!("it cannot be written as a database: {error}")),
    }
}

/// Opens the file; `None` where it is not there.
fn open(disk: &Disk, path: &RelPath, writing: bool) -> Result<Option<Connection>, ChangeError> {
    let place = Place::of(path);
    let base = disk.base(&place)?;
    let Ok(base) = base.canonicalize() else { return Ok(None) };
    let full: PathBuf = place.rel.beneath(&base);
    if full.symlink_metadata().is_err() {
        return Ok(None);
    }
    // The operator chose the base, so it may be a link itself; beneath it nothing may be.
    match full.canonicalize() {
        Ok(real) if real == full && full.is_file() => {}
        Ok(real) => {
            return Err(ChangeError::ThroughLink { link: path.to_string(), leads_to: real.display().to_string() });
        }
        Err(error) => return Err(ChangeError::io(&full, "open the file", error)),
    }
    let way = if writing { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let flags = way | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let opened = || -> rusqlite::Result<Connection> {
        let c = Connection::open_with_flags(&full, flags)?;
        c.busy_timeout(PATIENCE)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        c.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // As the other program has it: a row that goes takes no others along.
        c.pragma_update(None, "foreign_keys", false)?;
        Ok(c)
    };
    opened().map(Some).map_err(|e| failed(path, &e))
}

/// Refuses what is no plain table, or does more than it is told when it is written.
fn check_table(c: &Connection, path: &RelPath, table: &str) -> Result<(), ChangeError> {
    let kind = || -> rusqlite::Result<(Option<String>, bool)> {
        let kind = c
            .prepare("SELECT type FROM pragma_table_list(?1) WHERE schema = 'main'")?
            .query_row([table], |r| r.get(0))
            .optional()?;
        let triggers =
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?1))";
        Ok((kind, c.query_row(triggers, [table], |r| r.get(0))?))
    };
    match kind().map_err(|e| failed(path, &e))? {
        (Some(kind), _) if kind != "table" => Err(refused(path, format!("its `{table}` is no plain table"))),
        (None, _) => Err(refused(path, format!("it has no table `{table}`"))),
        (_, true) => {
            Err(refused(path, format!("its table `{table}` has triggers, whose work could not be taken back")))
        }
        _ => Ok(()),
    }
}

fn condition(key: &Row) -> String {
    key.0.keys().enumerate().map(|(i, k)| format!("\"{k}\" IS ?{}", i + 1)).collect::<Vec<_>>().join(" AND ")
}

fn bound(value: &Value) -> Sql {
    match value {
        Value::Bool(b) => Sql::Integer(i64::from(*b)),
        Value::String(text) => Sql::Text(text.clone()),
        Value::Number(n) => n.as_i64().map_or_else(|| n.as_f64().map_or(Sql::Null, Sql::Real), Sql::Integer),
        _ => Sql::Null,
    }
}

/// The whole row with this key.
fn find(c: &Connection, path: &RelPath, table: &str, key: &Row) -> Result<Option<Row>, ChangeError> {
    let fail = |e: rusqlite::Error| failed(path, &e);
    let mut statement =
        c.prepare_cached(&format!("SELECT * FROM \"{table}\" WHERE {} LIMIT 2", condition(key))).map_err(fail)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    if let Some(name) = key.0.keys().find(|k| !names.contains(k)) {
        return Err(refused(path, format!("its table `{table}` has no column `{name}`")));
    }
    let mut found = statement.query(params_from_iter(key.0.values().map(bound))).map_err(fail)?;
    let Some(first) = found.next().map_err(fail)? else { return Ok(None) };
    let mut row = Row::new();
    for (i, name) in names.iter().enumerate() {
        let value = match first.get_ref(i).map_err(fail)? {
            ValueRef::Null => Some(Value::Null),
            ValueRef::Integer(n) => Some(json!(n)),
            ValueRef::Real(f) => Some(json!(f)).filter(|_| f.is_finite()),
            ValueRef::Text(text) => std::str::from_utf8(text).ok().map(|text| json!(text)),
            ValueRef::Blob(_) => None,
        };
        let Some(value) = value else {
            return Err(refused(path, format!("`{table}.{name}` holds bytes, which a plan cannot carry")));
        };
        row.0.insert(name.clone(), value);
    }
    match found.next().map_err(fail)? {
        Some(_) => Err(refused(path, format!("a key fits several rows of its table `{table}`"))),
        None => Ok(Some(row)),
    }
}

/// The rows as they are now, for a plan: each with the whole of what is found. A row that is not as `before` says (which may
/// name some columns only) is left out.
pub(crate) fn look(
    disk: &Disk,
    path: &RelPath,
    table: &str,
    wanted: Vec<TheirRow>,
) -> Result<Vec<TheirRow>, ChangeError> {
    let Some(c) = open(disk, path, false)? else {
        return Err(ChangeError::Absent { path: path.to_string(), action: "change the rows of" });
    };
    check_table(&c, path, table)?;
    let mut rows = Vec::new();
    for row in wanted {
        let found = find(&c, path, table, &row.key)?;
        let fits = match (&row.before, &found) {
            (None, None) => true,
            (Some(before), Some(found)) => before.0.iter().all(|(k, v)| found.get(k) == Some(v)),
            _ => false,
        };
        if fits {
            rows.push(TheirRow { before: found, ..row });
        }
    }
    Ok(rows)
}

/// How the rows of a step are found.
pub(crate) enum Found {
    /// All as they were before.
    Before,
    /// All as the step leaves them.
    After,
    /// Neither, with why.
    Neither(String),
}

/// # Errors
/// [`ChangeError::Held`] where the file stays locked.
pub(crate) fn found(disk: &Disk, path: &RelPath, table: &str, rows: &[TheirRow]) -> Result<Found, ChangeError> {
    let seen = || -> Result<Found, ChangeError> {
        let Some(c) = open(disk, path, false)? else { return Ok(Found::Neither("is gone".to_owned())) };
        check_table(&c, path, table)?;
        judge(&c, path, table, rows)
    };
    match seen() {
        Err(error @ ChangeError::Held { .. }) => Err(error),
        Err(error) => Ok(Found::Neither(format!("cannot be looked into: {error}"))),
        found => found,
    }
}

fn judge(c: &Connection, path: &RelPath, table: &str, rows: &[TheirRow]) -> Result<Found, ChangeError> {
    let (mut before, mut after, mut moved) = (true, true, Vec::new());
    for row in rows {
        let there = find(c, path, table, &row.key)?;
        let (was, is) = (there == row.before, there == row.left());
        if !was && !is {
            let key = row.key.0.values().map(plain).collect::<Vec<_>>().join(", ");
            moved.push(match there {
                None => format!("row {key} of `{table}` is gone"),
                Some(_) => format!("row {key} of `{table}` was changed since"),
            });
        }
        (before, after) = (before && was, after && is);
    }
    Ok(match (before, after) {
        (true, _) => Found::Before,
        (_, true) => Found::After,
        _ if moved.is_empty() => Found::Neither(format!("has rows in `{table}` that moved on since")),
        _ => {
            let more = moved.len().saturating_sub(3);
            moved.truncate(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Found::Neither(format!("is otherwise now: {}{more}", moved.join(", ")))
        }
    })
}

/// Changes all rows in one transaction, or none.
///
/// # Errors
/// [`ChangeError::Stale`] where one of them is not as before; [`ChangeError::Held`].
pub(crate) fn write(disk: &Disk, path: &RelPath, table: &str, rows: &[TheirRow]) -> Result<(), ChangeError> {
    let stale = |what: String| ChangeError::Stale { targets: vec![Conflict { target: path.to_string(), what }] };
    let full = disk.path(&Place::of(path));
    disk.point("their_rows", &full, "change the rows of")?;
    let Some(mut c) = open(disk, path, true)? else { return Err(stale("is gone".to_owned())) };
    let fail = |e: rusqlite::Error| failed(path, &e);
    let tx = c.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    check_table(&tx, path, table)?;
    match judge(&tx, path, table, rows)? {
        Found::Before => {}
        Found::After => return Err(stale("was changed so already".to_owned())),
        Found::Neither(what) => return Err(stale(what)),
    }
    for row in rows {
        write_row(&tx, table, row).map_err(fail)?;
        if find(&tx, path, table, &row.key)? != row.left() {
            return Err(refused(path, format!("a row of its table `{table}` does not read back as it was written")));
        }
    }
    tx.commit().map_err(fail)?;
    drop(c);
    disk.point("their_rows_written", &full, "change the rows of")
}

fn write_row(c: &Connection, table: &str, row: &TheirRow) -> rusqlite::Result<()> {
    let key = row.key.0.values().map(bound);
    match (&row.before, &row.after) {
        (Some(_), None) => {
            c.prepare_cached(&format!("DELETE FROM \"{table}\" WHERE {}", condition(&row.key)))?
                .execute(params_from_iter(key))?;
        }
        (None, Some(after)) => {
            let whole = row.key.overlaid(after);
            let names = whole.0.keys().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ");
            let marks = (1..=whole.0.len()).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
            c.prepare_cached(&format!("INSERT INTO \"{table}\" ({names}) VALUES ({marks})"))?
                .execute(params_from_iter(whole.0.values().map(bound)))?;
        }
        (Some(_), Some(after)) => {
            let first = row.key.0.len() + 1;
            let sets = after.0.keys().enumerate().map(|(i, k)| format!("\"{k}\" = ?{}", first + i));
            let sets = sets.collect::<Vec<_>>().join(", ");
            c.prepare_cached(&format!("UPDATE \"{table}\" SET {sets} WHERE {}", condition(&row.key)))?
                .execute(params_from_iter(key.chain(after.0.values().map(bound))))?;
        }
        (None, None) => {}
    }
    Ok(())
}
