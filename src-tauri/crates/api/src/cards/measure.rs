//! What can be seen from outside of a module: its folder, its code, its pid file, its port. Never a word without it.

use std::collections::HashMap;
use std::path::Path;

use sanctum_install::catalogue::{Catalogue, Known};
use time::OffsetDateTime;

use super::listening::Listener;
use super::{Rows, health};
use crate::dto::{Status, StatusWord};
use crate::open::Open;
use crate::stamps;

/// What was looked at once for all modules.
pub(crate) struct Ground {
    pub now: OffsetDateTime,
    /// Who listens on each kept port.
    pub listening: HashMap<u16, Listener>,
    /// What those said who were asked.
    answers: HashMap<u16, Result<String, String>>,
    /// The shared environment has an interpreter.
    pub venv: bool,
}

impl Ground {
    /// Asks the system once who listens where, and all who listen at the same time how they do.
    pub fn look(open: &Open, rows: &Rows) -> Self {
        let listening = super::listening::on(rows.ports.iter().map(|p| p.port));
        let answers = std::thread::scope(|scope| {
            let asked: Vec<_> = rows
                .ports
                .iter()
                .filter_map(|kept| {
                    let health = &Catalogue::builtin().get(&kept.module)?.health;
                    let at = listening.get(&kept.port)?.at;
                    Some((kept.port, scope.spawn(move || health::ask(health, at))))
                })
                .collect();
            asked.into_iter().filter_map(|(port, asking)| Some((port, asking.join().ok()??))).collect()
        });
        Self {
            now: open.env().now(),
            listening,
            answers,
            venv: open.root().join("agents/venv/bin/python").exists() || open.root().join("venv/bin/python").exists(),
        }
    }

    pub fn status(&self, word: StatusWord, reason: impl Into<String>, evidence: Vec<String>) -> Status {
        Status { word, reason: reason.into(), evidence, measured_at: Some(stamps::rfc3339(self.now)) }
    }
}

/// The status of one module folder. `slug` finds what the catalogue knows of it.
pub(crate) fn measure(ground: &Ground, dir: &Path, slug: &str, port: Option<u16>) -> Status {
    let known = Catalogue::builtin().get(slug);
    if !dir.is_dir() {
        return ground.status(
            StatusWord::Degraded,
            "its folder is gone",
            vec![format!("looked for {}", dir.display())],
        );
    }
    let mut evidence = Vec::new();
    let pid = running(dir, known, &mut evidence);
    if let Some(port) = port {
        match ground.listening.get(&port) {
            Some(listener) => {
                evidence.push(format!("{listener} listens on {port}"));
                return asked(ground, dir, port, listener, evidence);
            }
            None => evidence.push(format!("nothing listens on {port}")),
        }
    }
    if let Some(pid) = pid {
        return ground.status(
            StatusWord::Unknown,
            format!("runs as process {pid}, and has no way to be asked how it does"),
            evidence,
        );
    }
    let needs = known.and_then(|k| k.entry.as_ref());
    let installed = match needs {
        Some(entry) => dir.join(&entry.needs).exists(),
        None => holds_something(&dir.join("app")) || has_entry(dir),
    };
    if !installed {
        let missing = needs.map_or_else(|| "app/".to_owned(), |entry| entry.needs.clone());
        evidence.push(format!("looked for {missing}"));
        return ground.status(StatusWord::Off, "no code installed yet", evidence);
    }
    if needs.is_some_and(|entry| entry.python == "AGENT_PY") && !ground.venv {
        evidence.push("looked for agents/venv/bin/python".to_owned());
        return ground.status(StatusWord::Degraded, "the shared Python environment is missing", evidence);
    }
    if dir.join("logs").is_dir() && holds_something(&dir.join("logs")) {
        evidence.push("logs/ holds files of earlier runs".to_owned());
        return ground.status(StatusWord::Off, "not running", evidence);
    }
    evidence.push("logs/ holds nothing of earlier runs".to_owned());
    ground.status(StatusWord::Ready, "can be started, no log of earlier runs", evidence)
}

