//! Instances of modules: list, start, stop, install, run by the system.

use sanctum_api::{ApiResult, dto};

use super::{App, Screen};

/// One window of the instances.
#[tauri::command]
#[specta::specta]
pub async fn modules_list(
    app: App<'_>,
    filter: dto::ModuleFilter,
    search: String,
    sort: dto::ModuleSort,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::ModulePage> {
    app.modules_list(&app.actor().await?, filter, &search, sort, offset, limit).await
}

/// One instance with its history.
#[tauri::command]
#[specta::specta]
pub async fn module_get(app: App<'_>, id: String) -> ApiResult<dto::ModuleDetail> {
    app.module_get(&app.actor().await?, &id).await
}

/// Measures one instance now.
#[tauri::command]
#[specta::specta]
pub async fn module_check(app: App<'_>, id: String) -> ApiResult<dto::ModuleRow> {
    app.module_check(&app.actor().await?, &id).await
}

/// Starts instances; without ids all that can be.
#[tauri::command]
#[specta::specta]
pub async fn modules_start(app: App<'_>, ids: Vec<String>) -> ApiResult<Vec<dto::ModuleOutcome>> {
    app.modules_start(&app.actor().await?, &ids).await
}

/// Stops instances; without ids all that run.
#[tauri::command]
#[specta::specta]
pub async fn modules_stop(app: App<'_>, ids: Vec<String>) -> ApiResult<Vec<dto::ModuleOutcome>> {
    app.modules_stop(&app.actor().await?, &ids).await
}

/// Stops and starts instances.
#[tauri::command]
#[specta::specta]
pub async fn modules_restart(app: App<'_>, ids: Vec<String>) -> ApiResult<Vec<dto::ModuleOutcome>> {
    app.modules_restart(&app.actor().await?, &ids).await
}

/// The plan of running an instance in this way.
#[tauri::command]
#[specta::specta]
pub async fn module_way_plan(app: App<'_>, id: String, way: dto::RunWay, at_login: bool) -> ApiResult<dto::Plan> {
    app.module_way_plan(&app.actor().await?, &id, way, at_login).await
}

/// The plan of installing an instance's code.
#[tauri::command]
#[specta::specta]
pub async fn module_install_plan(app: App<'_>, id: String, source: dto::ModuleSource) -> ApiResult<dto::Plan> {
    app.module_install_plan(&app.actor().await?, &id, &source).await
}

/// Shared services that can be added, or the modules that an agent could be given.
#[tauri::command]
#[specta::specta]
pub async fn modules_offered(app: App<'_>, agent: Option<String>) -> ApiResult<Vec<dto::ModuleOffer>> {
    app.modules_offered(&app.actor().await?, agent.as_deref()).await
}

/// The plan of adding a service, or a module to an agent.
#[tauri::command]
#[specta::specta]
pub async fn module_add_plan(app: App<'_>, name: String) -> ApiResult<dto::Plan> {
    app.module_add_plan(&app.actor().await?, &name).await
}

/// The plan of removing a module from its agent.
#[tauri::command]
#[specta::specta]
pub async fn module_remove_plan(app: App<'_>, id: String) -> ApiResult<dto::Plan> {
    app.module_remove_plan(&app.actor().await?, &id).await
}

/// Everything at one glance.
#[tauri::command]
#[specta::specta]
pub async fn overview(app: App<'_>) -> ApiResult<dto::Overview> {
    app.overview(&app.actor().await?).await
}

/// What quitting would leave behind.
#[tauri::command]
#[specta::specta]
pub async fn quit_state(app: App<'_>) -> ApiResult<dto::QuitState> {
    app.quit_state(&app.actor().await?).await
}

/// Does what was chosen, remembers it when asked to, and quits.
#[tauri::command]
#[specta::specta]
pub async fn quit_choose(app: App<'_>, screen: Screen<'_>, choice: dto::QuitChoice, remember: bool) -> ApiResult<()> {
    app.quit_choose(&app.actor().await?, choice, remember).await?;
    screen.quit();
    Ok(())
}
