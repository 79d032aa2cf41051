//! The encrypted file: an explicit choice for machines without a keychain.
//!
//! One JSON file, mode 0600, in the app's own folder. The passphrase becomes a key by Argon2id (64 MiB, three
//! passes); each value is sealed by XChaCha20-Poly1305 with its reference as associated data, so that two entries cannot
//! trade places, and a seal over all of them shows when one was removed or an older one put back beside newer
//! ones. Every call reads the file anew under a lock, so that the app and `sanctumctl` can share it; every
//! write is a new file renamed over the old one.

mod crypto;
mod disk;
mod format;

pub(crate) use format::hex;

use crate::store::{check_account, check_value};
use crate::{Kind, Secret, SecretError, SecretStore, StoreHealth, StoreState, check};
use crypto::Key;
use disk::Disk;
use format::Document;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The store; nothing is touched before its first call.
pub(crate) struct FileStore {
    disk: Disk,
    passphrase: Secret,
    /// The key of the salt it was derived for. Deriving costs about a tenth of a second.
    key: Mutex<Option<Key>>,
}

impl FileStore {
    pub(crate) fn new(data_dir: &Path, passphrase: Secret) -> FileStore {
        FileStore { disk: Disk::new(data_dir), passphrase, key: Mutex::new(None) }
    }

    /// Reads and verifies the file, and does `work` with it while it is locked. `work` says whether to write it back.
    fn with<T>(
        &self,
        write: bool,
        work: impl FnOnce(&mut Document, &Key) -> Result<T, SecretError>,
    ) -> Result<T, SecretError> {
        let mut cached = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.disk.lock(write)?;
        let mut document = match self.disk.read()? {
            Some(bytes) => Document::parse(&bytes).map_err(|what| self.disk.damaged(what))?,
            None => Document::empty()?,
        };
        let key = match cached.take() {
            Some(key) if key.fits(&document.kdf) => key,
            _ => Key::derive(&self.passphrase, &document.kdf)?,
        };
        let verified = if document.is_new() { Ok(()) } else { self.verify(&document, &key) };
        let result = verified.and_then(|()| {
            let value = work(&mut document, &key)?;
            if write {
                document.seal(&key)?;
                self.disk.replace(&document.to_bytes()?)?;
            }
            Ok(value)
        });
        if !matches!(result, Err(SecretError::WrongPassphrase)) {
            *cached = Some(key);
        }
        result
    }

    fn verify(&self, document: &Document, key: &Key) -> Result<(), SecretError> {
        if !document.opens_with(key) {
            return Err(SecretError::WrongPassphrase);
        }
        if !document.seal_holds(key) {
            return Err(self.disk.damaged("its entries were changed by something else than this app"));
        }
        Ok(())
    }
}

impl SecretStore for FileStore {
    fn kind(&self) -> Kind {
        Kind::File
    }

    fn name(&self) -> &str {
        "Encrypted file"
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), SecretError> {
        check_account(account)?;
        check_value(value)?;
        self.with(true, |document, key| document.put(account, value, key))
    }

    fn get(&self, account: &str) -> Result<Secret, SecretError> {
        check_account(account)?;
        self.with(false, |document, key| match document.open(account, key) {
            Some(Some(secret)) => Ok(secret),
            Some(None) => Err(self.disk.damaged("an entry does not decrypt under its own name")),
            None => Err(SecretError::NoSuchItem(account.to_owned())),
        })
    }

    fn delete(&self, account: &str) -> Result<(), SecretError> {
        check_account(account)?;
        self.with(true, |document, _| document.take(account).ok_or_else(|| SecretError::NoSuchItem(account.to_owned())))
    }

    fn contains(&self, account: &str) -> Result<bool, SecretError> {
        check_account(account)?;
        self.with(false, |document, _| Ok(document.has(account)))
    }

    fn peek(&self, _timeout: Duration) -> StoreHealth {
        let started = Instant::now();
        let looked = match self.disk.read() {
            Ok(None) => Ok("The encrypted file does not exist yet; it is made with the first secret."),
            Ok(Some(_)) => self.with(false, |_, _| Ok("The encrypted file opens with the passphrase.")),
            Err(error) => Err(error),
        };
        let latency = started.elapsed();
        match looked {
            Ok(reason) => StoreHealth { state: StoreState::Ok, reason: reason.into(), latency },
            Err(error) => StoreHealth::from_error(&error, latency),
        }
    }

    fn check(&self, _timeout: Duration) -> StoreHealth {
        check::canary(self)
    }
}

#[cfg(test)]
mod tests;
