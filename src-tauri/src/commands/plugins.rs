//! Plugins of all tools.

use sanctum_api::{ApiResult, dto};

use super::App;

/// One window of all tools' plugins; filters stand in the text.
#[tauri::command]
#[specta::specta]
pub async fn plugins_list(
    app: App<'_>,
    query: String,
    sort: dto::PluginSort,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::PluginPage> {
    app.plugins_list(&app.actor().await?, &query, sort, offset, limit).await
}

/// One plugin with everything known of it.
#[tauri::command]
#[specta::specta]
pub async fn plugin_get(app: App<'_>, id: String) -> ApiResult<dto::PluginDetail> {
    app.plugin_get(&app.actor().await?, &id).await
}

/// The files of two states of a plugin, those that differ first.
#[tauri::command]
#[specta::specta]
pub async fn plugin_compare(app: App<'_>, of: dto::PluginComparison) -> ApiResult<Vec<dto::PluginFile>> {
    app.plugin_compare(&app.actor().await?, &of).await
}

/// One file of such a comparison, line by line.
#[tauri::command]
#[specta::specta]
pub async fn plugin_lines(app: App<'_>, of: dto::PluginComparison, path: String) -> ApiResult<dto::PluginFileLines> {
    app.plugin_lines(&app.actor().await?, &of, &path).await
}

/// What could be installed or updated.
#[tauri::command]
#[specta::specta]
pub async fn plugins_offered(app: App<'_>, query: String) -> ApiResult<Vec<dto::PluginOffer>> {
    app.plugins_offered(&app.actor().await?, &query).await
}

/// Brings a source into quarantine and reads it; nothing of it runs.
#[tauri::command]
#[specta::specta]
pub async fn plugin_inspect(app: App<'_>, source: dto::ModuleSource) -> ApiResult<dto::PluginInspection> {
    app.plugin_inspect(&app.actor().await?, &source).await
}

/// Runs `--describe` of what was read, by the operator's word.
#[tauri::command]
#[specta::specta]
pub async fn plugin_trust(app: App<'_>, inspection: String, dir: String) -> ApiResult<dto::PluginCandidate> {
    app.plugin_trust(&app.actor().await?, &inspection, &dir).await
}

/// Takes a source out of quarantine.
#[tauri::command]
#[specta::specta]
pub async fn plugin_discard(app: App<'_>, inspection: String) -> ApiResult<()> {
    app.plugin_discard(&app.actor().await?, &inspection).await
}

/// The plan of installing, or updating, what was read.
#[tauri::command]
#[specta::specta]
pub async fn plugin_install_plan(app: App<'_>, install: dto::PluginInstall) -> ApiResult<dto::Plan> {
    app.plugin_install_plan(&app.actor().await?, &install).await
}

/// The plan of removing a plugin.
#[tauri::command]
#[specta::specta]
pub async fn plugin_remove_plan(app: App<'_>, id: String, keep_settings: bool) -> ApiResult<dto::Plan> {
    app.plugin_remove_plan(&app.actor().await?, &id, keep_settings).await
}

/// The plan of putting an earlier version back.
#[tauri::command]
#[specta::specta]
pub async fn plugin_rollback_plan(app: App<'_>, id: String, hash: String) -> ApiResult<dto::Plan> {
    app.plugin_rollback_plan(&app.actor().await?, &id, &hash).await
}

/// The plan of switching a plugin on or off.
#[tauri::command]
#[specta::specta]
pub async fn plugin_enable_plan(app: App<'_>, id: String, on: bool) -> ApiResult<dto::Plan> {
    app.plugin_enable_plan(&app.actor().await?, &id, on).await
}

/// The plan of switching one tool of a plugin on or off.
#[tauri::command]
#[specta::specta]
pub async fn plugin_tool_plan(app: App<'_>, id: String, tool: String, on: bool) -> ApiResult<dto::Plan> {
    app.plugin_tool_plan(&app.actor().await?, &id, &tool, on).await
}

/// The plan of letting a plugin out of quarantine.
#[tauri::command]
#[specta::specta]
pub async fn plugin_release_plan(app: App<'_>, id: String) -> ApiResult<dto::Plan> {
    app.plugin_release_plan(&app.actor().await?, &id).await
}

/// What needs what.
#[tauri::command]
#[specta::specta]
pub async fn plugins_graph(app: App<'_>, tool: Option<String>) -> ApiResult<dto::PluginGraph> {
    app.plugins_graph(&app.actor().await?, tool.as_deref()).await
}

/// Begins to look for the plugin that breaks its tool.
#[tauri::command]
#[specta::specta]
pub async fn bisect_start(app: App<'_>, tool: String) -> ApiResult<dto::Bisect> {
    app.bisect_start(&app.actor().await?, &tool).await
}

/// Goes on: what was seen, or what the operator says.
#[tauri::command]
#[specta::specta]
pub async fn bisect_step(app: App<'_>, tool: String, bad: Option<bool>) -> ApiResult<dto::Bisect> {
    app.bisect_step(&app.actor().await?, &tool, bad).await
}

/// Ends it and puts everything back.
#[tauri::command]
#[specta::specta]
pub async fn bisect_stop(app: App<'_>, tool: String) -> ApiResult<dto::Bisect> {
    app.bisect_stop(&app.actor().await?, &tool).await
}

/// The tools of the running tool server, asked over MCP.
#[tauri::command]
#[specta::specta]
pub async fn mcp_tools(app: App<'_>) -> ApiResult<dto::McpTools> {
    app.mcp_tools(&app.actor().await?).await
}

/// Calls one of them.
#[tauri::command]
#[specta::specta]
pub async fn mcp_call(app: App<'_>, name: String, input: dto::Json) -> ApiResult<dto::McpAnswer> {
    app.mcp_call(&app.actor().await?, &name, &input).await
}

/// Whether Letta has the tools that the tool server offers.
#[tauri::command]
#[specta::specta]
pub async fn mcp_letta_tools(app: App<'_>) -> ApiResult<dto::LettaTools> {
    app.mcp_letta_tools(&app.actor().await?).await
}

/// Has Letta read the tools anew; what came of it in a sentence.
#[tauri::command]
#[specta::specta]
pub async fn mcp_refresh_letta(app: App<'_>) -> ApiResult<String> {
    app.mcp_refresh_letta(&app.actor().await?).await
}
