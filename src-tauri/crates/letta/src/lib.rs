//! Talks to a Letta: whether one is there and which, what its agents are, what they remember, and what they say.
//!
//! Owns the wire of both products that carry the name, behind one trait ([`Server`]), and the plain words of their
//! answers and failures; tries a key where it belongs. Stores nothing, follows no redirect to another host, uses no
//! proxy, sends no `Origin` header (Letta Code's app server refuses requests that carry one), and never puts a
//! password, key or token into a text.

#![forbid(unsafe_code)]

mod agent;
mod app_server;
mod clean;
mod delta;
mod outcome;
mod probe;
mod rest;
mod server;
mod sse;
mod talk;
mod target;
mod trial;
mod trouble;
mod try_key;
mod wire;

pub use agent::{
    Agent, AgentChange, Block, BlockChange, Context, Model, Models, NewAgent, NewBlock, ServerTool, Tool, ToolServer,
};
pub use outcome::{Flavour, Outcome, Probe};
pub use probe::{BadUrl, check_url, probe, same_server};
pub use server::{Features, Patience, Refused, Server, Who, connect};
pub use talk::{Event, Events, Image, Message, Page, Part, Stop, Usage, UserMessage};
pub use trial::{KeyKind, KeyOutcome, KeyTrial};
pub use trouble::Trouble;
pub use try_key::try_key;
