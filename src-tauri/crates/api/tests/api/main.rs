//! The one door from the window's side: who may do what, what a session is, which plan may be applied, which codes come out.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

mod bridge;
mod broca;
mod chats;
mod guard;
mod joining;
mod letta_chat;
mod letta_moves;
mod letta_plans;
mod plans;
mod plugins;
mod python;
mod rights;
mod secrets;
mod sessions;
mod settings;
mod support;
mod troubles;
