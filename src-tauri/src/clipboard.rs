//! The system's clipboard, for one thing only: a secret that is put there after the password and taken out again.
//!
//! The value never crosses the page. It is marked so that clipboard managers keep no history of it, and it is taken out
//! after [`HELD_FOR`], or when the app ends, unless something else was copied since.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sanctum_api::{ApiError, ApiResult, Secret, dto};

/// How long a secret stays on the clipboard.
pub const HELD_FOR: Duration = Duration::from_secs(60);

/// The clipboard as this module needs it; tests bring their own.
pub trait Board: Send {
    /// Puts text there, kept out of histories where the system can.
    ///
    /// # Errors
    /// The system's own words.
    fn put(&mut self, text: &str) -> Result<(), String>;
    /// What is there now; `None` where it is no text or cannot be read.
    fn text(&mut self) -> Option<String>;
    /// Empties it.
    fn clear(&mut self);
}

/// What is held, and when it must go.
#[derive(Clone)]
pub struct Clipboard(Arc<Inner>);

struct Inner {
    /// Opened at the first use: it needs the window system.
    board: Mutex<Box<dyn Board>>,
    held: Mutex<Option<Secret>>,
    turn: AtomicU64,
    held_for: Duration,
}

impl Clipboard {
    /// Over the system's clipboard.
    #[must_use]
    pub fn system() -> Self {
        Self::over(Box::new(System(None)), HELD_FOR)
    }

    /// Over any board, with its own time; for tests.
    #[must_use]
    pub fn over(board: Box<dyn Board>, held_for: Duration) -> Self {
        Self(Arc::new(Inner { board: Mutex::new(board), held: Mutex::new(None), turn: AtomicU64::new(0), held_for }))
    }

    /// Puts the secret there and takes it out again after a while.
    ///
    /// # Errors
    /// `clipboard_failed` where the system has none or refuses.
    pub async fn hold(&self, secret: Secret) -> ApiResult<dto::Copied> {
        let this = self.clone();
        let put = tauri::async_runtime::spawn_blocking(move || this.put(secret)).await;
        let turn = put.map_err(|error| failed(&error.to_string()))?.map_err(|why| failed(&why))?;
        let this = self.clone();
        let held_for = self.0.held_for;
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(held_for).await;
            if this.0.turn.load(Ordering::SeqCst) == turn {
                let _gone = tauri::async_runtime::spawn_blocking(move || this.release()).await;
            }
        });
        Ok(dto::Copied { clears_in_s: u32::try_from(held_for.as_secs()).unwrap_or(u32::MAX) })
    }

    fn put(&self, secret: Secret) -> Result<u64, String> {
        let mut board = self.0.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.put(secret.expose())?;
        *self.0.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
        Ok(self.0.turn.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Takes the secret out where it is still there.
    pub fn release(&self) {
        let Some(secret) = self.0.held.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let mut board = self.0.board.lock().unwrap_or_else(PoisonError::into_inner);
        if board.text().is_some_and(|text| Secret::new(text).same_as(&secret)) {
            board.clear();
        }
    }
}

fn failed(why: &str) -> ApiError {
    ApiError::broken(
        "clipboard_failed",
        "The clipboard could not be used; nothing was copied.",
        "Try again, or replace the secret where it is needed.",
    )
    .with_details([why])
}

struct System(Option<arboard::Clipboard>);

impl System {
    fn open(&mut self) -> Result<&mut arboard::Clipboard, String> {
        match &mut self.0 {
            Some(_) => {}
            none => *none = Some(arboard::Clipboard::new().map_err(|error| error.to_string())?),
        }
        self.0.as_mut().ok_or_else(|| "it could not be opened".to_owned())
    }
}

impl Board for System {
    fn put(&mut self, text: &str) -> Result<(), String> {
        #[cfg(target_os = "macos")]
        use arboard::SetExtApple as _;
        #[cfg(target_os = "linux")]
        use arboard::SetExtLinux as _;
        self.open()?.set().exclude_from_history().text(text).map_err(|error| error.to_string())
    }

    fn text(&mut self) -> Option<String> {
        self.open().ok()?.get_text().ok()
    }

    fn clear(&mut self) {
        if let Ok(board) = self.open() {
            let _ = board.clear();
        }
    }
}
