//! Plans that wait for the operator's word.

use sanctum_api::{ApiResult, dto};

use super::App;

/// Applies a plan that was shown; refused as stale when a target changed meanwhile.
#[tauri::command]
#[specta::specta]
pub async fn plan_apply(app: App<'_>, plan_id: String) -> ApiResult<dto::Receipt> {
    app.plan_apply(&app.actor().await?, &plan_id).await
}

/// Stops a plan that is being applied and takes back what it did.
#[tauri::command]
#[specta::specta]
pub async fn plan_cancel(app: App<'_>, plan_id: String) -> ApiResult<()> {
    app.plan_cancel(&plan_id).await
}

/// Forgets a plan that was only looked at.
#[tauri::command]
#[specta::specta]
pub async fn plan_discard(app: App<'_>, plan_id: String) -> ApiResult<()> {
    app.plan_discard(&plan_id).await
}
