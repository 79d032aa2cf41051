//! Secrets of settings: kept in the secret store under references, handed only to the process that needs them.
//!
//! A reference reads `agent/athena/AGENT_API_KEY#4f2a91`: level, owner, key, and a number, so that a value that is replaced stays
//! findable for undo. The registry holds references; which items were made here stands in `secret_items`. Refuses to show a
//! value to anybody but a process ([`App::secrets_exec`]) or the clipboard, after the password ([`App::secret_reveal`]).

mod change;
mod exec;
mod items;
mod plain;
mod status;
mod store;

pub(crate) use exec::handed;
pub(crate) use items::{Aside, NewSecret, account, group as group_of, put, settle, take_away};
pub(crate) use plain::secret_leaves;
pub(crate) use status::{answering, value};
pub(crate) use store::{Keyring, Unsealing};
