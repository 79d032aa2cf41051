//! The Letta server of an install: its address, the connection, and its agents beside those that are recorded here.
//!
//! Calls are made from here and never from the page. Reading asks the server each time; what changes something there is a
//! plan whose steps are looked at, acted, read back and undone like any other. What must exist there before a plan, or goes
//! after it, happens around it.

mod address;
mod around;
mod connection;
mod convert;
mod create;
mod leave;
mod lists;
mod memory;
mod mind;
mod plans;
mod remote;

pub(crate) use address::propose_own;
pub(crate) use around::{Around, is_clean, prepare};
pub(crate) use connection::{ADDRESS, Connection, forget, of};
pub(crate) use convert::trouble;
pub(crate) use plans::told;
pub(crate) use remote::{LETTA, There};
