//! What a platform's keychain has to offer; each call may block.

use super::errors;
use crate::{Secret, SecretError};
use keyring_core::{CredentialStore, Entry};

/// A keychain, used from the worker thread only.
pub(super) trait Vault {
    fn set(&self, service: &str, account: &str, value: &Secret) -> Result<(), SecretError>;
    fn get(&self, service: &str, account: &str) -> Result<Secret, SecretError>;
    fn delete(&self, service: &str, account: &str) -> Result<(), SecretError>;
    fn contains(&self, service: &str, account: &str) -> Result<bool, SecretError>;
    /// Looks without writing and without a prompt.
    fn peek(&self) -> Result<(), SecretError>;
    /// Whether it is known to be locked, without a prompt; tells a locked keychain from a slow one.
    fn is_locked(&self) -> bool;
}

pub(super) fn set(entry: &Entry, value: &Secret) -> Result<(), SecretError> {
    entry.set_secret(value.expose().as_bytes()).map_err(|error| errors::translate(error, ""))
}

pub(super) fn get(entry: &Entry, account: &str) -> Result<Secret, SecretError> {
    let bytes = entry.get_secret().map_err(|error| errors::translate(error, account))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Secret::new(text)),
        Err(error) => {
            drop(zeroize::Zeroizing::new(error.into_bytes()));
            Err(SecretError::Failed("the stored item is not text; something else wrote it".into()))
        }
    }
}

pub(super) fn delete(entry: &Entry, account: &str) -> Result<(), SecretError> {
    entry.delete_credential().map_err(|error| errors::translate(error, account))
}

/// Builds the entry of one item.
pub(super) fn entry(
    store: &CredentialStore,
    service: &str,
    account: &str,
    modifiers: Option<&std::collections::HashMap<&str, &str>>,
) -> Result<Entry, SecretError> {
    store.build(service, account, modifiers).map_err(|error| errors::translate(error, account))
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) struct NoVault;

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
impl NoVault {
    pub const NAME: &str = "OS keychain";

    pub fn open() -> Result<NoVault, SecretError> {
        Err(SecretError::Absent("this operating system is not supported".into()))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
impl Vault for NoVault {
    fn set(&self, _: &str, _: &str, _: &Secret) -> Result<(), SecretError> {
        NoVault::open().map(drop)
    }
    fn get(&self, account: &str, _: &str) -> Result<Secret, SecretError> {
        Err(SecretError::NoSuchItem(account.into()))
    }
    fn delete(&self, _: &str, _: &str) -> Result<(), SecretError> {
        NoVault::open().map(drop)
    }
    fn contains(&self, _: &str, _: &str) -> Result<bool, SecretError> {
        NoVault::open().map(|_| false)
    }
    fn peek(&self) -> Result<(), SecretError> {
        NoVault::open().map(drop)
    }
    fn is_locked(&self) -> bool {
        false
    }
}
