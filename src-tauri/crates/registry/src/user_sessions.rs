//! Table `user_sessions`: who is signed in. Tokens are random; only their BLAKE3 hash is stored, so a copy of the
//! database opens nothing. Sessions end at a fixed instant, when revoked, or with their account.

use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    RegistryError, Result,
    row::instant,
    stamp,
    users::{self, User},
};

/// A new session; `token` is what the client keeps and is shown nowhere else.
#[derive(Clone)]
pub struct NewSession {
    pub id: String,
    /// 256 random bits in hex.
    pub token: String,
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A session that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: String,
    pub user: User,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: Option<OffsetDateTime>,
    pub expires_at: OffsetDateTime,
}

/// Starts a session that ends at `expires_at`. `user_agent` names the client for the list of sessions.
pub fn create(
    c: &Connection,
    user_id: i64,
    expires_at: OffsetDateTime,
    ip_address: Option<&str>,
    user_agent: Option<&str>,
    now: OffsetDateTime,
) -> Result<NewSession> {
    let mut bits = [0u8; 32];
    getrandom::fill(&mut bits)
        .map_err(|e| RegistryError::Invalid { what: format!("No random numbers for a session ({e}); try again.") })?;
    let token: String = bits.iter().map(|b| format!("{b:02x}")).collect();
    let id = Uuid::new_v4().to_string();
    c.prepare_cached(
        "INSERT INTO user_sessions(id, user_id, session_token, ip_address, user_agent, expires_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![id, user_id, hashed(&token), ip_address, user_agent, stamp(expires_at), stamp(now)])?;
    Ok(NewSession { id, token, expires_at })
}

/// Ends the session of `old_token`, if it is one, and starts another: what sign-in does with a token it was shown.
pub fn rotate(
    c: &Connection,
    old_token: &str,
    user_id: i64,
    expires_at: OffsetDateTime,
    user_agent: Option<&str>,
    now: OffsetDateTime,
) -> Result<NewSession> {
    c.prepare_cached("DELETE FROM user_sessions WHERE session_token = ?1")?.execute([hashed(old_token)])?;
    create(c, user_id, expires_at, None, user_agent, now)
}

/// The session a token opens; `None` when unknown, revoked, past its end, or its account is disabled.
pub fn lookup(c: &Connection, token: &str, now: OffsetDateTime) -> Result<Option<Session>> {
    let found = c
        .prepare_cached(
            "SELECT id, user_id, ip_address, user_agent, created_at, expires_at FROM user_sessions WHERE session_token = ?1",
        )?
        .query_row([hashed(token)], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?, r.get(2)?, r.get(3)?, instant(r, 4)?, instant(r, 5)?))
        })
        .optional()?;
    let Some((id, user_id, ip_address, user_agent, created_at, Some(expires_at))) = found else {
        return Ok(None);
    };
    if expires_at <= now {
        return Ok(None);
    }
    let user = users::get(c, user_id)?.filter(|u| u.is_active);
    Ok(user.map(|user| Session { id, user, ip_address, user_agent, created_at, expires_at }))
}

/// Ends one session; `false` where it had ended already.
pub fn revoke(c: &Connection, id: &str) -> Result<bool> {
    Ok(c.prepare_cached("DELETE FROM user_sessions WHERE id = ?1")?.execute([id])? > 0)
}

/// Ends every session of an account but `keep`; returns how many.
pub fn revoke_all(c: &Connection, user_id: i64, keep: Option<&str>) -> Result<usize> {
    Ok(c.prepare_cached("DELETE FROM user_sessions WHERE user_id = ?1 AND id IS NOT ?2")?
        .execute(params![user_id, keep])?)
}

/// Removes sessions past their end; returns how many.
pub fn purge(c: &Connection, now: OffsetDateTime) -> Result<usize> {
    Ok(c.prepare_cached("DELETE FROM user_sessions WHERE expires_at <= ?1")?.execute([stamp(now)])?)
}

fn hashed(token: &str) -> String {
    blake3::hash(token.as_bytes()).to_hex().to_string()
}
