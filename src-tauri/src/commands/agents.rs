//! The agent list.

use sanctum_api::{ApiResult, dto};

use super::App;

#[tauri::command]
#[specta::specta]
pub async fn agents_list(app: App<'_>, query: String, offset: u32, limit: u32) -> ApiResult<dto::Page<dto::AgentRow>> {
    app.agents_list(&app.actor().await?, &query, offset, limit).await
}

#[tauri::command]
#[specta::specta]
pub async fn agent_get(app: App<'_>, uid: String) -> ApiResult<dto::AgentDetail> {
    app.agent_get(&app.actor().await?, &uid).await
}

#[tauri::command]
#[specta::specta]
pub async fn agent_modules(app: App<'_>) -> ApiResult<Vec<dto::CatalogueModule>> {
    app.agent_modules(&app.actor().await?).await
}

#[tauri::command]
#[specta::specta]
pub async fn agent_check_name(app: App<'_>, name: String) -> ApiResult<dto::NameVerdict> {
    app.agent_check_name(&app.actor().await?, &name).await
}

#[tauri::command]
#[specta::specta]
pub async fn agent_add_plan(app: App<'_>, draft: dto::AgentDraft) -> ApiResult<dto::Plan> {
    app.agent_add_plan(&app.actor().await?, &draft).await
}

#[tauri::command]
#[specta::specta]
pub async fn agent_remove_plan(app: App<'_>, uid: String) -> ApiResult<dto::Plan> {
    app.agent_remove_plan(&app.actor().await?, &uid).await
}
