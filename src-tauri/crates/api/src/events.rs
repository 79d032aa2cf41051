//! What the api tells whoever listens: the window, or nobody.

use crate::dto::{ChangedEvent, ChatEvent, LogEvent, Notice, Overview, ProgressEvent};

/// Receives events; implementations must not block for long, they are called from the work itself.
pub trait EventSink: Send + Sync {
    /// Something a view may show has changed.
    fn changed(&self, event: ChangedEvent);
    /// A running plan went on.
    fn progress(&self, event: ProgressEvent);
    /// Something happened in a conversation.
    fn chat(&self, event: ChatEvent);
    /// An open log has more to show.
    fn log(&self, _event: LogEvent) {}
    /// How everything does, after it was measured.
    fn overview(&self, _event: Overview) {}
    /// Something the person should hear of wherever they are.
    fn notice(&self, _notice: Notice) {}
}

/// For callers that ask instead of listening.
pub struct Nobody;

impl EventSink for Nobody {
    fn changed(&self, _event: ChangedEvent) {}
    fn progress(&self, _event: ProgressEvent) {}
    fn chat(&self, _event: ChatEvent) {}
}
