//! The canary: one write, read, compare and delete, timed. Shared by all stores.

use crate::{Secret, SecretError, SecretStore, StoreHealth, StoreState};
use std::time::Instant;

/// Runs the canary through `store`. The item's name is new each time, so that two checks never meet, and it is
/// deleted whatever the read said.
pub(crate) fn canary(store: &dyn SecretStore) -> StoreHealth {
    let started = Instant::now();
    let result = round_trip(store);
    let latency = started.elapsed();
    match result {
        Ok(()) => StoreHealth {
            state: StoreState::Ok,
            reason: format!(
                "A test item was stored, read back and removed in {} ms.",
                latency.as_millis()
            ),
            latency,
        },
        Err(error) => StoreHealth::from_error(&error, latency),
    }
}

fn round_trip(store: &dyn SecretStore) -> Result<(), SecretError> {
    let account = format!("canary-{}", random_hex::<8>()?);
    let value = Secret::new(random_hex::<16>()?);
    store.set(&account, &value)?;
    let read = store.get(&account);
    let removed = store.delete(&account);
    if !read?.same_as(&value) {
        return Err(SecretError::Failed(
            "a test item came back different from what was stored".into(),
        ));
    }
    removed?;
    if store.contains(&account)? {
        return Err(SecretError::Failed(
            "a test item is still there after it was removed".into(),
        ));
    }
    Ok(())
}

fn random_hex<const N: usize>() -> Result<String, SecretError> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| SecretError::Failed("the system gave no random bytes".into()))?;
    Ok(crate::file::hex(&bytes))
}
