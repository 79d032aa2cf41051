//! The wizard: probes that write nothing, one plan, its apply.

use sanctum_api::{ApiResult, dto};

use super::App;

#[tauri::command]
#[specta::specta]
pub async fn setup_defaults(app: App<'_>) -> ApiResult<dto::SetupDefaults> {
    app.setup_defaults().await
}

/// Looks for installs; `path` adds one place. Read-only.
#[tauri::command]
#[specta::specta]
pub async fn setup_scan(app: App<'_>, path: Option<String>) -> ApiResult<dto::ScanReport> {
    app.scan(path.into_iter().collect()).await
}

#[tauri::command]
#[specta::specta]
pub async fn setup_check_root(app: App<'_>, path: String) -> ApiResult<dto::RootVerdict> {
    app.setup_check_root(&path).await
}

#[tauri::command]
#[specta::specta]
pub async fn setup_pythons(app: App<'_>) -> ApiResult<Vec<dto::PythonCandidate>> {
    app.setup_pythons().await
}

#[tauri::command]
#[specta::specta]
pub async fn setup_check_python(app: App<'_>, path: String) -> ApiResult<dto::PythonCandidate> {
    app.setup_check_python(&path).await
}

#[tauri::command]
#[specta::specta]
pub async fn setup_check_letta(app: App<'_>, url: String, password: Option<String>) -> ApiResult<dto::LettaProbe> {
    app.letta_probe(&url, password).await
}

/// Writes one test item to the secret store, reads it back and deletes it.
#[tauri::command]
#[specta::specta]
pub async fn setup_check_secrets(app: App<'_>) -> ApiResult<dto::SecretStoreInfo> {
    app.secrets_check().await
}

#[tauri::command]
#[specta::specta]
pub async fn setup_check_account(app: App<'_>, username: String, password: String) -> ApiResult<dto::AccountVerdict> {
    app.setup_check_account(&username, &password).await
}

/// What a typed name would become; `others` are the names already in the draft.
#[tauri::command]
#[specta::specta]
pub async fn setup_check_agent(app: App<'_>, name: String, others: Vec<String>) -> ApiResult<dto::NameVerdict> {
    app.setup_check_agent(&name, others).await
}

/// The ports that the draft's modules would get, with who holds what.
#[tauri::command]
#[specta::specta]
pub async fn setup_ports(app: App<'_>, draft: dto::SetupDraft) -> ApiResult<Vec<dto::PortRow>> {
    app.setup_ports(&draft).await
}

/// Keeps the answers (never the password) so that a quit or crash resumes here.
#[tauri::command]
#[specta::specta]
pub async fn setup_save(app: App<'_>, draft: dto::SetupDraft) -> ApiResult<()> {
    app.setup_save(&draft).await
}

/// Forgets the kept answers.
#[tauri::command]
#[specta::specta]
pub async fn setup_discard(app: App<'_>) -> ApiResult<()> {
    app.setup_discard().await
}

#[tauri::command]
#[specta::specta]
pub async fn setup_plan(app: App<'_>, draft: dto::SetupDraft, password: String) -> ApiResult<dto::Plan> {
    app.setup_plan(&draft, password).await
}

/// Applies the plan, opens the new install and signs its administrator in.
#[tauri::command]
#[specta::specta]
pub async fn setup_apply(app: App<'_>, plan_id: String) -> ApiResult<dto::SetupSummary> {
    app.setup_apply(&plan_id).await
}

/// Takes the whole setup back, the registry included; what was changed since is named and kept.
#[tauri::command]
#[specta::specta]
pub async fn setup_undo(app: App<'_>) -> ApiResult<dto::AppState> {
    app.setup_undo().await
}

/// Opens a labelled sample Sanctum in a temporary folder.
#[tauri::command]
#[specta::specta]
pub async fn setup_sample(app: App<'_>) -> ApiResult<dto::AppState> {
    app.sample_open().await
}
