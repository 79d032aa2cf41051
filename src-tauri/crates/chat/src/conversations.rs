//! Conversations: opened, written to, read marks, search, clearing.
//!
//! Every call blocks on the registry for as long as one statement or commit takes; async callers wrap it.

use std::sync::Arc;

use sanctum_registry::{
    Registry,
    web_chat::{self, ChatSession},
    web_chat_entries::{self as entries, EntryRow, What},
    web_chat_images::{self as images, ChatImage},
    web_chat_messages::{self as messages, ChatMessage, MessageState, NewMessage, Route},
    web_chat_search::{self as search, Scope, SearchHit},
};
use time::OffsetDateTime;

use crate::{ChatError, Entry, page};

/// Current time, UTC.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// The longest message, in characters: what the bridge takes, so that a message can go either way.
pub const MESSAGE_LIMIT: usize = 10_000;

/// The conversations of one registry. Cheap to clone.
#[derive(Clone)]
pub struct Conversations {
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: Clock,
}

/// A conversation and how it stands for one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub session: ChatSession,
    /// The place up to which the account has read.
    pub read_to: i64,
    /// Answers beyond it; at most [`sanctum_registry::web_chat_entries::UNREAD_LIMIT`] are counted.
    pub unread: u32,
    /// The place of the last entry.
    pub last: Option<i64>,
}

/// A conversation in the list of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub session: ChatSession,
    pub unread: u32,
    /// Messages that wait or are with the other side.
    pub waiting: u32,
    /// Of these, the ones that are with the other side.
    pub in_hand: u32,
    pub latest: Option<Entry>,
}

impl Conversations {
    /// Conversations over this registry, by this clock.
    pub fn new(registry: Arc<Registry>, clock: Clock) -> Conversations {
        Conversations { registry, clock }
    }

    /// The registry it is kept in.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// What the clock says.
    pub fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    /// The one conversation of an account with an agent, begun where there is none.
    pub fn open_or_create(&self, user_id: i64, agent_id: i64) -> Result<Opened, ChatError> {
        let known = self.registry.read(|c| web_chat::main_of(c, user_id, agent_id))?;
        let session = match known {
            Some(session) => session,
            None => self.registry.write(|c| web_chat::open_main(c, user_id, agent_id, self.now()))?,
        };
        self.registry.read(|c| {
            Ok(Opened {
                read_to: entries::read_to(c, &session.id, user_id)?,
                unread: entries::unread(c, &session.id, user_id)?,
                last: entries::last(c, &session.id)?,
                session,
            })
        })
    }

    /// The conversation with this id.
    pub fn get(&self, session_id: &str) -> Result<Option<ChatSession>, ChatError> {
        Ok(self.registry.read(|c| web_chat::get_session(c, session_id))?)
    }

    /// The conversations of an account, the latest first, with their last entry.
    pub fn list(&self, user_id: i64) -> Result<Vec<Summary>, ChatError> {
        self.registry.read(|c| {
            let mut all = Vec::new();
            for session in web_chat::of_user(c, user_id)? {
                let latest = entries::before(c, &session.id, i64::MAX, 1)?.pop();
                all.push(Summary {
                    unread: entries::unread(c, &session.id, user_id)?,
                    waiting: messages::waiting(c, &session.id)?,
                    in_hand: messages::in_hand(c, &session.id)?,
                    latest: latest.map(|row| page::load(c, row)).transpose()?.flatten(),
                    session,
                });
            }
            Ok(all)
        })
    }

    /// Puts a message into the queue. `key` names it to its author: handed in twice, it is one message; the flag says
    /// whether it was put in now.
    ///
    /// # Errors
    /// [`ChatError::Empty`], [`ChatError::TooLong`], [`ChatError::NotFound`].
    pub fn append(
        &self,
        session_id: &str,
        text: &str,
        route: Route,
        key: &str,
    ) -> Result<(ChatMessage, bool), ChatError> {
        self.append_with(session_id, text, &[], route, key)
    }

    /// The same with pictures; then there need be no text.
    ///
    /// # Errors
    /// As [`Conversations::append`].
    pub fn append_with(
        &self,
        session_id: &str,
        text: &str,
        pictures: &[ChatImage],
        route: Route,
        key: &str,
    ) -> Result<(ChatMessage, bool), ChatError> {
        let length = text.chars().count();
        if text.trim().is_empty() && pictures.is_empty() {
            return Err(ChatError::Empty);
        }
        if length > MESSAGE_LIMIT {
            return Err(ChatError::TooLong { length, limit: MESSAGE_LIMIT });
        }
        let now = self.now();
        self.registry.write(|c| {
            let session = web_chat::get_session(c, session_id)?.ok_or(ChatError::NotFound { what: "conversation" })?;
            let new = NewMessage { session_id, text, user_id: session.user_id, route, key: Some(key) };
            let added = messages::add(c, &new, now)?;
            if added.1 {
                images::add(c, added.0.id, pictures)?;
            }
            web_chat::touch(c, session_id, now)?;
            Ok(added)
        })
    }

