//! Table `secret_items`: which items this app put into the secret store, so that none is forgotten there.
//!
//! Names and states only; the values are in the store (crate `secrets`). Written directly, not by a change set: an item
//! is `pending` before the store is asked to keep it, `live` once the change that refers to it is applied, `old` when
//! nothing does any more, and forgotten when it is gone from the store.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;

use crate::{
    Result,
    row::{instant, word},
    stamp,
};

/// Where an item is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretState {
    /// Put into the store, or about to be; no applied change refers to it yet.
    Pending,
    /// A setting refers to it.
    Live,
    /// Nothing refers to it any more; kept so that an undo finds it.
    Old,
}

impl SecretState {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            SecretState::Pending => "pending",
            SecretState::Live => "live",
            SecretState::Old => "old",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<SecretState> {
        [SecretState::Pending, SecretState::Live, SecretState::Old].into_iter().find(|s| s.as_str() == text)
    }
}

/// One item, without its value.
#[derive(Debug, Clone, PartialEq)]
pub struct SecretItem {
    /// The item's name in the store: the reference that settings hold.
    pub account: String,
    /// The setting it was made for.
    pub key: String,
    pub state: SecretState,
    pub made_at: Option<OffsetDateTime>,
    /// When its state moved last.
    pub changed_at: Option<OffsetDateTime>,
    /// `None` where that account is gone.
    pub created_by: Option<i64>,
}

const COLUMNS: &str = "account, key, state, made_at, changed_at, created_by";

fn from_row(r: &Row<'_>) -> rusqlite::Result<SecretItem> {
    Ok(SecretItem {
        account: r.get(0)?,
        key: r.get(1)?,
        state: word(r, 2, SecretState::parse)?,
        made_at: instant(r, 3)?,
        changed_at: instant(r, 4)?,
        created_by: r.get(5)?,
    })
}

/// Notes an item before it is stored. One that is known already becomes pending again and keeps when it was made.
pub fn put_pending(
    c: &Connection,
    account: &str,
    key: &str,
    created_by: Option<i64>,
    now: OffsetDateTime,
) -> Result<()> {
    c.prepare_cached(
        "INSERT INTO secret_items(account, key, state, made_at, changed_at, created_by)
         VALUES (?1, ?2, 'pending', ?3, ?3, ?4)
         ON CONFLICT(account) DO UPDATE SET key = excluded.key, state = excluded.state,
           changed_at = excluded.changed_at, created_by = excluded.created_by",
    )?
    .execute(params![account, key, stamp(now), created_by])?;
    Ok(())
}

/// Moves an item to `state`; `false` where there is no such item or it is there already.
pub fn set_state(c: &Connection, account: &str, state: SecretState, now: OffsetDateTime) -> Result<bool> {
    Ok(c.prepare_cached("UPDATE secret_items SET state = ?2, changed_at = ?3 WHERE account = ?1 AND state <> ?2")?
        .execute(params![account, state.as_str(), stamp(now)])?
        > 0)
}

/// The item with this name.
pub fn get(c: &Connection, account: &str) -> Result<Option<SecretItem>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM secret_items WHERE account = ?1"))?
        .query_row([account], from_row)
        .optional()?)
}

/// Every item, by name.
pub fn all(c: &Connection) -> Result<Vec<SecretItem>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM secret_items ORDER BY account"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The items in this state, by name.
pub fn in_state(c: &Connection, state: SecretState) -> Result<Vec<SecretItem>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM secret_items WHERE state = ?1 ORDER BY account"))?;
    Ok(s.query_map([state.as_str()], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Strikes an item that is gone from the store; `false` where it was not known.
pub fn forget(c: &Connection, account: &str) -> Result<bool> {
    Ok(c.prepare_cached("DELETE FROM secret_items WHERE account = ?1")?.execute([account])? > 0)
}
