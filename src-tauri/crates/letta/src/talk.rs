//! What is said to an agent and what comes back: a message to send, the events of an answer, pages of history.
//!
//! Texts are the agent's own, unescaped and unchecked: whoever shows them treats them as hostile. The last event of
//! an answer is always one of [`Event::Stopped`] and [`Event::Failed`], and there is exactly one of them.

use crate::trouble::Trouble;
use futures_util::Stream;
use std::pin::Pin;

/// A message to an agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserMessage {
    /// Its text.
    pub text: String,
    /// Pictures with it; only where [`crate::Features::images`] says so.
    pub images: Vec<Image>,
    /// The sender's own mark for it. A REST server keeps it and gives it back in the history, so that after a broken
    /// connection it can be told whether the message arrived.
    pub mark: Option<String>,
}

/// A picture in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its type, for instance `image/png`.
    pub media_type: String,
    /// Its bytes in base64.
    pub data: String,
}

/// The events of one answer. Dropping it closes the connection; the agent may go on until [`crate::Server::cancel`].
pub type Events = Pin<Box<dyn Stream<Item = Event> + Send>>;

/// One thing that happens while an agent answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// More of what it thinks.
    Reasoning {
        /// The message this belongs to.
        id: String,
        /// The next piece.
        delta: String,
    },
    /// More of what it says.
    Text {
        /// The message this belongs to.
        id: String,
        /// The next piece.
        delta: String,
    },
    /// It calls a tool; comes in pieces that share an `id`.
    ToolCall {
        /// The call.
        id: String,
        /// The tool; empty in all pieces but the first.
        name: String,
        /// The next piece of the arguments (JSON when all are put together).
        arguments: String,
    },
    /// A tool came back.
    ToolReturn {
        /// The call.
        id: String,
        /// Whether it worked.
        ok: bool,
        /// What it gave back.
        text: String,
    },
    /// What the answer cost.
    Usage(Usage),
    /// The answer is complete. Last event.
    Stopped {
        /// Why it ended.
        reason: Stop,
    },
    /// The answer is not complete and will not be. Last event.
    Failed {
        /// Why.
        trouble: Trouble,
        /// What it had said until then.
        so_far: String,
    },
}

/// Tokens of one answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of what the model read.
    pub prompt: u64,
    /// Of what it wrote.
    pub completion: u64,
    /// Steps it took.
    pub steps: u64,
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It had said what it had to say.
    EndOfTurn,
    /// Somebody stopped it.
    Cancelled,
    /// It took as many steps, or wrote as much, as it may.
    Limit,
    /// It waits for somebody to allow a tool.
    NeedsApproval,
    /// Another reason, in Letta's word.
    Other(String),
}

/// One entry of an agent's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Letta's identifier; entries of one step share it.
    pub id: String,
    /// When, as Letta writes it (ISO 8601).
    pub at: String,
    /// The sender's mark of a user's message, where one was sent and kept; see [`UserMessage::mark`].
    pub mark: Option<String>,
    /// What.
    pub part: Part,
}

/// What an entry of the history is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A user said something.
    User {
        /// The text.
        text: String,
        /// How many pictures came with it.
        images: usize,
    },
    /// The agent said something.
    Assistant {
        /// The text.
        text: String,
    },
    /// The agent thought something.
    Reasoning {
        /// The text; empty where the provider hides it.
        text: String,
    },
    /// The agent called a tool.
    ToolCall {
        /// The call.
        call: String,
        /// The tool.
        name: String,
        /// Its arguments as JSON.
        arguments: String,
    },
    /// A tool came back.
    ToolReturn {
        /// The call.
        call: String,
        /// Whether it worked.
        ok: bool,
        /// What it gave back.
        text: String,
    },
    /// A system prompt.
    System {
        /// The text.
        text: String,
    },
    /// Something else, in Letta's word.
    Other {
        /// Letta's word for it.
        kind: String,
    },
}

/// A page of history, oldest entry first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub messages: Vec<Message>,
    /// What to pass as `before` for the page before this one; `None` where there is certainly none. A REST server tells
    /// that only by an empty page.
    pub before: Option<String>,
}
