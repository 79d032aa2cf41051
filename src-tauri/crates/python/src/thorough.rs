//! A thorough look at an environment: what pip or uv says of it, and whether its packages can be imported. This runs it.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::command::{self, CommandError};
use crate::{Env, Tool, build, plain};

/// How long it may take as a whole.
pub const TIMEOUT: Duration = Duration::from_secs(180);

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Findings {
    /// What does not fit together.
    pub fit: Vec<String>,
    /// Whether anything could be asked that.
    pub asked: bool,
    /// What cannot be imported.
    pub imports: Vec<String>,
}

/// Checks an environment whose interpreter runs.
///
/// # Errors
/// Where it could not be asked, with the words why.
pub fn check(
    env: &Env,
    tool: &Tool,
    pins: &str,
    vars: &[(String, String)],
    cancel: &AtomicBool,
) -> Result<Findings, String> {
    let uv = match tool {
        Tool::Uv(path) => Some(path.display().to_string()),
        Tool::Pip => None,
    };
    let job = json!({ "mode": "check", "target": env.real, "uv": uv, "names": build::names(pins) });
    let argv = [
        env.program().display().to_string(),
        "-I".to_owned(),
        "-c".to_owned(),
        build::SCRIPT.to_owned(),
        job.to_string(),
    ];
    let said =
        command::run(&argv, vars, Path::new("/"), TIMEOUT, cancel).map_err(|error: CommandError| error.to_string())?;
    let answer = said.lines.iter().rev().find_map(|line| serde_json::from_str::<Findings>(line).ok());
    match answer {
        Some(found) => {
            let plain = |all: Vec<String>| all.iter().map(|line| plain(line)).collect();
            Ok(Findings { fit: plain(found.fit), imports: plain(found.imports), asked: found.asked })
        }
        None => Err(format!(
            "Its own interpreter could not check it: {}",
            said.lines.last().map_or("it said nothing", String::as_str)
        )),
    }
}
