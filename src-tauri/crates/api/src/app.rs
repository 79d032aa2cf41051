//! The open app: one install at a time, one session, the plans that wait. Everything a consumer calls hangs on [`App`].
//!
//! Making one does nothing; the first call opens what was open last. Lock order: `state` alone, never across a
//! blocking call of a domain crate.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::open::Open;
use crate::plan::{Plans, lock};
use crate::session::Session;
use crate::{Actor, ApiError, ApiResult, AppEnv, EventSink, dto, files};

/// The cards of the last run are shown at once; looking at the tree again must not compete with the window's first paint.
const BEFORE_THE_FIRST_LOOK: std::time::Duration = std::time::Duration::from_millis(600);

/// The one door. Cloning it gives another handle to the same app.
#[derive(Clone)]
pub struct App(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub env: AppEnv,
    pub sink: Arc<dyn EventSink>,
    pub plans: Plans,
    pub setups: crate::setup::Setups,
    pub state: Mutex<State>,
    /// Held while the first call opens the install, so that a second one waits instead of opening it again.
    pub starting: tokio::sync::Mutex<bool>,
}

#[derive(Default)]
pub(crate) struct State {
    pub open: Option<Arc<Open>>,
    pub session: Session,
    pub trouble: Option<dto::Finding>,
    pub recovered: Vec<dto::RecoveryNote>,
    /// How the secret store answered when it was last used in this run.
    pub store: Option<dto::Status>,
    /// What the setup that ended in this run made, so that it can be taken back as a whole.
    pub setup_change: Option<String>,
    /// Folders that setup made, outermost first.
    pub setup_made: Vec<PathBuf>,
    /// A Letta password that was just proven right, until the setup that asked for it is done.
    pub letta_password: Option<sanctum_secrets::Secret>,
    /// A setup that a crash had cut off after its last step, as the start of this run found it.
    pub setup_finished: Option<(PathBuf, dto::SetupDraft)>,
}

/// `app.json` in the data folder.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// The install that was open last.
    pub root: Option<PathBuf>,
}

impl App {
    /// Makes the app; nothing is opened or read yet.
    #[must_use]
    pub fn new(env: AppEnv, sink: Arc<dyn EventSink>) -> Self {
        Self(Arc::new(Inner {
            env,
            sink,
            plans: Plans::default(),
            setups: crate::setup::Setups::default(),
            state: Mutex::default(),
            starting: tokio::sync::Mutex::new(false),
        }))
    }

    /// Lets go of the install: the watcher stops, the folder's lock is released, a sample is removed.
    pub fn close(&self) {
        let open = lock(&self.0.state).open.take();
        drop(open);
    }

    pub(crate) fn env(&self) -> &AppEnv {
        &self.0.env
    }

