//! Asking one interpreter what it is. The question is a script whose answer only a real Python can give.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::find::is_executable;
use super::{OLDEST, Origin, PythonVerdict, Verdict};
use crate::host::Host;
use crate::spawn::{Spawn, SpawnError, SpawnOutput};

/// The marker is put together by the script, so that a program that merely echoes its arguments does not pass.
const MARK: &str = "sanctum-python:";
const SCRIPT: &str = r#"
import sys, json
missing = []
for name in ("ssl", "sqlite3", "venv", "ensurepip"):
    try:
        __import__(name)
    except Exception:
        missing.append(name)
sys.stdout.write("\n" + "sanctum" + "-python" + ":" + json.dumps({
    "version": ".".join(str(n) for n in sys.version_info[:3]),
    "level": sys.version_info[3],
    "implementation": sys.implementation.name,
    "venv": sys.prefix != sys.base_prefix,
    "conda": "conda" in sys.version.lower(),
    "missing": missing}) + "\n")
"#;

#[derive(Deserialize)]
struct Answer {
    version: String,
    level: String,
    implementation: String,
    venv: bool,
    conda: bool,
    missing: Vec<String>,
}

/// Judges the interpreter at `path`. Never fails: whatever goes wrong is a refusal with its reason.
pub fn check(path: &Path, origin: Origin, host: &dyn Host, spawn: &dyn Spawn, timeout: Duration) -> PythonVerdict {
    let started = Instant::now();
    let real_path = path.canonicalize().ok();
    let mut out = PythonVerdict {
        path: path.to_path_buf(),
        real_path,
        version: None,
        origin,
        verdict: Verdict::Refused,
        reason: String::new(),
        took: Duration::ZERO,
        hash: None,
    };
    match judge(path, &mut out, host, spawn, timeout) {
        Ok((verdict, reason)) => {
            out.verdict = verdict;
            out.reason = reason;
            out.hash = out.real_path.as_deref().and_then(hash);
        }
        Err(reason) => out.reason = reason,
    }
    out.took = started.elapsed();
    out
}

fn judge(
    path: &Path,
    out: &mut PythonVerdict,
    host: &dyn Host,
    spawn: &dyn Spawn,
    timeout: Duration,
) -> Result<(Verdict, String), String> {
    if !path.is_absolute() {
        return Err("The path to Python is not a full path; start it with `/`.".into());
    }
    let Some(text) = path.to_str().filter(|t| !t.chars().any(char::is_control)) else {
        return Err("The path holds characters that cannot be used.".into());
    };
    let Some(real) = out.real_path.as_deref() else {
        return Err("There is no file at this path.".into());
    };
    if !real.is_file() {
        return Err("This is a folder, not a Python interpreter.".into());
    }
    if !is_executable(real) {
        return Err("This file is not a program: it may not be executed.".into());
    }
    if host.is_stub(path, spawn) || host.is_stub(real, spawn) {
        return Err("This is Apple's placeholder; running it would open an installer. Install Python from python.org or Homebrew.".into());
    }
    let argv: Vec<String> = [text, "-I", "-c", SCRIPT].map(str::to_owned).into();
    let env = [("PATH", "/usr/bin:/bin"), ("LC_ALL", "C.UTF-8")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let answer = match spawn.run(&argv, &env, timeout) {
        Err(SpawnError::TimedOut(t)) => {
            return Err(format!("It did not answer within {} s.", t.as_secs_f32().ceil()));
        }
        Err(SpawnError::Start(e)) => return Err(format!("It could not be started: {e}.")),
        Ok(answer) => answer,
    };
    let Some(found) = parse(&answer) else {
        return Err(not_ours(&answer, out));
    };
    out.version = Some(found.version.clone());
    if found.conda {
        out.origin = Origin::Conda;
    }
    weigh(&found, out.origin)
}

fn weigh(found: &Answer, origin: Origin) -> Result<(Verdict, String), String> {
    if too_old(&found.version) {
        return Err(old(&found.version));
    }
    if found.implementation != "cpython" {
        return Err(format!(
            "This is {}, not CPython; the modules' packages are built for CPython.",
            found.implementation
        ));
    }
    if found.missing.iter().any(|m| m == "ensurepip" || m == "venv") {
        return Err(format!(
            "Its `{}` is missing, so no environment can be made. On Debian and Ubuntu install `python3-venv`.",
            found.missing.join("`, `")
        ));
    }
    if !found.missing.is_empty() {
        return Err(format!("Its `{}` is missing; the modules need it.", found.missing.join("`, `")));
    }
    let version = &found.version;
    if found.venv {
        return Ok((
            Verdict::Catch,
            format!("Python {version} of a virtual environment; it stops working when that environment is deleted."),
        ));
    }
    if found.level != "final" {
        return Ok((Verdict::Catch, format!("Python {version} is a test release; packages may not be ready for it.")));
    }
    match origin {
        Origin::Conda => Ok((
            Verdict::Catch,
            format!("Python {version} of a conda distribution; its packages can shadow the shared environment's."),
        )),
        Origin::Homebrew => Ok((
            Verdict::Fits,
            format!("Python {version} from Homebrew. When Homebrew replaces it, the shared environment is made again."),
        )),
        other => Ok((Verdict::Fits, format!("Python {version} from {}.", other.words()))),
    }
}

fn parse(answer: &SpawnOutput) -> Option<Answer> {
    if answer.code != Some(0) {
        return None;
    }
    let text = std::str::from_utf8(&answer.stdout).ok()?;
    let line = text.lines().rev().find_map(|line| line.strip_prefix(MARK))?;
    serde_json::from_str(line).ok()
}

/// Explains an answer that is not the script's: an old Python that only tells its version, or no Python at all.
fn not_ours(answer: &SpawnOutput, out: &mut PythonVerdict) -> String {
    let said = [&answer.stdout, &answer.stderr].into_iter().find_map(|bytes| {
        String::from_utf8_lossy(bytes).lines().map(str::trim).find(|l| !l.is_empty()).map(str::to_owned)
    });
    let version = said.as_deref().map(|l| l.strip_prefix("Python ").unwrap_or(l)).filter(|v| looks_like_version(v));
    if let Some(version) = version.filter(|v| too_old(v)) {
        out.version = Some(version.to_owned());
        return old(version);
    }
    "This program is not Python: it did not answer the way Python does.".to_owned()
}

fn looks_like_version(text: &str) -> bool {
    text.len() < 24 && text.contains('.') && text.starts_with(|c: char| c.is_ascii_digit())
}

fn too_old(version: &str) -> bool {
    let parts = super::version_key(version);
    (parts.first().copied().unwrap_or(0), parts.get(1).copied().unwrap_or(0)) < OLDEST
}

fn old(version: &str) -> String {
    format!("This is Python {version}; Broca needs 3.11 or newer.")
}

fn hash(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}
