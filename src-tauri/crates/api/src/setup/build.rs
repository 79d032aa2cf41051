//! From the answers to the one plan.

use sanctum_change::{Planner, Row};
use sanctum_install::catalogue::Catalogue;
use sanctum_install::layout::{self, NewAgent, NewSanctum};
use sanctum_install::python::Verdict;
use sanctum_registry::users;

use super::{PortPolicy, adopt, bootstrap, ports, probe, rows};
use crate::app::App;
use crate::dto::{self, FindingLevel, SetupDraft, StatusWord};
use crate::plan::Words;
use crate::{ApiError, ApiResult, AppEnv, blocking::blocking};

impl App {
    /// The one plan for a draft: everything that will be written, and nothing is yet.
    ///
    /// # Errors
    /// The first answer that cannot be used, with its code.
    pub async fn setup_plan(&self, draft: &SetupDraft, password: String) -> ApiResult<dto::Plan> {
        self.setup_plan_with(draft, password, PortPolicy::Move).await
    }

    /// The same, with a say in what happens where a port is held.
    ///
    /// # Errors
    /// As [`App::setup_plan`], and `port_held` with the holder under [`PortPolicy::Refuse`].
    pub async fn setup_plan_with(
        &self,
        draft: &SetupDraft,
        password: String,
        policy: PortPolicy,
    ) -> ApiResult<dto::Plan> {
        self.ensure_started().await?;
        let (env, draft, app) = (self.env().clone(), draft.clone(), self.clone());
        blocking(move || {
            let account = account(&draft, &password)?;
            drop(password);
            let (plan, words, target) = match draft.mode.as_str() {
                "adopt" => adopt::plan(&env, &draft, &account)?,
                "new" => {
                    plan_new(&env, &draft, &account, policy, app.with_state(|state| state.letta_password.is_some()))?
                }
                other => {
                    return Err(ApiError::refused(
                        "mode_unknown",
                        format!("There is no way of setting up called `{other}`."),
                        "Use `new` or `adopt`.",
                    ));
                }
            };
            let shown = app.0.plans.keep(plan, words, None, env.now());
            app.0.setups.keep(shown.id.clone(), super::apply::Waiting { draft, username: account.username, target });
            Ok(shown)
        })
        .await
    }
}

/// Where the Letta password lies in the secret store.
pub(crate) const LETTA_PASSWORD: &str = "letta/password";

/// An administrator whose password was found good and hashed.
pub(crate) struct Account {
    pub username: String,
    pub email: String,
    pub hash: String,
}

fn account(draft: &SetupDraft, password: &str) -> ApiResult<Account> {
    let username = draft.admin_user.trim().to_owned();
    let verdict = probe::account_verdict(&username, password);
    if let Some(finding) = verdict.findings.into_iter().find(|f| f.level == FindingLevel::Error) {
        let hint = if finding.hint.is_empty() { "Change it and try again.".to_owned() } else { finding.hint };
        return Err(ApiError::refused(&finding.code, finding.message, hint));
    }
    let email = match draft.admin_email.as_deref().map(str::trim).filter(|e| !e.is_empty()) {
        Some(email) if !email.contains('@') || email.contains(char::is_whitespace) => {
            return Err(ApiError::refused(
                "email_unusable",
                format!("`{email}` is not an e-mail address."),
                "Correct it, or leave it empty.",
            ));
        }
        Some(email) => email.to_owned(),
        None => format!("{username}@localhost"),
    };
    Ok(Account { hash: users::hash_password(password)?, username, email })
}

/// Where the plan is applied: the folder and the home of its registry.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub root: std::path::PathBuf,
    pub state_dir: std::path::PathBuf,
}

type Planned = (sanctum_change::Plan, Words, Target);

