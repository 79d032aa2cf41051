//! A test's own corner of the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A temporary home with everything that a started program may write to. Removed when dropped.
pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    /// # Errors
    /// When no temporary folder can be made.
    pub fn new() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("sanctum-test-").tempdir().context("making a temporary folder")?;
        for part in ["home", "data", "tmp"] {
            std::fs::create_dir_all(dir.path().join(part)).context("making the test's folders")?;
        }
        Ok(Self { dir })
    }

    /// The temporary folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Where a Sanctum of this test lives by default: `~/sanctum`.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.home().join("sanctum")
    }

    /// The whole environment of a started program; nothing else is passed on but `PATH`.
    #[must_use]
    pub fn env(&self) -> BTreeMap<String, String> {
        let text = |path: PathBuf| path.display().to_string();
        let mut env = BTreeMap::from([
            ("HOME".to_owned(), text(self.home())),
            ("XDG_DATA_HOME".to_owned(), text(self.home().join(".local/share"))),
            ("XDG_CONFIG_HOME".to_owned(), text(self.home().join(".config"))),
            ("XDG_CACHE_HOME".to_owned(), text(self.home().join(".cache"))),
            ("TMPDIR".to_owned(), text(self.path().join("tmp"))),
            ("SANCTUM_DATA_DIR".to_owned(), text(self.data_dir())),
            ("SANCTUM_SECRET_STORE".to_owned(), "memory".to_owned()),
            ("USER".to_owned(), "tester".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ]);
        if let Ok(path) = std::env::var("PATH") {
            env.insert("PATH".to_owned(), path);
        }
        env
    }
}

/// A program of the workspace, built by `make test` in the profile the tests run in.
///
/// # Errors
/// When it was not built.
pub fn program(name: &str) -> Result<PathBuf> {
    let tests = std::env::current_exe().context("looking for the test's own folder")?;
    let folder = tests
        .ancestors()
        .find(|dir| dir.join(".cargo-lock").exists() || dir.ends_with("debug") || dir.ends_with("release"));
    let path = folder.context("the test does not lie in a target folder")?.join(name);
    anyhow::ensure!(path.is_file(), "`{}` was not built; `make test` builds it first", path.display());
    Ok(path)
}
