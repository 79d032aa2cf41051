//! One open install: its folder, registry, change engine, secret store, what was discovered in it, and its watcher.
//!
//! Opening takes the folder's lock (a window holds its install alone), opens the registry, and settles what a crash left
//! half done, in this order. Nothing in the tree is written but what recovery puts back.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sanctum_change::{Engine, Outcome};
use sanctum_registry::{Registry, users};
use sanctum_secrets::SecretStore;

use crate::plan::lock;
use crate::secrets::{Keyring, Unsealing};
use crate::{Actor, ApiError, ApiResult, AppEnv, EventSink, Via, cards, dto};

pub(crate) struct Open {
    root: PathBuf,
    registry: Arc<Registry>,
    engine: Arc<Engine>,
    env: AppEnv,
    pub(crate) sink: Arc<dyn EventSink>,
    /// A sample lives in a temporary folder that goes with it.
    sample: Option<tempfile::TempDir>,
    keyring: Arc<Keyring>,
    pub(crate) settings: crate::settings::Settings,
    /// The connection to the Letta server, made at the first question.
    pub(crate) letta: Arc<crate::letta::Connection>,
    /// Conversations, made when the first is looked at or one is to be delivered.
    pub(crate) chats: std::sync::OnceLock<Arc<crate::chat::Chats>>,
    pub(crate) runs: crate::modules::Runs,
    pub(crate) plugins: crate::plugins::Plugins,
    pub(crate) logs: crate::logs::Logs,
    pub(crate) stops: crate::stops::Stops,
    pub(crate) live: Mutex<cards::Live>,
    /// One look at the tree at a time; taken before `live`.
    pub(crate) refreshing: Mutex<()>,
    pub(crate) watch: Mutex<Option<crate::cards::Watch>>,
    /// Held for as long as the window has this install; freed by the system when the process ends, however it ends.
    _held: Option<File>,
}

/// Where the registry of `root` is: in the install, or, for one that was adopted without being written to, in the app's
/// own folder. `None` where there is none.
pub(crate) fn registry_file(env: &AppEnv, root: &Path) -> Option<PathBuf> {
    [root.join("control/registry.db"), adopted_dir(env, root).join("registry.db")]
        .into_iter()
        .find(|file| file.is_file())
}

/// The app's own folder for an install whose tree is not to be touched.
pub(crate) fn adopted_dir(env: &AppEnv, root: &Path) -> PathBuf {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let name = blake3::hash(real.as_os_str().as_encoded_bytes()).to_hex();
    env.data_dir.join("installs").join(&name.as_str()[..16])
}

/// How long a lock that is being let go is waited for.
const LET_GO: std::time::Duration = std::time::Duration::from_millis(1500);

/// Takes the folder for this process.
///
/// # Errors
/// `root_busy` where another process has it.
pub(crate) fn hold(root: &Path) -> ApiResult<File> {
    let file = File::open(root).map_err(|error| unreachable_root(root, &error))?;
    let began = std::time::Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // A window that is just closing, or a call of this process that still has the install in hand, is waited for.
            Err(TryLockError::WouldBlock) if began.elapsed() < LET_GO => {
                std::thread::sleep(std::time::Duration::from_millis(50))
            }
            Err(TryLockError::WouldBlock) => {
                return Err(ApiError::refused(
                    "root_busy",
                    format!("Another Sanctum Configurator has `{}` open.", root.display()),
                    "Close that one first, or use its window.",
                ));
            }
            Err(TryLockError::Error(error)) => return Err(unreachable_root(root, &error)),
        }
    }
}

fn unreachable_root(root: &Path, error: &std::io::Error) -> ApiError {
    ApiError::broken(
        "root_unreachable",
        format!("The folder `{}` cannot be opened.", root.display()),
        "Check that its disk is there and that it may be read.",
    )
    .with_details([error.to_string()])
}

