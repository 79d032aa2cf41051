//! Notifications of the system. The api says which changes are worth one.

use sanctum_api::dto::Notice;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// Shows one. Where the system shows none, the icon and the window still say it.
pub fn show(app: &AppHandle, notice: &Notice) {
    if let Err(error) = app.notification().builder().title(&notice.title).body(&notice.text).show() {
        eprintln!("A notification could not be shown: {error}.");
    }
}
