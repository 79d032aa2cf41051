//! Registry rows: find, write, and rehearse them.
//!
//! Owns the only SQL that writes configuration. Table and column names are checked against the schema before they enter a
//! statement; values are always bound. Every write re-reads the whole row, so that the journal can take it back exactly.

use std::collections::BTreeMap;

use sanctum_registry::WRITABLE;
use sanctum_registry::rusqlite::types::{Value as Sql, ValueRef};
use sanctum_registry::rusqlite::{Connection, OptionalExtension, params_from_iter};
use serde_json::{Value, json};

use crate::{Action, ChangeError, Conflict, Row};

/// A row that refers to another one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dependent {
    pub table: String,
    pub key: Row,
    /// The column that refers to it.
    pub from: String,
}

fn bad(table: &str, reason: impl Into<String>) -> ChangeError {
    ChangeError::BadRow { table: table.to_owned(), reason: reason.into() }
}

pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What can be said without the database: the table is one of ours, the key is not empty, the names are names.
pub(crate) fn check_shape(table: &str, key: &Row) -> Result<(), ChangeError> {
    if !WRITABLE.contains(&table) {
        return Err(bad(table, "the table is not one that a change may write"));
    }
    if key.0.is_empty() {
        return Err(bad(table, "it does not say which row"));
    }
    match key.0.keys().find(|k| !is_name(k)) {
        Some(name) => Err(bad(table, format!("`{name}` is no column name"))),
        None => Ok(()),
    }
}

/// Not left to SQLite: it takes an unknown name in quotes for a text.
fn check_columns(c: &Connection, table: &str, row: &Row) -> Result<(), ChangeError> {
    let statement = c.prepare_cached(&format!("SELECT * FROM \"{table}\""))?;
    let known = statement.column_names();
    match row.0.keys().find(|k| !known.contains(&k.as_str())) {
        Some(name) => Err(bad(table, format!("it has no column `{name}`"))),
        None => Ok(()),
    }
}

/// A reference that names no row is told apart from one that does: the row that refers cannot exist then.
fn bind(c: &Connection, table: &str, value: &Value) -> Result<Option<Sql>, ChangeError> {
    Ok(Some(match value {
        Value::Null => Sql::Null,
        Value::Bool(b) => Sql::Integer(i64::from(*b)),
        Value::String(s) => Sql::Text(s.clone()),
        Value::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(i), _) => Sql::Integer(i),
            (None, Some(f)) => Sql::Real(f),
            (None, None) => return Err(bad(table, format!("{n} is no number SQLite can hold"))),
        },
        Value::Object(_) => {
            let Some((other, key, column)) = Row::as_reference(value) else {
                return Err(bad(table, "an object is no value; JSON columns hold text"));
            };
            check_shape(&other, &key)?;
            return match find(c, &other, &key)? {
                None => Ok(None),
                Some(row) => match row.get(&column) {
                    Some(value) if !value.is_object() => bind(c, table, value),
                    _ => Err(bad(table, format!("it refers to `{other}.{column}`, which there is not"))),
                },
            };
        }
        Value::Array(_) => return Err(bad(table, "a list is no value; JSON columns hold text")),
    }))
}

fn wanted(c: &Connection, table: &str, row: &Row) -> Result<Option<Vec<Sql>>, ChangeError> {
    row.0.values().map(|v| bind(c, table, v)).collect()
}

fn needed(c: &Connection, table: &str, row: &Row) -> Result<Vec<Sql>, ChangeError> {
    wanted(c, table, row)?.ok_or_else(|| bad(table, "it refers to a row that is not there"))
}

fn condition(key: &Row) -> String {
    key.0.keys().enumerate().map(|(i, k)| format!("\"{k}\" IS ?{}", i + 1)).collect::<Vec<_>>().join(" AND ")
}

