//! Why a change was not made, in words the operator can act on.
//!
//! Owns the error type of the crate and the sentence with a way out for each errno. Every message says what happened,
//! what it means and what to do. It maps nothing to codes: that is the api's.

use std::io;
use std::path::{Path, PathBuf};

use sanctum_registry::RegistryError;
use sanctum_registry::rusqlite;

/// A target that is not as a plan, an undo or a recovery needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// A path beneath the root or `registry · <table>`.
    pub target: String,
    /// "was changed since", "is gone", "holds files that were added since: x, y".
    pub what: String,
}

/// Every way in which a change fails. Unless the message says otherwise the old state stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// What is on disk or in the registry is no longer what the plan was made from. Nothing was written, or all of it was taken back.
    #[error("The plan no longer fits what is there ({}). Nothing was changed. Make the plan again and look at it once more.", list(.targets))]
    Stale { targets: Vec<Conflict> },
    #[error("The change was cancelled, and what it had done so far was taken back.")]
    Cancelled,
    /// The operating system refused. `free` is the space left in bytes, where the disk is full.
    #[error("Could not {action} `{}`: {}. {}", .path.display(), plain(.source), way_out(.source, *.free))]
    Io { path: PathBuf, action: &'static str, source: io::Error, free: Option<u64> },
    #[error("`{argv0}` {}, so the change was taken back.{}", ended(*.code), last_line(.tail))]
    CommandFailed {
        argv0: String,
        /// `None` where a signal ended it.
        code: Option<i32>,
        /// Its last lines of output.
        tail: Vec<String>,
    },
    #[error("`{argv0}` had not finished after {seconds} s and was stopped; the change was taken back. Try again, or allow it more time.{}", last_line(.tail))]
    CommandTimedOut { argv0: String, seconds: u64, tail: Vec<String> },
    #[error("`{argv0}` ended without an error but did not create `{expected}`, so the change was taken back.{}", last_line(.tail))]
    CommandMadeNothing { argv0: String, expected: String, tail: Vec<String> },
    #[error("This change cannot be taken back as it stands: {}. Nothing was touched. Put these as the change left them, or keep them.", list(.conflicts))]
    UndoConflict { conflicts: Vec<Conflict> },
    #[error("This change cannot be taken back: {reason}.")]
    NotUndoable { reason: String },
    #[error("Another change is being applied to this Sanctum. Wait until it is done, then try again.")]
    Busy,
    #[error("`{path}` cannot be part of a change: {reason}.")]
    BadPath { path: String, reason: String },
    #[error(
        "`{link}` is a symbolic link that leads to `{leads_to}`. Nothing is written through it; name the real folder, or replace the link."
    )]
    ThroughLink { link: String, leads_to: String },
    #[error("`{path}` is {is}, and this step needs {needs}. Move it away, then try again.")]
    WrongKind { path: String, is: &'static str, needs: &'static str },
    #[error("`{path}` holds {bytes} bytes. Files over {} MiB are not overwritten, because the journal could not keep what they held. Move it away first.", crate::LARGEST_PRE_IMAGE / 1024 / 1024)]
    TooLarge { path: String, bytes: u64 },
    #[error("`{path}` is not there, so there is nothing to {action}.")]
    Absent { path: String, action: &'static str },
    /// A registry step that is not allowed or not well formed.
    #[error("The registry step for `{table}` cannot be done: {reason}.")]
    BadRow { table: String, reason: String },
    /// A patch or its taking back needs a secret that the store does not give, or gives with another value.
    #[error(
        "The secret `{reference}`, which stands in a settings file before or after this change, cannot be had: {reason}. Without it the file cannot be written as it is to be, so it was not touched. Unlock the secret store or put the secret there again, then try again."
    )]
    SecretUnavailable { reference: String, reason: String },
    /// Another program holds its database for longer than was waited.
    #[error(
        "`{path}` is being written by the program it belongs to, which did not finish in time. Nothing was changed. Try again."
    )]
    Held { path: String },
    /// Rows in another program's database that cannot be changed so that it can be taken back.
    #[error("The rows of `{path}` cannot be changed: {reason}. Nothing was changed.")]
    BadTheirRows { path: String, reason: String },
    /// A server did not do or tell what it was asked. `begun` where it may have done it all the same.
    #[error("{target} could not be changed as planned. {words}")]
    RemoteFailed { target: String, words: String, begun: bool },
    #[error("No change has the number `{id}`.")]
    NoSuchChange { id: String },
    #[error(
        "The journal entry of change `{id}` cannot be read: {reason}. The change itself stands; only taking it back is not possible."
    )]
    BadJournal { id: String, reason: String },
    /// The change failed and so did taking it back; the journal still says `applying`.
    #[error(
        "{cause} Taking it back failed as well: {rollback} The journal keeps the change open, and the next start takes it back."
    )]
    RollbackFailed { cause: Box<ChangeError>, rollback: Box<ChangeError> },
    /// The change failed, and something it wrote has been changed by somebody else meanwhile.
    #[error("{cause} It could not be taken back, because somebody changed {}. Both are left as they are and the change is marked as needing you.", list(.conflicts))]
    NeedsYou { cause: Box<ChangeError>, conflicts: Vec<Conflict> },
    #[error(
        "The change `{title}` was interrupted and could not be taken back yet: {reason} Nothing else is changed until that is done."
    )]
    Unfinished { change_id: String, title: String, reason: String },
    /// Only in tests: a fault hook asked the engine to stop as if the process had been killed.
    #[error("The process died at `{point}` (a test's fault).")]
    Died { point: &'static str },
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<rusqlite::Error> for ChangeError {
    fn from(error: rusqlite::Error) -> ChangeError {
        ChangeError::Registry(error.into())
    }
}

impl ChangeError {
    /// An errno with the path and what was tried; looks up the free space where the disk is full.
    pub(crate) fn io(path: &Path, action: &'static str, source: impl Into<io::Error>) -> ChangeError {
        let source = source.into();
        let full = is_full(&source);
        ChangeError::Io { free: if full { free_space(path) } else { None }, path: path.to_owned(), action, source }
    }

    /// A full or read-only disk beneath the registry is told like any other full or read-only disk.
    pub(crate) fn journal(registry: &Path, error: ChangeError) -> ChangeError {
        let code = match &error {
            ChangeError::Registry(inner) => sqlite_code(inner),
            _ => None,
        };
        let errno = match code {
            Some(rusqlite::ErrorCode::DiskFull) => rustix::io::Errno::NOSPC,
            Some(rusqlite::ErrorCode::ReadOnly) => rustix::io::Errno::ROFS,
            _ => return error,
        };
        ChangeError::io(registry, "write the journal in", errno)
    }
}

fn sqlite_code(error: &RegistryError) -> Option<rusqlite::ErrorCode> {
    match error {
        RegistryError::Sqlite(rusqlite::Error::SqliteFailure(failure, _)) => Some(failure.code),
        _ => None,
    }
}

fn is_full(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    code == Some(rustix::io::Errno::NOSPC.raw_os_error()) || code == Some(rustix::io::Errno::DQUOT.raw_os_error())
}

fn free_space(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|p| p.symlink_metadata().is_ok())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// The errno's own words without Rust's "(os error 28)".
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn way_out(error: &io::Error, free: Option<u64>) -> String {
    use rustix::io::Errno as E;
    let errno = error.raw_os_error().map(E::from_raw_os_error);
    match errno {
        Some(E::NOSPC | E::DQUOT) => {
            let left = free.map_or(String::new(), |b| format!(" ({} KiB are left)", b / 1024));
            format!("The disk is full{left}; make room, then try again.")
        }
        Some(E::ROFS) => "The disk is mounted read-only; mount it writable, then try again.".to_owned(),
        Some(E::ACCESS | E::PERM) => {
            "This account may not write there; change the owner or the mode of that folder, then try again.".to_owned()
        }
        Some(E::NOENT) => "Something took it away meanwhile; look at the folder, then make the plan again.".to_owned(),
        Some(E::EXIST | E::NOTEMPTY) => {
            "Something put it there meanwhile; look at it, then make the plan again.".to_owned()
        }
        Some(E::NOTDIR) => "A file stands where a folder is needed; move it away, then try again.".to_owned(),
        Some(E::IO) => "The disk reports an error; check it before you write to it again.".to_owned(),
        Some(E::MFILE | E::NFILE) => "Too many files are open; close some programs, then try again.".to_owned(),
        _ => "Look at that place, then try again.".to_owned(),
    }
}

fn ended(code: Option<i32>) -> String {
    code.map_or("was ended by a signal".to_owned(), |c| format!("ended with code {c}"))
}

/// The last of them; all of them are with the error.
fn last_line(tail: &[String]) -> String {
    tail.last().map_or(String::new(), |line| format!(" It said last: {line}"))
}

fn list(conflicts: &[Conflict]) -> String {
    const SHOWN: usize = 5;
    let mut text: Vec<String> = conflicts.iter().take(SHOWN).map(|c| format!("`{}` {}", c.target, c.what)).collect();
    if conflicts.len() > SHOWN {
        text.push(format!("{} more", conflicts.len() - SHOWN));
    }
    text.join("; ")
}
