//! For those who write plugins: the folder of a new one, and what is wrong with one that is there. Neither touches a Sanctum.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use sanctum_plugins::{check, new};

use super::quarantine::{caged, finding};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::Finding;
use crate::{ApiError, ApiResult};

impl App {
    /// Writes the files of a new SMCP plugin into a folder that is not there yet; their paths.
    ///
    /// # Errors
    /// `plugin_name`, `file_unwritable`.
    pub async fn plugin_new(&self, path: &Path) -> ApiResult<Vec<String>> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        blocking(move || {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let files = new::skeleton(&name, "Says what it does, in one sentence.")
                .map_err(|bad| ApiError::refused("plugin_name", bad.words, bad.todo))?;
            let unwritable = |error: std::io::Error| {
                ApiError::refused(
                    "file_unwritable",
                    format!("`{}` could not be made ({}).", path.display(), error.kind()),
                    "Name a folder that is not there yet, in one that is.",
                )
            };
            std::fs::create_dir(&path).map_err(unwritable)?;
            let mut written = Vec::new();
            for file in files {
                use std::os::unix::fs::PermissionsExt;
                let at = path.join(file.path);
                if let Some(parent) = at.parent() {
                    std::fs::create_dir_all(parent).map_err(unwritable)?;
                }
                std::fs::write(&at, &file.text).map_err(unwritable)?;
                if file.executable {
                    std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o755)).map_err(unwritable)?;
                }
                written.push(at.display().to_string());
            }
            Ok(written)
        })
        .await
    }

    /// What is wrong with the plugin in a folder. With `trust` its `--describe` is run.
    ///
    /// # Errors
    /// `source_unusable` where it is no plugin, or cannot be read whole.
    pub async fn plugin_check(&self, path: &Path, trust: bool) -> ApiResult<Vec<Finding>> {
        let open = self.opened().await?;
        let path = path.to_owned();
        blocking(move || {
            let refused = |error: sanctum_plugins::read::ReadError| {
                ApiError::refused("source_unusable", format!("{error}."), error.advice())
            };
            let report = if trust {
                caged(&open, &AtomicBool::new(false), |cage, cache| check::check(&path, Some((cage, cache))))
            } else {
                check::check(&path, None)
            };
            Ok(report.map_err(refused)?.findings.iter().map(finding).collect())
        })
        .await
    }
}
