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
        Ok(f) => f.take(64 * 1024).read_to_end(&mut start).map_err(RegistryError::io(path, "read"))?,
    };
    let log = with_suffix(path, "-wal");
    let logged = std::fs::metadata(&log).is_ok_and(|m| m.len() > 0);
    if start.is_empty() && !logged {
        return Ok(Found::Nothing);
    }
    if !start.is_empty() && !start.starts_with(MAGIC) {
        return Err(if looks_like_ours(&start) {
            RegistryError::Damaged {
                finding: "the file does not begin as a database does, though the rest is ours".into(),
            }
        } else {
            RegistryError::NotSqlite { path: path.to_path_buf() }
        });
    }
    if !start.is_empty() && !is_sound(&start) {
        return Err(RegistryError::Damaged {
            finding: "the fixed values in the file's header are not what they must be".into(),
        });
    }
    let (version, application) = if logged { pragmas(path)? } else { (be32(&start, 60), be32(&start, 68)) };
    if application != APPLICATION_ID {
        if application == 0 && version == 0 && (was_being_made(path) || is_empty(path)?) {
            return Ok(Found::Nothing);
        }
        return Err(if looks_like_ours(&start) {
            RegistryError::Damaged { finding: "the mark that says the file is ours is gone from its header".into() }
        } else {
            RegistryError::NotOurs { path: path.to_path_buf() }
        });
    }
    // A version no build can have reached is a damaged header, not a newer app.
    if !(1..=LATEST + 1000).contains(&version) {
        return Err(RegistryError::Damaged { finding: format!("the header names schema {version}, which never was") });
    }
    if version > LATEST {
        return Err(RegistryError::Newer { path: path.to_path_buf(), found: version, known: LATEST });
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

/// The header's fixed values (sqlite.org/fileformat2.html section 1.3); SQLite itself would call some of them read-only.
fn is_sound(start: &[u8]) -> bool {
    let page = be32(start, 14) & 0xffff;
    start.len() >= 512
        && (page == 1 || (page >= 512 && page.count_ones() == 1))
        && start.get(18..24).is_some_and(|b| matches!(b, [1 | 2, 1 | 2, 0, 64, 32, 32]))
        && (0..=4).contains(&be32(start, 44))
        && (0..=1).contains(&be32(start, 56))
}

/// Rebuilds the fixed values of a damaged header in a copy of one of our files; `true` where it had to.
pub(crate) fn mend(bytes: &mut [u8]) -> bool {
    let version = be32(bytes, 60);
    let sound = bytes.starts_with(MAGIC)
        && is_sound(bytes)
        && be32(bytes, 68) == APPLICATION_ID
        && (1..=LATEST).contains(&version);
    if sound || bytes.len() < 512 {
        return false;
    }
    // Our files have SQLite's default page size; nothing of ours ever sets another.
    let pages = u32::try_from(bytes.len() / 4096).unwrap_or(u32::MAX);
    let mut put = |at: usize, value: &[u8]| {
        if let Some(slot) = bytes.get_mut(at..at + value.len()) {
            slot.copy_from_slice(value);
        }
    };
    put(0, MAGIC);
    put(16, &[0x10, 0x00, 2, 2, 0, 64, 32, 32]);
    put(28, &pages.to_be_bytes());
    put(44, &4u32.to_be_bytes());
    put(56, &1u32.to_be_bytes());
    if !(1..=LATEST).contains(&version) {
        put(60, &u32::try_from(LATEST).unwrap_or(0).to_be_bytes());
    }
    put(68, &u32::try_from(APPLICATION_ID).unwrap_or(0).to_be_bytes());
    true
}

fn pragmas(path: &Path) -> Result<(i64, i64)> {
    let c = open_read_only(path)?;
    let version = c.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let application = c.pragma_query_value(None, "application_id", |r| r.get(0))?;
    Ok((version, application))
}

/// Whether nothing is in the file, or no file is there: opening it would make a new registry. Writes nothing.
pub fn is_blank(path: &Path) -> bool {
    matches!(look(path), Ok(Found::Nothing))
}

/// The first page with its rollback journal beside it: a registry has one only while its file is being made. Reading it
/// would need that journal to be rolled back, which a look may not do.
fn was_being_made(path: &Path) -> bool {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    length(path) <= 4096 && length(&with_suffix(path, "-journal")) > 0
}

fn is_empty(path: &Path) -> Result<bool> {
    let c = open_read_only(path)?;
    let tables: i64 = c.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    Ok(tables == 0)
}

pub(crate) fn open_read_only(path: &Path) -> Result<Connection> {
    let c = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
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

/// Reads from a registry without migrating or checking it, and without changing anything in it. For what must be known
/// before it is opened for good.
pub fn peek<T>(path: &Path, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    f(&open_read_only(path)?)
}
