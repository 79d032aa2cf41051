//! stub
use crate::{ApiError, ApiResult, dto};

#[derive(Clone, Default)]
pub struct App {}

#[derive(Clone)]
pub struct Actor {}

fn stub<T>() -> ApiResult<T> { Err(ApiError::broken("stub", "stub", "")) }

impl App {
pub async fn actor(&self) -> ApiResult<Actor> { stub() }
pub async fn resolve_inside(&self, _p: &str) -> ApiResult<std::path::PathBuf> { stub() }
pub async fn agents_list(&self, _actor: &Actor, _query: &str, _offset: u32, _limit: u32) -> ApiResult<dto::Page<dto::AgentRow>> { stub() }
pub async fn agent_get(&self, _actor: &Actor, _uid: &str) -> ApiResult<dto::AgentDetail> { stub() }
pub async fn agent_modules(&self, _actor: &Actor) -> ApiResult<Vec<dto::CatalogueModule>> { stub() }
pub async fn agent_check_name(&self, _actor: &Actor, _name: &str) -> ApiResult<dto::NameVerdict> { stub() }
pub async fn agent_add_plan(&self, _actor: &Actor, _draft: &dto::AgentDraft) -> ApiResult<dto::Plan> { stub() }
pub async fn agent_remove_plan(&self, _actor: &Actor, _uid: &str) -> ApiResult<dto::Plan> { stub() }
pub async fn state(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn install_open(&self, _path: &str) -> ApiResult<dto::AppState> { stub() }
pub async fn install_close(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn doctor(&self, _actor: &Actor) -> ApiResult<Vec<dto::Finding>> { stub() }
pub async fn changes_list(&self, _actor: &Actor, _query: &str, _filter: &str, _offset: u32, _limit: u32) -> ApiResult<dto::Page<dto::ChangeRow>> { stub() }
pub async fn change_get(&self, _actor: &Actor, _id: &str) -> ApiResult<dto::ChangeDetail> { stub() }
pub async fn change_undo_plan(&self, _actor: &Actor, _id: &str) -> ApiResult<dto::Plan> { stub() }
pub async fn changes_last_undoable(&self, _actor: &Actor) -> ApiResult<Option<dto::ChangeRow>> { stub() }
pub async fn plan_apply(&self, _actor: &Actor, _plan_id: &str) -> ApiResult<dto::Receipt> { stub() }
pub async fn plan_cancel(&self, _plan_id: &str) -> ApiResult<()> { stub() }
pub async fn plan_discard(&self, _plan_id: &str) -> ApiResult<()> { stub() }
pub async fn sign_in(&self, _username: &str, _password: String) -> ApiResult<dto::AppState> { stub() }
pub async fn restore_session(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn sign_out(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn lock(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn unlock(&self, _password: String) -> ApiResult<dto::AppState> { stub() }
pub async fn setup_defaults(&self) -> ApiResult<dto::SetupDefaults> { stub() }
pub async fn scan(&self, _p: Vec<String>) -> ApiResult<dto::ScanReport> { stub() }
pub async fn setup_check_root(&self, _path: &str) -> ApiResult<dto::RootVerdict> { stub() }
pub async fn setup_pythons(&self) -> ApiResult<Vec<dto::PythonCandidate>> { stub() }
pub async fn setup_check_python(&self, _path: &str) -> ApiResult<dto::PythonCandidate> { stub() }
pub async fn letta_probe(&self, _url: &str, _password: Option<String>) -> ApiResult<dto::LettaProbe> { stub() }
pub async fn secrets_check(&self) -> ApiResult<dto::SecretStoreInfo> { stub() }
pub async fn setup_check_account(&self, _username: &str, _password: String) -> ApiResult<dto::AccountVerdict> { stub() }
pub async fn setup_check_agent(&self, _name: &str, _others: Vec<String>) -> ApiResult<dto::NameVerdict> { stub() }
pub async fn setup_ports(&self, _draft: &dto::SetupDraft) -> ApiResult<Vec<dto::PortRow>> { stub() }
pub async fn setup_save(&self, _draft: &dto::SetupDraft) -> ApiResult<()> { stub() }
pub async fn setup_discard(&self) -> ApiResult<()> { stub() }
pub async fn setup_plan(&self, _draft: &dto::SetupDraft, _password: String) -> ApiResult<dto::Plan> { stub() }
pub async fn setup_apply(&self, _plan_id: &str) -> ApiResult<dto::SetupSummary> { stub() }
pub async fn setup_undo(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn sample_open(&self) -> ApiResult<dto::AppState> { stub() }
pub async fn tools_tabs(&self, _actor: &Actor) -> ApiResult<Vec<dto::ToolTab>> { stub() }
pub async fn tools_list(&self, _actor: &Actor, _tab: &str, _query: &str, _offset: u32, _limit: u32) -> ApiResult<dto::ToolPage> { stub() }
pub async fn tool_get(&self, _actor: &Actor, _id: &str) -> ApiResult<dto::ToolDetail> { stub() }
pub async fn tool_probe(&self, _actor: &Actor, _id: &str) -> ApiResult<dto::ToolCard> { stub() }
}
