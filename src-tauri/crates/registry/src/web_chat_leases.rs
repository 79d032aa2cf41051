//! Messages in the hands of somebody who fetches them (Broca), and answers that name no message.
//!
//! A message that is handed out is leased, and handed out again if its lease ends without an answer. Answers come without
//! saying what they answer, more than once, or late. Each message gets one; what cannot be told apart is decided so that
//! no text is lost:
//! - an answer belongs to the message of its chat that was handed out first and has none yet;
//! - the same text again within [`Rules::repeat`] is the same answer sent twice. Where another message waits meanwhile, it
//!   may also be that one's answer: it is remembered, and counts as that when the lease ends and nothing else came;
//! - with nothing waiting, it is the second answer to a message that was handed out twice, or else one that nobody asked for.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use time::{Duration, OffsetDateTime};

use crate::{
    RegistryError, Result, stamp, web_chat,
    web_chat_messages::{self, ChatMessage, MESSAGE, message},
    web_chat_responses,
};

/// How messages are handed out.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How long a message is left with who fetched it.
    pub lease: Duration,
    /// After so many hand-outs without an answer a message has failed.
    pub attempts: u32,
    /// How long the same text counts as the same answer.
    pub repeat: Duration,
}

/// Which messages are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Of which agent's chats; `None`: of all.
    pub agent_id: Option<i64>,
    /// Who asks.
    pub owner: &'a str,
    /// Only those later than this.
    pub since: Option<OffsetDateTime>,
    pub limit: u32,
    pub offset: u32,
}

/// A message as it is handed out.
#[derive(Debug, Clone, PartialEq)]
pub struct Handed {
    pub id: i64,
    pub session_id: String,
    pub message: String,
    /// As stored, `YYYY-MM-DD HH:MM:SS`; the same every time.
    pub timestamp: String,
    pub uid: Option<String>,
}

/// Failure code of a message that was handed out as often as allowed and never answered.
pub const NO_ANSWER: &str = "no_answer";

const FROM: &str = "FROM web_chat_messages m JOIN web_chat_sessions s ON s.id = m.session_id
 WHERE m.route = 'bridge' AND m.state IN ('queued', 'sent') AND (m.leased_until IS NULL OR m.leased_until <= :now)
   AND (:agent IS NULL OR s.agent_id = :agent) AND m.timestamp > :since";

/// Whether there is nothing to hand out and no lease to end: such a look need not write.
pub fn nothing_waits(c: &Connection, agent_id: Option<i64>, now: OffsetDateTime) -> Result<bool> {
    let sql = format!("SELECT NOT EXISTS (SELECT 1 {FROM})");
    let values = named_params! { ":now": stamp(now), ":agent": agent_id, ":since": "" };
    Ok(c.prepare_cached(&sql)?.query_row(values, |r| r.get(0))?)
}

/// Hands out what waits, oldest first, and tells how many waited; what is handed out is leased from `now` on.
pub fn hand_out(c: &Connection, wanted: &Wanted<'_>, rules: &Rules, now: OffsetDateTime) -> Result<(Vec<Handed>, u32)> {
    settle(c, wanted.agent_id, rules, now)?;
    let (at, since) = (stamp(now), wanted.since.map_or_else(String::new, stamp));
    let total = c
        .prepare_cached(&format!("SELECT count(*) {FROM}"))?
        .query_row(named_params! { ":now": at, ":agent": wanted.agent_id, ":since": since }, |r| r.get(0))?;
    let sql = format!(
        "SELECT m.id, m.session_id, m.message, m.timestamp, s.uid {FROM} ORDER BY m.id LIMIT :limit OFFSET :offset"
    );
    let mut found = c.prepare_cached(&sql)?;
    let all = found.query_map(
        named_params! { ":now": at, ":agent": wanted.agent_id, ":since": since, ":limit": wanted.limit, ":offset": wanted.offset },
        |r| Ok(Handed { id: r.get(0)?, session_id: r.get(1)?, message: r.get(2)?, timestamp: r.get(3)?, uid: r.get(4)? }),
    )?;
    let all: Vec<Handed> = all.collect::<rusqlite::Result<_>>()?;
    let mut lease = c.prepare_cached(
        "UPDATE web_chat_messages SET state = 'sent', sent_at = ?2, lease_owner = ?3, leased_until = ?4,
           attempts = attempts + 1 WHERE id = ?1",
    )?;
    for handed in &all {
        lease.execute(params![handed.id, at, wanted.owner, stamp(now + rules.lease)])?;
    }
    Ok((all, total))
}

