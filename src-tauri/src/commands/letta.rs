//! Agents in Letta, kept in step with those here.

use sanctum_api::{ApiResult, dto};

use super::App;

/// The Letta server, asked now.
#[tauri::command]
#[specta::specta]
pub async fn letta_state(app: App<'_>) -> ApiResult<dto::LettaState> {
    app.letta_state(&app.actor().await?).await
}

/// Models that can be chosen now.
#[tauri::command]
#[specta::specta]
pub async fn letta_models(app: App<'_>) -> ApiResult<dto::LettaModels> {
    app.letta_models(&app.actor().await?).await
}

/// Agents here and in Letta, and how they stand to each other.
#[tauri::command]
#[specta::specta]
pub async fn letta_agents(app: App<'_>) -> ApiResult<Vec<dto::LettaAgent>> {
    app.letta_agents(&app.actor().await?).await
}

/// The plan that sets the address and the password of the Letta server.
#[tauri::command]
#[specta::specta]
pub async fn letta_address_plan(app: App<'_>, url: String, password: Option<String>) -> ApiResult<dto::Plan> {
    app.letta_address_plan(&app.actor().await?, &url, password).await
}

/// The plan that adds an agent, here and in Letta.
#[tauri::command]
#[specta::specta]
pub async fn agent_create_plan(app: App<'_>, draft: dto::NewAgentDraft) -> ApiResult<dto::Plan> {
    app.agent_create_plan(&app.actor().await?, &draft).await
}

/// The plan that links an agent to one in Letta.
#[tauri::command]
#[specta::specta]
pub async fn agent_link_plan(app: App<'_>, uid: String, letta_id: String) -> ApiResult<dto::Plan> {
    app.agent_link_plan(&app.actor().await?, &uid, &letta_id).await
}

/// The plan that forgets the link; the agent in Letta stays.
#[tauri::command]
#[specta::specta]
pub async fn agent_unlink_plan(app: App<'_>, uid: String) -> ApiResult<dto::Plan> {
    app.agent_unlink_plan(&app.actor().await?, &uid).await
}

/// The plan that makes the missing Letta side of an agent.
#[tauri::command]
#[specta::specta]
pub async fn agent_make_plan(app: App<'_>, uid: String, side: dto::LettaSide) -> ApiResult<dto::Plan> {
    app.agent_make_plan(&app.actor().await?, &uid, &side).await
}

/// The plan that changes an agent.
#[tauri::command]
#[specta::specta]
pub async fn agent_edit_plan(app: App<'_>, uid: String, edit: dto::AgentEdit) -> ApiResult<dto::Plan> {
    app.agent_edit_plan(&app.actor().await?, &uid, &edit).await
}

/// The plan that makes a copy: modules, settings, and the Letta side where it can be copied.
#[tauri::command]
#[specta::specta]
pub async fn agent_clone_plan(app: App<'_>, uid: String, name: String) -> ApiResult<dto::Plan> {
    app.agent_clone_plan(&app.actor().await?, &uid, &name).await
}

/// The plan that puts an agent aside or back.
#[tauri::command]
#[specta::specta]
pub async fn agent_archive_plan(app: App<'_>, uid: String, archived: bool) -> ApiResult<dto::Plan> {
    app.agent_archive_plan(&app.actor().await?, &uid, archived).await
}

/// The plan that removes an agent, in Letta too where asked.
#[tauri::command]
#[specta::specta]
pub async fn agent_delete_plan(app: App<'_>, uid: String, in_letta: bool) -> ApiResult<dto::Plan> {
    app.agent_delete_plan(&app.actor().await?, &uid, in_letta).await
}

/// Memory, tools and context of an agent, read now.
#[tauri::command]
#[specta::specta]
pub async fn agent_mind(app: App<'_>, uid: String) -> ApiResult<dto::AgentMind> {
    app.agent_mind(&app.actor().await?, &uid).await
}

/// The plan that changes a memory block, or makes it where there is none of that label.
#[tauri::command]
#[specta::specta]
pub async fn agent_block_plan(app: App<'_>, uid: String, label: String, edit: dto::BlockEdit) -> ApiResult<dto::Plan> {
    app.agent_block_plan(&app.actor().await?, &uid, &label, &edit).await
}

/// The plan that detaches a memory block.
#[tauri::command]
#[specta::specta]
pub async fn agent_block_remove_plan(app: App<'_>, uid: String, label: String) -> ApiResult<dto::Plan> {
    app.agent_block_remove_plan(&app.actor().await?, &uid, &label).await
}

/// The plan that attaches or detaches a tool.
#[tauri::command]
#[specta::specta]
pub async fn agent_tool_plan(app: App<'_>, uid: String, tool_id: String, attach: bool) -> ApiResult<dto::Plan> {
    app.agent_tool_plan(&app.actor().await?, &uid, &tool_id, attach).await
}

/// Writes an agent's `.af` file; its size in KiB.
#[tauri::command]
#[specta::specta]
pub async fn agent_export_to(app: App<'_>, uid: String, path: String) -> ApiResult<u32> {
    app.agent_export_to(&app.actor().await?, &uid, &path).await
}

/// The plan that makes an agent of an `.af` file.
#[tauri::command]
#[specta::specta]
pub async fn agent_import_plan(app: App<'_>, path: String, name: String) -> ApiResult<dto::Plan> {
    app.agent_import_plan(&app.actor().await?, &path, &name).await
}
