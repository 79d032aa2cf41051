//! A look inside Broca, and the bridge it fetches from.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Counts of Broca's own database.
#[tauri::command]
#[specta::specta]
pub async fn broca_view(app: App<'_>, uid: String) -> ApiResult<dto::BrocaView> {
    app.broca_view(&app.actor().await?, &uid).await
}

/// Broca's queue.
#[tauri::command]
#[specta::specta]
pub async fn broca_queue(
    app: App<'_>,
    uid: String,
    status: String,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::Page<dto::BrocaQueueRow>> {
    app.broca_queue(&app.actor().await?, &uid, &status, offset, limit).await
}

/// People Broca talks to.
#[tauri::command]
#[specta::specta]
pub async fn broca_people(
    app: App<'_>,
    uid: String,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::Page<dto::BrocaPerson>> {
    app.broca_people(&app.actor().await?, &uid, offset, limit).await
}

/// One of its conversations, the latest first.
#[tauri::command]
#[specta::specta]
pub async fn broca_lines(
    app: App<'_>,
    uid: String,
    person: u32,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::Page<dto::BrocaLine>> {
    app.broca_lines(&app.actor().await?, &uid, person, offset, limit).await
}

/// The plan of an action on Broca's queue; without ids on all it fits.
#[tauri::command]
#[specta::specta]
pub async fn broca_action_plan(
    app: App<'_>,
    uid: String,
    action: dto::BrocaAction,
    ids: Vec<u32>,
) -> ApiResult<dto::Plan> {
    app.broca_action_plan(&app.actor().await?, &uid, action, &ids).await
}

/// The bridge that Broca fetches from.
#[tauri::command]
#[specta::specta]
pub async fn bridge_state(app: App<'_>) -> ApiResult<dto::BridgeState> {
    app.bridge_state(&app.actor().await?).await
}
