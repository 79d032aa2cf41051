//! Python environments that modules run in: reading them, judging their pins, building new ones, explaining what does not fit.
//!
//! Owns no folder of its own: an environment is looked at where it lies, and one that is to be is a command for a plan
//! ([`build::Build`]). It refuses to change anything in place; the only thing it writes are temporary folders of a dry run.
//! Time, paths, variables and the machine's kind are passed in. Finding interpreters is crate `install`'s.

mod arch;
pub mod attempt;
pub mod build;
mod command;
pub mod explain;
pub mod installer;
mod linux;
mod macos;
pub mod pins;
pub mod read;
pub mod thorough;
pub mod version;

pub use arch::Machine;
pub use installer::{Around, Tool};
pub use read::{Broken, Env, Package, State};

/// How a package differs between two environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its normalised name.
    pub name: String,
    /// `None` where it is new.
    pub from: Option<String>,
    /// `None` where it goes.
    pub to: Option<String>,
}

/// What changes from one set of packages (name and version) to another, by name.
#[must_use]
pub fn moves(from: &[(String, String)], to: &[(String, String)]) -> Vec<Move> {
    use std::collections::BTreeMap;
    let named = |all: &[(String, String)]| -> BTreeMap<String, String> {
        all.iter().map(|(name, version)| (pins::normalise(name), version.clone())).collect()
    };
    let (from, to) = (named(from), named(to));
    let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| Move { name: name.clone(), from: from.get(name).cloned(), to: to.get(name).cloned() })
        .filter(|moved| moved.from != moved.to)
        .collect()
}

/// Text of somebody else's on one line, without what would move a cursor.
#[must_use]
pub fn plain(text: &str) -> String {
    sanctum_foreign::block(text).replace('\t', " ").replace('\n', "")
}
