//! Secrets in files that are patched: which ones to keep out, and who can say them again.

use std::fmt;

use zeroize::Zeroizing;

/// A secret value that stands in a file before or after a patch, and the reference that is kept in its place.
///
/// Where the file spells the value in another way than the store holds it (an escaped one), seal that spelling under a
/// reference for which the [`Vault`] gives that spelling.
#[derive(Clone)]
pub struct Sealed {
    pub reference: String,
    pub value: Zeroizing<Vec<u8>>,
}

impl Sealed {
    /// An empty value hides nothing and is passed over.
    #[must_use]
    pub fn new(reference: &str, value: impl Into<Vec<u8>>) -> Sealed {
        Sealed { reference: reference.to_owned(), value: Zeroizing::new(value.into()) }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("reference", &self.reference).finish_non_exhaustive()
    }
}

/// Resolves references of sealed values. Called at most once for each reference in one apply, undo or recovery; may block.
pub trait Vault: Send + Sync {
    /// The value, or why it cannot be had, as the end of a sentence and without the value: "the keychain is locked".
    ///
    /// # Errors
    /// The reason in words.
    fn reveal(&self, reference: &str) -> Result<Vec<u8>, String>;
}
