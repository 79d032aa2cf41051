//! What a store can refuse, told apart where a caller acts differently.

use crate::StoreState;
use std::path::PathBuf;
use std::time::Duration;

/// Why a secret could not be stored, read or removed. No variant holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The store is there but locked.
    #[error("The keychain is locked, so secrets can be neither read nor stored. Unlock it, then try again.")]
    Locked,
    /// There is no store.
    #[error(
        "No keychain answers in this session ({0}), so secrets can be neither read nor stored. Log in to a desktop that has one, or choose the encrypted file instead."
    )]
    Absent(String),
    /// The store refused this app.
    #[error(
        "The keychain refused access to this app, so the secret was neither read nor stored. Allow this app in the keychain's own settings, then try again."
    )]
    Denied,
    /// No answer in time.
    #[error("The keychain did not answer within {} s, so nothing is known of the secret. It may be waiting for an answer in another window: look for its prompt, then try again.", .0.as_secs_f32())]
    Slow(Duration),
    /// Nothing is stored under that reference.
    #[error(
        "No secret is stored under `{0}`: it was never set, or was removed in the keychain's own app. Set it again."
    )]
    NoSuchItem(String),
    /// The encrypted file needs a passphrase and none was given.
    #[error("The encrypted secrets file needs its passphrase. Enter it once per start.")]
    PassphraseNeeded,
    /// The passphrase does not open the file.
    #[error("The passphrase does not open the encrypted secrets file. Nothing was changed; try it again.")]
    WrongPassphrase,
    /// The file was altered or cut short since this app wrote it.
    #[error("The encrypted secrets file {} is damaged: {what}. Nothing was changed; restore it from a backup or set the secrets anew.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// A reference that cannot name an item.
    #[error("`{0}` cannot name a secret: a reference is 1 to 512 characters without control characters.")]
    BadReference(String),
    /// A value that no store can hold.
    #[error("The secret cannot be stored: {0}.")]
    BadValue(&'static str),
    /// `SANCTUM_SECRET_STORE` holds something else than a store's name.
    #[error(
        "SANCTUM_SECRET_STORE is `{0}`, which names no store. Set it to `os`, `file` or `memory`, or remove it for the OS keychain."
    )]
    UnknownKind(String),
    /// Anything else, in words that hold no value.
    #[error("The secret store failed: {0}. Try again; if it fails the same way, that has to be mended first.")]
    Failed(String),
}

impl SecretError {
    /// The state of the store that this error shows.
    pub fn state(&self) -> StoreState {
        match self {
            SecretError::Locked => StoreState::Locked,
            SecretError::Absent(_) => StoreState::Absent,
            SecretError::Denied => StoreState::Denied,
            SecretError::Slow(_) => StoreState::Slow,
            SecretError::PassphraseNeeded | SecretError::WrongPassphrase => StoreState::WrongPassphrase,
            SecretError::Damaged { .. } => StoreState::Damaged,
            SecretError::NoSuchItem(_)
            | SecretError::BadReference(_)
            | SecretError::BadValue(_)
            | SecretError::UnknownKind(_)
            | SecretError::Failed(_) => StoreState::Failed,
        }
    }
}
