//! The open registry: one writing and one read-only connection, each behind its own lock.
//!
//! Owns opening (look, check, back up, migrate, check again) and the two doors `read` and `write`. Lock order: a
//! thread holds one of the two at a time; `f` must not call back into the registry.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    LATEST, RegistryError, Result, backup,
    header::{self, Found},
    lists, meta, schema,
};

/// How long a call waits for another process before it reports [`RegistryError::Locked`].
const BUSY: Duration = Duration::from_millis(5000);

/// The open file. Share it in an `Arc`; calls block, so async callers wrap them.
#[derive(Debug)]
pub struct Registry {
    path: PathBuf,
    install_id: String,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl Registry {
    /// Opens or creates the registry, checks it, and brings an older one up to date after a backup beside it.
    ///
    /// Errors: [`RegistryError::Newer`], [`RegistryError::NotOurs`], [`RegistryError::NotSqlite`] and
    /// [`RegistryError::Damaged`] leave the file as it was; [`RegistryError::Locked`] after 5 s.
    pub fn open(path: &Path, now: OffsetDateTime) -> Result<Registry> {
        let _turn = turn(path);
        let found = header::look(path)?;
        match found {
            Found::Nothing => create_private(path)?,
            Found::Ours { version } => {
                // Through a read-only connection: closing a writing one would merge the log into a damaged file.
                let look = header::open_read_only(path)?;
                check(&look)?;
                if version < LATEST {
                    backup::before_migration(&look, path, version, now)?;
                }
            }
        }
        let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        pragmas(&writer)?;
        schema::migrate_to(&mut writer, LATEST)?;
        let install_id = install_id(&mut writer)?;
        let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Registry { path: path.to_path_buf(), install_id, writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The uuid made when the registry was created; names this install to the keychain.
    pub fn install_id(&self) -> &str {
        &self.install_id
    }

    /// Copies the registry, whole and as of now, to the new file `to`.
    pub fn back_up(&self, to: &Path) -> Result<()> {
        backup::copy(&lock(&self.reader)?.connection, to)
    }

    /// Runs `f` on one consistent snapshot; nothing can be written through it.
    pub fn read<T, E: From<RegistryError>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let mut reader = lock(&self.reader)?;
        let snapshot =
            reader.connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(RegistryError::from)?;
        f(&snapshot)
    }

    /// Runs `f` in an IMMEDIATE transaction: committed and durable when `f` is `Ok`, as if never called otherwise.
    pub fn write<T, E: From<RegistryError>>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut writer = lock(&self.writer)?;
        let tx =
            writer.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(RegistryError::from)?;
        let value = f(&tx)?;
        lists::refresh(&tx)?;
        tx.commit().map_err(RegistryError::from)?;
        Ok(value)
    }
}

thread_local! {
    /// Connections this thread holds, by address.
    static HELD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// A held connection; forgets itself when dropped, also by a panic.
struct Held<'a> {
    connection: MutexGuard<'a, Connection>,
    address: usize,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        HELD.with_borrow_mut(|held| held.retain(|a| *a != self.address));
    }
}

/// A panic inside `f` rolled its transaction back, so the connection is as good as before.
fn lock(connection: &Mutex<Connection>) -> Result<Held<'_>> {
    let address = std::ptr::from_ref(connection).addr();
    if HELD.with_borrow(|held| held.contains(&address)) {
        return Err(RegistryError::Nested);
    }
    let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    HELD.with_borrow_mut(|held| held.push(address));
    Ok(Held { connection, address })
}

pub(crate) fn connect(path: &Path, access: OpenFlags) -> Result<Connection> {
    let c = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    c.busy_timeout(BUSY)?;
    c.set_prepared_statement_cache_capacity(128);
    c.pragma_update(None, "foreign_keys", true)?;
    Ok(c)
}

fn pragmas(c: &Connection) -> Result<()> {
    c.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    c.pragma_update(None, "synchronous", "full")?;
    if cfg!(target_os = "macos") {
        c.pragma_update(None, "fullfsync", true)?;
        c.pragma_update(None, "checkpoint_fullfsync", true)?;
    }
    Ok(())
}

/// Two programs that open a registry for the first time take turns: both would see an empty file and make its tables.
/// Held on the folder, since the file itself may be replaced; where locks do not work, each goes on by itself.
fn turn(path: &Path) -> Option<std::fs::File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::fs::File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// `PRAGMA quick_check`; its first finding is the error.
pub(crate) fn check(c: &Connection) -> Result<()> {
    let finding: String = c.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if finding == "ok" { Ok(()) } else { Err(RegistryError::Damaged { finding }) }
}

fn install_id(c: &mut Connection) -> Result<String> {
    let tx = c.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let id = match meta::get(&tx, "install_id")? {
        Some(id) => id,
        None => {
            let id = Uuid::new_v4().to_string();
            meta::set(&tx, "install_id", &id)?;
            id
        }
    };
    lists::refresh(&tx)?;
    tx.commit()?;
    Ok(id)
}

/// Creates the file readable by its owner only, before SQLite gives its side files the same mode.
pub(crate) fn create_private(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(RegistryError::io(path, "create")).map(drop)
}
