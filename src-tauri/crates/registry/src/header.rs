//! A look at the database file before SQLite touches it: is it a database, is it ours, which version.
//!
//! Reads the 100-byte header itself when there is no write-ahead log, so that a file we refuse keeps every byte.

use std::{fs::File, io::Read, path::Path};

use rusqlite::{Connection, OpenFlags};

use crate::{LATEST, RegistryError, Result, schema::APPLICATION_ID};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What is at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or an empty file or database that a crash left at creation.
    Nothing,
    /// Ours, at this schema version, which this build knows.
    Ours { version: i64 },
}

/// Looks without writing. Errors: newer, not ours, not SQLite, damaged.
pub(crate) fn look(path: &Path) -> Result<Found> {
    let mut start = Vec::new();
    match File::open(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(e) => return Err(RegistryError::io(path, "open")(e)),
        Ok(f) => f
            .take(64 * 1024)
            .read_to_end(&mut start)
            .map_err(RegistryError::io(path, "read"))?,
    };
    let log = with_suffix(path, "-wal");
    let logged = std::fs::metadata(&log).is_ok_and(|m| m.len() > 0);
    if start.is_empty() && !logged {
        return Ok(Found::Nothing);
    }
    if !start.is_empty() && !start.starts_with(MAGIC) {
        return Err(if looks_like_ours(&start) {
            RegistryError::Damaged {
                finding: "the file does not begin as a database does, though the rest is ours"
                    .into(),
            }
        } else {
            RegistryError::NotSqlite {
                path: path.to_path_buf(),
            }
        });
    }
    let (version, application) = if logged {
        pragmas(path)?
    } else {
        (be32(&start, 60), be32(&start, 68))
    };
    if application != APPLICATION_ID {
        if application == 0 && version == 0 && is_empty(path)? {
            return Ok(Found::Nothing);
        }
        return Err(if looks_like_ours(&start) {
            RegistryError::Damaged {
                finding: "the mark that says the file is ours is gone from its header".into(),
            }
        } else {
            RegistryError::NotOurs {
                path: path.to_path_buf(),
            }
        });
    }
    // A version no build can have reached is a damaged header, not a newer app.
    if !(1..=LATEST + 1000).contains(&version) {
        return Err(RegistryError::Damaged {
            finding: format!("the header names schema {version}, which never was"),
        });
    }
    if version > LATEST {
        return Err(RegistryError::Newer {
            path: path.to_path_buf(),
            found: version,
            known: LATEST,
        });
    }
    Ok(Found::Ours { version })
}

/// `path` with `suffix` appended to its file name, as SQLite names its side files.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(suffix);
    name.into()
}

fn be32(bytes: &[u8], at: usize) -> i64 {
    match bytes.get(at..at + 4) {
        Some(&[a, b, c, d]) => i64::from(u32::from_be_bytes([a, b, c, d])),
        _ => 0,
    }
}

fn pragmas(path: &Path) -> Result<(i64, i64)> {
    let c = open_read_only(path)?;
    let version = c.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let application = c.pragma_query_value(None, "application_id", |r| r.get(0))?;
    Ok((version, application))
}

fn is_empty(path: &Path) -> Result<bool> {
    let c = open_read_only(path)?;
    let tables: i64 = c.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    Ok(tables == 0)
}

pub(crate) fn open_read_only(path: &Path) -> Result<Connection> {
    let c = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    c.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(c)
}

/// Our schema's own words in the first pages: what tells our damaged file from somebody else's.
fn looks_like_ours(start: &[u8]) -> bool {
    let has = |needle: &[u8]| start.windows(needle.len()).any(|w| w == needle);
    has(b"CREATE TABLE tool_instances (")
        || has(b"CREATE TABLE change_steps (")
        || has(b"CREATE INDEX idx_agents_letta_uid")
}
