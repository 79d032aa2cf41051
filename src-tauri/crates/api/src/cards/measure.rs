//! What can be seen of a module: its keeper's record and its processes, its port, what it answers, its log. Never a word without it.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sanctum_config::env::EnvFile;
use sanctum_install::catalogue::{Catalogue, Entry, Known};
use sanctum_modules::health::{self, Answer, log};
use time::OffsetDateTime;

use super::Rows;
use super::listening::Listener;
use crate::dto::{RunState, RunWay, Status, StatusWord};
use crate::modules::{Look, bare_instances, looks};
use crate::open::Open;
use crate::stamps;

/// How long an answer may take.
const WAIT: Duration = Duration::from_millis(1500);
/// A module that began just now may not listen yet.
const WARMING_UP: time::Duration = time::Duration::seconds(45);

/// What was looked at once for all modules.
pub(crate) struct Ground {
    pub now: OffsetDateTime,
    /// Who listens on each kept port.
    pub listening: HashMap<u16, Listener>,
    /// What those said who were asked.
    pub answers: HashMap<u16, Answer>,
    /// How the run of each stands, by folder.
    pub looks: HashMap<PathBuf, Look>,
    /// Folders in which the program lies that their own manifest names.
    pub entries: HashSet<PathBuf>,
    /// The shared environment has an interpreter.
    pub venv: bool,
}

impl Ground {
    /// Asks the system once who runs and who listens where, and all who listen at the same time how they do.
    pub fn look(open: &Open, rows: &Rows) -> Self {
        let bare = bare_instances(open, rows);
        let looks = looks(open, &bare);
        let has_own = |dir: &Path, file: &Option<String>| file.as_ref().is_some_and(|file| dir.join(file).is_file());
        let listening = super::listening::on(rows.ports.iter().map(|p| p.port));
        let answers = std::thread::scope(|scope| {
            let asked: Vec<_> = rows
                .ports
                .iter()
                .filter_map(|kept| {
                    let probe = super::health::probe(&Catalogue::builtin().get(&kept.module)?.health)?;
                    let at = listening.get(&kept.port)?.at;
                    Some((kept.port, scope.spawn(move || health::ask(&probe, at, WAIT))))
                })
                .collect();
            asked.into_iter().filter_map(|(port, asking)| Some((port, asking.join().ok()?))).collect()
        });
        Self {
            now: open.env().now(),
            listening,
            answers,
            looks,
            entries: bare.into_iter().filter(|one| has_own(&one.dir, &one.entry_point)).map(|one| one.dir).collect(),
            venv: open.root().join("agents/venv/bin/python").exists() || open.root().join("venv/bin/python").exists(),
        }
    }

    pub fn status(&self, word: StatusWord, reason: impl Into<String>, evidence: Vec<String>) -> Status {
        Status { word, reason: reason.into(), evidence, measured_at: Some(stamps::rfc3339(self.now)) }
    }
}

/// The status of one module folder. `slug` finds what the catalogue knows of it.
pub(crate) fn measure(ground: &Ground, dir: &Path, slug: &str, port: Option<u16>) -> Status {
    let status = measured(ground, dir, slug, port);
    match ground.looks.get(dir) {
        Some(look) if look.unkept => unkept(status, look.way),
        _ => status,
    }
}

/// It runs without its keeper: how it does is one thing, that nobody would start it again another.
fn unkept(mut status: Status, way: RunWay) -> Status {
    if way == RunWay::System {
        status.evidence.push("its keeper is gone; the system watches it, and starts it again where it ends".to_owned());
        return status;
    }
    if status.word == StatusWord::Healthy {
        status.word = StatusWord::Degraded;
    }
    status.reason = format!("{}; its keeper is gone, so nobody would start it again", status.reason);
    status.evidence.push("Restart has it kept again; `sanctumctl modules start` takes it over as it runs".to_owned());
    status
}

