//! The wizard's answers in the app's own folder (never the password), and what a crash while applying left.

use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::bootstrap::Bootstrap;
use crate::app::App;
use crate::dto::{AgentDraft, SetupDefaults, SetupDraft, SetupResume};
use crate::{ApiError, ApiResult, AppEnv, blocking::blocking, dto, files, stamps};

/// `setup.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub draft: SetupDraft,
    pub saved_at: String,
    pub stage: Stage,
    #[serde(default)]
    pub message: String,
    /// What was made before the registry could keep a journal; only while applying.
    #[serde(default)]
    pub bootstrap: Option<Bootstrap>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    Answering,
    Applying,
    RolledBack,
}

pub(crate) fn file(env: &AppEnv) -> PathBuf {
    env.data_dir.join("setup.json")
}

pub(crate) fn read(env: &AppEnv) -> ApiResult<Option<Kept>> {
    files::read(&file(env))
}

pub(crate) fn keep(env: &AppEnv, kept: &Kept) -> ApiResult<()> {
    files::write(&file(env), kept)
}

/// Forgets the answers; what a setup in progress must know stays.
///
/// # Errors
/// `own_file_unwritable`.
pub fn forget(env: &AppEnv) -> ApiResult<()> {
    match read(env)? {
        Some(kept) if kept.stage == Stage::Applying => Ok(()),
        _ => files::forget(&file(env)),
    }
}

/// Forgets a setup that has come to its end.
pub(crate) fn finish(env: &AppEnv) -> ApiResult<()> {
    files::forget(&file(env))
}

/// One setup at a time with this data folder: who has this may write the intent of one, or settle it.
///
/// # Errors
/// `setup_busy` while another process sets up.
pub(crate) fn only_one(env: &AppEnv) -> ApiResult<std::fs::File> {
    let path = env.data_dir.join("setup.lock");
    let opened = files::make_private(&env.data_dir)
        .and_then(|()| std::fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path))
        .map_err(|error| {
            ApiError::broken(
                "own_file_unwritable",
                format!("`{}` could not be written.", path.display()),
                "Check that the folder may be written.",
            )
            .with_details([error.to_string()])
        })?;
    match opened.try_lock() {
        Ok(()) => Ok(opened),
        Err(_) => Err(ApiError::refused(
            "setup_busy",
            "Another setup is being carried out.",
            "Wait until it is done, then try again.",
        )),
    }
}

/// Like [`only_one`], but gives a process that was killed the time to be gone: until its last write has ended, its lock stays.
fn only_one_soon(env: &AppEnv) -> Option<std::fs::File> {
    for _ in 0..25 {
        if let Ok(only) = only_one(env) {
            return Some(only);
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    None
}

/// The unfinished setup, for the window.
pub(crate) fn resume(env: &AppEnv) -> ApiResult<Option<SetupResume>> {
    Ok(read(env)?.map(|kept| SetupResume {
        draft: kept.draft,
        saved_at: kept.saved_at,
        state: match kept.stage {
            Stage::RolledBack => "rolled_back",
            _ => "answering",
        }
        .to_owned(),
        message: kept.message,
    }))
}

/// Settles what a crash in the middle of a setup left: everything it made is taken back and the answers are kept, or, where
/// the last step had been done, the install stands. Returns the root of an install that stands, with
/// its answers.
pub(crate) fn settle(env: &AppEnv) -> ApiResult<Option<(PathBuf, SetupDraft)>> {
    let Some(kept) = read(env)? else { return Ok(None) };
    if kept.stage != Stage::Applying {
        return Ok(None);
    }
    // A setup that another process carries out right now is that one's business; one that was just killed holds on for a moment.
    let Some(_only) = only_one_soon(env) else { return Ok(None) };
    let Some(mut kept) = read(env)?.filter(|kept| kept.stage == Stage::Applying) else { return Ok(None) };
    let Some(bootstrap) = kept.bootstrap.take() else {
        kept.stage = Stage::Answering;
        keep(env, &kept)?;
        return Ok(None);
    };
    if super::bootstrap::settle(env, &bootstrap)? {
        finish(env)?;
        return Ok(Some((bootstrap.root, kept.draft)));
    }
    kept.stage = Stage::RolledBack;
    kept.message = format!(
        "The setup was cut off while it was writing. Everything it had made in `{}` was taken back.",
        env.short(&bootstrap.root)
    );
    keep(env, &kept)?;
    Ok(None)
}

/// Reading the answers and writing them again is one act: an answer that is kept while the setup begins must not make it look as
/// if it had not begun.
pub(super) fn turn() -> std::sync::MutexGuard<'static, ()> {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    crate::plan::lock(&TURN)
}

/// What the wizard starts from.
#[must_use]
pub fn default_draft(env: &AppEnv) -> SetupDraft {
    let modules = sanctum_install::catalogue::Catalogue::builtin().modules_for_wizard();
    SetupDraft {
        step: "welcome".to_owned(),
        mode: "new".to_owned(),
        root: env.root.as_ref().map_or_else(|| "~/sanctum".to_owned(), |root| env.short(root)),
        python: None,
        venv: true,
        letta_url: None,
        admin_user: String::new(),
        admin_email: None,
        modules: modules.iter().filter(|m| m.default_on).map(|m| m.name.clone()).collect(),
        agents: vec![AgentDraft { name: String::new(), uid: None, description: String::new(), modules: Vec::new() }],
    }
}

impl App {
    /// Defaults, and the catalogue's modules.
    ///
    /// # Errors
    /// Only when the app's own files cannot be read.
    pub async fn setup_defaults(&self) -> ApiResult<SetupDefaults> {
        self.ensure_started().await?;
        let catalogue = sanctum_install::catalogue::Catalogue::builtin();
        Ok(SetupDefaults {
            draft: default_draft(self.env()),
            modules: catalogue.modules_for_wizard().into_iter().map(module).collect(),
            password_min: u32::try_from(sanctum_registry::users::MIN_CHARS).unwrap_or(10),
        })
    }

    /// Keeps the answers; the type has no place for a password.
    ///
    /// # Errors
    /// `own_file_unwritable`.
    pub async fn setup_save(&self, draft: &SetupDraft) -> ApiResult<()> {
        let (env, draft) = (self.env().clone(), draft.clone());
        blocking(move || {
            let _one_after_the_other = turn();
            let (now, before) = (stamps::rfc3339(env.now()), read(&env)?);
            let kept = match before.filter(|kept| kept.stage == Stage::Applying) {
                // What a setup in progress must know to be taken back is not lost to a new answer.
                Some(applying) => Kept { draft, saved_at: now, ..applying },
                None => Kept { draft, saved_at: now, stage: Stage::Answering, message: String::new(), bootstrap: None },
            };
            keep(&env, &kept)
        })
        .await
    }

    /// Forgets the answers.
    ///
    /// # Errors
    /// `own_file_unwritable`.
    pub async fn setup_discard(&self) -> ApiResult<()> {
        forget(self.env())
    }
}

/// An entry of the catalogue for a list of choices.
pub(crate) fn module(known: &sanctum_install::catalogue::Known) -> dto::CatalogueModule {
    dto::CatalogueModule {
        name: known.name.clone(),
        title: known.title.clone(),
        description: known.description.clone(),
        icon: known.icon.clone(),
        scope: match known.scope {
            sanctum_install::catalogue::Scope::Agent => "agent",
            sanctum_install::catalogue::Scope::Global => "global",
        }
        .to_owned(),
        default_on: known.default_on,
        note: known.note.clone(),
    }
}
