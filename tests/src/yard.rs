//! A Sanctum with stand-ins of real modules (`tests/stand-ins`) that can be started; all of them are stopped when it goes.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use rustix::process::Pid;
use serde_json::Value;

use crate::place::program;
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

    /// Starts a module of Athena by its own script, as somebody does by hand.
    ///
    /// # Errors
    /// When bash cannot be started.
    pub fn by_hand(&self, module: &str) -> Result<Child> {
        Command::new("bash")
            .arg(self.root().join("agents/agent-athena").join(module).join("run/start.sh"))
            .env_clear()
            .envs(self.env())
            .env("SANCTUMCTL", program("sanctumctl")?)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting a module by hand")
    }

    /// The process that the keeper of Athena's module says it is.
    ///
    /// # Errors
    /// When its record names none.
    pub fn pid(&self, module: &str) -> Result<Pid> {
        let record = self.root().join("agents/agent-athena").join(module).join("run/keeper.json");
        let record: Value = serde_json::from_str(&std::fs::read_to_string(record)?)?;
        let pid = record.pointer("/child/pid").and_then(Value::as_i64).context("the record names its process")?;
        Pid::from_raw(i32::try_from(pid)?).context("a process has a number")
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
