//! How often one caller may call: a steady rate with some in hand, per key, or per address where there is no good key.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use time::OffsetDateTime;

/// So many calls an hour, and so many at once.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub per_hour: u32,
    pub at_once: u32,
}

/// The limits of the bridge. Broca's default poll is 720 an hour.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For each good key.
    pub key: Allowance,
    /// For each address without one: messages, answers fetched.
    pub guest: Allowance,
    /// For each address: wrong keys.
    pub wrong_key: Allowance,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            key: Allowance { per_hour: 36_000, at_once: 600 },
            guest: Allowance { per_hour: 1_800, at_once: 60 },
            wrong_key: Allowance { per_hour: 60, at_once: 10 },
        }
    }
}

/// The most callers that are told apart; beyond that the ones that owe nothing are forgotten.
const CALLERS: usize = 10_000;

/// What callers have used, by name: for each the instant (microseconds) at which it owes nothing.
#[derive(Debug, Default)]
pub(crate) struct Used(Mutex<HashMap<String, i128>>);

impl Used {
    /// Counts a call; the seconds to wait where it is one too many, which is not counted.
    pub(crate) fn count(&self, caller: &str, allowance: Allowance, now: OffsetDateTime) -> Result<(), u64> {
        let now = now.unix_timestamp_nanos() / 1000;
        let each = 3_600_000_000_i128 / i128::from(allowance.per_hour.max(1));
        let most = each * i128::from(allowance.at_once.max(1));
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= CALLERS {
            used.retain(|_, free| *free > now);
            if used.len() >= CALLERS && !used.contains_key(caller) {
                return Err(60);
            }
        }
        // A clock that was set back must not lock a caller out.
        let free = used.get(caller).copied().unwrap_or(now).clamp(now, now + most);
        let next = free + each;
        if next > now + most {
            return Err(u64::try_from((next - now - most).div_euclid(1_000_000) + 1).unwrap_or(60));
        }
        used.insert(caller.to_owned(), next);
        Ok(())
    }
}
