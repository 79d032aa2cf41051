//! Doing a patch, and its inverse.
//!
//! Before anything is written both ways are known to work: the bytes that will stand there have the hash the plan recorded,
//! and taking them back gives the bytes that stand there now. So no patch removes a secret that could not be put back.

use super::{Hunk, Secrets, rebuild};
use crate::disk::{Disk, Place};
use crate::filestate::hash;
use crate::{Action, ChangeError, Conflict, RelPath};

/// The patch that takes `action` back; anything else is given back as it is.
pub(crate) fn inverse(action: Action) -> Action {
    match action {
        Action::PatchFile { path, before_hash, after_hash, before_mode, after_mode, before_len, after_len, hunks } => {
            Action::PatchFile {
                path,
                before_hash: after_hash,
                after_hash: before_hash,
                before_mode: after_mode,
                after_mode: before_mode,
                before_len: after_len,
                after_len: before_len,
                hunks: hunks.into_iter().map(Hunk::inverse).collect(),
            }
        }
        other => other,
    }
}

/// Patches the file, which the caller has found to be as `action` expects it, and to hold `there`.
pub(crate) fn apply(disk: &Disk, secrets: &Secrets, action: &Action, there: &[u8]) -> Result<(), ChangeError> {
    let Action::PatchFile { path, after_hash, after_mode, hunks, .. } = action else {
        return Ok(());
    };
    let wrong = |hunks: &[Hunk]| match hunks.iter().flat_map(Hunk::references).next() {
        Some(reference) => ChangeError::SecretUnavailable {
            reference: reference.to_owned(),
            reason: "the store holds another value for it than the file does".to_owned(),
        },
        None => unfit(path, "does not become what the plan says"),
    };
    let after = rebuild(there, hunks, secrets)?.ok_or_else(|| wrong(hunks))?;
    if hash(&after) != *after_hash {
        return Err(wrong(hunks));
    }
    let back: Vec<Hunk> = hunks.iter().cloned().map(Hunk::inverse).collect();
    match rebuild(&after, &back, secrets)? {
        Some(again) if *again == there => disk.write_file(&Place::of(path), &after, *after_mode, true),
        _ => Err(wrong(hunks)),
    }
}

fn unfit(path: &RelPath, what: &str) -> ChangeError {
    ChangeError::Stale { targets: vec![Conflict { target: path.to_string(), what: what.to_owned() }] }
}
