//! A dry run: what an installation would put in, without installing anything. Everything it writes is temporary.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::Value;

pub use crate::command::CommandError;
use crate::command::{self, Said};
use crate::{Tool, build, explain, pins, plain};

/// How long looking up and weighing may take.
pub const TIMEOUT: Duration = Duration::from_secs(180);
/// Lines kept for copying.
const MOST_LINES: usize = 400;

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct Attempt<'a> {
    /// The interpreter it is for.
    pub python: &'a Path,
    /// An interpreter of the same version that has pip, where there is one; without it a temporary environment is made.
    pub with_pip: Option<PathBuf>,
    pub tool: &'a Tool,
    pub pins: &'a str,
    /// As in [`build::Build`].
    pub held: &'a [(String, String)],
    /// What is told of the interpreter: "3.11.7".
    pub version: Option<&'a str>,
    /// The environment of the installer.
    pub vars: &'a [(String, String)],
    /// Where relative paths in the pins begin.
    pub cwd: &'a Path,
}

/// How it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Name and version of all that would be installed; `None` where it cannot be.
    pub packages: Option<Vec<(String, String)>>,
    /// Why not, in sentences.
    pub conflicts: Vec<String>,
    /// What the installer printed.
    pub output: Vec<String>,
    pub took: Duration,
}

impl Attempt<'_> {
    /// Tries it.
    ///
    /// # Errors
    /// Where it could not be tried at all: no program, no time left, called off.
    pub fn run(&self, limit: Duration, cancel: &AtomicBool) -> Result<Outcome, CommandError> {
        let began = Instant::now();
        if !pins::asks(self.pins) {
            return Ok(Outcome { packages: Some(Vec::new()), took: began.elapsed(), ..Outcome::default() });
        }
        let room = tempfile::Builder::new().prefix("sanctum-python-").tempdir().map_err(CommandError::Temporary)?;
        let left = || limit.saturating_sub(began.elapsed());
        fs::write(room.path().join("pins.txt"), self.pins).map_err(CommandError::Temporary)?;
        let held = if self.pins.contains("--hash") { Vec::new() } else { build::held(self.held) };
        let pip = match (self.tool, &self.with_pip) {
            (Tool::Uv(_), _) => PathBuf::new(),
            (Tool::Pip, Some(there)) => there.clone(),
            (Tool::Pip, None) => {
                let made = room.path().join("venv");
                let argv = words(&[&text(self.python), "-I", "-m", "venv", &text(&made)]);
                let said = command::run(&argv, self.vars, room.path(), left(), cancel)?;
                if said.code != Some(0) {
                    return Ok(failed(said, began, "With this Python no environment can be made."));
                }
                made.join("bin/python")
            }
        };
        let mut said = self.ask(room.path(), &pip, &held, left(), cancel)?;
        let mut before = Vec::new();
        if said.code != Some(0) && !held.is_empty() && explain::is_unresolved(&said.lines) {
            before = std::mem::take(&mut said.lines);
            before.push("Not everything can stay at the version that is installed now; looking again.".to_owned());
            said = self.ask(room.path(), &pip, &[], left(), cancel)?;
        }
        // What was held is given up, so only the last answer counts.
        let reasons = if said.code == Some(0) { Vec::new() } else { explain::explain(&said.lines, self.version) };
        before.append(&mut said.lines);
        let output = tail(&before);
        if said.code != Some(0) {
            return Ok(Outcome { packages: None, conflicts: reasons, output, took: began.elapsed() });
        }
        let packages = match self.tool {
            Tool::Uv(_) => compiled(&room.path().join("out.txt")),
            Tool::Pip => report(&room.path().join("report.json")),
        };
        let conflicts = match packages {
            Some(_) => Vec::new(),
            None => vec!["The installer said that it can be done, but not what it would install.".to_owned()],
        };
        Ok(Outcome { packages, conflicts, output, took: began.elapsed() })
    }

    fn ask(
        &self,
        room: &Path,
        pip: &Path,
        held: &[String],
        limit: Duration,
        cancel: &AtomicBool,
    ) -> Result<Said, CommandError> {
        let pins = text(&room.join("pins.txt"));
        let mut argv = match self.tool {
            Tool::Uv(uv) => {
                let (uv, python, out) = (text(uv), text(self.python), text(&room.join("out.txt")));
                words(&[
                    &uv,
                    "pip",
                    "compile",
                    "--quiet",
                    "--no-header",
                    "--no-annotate",
                    "--no-strip-markers",
                    "--python",
                    &python,
                    "--output-file",
                    &out,
                    &pins,
                ])
            }
            Tool::Pip => {
                let (pip, report) = (text(pip), text(&room.join("report.json")));
                words(&[
                    &pip,
                    "-I",
                    "-m",
                    "pip",
                    "install",
                    "--dry-run",
                    "--ignore-installed",
                    "--no-input",
                    "--progress-bar",
                    "off",
                    "--retries",
                    "1",
                    "--report",
                    &report,
                    "-r",
                    &pins,
                ])
            }
        };
        if !held.is_empty() {
            let file = room.join("held.txt");
            fs::write(&file, held.join("\n") + "\n").map_err(CommandError::Temporary)?;
            argv.extend(["-c".to_owned(), text(&file)]);
        }
        command::run(&argv, self.vars, self.cwd, limit, cancel)
    }
}

fn failed(said: Said, began: Instant, why: &str) -> Outcome {
    Outcome { packages: None, conflicts: vec![why.to_owned()], output: tail(&said.lines), took: began.elapsed() }
}

fn tail(lines: &[String]) -> Vec<String> {
    lines[lines.len().saturating_sub(MOST_LINES)..].to_vec()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|word| (*word).to_owned()).collect()
}

/// pip's report.
fn report(file: &Path) -> Option<Vec<(String, String)>> {
    let report: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let all = report.get("install")?.as_array()?;
    let one = |item: &Value| {
        let of = |key: &str| item.pointer(&format!("/metadata/{key}")).and_then(Value::as_str).map(plain);
        Some((of("name")?, of("version")?))
    };
    Some(all.iter().filter_map(one).collect())
}

/// What uv compiled: `name==version` lines.
fn compiled(file: &Path) -> Option<Vec<(String, String)>> {
    let text = fs::read_to_string(file).ok()?;
    let all = pins::requirements(&text).into_iter();
    Some(all.map(|r| (r.name, r.asked.trim_start_matches('=').to_owned())).collect())
}
