//! What can go wrong, in words.

/// Why a log is not shown as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("The pattern cannot be read at character {place}: {why}.")]
    Pattern { place: usize, why: String },
    #[error("The text or pattern is too large.")]
    PatternTooLarge,
    #[error("The folder of the logs lies outside of where it may be: {0}")]
    Outside(String),
    #[error("The lines were replaced while they were read.")]
    Moved,
    #[error("The view was closed.")]
    Closed,
    #[error("The export was stopped.")]
    Stopped,
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