    pub(crate) fn with_state<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut lock(&self.0.state))
    }

    pub(crate) fn remembered_file(&self) -> PathBuf {
        self.env().data_dir.join("app.json")
    }

    /// The next start opens this install.
    pub(crate) fn remember(&self, root: &Path) -> ApiResult<()> {
        files::write(&self.remembered_file(), &Remembered { root: Some(root.to_owned()) })
    }

    /// The install that is open.
    ///
    /// # Errors
    /// `no_install` where there is none, or the trouble that keeps it closed.
    pub(crate) async fn opened(&self) -> ApiResult<Arc<Open>> {
        self.ensure_started().await?;
        self.with_state(|state| match (&state.open, &state.trouble) {
            (Some(open), _) => Ok(open.clone()),
            (None, Some(trouble)) => {
                Err(ApiError::broken(&trouble.code, trouble.message.clone(), trouble.hint.clone()))
            }
            (None, None) => Err(ApiError::refused(
                "no_install",
                "No Sanctum is open.",
                "Set one up, or name the folder of one that exists.",
            )),
        })
    }

    /// Opens what `SANCTUM_ROOT` names or what was open last; once.
    pub(crate) async fn ensure_started(&self) -> ApiResult<()> {
        let mut started = self.0.starting.lock().await;
        if *started {
            return Ok(());
        }
        *started = true;
        let (env, app) = (self.env().clone(), self.clone());
        let root = crate::blocking::blocking(move || {
            let finished = crate::setup::settle(&env)?;
            app.with_state(|state| state.setup_finished.clone_from(&finished));
            let remembered = || files::read::<Remembered>(&env.data_dir.join("app.json"));
            Ok(match (finished, &env.root) {
                (_, Some(root)) => Some((root.clone(), Named::ByTheOperator)),
                (Some((root, _)), None) => Some((root, Named::ByUs)),
                (None, None) => remembered()?.and_then(|kept| kept.root).map(|root| (root, Named::ByUs)),
            })
        })
        .await;
        let opened = match root {
            Ok(Some((root, named))) => self.open_named(&root, named).await.map_err(|error| as_finding(&error, &root)),
            Ok(None) => Ok(()),
            Err(error) => Err(as_finding(&error, &self.env().data_dir)),
        };
        if let Err(trouble) = opened {
            self.with_state(|state| state.trouble = Some(trouble));
        }
        Ok(())
    }

    /// Settles what a cut-off setup left in `root`, then opens what stands there.
    async fn open_named(&self, root: &Path, named: Named) -> ApiResult<()> {
        let (env, at) = (self.env().clone(), root.to_owned());
        crate::blocking::blocking(move || crate::setup::settle_root(&env, &at)).await?;
        if crate::open::registry_file(self.env(), root).is_some() {
            return self.open_root(root).await.map(drop);
        }
        match named {
            // A root that is to be made.
            Named::ByTheOperator => Ok(()),
            Named::ByUs => Err(ApiError::broken(
                "root_unreachable",
                format!("The Sanctum at `{}` is not there.", self.env().short(root)),
                "Connect its disk or put its folder back, then try again. Or open another one.",
            )),
        }
    }

    /// Opens an install and makes it the current one. What a crash left is settled first.
    pub(crate) async fn open_root(&self, root: &Path) -> ApiResult<Arc<Open>> {
        let (env, sink, root) = (self.env().clone(), self.0.sink.clone(), root.to_owned());
        let real = root.canonicalize().ok();
        if let Some(open) =
            self.with_state(|state| state.open.clone()).filter(|open| real.as_deref() == Some(open.root()))
        {
            self.with_state(|state| state.session = Session::None);
            return Ok(open);
        }
        // The one that is open stays until the other has been opened.
        let (open, recovered) = crate::blocking::blocking(move || Open::at(&env, &root, sink, None)).await?;
        self.take(open, recovered)
    }

    pub(crate) fn take(&self, open: Arc<Open>, recovered: Vec<dto::RecoveryNote>) -> ApiResult<Arc<Open>> {
        if !open.is_sample() && self.env().exclusive {
            self.remember(open.root())?;
        }
        // Plans and sessions belong to the install they were made in.
        self.0.plans.clear();
        self.0.setups.clear();
        self.with_state(|state| {
            state.open = Some(open.clone());
            state.recovered = recovered;
            state.trouble = None;
            state.session = Session::None;
            state.setup_change = None;
        });
        if self.env().exclusive {
            if tokio::runtime::Handle::try_current().is_ok() {
                let started = open.clone();
                tokio::spawn(async move { crate::chat::start(&started).await });
            }
            // Without a hold on it: an install that is closed meanwhile is let go of at once.
            let watched = Arc::downgrade(&open);
            std::thread::spawn(move || {
                let shown = watched.upgrade().is_some_and(|open| crate::cards::has_some(&open));
                if shown {
                    std::thread::sleep(BEFORE_THE_FIRST_LOOK);
                }
                if let Some(open) = watched.upgrade() {
                    crate::cards::watch(&open);
                }
            });
        }
        Ok(open)
    }

    /// The person signed in at the window.
    ///
    /// # Errors
    /// `not_signed_in`, `locked`, or as [`App::opened`].
    pub async fn actor(&self) -> ApiResult<Actor> {
        let open = self.opened().await?;
        self.still_valid().await?;
        let actor = self.with_state(|state| state.session.actor())?;
        *lock(&open.runs.viewer) = Some(actor.clone());
        Ok(actor)
    }

    /// The person at the console, acting with the rights of the first administrator: who can start `sanctumctl` can
    /// also write the files it would write.
    ///
    /// # Errors
    /// `no_administrator` where the registry holds none, or as [`App::opened`].
    pub async fn console_actor(&self) -> ApiResult<Actor> {
        let open = self.opened().await?;
        let name = self.env().os_user.clone();
        crate::blocking::blocking(move || open.console_actor(name)).await
    }

    /// Proves that a path lies inside the open install.
    ///
    /// # Errors
    /// `path_outside` for anything else, and for what is not there; as [`App::actor`] where nobody is signed in.
    pub async fn resolve_inside(&self, path: &str) -> ApiResult<PathBuf> {
        self.actor().await?;
        let open = self.opened().await?;
        let path = path.to_owned();
        crate::blocking::blocking(move || {
            let full = open.root().join(&path);
            match full.canonicalize() {
                Ok(real) if real.starts_with(open.root()) => Ok(full),
                _ => Err(ApiError::refused(
                    "path_outside",
                    format!("`{path}` is not inside this Sanctum."),
                    "Only files of the open Sanctum can be shown from here.",
                )),
            }
        })
        .await
    }

    /// Opens an install that has a registry.
    ///
    /// # Errors
    /// `no_registry` where the folder has none, `root_busy` where another window holds it, or what the registry says.
    pub async fn install_open(&self, path: &str) -> ApiResult<dto::AppState> {
        self.ensure_started().await?;
        let root = crate::setup::expand(self.env(), path);
        if crate::open::registry_file(self.env(), &root).is_none() {
            return Err(ApiError::refused(
                "no_registry",
                format!("`{}` has no registry yet.", self.env().short(&root)),
                "Choose “Use one that exists” to take it over; nothing in it is changed.",
            ));
        }
        self.open_root(&root).await?;
        crate::setup::forget_answers(self.env())?;
        self.state().await
    }

    /// Leaves the open install and forgets that it was open.
    ///
    /// # Errors
    /// `own_file_unwritable`.
    pub async fn install_close(&self) -> ApiResult<dto::AppState> {
        self.0.plans.clear();
        self.0.setups.clear();
        self.with_state(|state| {
            state.open = None;
            state.session = Session::None;
            state.trouble = None;
        });
        files::forget(&self.remembered_file())?;
        self.state().await
    }

    pub(crate) fn changed(&self, topics: &[&str]) {
        self.0.sink.changed(dto::ChangedEvent {
            topics: topics.iter().map(|t| (*t).to_owned()).collect(),
            source: if self.env().exclusive { "app" } else { "cli" }.to_owned(),
        });
    }
}

/// Who said which install to open.
#[derive(Clone, Copy)]
enum Named {
    /// `SANCTUM_ROOT` or `--root`: it need not exist yet.
    ByTheOperator,
    /// It was open before, or its setup was finished: it should be there.
    ByUs,
}

fn as_finding(error: &ApiError, root: &Path) -> dto::Finding {
    dto::Finding {
        code: error.code.clone(),
        level: dto::FindingLevel::Error,
        message: error.message.clone(),
        hint: error.hint.clone(),
        path: Some(root.display().to_string()),
    }
}