fn plan_new(
    env: &AppEnv,
    draft: &SetupDraft,
    account: &Account,
    policy: PortPolicy,
    letta_password: bool,
) -> ApiResult<Planned> {
    let asked = super::expand(env, &draft.root);
    bootstrap::settle_root(env, &asked)?;
    let verdict = probe::root_verdict(env, &draft.root);
    if let Some(finding) = verdict.findings.iter().find(|f| f.level == FindingLevel::Error) {
        return Err(ApiError::refused(&finding.code, finding.message.clone(), finding.hint.clone())
            .with_details(verdict.suggestion));
    }
    let root = verdict.path.map_or(asked, Into::into);
    if root.is_dir() {
        drop(super::super::open::hold(&root)?);
    }
    if draft.agents.is_empty() {
        return Err(ApiError::refused(
            "agent_missing",
            "A Sanctum starts with at least one Prime.",
            "Name one, such as Athena.",
        ));
    }
    let python = python(env, draft)?;
    let seats = ports::seats(draft, policy)?;
    let letta = letta_url(draft)?;
    let agents = seats.agents.iter().map(|seat| new_agent(seat, &root)).collect();
    let smcp = seats.shared.iter().find(|(name, _)| name == "smcp");
    let spec = NewSanctum {
        root: root.clone(),
        python: python.clone(),
        agents,
        smcp_port: smcp.and_then(|(_, port)| port.as_ref()).map(|a| a.port),
    };
    let mut planner = Planner::new(&root, None);
    planner.icon("module");
    layout::propose_new(&mut planner, &spec).map_err(layout_refused)?;
    rows::admin(&mut planner, &account.username, &account.email, &account.hash)?;
    let maker = Row::reference("users", rows::user_key(&account.username), "id");
    for seat in &seats.agents {
        planner.group(&format!("Registry · {}", seat.name));
        rows::agent_rows(&mut planner, env, seat, &seat.uid.folder(), None, &maker)?;
    }
    planner.group("Registry · shared");
    for (name, assigned) in &seats.shared {
        let Some(known) = Catalogue::builtin().get(name) else { continue };
        rows::tool(&mut planner, known, &maker)?;
        rows::instance(&mut planner, name, None, &known.title, name, &maker)?;
        if let Some(assigned) = assigned {
            rows::port(&mut planner, name, None, assigned.port, &maker)?;
        }
    }
    if let Some(url) = &letta {
        let row = Row::new()
            .with("config_value", url.as_str())
            .with("category", "letta")
            .with("description", "Where the Letta server answers")
            .with("created_by", maker.clone());
        planner.registry_put(
            "system_config",
            Row::new().with("config_key", "letta.base_url"),
            row,
            "Keep the address of the Letta server",
        )?;
        if letta_password {
            let row = Row::new()
                .with("config_value", LETTA_PASSWORD)
                .with("is_encrypted", 1)
                .with("category", "letta")
                .with("description", "Reference of the Letta password in the secret store")
                .with("created_by", maker.clone());
            planner.registry_put(
                "system_config",
                Row::new().with("config_key", "letta.password"),
                row,
                "Refer to the Letta password in the secret store",
            )?;
        }
    }
    let names: Vec<&str> = seats.agents.iter().map(|s| s.name.as_str()).collect();
    let summary =
        format!("In {}, with {}. Nothing has been written yet.", env.short(&root), crate::words::list(&names));
    let plan = planner.finish("Create this Sanctum", &summary);
    let words = Words {
        undo: "As a whole from the last step of the setup; later piece by piece from Activity.".to_owned(),
        action: "Create this Sanctum".to_owned(),
        command: Some(command(env, draft, &root)),
        checks: checks(&verdict.free, &python, &seats),
        notes: vec!["Nothing was started.".to_owned()],
    };
    Ok((plan, words, Target { state_dir: root.join("control"), root }))
}

pub(crate) fn new_agent(seat: &ports::Seat, root: &std::path::Path) -> NewAgent {
    NewAgent {
        uid: seat.uid.clone(),
        name: seat.name.clone(),
        index: seat.index,
        modules: seat.modules.iter().filter_map(|(m, a)| Some((m.clone(), a.as_ref()?.port))).collect(),
        root: root.to_owned(),
    }
}

