//! The audit trail: who signed in, who changed what. Written beside the act; that it cannot be written undoes nothing.

use sanctum_registry::audit::{self, NewEntry};

use crate::open::Open;
use crate::{Actor, Via};

/// Adds a line. `target` is a change, an account or a session; never a value.
pub(crate) fn note(open: &Open, actor: Option<&Actor>, action: &str, target: &str) {
    let via = match actor.map_or(if open.env().exclusive { Via::App } else { Via::Cli }, |a| a.via) {
        Via::App => "app",
        Via::Cli => "cli",
    };
    let entry = NewEntry {
        at: open.env().now(),
        user_id: actor.map(|a| a.user_id),
        actor: actor.map_or("nobody", |a| a.name.as_str()),
        via,
        action,
        target,
        detail: None,
    };
    if let Err(error) = open.registry().write(|tx| audit::write(tx, &entry)) {
        eprintln!("The audit trail could not be written: {error}");
    }
}
