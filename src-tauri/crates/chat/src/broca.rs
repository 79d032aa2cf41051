//! Broca's own database, looked at read-only: its queue, users, conversations and counts.
//!
//! Opened `mode=ro` for each look and closed again, so that Broca is never kept from writing; a lock is waited for, not
//! broken. Joins go through the profiles, since web chats leave orphans among `letta_users`. A table or column that this
//! Broca does not have is named, not guessed. Nothing is written here: [`actions`] says what would be, for a change set.

pub mod actions;
mod read;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sanctum_registry::rusqlite;
use std::time::Duration;

pub use read::{BrocaLine, ConversationRow, Counts, QueueRow, UserRow};

/// Why Broca's database could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrocaError {
    /// There is none yet.
    #[error(
        "There is no database at `{0}`. Broca makes it when it first starts. Start Broca, or correct its `DB_PATH`."
    )]
    Missing(PathBuf),
    /// Broca held it for longer than the time limit.
    #[error("Broca is writing to its database and did not finish in time. Nothing was read. Try again.")]
    Locked,
    /// It is a database, without these tables or columns.
    #[error("Broca's database has no {0}. It may be another version's or another program's. Check its `DB_PATH`.")]
    Lacks(String),
    /// It is no database, or damaged.
    #[error("`{path}` is not a readable database: {said}. Nothing was changed. Check Broca's `DB_PATH`.")]
    Unreadable { path: PathBuf, said: String },
}

/// A look into one database.
#[derive(Debug)]
pub struct Broca {
    path: PathBuf,
    c: Connection,
}

impl Broca {
    /// Opens the file for reading; waits up to `patience` for a lock at each look.
    ///
    /// # Errors
    /// [`BrocaError::Missing`], [`BrocaError::Unreadable`].
    pub fn open(path: &Path, patience: Duration) -> Result<Broca, BrocaError> {
        if !path.is_file() {
            return Err(BrocaError::Missing(path.to_path_buf()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let broca = |c| Broca { path: path.to_path_buf(), c };
        let unreadable = |e: rusqlite::Error| BrocaError::Unreadable { path: path.to_path_buf(), said: e.to_string() };
        let c = Connection::open_with_flags(path, flags).map_err(unreadable)?;
        c.busy_timeout(patience).map_err(unreadable)?;
        c.pragma_update(None, "query_only", true).map_err(unreadable)?;
        // Somebody else made its views: they call nothing beyond plain SQL.
        c.pragma_update(None, "trusted_schema", false).map_err(unreadable)?;
        Ok(broca(c))
    }

    /// The tables and columns that the known Broca has and this one does not: `table` or `table.column`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn missing(&self) -> Result<Vec<String>, BrocaError> {
        let mut missing = Vec::new();
        for (table, columns) in TABLES {
            let have = self.columns(table)?;
            if have.is_empty() {
                missing.push(format!("table `{table}`"));
                continue;
            }
            let absent = columns.split(' ').filter(|column| !have.iter().any(|h| h == column));
            missing.extend(absent.map(|column| format!("column `{table}.{column}`")));
        }
        Ok(missing)
    }

    fn columns(&self, table: &str) -> Result<Vec<String>, BrocaError> {
        let names = || -> rusqlite::Result<Vec<String>> {
            self.c.prepare_cached("SELECT name FROM pragma_table_info(?1)")?.query_map([table], |r| r.get(0))?.collect()
        };
        names().map_err(|e| self.error(e))
    }

    /// Refuses to go on where something that is about to be read is not there.
    fn needs(&self, tables: &[&str]) -> Result<(), BrocaError> {
        let touched =
            |m: &String| tables.iter().any(|t| m.contains(&format!("`{t}`")) || m.contains(&format!("`{t}.")));
        let missing: Vec<String> = self.missing()?.into_iter().filter(touched).collect();
        if missing.is_empty() { Ok(()) } else { Err(BrocaError::Lacks(missing.join(", "))) }
    }

    fn error(&self, error: rusqlite::Error) -> BrocaError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => BrocaError::Locked,
            _ => BrocaError::Unreadable { path: self.path.clone(), said: error.to_string() },
        }
    }
}

/// What Broca 3 keeps.
const TABLES: &[(&str, &str)] = &[
    ("letta_users", "id created_at last_active letta_identity_id letta_block_id is_active"),
    ("platform_profiles", "id letta_user_id platform platform_user_id username display_name last_active"),
    ("messages", "id letta_user_id platform_profile_id role message timestamp processed agent_response"),
    ("queue", "id letta_user_id message_id status attempts timestamp"),
];
