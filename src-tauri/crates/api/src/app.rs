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
    /// What the setup that ended in this run made, so that it can be taken back as a whole.
    pub setup_change: Option<String>,
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
        let env = self.env().clone();
        let root = crate::blocking::blocking(move || {
            let finished = crate::setup::settle(&env)?;
            let remembered = || files::read::<Remembered>(&env.data_dir.join("app.json"));
            let root = match (finished, &env.root) {
                (_, Some(root)) => Some(root.clone()),
                (Some(root), None) => Some(root),
                (None, None) => remembered()?.and_then(|kept| kept.root),
            };
            if let Some(root) = &root {
                crate::setup::settle_root(&env, root)?;
            }
            Ok(root)
        })
        .await;
        let opened = match root {
            Ok(Some(root)) if crate::open::registry_file(self.env(), &root).is_some() => {
                self.open_root(&root).await.map(drop).map_err(|error| as_finding(&error, &root))
            }
            Ok(_) => Ok(()),
            Err(error) => Err(as_finding(&error, &self.env().data_dir)),
        };
        if let Err(trouble) = opened {
            self.with_state(|state| state.trouble = Some(trouble));
        }
        Ok(())
    }

    /// Opens an install and makes it the current one. What a crash left is settled first.
    pub(crate) async fn open_root(&self, root: &Path) -> ApiResult<Arc<Open>> {
        let (env, sink, root) = (self.env().clone(), self.0.sink.clone(), root.to_owned());
        // The old one is let go before, so that its lock does not stand in the way of opening it again.
        self.with_state(|state| {
            state.open = None;
            state.trouble = None;
            state.session = Session::None;
        });
        let (open, recovered) = crate::blocking::blocking(move || Open::open(&env, &root, sink, None)).await?;
        self.take(open, recovered)
    }

    pub(crate) fn take(&self, open: Arc<Open>, recovered: Vec<dto::RecoveryNote>) -> ApiResult<Arc<Open>> {
        if !open.is_sample() && self.env().exclusive {
            files::write(&self.remembered_file(), &Remembered { root: Some(open.root().to_owned()) })?;
        }
        self.with_state(|state| {
            state.open = Some(open.clone());
            state.recovered = recovered;
            state.trouble = None;
        });
        if self.env().exclusive {
            let watched = open.clone();
            std::thread::spawn(move || crate::cards::watch(&watched));
        }
        Ok(open)
    }

    /// The person signed in at the window.
    ///
    /// # Errors
    /// `not_signed_in`, `locked`, or as [`App::opened`].
    pub async fn actor(&self) -> ApiResult<Actor> {
        self.opened().await?;
        self.with_state(|state| state.session.actor())
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
    /// `path_outside` for anything else, and for what is not there.
    pub async fn resolve_inside(&self, path: &str) -> ApiResult<PathBuf> {
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

fn as_finding(error: &ApiError, root: &Path) -> dto::Finding {
    dto::Finding {
        code: error.code.clone(),
        level: dto::FindingLevel::Error,
        message: error.message.clone(),
        hint: error.hint.clone(),
        path: Some(root.display().to_string()),
    }
}
