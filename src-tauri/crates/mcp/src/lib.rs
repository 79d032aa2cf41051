//! Asks a tool server that speaks MCP which tools it has, and calls one.
//!
//! `rmcp` does the protocol; the way to the server is ours, because SMCP speaks the HTTP+SSE transport of 2024 that `rmcp` has
//! dropped (decision 016), and because everything that comes in is hostile: it is counted before it is read, limited in time,
//! size and number, and made fit to be shown ([`shown`]). Owns the words of what goes wrong, which never hold the key. Refuses
//! servers on other computers unless told otherwise, redirects, proxies, and whatever a server asks of its client. Keeps
//! nothing; programs it starts are ended with everybody in their group. Addresses, keys, environments and limits are passed in.

mod answer;
mod client;
mod form;
mod incoming;
mod link;
mod process;
mod sse;
mod stdio;
mod stream;
mod text;
mod tool;
mod trouble;

pub use answer::{Answer, MAX_TEXT};
pub use client::{Client, Server};
pub use form::check;
pub use text::{shown, shown_line};
pub use tool::{MAX_LIST, MAX_SCHEMA, MAX_TOOLS, Tool};
pub use trouble::Trouble;
