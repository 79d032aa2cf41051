//! The ways out when a registry cannot be opened: salvage what can be read, or put back a copy. Nothing is ever deleted.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, RegistryCopy, SalvageReport};
use crate::{ApiError, ApiResult, open};

impl App {
    /// Copies every row that can be read into a new registry in the damaged one's place; the damaged one is kept beside it.
    /// Opens the install afterwards.
    ///
    /// # Errors
    /// `registry_sound` where nothing is wrong with it, `registry_failed` where not even a copy can be written.
    pub async fn registry_salvage(&self) -> ApiResult<SalvageReport> {
        let (root, file) = self.closed_registry().await?;
        let (env, held_root) = (self.env().clone(), root.clone());
        let recovered = blocking(move || {
            let _held = open::hold(&held_root)?;
            match sanctum_registry::Registry::open(&file, env.now()) {
                Ok(_) => {
                    return Err(ApiError::refused(
                        "registry_sound",
                        "The registry can be opened; there is nothing to salvage.",
                        "Open it as it is.",
                    ));
                }
                // A newer or a locked one is not damaged: salvage would undo what protects it.
                Err(
                    sanctum_registry::RegistryError::Damaged { .. } | sanctum_registry::RegistryError::NotSqlite { .. },
                ) => {}
                Err(other) => return Err(other.into()),
            }
            Ok(sanctum_registry::recover_copy(&file, env.now())?)
        })
        .await?;
        self.open_root(&root).await?;
        Ok(SalvageReport {
            kept: recovered.kept.display().to_string(),
            rows: recovered.rows.values().sum(),
            findings: recovered.findings,
        })
    }

    /// The copies beside the registry that were made before it was upgraded, the latest first.
    ///
    /// # Errors
    /// `no_install`.
    pub async fn registry_copies(&self) -> ApiResult<Vec<RegistryCopy>> {
        let (_, file) = self.closed_registry().await?;
        blocking(move || {
            let copies = sanctum_registry::backups(&file)?;
            Ok(copies
                .into_iter()
                .map(|copy| RegistryCopy { path: copy.path.display().to_string(), made: copy.made })
                .collect())
        })
        .await
    }

    /// Puts a copy in the registry's place; what was there is kept beside it. Opens the install afterwards.
    ///
    /// # Errors
    /// `copy_unknown` for a file that is none of [`App::registry_copies`].
    pub async fn registry_restore(&self, copy: &str) -> ApiResult<dto::AppState> {
        let (root, file) = self.closed_registry().await?;
        let (env, copy, held_root) = (self.env().clone(), PathBuf::from(copy), root.clone());
        blocking(move || {
            let _held = open::hold(&held_root)?;
            if !sanctum_registry::backups(&file)?.iter().any(|known| known.path == copy) {
                return Err(ApiError::refused(
                    "copy_unknown",
                    "This is not a copy of this registry.",
                    "Choose one of the list.",
                ));
            }
            sanctum_registry::restore_backup(&file, &copy, env.now())?;
            Ok(())
        })
        .await?;
        self.open_root(&root).await?;
        self.state().await
    }

    /// Root and registry file of the install in trouble. One that is open is not repaired under itself.
    async fn closed_registry(&self) -> ApiResult<(PathBuf, PathBuf)> {
        self.ensure_started().await?;
        let root = self.with_state(|state| match (&state.open, &state.trouble) {
            (None, Some(trouble)) => trouble.path.as_deref().map(Path::new).map(Path::to_owned),
            _ => None,
        });
        let root = root.ok_or_else(|| {
            ApiError::refused("no_trouble", "The registry is open and sound.", "There is nothing to repair.")
        })?;
        let file = open::registry_file(self.env(), &root).ok_or_else(|| {
            ApiError::refused("no_registry", format!("`{}` has no registry.", root.display()), "Set it up first.")
        })?;
        Ok((root, file))
    }

    /// Gives the passphrase of the encrypted file, once per start.
    ///
    /// # Errors
    /// `passphrase_unneeded` for the other stores; a wrong passphrase is the status, not an error.
    pub async fn secrets_unlock(&self, passphrase: String) -> ApiResult<dto::SecretStoreInfo> {
        if self.env().secret_store != sanctum_secrets::Kind::File {
            return Err(ApiError::refused(
                "passphrase_unneeded",
                "This secret store needs no passphrase.",
                "It is asked for by the system itself.",
            ));
        }
        let passphrase = sanctum_secrets::Secret::new(passphrase);
        let (env, given) = (self.env().clone(), passphrase.clone());
        let health = blocking(move || {
            let store = sanctum_secrets::open(env.secret_store, "check", &env.data_dir, Some(given))?;
            // A look proves the passphrase and writes nothing.
            Ok((store.peek(std::time::Duration::from_secs(10)), env.now()))
        })
        .await?;
        if health.0.is_ok() {
            self.env().passphrase.set(passphrase);
        }
        Ok(crate::state::store_info(self.env().secret_store, Some(health)))
    }
}

/// The passphrase of the encrypted file for as long as the app runs; shared by all handles, never shown.
#[derive(Clone, Default)]
pub struct Passphrase(std::sync::Arc<std::sync::Mutex<Option<sanctum_secrets::Secret>>>);

impl Passphrase {
    fn set(&self, secret: sanctum_secrets::Secret) {
        *crate::plan::lock(&self.0) = Some(secret);
    }

    pub(crate) fn get(&self) -> Option<sanctum_secrets::Secret> {
        crate::plan::lock(&self.0).clone()
    }
}
