//! The [`Store`] over the registry.

use std::sync::Arc;

use sanctum_registry::{
    Registry, RegistryError, stamp, web_chat,
    web_chat_leases::{self as leases, Counted, Handed, Rules, Wanted},
    web_chat_messages::{self as messages, NewMessage, Route},
    web_chat_responses::{self as responses, ChatResponse},
};
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::{Asker, Clock, Inbox, MESSAGE_LIMIT, Posted, Store, StoreError, Swept, Taken};

/// The most answers given at once; who asks again with the last one's time gets the next.
const RESPONSES: u32 = 500;

/// Hears who asked for messages, and what was handed out.
type Asked = Box<dyn Fn(&Asker, &[Handed]) + Send + Sync>;

/// Tells what was said that a text is the answer to: who answers, in which chat, with what.
type Question = Box<dyn Fn(&Asker, &str, &str) -> Option<String> + Send + Sync>;

/// Chats in the registry.
pub struct RegistryStore {
    registry: Arc<Registry>,
    clock: Clock,
    rules: Rules,
    /// How long a session of a caller without an account is kept after it was last used.
    idle: Duration,
    /// Called with a session's id after an answer was stored in it.
    answered: Box<dyn Fn(&str) + Send + Sync>,
    /// Called with who asked for messages and what was handed out, nothing included.
    asked: Asked,
    question: Question,
}

impl RegistryStore {
    /// The lease must be longer than Broca works on one message (780 s by default): 900 s is a good one.
    pub fn new(
        registry: Arc<Registry>,
        clock: Clock,
        rules: Rules,
        answered: impl Fn(&str) + Send + Sync + 'static,
    ) -> RegistryStore {
        let (idle, answered) = (Duration::seconds(1800), Box::new(answered));
        let (asked, question): (Asked, Question) = (Box::new(|_, _| {}), Box::new(|_, _, _| None));
        RegistryStore { registry, clock, rules, idle, answered, asked, question }
    }

    /// Calls `asked` whenever somebody asks for messages, with what was handed out.
    #[must_use]
    pub fn on_asked(self, asked: impl Fn(&Asker, &[Handed]) + Send + Sync + 'static) -> RegistryStore {
        RegistryStore { asked: Box::new(asked), ..self }
    }

    /// Asks `question` what an answer that names no message is the answer to.
    #[must_use]
    pub fn told_by(
        self,
        question: impl Fn(&Asker, &str, &str) -> Option<String> + Send + Sync + 'static,
    ) -> RegistryStore {
        RegistryStore { question: Box::new(question), ..self }
    }

    /// The rules that fit Broca as it comes.
    pub fn usual_rules() -> Rules {
        Rules { lease: Duration::seconds(900), attempts: 20, repeat: Duration::seconds(120) }
    }

    /// The session, if it is one of the asker's.
    fn own(
        c: &sanctum_registry::rusqlite::Connection,
        session_id: &str,
        agent_id: Option<i64>,
    ) -> Result<Option<web_chat::ChatSession>, StoreError> {
        let found = web_chat::get_session(c, session_id)?;
        match (&found, agent_id) {
            (Some(session), Some(agent)) if session.agent_id != Some(agent) => Err(StoreError::NoSession),
            _ => Ok(found),
        }
    }
}

impl From<RegistryError> for StoreError {
    fn from(error: RegistryError) -> StoreError {
        match error {
            RegistryError::Locked => StoreError::Busy,
            other => StoreError::Failed(other.to_string()),
        }
    }
}

impl Store for RegistryStore {
    fn post(&self, session_id: &str, text: &str, agent_id: Option<i64>, address: &str) -> Result<Posted, StoreError> {
        let now = (self.clock)();
        self.registry.write(|c| {
            let known = RegistryStore::own(c, session_id, agent_id)?;
            if known.is_none() && agent_id.is_none() {
                return Err(StoreError::NoAgent);
            }
            let (session, new_session) = web_chat::open_guest(c, session_id, agent_id, Some(address), now)?;
            let new = NewMessage { session_id, text, user_id: session.user_id, route: Route::Bridge, key: None };
            let (message, _) = messages::add(c, &new, now)?;
            web_chat::touch(c, session_id, now)?;
            let uid = session.uid.unwrap_or_default();
            Ok(Posted { message_id: message.id, uid, new_session, timestamp: stamp(now) })
        })
    }

