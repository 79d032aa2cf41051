//! Python interpreters and environments.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Interpreters and environments as they are.
#[tauri::command]
#[specta::specta]
pub async fn python_view(app: App<'_>) -> ApiResult<dto::PythonView> {
    app.python_view(&app.actor().await?).await
}

/// Checks one environment thoroughly.
#[tauri::command]
#[specta::specta]
pub async fn python_check(app: App<'_>, env: String) -> ApiResult<dto::PythonEnv> {
    app.python_check(&app.actor().await?, &env).await
}

/// Stops a running check of an environment.
#[tauri::command]
#[specta::specta]
pub async fn python_check_stop(app: App<'_>, env: String) -> ApiResult<bool> {
    app.python_check_stop(&app.actor().await?, &env).await
}

/// The text of an environment's pins.
#[tauri::command]
#[specta::specta]
pub async fn python_pins(app: App<'_>, env: String) -> ApiResult<dto::PythonPins> {
    app.python_pins(&app.actor().await?, &env).await
}

/// What a change would do.
#[tauri::command]
#[specta::specta]
pub async fn python_try(app: App<'_>, env: String, change: dto::PythonChange) -> ApiResult<dto::PythonTry> {
    app.python_try(&app.actor().await?, &env, &change).await
}

/// Stops what is being tried of an environment.
#[tauri::command]
#[specta::specta]
pub async fn python_try_stop(app: App<'_>, env: String) -> ApiResult<bool> {
    app.python_try_stop(&app.actor().await?, &env).await
}

/// The plan of a change.
#[tauri::command]
#[specta::specta]
pub async fn python_plan(app: App<'_>, env: String, change: dto::PythonChange) -> ApiResult<dto::Plan> {
    app.python_plan(&app.actor().await?, &env, &change).await
}

/// What differs between the environment and one that was kept.
#[tauri::command]
#[specta::specta]
pub async fn python_diff(app: App<'_>, env: String, kept: String) -> ApiResult<Vec<dto::PythonMove>> {
    app.python_diff(&app.actor().await?, &env, &kept).await
}

/// The plan of putting a kept environment back.
#[tauri::command]
#[specta::specta]
pub async fn python_rollback_plan(app: App<'_>, env: String, kept: String) -> ApiResult<dto::Plan> {
    app.python_rollback_plan(&app.actor().await?, &env, &kept).await
}
