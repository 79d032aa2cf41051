//! The keychain of the operating system, kept at arm's length.
//!
//! Its calls block, may raise a prompt, and on a locked Linux keyring can block for ever. So one worker thread
//! makes them all, one after another, and callers wait for at most a time-out. The keychain is opened at the first call,
//! never at construction. A call whose caller gave up while it still queued is dropped, so that nothing is
//! stored behind anyone's back.

mod errors;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod vault;
mod worker;

#[cfg(target_os = "linux")]
use linux::PlatformVault;
#[cfg(target_os = "macos")]
use macos::PlatformVault;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
use vault::NoVault as PlatformVault;

use crate::store::{check_account, check_value};
use crate::{Kind, Secret, SecretError, SecretStore, StoreHealth, StoreState, check};
use std::sync::Arc;
use std::time::{Duration, Instant};
use vault::Vault;
use worker::Worker;

/// The OS keychain as a store.
pub(crate) struct KeychainStore {
    service: Arc<str>,
    timeout: Duration,
    worker: Arc<Worker>,
}

impl KeychainStore {
    pub(crate) fn new(service: String, timeout: Duration) -> KeychainStore {
        KeychainStore::with_vault(service, timeout, || Ok(Box::new(PlatformVault::open()?)))
    }

    fn with_vault(
        service: String,
        timeout: Duration,
        open: impl Fn() -> Result<Box<dyn Vault>, SecretError> + Send + Sync + 'static,
    ) -> KeychainStore {
        KeychainStore { service: service.into(), timeout, worker: Arc::new(Worker::new(Box::new(open))) }
    }

    fn ask<T: Send + 'static>(
        &self,
        account: &str,
        work: impl Fn(&dyn Vault, &str, &str) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        check_account(account)?;
        let (service, account) = (self.service.clone(), account.to_owned());
        self.worker.run(self.timeout, move |vault| work(vault, &service, &account))
    }
}

impl SecretStore for KeychainStore {
    fn kind(&self) -> Kind {
        Kind::Os
    }

    fn name(&self) -> &str {
        PlatformVault::NAME
    }

    fn set(&self, account: &str, value: &Secret) -> Result<(), SecretError> {
        check_value(value)?;
        let value = value.clone();
        self.ask(account, move |vault, service, account| vault.set(service, account, &value))
    }

    fn get(&self, account: &str) -> Result<Secret, SecretError> {
        self.ask(account, |vault, service, account| vault.get(service, account))
    }

    fn delete(&self, account: &str) -> Result<(), SecretError> {
        self.ask(account, |vault, service, account| vault.delete(service, account))
    }

    fn contains(&self, account: &str) -> Result<bool, SecretError> {
        self.ask(account, |vault, service, account| vault.contains(service, account))
    }

    fn peek(&self, timeout: Duration) -> StoreHealth {
        let started = Instant::now();
        let seen = self.worker.run(timeout, |vault| vault.peek());
        let latency = started.elapsed();
        match seen {
            Ok(()) => {
                StoreHealth { state: StoreState::Ok, reason: format!("{} is there and open.", self.name()), latency }
            }
            Err(error) => StoreHealth::from_error(&error, latency),
        }
    }

    fn check(&self, timeout: Duration) -> StoreHealth {
        let hurried = KeychainStore { service: self.service.clone(), timeout, worker: self.worker.clone() };
        check::canary(&hurried)
    }
}

#[cfg(test)]
mod tests;
