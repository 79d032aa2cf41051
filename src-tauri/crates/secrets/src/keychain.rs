//! stub
use crate::*;
use std::time::Duration;
pub(crate) struct KeychainStore(crate::memory::MemoryStore);
impl SecretStore for KeychainStore {
    fn kind(&self) -> Kind {
        self.0.kind()
    }
    fn name(&self) -> &str {
        self.0.name()
    }
    fn set(&self, account: &str, value: &Secret) -> Result<(), SecretError> {
        self.0.set(account, value)
    }
    fn get(&self, account: &str) -> Result<Secret, SecretError> {
        self.0.get(account)
    }
    fn delete(&self, account: &str) -> Result<(), SecretError> {
        self.0.delete(account)
    }
    fn contains(&self, account: &str) -> Result<bool, SecretError> {
        self.0.contains(account)
    }
    fn peek(&self, timeout: Duration) -> StoreHealth {
        self.0.peek(timeout)
    }
    fn check(&self, timeout: Duration) -> StoreHealth {
        self.0.check(timeout)
    }
}
impl KeychainStore {
    pub(crate) fn new(_s: String, _t: Duration) -> Self {
        Self(Default::default())
    }
}