/// Ends what a lease that is over settles: a remembered repeat is the answer after all, or there were enough attempts.
fn settle(c: &Connection, agent_id: Option<i64>, rules: &Rules, now: OffsetDateTime) -> Result<()> {
    let mut over = c.prepare_cached(
        "SELECT m.id, m.session_id, m.attempts, m.sent_at FROM web_chat_messages m
         JOIN web_chat_sessions s ON s.id = m.session_id
         WHERE m.route = 'bridge' AND m.state IN ('queued', 'sent') AND m.attempts > 0 AND m.leased_until <= ?1
           AND (?2 IS NULL OR s.agent_id = ?2) ORDER BY m.id",
    )?;
    let row = |r: &Row<'_>| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?));
    let over: Vec<(i64, String, u32, Option<String>)> =
        over.query_map(params![stamp(now), agent_id], row)?.collect::<rusqlite::Result<_>>()?;
    for (id, session_id, attempts, sent_at) in over {
        if let Some(text) = remembered(c, &session_id, sent_at.as_deref().unwrap_or_default())? {
            store(c, &session_id, Some(id), &text, now)?;
        } else if attempts >= rules.attempts {
            let reason = format!(
                "Broca fetched this message {attempts} times and never answered. It may be stuck. Look at Broca, then send it again."
            );
            web_chat_messages::failed(c, id, NO_ANSWER, &reason)?;
        }
    }
    Ok(())
}

