//! Chats: conversations kept in the registry, the queue in front of an agent, and what Broca holds of them.
//!
//! Owns what a conversation is: messages and how far each came, answers in their parts, pages, unread, search, export;
//! the [`Pump`] that delivers what waits, in order and once; [`broca`], a reader of Broca's own database. Refuses to
//! know how an agent is reached (a [`Sender`] is given in), who may see what (crate `api`) and what a page looks like.
//! Chats are data: written directly, not by change sets.

#![forbid(unsafe_code)]

pub mod broca;
mod conversations;
mod deliver;
mod echo;
mod error;
mod export;
mod page;
mod pump;
mod sender;
mod stream;

pub use conversations::{Clock, Conversations, Opened, Summary};
pub use deliver::Recovered;
pub use echo::{ECHO_NAME, Echo};
pub use error::ChatError;
pub use export::ExportForm;
pub use page::{At, Entry, Page, Response};
pub use pump::{Event, Pace, Pump, Stop};
pub use sanctum_registry::{
    web_chat::ChatSession,
    web_chat_images::ChatImage,
    web_chat_messages::{ChatMessage, MessageState, Route},
    web_chat_responses::{Part, ResponseStatus},
    web_chat_search::Scope,
    web_chat_search::{MARK, SearchHit, UNMARK},
};
pub use sender::{Delta, Deltas, Outgoing, SendError, Sender, Taken};
