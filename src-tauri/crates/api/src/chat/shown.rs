//! Entries of a conversation as the window has them.

use sanctum_chat::{Entry, MARK, MessageState, Part, ResponseStatus, SearchHit, UNMARK};
use serde_json::Value;

use crate::dto::{ChatEntry, ChatHit, ChatPart, EntrySide, EntryState, PartKind};
use crate::stamps;

/// So much of the last entry stands in the list.
const LINE: usize = 120;

/// A place as it goes over the wire.
pub(super) fn place(seq: i64) -> u32 {
    u32::try_from(seq).unwrap_or(u32::MAX)
}

pub(super) fn entry(entry: &Entry) -> ChatEntry {
    match entry {
        Entry::Message { seq, message, pictures } => ChatEntry {
            seq: place(*seq),
            side: EntrySide::User,
            at: message.timestamp.map(stamps::rfc3339).unwrap_or_default(),
            state: match message.state {
                MessageState::Queued => EntryState::Queued,
                MessageState::Sent => EntryState::Sent,
                MessageState::Answered => EntryState::Answered,
                // It arrived; what is missing is its answer.
                MessageState::Failed if message.failure.as_deref() == Some("interrupted") => EntryState::Interrupted,
                MessageState::Failed => EntryState::Failed,
                MessageState::Cancelled => EntryState::Cancelled,
            },
            reason: message.reason.clone().or_else(|| match message.state {
                MessageState::Cancelled if message.attempts == 0 => {
                    Some("You took it out before it was sent.".to_owned())
                }
                MessageState::Cancelled => Some("You stopped it.".to_owned()),
                _ => None,
            }),
            text: message.message.clone(),
            parts: Vec::new(),
            message_id: Some(place(message.id)),
            attempts: message.attempts,
            images: pictures.clone(),
        },
        Entry::Response { seq, response } => {
            let parts: Vec<ChatPart> = response.parts.iter().map(part).collect();
            let said: Vec<&str> =
                parts.iter().filter(|part| part.kind == PartKind::Text).map(|part| part.text.as_str()).collect();
            ChatEntry {
                seq: place(*seq),
                side: EntrySide::Agent,
                at: response.row.timestamp.map(stamps::rfc3339).unwrap_or_default(),
                state: match response.row.status {
                    ResponseStatus::Streaming => EntryState::Streaming,
                    ResponseStatus::Done => EntryState::Done,
                    ResponseStatus::Failed => EntryState::Failed,
                    ResponseStatus::Cancelled => EntryState::Cancelled,
                    ResponseStatus::Interrupted => EntryState::Interrupted,
                },
                reason: response.row.reason.clone(),
                text: if said.is_empty() { response.row.response.clone() } else { said.join("\n\n") },
                parts,
                message_id: None,
                attempts: 0,
                images: Vec::new(),
            }
        }
    }
}

fn part(part: &Part) -> ChatPart {
    let text = |name: &str| part.payload.get(name).and_then(Value::as_str).map(str::to_owned);
    let kind = match part.kind.as_str() {
        "reasoning" => PartKind::Reasoning,
        "tool_call" => PartKind::ToolCall,
        "tool_return" => PartKind::ToolReturn,
        "error" => PartKind::Error,
        _ => PartKind::Text,
    };
    ChatPart {
        id: part.part.clone(),
        kind,
        text: text("text").unwrap_or_default(),
        name: text("name").filter(|name| !name.is_empty()),
        arguments: text("arguments"),
        ok: part.payload.get("ok").and_then(Value::as_bool),
    }
}

/// The begin of an entry in one line.
pub(super) fn line(entry: &ChatEntry) -> Option<String> {
    let words = entry.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(LINE).collect();
    if short.is_empty() { entry.images.first().map(|name| format!("Picture: {name}")) } else { Some(short) }
}

pub(super) fn hit(hit: &SearchHit, uid: String, agent: String) -> ChatHit {
    ChatHit {
        uid,
        agent,
        seq: place(hit.seq),
        side: if hit.asked { EntrySide::User } else { EntrySide::Agent },
        at: hit.timestamp.map(stamps::rfc3339).unwrap_or_default(),
        snippet: hit.snippet.split([MARK, UNMARK]).map(str::to_owned).collect(),
    }
}