/// The whole row with this key; `None` where there is none.
///
/// # Errors
/// `BadRow` where the key names an unknown column or fits several rows.
pub(crate) fn find(c: &Connection, table: &str, key: &Row) -> Result<Option<Row>, ChangeError> {
    check_shape(table, key)?;
    check_columns(c, table, key)?;
    let Some(values) = wanted(c, table, key)? else {
        return Ok(None);
    };
    let mut statement = c.prepare_cached(&format!("SELECT * FROM \"{table}\" WHERE {} LIMIT 2", condition(key)))?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut found = statement.query(params_from_iter(values))?;
    let Some(first) = found.next()? else {
        return Ok(None);
    };
    let mut row = BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        let value = match first.get_ref(i)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(n) => json!(n),
            ValueRef::Real(f) => json!(f),
            ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
            ValueRef::Blob(_) => {
                return Err(bad(table, format!("`{name}` holds bytes, which a plan cannot carry")));
            }
        };
        row.insert(name.clone(), value);
    }
    if found.next()?.is_some() {
        return Err(bad(table, "its key fits several rows"));
    }
    Ok(Some(Row(row)))
}

/// Rows of writable tables that a delete of `row` would take along or that would forbid it.
pub(crate) fn dependents(c: &Connection, table: &str, row: &Row) -> Result<Vec<Dependent>, ChangeError> {
    let mut all = Vec::new();
    for other in WRITABLE {
        let mut statement = c.prepare_cached(
            "SELECT \"from\", coalesce(\"to\", 'id') FROM pragma_foreign_key_list(?1) WHERE \"table\" = ?2",
        )?;
        let links: Vec<(String, String)> =
            statement.query_map([*other, table], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
        for (from, to) in links.into_iter().filter(|(from, _)| from != "created_by") {
            let Some(value) = row.get(&to).map(|v| bind(c, table, v)).transpose()?.flatten() else {
                continue;
            };
            let keys = key_columns(c, other)?;
            let list = keys.iter().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ");
            let mut statement = c.prepare_cached(&format!("SELECT {list} FROM \"{other}\" WHERE \"{from}\" IS ?1"))?;
            let mut found = statement.query([value])?;
            while let Some(hit) = found.next()? {
                let mut key = Row::new();
                for (i, name) in keys.iter().enumerate() {
                    key = match hit.get_ref(i)? {
                        ValueRef::Integer(n) => key.with(name, n),
                        ValueRef::Text(text) => key.with(name, String::from_utf8_lossy(text).into_owned()),
                        _ => key,
                    };
                }
                let dependent = Dependent { table: (*other).to_owned(), key, from: from.clone() };
                if !all.contains(&dependent) {
                    all.push(dependent);
                }
            }
        }
    }
    Ok(all)
}

fn key_columns(c: &Connection, table: &str) -> Result<Vec<String>, ChangeError> {
    let mut statement = c.prepare_cached("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
    Ok(statement.query_map([table], |r| r.get(0))?.collect::<Result<_, _>>()?)
}

/// Why the step's row is not as it expects; `None` where it is.
fn unlike(before: Option<&Row>, found: Option<&Row>) -> Option<String> {
    match (before, found) {
        (None, None) => None,
        (None, Some(_)) => Some("has that row already".to_owned()),
        (Some(_), None) => Some("no longer has that row".to_owned()),
        (Some(before), Some(found)) if before.agrees_with(found) => None,
        (Some(_), Some(_)) => Some("holds other values in that row now".to_owned()),
    }
}

fn name_of(table: &str, key: &Row) -> String {
    let key: Vec<String> = key
        .masked()
        .0
        .iter()
        .map(|(k, v)| format!("{k} {}", v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
        .collect();
    format!("registry · {table} · {}", key.join(", "))
}

/// The row before and after a write, whole; `None` where there was or is none. The key with references resolved.
#[derive(Debug)]
pub(crate) struct Left {
    pub key: Row,
    pub before: Option<Row>,
    pub after: Option<Row>,
}

enum Written {
    Row(Left),
    Conflict(Conflict),
}

/// Writes the row of a registry step after checking that it is as expected.
fn write(
    c: &Connection,
    table: &str,
    key: &Row,
    before: Option<&Row>,
    after: Option<&Row>,
) -> Result<Written, ChangeError> {
    let found = find(c, table, key)?;
    if let Some(what) = unlike(before, found.as_ref()) {
        return Ok(Written::Conflict(Conflict { target: name_of(table, key), what }));
    }
    match (&found, after) {
        (None, None) => {}
        (Some(_), None) => {
            c.prepare_cached(&format!("DELETE FROM \"{table}\" WHERE {}", condition(key)))?
                .execute(params_from_iter(needed(c, table, key)?))?;
        }
        (None, Some(after)) => {
            let after = key.overlaid(after);
            check_columns(c, table, &after)?;
            let names = after.0.keys().map(|k| format!("\"{k}\"")).collect::<Vec<_>>().join(", ");
            let marks = (1..=after.0.len()).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
            c.prepare_cached(&format!("INSERT INTO \"{table}\" ({names}) VALUES ({marks})"))?
                .execute(params_from_iter(needed(c, table, &after)?))?;
        }
        (Some(found), Some(after)) => update(c, table, key, found, after)?,
    }
    let key = resolved(
        c,
        table,
        &after.map_or_else(
            || key.clone(),
            |after| Row(key.0.iter().map(|(k, v)| (k.clone(), after.get(k).unwrap_or(v).clone())).collect()),
        ),
    )?;
    Ok(Written::Row(Left { after: find(c, table, &key)?, before: found, key }))
}

/// Updates the columns that differ. `updated_at` is named only when a change is taken back: the trigger that keeps it may
/// have overwritten it, so it is set a second time then.
fn update(c: &Connection, table: &str, key: &Row, found: &Row, after: &Row) -> Result<(), ChangeError> {
    check_columns(c, table, after)?;
    let mut changed: Vec<(&String, Sql)> = Vec::new();
    for (column, value) in &after.0 {
        let value = bind(c, table, value)?.ok_or_else(|| bad(table, "it refers to a row that is not there"))?;
        let there = found.get(column).map(|v| bind(c, table, v)).transpose()?.flatten();
        if there.as_ref() != Some(&value) {
            changed.push((column, value));
        }
    }
    let id: Option<i64> = c
        .prepare_cached(&format!("SELECT rowid FROM \"{table}\" WHERE {}", condition(key)))?
        .query_row(params_from_iter(needed(c, table, key)?), |r| r.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(()) };
    if !changed.is_empty() {
        let sets = changed
            .iter()
            .enumerate()
            .map(|(i, (k, _))| format!("\"{k}\" = ?{}", i + 2))
            .collect::<Vec<_>>()
            .join(", ");
        let values = std::iter::once(Sql::Integer(id)).chain(changed.iter().map(|(_, v)| v.clone()));
        c.prepare_cached(&format!("UPDATE \"{table}\" SET {sets} WHERE rowid = ?1"))?
            .execute(params_from_iter(values))?;
    }
    if let Some(Value::String(stamp)) = after.get("updated_at") {
        c.prepare_cached(&format!("UPDATE \"{table}\" SET updated_at = ?2 WHERE rowid = ?1 AND updated_at IS NOT ?2"))?
            .execute((id, stamp))?;
    }
    Ok(())
}

/// The key with its references replaced by what they stand for.
fn resolved(c: &Connection, table: &str, key: &Row) -> Result<Row, ChangeError> {
    let mut plain = Row::new();
    for (column, value) in &key.0 {
        let value = match bind(c, table, value)? {
            Some(Sql::Integer(n)) => json!(n),
            Some(Sql::Real(f)) => json!(f),
            Some(Sql::Text(text)) => json!(text),
            _ => Value::Null,
        };
        plain.0.insert(column.clone(), value);
    }
    Ok(plain)
}

/// Writes every registry step in order; stops with all conflicts where rows are not as expected. To be called in a
/// transaction that is dropped where this is not `Ok`. Returns each step's index with the row it left.
pub(crate) fn write_all<'a>(
    c: &Connection,
    steps: impl Iterator<Item = (usize, &'a Action)>,
) -> Result<Vec<(usize, Left)>, ChangeError> {
    let (mut left, mut conflicts) = (Vec::new(), Vec::new());
    for (n, action) in steps {
        let Action::Registry { table, key, before, after } = action else {
            continue;
        };
        match write(c, table, key, before.as_ref(), after.as_ref())? {
            Written::Row(row) => left.push((n, row)),
            Written::Conflict(conflict) => conflicts.push(conflict),
        }
    }
    if conflicts.is_empty() { Ok(left) } else { Err(ChangeError::Stale { targets: conflicts }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_writable_tables_and_plain_names_pass() {
        let key = Row::new().with("id", 1);
        assert!(check_shape("agents", &key).is_ok(), "an ordinary table passes");
        assert!(check_shape("change_sets", &key).is_err(), "the journal is not written by plans");
        assert!(check_shape("agents", &Row::new()).is_err(), "a step must say which row");
        assert!(check_shape("agents", &Row::new().with("id\" OR 1", 1)).is_err(), "names never carry SQL");
    }
}
