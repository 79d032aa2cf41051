//! Where secret values live: the OS keychain, an encrypted file, or memory.
//!
//! Owns the [`Secret`] type, the [`SecretStore`] trait and its three stores (DESIGN sections 2 and 5). A store
//! is chosen once, in the open: [`kind_from_env`] refuses what it does not know and nothing here ever falls
//! back to another store. Refuses to know what a secret is for: callers pass a reference and get a value.
//! No error text, `Debug` output or health report contains a value.

#![forbid(unsafe_code)]

mod check;
mod error;
mod file;
mod health;
mod keychain;
mod memory;
mod secret;
mod store;

pub use error::SecretError;
pub use health::{StoreHealth, StoreState};
pub use secret::Secret;
pub use store::{DEFAULT_TIMEOUT, Kind, SecretStore, kind_from_env, open, service_name};
