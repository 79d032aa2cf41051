//! The tool settings grid.

use sanctum_api::{ApiResult, dto};

use super::App;

#[tauri::command]
#[specta::specta]
pub async fn tools_tabs(app: App<'_>) -> ApiResult<Vec<dto::ToolTab>> {
    app.tools_tabs(&app.actor().await?).await
}

#[tauri::command]
#[specta::specta]
pub async fn tools_list(app: App<'_>, tab: String, query: String, offset: u32, limit: u32) -> ApiResult<dto::ToolPage> {
    app.tools_list(&app.actor().await?, &tab, &query, offset, limit).await
}

#[tauri::command]
#[specta::specta]
pub async fn tool_get(app: App<'_>, id: String) -> ApiResult<dto::ToolDetail> {
    app.tool_get(&app.actor().await?, &id).await
}

/// Measures the tool's status now.
#[tauri::command]
#[specta::specta]
pub async fn tool_probe(app: App<'_>, id: String) -> ApiResult<dto::ToolCard> {
    app.tool_probe(&app.actor().await?, &id).await
}
