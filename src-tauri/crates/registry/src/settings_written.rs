//! Table `settings_written`: what this app wrote last into a settings file, or hands over by the process environment.
//!
//! The base of a three-way merge: where a file holds something else than its row here, somebody else changed it. Read
//! only: rows are written by the change that writes the file. Holds no value of a secret, and refuses to know what a
//! value means.

use rusqlite::{Connection, OptionalExtension, Row};
use time::OffsetDateTime;

use crate::{
    Result,
    row::{instant, word},
};

/// How a value reaches the process that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It stands in the file.
    File,
    /// It is handed over in the environment at spawn; the file does not have it.
    Environment,
}

impl Delivery {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Delivery::File => "file",
            Delivery::Environment => "environment",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<Delivery> {
        [Delivery::File, Delivery::Environment].into_iter().find(|d| d.as_str() == text)
    }
}

/// One value as it was written last.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingWritten {
    /// Relative to the root.
    pub file: String,
    /// The variable, or the JSON pointer in a JSON file.
    pub key: String,
    /// The text of a variable or the JSON of a value; `None`: the key was taken out by this app.
    pub value: Option<String>,
    pub delivery: Delivery,
    /// Whether what reads it must be restarted to see it.
    pub restart: bool,
    pub written_at: Option<OffsetDateTime>,
    /// Who set the value that stands.
    pub created_by: i64,
}

const COLUMNS: &str = "file, key, value, delivery, restart, written_at, created_by";

fn from_row(r: &Row<'_>) -> rusqlite::Result<SettingWritten> {
    Ok(SettingWritten {
        file: r.get(0)?,
        key: r.get(1)?,
        value: r.get(2)?,
        delivery: word(r, 3, Delivery::parse)?,
        restart: r.get(4)?,
        written_at: instant(r, 5)?,
        created_by: r.get(6)?,
    })
}

/// Every row, by file and key.
pub fn all(c: &Connection) -> Result<Vec<SettingWritten>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM settings_written ORDER BY file, key"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// What was written into one file, by key.
pub fn of_file(c: &Connection, file: &str) -> Result<Vec<SettingWritten>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM settings_written WHERE file = ?1 ORDER BY key"))?;
    Ok(s.query_map([file], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The files that hold a key of this name, with what was written there, by file.
pub fn by_key(c: &Connection, key: &str) -> Result<Vec<SettingWritten>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM settings_written WHERE key = ?1 ORDER BY file"))?;
    Ok(s.query_map([key], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// What was written under one key of one file.
pub fn find(c: &Connection, file: &str, key: &str) -> Result<Option<SettingWritten>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM settings_written WHERE file = ?1 AND key = ?2"))?
        .query_row([file, key], from_row)
        .optional()?)
}
