//! The one error shape at the edge: code, message, hint, details (STYLE, Commands).
//!
//! A code exists where a consumer branches on it or a person searches for it; the message says what happened, the
//! hint what to do. Secrets never reach either: domain errors do not carry values.

use serde::{Deserialize, Serialize};
use specta::Type;

pub type ApiResult<T> = Result<T, ApiError>;

/// What went wrong, for a person and for a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Stable, e.g. `agent_name_taken`, `plan_stale`, `not_signed_in`.
    pub code: String,
    pub message: String,
    pub hint: String,
    /// Facts to copy: paths, targets, the system's own words.
    pub details: Vec<String>,
    /// How `sanctumctl` exits: 1 findings, 2 refused or bad input, 3 broken.
    #[serde(skip)]
    #[specta(skip)]
    pub exit: u8,
}

impl ApiError {
    /// Refused or bad input: the caller can do something about it.
    pub fn refused(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), hint: hint.into(), details: Vec::new(), exit: 2 }
    }

    /// Something of ours or of the system is broken.
    pub fn broken(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: 3, ..Self::refused(code, message, hint) }
    }

    /// Adds facts that a person may copy into a report.
    #[must_use]
    pub fn with_details(mut self, details: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.details.extend(details.into_iter().map(Into::into));
        self
    }
}
