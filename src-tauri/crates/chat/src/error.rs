//! What callers of this crate can tell apart.

use sanctum_registry::RegistryError;

/// Why something could not be done with a conversation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChatError {
    /// The message or conversation is not there.
    #[error("There is no such {what}. It may have been cleared. Refresh and try again.")]
    NotFound { what: &'static str },
    /// Nothing, or only white space.
    #[error("The message is empty. Nothing was sent. Write something first.")]
    Empty,
    /// Longer than the bridge's callers may send.
    #[error(
        "The message has {length} characters, {limit} are possible. Nothing was sent. Make it shorter, or send it in parts."
    )]
    TooLong { length: usize, limit: usize },
    /// The message is in a state in which this cannot be done.
    #[error("The message is {state} already. Nothing was changed.")]
    WrongState { state: &'static str },
    /// The registry refused.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// Broca's database could not be read.
    #[error(transparent)]
    Broca(#[from] crate::broca::BrocaError),
    /// An export could not be written.
    #[error("The conversation could not be written: {0}. Choose another place and try again.")]
    Export(#[from] std::io::Error),
    /// The thread that did the work ended early.
    #[error("The work was ended before it was done. Try again.")]
    Ended,
}
