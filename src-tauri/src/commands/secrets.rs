//! Secrets: set, clear, ask, try, copy. No command returns a value.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Asks the secret store about a tool's secrets.
#[tauri::command]
#[specta::specta]
pub async fn secrets_status(app: App<'_>, target: String) -> ApiResult<Vec<dto::SecretStatus>> {
    app.secrets_status(&app.actor().await?, &target).await
}

/// Stores a secret and records its reference.
#[tauri::command]
#[specta::specta]
pub async fn secret_set(
    app: App<'_>,
    target: String,
    id: String,
    level: dto::Level,
    value: String,
) -> ApiResult<dto::Receipt> {
    app.secret_set(&app.actor().await?, &target, &id, level, value).await
}

/// The plan that takes a secret out.
#[tauri::command]
#[specta::specta]
pub async fn secret_clear_plan(app: App<'_>, target: String, id: String, level: dto::Level) -> ApiResult<dto::Plan> {
    app.secret_clear_plan(&app.actor().await?, &target, &id, level).await
}

/// Tries a key against its service.
#[tauri::command]
#[specta::specta]
pub async fn secret_test(app: App<'_>, target: String, id: String) -> ApiResult<dto::Status> {
    app.secret_test(&app.actor().await?, &target, &id).await
}

/// Secrets that stand in files in plain text.
#[tauri::command]
#[specta::specta]
pub async fn secrets_plain(app: App<'_>) -> ApiResult<Vec<dto::PlainSecret>> {
    app.secrets_plain(&app.actor().await?).await
}

/// The plan that moves them to the secret store.
#[tauri::command]
#[specta::specta]
pub async fn secrets_move_plan(app: App<'_>, ids: Vec<String>) -> ApiResult<dto::Plan> {
    app.secrets_move_plan(&app.actor().await?, &ids).await
}

/// Puts a secret on the clipboard after the password, and takes it out again.
#[tauri::command]
#[specta::specta]
pub async fn secret_copy(
    app: App<'_>,
    clipboard: tauri::State<'_, crate::clipboard::Clipboard>,
    target: String,
    id: String,
    password: String,
) -> ApiResult<dto::Copied> {
    let secret = app.secret_reveal(&app.actor().await?, &target, &id, password).await?;
    clipboard.hold(secret).await
}
