//! The canary: one write, read, compare and delete, timed. Shared by all stores.

use crate::{Secret, SecretError, SecretStore, StoreHealth, StoreState};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The item's name is always the same, so that one that a dead process left behind goes with the next check.
const ACCOUNT: &str = "canary";

/// Two checks at once would read each other's value.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs the canary through `store`; the item is deleted whatever the read said.
pub(crate) fn canary(store: &dyn SecretStore) -> StoreHealth {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let started = Instant::now();
    let result = round_trip(store);
    let latency = started.elapsed();
    match result {
        Ok(()) => StoreHealth {
            state: StoreState::Ok,
            reason: format!("A test item was stored, read back and removed in {} ms.", latency.as_millis()),
            latency,
        },
        Err(error) => StoreHealth::from_error(&error, latency),
    }
}

fn round_trip(store: &dyn SecretStore) -> Result<(), SecretError> {
    let value = Secret::new(random_hex::<16>()?);
    store.set(ACCOUNT, &value)?;
    let read = store.get(ACCOUNT);
    let removed = store.delete(ACCOUNT);
    if !read?.same_as(&value) {
        return Err(SecretError::Failed("a test item came back different from what was stored".into()));
    }
    removed?;
    if store.contains(ACCOUNT)? {
        return Err(SecretError::Failed("a test item is still there after it was removed".into()));
    }
    Ok(())
}

fn random_hex<const N: usize>() -> Result<String, SecretError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|_| SecretError::Failed("the system gave no random bytes".into()))?;
    Ok(crate::file::hex(&bytes))
}
