//! The looks themselves: pages of the queue, users, conversations, and counts.

use rusqlite::{OptionalExtension as _, Row, params, types::ValueRef};
use sanctum_registry::{parse_stamp, rusqlite};
use time::OffsetDateTime;

use super::{Broca, BrocaError};

/// One row of the queue with whose message it is.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueRow {
    pub id: i64,
    /// `pending`, `processing`, `completed`, `failed`, `flushed`, or what a later Broca writes.
    pub status: String,
    pub attempts: i64,
    pub at: Option<OffsetDateTime>,
    pub message_id: i64,
    /// `None` where the message is gone.
    pub text: Option<String>,
    pub answer: Option<String>,
    pub platform: Option<String>,
    pub who: Option<String>,
}

/// One person on one platform.
#[derive(Debug, Clone, PartialEq)]
pub struct UserRow {
    pub profile_id: i64,
    pub letta_user_id: i64,
    pub platform: String,
    pub platform_user_id: String,
    pub username: Option<String>,
    pub display_name: Option<String>,
    pub letta_identity_id: Option<String>,
    pub active: bool,
    pub last_active: Option<OffsetDateTime>,
    /// What was said with this profile.
    pub messages: i64,
}

/// One conversation: what was said with one profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationRow {
    pub profile_id: i64,
    pub platform: String,
    pub who: Option<String>,
    pub messages: i64,
    pub last_at: Option<OffsetDateTime>,
}

/// One line of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct BrocaLine {
    pub message_id: i64,
    /// It is the answer kept in that message's row.
    pub answer: bool,
    /// `user`, `assistant`, or Broca's own word.
    pub role: String,
    pub text: String,
    pub at: Option<OffsetDateTime>,
}

/// How much there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows of the queue by status.
    pub queue: Vec<(String, i64)>,
    pub users: i64,
    pub profiles: i64,
    pub messages: i64,
    /// The most attempts of a message that is not done: it grows while Broca tries in vain.
    pub most_attempts: i64,
}

