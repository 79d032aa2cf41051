//! The steps of a delivery as they are written down: each one commit, each before what it announces happens or is shown.
//!
//! taken (about to go out) → sent (the server has it) → parts → an end. After a crash the last step that stands tells what
//! is known: taken and not sent is unsure, and such a message is never sent again by itself unless its server denies it.

use sanctum_registry::{
    RegistryError,
    rusqlite::Connection,
    web_chat,
    web_chat_messages::{self as messages, ChatMessage, MessageState},
    web_chat_responses::{self as responses, ResponseStatus},
};
use time::Duration;

use crate::{ChatError, Conversations, Delta, Outgoing};

/// Failure code: the server said no.
pub const REFUSED: &str = "refused";
/// Failure code: it is not known whether the message arrived.
pub const UNSURE: &str = "unsure";
/// Failure code: the message arrived, its answer was lost or broke off.
pub const INTERRUPTED: &str = "interrupted";

pub(crate) const LOST: &str = "The app ended while the answer came. The agent has the message; what was shown is kept. Ask again if you need the rest.";
pub(crate) const UNKNOWN: &str = "The app ended while the message was sent. It is not known whether the agent has it. Send it again only if a second copy does no harm.";

/// What was left behind and is settled now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Messages whose answer broke off.
    pub interrupted: Vec<i64>,
    /// Chats in which something waits; [`crate::Pump::drain`] them.
    pub waiting: Vec<String>,
}

impl Conversations {
    /// Settles what a crash left behind. `alive` tells whether the owner of a delivery still runs: its work is left alone.
    pub fn recover(&self, alive: &dyn Fn(&str) -> bool) -> Result<Recovered, ChatError> {
        let now = self.now();
        self.registry.write(|c| {
            let mut found = Recovered::default();
            for answer in responses::streaming(c)? {
                let message = answer.message_id.map(|id| messages::get(c, id)).transpose()?.flatten();
                if message.as_ref().and_then(|m| m.lease_owner.as_deref()).is_some_and(alive) {
                    continue;
                }
                responses::finish(c, answer.id, ResponseStatus::Interrupted, Some(LOST), now)?;
                if let Some(message) = message.filter(|m| messages::failed(c, m.id, INTERRUPTED, LOST).unwrap_or(false))
                {
                    found.interrupted.push(message.id);
                }
            }
            for session in messages::waiting_sessions(c)? {
                release(c, &session, alive)?;
                found.waiting.push(session);
            }
            Ok(found)
        })
    }

    /// The first message of a conversation that is not at its end, as it goes out.
    pub(crate) fn next(&self, session_id: &str) -> Result<Option<(ChatMessage, Outgoing)>, ChatError> {
        self.registry.read(|c| {
            let Some(message) = messages::next_direct(c, session_id)? else {
                return Ok(None);
            };
            let agent_id = web_chat::get_session(c, session_id)?.and_then(|s| s.agent_id);
            let outgoing = Outgoing {
                message_id: message.id,
                session_id: message.session_id.clone(),
                user_id: message.user_id,
                agent_id,
                key: message.key.clone().unwrap_or_else(|| format!("message-{}", message.id)),
                text: message.message.clone(),
            };
            Ok(Some((message, outgoing)))
        })
    }

    /// About to send; `false` where it is not there to be sent any more.
    pub(crate) fn take(&self, id: i64, owner: &str, lease: Duration) -> Result<bool, ChatError> {
        let until = self.now() + lease;
        Ok(self.registry.write(|c| messages::take(c, id, owner, until))?)
    }

    /// Surely not sent.
    pub(crate) fn put_back(&self, id: i64) -> Result<bool, ChatError> {
        Ok(self.registry.write(|c| messages::put_back(c, id))?)
    }

    /// Still at it.
    pub(crate) fn hold(&self, id: i64, owner: &str, lease: Duration) -> Result<bool, ChatError> {
        let until = self.now() + lease;
        Ok(self.registry.write(|c| messages::hold(c, id, owner, until))?)
    }

    /// The server has it, the answer begins.
    pub(crate) fn begin(&self, outgoing: &Outgoing) -> Result<i64, ChatError> {
        let now = self.now();
        self.registry.write(|c| {
            messages::sent(c, outgoing.message_id, now)?;
            Ok(responses::begin(c, &outgoing.session_id, Some(outgoing.message_id), now)?)
        })
    }

    /// Adds pieces to a streaming answer: one commit for all of them.
    pub fn append_parts(&self, response_id: i64, deltas: &[Delta]) -> Result<(), ChatError> {
        let parts: Vec<_> = deltas.iter().map(Delta::part).collect();
        Ok(self.registry.write(|c| responses::append(c, response_id, &parts))?)
    }

    /// The answer and its message come to their end together; gives how the answer stands.
    pub(crate) fn end(
        &self,
        outgoing: &Outgoing,
        response_id: i64,
        status: ResponseStatus,
        reason: Option<&str>,
    ) -> Result<ResponseStatus, ChatError> {
        let now = self.now();
        let id = outgoing.message_id;
        self.registry.write(|c| {
            // Stopped from elsewhere (`sanctumctl`, another window) while the last pieces came.
            let stopped = messages::get(c, id)?.is_some_and(|m| m.state == MessageState::Cancelled);
            let status = if stopped { ResponseStatus::Cancelled } else { status };
            match status {
                ResponseStatus::Done => drop(messages::answered(c, id, now)?),
                ResponseStatus::Cancelled => drop(messages::cancelled(c, id)?),
                _ => drop(messages::failed(c, id, INTERRUPTED, reason.unwrap_or(LOST))?),
            }
            match responses::finish(c, response_id, status, reason, now) {
                // The conversation was cleared meanwhile: there is nothing left to end.
                Ok(_) | Err(RegistryError::NotFound { .. }) => {}
                Err(other) => return Err(other.into()),
            }
            web_chat::touch(c, &outgoing.session_id, now)?;
            Ok(status)
        })
    }

    /// Not answered.
    pub(crate) fn fail(&self, id: i64, failure: &str, reason: &str) -> Result<bool, ChatError> {
        Ok(self.registry.write(|c| messages::failed(c, id, failure, reason))?)
    }
}

/// Ends the leases of a chat whose owners are gone. A message that was sent has no answer any more; one that was about to be
/// stays marked as such, for its server to be asked.
fn release(c: &Connection, session_id: &str, alive: &dyn Fn(&str) -> bool) -> Result<(), RegistryError> {
    let Some(first) = messages::next_direct(c, session_id)? else {
        return Ok(());
    };
    let Some(owner) = first.lease_owner.as_deref().filter(|owner| !alive(owner)) else {
        return Ok(());
    };
    if first.state == MessageState::Sent {
        messages::failed(c, first.id, INTERRUPTED, LOST)?;
    } else {
        messages::hold(c, first.id, owner, time::OffsetDateTime::UNIX_EPOCH)?;
    }
    Ok(())
}
