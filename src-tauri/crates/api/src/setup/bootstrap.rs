//! What must be there before a plan can be journaled: the root folder, `control/` and an empty registry.
//!
//! The intent is kept in the app's own folder first, so that a crash between any two of these leaves nothing behind
//! that the next start does not know about. Only what was made here is ever removed here.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanctum_change::{Engine, Outcome};
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
        self.folders()?;
        self.registry(env)
    }

    /// Makes the folders and takes the root for this process, before anything else is made in it.
    ///
    /// # Errors
    /// `root_busy` while another setup works there, `root_not_empty` where one has just ended. Nothing is to be taken
    /// back then: what is there belongs to the other.
    pub fn claim(&self) -> ApiResult<std::fs::File> {
        self.folders()?;
        let held = crate::open::hold(&self.root)?;
        if self.state_dir.join("registry.db").exists() {
            return Err(ApiError::refused(
                "root_not_empty",
                format!("Another setup has just made a Sanctum in `{}`.", self.root.display()),
                "Open that one, or choose another folder. Nothing in it was touched.",
            ));
        }
        Ok(held)
    }

    /// Makes what is missing; where one cannot be made, those before it are taken back.
    fn folders(&self) -> ApiResult<()> {
        let mut done: Vec<&Path> = Vec::new();
        for folder in &self.made {
            match std::fs::DirBuilder::new().mode(0o700).create(folder) {
                Ok(()) => done.push(folder),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    for made in done.iter().rev() {
                        // Only an empty one goes.
                        let _kept = std::fs::remove_dir(made);
                    }
                    return Err(unmade(folder, &error));
                }
            }
        }
        Ok(())
    }

    /// Opens or makes the registry in folders that are there.
    pub fn registry(&self, env: &AppEnv) -> ApiResult<(Arc<Registry>, Arc<Engine>)> {
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
                Err(error)
                    if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::DirectoryNotEmpty) => {
                }
                Err(error) => return Err(left_behind(folder, &error)),
            }
        }
        Ok(())
    }
}

/// A disk that is full or fails is broken; every other reason is a folder that cannot be used.
fn unmade(folder: &Path, error: &std::io::Error) -> ApiError {
    use std::io::ErrorKind;
    let message = format!("The folder `{}` could not be made.", folder.display());
    let hint = "Choose another folder, or check the disk. Nothing was written.";
    let disk =
        matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) || error.raw_os_error() == Some(5);
    let refused = if disk {
        ApiError::broken("disk_refused", message, hint)
    } else {
        ApiError::refused("root_not_writable", message, hint)
    };
    refused.with_details([error.to_string()])
}

/// Refuses an install whose registry lost its content while its folders are there: an empty one would be filled anew and
/// hide that. A cut-off setup never leaves this, for its folders come after its journal.
///
/// # Errors
/// `registry_empty`; nothing was written to the file.
pub(crate) fn refuse_emptied(root: &Path, file: &Path) -> ApiResult<()> {
    let others = || {
        let entries = std::fs::read_dir(root).ok()?;
        Some(entries.flatten().any(|entry| entry.file_name() != "control"))
    };
    if !file.starts_with(root) || !others().unwrap_or(false) || !sanctum_registry::is_blank(file) {
        return Ok(());
    }
    Err(ApiError::broken(
        "registry_empty",
        format!("`{}` holds nothing, although the folder holds a Sanctum.", file.display()),
        "`sanctumctl registry copies` lists what can be put back. Without a copy, move the file away and take the folder over.",
    ))
}

/// Takes back what a cut-off setup made. True where it had been finished and the install stands.
pub(crate) fn settle(env: &AppEnv, bootstrap: &Bootstrap) -> ApiResult<bool> {
    if let Some(outermost) = bootstrap.made.first().and_then(|folder| folder.parent())
        && !outermost.exists()
    {
        return Err(ApiError::broken(
            "root_unreachable",
            format!("`{}` is not there, and a setup was cut off in it.", outermost.display()),
            "Connect its disk, then start again; what the setup had made is taken back then.",
        ));
    }
    // Held until everything is taken back: another setup must not begin in what is about to be removed.
    let _held = if bootstrap.root.is_dir() { Some(crate::open::hold(&bootstrap.root)?) } else { None };
    if bootstrap.state_dir.join("registry.db").exists() {
        let (registry, engine) = bootstrap.registry(env)?;
        let clock = env.clock.clone();
        let recovered = engine.recover(&move || clock())?;
        if let Some(open) = recovered.iter().find(|change| change.outcome != Outcome::RolledBack) {
            // The journal is the only record of what is left to take back; it stays.
            return Err(ApiError::broken(
                "change_unfinished",
                format!(
                    "A setup was cut off in `{}` and could not be taken back yet: {}",
                    bootstrap.root.display(),
                    open.message
                ),
                "Start the app again once nothing of it runs any more and nobody works on its files.",
            )
            .with_details(open.conflicts.iter().map(|c| format!("{}: {}", c.target, c.what))));
        }
        if !registry.read(holds_nothing)? {
            return Ok(true);
        }
    }
    bootstrap.remove()?;
    Ok(false)
}

/// Whether a registry is what a cut-off setup leaves: no account, agent, tool or instance, and no change that stands.
/// One that lost its accounts to damage is not.
fn holds_nothing(c: &sanctum_registry::rusqlite::Connection) -> Result<bool, sanctum_registry::RegistryError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM users) AND NOT EXISTS (SELECT 1 FROM agents)
        AND NOT EXISTS (SELECT 1 FROM tools) AND NOT EXISTS (SELECT 1 FROM tool_instances)
        AND NOT EXISTS (SELECT 1 FROM change_sets WHERE undo_of IS NULL AND state IN ('applied', 'needs_you'))";
    Ok(c.query_row(sql, [], |row| row.get(0))?)
}

/// A registry without any account is what a cut-off setup leaves when it was started with another data folder. It is
/// taken back, unless another process works on it right now.
pub(crate) fn settle_root(env: &AppEnv, root: &Path) -> ApiResult<()> {
    let state_dir = root.join("control");
    let file = state_dir.join("registry.db");
    if !file.is_file() {
        return Ok(());
    }
    refuse_emptied(root, &file)?;
    // One that cannot be read is told when it is opened, with the ways out.
    if sanctum_registry::is_blank(&file) || sanctum_registry::peek(&file, holds_nothing).unwrap_or(false) {
        settle(env, &Bootstrap { root: root.to_owned(), state_dir: state_dir.clone(), made: vec![state_dir] })?;
    }
    Ok(())
}

/// Removes the registry's files, the lock of the change engine, and our empty folders beside them.
pub(crate) fn remove_registry(state_dir: &Path) -> ApiResult<()> {
    for name in ["registry.db", "registry.db-wal", "registry.db-shm", "change.lock"] {
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
