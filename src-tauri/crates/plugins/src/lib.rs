//! Plugins of the tools of a Sanctum: what a folder is, what it would add, what it reaches for, and how plugins depend on
//! each other.
//!
//! Owns the reading of plugin folders ([`read`]), the graph of what needs what ([`graph`]), the search for a culprit
//! ([`bisect`]) and what an author is given ([`new`], [`check`]). Reading never runs anything: what a
//! plugin says of itself by running is [`describe`]'s, after a person trusted exactly this content. Refuses to write into a
//! Sanctum: where plugins lie ([`place`]) is looked at, and changing it is a plan of others. Programs, folders and time limits
//! are passed in. Everything a plugin says is kept as data and goes through [`shown`] before a person sees it.

pub mod bisect;
pub mod blame;
pub mod bundle;
mod cage;
pub mod check;
pub mod describe;
mod finding;
pub mod graph;
mod lex;
pub mod new;
pub mod place;
pub mod profiles;
pub mod read;
mod text;

pub use finding::{Finding, Level};
pub use text::{shown, spelled};