    fn inbox(
        &self,
        asker: &Asker,
        limit: u32,
        offset: u32,
        since: Option<OffsetDateTime>,
    ) -> Result<Inbox, StoreError> {
        let now = (self.clock)();
        let wanted = Wanted { agent_id: asker.agent_id, owner: &asker.name, since, limit, offset };
        // A poll that finds nothing writes nothing: 720 of them an hour must not keep the disk awake.
        if self.registry.read(|c| leases::nothing_waits(c, asker.agent_id, now))? {
            (self.asked)(asker, &[]);
            return Ok(Inbox { messages: Vec::new(), total: 0 });
        }
        let (messages, total) = self.registry.write(|c| leases::hand_out(c, &wanted, &self.rules, now))?;
        (self.asked)(asker, &messages);
        Ok(Inbox { messages, total })
    }

    fn answer(
        &self,
        asker: &Asker,
        session_id: &str,
        text: &str,
        message_id: Option<i64>,
    ) -> Result<Taken, StoreError> {
        let now = (self.clock)();
        // A message that failed comes again after later ones, so the order of answers alone would tell wrong.
        let words = if message_id.is_none() { (self.question)(asker, session_id, text) } else { None };
        let taken = self.registry.write(|c| {
            if RegistryStore::own(c, session_id, asker.agent_id)?.is_none() {
                return Err(StoreError::NoSession);
            }
            let message_id = match &words {
                Some(words) => leases::of_words(c, session_id, words)?,
                None => message_id,
            };
            match leases::answer(c, session_id, text, message_id, &self.rules, now) {
                Ok(answer) => Ok(Taken {
                    response_id: answer.response_id,
                    timestamp: stamp(now),
                    fresh: answer.fresh,
                    session_id: session_id.to_owned(),
                }),
                Err(RegistryError::NotFound { .. }) => Err(StoreError::NoMessage),
                Err(other) => Err(other.into()),
            }
        })?;
        if taken.fresh {
            (self.answered)(session_id);
        }
        Ok(taken)
    }

    fn responses(&self, session_id: &str, since: Option<OffsetDateTime>) -> Result<Vec<ChatResponse>, StoreError> {
        Ok(self.registry.read(|c| responses::since(c, session_id, since, RESPONSES))?)
    }

    fn sessions(
        &self,
        asker: &Asker,
        limit: u32,
        offset: u32,
        active: bool,
    ) -> Result<(Vec<Counted>, u32), StoreError> {
        let since = active.then(|| (self.clock)() - Duration::days(1));
        Ok(self.registry.read(|c| leases::sessions(c, asker.agent_id, since, limit, offset))?)
    }

    fn config(&self) -> Map<String, Value> {
        let config = json!({
            "max_message_length": MESSAGE_LIMIT, "session_timeout": self.idle.whole_seconds(),
            "lease_seconds": self.rules.lease.whole_seconds(), "max_attempts": self.rules.attempts,
        });
        config.as_object().cloned().unwrap_or_default()
    }

    fn sweep(&self, asker: &Asker, all: bool) -> Result<Swept, StoreError> {
        let now = (self.clock)();
        let before = if all { now + Duration::days(1) } else { now - self.idle };
        self.registry.write(|c| {
            let mut swept = Swept::default();
            for id in leases::idle_guests(c, asker.agent_id, before)? {
                let (messages, responses) = web_chat::remove(c, &id)?;
                swept.sessions += 1;
                swept.messages += messages;
                swept.responses += responses;
            }
            Ok(swept)
        })
    }
}
