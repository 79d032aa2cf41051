//! Settings of tools, modules and the app itself.

use sanctum_api::{ApiResult, dto};

use super::App;

/// What a draft comes to: problems, files, restarts. Nothing is planned.
#[tauri::command]
#[specta::specta]
pub async fn settings_check(app: App<'_>, target: String, edits: Vec<dto::SettingEdit>) -> ApiResult<dto::DraftCheck> {
    app.settings_check(&app.actor().await?, &target, &edits).await
}

/// The plan of a draft.
#[tauri::command]
#[specta::specta]
pub async fn settings_plan(app: App<'_>, target: String, edits: Vec<dto::SettingEdit>) -> ApiResult<dto::Plan> {
    app.settings_plan(&app.actor().await?, &target, &edits).await
}

/// Moves a value to a level above.
#[tauri::command]
#[specta::specta]
pub async fn settings_promote_plan(
    app: App<'_>,
    target: String,
    id: String,
    from: dto::Level,
    to: dto::Level,
) -> ApiResult<dto::Plan> {
    app.settings_promote_plan(&app.actor().await?, &target, &id, from, to).await
}

/// Searches all settings of all tools.
#[tauri::command]
#[specta::specta]
pub async fn settings_search(app: App<'_>, query: String, offset: u32, limit: u32) -> ApiResult<dto::SettingHits> {
    app.settings_search(&app.actor().await?, &query, offset, limit).await
}

/// Where a link to a setting leads.
#[tauri::command]
#[specta::specta]
pub async fn settings_find(app: App<'_>, link: String) -> ApiResult<dto::SettingPlace> {
    app.settings_find(&app.actor().await?, &link).await
}

/// Values that were changed, the latest first.
#[tauri::command]
#[specta::specta]
pub async fn settings_history(
    app: App<'_>,
    target: Option<String>,
    id: Option<String>,
    since: Option<String>,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::Page<dto::SettingChange>> {
    app.settings_history(&app.actor().await?, target.as_deref(), id.as_deref(), since.as_deref(), offset, limit).await
}

/// Puts one setting back to what it was before a change.
#[tauri::command]
#[specta::specta]
pub async fn settings_rollback_plan(
    app: App<'_>,
    change_id: String,
    target: String,
    id: String,
    level: dto::Level,
) -> ApiResult<dto::Plan> {
    app.settings_rollback_plan(&app.actor().await?, &change_id, &target, &id, level).await
}

/// Puts one file's settings back to what they were before a change.
#[tauri::command]
#[specta::specta]
pub async fn settings_rollback_file_plan(app: App<'_>, change_id: String, file: String) -> ApiResult<dto::Plan> {
    app.settings_rollback_file_plan(&app.actor().await?, &change_id, &file).await
}

/// All settings as text; secrets as references.
#[tauri::command]
#[specta::specta]
pub async fn settings_export(app: App<'_>) -> ApiResult<dto::SettingsExport> {
    app.settings_export(&app.actor().await?).await
}

/// The same, written to a file the operator chose.
#[tauri::command]
#[specta::specta]
pub async fn settings_export_to(app: App<'_>, path: String) -> ApiResult<dto::SettingsExport> {
    app.settings_export_to(&app.actor().await?, &path).await
}

/// The plan that takes settings from text.
#[tauri::command]
#[specta::specta]
pub async fn settings_import_plan(app: App<'_>, text: String) -> ApiResult<dto::Plan> {
    app.settings_import_plan(&app.actor().await?, &text).await
}

/// The same from a file the operator chose.
#[tauri::command]
#[specta::specta]
pub async fn settings_import_file_plan(app: App<'_>, path: String) -> ApiResult<dto::Plan> {
    app.settings_import_file_plan(&app.actor().await?, &path).await
}

/// Moves imported values of system and agents to their homes.
#[tauri::command]
#[specta::specta]
pub async fn settings_homes_plan(app: App<'_>) -> ApiResult<dto::Plan> {
    app.settings_homes_plan(&app.actor().await?).await
}

/// Files that were changed outside since they were written.
#[tauri::command]
#[specta::specta]
pub async fn drift_list(app: App<'_>) -> ApiResult<Vec<dto::DriftFile>> {
    app.drift_list(&app.actor().await?).await
}

/// The plan that settles a drifted file.
#[tauri::command]
#[specta::specta]
pub async fn drift_resolve_plan(app: App<'_>, file: String, choices: Vec<dto::DriftChoice>) -> ApiResult<dto::Plan> {
    app.drift_resolve_plan(&app.actor().await?, &file, &choices).await
}

/// What the person at the window prefers.
#[tauri::command]
#[specta::specta]
pub async fn preferences(app: App<'_>) -> ApiResult<dto::Preferences> {
    app.preferences(&app.actor().await?).await
}
