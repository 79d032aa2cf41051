//! From hunks back to bytes, with secrets filled in.
//!
//! Nothing here writes; whoever does compares the hash of what this gives with the one the plan recorded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

use super::{Hunk, Piece, Vault};
use crate::ChangeError;

/// The secrets of one apply or recovery: each is asked for once, and forgotten with it.
pub(crate) struct Secrets {
    vault: Option<Arc<dyn Vault>>,
    known: Mutex<BTreeMap<String, Zeroizing<Vec<u8>>>>,
}

impl Secrets {
    pub(crate) fn new(vault: Option<Arc<dyn Vault>>) -> Secrets {
        Secrets { vault, known: Mutex::default() }
    }

    /// Asks for all secrets of `hunks`, so that a missing one is known before anything is written.
    ///
    /// # Errors
    /// [`ChangeError::SecretUnavailable`] for the first that cannot be had.
    pub(crate) fn gather(&self, hunks: &[Hunk]) -> Result<(), ChangeError> {
        hunks.iter().flat_map(Hunk::references).try_for_each(|reference| self.reveal(reference).map(drop))
    }

    fn reveal(&self, reference: &str) -> Result<Zeroizing<Vec<u8>>, ChangeError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known.get(reference) {
            return Ok(value.clone());
        }
        let unavailable = |reason: String| ChangeError::SecretUnavailable { reference: reference.to_owned(), reason };
        let vault = self.vault.as_ref().ok_or_else(|| unavailable("no secret store is open".to_owned()))?;
        let value = Zeroizing::new(vault.reveal(reference).map_err(unavailable)?);
        known.insert(reference.to_owned(), value.clone());
        Ok(value)
    }
}

/// `bytes` with what stands in each hunk's place replaced by its `after`; `None` where the hunks do not lie in `bytes`.
///
/// # Errors
/// [`ChangeError::SecretUnavailable`].
pub(crate) fn rebuild(
    bytes: &[u8],
    hunks: &[Hunk],
    secrets: &Secrets,
) -> Result<Option<Zeroizing<Vec<u8>>>, ChangeError> {
    let (mut built, mut at) = (Zeroizing::new(Vec::with_capacity(bytes.len())), 0);
    for hunk in hunks {
        let Some(same) = bytes.get(at..hunk.start_before) else {
            return Ok(None);
        };
        built.extend_from_slice(same);
        for piece in &hunk.after {
            match piece {
                Piece::Bytes(bytes) => built.extend_from_slice(bytes),
                Piece::Secret { reference } => built.extend_from_slice(&secrets.reveal(reference)?),
            }
        }
        at = hunk.start_before.saturating_add(hunk.len_before);
    }
    let Some(rest) = bytes.get(at..) else {
        return Ok(None);
    };
    built.extend_from_slice(rest);
    Ok(Some(built))
}
