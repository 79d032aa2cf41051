//! `secrets exec`: puts an instance's secrets into the environment and becomes the program that needs them.
//!
//! Nothing of them goes into arguments, output or a file, and no process of ours stays behind that holds them. Where the store
//! does not answer, the program is not started: a module never runs with half of its secrets.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sanctum_api::{Actor, ApiError};

use crate::console::{Console, Done};

/// As shells do it: no such program, and one that cannot be run.
const NOT_THERE: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

pub async fn run(
    console: &Console,
    actor: &Actor,
    instance: Option<String>,
    dir: Option<PathBuf>,
    words: Vec<OsString>,
) -> Done {
    let target = match (instance, dir) {
        (Some(instance), _) => instance,
        (None, dir) => console.app.instance_at(actor, &dir.unwrap_or_default()).await?,
    };
    let handed = match console.app.secrets_exec(actor, &target).await {
        Err(error) if console.may_unlock(&error) => {
            console.unlock_if_asked().await?;
            console.app.secrets_exec(actor, &target).await?
        }
        handed => handed?,
    };
    console.app.close();
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| ApiError::refused("usage", "No program was named.", "Name it after `--`."))?;
    let mut command = Command::new(program);
    command.args(arguments).envs(handed.iter().map(|(name, value)| (name, value.expose())));
    // It only comes back when the program could not take over.
    let error = command.exec();
    let there = error.kind() != std::io::ErrorKind::NotFound;
    let refused = ApiError::refused(
        "program_not_started",
        format!("`{}` could not be started.", Path::new(program).display()),
        "Check its path and that it may be run. Nothing was changed.",
    );
    let refused = ApiError { exit: if there { NOT_RUNNABLE } else { NOT_THERE }, ..refused };
    Err(refused.with_details([error.kind().to_string()]))
}

/// The Sanctum that a folder lies in: the nearest one above it that has a registry.
pub fn root_above(dir: &Path) -> Option<PathBuf> {
    let real = dir.canonicalize().ok()?;
    real.ancestors().find(|above| above.join("control/registry.db").is_file()).map(Path::to_owned)
}
