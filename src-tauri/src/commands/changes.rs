//! Activity: the change sets and their undo.

use sanctum_api::{ApiResult, dto};

use super::App;

/// `filter` is `all`, `mine` or `cli`.
#[tauri::command]
#[specta::specta]
pub async fn changes_list(
    app: App<'_>,
    query: String,
    filter: String,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::Page<dto::ChangeRow>> {
    app.changes_list(&app.actor().await?, &query, &filter, offset, limit).await
}

#[tauri::command]
#[specta::specta]
pub async fn change_get(app: App<'_>, id: String) -> ApiResult<dto::ChangeDetail> {
    app.change_get(&app.actor().await?, &id).await
}

/// The plan that takes a change set back; refused with the conflicts where somebody changed a target since.
#[tauri::command]
#[specta::specta]
pub async fn change_undo_plan(app: App<'_>, id: String) -> ApiResult<dto::Plan> {
    app.change_undo_plan(&app.actor().await?, &id).await
}

/// What ⌘Z would take back.
#[tauri::command]
#[specta::specta]
pub async fn changes_last_undoable(app: App<'_>) -> ApiResult<Option<dto::ChangeRow>> {
    app.changes_last_undoable(&app.actor().await?).await
}

/// The change set that `redo` would bring back.
#[tauri::command]
#[specta::specta]
pub async fn changes_last_redoable(app: App<'_>) -> ApiResult<Option<dto::ChangeRow>> {
    app.changes_last_redoable(&app.actor().await?).await
}
