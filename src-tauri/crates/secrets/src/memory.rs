//! A store in the memory of this process, for tests and for looking around a sample.

use crate::store::{check_account, check_value};
use crate::{Kind, Secret, SecretError, SecretStore, StoreHealth, StoreState, check};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Keeps items until it is dropped.
#[derive(Default)]
pub(crate) struct MemoryStore {
    items: Mutex<BTreeMap<String, Secret>>,
}

impl MemoryStore {
    fn items(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for MemoryStore {
    fn kind(&self) -> Kind {
        Kind::Memory
    }

    fn name(&self) -> &str {
        "Memory (gone when the app ends)"
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), SecretError> {
        check_account(account)?;
        check_value(value)?;
        self.items().insert(account.to_owned(), value.clone());
        Ok(())
    }

    fn get(&self, account: &str) -> Result<Secret, SecretError> {
        check_account(account)?;
        self.items().get(account).cloned().ok_or_else(|| SecretError::NoSuchItem(account.to_owned()))
    }

    fn delete(&self, account: &str) -> Result<(), SecretError> {
        check_account(account)?;
        match self.items().remove(account) {
            Some(_) => Ok(()),
            None => Err(SecretError::NoSuchItem(account.to_owned())),
        }
    }

    fn contains(&self, account: &str) -> Result<bool, SecretError> {
        check_account(account)?;
        Ok(self.items().contains_key(account))
    }

    fn peek(&self, _timeout: Duration) -> StoreHealth {
        StoreHealth {
            state: StoreState::Ok,
            reason: "Secrets are kept in memory and are gone when the app ends.".into(),
            latency: Duration::ZERO,
        }
    }

    fn check(&self, _timeout: Duration) -> StoreHealth {
        check::canary(self)
    }
}
