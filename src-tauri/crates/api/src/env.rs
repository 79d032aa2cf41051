//! What the process was started with, read once and passed in: folders, secret store, clock, search path.
//!
//! Nothing below reads the environment or the clock by itself, so tests give their own and never touch the real home.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use crate::{ApiError, ApiResult};

/// Current time, UTC. Passed in so that expiry, lockout and stamps can be tested.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// What is handed on to modules, installers and Python besides [`sanctum_python::installer::EVERYBODYS`]; nothing else of the app's own
/// environment is.
const INHERITED: &[&str] = &["LANG", "LC_ALL", "LC_CTYPE", "TZ", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/// The surroundings of one app or one `sanctumctl` run.
#[derive(Clone)]
pub struct AppEnv {
    /// The app's own folder: which install was open, kept answers of the wizard, registries of adopted installs.
    pub data_dir: PathBuf,
    /// Home of the operator, for `~` and for the places where installs are looked for.
    pub home: PathBuf,
    /// `SANCTUM_ROOT`: the install to open or to create.
    pub root: Option<PathBuf>,
    /// `SANCTUM_SECRET_STORE`: `os`, `file` or `memory`.
    pub secret_store: sanctum_secrets::Kind,
    /// `PATH`, to look for interpreters.
    pub search_path: String,
    /// What the person set for pip and uv: index, proxy, certificates.
    pub installer_vars: Vec<(String, String)>,
    /// Name of the person at the console, for the record of what `sanctumctl` did.
    pub os_user: String,
    pub clock: Clock,
    /// Of the encrypted file, once it was given.
    pub passphrase: crate::repair::Passphrase,
    /// Where the system looks for what it starts at login.
    pub login_dir: PathBuf,
    /// Where the system looks for programs that it is to keep running for this person.
    pub units_dir: PathBuf,
    /// The app's own program, for starting it at login; `None` where it is not known.
    pub program: Option<PathBuf>,
    /// `sanctumctl`, which keeps modules running and reads start-up secrets; `None` where it is not beside the app.
    pub ctl: Option<PathBuf>,
    /// Variables that programs started from here are handed on: proxies, certificates, languages, package indexes.
    pub inherited: Vec<(String, String)>,
    /// How long a change that modules run on is watched before it is kept (`SANCTUM_TRIAL_SECONDS`, 30).
    pub trial: std::time::Duration,
    /// The window holds its install alone; `sanctumctl` may stand beside it.
    pub exclusive: bool,
}

impl AppEnv {
    /// Reads the process environment.
    ///
    /// # Errors
    /// `secret_store_unknown` for a value that names no store, `no_home` where neither `HOME` nor `SANCTUM_DATA_DIR`
    /// is set, `data_dir_relative` for a relative folder.
    pub fn from_process() -> ApiResult<Self> {
        let mut env = Self::from_vars(&|name| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()))?;
        env.program = std::env::current_exe().ok();
        env.ctl = env.program.as_ref().map(|own| own.with_file_name("sanctumctl")).filter(|ctl| ctl.is_file());
        Ok(env)
    }

    /// The same from any source of variables.
    ///
    /// # Errors
    /// As [`AppEnv::from_process`].
    pub fn from_vars(var: &dyn Fn(&str) -> Option<String>) -> ApiResult<Self> {
        let given = |name: &str| var(name).filter(|value| !value.is_empty());
        let home = given("HOME").map(PathBuf::from);
        let data_dir = match (given("SANCTUM_DATA_DIR"), &home) {
            (Some(dir), _) => PathBuf::from(dir),
            (None, Some(home)) => default_data_dir(home, given("XDG_DATA_HOME").map(PathBuf::from)),
            (None, None) => {
                return Err(ApiError::refused(
                    "no_home",
                    "There is no home folder, so the app has no place of its own.",
                    "Set `SANCTUM_DATA_DIR` to a folder that may be written.",
                ));
            }
        };
        absolute("SANCTUM_DATA_DIR", &data_dir)?;
        let secret_store =
            sanctum_secrets::kind_from_env(given("SANCTUM_SECRET_STORE").as_deref()).map_err(|error| {
                ApiError::refused(
                    "secret_store_unknown",
                    error.to_string(),
                    "Use `os`, `file` or `memory`, or leave it out for `os`.",
                )
            })?;
        let home = home.unwrap_or_else(|| data_dir.clone());
        let config = given("XDG_CONFIG_HOME").map(PathBuf::from);
        Ok(Self {
            units_dir: sanctum_modules::units::current().folder(&home, config.as_deref()),
            login_dir: sanctum_install::host::current().login_items(&home, config.as_deref()),
            trial: std::time::Duration::from_secs(
                given("SANCTUM_TRIAL_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(30),
            ),
            program: None,
            ctl: None,
            inherited: INHERITED
                .iter()
                .chain(sanctum_python::installer::EVERYBODYS)
                .filter_map(|name| Some(((*name).to_owned(), given(name)?)))
                .collect(),
            home,
            data_dir,
            root: given("SANCTUM_ROOT").map(PathBuf::from),
            secret_store,
            search_path: given("PATH").unwrap_or_default(),
            installer_vars: sanctum_python::installer::passed()
                .filter_map(|name| Some((name.to_owned(), given(name)?)))
                .collect(),
            os_user: given("USER").or_else(|| given("LOGNAME")).unwrap_or_else(|| "console".to_owned()),
            clock: Arc::new(OffsetDateTime::now_utc),
            passphrase: crate::repair::Passphrase::default(),
            exclusive: true,
        })
    }

    /// What makes the system start the app at login; `None` where the app's program is not known.
    pub(crate) fn login_item(&self) -> Option<sanctum_install::host::LoginItem> {
        sanctum_install::host::current().login_item(self.program.as_deref()?)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    /// A path as a person writes it: `~/sanctum`.
    #[must_use]
    pub fn short(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Ok(rest) => format!("~/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }
}

fn absolute(name: &str, path: &Path) -> ApiResult<()> {
    if path.is_absolute() {
        return Ok(());
    }
    Err(ApiError::refused(
        "data_dir_relative",
        format!("`{name}` is `{}`, which is not a full path.", path.display()),
        "Start it with a slash.",
    ))
}

#[cfg(target_os = "macos")]
fn default_data_dir(home: &Path, _xdg: Option<PathBuf>) -> PathBuf {
    home.join("Library/Application Support/org.sanctum.configurator")
}

#[cfg(not(target_os = "macos"))]
fn default_data_dir(home: &Path, xdg: Option<PathBuf>) -> PathBuf {
    xdg.filter(|p| p.is_absolute()).unwrap_or_else(|| home.join(".local/share")).join("org.sanctum.configurator")
}
