//! The first-run wizard's engine: probes that write nothing, one plan for everything, its apply, and what a crash leaves.
//!
//! The window and `sanctumctl setup` drive the same code. All answers come before the one plan, so that nothing is
//! written before it is confirmed and one undo takes everything back. `facts/setup-wizard.md`.

mod adopt;
mod answers;
mod apply;
mod bootstrap;
mod build;
mod ports;
mod probe;
pub(crate) mod rows;
mod sample;

use std::path::{Path, PathBuf};

use crate::AppEnv;

pub use answers::{default_draft, forget as forget_answers};
pub(crate) use answers::{module, resume, settle};
pub(crate) use apply::Setups;
pub(crate) use bootstrap::{refuse_emptied, settle_root};
pub(crate) use build::{LETTA_PASSWORD, layout_refused, new_agent};
pub(crate) use ports::{Seat, assign, holder, reserved};
pub(crate) use probe::{name_verdict, size};
pub(crate) use rows::{agent_rows, forget_agent_rows};

/// What happens where a port of the convention is held by somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortPolicy {
    /// The next free one is taken and the plan says so.
    Move,
    /// The plan is refused and the holder named.
    Refuse,
}

/// `~` and `~/…` as the operator's home; everything else as it is.
pub(crate) fn expand(env: &AppEnv, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => env.home.join(rest),
        None if path == "~" => env.home.clone(),
        None => Path::new(path).to_owned(),
    }
}