/// What the listener said, where it is the module and not somebody else on its port.
fn asked(ground: &Ground, dir: &Path, port: u16, listener: &Listener, mut evidence: Vec<String>) -> Status {
    let real = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    match super::listening::folder_of(listener.pid) {
        Some(folder) if folder.starts_with(&real) => evidence.push("it works in this module's folder".to_owned()),
        Some(folder) => {
            evidence.push(format!("it works in {}", folder.display()));
            return ground.status(
                StatusWord::Degraded,
                format!("port {port} is held by {listener}, not by this module"),
                evidence,
            );
        }
        None => {
            let reason = format!("{listener} listens on {port}; whether it is this module could not be seen");
            return ground.status(StatusWord::Unknown, reason, evidence);
        }
    }
    match ground.answers.get(&port) {
        Some(Ok(answer)) => {
            evidence.push(answer.clone());
            ground.status(StatusWord::Healthy, answer.clone(), evidence)
        }
        Some(Err(why)) => {
            evidence.push(why.clone());
            ground.status(StatusWord::Degraded, why.clone(), evidence)
        }
        None => ground.status(
            StatusWord::Unknown,
            format!("{listener} listens on {port}, and nothing is known to ask it"),
            evidence,
        ),
    }
}

/// The pid in the module's own pid file, where that process lives and is the module's.
fn running(dir: &Path, known: Option<&Known>, evidence: &mut Vec<String>) -> Option<u32> {
    let file = known.filter(|k| k.health.kind == "pid_file").and_then(|k| k.health.path.clone())?;
    let text = std::fs::read_to_string(dir.join(&file)).ok()?;
    let pid: u32 = text.trim().parse().ok()?;
    if alive_in(pid, dir) {
        evidence.push(format!("{file} names process {pid}, which lives in this folder"));
        return Some(pid);
    }
    evidence.push(format!("{file} names process {pid}, which is not this module's"));
    None
}

/// Whether the process works in `dir`: a pid alone may have been given to somebody else since.
fn alive_in(pid: u32, dir: &Path) -> bool {
    let real = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    super::listening::folder_of(pid).is_some_and(|folder| folder.starts_with(&real))
}

fn holds_something(dir: &Path) -> bool {
    std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some())
}

fn has_entry(dir: &Path) -> bool {
    ["main.py", "smcp.py", "cli.py", "plugin.py"].iter().any(|name| dir.join(name).is_file())
}

/// The sum of an agent's modules: the worst that needs somebody, else whether any runs.
pub(crate) fn sum(ground: &Ground, linked: bool, modules: &[(String, Status)]) -> Status {
    let named = |word: StatusWord| {
        modules.iter().find(|(_, s)| s.word == word).map(|(title, s)| format!("{title}: {}", s.reason))
    };
    let evidence: Vec<String> =
        modules.iter().map(|(title, s)| format!("{title}: {:?}, {}", s.word, s.reason)).collect();
    let count = |word: StatusWord| modules.iter().filter(|(_, s)| s.word == word).count();
    let (word, reason) = if let Some(why) = named(StatusWord::Error).or_else(|| named(StatusWord::Degraded)) {
        (StatusWord::Degraded, why)
    } else if modules.is_empty() {
        (StatusWord::Unknown, "has no module".to_owned())
    } else if let Some(why) = named(StatusWord::Unknown) {
        (StatusWord::Unknown, why)
    } else if count(StatusWord::Healthy) == modules.len() {
        (StatusWord::Healthy, "all its modules answer".to_owned())
    } else if count(StatusWord::Ready) == modules.len() {
        (StatusWord::Ready, "can be started".to_owned())
    } else {
        let off = count(StatusWord::Off);
        let word = if count(StatusWord::Healthy) > 0 { StatusWord::Degraded } else { StatusWord::Off };
        (word, format!("{off} of {} off", crate::words::count(modules.len(), "module", "modules")))
    };
    let reason = if linked { reason } else { format!("{reason}, not linked to Letta") };
    ground.status(word, reason, evidence)
}
