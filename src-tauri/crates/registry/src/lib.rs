//! The registry: `control/registry.db`, the one SQLite file that knows the users, agents, tools, settings, ports and changes.
//!
//! Owns the schema (numbered migrations), opening and checking the file, one file per table with plain functions on a
//! connection, accounts and sessions. Refuses to own what the values mean (crate `config`), secrets (crate `secrets`,
//! only their references are here), and the decision to write: configuration reaches these tables through crate
//! `change`, which journals it; only accounts' sign-in state, sessions, the names of secret items, the audit log,
//! what is said in chats and the card list are written directly.
//!
//! Instants are UTC text `YYYY-MM-DD HH:MM:SS` ([`stamp`]), which is what `CURRENT_TIMESTAMP` gives. Deviations from
//! `spec/registry-schema.md` are listed in `docs/registry.md`.

mod backup;
mod error;
mod fold;
mod header;
mod lists;
mod pages;
mod password;
mod recover;
mod registry;
mod row;
mod schema;
mod setting_steps;
mod sign_in;
mod stamp;

pub mod agent_configs;
pub mod agents;
pub mod audit;
pub mod cards;
pub mod changes;
pub mod configurations;
pub mod env_vars;
pub mod memberships;
pub mod meta;
pub mod module_events;
pub mod module_runs;
pub mod plugins;
pub mod ports;
pub mod secret_items;
pub mod settings_written;
pub mod system_config;
pub mod tool_instances;
pub mod tools;
pub mod user_map;
pub mod user_sessions;
pub mod users;
pub mod web_chat;
pub mod web_chat_entries;
pub mod web_chat_images;
pub mod web_chat_leases;
pub mod web_chat_messages;
pub mod web_chat_responses;
pub mod web_chat_search;

pub use agents::Viewer;
pub use backup::{Backup, backups, restore_backup};
pub use error::{ConstraintKind, RegistryError};
pub use fold::{fold, repair_mojibake};
pub use header::{is_blank, peek};
pub use recover::{Recovered, recover_copy};
pub use registry::Registry;
pub use rusqlite;
pub use schema::{LATEST, WRITABLE};
pub use stamp::{parse_stamp, stamp};
pub use user_sessions as sessions;
pub use users::Role;

/// What the functions of this crate return.
pub type Result<T, E = RegistryError> = std::result::Result<T, E>;
