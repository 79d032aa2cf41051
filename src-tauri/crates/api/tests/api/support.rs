//! An app in a temporary folder with a clock of its own, a Sanctum in it, and an account for each role.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use sanctum_api::{ApiError, App, AppEnv, Nobody, dto};
use sanctum_registry::users::{self, NewUser, Role};
use sanctum_registry::{Registry, RegistryError};
use time::{Duration, OffsetDateTime};

pub const PASSWORD: &str = "correct horse battery";

/// A temporary home and the time in it.
pub struct World {
    pub dir: tempfile::TempDir,
    now: Arc<Mutex<OffsetDateTime>>,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("home")).unwrap();
        let now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        Self { dir, now: Arc::new(Mutex::new(now)) }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("home/sanctum")
    }

    pub fn pass(&self, by: Duration) {
        *self.now.lock().unwrap() += by;
    }

    pub fn now(&self) -> OffsetDateTime {
        *self.now.lock().unwrap()
    }

    pub fn env(&self, store: &str) -> AppEnv {
        let at = |part: &str| Some(self.dir.path().join(part).display().to_string());
        let mut env = AppEnv::from_vars(&|name| match name {
            "HOME" => at("home"),
            "SANCTUM_DATA_DIR" => at("data"),
            "SANCTUM_SECRET_STORE" => Some(store.to_owned()),
            "USER" => Some("tester".to_owned()),
            _ => None,
        })
        .unwrap();
        let now = self.now.clone();
        env.clock = Arc::new(move || *now.lock().unwrap());
        env
    }

    /// An app that opens what this world remembers.
    pub fn app(&self) -> App {
        App::new(self.env("memory"), Arc::new(Nobody))
    }

    pub fn draft(&self, agents: &[&str]) -> dto::SetupDraft {
        dto::SetupDraft {
            step: "plan".to_owned(),
            mode: "new".to_owned(),
            root: self.root().display().to_string(),
            python: None,
            venv: false,
            letta_url: None,
            admin_user: "mara".to_owned(),
            admin_email: None,
            modules: vec!["broca2".to_owned()],
            agents: agents
                .iter()
                .map(|name| dto::AgentDraft {
                    name: (*name).to_owned(),
                    uid: None,
                    description: String::new(),
                    modules: Vec::new(),
                })
                .collect(),
        }
    }

    /// Sets a Sanctum up; its administrator is signed in afterwards.
    pub async fn set_up(&self, app: &App, agents: &[&str]) -> dto::SetupSummary {
        let plan = app.setup_plan(&self.draft(agents), PASSWORD.to_owned()).await.unwrap();
        app.setup_apply(&plan.id).await.unwrap()
    }

    /// The registry beside the app, as another program has it.
    pub fn registry(&self) -> Registry {
        Registry::open(&self.root().join("control/registry.db"), self.now()).unwrap()
    }

    /// Adds an account; the password is the same for all.
    pub fn account(&self, name: &str, role: Role) -> i64 {
        let hash = users::hash_password(PASSWORD).unwrap();
        let new = NewUser { username: name.to_owned(), email: None, password_hash: hash, role, created_by: Some(1) };
        self.registry().write(|tx| users::create(tx, new)).unwrap()
    }

    pub fn sql(&self, text: &str) {
        self.registry()
            .write(|tx| {
                tx.execute_batch(text)?;
                Ok::<_, RegistryError>(())
            })
            .unwrap();
    }
}

pub fn agent(name: &str) -> dto::AgentDraft {
    dto::AgentDraft { name: name.to_owned(), uid: None, description: String::new(), modules: vec!["broca2".to_owned()] }
}

/// The code of a refusal; `ok` for a result.
pub fn code<T>(done: &Result<T, ApiError>) -> &str {
    match done {
        Ok(_) => "ok",
        Err(error) => &error.code,
    }
}