/// Text whatever type the column has: Broca's tables are not strict.
fn text(r: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    Ok(match r.get_ref(at)? {
        ValueRef::Null => None,
        ValueRef::Integer(n) => Some(n.to_string()),
        ValueRef::Real(n) => Some(n.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    })
}

fn number(r: &Row<'_>, at: usize) -> rusqlite::Result<i64> {
    Ok(match r.get_ref(at)? {
        ValueRef::Integer(n) => n,
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(|t| t.trim().parse().ok()).unwrap_or(0),
        _ => 0,
    })
}

fn when(r: &Row<'_>, at: usize) -> rusqlite::Result<Option<OffsetDateTime>> {
    Ok(text(r, at)?.as_deref().and_then(instant))
}

/// Broca writes ISO text, with or without `T`, fraction and zone.
fn instant(said: &str) -> Option<OffsetDateTime> {
    parse_stamp(said).or_else(|| parse_stamp(&said.replacen('T', " ", 1)))
}

impl Broca {
    fn rows<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, BrocaError> {
        let read = || self.c.prepare_cached(sql)?.query_map(values, row)?.collect::<rusqlite::Result<Vec<_>>>();
        read().map_err(|e| self.error(e))
    }

    fn count(&self, sql: &str) -> Result<i64, BrocaError> {
        let read = || self.c.prepare_cached(sql)?.query_row([], |r| number(r, 0)).optional();
        read().map(|n| n.unwrap_or(0)).map_err(|e| self.error(e))
    }

    /// Up to `limit` rows of the queue after `offset`, the latest first; of one status where given.
    ///
    /// # Errors
    /// As [`Broca::open`]; [`BrocaError::Lacks`], [`BrocaError::Locked`].
    pub fn queue(&self, status: Option<&str>, offset: u32, limit: u32) -> Result<Vec<QueueRow>, BrocaError> {
        self.needs(&["queue", "messages", "platform_profiles"])?;
        self.rows(
            "SELECT q.id, q.status, q.attempts, q.timestamp, q.message_id, m.message, p.platform,
               coalesce(nullif(p.display_name, ''), nullif(p.username, ''), p.platform_user_id), m.agent_response
             FROM queue q LEFT JOIN messages m ON m.id = q.message_id
               LEFT JOIN platform_profiles p ON p.id = m.platform_profile_id
             WHERE ?2 IS NULL OR q.status = ?2 ORDER BY q.id DESC LIMIT ?3 OFFSET ?1",
            params![offset, status, limit],
            |r| {
                Ok(QueueRow {
                    id: r.get(0)?,
                    status: text(r, 1)?.unwrap_or_default(),
                    attempts: number(r, 2)?,
                    at: when(r, 3)?,
                    message_id: number(r, 4)?,
                    text: text(r, 5)?,
                    platform: text(r, 6)?,
                    who: text(r, 7)?,
                    answer: text(r, 8)?,
                })
            },
        )
    }

    /// Up to `limit` people after `offset`, the last active first.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn users(&self, offset: u32, limit: u32) -> Result<Vec<UserRow>, BrocaError> {
        self.needs(&["platform_profiles", "letta_users", "messages"])?;
        self.rows(
            "SELECT p.id, p.letta_user_id, p.platform, p.platform_user_id, p.username, p.display_name,
               u.letta_identity_id, u.is_active, p.last_active, coalesce(m.count, 0)
             FROM platform_profiles p LEFT JOIN letta_users u ON u.id = p.letta_user_id
               LEFT JOIN (SELECT platform_profile_id AS profile, count(*) AS count FROM messages GROUP BY 1) m ON m.profile = p.id
             ORDER BY p.last_active DESC, p.id DESC LIMIT ?2 OFFSET ?1",
            params![offset, limit],
            |r| {
                Ok(UserRow {
                    profile_id: r.get(0)?,
                    letta_user_id: number(r, 1)?,
                    platform: text(r, 2)?.unwrap_or_default(),
                    platform_user_id: text(r, 3)?.unwrap_or_default(),
                    username: text(r, 4)?,
                    display_name: text(r, 5)?,
                    letta_identity_id: text(r, 6)?,
                    active: number(r, 7)? != 0,
                    last_active: when(r, 8)?,
                    messages: number(r, 9)?,
                })
            },
        )
    }

    /// Conversations by profile, the latest first.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn conversations(&self, offset: u32, limit: u32) -> Result<Vec<ConversationRow>, BrocaError> {
        self.needs(&["messages", "platform_profiles"])?;
        self.rows(
            "SELECT p.id, p.platform, coalesce(nullif(p.display_name, ''), nullif(p.username, ''), p.platform_user_id),
               count(*), max(m.timestamp), max(m.id) AS latest
             FROM messages m JOIN platform_profiles p ON p.id = m.platform_profile_id
             GROUP BY p.id ORDER BY latest DESC LIMIT ?2 OFFSET ?1",
            params![offset, limit],
            |r| {
                Ok(ConversationRow {
                    profile_id: r.get(0)?,
                    platform: text(r, 1)?.unwrap_or_default(),
                    who: text(r, 2)?,
                    messages: number(r, 3)?,
                    last_at: when(r, 4)?,
                })
            },
        )
    }

    /// Up to `limit` lines of one profile's conversation after `offset`, the latest first. Broca keeps an answer in the row
    /// of the message it answers, so that such a row is two lines.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn lines(&self, profile_id: i64, offset: u32, limit: u32) -> Result<Vec<BrocaLine>, BrocaError> {
        self.needs(&["messages"])?;
        self.rows(
            "SELECT id, 0 AS answer, role, message, timestamp FROM messages WHERE platform_profile_id = ?1
             UNION ALL
             SELECT id, 1, 'assistant', agent_response, timestamp FROM messages
             WHERE platform_profile_id = ?1 AND agent_response <> ''
             ORDER BY id DESC, answer DESC LIMIT ?3 OFFSET ?2",
            params![profile_id, offset, limit],
            |r| {
                Ok(BrocaLine {
                    message_id: r.get(0)?,
                    answer: number(r, 1)? != 0,
                    role: text(r, 2)?.unwrap_or_default(),
                    text: text(r, 3)?.unwrap_or_default(),
                    at: when(r, 4)?,
                })
            },
        )
    }

    /// How many lines [`Broca::lines`] has.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn line_count(&self, profile_id: i64) -> Result<i64, BrocaError> {
        self.needs(&["messages"])?;
        let sql = "SELECT count(*) + count(nullif(agent_response, '')) FROM messages WHERE platform_profile_id = ?1";
        Ok(self.rows(sql, [profile_id], |r| number(r, 0))?.first().copied().unwrap_or(0))
    }

    /// What was said that this text is the answer to, in a chat of the web chat; where several have it, the one that was answered
    /// last. Broca keeps an answer before it sends it.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn question_of(&self, session_id: &str, answer: &str) -> Result<Option<String>, BrocaError> {
        self.needs(&["queue", "messages", "platform_profiles"])?;
        let sql = "SELECT m.message FROM messages m JOIN platform_profiles p ON p.id = m.platform_profile_id
             LEFT JOIN queue q ON q.message_id = m.id
             WHERE m.agent_response = ?2 AND instr(p.metadata, ?1) > 0 ORDER BY q.timestamp DESC, m.id DESC LIMIT 1";
        Ok(self.rows(sql, [session_id, answer], |r| text(r, 0))?.pop().flatten())
    }

    /// How much there is; users are counted through their profiles.
    ///
    /// # Errors
    /// As [`Broca::queue`].
    pub fn counts(&self) -> Result<Counts, BrocaError> {
        self.needs(&["queue", "messages", "platform_profiles"])?;
        Ok(Counts {
            queue: self.rows("SELECT status, count(*) FROM queue GROUP BY status ORDER BY status", [], |r| {
                Ok((text(r, 0)?.unwrap_or_default(), r.get(1)?))
            })?,
            users: self.count("SELECT count(DISTINCT letta_user_id) FROM platform_profiles")?,
            profiles: self.count("SELECT count(*) FROM platform_profiles")?,
            messages: self.count("SELECT count(*) FROM messages")?,
            most_attempts: self.count(
                "SELECT coalesce(max(attempts), 0) FROM queue WHERE status IN ('pending', 'processing', 'failed')",
            )?,
        })
    }
}
