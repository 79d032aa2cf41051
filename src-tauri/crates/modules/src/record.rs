//! `<state_dir>/keeper.json`: what the keeper of an instance knows, so that everybody can read it while it runs and after.
//!
//! Written as a whole beside its place and renamed, mode 600. It holds no environment and no secret: of the recipe it keeps
//! a fingerprint with a random salt. A file that cannot be read, or is of a later version, is an error that says so; it is
//! never taken for “stopped”.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::serde::rfc3339;

use crate::process::Identity;
use crate::recipe::{Recipe, digest};

/// The version of the file that this code writes, and the only one that it reads.
pub const VERSION: u32 = 1;

const FILE: &str = "keeper.json";

/// Most events kept.
const EVENTS: usize = 50;

/// More than any record of ours has.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub version: u32,
    /// The instance's address.
    pub instance: String,
    pub keeper: Identity,
    /// The module's own process, while there is one.
    pub child: Option<Identity>,
    /// Its process group, where it leads one of its own.
    pub group: Option<u32>,
    /// Whether the keeper only watches it: it was started by somebody else, so its exit code will not be known.
    pub adopted: bool,
    pub state: State,
    /// Since when it is in this state.
    #[serde(with = "rfc3339")]
    pub since: OffsetDateTime,
    /// When the present or last run began.
    #[serde(with = "rfc3339::option")]
    pub started_at: Option<OffsetDateTime>,
    /// How often this keeper started it again.
    pub restarts: u32,
    pub last_exit: Option<LastExit>,
    /// The fatal error that the present or last run reported in its log.
    pub reported: Option<String>,
    /// Where the output of the present or last run begins in its log, in bytes; `None` where a keeper before this one wrote it.
    #[serde(default)]
    pub log_begins: Option<u64>,
    /// How long it may take to stop, in milliseconds.
    pub grace_ms: u64,
    pub salt: String,
    pub fingerprint: String,
    /// Salted digests of what the settings files said when the present or last run began, by file; none where nobody knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub said: BTreeMap<String, String>,
    /// The last ones, the oldest first.
    pub events: Vec<Event>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Started, and has not said that it is ready.
    Starting,
    Running,
    Stopping,
    /// It ended and is started again then.
    Waiting {
        #[serde(with = "rfc3339")]
        next_try: OffsetDateTime,
    },
    /// It is not started again, and why.
    GaveUp {
        reason: String,
    },
    Stopped,
}

impl State {
    /// Whether the keeper has nothing left to do.
    pub fn is_final(&self) -> bool {
        matches!(self, State::GaveUp { .. } | State::Stopped)
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastExit {
    /// Neither this nor `signal` where a process ended that was not the keeper's own child.
    pub code: Option<i32>,
    pub signal: Option<i32>,
    #[serde(with = "rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it was a failure, by the code, the log and what the module's code is worth.
    pub failed: bool,
    /// Whether somebody asked for it.
    pub asked: bool,
    /// Whether it did not end within its grace and was killed.
    #[serde(default)]
    pub killed: bool,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    #[serde(with = "rfc3339")]
    pub at: OffsetDateTime,
    pub kind: Kind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Started,
    Ready,
    Ended,
    Restarted,
    GaveUp,
    Stopped,
    Adopted,
}

/// Why a record cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    #[error("`{}` could not be {what}: {reason}. Check the folder's owner, its mode and the space on the disk.", path.display())]
    Io { path: PathBuf, what: &'static str, reason: String },
    #[error(
        "`{}` is damaged ({reason}), so nobody can tell from it whether the module runs. Starting the module sets it aside once nothing of the module is found running.",
        path.display()
    )]
    Broken { path: PathBuf, reason: String },
    #[error("`{}` is of version {version}; this app reads version {VERSION}. Use the app that wrote it, or a newer one.", path.display())]
    Version { path: PathBuf, version: u64 },
}

impl Record {
    /// Where it lies.
    pub fn path(state_dir: &Path) -> PathBuf {
        state_dir.join(FILE)
    }

