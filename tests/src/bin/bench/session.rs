//! A real session bus with a real, unlocked keyring, so that the app finds the session it kept, as on any desktop.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result};
use sanctum_api::{App, AppEnv, Nobody};
use sanctum_tests::Place;

use crate::seed;

/// The word that makes this program sign in once and end.
pub const REMEMBER: &str = "remember-session";

pub struct Bus {
    child: Child,
    env: BTreeMap<String, String>,
}

impl Bus {
    /// Starts it with the keyring in `home`'s data folder.
    pub fn start(home: &Place) -> Result<Self> {
        let runtime = home.path().join("run");
        std::fs::create_dir_all(&runtime).context("making the runtime folder")?;
        std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let mut env = home.env();
        env.insert("XDG_RUNTIME_DIR".to_owned(), runtime.display().to_string());
        let script = "printf bench | gnome-keyring-daemon --unlock --components=secrets >/dev/null && echo \"$DBUS_SESSION_BUS_ADDRESS\" && exec sleep 86400";
        let mut child = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", script])
            .env_clear()
            .envs(&env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("starting dbus-run-session")?;
        let mut address = String::new();
        let out = child.stdout.take().context("the session has no output")?;
        std::io::BufReader::new(out).read_line(&mut address).context("reading the bus's address")?;
        anyhow::ensure!(!address.trim().is_empty(), "the session bus or its keyring did not start");
        env.insert("DBUS_SESSION_BUS_ADDRESS".to_owned(), address.trim().to_owned());
        Ok(Self { child, env })
    }

    /// The environment of a program on this bus that works in `place`.
    pub fn env(&self, place: &Place) -> BTreeMap<String, String> {
        let mut env = place.env();
        for name in ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] {
            env.extend(self.env.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        env.extend([
            ("SANCTUM_ROOT".to_owned(), place.root().display().to_string()),
            ("SANCTUM_SECRET_STORE".to_owned(), "os".to_owned()),
            ("NO_AT_BRIDGE".to_owned(), "1".to_owned()),
            ("GTK_USE_PORTAL".to_owned(), "0".to_owned()),
        ]);
        env
    }

    /// Signs in at `place` once, so that the next starts of the app find the session.
    pub fn remember(&self, place: &Place) -> Result<()> {
        let me = std::env::current_exe().context("finding this program")?;
        let run = Command::new(me).arg(REMEMBER).env_clear().envs(self.env(place)).output().context("signing in")?;
        anyhow::ensure!(run.status.success(), "signing in failed: {}", String::from_utf8_lossy(&run.stderr));
        Ok(())
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        super::processes::end(&mut self.child);
    }
}

/// What the child of [`Bus::remember`] does.
pub async fn remember() -> Result<()> {
    let app = App::new(said(AppEnv::from_process())?, Arc::new(Nobody));
    let state = said(app.sign_in(seed::USER, seed::PASSWORD.to_owned()).await)?;
    app.close();
    anyhow::ensure!(state.user.is_some_and(|user| user.remembered), "the keyring did not take the session");
    Ok(())
}

/// The api beside a terminal: it holds no lock and watches nothing.
pub fn app(data_dir: &Path, root: &Path) -> Result<App> {
    let var = |name: &str| match name {
        "HOME" | "SANCTUM_DATA_DIR" => Some(data_dir.display().to_string()),
        "SANCTUM_ROOT" => Some(root.display().to_string()),
        "SANCTUM_SECRET_STORE" => Some("memory".to_owned()),
        _ => None,
    };
    let mut env = said(AppEnv::from_vars(&var))?;
    env.exclusive = false;
    Ok(App::new(env, Arc::new(Nobody)))
}

/// The api's errors as ours.
pub fn said<T>(result: sanctum_api::ApiResult<T>) -> Result<T> {
    result.map_err(|error| anyhow::anyhow!("{}: {} {:?}", error.code, error.message, error.details))
}