    /// The pictures that go with a message.
    pub fn pictures(&self, message_id: i64) -> Result<Vec<ChatImage>, ChatError> {
        Ok(self.registry.read(|c| images::of_message(c, message_id))?)
    }

    /// How many entries a conversation has, and the first one that the account has not read.
    pub fn extent(&self, session_id: &str, user_id: i64) -> Result<(u32, Option<i64>), ChatError> {
        Ok(self.registry.read(|c| {
            Ok::<_, sanctum_registry::RegistryError>((
                entries::count(c, session_id)?,
                entries::first_unread(c, session_id, user_id)?,
            ))
        })?)
    }

    /// The entry that is a message.
    pub fn entry_of(&self, message_id: i64) -> Result<Option<Entry>, ChatError> {
        self.entry(What::Message(message_id))
    }

    /// The entry that is an answer.
    pub fn entry_of_answer(&self, response_id: i64) -> Result<Option<Entry>, ChatError> {
        self.entry(What::Response(response_id))
    }

    fn entry(&self, what: What) -> Result<Option<Entry>, ChatError> {
        Ok(self.registry.read(|c| {
            let Some(seq) = entries::place(c, what)? else { return Ok(None) };
            page::load(c, EntryRow { seq, what })
        })?)
    }

    /// One message.
    pub fn message(&self, id: i64) -> Result<Option<ChatMessage>, ChatError> {
        Ok(self.registry.read(|c| messages::get(c, id))?)
    }

    /// Queues a message again that failed or was stopped; it keeps its place and goes `route`.
    ///
    /// # Errors
    /// [`ChatError::WrongState`] for any other message.
    pub fn resend(&self, message_id: i64, route: Route) -> Result<ChatMessage, ChatError> {
        self.moved(message_id, |c| messages::requeue(c, message_id, route))
    }

    /// Takes a message out of the queue; one that is being sent is stopped by [`crate::Stop::answer`] as well.
    ///
    /// # Errors
    /// [`ChatError::WrongState`] for a message that came to its end.
    pub fn cancel(&self, message_id: i64) -> Result<ChatMessage, ChatError> {
        self.moved(message_id, |c| messages::cancelled(c, message_id))
    }

    fn moved(
        &self,
        id: i64,
        step: impl FnOnce(&sanctum_registry::rusqlite::Connection) -> sanctum_registry::Result<bool>,
    ) -> Result<ChatMessage, ChatError> {
        self.registry.write(|c| {
            let before = messages::get(c, id)?.ok_or(ChatError::NotFound { what: "message" })?;
            if !step(c)? {
                return Err(ChatError::WrongState { state: word(before.state) });
            }
            messages::get(c, id)?.ok_or(ChatError::NotFound { what: "message" })
        })
    }

    /// Notes that an account has read up to this place.
    pub fn mark_read(&self, session_id: &str, user_id: i64, seq: i64) -> Result<u32, ChatError> {
        self.registry.write(|c| {
            if web_chat::get_session(c, session_id)?.is_none() {
                return Err(ChatError::NotFound { what: "conversation" });
            }
            if entries::read_to(c, session_id, user_id)? != seq {
                entries::set_read(c, session_id, user_id, seq)?;
            }
            Ok(entries::unread(c, session_id, user_id)?)
        })
    }

    /// Up to `limit` places where all words of `query` stand, the latest first, below `before` (none: from the end).
    pub fn search(
        &self,
        scope: Scope<'_>,
        query: &str,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<SearchHit>, ChatError> {
        Ok(self.registry.read(|c| search::search(c, scope, query, before.unwrap_or(i64::MAX), limit))?)
    }

    /// The place of the first entry at `at` or later, of the last one where none is later.
    pub fn place_at(&self, session_id: &str, at: OffsetDateTime) -> Result<Option<i64>, ChatError> {
        Ok(self.registry.read(|c| entries::at(c, session_id, at))?)
    }

    /// The place of a message.
    pub fn place_of(&self, message_id: i64) -> Result<Option<i64>, ChatError> {
        Ok(self.registry.read(|c| entries::place(c, What::Message(message_id)))?)
    }

    /// Takes away everything that was said, and gives how many messages and answers that were. It does not come back.
    pub fn clear(&self, session_id: &str) -> Result<(u32, u32), ChatError> {
        Ok(self.registry.write(|c| web_chat::clear(c, session_id))?)
    }
}

/// A state in a sentence.
fn word(state: MessageState) -> &'static str {
    match state {
        MessageState::Queued => "waiting",
        other => other.as_str(),
    }
}
