//! What callers of the registry can tell apart. Each message says what happened, what it means and what to do.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the registry could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The file was written by a newer version of the app. Nothing was changed in it.
    #[error(
        "The registry `{path}` has schema {found}, this app knows up to {known}. Nothing was changed. Open it with the newer app, or restore the backup beside it."
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// SQLite found damage. The file was not changed; [`crate::recover_copy`] salvages what can be read.
    #[error("The registry is damaged: {finding}. Nothing was changed. Recover what can be read, or restore a backup.")]
    Damaged { finding: String },
    /// The file is no SQLite database at all. It was not changed.
    #[error("`{path}` is not a database. Nothing was changed. Move the file away, or choose another root folder.")]
    NotSqlite { path: PathBuf },
    /// A SQLite database that something else made. It was not changed.
    #[error(
        "`{path}` is a database of another program. Nothing was changed. Move the file away, or choose another root folder."
    )]
    NotOurs { path: PathBuf },
    /// Another process held the file for longer than the busy timeout (5 s).
    #[error("The registry is in use by another process. Nothing was written. Close the other program and try again.")]
    Locked,
    /// `read` inside `read`, or `write` inside `write`, on one thread: it would wait for itself. A bug of the caller.
    #[error("The registry was called from inside a call of the same kind. Nothing was done. Report this.")]
    Nested,
    /// A rule of the schema refused the row; `what` is SQLite's or the rule's own sentence.
    #[error("The registry refused the row: {what}")]
    Constraint { kind: ConstraintKind, what: String },
    /// A folder or file operation around the database failed.
    #[error("Could not {action} `{path}`: {source}. Check the folder's permissions and free space.")]
    Io { path: PathBuf, action: &'static str, source: std::io::Error },
    /// The row or file asked for is not there.
    #[error("There is no {what}. It may have been removed; refresh and try again.")]
    NotFound { what: String },
    /// A value that the registry cannot hold.
    #[error("{what}")]
    Invalid { what: String },
    /// Anything else SQLite reports.
    #[error("The registry failed: {0}. Try again; if it stays, run the doctor.")]
    Sqlite(#[source] rusqlite::Error),
}

/// Which kind of rule refused a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// Another row has the same identity.
    Unique,
    /// The row points to one that is not there, or others still point to it.
    ForeignKey,
    /// A value outside its list, length or form.
    Check,
    /// A value is missing.
    NotNull,
    /// A rule of `migrations/0003_rules.sql`; `what` is its sentence.
    Rule,
    /// Another constraint of SQLite.
    Other,
}

impl From<rusqlite::Error> for RegistryError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(code, message) = &error else {
            return RegistryError::Sqlite(error);
        };
        let said = || message.clone().unwrap_or_else(|| code.to_string());
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => RegistryError::Locked,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => RegistryError::Damaged { finding: said() },
            ErrorCode::ConstraintViolation => {
                RegistryError::Constraint { kind: kind_of(code.extended_code, message.as_deref()), what: said() }
            }
            _ => RegistryError::Sqlite(error),
        }
    }
}

fn kind_of(extended: i32, said: Option<&str>) -> ConstraintKind {
    use rusqlite::ffi;
    match extended {
        // SQLite runs ON DELETE RESTRICT as a trigger and tells it from a rule of ours only by its fixed text.
        ffi::SQLITE_CONSTRAINT_TRIGGER if said == Some("FOREIGN KEY constraint failed") => ConstraintKind::ForeignKey,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            ConstraintKind::Unique
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ConstraintKind::ForeignKey,
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_DATATYPE => ConstraintKind::Check,
        ffi::SQLITE_CONSTRAINT_NOTNULL => ConstraintKind::NotNull,
        ffi::SQLITE_CONSTRAINT_TRIGGER => ConstraintKind::Rule,
        _ => ConstraintKind::Other,
    }
}

impl RegistryError {
    pub(crate) fn io(path: &std::path::Path, action: &'static str) -> impl FnOnce(std::io::Error) -> RegistryError {
        let path = path.to_path_buf();
        move |source| RegistryError::Io { path, action, source }
    }
}
