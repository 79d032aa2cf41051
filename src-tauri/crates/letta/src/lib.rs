//! Asks a Letta server whether it is there, which one it is, and whether the password is right.
//!
//! Owns the wire of that question and the plain words of its answer. Keeps no connection, stores nothing,
//! follows no redirect to another host, uses no proxy, sends no `Origin` header (the Letta Code app server
//! refuses requests that carry one), and never puts the password into a text.

#![forbid(unsafe_code)]

mod outcome;
mod probe;
mod target;
mod wire;

pub use outcome::{Flavour, Outcome, Probe};
pub use probe::{BadUrl, check_url, probe};