impl Open {
    /// Opens the install at `root`. `sample` makes it go away with the last handle.
    pub fn at(
        env: &AppEnv,
        root: &Path,
        sink: Arc<dyn EventSink>,
        sample: Option<tempfile::TempDir>,
    ) -> ApiResult<(Arc<Self>, Vec<dto::RecoveryNote>)> {
        let root = root.canonicalize().map_err(|error| unreachable_root(root, &error))?;
        let file = registry_file(env, &root).ok_or_else(|| {
            ApiError::refused(
                "no_registry",
                format!("`{}` has no registry.", root.display()),
                "Set it up first, or take it over.",
            )
        })?;
        let held = if env.exclusive { Some(hold(&root)?) } else { None };
        let now = env.now();
        crate::setup::refuse_emptied(&root, &file)?;
        let registry = Arc::new(Registry::open(&file, now)?);
        let state_dir = file.parent().unwrap_or(&root).to_owned();
        let keyring = Arc::new(Keyring::new(env.clone(), registry.install_id().to_owned()));
        let letta = Arc::new(crate::letta::Connection::new(registry.clone(), keyring.clone()));
        let there = Arc::new(crate::letta::There::new(letta.clone()));
        let engine = Engine::new(root.clone(), registry.clone(), state_dir)
            .with_remote(crate::letta::LETTA, there)
            .with_vault(Arc::new(Unsealing(keyring.clone())))
            .with_place(crate::settings::LOGIN, env.login_dir.clone());
        let engine = match crate::modules::units_place(env) {
            crate::settings::LOGIN => engine,
            own => engine.with_place(own, env.units_dir.clone()),
        };
        let engine = Arc::new(engine);
        let clock = env.clock.clone();
        let (mut recovered, busy): (Vec<dto::RecoveryNote>, _) = match engine.recover(&move || clock()) {
            Ok(recovered) => (recovered.into_iter().map(note).collect(), false),
            // Another process is applying something at this moment; that is its business.
            Err(sanctum_change::ChangeError::Busy) => (Vec::new(), true),
            Err(error) => return Err(error.into()),
        };
        let open = Self {
            root,
            registry,
            engine,
            env: env.clone(),
            sink,
            sample,
            keyring,
            settings: crate::settings::Settings::default(),
            letta,
            chats: std::sync::OnceLock::new(),
            runs: crate::modules::Runs::default(),
            plugins: crate::plugins::Plugins::default(),
            logs: crate::logs::Logs::default(),
            stops: crate::stops::Stops::default(),
            live: Mutex::default(),
            refreshing: Mutex::default(),
            watch: Mutex::new(None),
            _held: held,
        };
        let open = Arc::new(open);
        if !busy {
            recovered.extend(crate::on_trial::settle(&open));
        }
        Ok((open, recovered))
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub fn env(&self) -> &AppEnv {
        &self.env
    }

    pub fn is_sample(&self) -> bool {
        self.sample.is_some()
    }

    /// The registry lies in the app's folder because nothing was to be written into the install.
    pub fn is_adopted(&self) -> bool {
        !self.registry.path().starts_with(&self.root)
    }

    /// The secret store, opened at the first use and never at start.
    pub fn secrets(&self) -> ApiResult<Arc<dyn SecretStore>> {
        Ok(self.keyring.get()?)
    }

    /// A planner for this install, its registry, and the places outside of it that a change may write.
    pub fn planner(&self) -> sanctum_change::Planner<'_> {
        sanctum_change::Planner::new(&self.root, Some(&self.registry))
            .at_place(crate::settings::LOGIN, &self.env.login_dir)
            .at_place(crate::modules::units_place(&self.env), &self.env.units_dir)
    }

    /// The first administrator, acting at the console.
    pub fn console_actor(&self, os_user: String) -> ApiResult<Actor> {
        let admin = self.registry.read(first_admin)?.ok_or_else(|| {
            ApiError::broken(
                "no_administrator",
                "This registry has no active administrator.",
                "Run the setup again; it adds one.",
            )
        })?;
        Ok(Actor { user_id: admin.id, name: os_user, role: "admin".to_owned(), via: Via::Cli })
    }

    pub fn info(&self) -> ApiResult<dto::InstallInfo> {
        let (agents, tools) = self.registry.read(|c| {
            let count = |table: &str| -> Result<u32, sanctum_registry::RegistryError> {
                Ok(c.prepare_cached(&format!("SELECT count(*) FROM {table}"))?.query_row([], |row| row.get(0))?)
            };
            Ok::<_, ApiError>((count("agents")?, count("tools")?))
        })?;
        Ok(dto::InstallInfo {
            id: self.registry.install_id().to_owned(),
            root: self.root.display().to_string(),
            root_short: if self.is_sample() { "a temporary folder".to_owned() } else { self.env.short(&self.root) },
            sample: self.is_sample(),
            layout: lock(&self.live).layout.clone().unwrap_or_default(),
            agents,
            tools,
        })
    }
}

/// The first active administrator: who owns what is made at the console.
pub(crate) fn first_admin(
    c: &sanctum_registry::rusqlite::Connection,
) -> Result<Option<users::User>, sanctum_registry::RegistryError> {
    let all = users::all(c)?;
    Ok(all.into_iter().filter(|user| user.is_active && user.role == users::Role::Admin).min_by_key(|user| user.id))
}

impl Drop for Open {
    fn drop(&mut self) {
        // The last handle may be let go by the watcher's own thread, which cannot wait for itself to end.
        if let Some(chats) = self.chats.get() {
            chats.leave();
        }
        let watch = lock(&self.watch).take();
        std::thread::spawn(move || drop(watch));
    }
}

fn note(recovered: sanctum_change::Recovered) -> dto::RecoveryNote {
    dto::RecoveryNote {
        change_id: recovered.change_id,
        title: recovered.title,
        outcome: match recovered.outcome {
            Outcome::RolledBack => dto::RecoveryOutcome::RolledBack,
            _ => dto::RecoveryOutcome::NeedsYou,
        },
        message: recovered.message,
    }
}
