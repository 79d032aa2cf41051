//! What no draft writes, whichever door it came through: a password in plain text, or anything over a document that cannot
//! be read.
//!
//! Forms, imports, comparisons, promotions and putting back all pass here. Refuses by name; what is left goes on.

use std::collections::BTreeSet;

use sanctum_config::effective::holds_password;

use super::draft::Draft;
use super::propose::{Told, problem};
use super::snapshot::Snapshot;
use super::world::Home;

/// Takes out what must not be written and names it.
pub(crate) fn hold(draft: &mut Draft, snap: &Snapshot) {
    let found: Vec<_> = draft
        .told
        .iter()
        .filter_map(|one| why_not(snap, one).map(|(code, message)| problem(one, code, message, true)))
        .collect();
    let refused: BTreeSet<&str> = found.iter().map(|one| one.id.as_str()).collect();
    draft.told.retain(|one| !refused.contains(one.id.as_str()));
    for one in found {
        if !draft.problems.contains(&one) {
            draft.problems.push(one);
        }
    }
}

fn why_not(snap: &Snapshot, one: &Told) -> Option<(&'static str, String)> {
    if let Home::Instance(path) = &one.home
        && snap.world.instances.get(path).is_some_and(|own| own.broken)
    {
        return Some((
            "unreadable",
            format!(
                "What the registry keeps for `{path}` cannot be read, so nothing is written over it. Salvage the registry first."
            ),
        ));
    }
    let plain = one.stored.as_ref().filter(|stored| !stored.secret)?;
    holds_password(&plain.value).then(|| {
        (
            "invalid",
            format!(
                "{} holds a password, which would stand in plain text. Take the password out of it and set it as a secret.",
                one.title
            ),
        )
    })
}