/// The text of an answer that came again at `since` or later, and is used up by this.
fn remembered(c: &Connection, session_id: &str, since: &str) -> Result<Option<String>> {
    let found: Option<(i64, String)> = c
        .prepare_cached(
            "SELECT id, response FROM web_chat_responses
             WHERE session_id = ?1 AND repeated_at IS NOT NULL AND repeated_at >= ?2 ORDER BY id LIMIT 1",
        )?
        .query_row([session_id, since], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let Some((id, text)) = found else {
        return Ok(None);
    };
    c.prepare_cached("UPDATE web_chat_responses SET repeated_at = NULL WHERE id = ?1")?.execute([id])?;
    Ok(Some(text))
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The answer that is kept.
    pub response_id: i64,
    pub message_id: Option<i64>,
    /// Whether it was stored now; a repeated or second one was not.
    pub fresh: bool,
}

/// Takes an answer for a chat.
///
/// Errors: [`RegistryError::NotFound`] where there is no such chat, or it has no such message.
pub fn answer(
    c: &Connection,
    session_id: &str,
    text: &str,
    message_id: Option<i64>,
    rules: &Rules,
    now: OffsetDateTime,
) -> Result<Answer> {
    if web_chat::get_session(c, session_id)?.is_none() {
        return Err(RegistryError::NotFound { what: format!("session `{session_id}`") });
    }
    if let Some(id) = message_id {
        let known = web_chat_messages::get(c, id)?.is_some_and(|m| m.session_id == session_id);
        if !known {
            return Err(RegistryError::NotFound { what: format!("message {id} in session `{session_id}`") });
        }
        return match kept(c, id)? {
            Some(response_id) => {
                surplus(c, id)?;
                Ok(Answer { response_id, message_id: Some(id), fresh: false })
            }
            None => store(c, session_id, Some(id), text, now),
        };
    }
    let repeated = repeated(c, session_id, text, now - rules.repeat)?;
    let waiting = waiting(c, session_id, now)?;
    match (repeated, waiting) {
        (Some((response_id, message_id)), waiting) => {
            if waiting.is_some() {
                c.prepare_cached("UPDATE web_chat_responses SET repeated_at = ?2 WHERE id = ?1")?
                    .execute(params![response_id, stamp(now)])?;
            } else if let Some(id) = message_id {
                surplus(c, id)?;
            }
            Ok(Answer { response_id, message_id, fresh: false })
        }
        (None, Some(message)) => store(c, session_id, Some(message.id), text, now),
        (None, None) => match last_answered(c, session_id)? {
            Some((id, response_id)) => {
                surplus(c, id)?;
                Ok(Answer { response_id, message_id: Some(id), fresh: false })
            }
            None => store(c, session_id, None, text, now),
        },
    }
}

fn store(c: &Connection, session_id: &str, message_id: Option<i64>, text: &str, now: OffsetDateTime) -> Result<Answer> {
    let response_id = web_chat_responses::add(c, session_id, message_id, text, now)?;
    if let Some(id) = message_id {
        web_chat_messages::answered(c, id, now)?;
    }
    web_chat::touch(c, session_id, now)?;
    Ok(Answer { response_id, message_id, fresh: true })
}

fn surplus(c: &Connection, message_id: i64) -> Result<()> {
    c.prepare_cached("UPDATE web_chat_messages SET surplus = surplus + 1 WHERE id = ?1")?.execute([message_id])?;
    Ok(())
}

/// The answer that a message has.
fn kept(c: &Connection, message_id: i64) -> Result<Option<i64>> {
    Ok(c.prepare_cached("SELECT id FROM web_chat_responses WHERE message_id = ?1 AND status = 'done'")?
        .query_row([message_id], |r| r.get(0))
        .optional()?)
}

/// The latest answer of a chat with this text, if it came at `since` or later.
fn repeated(c: &Connection, session_id: &str, text: &str, since: OffsetDateTime) -> Result<Option<(i64, Option<i64>)>> {
    Ok(c.prepare_cached(
        "SELECT id, message_id FROM web_chat_responses
         WHERE session_id = ?1 AND timestamp >= ?2 AND response = ?3 AND status = 'done' ORDER BY id DESC LIMIT 1",
    )?
    .query_row(params![session_id, stamp(since), text], |r| Ok((r.get(0)?, r.get(1)?)))
    .optional()?)
}

/// The message an answer without a number is for: handed out, not answered, the oldest. One that its author stopped counts
/// while its lease runs, since whoever has it does not know; one that failed for want of an answer counts last.
fn waiting(c: &Connection, session_id: &str, now: OffsetDateTime) -> Result<Option<ChatMessage>> {
    let sql = format!(
        "SELECT {MESSAGE} FROM web_chat_messages
         WHERE session_id = ?1 AND attempts > 0 AND state <> 'answered' AND route = 'bridge'
           AND (state IN ('queued', 'sent') OR (state = 'cancelled' AND leased_until > ?2) OR failure = ?3)
         ORDER BY state = 'failed', id LIMIT 1"
    );
    Ok(c.prepare_cached(&sql)?.query_row(params![session_id, stamp(now), NO_ANSWER], message).optional()?)
}

/// The message of a chat that has these words and was handed out: the first without an answer, else the last that has one. Broca cuts
/// what is long and takes blanks from the ends.
///
/// # Errors
/// What the registry says.
pub fn of_words(c: &Connection, session_id: &str, words: &str) -> Result<Option<i64>> {
    let mut found = c.prepare_cached(
        "SELECT id, message FROM web_chat_messages WHERE session_id = ?1 AND route = 'bridge' AND attempts > 0
           AND (state IN ('queued', 'sent', 'answered', 'cancelled') OR failure = ?2)
         ORDER BY state = 'answered', CASE state WHEN 'answered' THEN -id ELSE id END",
    )?;
    let all = found.query_map([session_id, NO_ANSWER], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))?;
    for row in all {
        let (id, message) = row?;
        let message = message.replace('\0', "");
        let message = message.trim();
        let cut = words.strip_suffix("...").filter(|cut| !cut.is_empty() && cut.len() < message.len());
        if message == words || cut.is_some_and(|cut| message.starts_with(cut)) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The message of a chat that was answered last and its answer, if it was handed out more often than it was answered.
fn last_answered(c: &Connection, session_id: &str) -> Result<Option<(i64, i64)>> {
    let last: Option<(i64, bool)> = c
        .prepare_cached(
            "SELECT id, attempts > 1 + surplus FROM web_chat_messages WHERE session_id = ?1 AND state = 'answered'
             ORDER BY answered_at DESC, id DESC LIMIT 1",
        )?
        .query_row([session_id], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    match last {
        Some((id, true)) => Ok(kept(c, id)?.map(|response| (id, response))),
        _ => Ok(None),
    }
}

/// A chat with how much was said in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    pub session: web_chat::ChatSession,
    pub messages: u32,
    pub responses: u32,
}

/// One page of the chats of an agent (or of all), the latest first, and how many there are; active ones only, where `since` is given.
pub fn sessions(
    c: &Connection,
    agent_id: Option<i64>,
    since: Option<OffsetDateTime>,
    limit: u32,
    offset: u32,
) -> Result<(Vec<Counted>, u32)> {
    const WHERE: &str = "WHERE (?1 IS NULL OR agent_id = ?1) AND last_active >= ?2";
    let since = since.map_or_else(String::new, stamp);
    let total = c
        .prepare_cached(&format!("SELECT count(*) FROM web_chat_sessions {WHERE}"))?
        .query_row(params![agent_id, since], |r| r.get(0))?;
    let ids: Vec<String> = c
        .prepare_cached(&format!(
            "SELECT id FROM web_chat_sessions {WHERE} ORDER BY last_active DESC, id LIMIT ?3 OFFSET ?4"
        ))?
        .query_map(params![agent_id, since, limit, offset], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let count = |table: &str, id: &str| -> Result<u32> {
        Ok(c.prepare_cached(&format!("SELECT count(*) FROM {table} WHERE session_id = ?1"))?
            .query_row([id], |r| r.get(0))?)
    };
    let mut all = Vec::new();
    for id in ids {
        let (messages, responses) = (count("web_chat_messages", &id)?, count("web_chat_responses", &id)?);
        all.extend(web_chat::get_session(c, &id)?.map(|session| Counted { session, messages, responses }));
    }
    Ok((all, total))
}

/// Chats of callers without an account, quiet since `before` and with nothing waiting in them; of one agent, or of all.
pub fn idle_guests(c: &Connection, agent_id: Option<i64>, before: OffsetDateTime) -> Result<Vec<String>> {
    Ok(c.prepare_cached(
        "SELECT id FROM web_chat_sessions s WHERE user_id IS NULL AND last_active < ?1 AND (?2 IS NULL OR agent_id = ?2)
           AND NOT EXISTS (SELECT 1 FROM web_chat_messages m WHERE m.session_id = s.id AND m.state IN ('queued', 'sent'))
         ORDER BY id",
    )?
    .query_map(params![stamp(before), agent_id], |r| r.get(0))?
    .collect::<rusqlite::Result<_>>()?)
}
