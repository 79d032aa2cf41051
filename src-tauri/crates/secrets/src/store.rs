//! The trait that all stores keep, and the one function that opens them.

use crate::file::FileStore;
use crate::keychain::KeychainStore;
use crate::memory::MemoryStore;
use crate::{Secret, SecretError, StoreHealth};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a call to the OS keychain may take before it counts as slow.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The stores there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The keychain of the operating system: Keychain on macOS, the Secret Service on Linux.
    Os,
    /// One encrypted file in the app's own folder, opened with a passphrase.
    File,
    /// Memory of this process, for tests; gone when it ends.
    Memory,
}

impl Kind {
    /// The word used in `SANCTUM_SECRET_STORE`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Os => "os",
            Kind::File => "file",
            Kind::Memory => "memory",
        }
    }
}

/// Reads the value of `SANCTUM_SECRET_STORE`; absent or empty means the OS keychain.
///
/// # Errors
/// [`SecretError::UnknownKind`] for anything else than `os`, `file` or `memory`: never silently another store.
pub fn kind_from_env(value: Option<&str>) -> Result<Kind, SecretError> {
    match value {
        None | Some("" | "os") => Ok(Kind::Os),
        Some("file") => Ok(Kind::File),
        Some("memory") => Ok(Kind::Memory),
        Some(other) => Err(SecretError::UnknownKind(other.chars().take(64).collect())),
    }
}

/// A place that keeps secrets under references. All calls may block up to their timeout: not for a UI thread.
pub trait SecretStore: Send + Sync {
    /// Which kind it is.
    fn kind(&self) -> Kind;
    /// Its name as a person knows it, for instance `Keychain`.
    fn name(&self) -> &str;
    /// Stores or replaces the value under `account`.
    fn set(&self, account: &str, value: &Secret) -> Result<(), SecretError>;
    /// Reads the value under `account`; [`SecretError::NoSuchItem`] when there is none.
    fn get(&self, account: &str) -> Result<Secret, SecretError>;
    /// Removes the item; [`SecretError::NoSuchItem`] when there is none.
    fn delete(&self, account: &str) -> Result<(), SecretError>;
    /// Whether an item is there.
    fn contains(&self, account: &str) -> Result<bool, SecretError>;
    /// Looks whether the store is there and open, without writing and without causing a prompt.
    fn peek(&self, timeout: Duration) -> StoreHealth;
    /// Tries the store for real: writes a canary item, reads it, compares, deletes it.
    fn check(&self, timeout: Duration) -> StoreHealth;
}

/// The service name under which the items of one install are filed: `org.sanctum.configurator/<install id>`.
pub fn service_name(install_id: &str) -> String {
    format!("org.sanctum.configurator/{install_id}")
}

/// Opens a store. Nothing is contacted, read or created yet: that happens at the first call.
///
/// # Errors
/// [`SecretError::PassphraseNeeded`] for [`Kind::File`] without a passphrase or with an empty one.
pub fn open(
    kind: Kind,
    install_id: &str,
    data_dir: &Path,
    passphrase: Option<Secret>,
) -> Result<Arc<dyn SecretStore>, SecretError> {
    match kind {
        Kind::Os => Ok(Arc::new(KeychainStore::new(service_name(install_id), DEFAULT_TIMEOUT))),
        Kind::File => match passphrase {
            Some(passphrase) if !passphrase.is_empty() => Ok(Arc::new(FileStore::new(data_dir, passphrase))),
            _ => Err(SecretError::PassphraseNeeded),
        },
        Kind::Memory => Ok(Arc::new(MemoryStore::default())),
    }
}

/// Refuses references that some keychain would read as a wildcard or cannot hold.
pub(crate) fn check_account(account: &str) -> Result<(), SecretError> {
    let length = account.chars().count();
    if length == 0 || length > 512 || account.chars().any(char::is_control) {
        return Err(SecretError::BadReference(account.chars().filter(|c| !c.is_control()).take(64).collect()));
    }
    Ok(())
}

/// Refuses values that cannot travel to a process or be kept alike everywhere.
pub(crate) fn check_value(value: &Secret) -> Result<(), SecretError> {
    if value.is_empty() {
        return Err(SecretError::BadValue("it is empty; clear it instead"));
    }
    if value.expose().contains('\0') {
        return Err(SecretError::BadValue("it contains a NUL character, which no environment can carry"));
    }
    if value.expose().len() > 64 * 1024 {
        return Err(SecretError::BadValue("it is longer than 64 KiB"));
    }
    Ok(())
}
