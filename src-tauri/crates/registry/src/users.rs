//! Table `users`: accounts. Hashes never leave this crate in a row struct; sign-in is in `sign_in.rs`.

use rusqlite::{Connection, OptionalExtension, Row, params};
use time::OffsetDateTime;
use unicode_normalization::UnicodeNormalization as _;

use crate::{
    ConstraintKind, RegistryError, Result,
    row::{instant, word},
};

pub use crate::password::{
    HashVerdict, MAX_BYTES, MIN_CHARS, PasswordFinding, hash_password, password_findings, password_strength,
    verify_hash,
};
pub use crate::sign_in::{FREE_FAILURES, LONGEST_LOCK, SignInError, lock_after, sign_in, verify};

/// What an account may do (spec: `users.role`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Admin,
    User,
    Viewer,
}

impl Role {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Admin => "admin",
            Role::User => "user",
            Role::Viewer => "viewer",
        }
    }

    /// From what is stored or typed.
    pub fn parse(text: &str) -> Option<Role> {
        [Role::Admin, Role::User, Role::Viewer].into_iter().find(|r| r.as_str() == text)
    }
}

/// One account, without its password hash.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub role: Role,
    /// JSON.
    pub permissions: Option<String>,
    pub last_login: Option<OffsetDateTime>,
    pub created_at: Option<OffsetDateTime>,
    pub updated_at: Option<OffsetDateTime>,
    pub is_active: bool,
    pub failed_login_attempts: u32,
    pub locked_until: Option<OffsetDateTime>,
    /// `None` only for the first account.
    pub created_by: Option<i64>,
}

/// An account to be made. `password_hash` comes from [`hash_password`].
#[derive(Clone)]
pub struct NewUser {
    pub username: String,
    /// `None` stores `<username>@localhost`: the column is NOT NULL and unique.
    pub email: Option<String>,
    pub password_hash: String,
    pub role: Role,
    pub created_by: Option<i64>,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("username", &self.username).field("role", &self.role).finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, username, email, role, permissions, last_login, created_at, updated_at, is_active, \
     failed_login_attempts, locked_until, created_by";

pub(crate) fn from_row(r: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: r.get(0)?,
        username: r.get(1)?,
        email: r.get(2)?,
        role: word(r, 3, Role::parse)?,
        permissions: r.get(4)?,
        last_login: instant(r, 5)?,
        created_at: instant(r, 6)?,
        updated_at: instant(r, 7)?,
        is_active: r.get(8)?,
        failed_login_attempts: r.get(9)?,
        locked_until: instant(r, 10)?,
        created_by: r.get(11)?,
    })
}

/// A name as it is stored: NFC. Errors name what is wrong with it.
pub fn username(typed: &str) -> Result<String> {
    let name: String = typed.nfc().collect();
    let wrong = if name.trim().is_empty() {
        "The account needs a name."
    } else if name.trim() != name {
        "The account's name begins or ends with a space; leave it out."
    } else if name.chars().any(char::is_control) {
        "The account's name has a character that cannot be shown; type it again."
    } else if name.chars().count() > 100 {
        "The account's name is longer than 100 characters; choose a shorter one."
    } else {
        return Ok(name);
    };
    Err(RegistryError::Invalid { what: wrong.into() })
}

/// Makes an account and returns its id. Errors: a name or address in use (`Constraint`), a bad name (`Invalid`).
pub fn create(c: &Connection, new: NewUser) -> Result<i64> {
    let name = username(&new.username)?;
    if !new.password_hash.starts_with('$') {
        return Err(RegistryError::Invalid { what: "The password was not hashed; nothing was stored.".into() });
    }
    // The schema folds ASCII only; `Éve` and `éve` would look like one account to a person.
    let folded = name.to_lowercase();
    if all(c)?.iter().any(|u| u.username.to_lowercase() == folded) {
        return Err(RegistryError::Constraint {
            kind: ConstraintKind::Unique,
            what: format!("There is an account `{name}` already. Choose another name."),
        });
    }
    let email = new.email.unwrap_or_else(|| format!("{name}@localhost"));
    c.prepare_cached(
        "INSERT INTO users(username, email, password_hash, role, created_by) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![name, email, new.password_hash, new.role.as_str(), new.created_by])?;
    Ok(c.last_insert_rowid())
}

/// The account with this id.
pub fn get(c: &Connection, id: i64) -> Result<Option<User>> {
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE id = ?1"))?.query_row([id], from_row).optional()?)
}

/// The account with this name, whatever its case.
pub fn by_name(c: &Connection, typed: &str) -> Result<Option<User>> {
    let name: String = typed.nfc().collect();
    Ok(c.prepare_cached(&format!("SELECT {COLUMNS} FROM users WHERE username = ?1 COLLATE NOCASE"))?
        .query_row([name], from_row)
        .optional()?)
}

/// Every account, by name.
pub fn all(c: &Connection) -> Result<Vec<User>> {
    let mut s = c.prepare_cached(&format!("SELECT {COLUMNS} FROM users ORDER BY username COLLATE NOCASE, id"))?;
    Ok(s.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Replaces the hash and forgets failures and lock. Ends no session: see `sessions::revoke_all`.
pub fn set_password(c: &Connection, id: i64, password_hash: &str) -> Result<()> {
    let changed = c
        .prepare_cached(
            "UPDATE users SET password_hash = ?2, failed_login_attempts = 0, locked_until = NULL WHERE id = ?1",
        )?
        .execute(params![id, password_hash])?;
    if changed == 0 { Err(RegistryError::NotFound { what: format!("account {id}") }) } else { Ok(()) }
}