pub(crate) fn layout_refused(error: layout::LayoutError) -> ApiError {
    let code = match &error {
        layout::LayoutError::UnknownModule(_) => "module_unknown",
        layout::LayoutError::Path { .. } => "root_unquotable",
        layout::LayoutError::Exists(_) => "agent_folder_exists",
        layout::LayoutError::Missing(_) => "agent_folder_missing",
        layout::LayoutError::Twice(_) => "module_twice",
        layout::LayoutError::Plan(_) => "",
    };
    match error {
        layout::LayoutError::Plan(error) => error.into(),
        error => ApiError::refused(code, error.to_string(), "Nothing was written."),
    }
}

/// The interpreter that builds the shared environment, tried again at this moment.
fn python(env: &AppEnv, draft: &SetupDraft) -> ApiResult<Option<std::path::PathBuf>> {
    let Some(path) = draft.python.as_deref().filter(|_| draft.venv) else { return Ok(None) };
    let path = super::expand(env, path);
    let verdict = probe::check_python(&path);
    if verdict.verdict == Verdict::Refused {
        return Err(ApiError::refused(
            "python_refused",
            format!("`{}` cannot run the agents: {}.", path.display(), verdict.reason.trim_end_matches('.')),
            "Choose another Python, or set up without the environment and build it later.",
        ));
    }
    Ok(Some(path))
}

fn letta_url(draft: &SetupDraft) -> ApiResult<Option<String>> {
    let Some(url) = draft.letta_url.as_deref().map(str::trim).filter(|u| !u.is_empty()) else { return Ok(None) };
    sanctum_letta::check_url(url).map_err(|why| {
        ApiError::refused(
            "letta_url_unusable",
            why.to_string(),
            "Such as http://127.0.0.1:8283, or leave it empty for later.",
        )
    })?;
    Ok(Some(url.to_owned()))
}

fn checks(
    free: &Option<String>,
    python: &Option<std::path::PathBuf>,
    seats: &ports::Seats,
) -> Vec<(StatusWord, String)> {
    let mut checks = vec![(
        StatusWord::Healthy,
        format!("The folder is free to use{}", free.as_ref().map(|f| format!(", {f} free")).unwrap_or_default()),
    )];
    checks.push(match python {
        Some(path) => (StatusWord::Healthy, format!("{} passed its checks", path.display())),
        None => {
            (StatusWord::Degraded, "No Python environment is built; modules need it before they can start".to_owned())
        }
    });
    let all = seats.agents.iter().flat_map(|s| &s.modules).chain(&seats.shared);
    let assigned: Vec<_> = all.filter_map(|(module, a)| Some((module, a.as_ref()?))).collect();
    checks.push((StatusWord::Healthy, format!("{} ports are free at this moment", assigned.len())));
    for (module, a) in assigned.iter().filter(|(_, a)| a.moved_from.is_some()) {
        let from = a.moved_from.unwrap_or_default();
        let by = ports::holder(a).map(|h| format!(", held by {h}")).unwrap_or_default();
        checks.push((StatusWord::Degraded, format!("{module} gets {} instead of {from}{by}", a.port)));
    }
    checks
}

fn command(env: &AppEnv, draft: &SetupDraft, root: &std::path::Path) -> String {
    let quoted = |text: &str| layout::quote(text).unwrap_or_else(|_| "…".to_owned());
    let mut words = vec!["sanctumctl setup --root".to_owned(), quoted(&root.display().to_string())];
    words.extend(draft.agents.iter().map(|a| format!("--agent {}", quoted(a.name.trim()))));
    words.push(format!("--modules {}", draft.modules.join(",")));
    words.push(format!("--admin-user {} --admin-password-stdin", quoted(draft.admin_user.trim())));
    words.push(match draft.python.as_deref().filter(|_| draft.venv) {
        Some(python) => format!("--python {}", quoted(&super::expand(env, python).display().to_string())),
        None => "--no-venv".to_owned(),
    });
    words.push("--yes".to_owned());
    words.join(" ")
}
