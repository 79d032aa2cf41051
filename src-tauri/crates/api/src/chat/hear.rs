//! What happens while a message is delivered, as the window hears it.
//!
//! Only the account that a conversation belongs to is told, and only what is written down already.

use sanctum_chat::{Delta, Entry, Event};
use sanctum_registry::agents;

use super::{Chats, Known, shown};
use crate::dto::{ChatEvent, ChatHappening, PartKind, Status, StatusWord};
use crate::plan::lock;
use crate::stamps;

impl Chats {
    pub(super) fn hear(&self, event: &Event) {
        match event {
            Event::Sending { session_id, message_id } | Event::Cancelled { session_id, message_id } => {
                self.tell_message(session_id, *message_id);
            }
            Event::Away { session_id, message_id, words, .. } => {
                self.note_server(StatusWord::Off, &clause(words));
                self.tell_message(session_id, *message_id);
                if let Some(seq) = self.conversations.place_of(*message_id).ok().flatten() {
                    self.tell(session_id, shown::place(seq), ChatHappening::Waiting { reason: words.clone() });
                }
            }
            Event::Started { session_id, message_id, response_id } => {
                self.tell_message(session_id, *message_id);
                if let Some(entry) = self.conversations.entry_of_answer(*response_id).ok().flatten() {
                    let place = shown::place(entry.seq());
                    if let Some(known) = self.known(session_id) {
                        let known = Known { answer: Some((*response_id, place)), ..known };
                        lock(&self.known).insert(session_id.clone(), known);
                    }
                    self.tell_entry(session_id, &entry);
                }
            }
            Event::Parts { session_id, response_id, deltas } => self.parts(session_id, *response_id, deltas),
            Event::Finished { session_id, message_id, response_id, .. } => {
                if let Some(known) = lock(&self.known).get_mut(session_id) {
                    known.answer = None;
                }
                self.tell_message(session_id, *message_id);
                self.tell_answer(session_id, *response_id);
                self.changed();
            }
            Event::Failed { session_id, message_id, .. } => {
                self.tell_message(session_id, *message_id);
                self.changed();
            }
        }
    }

    fn parts(&self, session_id: &str, response_id: i64, deltas: &[Delta]) {
        let Some((_, place)) =
            self.known(session_id).and_then(|known| known.answer).filter(|(id, _)| *id == response_id)
        else {
            return self.tell_answer(session_id, response_id);
        };
        // How a tool came back is told with the whole entry: a piece of text cannot say whether it worked.
        if deltas.iter().any(|delta| matches!(delta, Delta::ToolReturn { .. })) {
            return self.tell_answer(session_id, response_id);
        }
        for delta in deltas {
            let (part, part_kind, name, delta) = match delta {
                Delta::Text { part, text } => (part, PartKind::Text, None, text),
                Delta::Reasoning { part, text } => (part, PartKind::Reasoning, None, text),
                Delta::ToolCall { part, name, arguments } => {
                    (part, PartKind::ToolCall, Some(name.clone()).filter(|name| !name.is_empty()), arguments)
                }
                Delta::ToolReturn { part, text, .. } => (part, PartKind::ToolReturn, None, text),
                Delta::Error { text } => (&String::new(), PartKind::Error, None, text),
            };
            let what = ChatHappening::Part { part: part.clone(), part_kind, name, delta: delta.clone() };
            self.tell(session_id, place, what);
        }
    }

    /// The answer to a conversation came over the bridge.
    pub(super) fn answered(&self, session_id: &str) {
        let page = self.conversations.page(session_id, sanctum_chat::At::Newest, 4);
        for entry in page.map(|page| page.entries).unwrap_or_default() {
            self.tell_entry(session_id, &entry);
        }
        self.changed();
    }

    pub(super) fn tell_message(&self, session_id: &str, message_id: i64) {
        if let Some(entry) = self.conversations.entry_of(message_id).ok().flatten() {
            self.tell_entry(session_id, &entry);
        }
    }

    fn tell_answer(&self, session_id: &str, response_id: i64) {
        if let Some(entry) = self.conversations.entry_of_answer(response_id).ok().flatten() {
            self.tell_entry(session_id, &entry);
        }
    }

    fn tell_entry(&self, session_id: &str, entry: &Entry) {
        self.tell(session_id, shown::place(entry.seq()), ChatHappening::Entry { entry: shown::entry(entry) });
    }

    fn tell(&self, session_id: &str, seq: u32, what: ChatHappening) {
        let Some(known) = self.known(session_id) else { return };
        if known.user_id.is_some() && known.user_id == *lock(&self.listener) {
            self.sink.chat(ChatEvent { uid: known.uid, seq, what });
        }
    }

    /// Whose a conversation is; read once.
    fn known(&self, session_id: &str) -> Option<Known> {
        if let Some(known) = lock(&self.known).get(session_id) {
            return Some(known.clone());
        }
        let session = self.conversations.get(session_id).ok()??;
        let agent = session.agent_id?;
        let row = self.conversations.registry().read(|c| agents::get(c, agent)).ok()??;
        let known = Known { uid: row.uid, user_id: session.user_id, answer: None };
        lock(&self.known).insert(session_id.to_owned(), known.clone());
        Some(known)
    }

    /// How the server was found to be just now.
    pub(super) fn note_server(&self, word: StatusWord, reason: &str) {
        let measured_at = Some(stamps::rfc3339(self.conversations.now()));
        let status = Status { word, reason: reason.to_owned(), evidence: Vec::new(), measured_at };
        let before = lock(&self.server).replace(status);
        if before.is_none_or(|before| before.word != word || before.reason != reason) {
            self.changed();
        }
    }
}

/// The first sentence as a clause that stands after a status word.
pub(super) fn clause(words: &str) -> String {
    words.split(". ").next().unwrap_or(words).trim_end_matches('.').replace('`', "")
}
