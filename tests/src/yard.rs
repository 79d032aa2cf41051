//! A Sanctum with stand-ins of real modules (`tests/stand-ins`) that can be started; all of them are stopped when it goes.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{Ctl, Place};

/// Athena's modules with an interpreter, each on a port that is free now.
pub struct Yard(Place);

impl Drop for Yard {
    fn drop(&mut self) {
        let _stopped = self.ctl(&["modules", "stop", "--all"]);
    }
}

impl Deref for Yard {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.0
    }
}

impl Yard {
    /// # Errors
    /// When the setup does not end well.
    pub fn new(modules: &str) -> Result<Self> {
        let place = Place::new()?;
        Ctl::new(&place).setup(&["athena"], modules)?;
        for dir in ["agents", "smcp"] {
            let bin = place.root().join(dir).join("venv/bin");
            std::fs::create_dir_all(&bin).context("making a place for Python")?;
            std::os::unix::fs::symlink(python()?, bin.join("python")).context("linking to Python")?;
        }
        let yard = Self(place);
        for module in modules.split(',') {
            let address = if module == "smcp" { module.to_owned() } else { format!("athena/{module}") };
            yard.ctl(&["ports", "move", &address, "--to", &free_port()?.to_string(), "--yes"])?;
        }
        Ok(yard)
    }

    /// Installs the stand-in of this name as the code of an instance.
    ///
    /// # Errors
    /// When it is refused.
    pub fn install(&self, address: &str, stand_in: &str) -> Result<()> {
        let folder = stand_ins().join(stand_in).display().to_string();
        self.ctl(&["modules", "install", address, "--folder", &folder, "--yes"])
    }

    /// Runs `sanctumctl` on it.
    ///
    /// # Errors
    /// When it does not end with 0.
    pub fn ctl(&self, words: &[&str]) -> Result<()> {
        let root = self.root().display().to_string();
        let mut all = vec!["--root", root.as_str()];
        all.extend(words);
        let done = Ctl::new(&self.0).run(&all)?;
        anyhow::ensure!(done.code == 0, "`{}` ends with 0: {done:?}", words.join(" "));
        Ok(())
    }
}

/// Where the stand-ins lie.
#[must_use]
pub fn stand_ins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stand-ins")
}

/// The interpreter that stand-ins run with.
fn python() -> Result<PathBuf> {
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    Ok(PathBuf::from(String::from_utf8(found.context("running python3")?.stdout)?.trim()))
}

/// A port that is free at this moment.
///
/// # Errors
/// What the system says.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
