//! Logs of instances, in windows of lines.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Opens a view over the logs of these instances.
#[tauri::command]
#[specta::specta]
pub async fn log_open(app: App<'_>, instances: Vec<String>, filter: dto::LogFilter) -> ApiResult<dto::LogView> {
    app.log_open(&app.actor().await?, &instances, &filter).await
}

/// Filters an open view anew.
#[tauri::command]
#[specta::specta]
pub async fn log_filter(app: App<'_>, view: String, filter: dto::LogFilter) -> ApiResult<dto::LogState> {
    app.log_filter(&app.actor().await?, &view, &filter).await
}

/// A window of its lines.
#[tauri::command]
#[specta::specta]
pub async fn log_page(app: App<'_>, view: String, offset: u32, limit: u32) -> ApiResult<dto::LogPage> {
    app.log_page(&app.actor().await?, &view, offset, limit).await
}

/// The line of the next or previous error or match; none where there is none.
#[tauri::command]
#[specta::specta]
pub async fn log_seek(
    app: App<'_>,
    view: String,
    seek: dto::LogSeek,
    text: String,
    from: u32,
) -> ApiResult<Option<u32>> {
    app.log_seek(&app.actor().await?, &view, seek, &text, from).await
}

/// Closes a view.
#[tauri::command]
#[specta::specta]
pub async fn log_close(app: App<'_>, view: String) -> ApiResult<()> {
    app.log_close(&view).await
}

/// Writes what the view shows to a file, with secrets covered.
#[tauri::command]
#[specta::specta]
pub async fn log_export_to(app: App<'_>, view: String, path: String) -> ApiResult<dto::LogExported> {
    app.log_export_to(&app.actor().await?, &view, &path).await
}

/// Stops a running export of a view; nothing of it is left.
#[tauri::command]
#[specta::specta]
pub async fn log_export_stop(app: App<'_>, view: String) -> ApiResult<bool> {
    app.log_export_stop(&app.actor().await?, &view).await
}