fn measured(ground: &Ground, dir: &Path, slug: &str, port: Option<u16>) -> Status {
    let known = Catalogue::builtin().get(slug);
    if !dir.is_dir() {
        return ground.status(
            StatusWord::Degraded,
            "its folder is gone",
            vec![format!("looked for {}", dir.display())],
        );
    }
    let mut evidence = Vec::new();
    let look = ground.looks.get(dir);
    if let Some(status) = look.and_then(|look| between(ground, known, look, &mut evidence)) {
        return status;
    }
    let runs = look.filter(|look| look.runs());
    if let Some(look) = runs {
        evidence.extend(look.process.as_ref().map(|process| format!("{process} runs")));
    }
    if let Some(port) = port {
        match ground.listening.get(&port) {
            Some(listener) => {
                evidence.push(format!("{listener} listens on {port}"));
                return asked(ground, dir, known, port, listener, runs, evidence);
            }
            None => evidence.push(format!("nothing listens on {port}")),
        }
    }
    if let Some(look) = runs {
        return running(ground, dir, known, port, look, evidence);
    }
    not_running(ground, dir, known, look, evidence)
}

/// Between running and not: starting, stopping, waiting for the next try, given up.
fn between(ground: &Ground, known: Option<&Known>, look: &Look, evidence: &mut Vec<String>) -> Option<Status> {
    if let Some(trouble) = &look.trouble {
        return Some(ground.status(StatusWord::Unknown, trouble.clone(), Vec::new()));
    }
    let why = || look.words.clone().unwrap_or_else(|| "it ended".to_owned());
    let (word, reason) = match look.state {
        RunState::Starting => {
            let ready = known.and_then(|known| known.entry.as_ref()?.ready.as_ref());
            let waits = ready
                .map_or_else(|| "starting".to_owned(), |ready| format!("starting; its log has not said “{ready}” yet"));
            (StatusWord::Unknown, waits)
        }
        RunState::Stopping => (StatusWord::Unknown, "stopping".to_owned()),
        RunState::Waiting => (StatusWord::Degraded, format!("{}; it is started again", why())),
        RunState::GaveUp => (StatusWord::Degraded, format!("not started again: {}", why())),
        RunState::Running | RunState::Stopped => return None,
    };
    evidence.extend(look.record.as_ref().and_then(|record| record.events.last()).map(|event| event.text.clone()));
    Some(ground.status(word, reason, std::mem::take(evidence)))
}

/// It runs, and nothing of it listens where it could be asked.
fn running(
    ground: &Ground,
    dir: &Path,
    known: Option<&Known>,
    port: Option<u16>,
    look: &Look,
    mut evidence: Vec<String>,
) -> Status {
    if let Some(words) = &look.words {
        evidence.push(words.clone());
        return ground.status(StatusWord::Degraded, words.clone(), evidence);
    }
    let health = known.map(|known| &known.health);
    if let (Some(port), true) = (port, health.is_some_and(|health| super::health::probe(health).is_some())) {
        let young = look.since().is_some_and(|since| ground.now - since < WARMING_UP);
        let word = if young { StatusWord::Unknown } else { StatusWord::Degraded };
        return ground.status(word, format!("runs, and does not listen on {port} yet"), evidence);
    }
    if look.log_is_of_another_run() && health.is_some_and(|health| health.log_ready.is_some()) {
        let reason = "runs, and was started by hand; its log here is of the run before";
        return ground.status(StatusWord::Unknown, reason, evidence);
    }
    if let Some(says) = health.and_then(|health| super::health::log_says(health, dir, look)) {
        evidence.push(says.words(ground.now));
        let words = super::health::words(&says);
        return match (says.in_trouble(), &says.reach, &says.ready) {
            (true, ..) => ground.status(StatusWord::Degraded, words, evidence),
            (false, Some(log::Reach::Connected(_)), _) => ground.status(StatusWord::Healthy, words, evidence),
            (false, _, Some(_)) => ground.status(StatusWord::Healthy, words, evidence),
            _ => ground.status(StatusWord::Unknown, "runs; its log does not say how it does", evidence),
        };
    }
    let process = look.process.as_ref().map_or_else(String::new, ToString::to_string);
    // Nothing more is known of what only a manifest tells of: that it goes on running is what there is to measure.
    let (word, more) = match known {
        None if look.process.is_some() => (StatusWord::Healthy, "which is all that can be seen of it"),
        _ => (StatusWord::Unknown, "and has no way to be asked how it does"),
    };
    ground.status(word, format!("runs as {process}, {more}"), evidence)
}

