//! The login keychain of macOS.
//!
//! Approval is tied to the app's signature: macOS asks at the first read of an item by another build. Looking
//! for an item that is not there never asks. Codes are those of `SecBase.h`.

use super::errors;
use super::vault::{self, Vault};
use crate::{Secret, SecretError};
use keyring_core::CredentialStore;
use std::collections::HashMap;
use std::sync::Arc;

/// The user's login keychain.
pub(super) struct PlatformVault {
    store: Arc<CredentialStore>,
}

impl PlatformVault {
    pub const NAME: &str = "Keychain";

    pub fn open() -> Result<PlatformVault, SecretError> {
        let store = apple_native_keyring_store::keychain::Store::new().map_err(|error| errors::translate(error, ""))?;
        Ok(PlatformVault { store })
    }
}

impl Vault for PlatformVault {
    fn set(&self, service: &str, account: &str, value: &Secret) -> Result<(), SecretError> {
        vault::set(&vault::entry(self.store.as_ref(), service, account, None)?, value)
    }

    fn get(&self, service: &str, account: &str) -> Result<Secret, SecretError> {
        vault::get(&vault::entry(self.store.as_ref(), service, account, None)?, account)
    }

    fn delete(&self, service: &str, account: &str) -> Result<(), SecretError> {
        vault::delete(&vault::entry(self.store.as_ref(), service, account, None)?, account)
    }

    fn contains(&self, service: &str, account: &str) -> Result<bool, SecretError> {
        match self.store.search(&HashMap::from([("service", service), ("user", account)])) {
            Ok(found) => Ok(!found.is_empty()),
            Err(error) => match errors::translate(error, account) {
                SecretError::NoSuchItem(_) => Ok(false),
                error => Err(error),
            },
        }
    }

    fn peek(&self) -> Result<(), SecretError> {
        self.contains("org.sanctum.configurator", "nothing-is-stored-here").map(drop)
    }

    fn is_locked(&self) -> bool {
        // The safe bindings offer no status call that is sure not to prompt; a locked keychain shows as code -25308.
        false
    }
}

/// Maps the status codes a caller acts on differently.
pub(super) fn translate(code: i32) -> SecretError {
    match code {
        -25308 => SecretError::Locked,                       // errSecInteractionNotAllowed
        -128 | -25293 | -61 | -25244 => SecretError::Denied, // user cancelled, authorisation failed, not permitted, not owner
        -25291 | -25294 | -25295 | -25307 => {
            SecretError::Absent("this account has no login keychain".into()) // not available, no such, invalid, no default
        }
        -25300 => SecretError::NoSuchItem(String::new()), // errSecItemNotFound
        -25292 => errors::failed("the keychain is read-only"),
        other => SecretError::Failed(format!("the keychain answered with status {other}")),
    }
}
