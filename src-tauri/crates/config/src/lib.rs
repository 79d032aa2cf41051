//! Settings as data: what a module's `.env` says, what each level sets, which value wins and why.
//!
//! Pure: no file, clock, environment or network is touched here; bytes and layers come in, bytes and rows go
//! out. Owns the lossless patchers of `.env` and JSON settings files (DESIGN section 4), layered resolution with
//! provenance (section 2), reading of `config_schema` documents and checking against them, the rows of a settings
//! table, three-way verdicts and the exchange file. Refuses to execute, expand, fetch or guess: what cannot be read
//! is listed with its line and kept as it is.

#![forbid(unsafe_code)]

mod check;
pub mod effective;
pub mod env;
pub mod exchange;
pub mod jsonfile;
pub mod merge;
pub mod resolve;
pub mod schema;
pub mod text;
mod validate;

pub use check::check_field;
pub use effective::{
    Said, SettingRow, Shown, layer_from_env, layer_from_env_at, layer_of_defaults, looks_secret, rows,
};
pub use env::{Entry, EnvError, EnvFile, Quoting, Unquotable, Unreadable, is_key, quote};
pub use exchange::{Exchange, ExchangeFault, Told};
pub use jsonfile::{JsonFault, JsonFile};
pub use merge::{Verdict, three_way};
pub use resolve::{
    Effective, Layer, Level, Link, Place, chain_at, document, outcome, resolve, resolve_for_user, winners,
};
pub use schema::{Field, Finding, KeyTest, PathKind, Schema, TestKind, Ty};
pub use text::{from_env, to_env};
pub use validate::{Problem, Validator};
