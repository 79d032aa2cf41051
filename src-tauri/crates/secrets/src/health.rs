//! What is known about a store: measured, with its reason and how long it took.

use crate::SecretError;
use std::time::Duration;

/// The states a store can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    /// It answered as it should.
    Ok,
    /// It is there but locked.
    Locked,
    /// There is no such store on this machine or in this session.
    Absent,
    /// It refused this app.
    Denied,
    /// It did not answer in time.
    Slow,
    /// The encrypted file is there and the passphrase is not the right one, or none was given.
    WrongPassphrase,
    /// What is stored cannot be trusted or read.
    Damaged,
    /// Anything else; the reason says what.
    Failed,
}

/// The result of looking at or trying a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreHealth {
    /// The state that was measured.
    pub state: StoreState,
    /// One sentence that a person understands, with what to do where there is something to do.
    pub reason: String,
    /// How long it took.
    pub latency: Duration,
}

impl StoreHealth {
    /// True when the store can be used now.
    pub fn is_ok(&self) -> bool {
        self.state == StoreState::Ok
    }

    /// The health that an error stands for.
    pub fn from_error(error: &SecretError, latency: Duration) -> StoreHealth {
        StoreHealth { state: error.state(), reason: error.to_string(), latency }
    }
}
