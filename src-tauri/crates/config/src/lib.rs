//! Settings as data: what a module's `.env` says, what each level sets, which value wins and why.
//!
//! Pure: no file, clock, environment or network is touched here; bytes and layers come in, bytes and rows go
//! out. Owns the lossless `.env` patcher (DESIGN section 4), layered resolution with provenance (section 2),
//! reading of `config_schema` documents and the rows of a settings table. Refuses to execute, expand or
//! guess: what cannot be read is listed with its line and kept as it is.

#![forbid(unsafe_code)]

pub mod effective;
pub mod env;
pub mod resolve;
pub mod schema;

pub use effective::{
    Said, SettingRow, Shown, layer_from_env, layer_from_env_at, layer_of_defaults, looks_secret, rows,
};
pub use env::{Entry, EnvError, EnvFile, Quoting, Unquotable, Unreadable, is_key, quote};
pub use resolve::{Effective, Layer, Level, Link, Place, chain_at, document, outcome, resolve, resolve_for_user};
pub use schema::{Field, Finding, Schema, Ty};
