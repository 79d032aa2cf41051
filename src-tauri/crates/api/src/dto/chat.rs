//! Chats: the list, one conversation, what happens while an agent answers. Texts are the agent's own: hostile until shown safely.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::Status;

/// How an agent is talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ChatWay {
    /// This app asks Letta.
    Letta,
    /// Broca fetches from the bridge and answers there.
    Broca,
    /// The built-in echo. No model is behind it.
    Echo,
}

/// One agent in the chat list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatRow {
    pub uid: String,
    pub name: String,
    pub color: u32,
    /// A short text or emoji in place of the initial.
    pub avatar: Option<String>,
    pub status: Status,
    pub way: ChatWay,
    pub unread: u32,
    /// Messages that wait to be sent.
    pub waiting: u32,
    /// The agent answers now.
    pub answering: bool,
    /// Begin of the last entry, one line.
    pub last: Option<String>,
    /// RFC 3339 UTC.
    pub last_at: Option<String>,
}

/// What is known about one conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatState {
    pub row: ChatRow,
    /// How the other side was reached last: "Letta 0.11.7 answered in 12 ms".
    pub server: Status,
    /// Why nothing can be sent now, where it would not even wait; `None` otherwise.
    pub why_not: Option<String>,
    /// Pictures can go with a message.
    pub images: bool,
    /// Entries of the conversation.
    pub total: u32,
    /// First entry that was not read; `None` where all was.
    pub unread_from: Option<u32>,
    /// First and last day there is something of (`2026-11-25`).
    pub first_day: Option<String>,
    pub last_day: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EntrySide {
    User,
    Agent,
}

/// How far an entry came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// Waits to be sent.
    Queued,
    /// Is with the other side.
    Sent,
    Answered,
    Failed,
    Cancelled,
    /// Of an answer: is being written.
    Streaming,
    /// Of an answer: whole.
    Done,
    /// Of an answer: cut off by a crash or a broken connection; what came is here. Of a message: it arrived, and its answer was
    /// cut off.
    Interrupted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    Text,
    Reasoning,
    ToolCall,
    ToolReturn,
    Error,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatPart {
    /// Names it inside its entry; a tool's call and return share it.
    pub id: String,
    pub kind: PartKind,
    /// Text, reasoning, a tool's answer, or what went wrong.
    pub text: String,
    /// Of a tool call.
    pub name: Option<String>,
    /// Of a tool call: JSON as the agent wrote it.
    pub arguments: Option<String>,
    /// Of a tool return.
    pub ok: Option<bool>,
}

/// One line of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatEntry {
    /// Its place; entries are in this order.
    pub seq: u32,
    pub side: EntrySide,
    /// RFC 3339 UTC.
    pub at: String,
    pub state: EntryState,
    /// Why it failed or was cut off, and what to do.
    pub reason: Option<String>,
    /// What was said, as text.
    pub text: String,
    /// Of an answer: its parts in order. Empty where there is only the text.
    pub parts: Vec<ChatPart>,
    /// Of a message: give it back to send it again or to take it out.
    pub message_id: Option<u32>,
    /// How often it was handed out.
    pub attempts: u32,
    /// Names of pictures that went with it.
    pub images: Vec<String>,
}

/// Where a page is taken from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "at")]
pub enum ChatAnchor {
    Newest,
    Oldest,
    Before {
        seq: u32,
    },
    After {
        seq: u32,
    },
    /// Half of the page before it, half after it.
    Around {
        seq: u32,
    },
    /// From the begin of a day, `2026-11-25` (UTC).
    Day {
        day: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatPage {
    /// In order, oldest first.
    pub entries: Vec<ChatEntry>,
    pub more_before: bool,
    pub more_after: bool,
}

/// A picture that goes with a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatImage {
    pub name: String,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub media_type: String,
    /// Base64.
    pub data: String,
}

/// Pictures among files that were dropped, and a sentence for each that is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatPictures {
    pub images: Vec<ChatImage>,
    pub refused: Vec<String>,
}

/// A hit of the search in conversations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatHit {
    pub uid: String,
    pub agent: String,
    pub seq: u32,
    pub side: EntrySide,
    pub at: String,
    /// Text around the hit, in pieces; every second one is what was found.
    pub snippet: Vec<String>,
}

/// What happened in a conversation; sent while it happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct ChatEvent {
    pub uid: String,
    pub seq: u32,
    pub what: ChatHappening,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ChatHappening {
    /// A new entry, or one that is different as a whole now.
    Entry { entry: ChatEntry },
    /// A part goes on: append `delta` to the part's text (of a tool call: to its arguments).
    Part { part: String, part_kind: PartKind, name: Option<String>, delta: String },
    /// The queue's side: waits for the server and why.
    Waiting { reason: String },
}
