//! What the api tells the outside, sent to the window as typed events.

use sanctum_api::{EventSink, dto};
use tauri_specta::Event;

use crate::bindings::{Changed, Chat, Log, Measured, Progress};

/// Sends every event to the window; a window that is not there yet simply misses it and reads the state later.
pub struct ToWindow {
    handle: tauri::AppHandle,
}

impl ToWindow {
    pub fn new(handle: tauri::AppHandle) -> Self {
        Self { handle }
    }
}

impl EventSink for ToWindow {
    fn changed(&self, event: dto::ChangedEvent) {
        report(Changed(event).emit(&self.handle));
    }

    fn progress(&self, event: dto::ProgressEvent) {
        report(Progress(event).emit(&self.handle));
    }

    fn chat(&self, event: dto::ChatEvent) {
        report(Chat(event).emit(&self.handle));
    }

    fn log(&self, event: dto::LogEvent) {
        report(Log(event).emit(&self.handle));
    }

    fn overview(&self, event: dto::Overview) {
        crate::tray::show(&self.handle, &event);
        report(Measured(event).emit(&self.handle));
    }

    fn notice(&self, notice: dto::Notice) {
        crate::notices::show(&self.handle, &notice);
    }
}

fn report(sent: tauri::Result<()>) {
    if let Err(error) = sent {
        eprintln!("An event could not be sent to the window: {error}.");
    }
}
