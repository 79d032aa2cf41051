//! What the api tells whoever listens: the window, or nobody.

use crate::dto::{ChangedEvent, ProgressEvent};

/// Receives events; implementations must not block for long, they are called from the work itself.
pub trait EventSink: Send + Sync {
    /// Something a view may show has changed.
    fn changed(&self, event: ChangedEvent);
    /// A running plan went on.
    fn progress(&self, event: ProgressEvent);
}

/// For callers that ask instead of listening.
pub struct Nobody;

impl EventSink for Nobody {
    fn changed(&self, _event: ChangedEvent) {}
    fn progress(&self, _event: ProgressEvent) {}
}
