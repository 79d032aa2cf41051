//! Sign-in, lock and sign-out of the operator. The session token never reaches the window.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Signs in; the session is kept in the secret store until sign-out or expiry.
#[tauri::command]
#[specta::specta]
pub async fn session_sign_in(app: App<'_>, username: String, password: String) -> ApiResult<dto::AppState> {
    app.sign_in(&username, password).await
}

/// Takes up the session of the last start, if it still holds.
#[tauri::command]
#[specta::specta]
pub async fn session_restore(app: App<'_>) -> ApiResult<dto::AppState> {
    app.restore_session().await
}

#[tauri::command]
#[specta::specta]
pub async fn session_sign_out(app: App<'_>) -> ApiResult<dto::AppState> {
    app.sign_out().await
}

#[tauri::command]
#[specta::specta]
pub async fn session_lock(app: App<'_>) -> ApiResult<dto::AppState> {
    app.lock().await
}

#[tauri::command]
#[specta::specta]
pub async fn session_unlock(app: App<'_>, password: String) -> ApiResult<dto::AppState> {
    app.unlock(password).await
}
