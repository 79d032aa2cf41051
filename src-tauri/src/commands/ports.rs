//! The ledger of ports beside what listens.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Who has which port, and who listens.
#[tauri::command]
#[specta::specta]
pub async fn ports_list(app: App<'_>) -> ApiResult<dto::PortsView> {
    app.ports_list(&app.actor().await?).await
}

/// The plan of giving an instance another port; without one the next that is free.
#[tauri::command]
#[specta::specta]
pub async fn port_move_plan(app: App<'_>, instance: String, port: Option<u32>) -> ApiResult<dto::Plan> {
    app.port_move_plan(&app.actor().await?, &instance, port).await
}
