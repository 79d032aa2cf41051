//! The app itself: its state, its window, files shown in the system's own programs.

use sanctum_api::{ApiResult, dto};

use super::{App, Screen};

/// What the window should show.
#[tauri::command]
#[specta::specta]
pub async fn app_state(app: App<'_>) -> ApiResult<dto::AppState> {
    app.state().await
}

/// The first themed paint is ready: show the window.
#[tauri::command]
#[specta::specta]
pub async fn app_ready(screen: Screen<'_>) -> ApiResult<()> {
    screen.reveal();
    Ok(())
}

/// Shows a file or folder of the install in Finder (or the file browser).
#[tauri::command]
#[specta::specta]
pub async fn app_show_path(app: App<'_>, screen: Screen<'_>, path: String) -> ApiResult<()> {
    let path = app.resolve_inside(&path).await?;
    screen.show_in_files(&path)
}

/// The link that the system handed to the app, once.
#[tauri::command]
#[specta::specta]
pub async fn app_take_link(links: tauri::State<'_, crate::links::Links>) -> ApiResult<Option<String>> {
    Ok(links.take())
}

/// Opens an install that has a registry, after asking nothing: the sign-in follows.
#[tauri::command]
#[specta::specta]
pub async fn install_open(app: App<'_>, path: String) -> ApiResult<dto::AppState> {
    app.install_open(&path).await
}

/// Leaves the open install (the wizard follows); nothing on disk changes.
#[tauri::command]
#[specta::specta]
pub async fn install_close(app: App<'_>) -> ApiResult<dto::AppState> {
    app.install_close().await
}

/// Copies what can be read of a damaged registry into a new one; the damaged file is kept.
#[tauri::command]
#[specta::specta]
pub async fn registry_salvage(app: App<'_>) -> ApiResult<dto::SalvageReport> {
    app.registry_salvage().await
}

/// Copies of the registry made before upgrades.
#[tauri::command]
#[specta::specta]
pub async fn registry_copies(app: App<'_>) -> ApiResult<Vec<dto::RegistryCopy>> {
    app.registry_copies().await
}

/// Puts a copy in the registry's place; what was there is kept.
#[tauri::command]
#[specta::specta]
pub async fn registry_restore(app: App<'_>, copy: String) -> ApiResult<dto::AppState> {
    app.registry_restore(&copy).await
}

/// Gives the passphrase of the encrypted secret file, once per start.
#[tauri::command]
#[specta::specta]
pub async fn secrets_unlock(app: App<'_>, passphrase: String) -> ApiResult<dto::SecretStoreInfo> {
    app.secrets_unlock(passphrase).await
}

/// Layout, modes, ports, registry, manifests and drift, read-only.
#[tauri::command]
#[specta::specta]
pub async fn doctor(app: App<'_>) -> ApiResult<Vec<dto::Finding>> {
    app.doctor(&app.actor().await?).await
}
