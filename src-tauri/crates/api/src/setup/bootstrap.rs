//! What must be there before a plan can be journaled: the root folder, `control/` and an empty registry.
//!
//! The intent is kept in the app's own folder first, so that a crash between any two of these leaves nothing behind
//! that the next start does not know about. Only what was made here is ever removed here.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanctum_change::{ChangeError, Engine};
use sanctum_registry::Registry;
use serde::{Deserialize, Serialize};

use crate::{ApiError, ApiResult, AppEnv};

/// What a setup makes by itself, in order of making.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bootstrap {
    pub root: PathBuf,
    /// Folder of the registry: `<root>/control`, or the app's own for an adopted install.
    pub state_dir: PathBuf,
    /// Folders that were not there before, outermost first.
    pub made: Vec<PathBuf>,
}

impl Bootstrap {
    /// Looks at what is missing; makes nothing.
    pub fn intend(root: &Path, state_dir: &Path) -> Self {
        let mut made: Vec<PathBuf> = [root, state_dir]
            .into_iter()
            .flat_map(Path::ancestors)
            .filter(|folder| !folder.exists())
            .map(Path::to_owned)
            .collect();
        made.sort_by_key(|folder| folder.components().count());
        made.dedup();
        Self { root: root.to_owned(), state_dir: state_dir.to_owned(), made }
    }

    /// Makes the folders, the registry and the engine.
    pub fn make(&self, env: &AppEnv) -> ApiResult<(Arc<Registry>, Arc<Engine>)> {
        for folder in &self.made {
            match std::fs::DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                    return Err(ApiError::broken(
                        "disk_refused",
                        format!("The folder `{}` could not be made.", folder.display()),
                        "Choose another folder, or check the disk. Nothing was written.",
                    )
                    .with_details([error.to_string()]));
                }
                _ => {}
            }
        }
        let registry = Arc::new(Registry::open(&self.state_dir.join("registry.db"), env.now())?);
        let engine = Arc::new(Engine::new(self.root.clone(), registry.clone(), self.state_dir.clone()));
        Ok((registry, engine))
    }

    /// Removes the registry and the folders that were made, where nothing else is in them.
    pub fn remove(&self) -> ApiResult<()> {
        remove_registry(&self.state_dir)?;
        for folder in self.made.iter().rev() {
            // A folder that holds something that is not ours stays.
            match std::fs::remove_dir(folder) {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::DirectoryNotEmpty) => {}
                Err(error) => return Err(left_behind(folder, &error)),
            }
        }
        Ok(())
    }
}

/// Takes back what a cut-off setup made. True where it had been finished and the install stands.
pub(crate) fn settle(env: &AppEnv, bootstrap: &Bootstrap) -> ApiResult<bool> {
    if bootstrap.state_dir.join("registry.db").exists() {
        let _held = crate::open::hold(&bootstrap.root)?;
        let (registry, engine) = bootstrap.make(env)?;
        let clock = env.clock.clone();
        match engine.recover(&move || clock()) {
            Ok(_) => {}
            Err(ChangeError::Busy) => return Err(ChangeError::Busy.into()),
            Err(error) => return Err(error.into()),
        }
        if registry.read(crate::open::first_admin)?.is_some() {
            return Ok(true);
        }
    }
    bootstrap.remove()?;
    Ok(false)
}

/// A registry without any account is what a cut-off setup leaves when it was started with another data folder. It is
/// taken back, unless another process works on it right now.
pub(crate) fn settle_root(env: &AppEnv, root: &Path) -> ApiResult<()> {
    let state_dir = root.join("control");
    let file = state_dir.join("registry.db");
    if !file.is_file() {
        return Ok(());
    }
    let without_account = Registry::open(&file, env.now())?.read(crate::open::first_admin)?.is_none();
    if without_account {
        settle(env, &Bootstrap { root: root.to_owned(), state_dir: state_dir.clone(), made: vec![state_dir] })?;
    }
    Ok(())
}

/// Removes the registry's files and our empty folders beside it.
pub(crate) fn remove_registry(state_dir: &Path) -> ApiResult<()> {
    for name in ["registry.db", "registry.db-wal", "registry.db-shm"] {
        match std::fs::remove_file(state_dir.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(left_behind(&state_dir.join(name), &error));
            }
            _ => {}
        }
    }
    // Only an empty one goes.
    let _kept = std::fs::remove_dir(state_dir.join("trash"));
    Ok(())
}

pub(crate) fn left_behind(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::broken(
        "disk_refused",
        format!("`{}` could not be removed.", path.display()),
        "Everything else was taken back. Remove it by hand.",
    )
    .with_details([error.to_string()])
}