fn not_running(
    ground: &Ground,
    dir: &Path,
    known: Option<&Known>,
    look: Option<&Look>,
    mut evidence: Vec<String>,
) -> Status {
    let needs = known.and_then(|k| k.entry.as_ref());
    let installed = match needs {
        Some(entry) => dir.join(&entry.needs).exists(),
        None => ground.entries.contains(dir) || holds_something(&dir.join("app")) || has_entry(dir),
    };
    if !installed {
        let missing = needs.map_or_else(|| "app/".to_owned(), |entry| entry.needs.clone());
        evidence.push(format!("looked for {missing}"));
        let package = needs.is_some_and(Entry::is_a_package);
        let reason = if package { "its own Python environment is not built yet" } else { "no code installed yet" };
        return ground.status(StatusWord::Off, reason, evidence);
    }
    if needs.is_some_and(|entry| entry.python == "AGENT_PY") && !ground.venv {
        evidence.push("looked for agents/venv/bin/python".to_owned());
        return ground.status(StatusWord::Degraded, "the shared Python environment is missing", evidence);
    }
    if let Some(own) = needs.and_then(|entry| own_python(entry, dir)).filter(|own| !own.exists()) {
        evidence.push(format!("looked for {}", own.display()));
        return ground.status(StatusWord::Off, "its own Python environment is not built yet", evidence);
    }
    if let Some(look) = look.filter(|look| look.record.is_some()) {
        let reason = match (&look.words, look.lost) {
            (Some(words), true) => words.clone(),
            _ => "not running".to_owned(),
        };
        evidence.extend(look.record.as_ref().and_then(|record| record.events.last()).map(|event| event.text.clone()));
        let word = if look.lost { StatusWord::Degraded } else { StatusWord::Off };
        return ground.status(word, reason, evidence);
    }
    if dir.join("logs").is_dir() && holds_something(&dir.join("logs")) {
        evidence.push("logs/ holds files of earlier runs".to_owned());
        return ground.status(StatusWord::Off, "not running", evidence);
    }
    evidence.push("logs/ holds nothing of earlier runs".to_owned());
    ground.status(StatusWord::Ready, "can be started, no log of earlier runs", evidence)
}

/// What the listener said, where it is the module and not somebody else on its port.
fn asked(
    ground: &Ground,
    dir: &Path,
    known: Option<&Known>,
    port: u16,
    listener: &Listener,
    look: Option<&Look>,
    mut evidence: Vec<String>,
) -> Status {
    let own = look.is_some_and(|look| look.tree.contains(&listener.pid));
    let real = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    if own {
        evidence.push("it is this module's own process".to_owned());
    } else {
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
    }
    match ground.answers.get(&port) {
        Some(answer) => {
            evidence.extend(answer.evidence.iter().cloned());
            let word = if answer.ok { StatusWord::Healthy } else { StatusWord::Degraded };
            ground.status(word, answer.words.clone(), evidence)
        }
        None if own && known.is_none() => ground.status(
            StatusWord::Healthy,
            format!("listens on {port}, which is all that can be seen of it"),
            evidence,
        ),
        None => ground.status(
            StatusWord::Unknown,
            format!("{listener} listens on {port}, and nothing is known to ask it"),
            evidence,
        ),
    }
}

/// The interpreter of a service that shares none: what its settings name, or the one of its folder.
fn own_python(entry: &Entry, dir: &Path) -> Option<PathBuf> {
    if entry.python == "AGENT_PY" || entry.program.is_some() {
        return None;
    }
    let settings = std::fs::read(dir.join("config/.env")).unwrap_or_default();
    let settings = EnvFile::parse(&settings);
    let named = settings.entries().find(|line| line.key == entry.python).map(|line| PathBuf::from(&line.value));
    Some(named.filter(|path| path.is_absolute()).unwrap_or_else(|| dir.join("venv/bin/python")))
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
