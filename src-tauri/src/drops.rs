//! What was let go over the window. Only the shell knows paths: the page can ask for pictures among what was dropped last, and
//! for nothing else of the disk.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tauri::{DragDropEvent, Manager, WebviewWindow, WindowEvent};

/// More than anybody drops on a message.
const MOST: usize = 50;

/// The paths of the last drop, until somebody asks.
#[derive(Default)]
pub struct Dropped(Mutex<Vec<PathBuf>>);

impl Dropped {
    fn put(&self, paths: &[PathBuf]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = paths.iter().take(MOST).cloned().collect();
    }

    /// Handed out once.
    pub fn take(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Remembers what is dropped on this window.
pub fn listen(window: &WebviewWindow) {
    let app = window.app_handle().clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
            app.state::<Dropped>().put(paths);
        }
    });
}