    /// What is there; nothing where no keeper ever ran.
    ///
    /// # Errors
    /// [`RecordError`] where a file is there that cannot be read or understood.
    pub fn read(state_dir: &Path) -> Result<Option<Record>, RecordError> {
        let path = Record::path(state_dir);
        let io =
            |reason: std::io::Error| RecordError::Io { path: path.clone(), what: "read", reason: reason.to_string() };
        let broken = |reason: String| RecordError::Broken { path: path.clone(), reason };
        let bytes = match std::fs::metadata(&path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(io(error)),
            Ok(meta) if meta.len() > MOST_BYTES => return Err(broken(format!("{} bytes", meta.len()))),
            Ok(_) => match std::fs::read(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                read => read.map_err(io)?,
            },
        };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            None => return Err(broken("it has no version".to_owned())),
            Some(version) if version != u64::from(VERSION) => return Err(RecordError::Version { path, version }),
            Some(_) => {}
        }
        serde_json::from_value(value).map(Some).map_err(|error| broken(error.to_string()))
    }

    /// Writes it: beside its place, then renamed.
    ///
    /// # Errors
    /// [`RecordError::Io`]
    pub fn write(&self, state_dir: &Path) -> Result<(), RecordError> {
        let path = Record::path(state_dir);
        let temp = state_dir.join(format!("{FILE}.{}.tmp", std::process::id()));
        let io = |reason: std::io::Error| RecordError::Io {
            path: path.clone(),
            what: "written",
            reason: reason.to_string(),
        };
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| io(error.into()))?;
        let written = (|| {
            // What lies there under our own process id was left by a process that is gone.
            match std::fs::remove_file(&temp) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temp)?;
            file.write_all(&bytes)?;
            file.sync_data()?;
            std::fs::rename(&temp, &path)
        })();
        if written.is_err() {
            // The error counts. What cannot be removed now is overwritten next time.
            let _ = std::fs::remove_file(&temp);
        }
        written.map_err(io)
    }

    /// Puts a damaged file beside its place, so that the next start can write one. Returns its new name.
    pub(crate) fn set_aside(state_dir: &Path) -> Result<PathBuf, RecordError> {
        let path = Record::path(state_dir);
        let aside = state_dir.join(format!("{FILE}.damaged"));
        std::fs::rename(&path, &aside).map(|()| aside).map_err(|error| RecordError::Io {
            path,
            what: "set aside",
            reason: error.to_string(),
        })
    }

    /// Whether it runs, or ran, with exactly this program, these arguments, this folder and this environment.
    pub fn is_of(&self, recipe: &Recipe) -> bool {
        recipe.fingerprint(&self.salt) == self.fingerprint
    }

    /// The settings files that say something else now than when it was started; `None` where nobody knows what they said then.
    pub fn differs(&self, now: &BTreeMap<String, String>) -> Option<Vec<String>> {
        if self.said.is_empty() {
            return None;
        }
        let new = |(file, text): &(&String, &String)| {
            self.said.get(*file).is_none_or(|then| *then != digest(&self.salt, text))
        };
        Some(now.iter().filter(new).map(|(file, _)| file.clone()).collect())
    }

    /// One of which nothing is known yet.
    pub(crate) fn empty(keeper: Identity) -> Record {
        Record {
            version: VERSION,
            instance: String::new(),
            keeper,
            child: None,
            group: None,
            adopted: false,
            state: State::Starting,
            since: now(),
            started_at: None,
            restarts: 0,
            last_exit: None,
            reported: None,
            log_begins: None,
            grace_ms: 0,
            salt: String::new(),
            fingerprint: String::new(),
            said: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, kind: Kind, text: impl Into<String>) {
        self.events.push(Event { at: now(), kind, text: text.into() });
        let over = self.events.len().saturating_sub(EVENTS);
        self.events.drain(..over);
    }

    pub(crate) fn enter(&mut self, state: State) {
        self.state = state;
        self.since = now();
    }
}

/// The time that goes into a record; whole milliseconds are enough.
pub(crate) fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(now.nanosecond() / 1_000_000 * 1_000_000).unwrap_or(now)
}
