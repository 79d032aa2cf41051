//! The registry: `control/registry.db`, the one SQLite file that knows the users, agents, tools, settings, ports and changes.
//!
//! Owns the schema (numbered migrations), opening and checking the file, one file per table with plain functions on a
//! connection, accounts and sessions. Refuses to own what the values mean (crate `config`), secrets (crate `secrets`,
//! only their references are here), and the decision to write: configuration reaches these tables through crate
//! `change`, which journals it; only accounts' sign-in state, sessions, the audit log and the card list are written directly.
//!
//! Instants are UTC text `YYYY-MM-DD HH:MM:SS` ([`stamp`]), which is what `CURRENT_TIMESTAMP` gives. Deviations from
//! `spec/registry-schema.md` are listed in `docs/registry.md`.

mod backup;
mod error;
mod header;
mod registry;
mod schema;
mod stamp;

pub mod meta;

pub use error::{ConstraintKind, RegistryError};
pub use registry::Registry;
pub use rusqlite;
pub use schema::{LATEST, WRITABLE};
pub use stamp::{parse_stamp, stamp};

/// What the functions of this crate return.
pub type Result<T, E = RegistryError> = std::result::Result<T, E>;
