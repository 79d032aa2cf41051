//! Checking who somebody is, and slowing down those who guess.
//!
//! An attempt is charged as a failure in one transaction before the password is looked at, and taken off when it was
//! right: any number of attempts at once cannot share one free try. Unknown, disabled and locked accounts cost the
//! same time as a wrong password.

use rusqlite::{OptionalExtension, params};
use time::{Duration, OffsetDateTime};
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    Registry, RegistryError, parse_stamp,
    password::{self, HashVerdict},
    stamp,
    users::{self, User},
};

/// Failures in a row that cost nothing.
pub const FREE_FAILURES: u32 = 5;
/// The longest an account locks itself.
pub const LONGEST_LOCK: Duration = Duration::minutes(15);

/// Why somebody was not let in. Unknown and disabled accounts are `Wrong` too, in the same words.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("The name or the password is not right. Try again.")]
    Wrong,
    #[error("Too many wrong passwords. Try again at {} UTC.", stamp(*.0))]
    LockedUntil(OffsetDateTime),
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl From<rusqlite::Error> for SignInError {
    fn from(error: rusqlite::Error) -> Self {
        SignInError::Registry(error.into())
    }
}

/// How long an account locks after its n-th failure in a row: nothing up to five, then 1 s doubling to 15 minutes.
pub fn lock_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE_FAILURES + 1) {
        None => Duration::ZERO,
        Some(n) => Duration::seconds(1i64 << n.min(20)).min(LONGEST_LOCK),
    }
}

/// Signs an account in by name (case does not matter) and notes `last_login`; replaces an imported or weak hash.
pub fn sign_in(registry: &Registry, username: &str, password: &str, now: OffsetDateTime) -> Result<User, SignInError> {
    let name: String = username.nfc().collect();
    let attempt = charge(registry, Who::Name(name), now)?;
    settle(registry, attempt, password, now, true)
}

/// Checks the password of a known account, for unlocking and confirming. Counts failures as [`sign_in`] does.
pub fn verify(registry: &Registry, user_id: i64, password: &str, now: OffsetDateTime) -> Result<User, SignInError> {
    let attempt = charge(registry, Who::Id(user_id), now)?;
    settle(registry, attempt, password, now, false)
}

enum Who {
    Name(String),
    Id(i64),
}

enum Attempt {
    /// Charged; the hash decides.
    Charged {
        id: i64,
        hash: String,
        failures: u32,
        locked_until: Option<OffsetDateTime>,
    },
    Locked(OffsetDateTime),
    Nobody,
}

/// The counter, the lock and the attempt in one transaction.
fn charge(registry: &Registry, who: Who, now: OffsetDateTime) -> Result<Attempt, SignInError> {
    registry.write(|tx| {
        const SELECT: &str =
            "SELECT id, password_hash, is_active, failed_login_attempts, locked_until FROM users WHERE ";
        let row = |r: &rusqlite::Row<'_>| {
            Ok((
                r.get::<_, i64>(0)?,
                r.get::<_, String>(1)?,
                r.get::<_, bool>(2)?,
                r.get::<_, u32>(3)?,
                r.get::<_, Option<String>>(4)?,
            ))
        };
        let found = match who {
            Who::Name(name) => tx
                .prepare_cached(&format!("{SELECT}username = ?1 COLLATE NOCASE"))?
                .query_row([name], row)
                .optional()?,
            Who::Id(id) => tx.prepare_cached(&format!("{SELECT}id = ?1"))?.query_row([id], row).optional()?,
        };
        let Some((id, hash, true, failed, until)) = found else { return Ok(Attempt::Nobody) };
        if let Some(until) = until.as_deref().and_then(parse_stamp) {
            // Further ahead than any lock of ours: the clock was set back, and the lock means nothing.
            if until > now && until - now <= LONGEST_LOCK + Duration::SECOND {
                return Ok(Attempt::Locked(until));
            }
        }
        let failures = failed.saturating_add(1);
        let wait = lock_after(failures);
        // Stored in whole seconds: rounded up, so that the lock is never shorter than it says.
        let locked_until = (!wait.is_zero()).then(|| now + wait + Duration::nanoseconds(999_999_999));
        tx.prepare_cached("UPDATE users SET failed_login_attempts = ?2, locked_until = ?3 WHERE id = ?1")?
            .execute(params![id, failures, locked_until.map(stamp)])?;
        Ok(Attempt::Charged {
            id,
            hash,
            failures,
            locked_until: locked_until.map(stamp).as_deref().and_then(parse_stamp),
        })
    })
}

fn settle(
    registry: &Registry,
    attempt: Attempt,
    password: &str,
    now: OffsetDateTime,
    entering: bool,
) -> Result<User, SignInError> {
    let (id, hash, failures, locked_until) = match attempt {
        Attempt::Charged { id, hash, failures, locked_until } => (id, hash, failures, locked_until),
        Attempt::Locked(until) => {
            password::verify_nothing(password);
            return Err(SignInError::LockedUntil(until));
        }
        Attempt::Nobody => {
            password::verify_nothing(password);
            return Err(SignInError::Wrong);
        }
    };
    let HashVerdict { matches, needs_rehash } = password::verify_hash(password, &hash);
    if !matches {
        return match locked_until {
            Some(until) if failures > FREE_FAILURES => Err(SignInError::LockedUntil(until)),
            _ => Err(SignInError::Wrong),
        };
    }
    let better = if needs_rehash { Some(password::hash_password(password)?) } else { None };
    registry.write(|tx| {
        tx.prepare_cached(
            "UPDATE users SET failed_login_attempts = 0, locked_until = NULL,
               last_login = CASE WHEN ?2 THEN ?3 ELSE last_login END WHERE id = ?1",
        )?
        .execute(params![id, entering, stamp(now)])?;
        if let Some(better) = better {
            // Only over the hash that was checked: a password changed meanwhile stays.
            tx.prepare_cached("UPDATE users SET password_hash = ?2 WHERE id = ?1 AND password_hash = ?3")?
                .execute(params![id, better, hash])?;
        }
        users::get(tx, id)?.filter(|u| u.is_active).ok_or(SignInError::Wrong)
    })
}
