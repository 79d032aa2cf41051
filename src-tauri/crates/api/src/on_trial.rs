//! What is being tried is written down, so that a crash in the middle leaves nothing unproven standing.
//!
//! One file for each trial in the app's own folder, locked for as long as its process lives: a file that can be locked belongs to one
//! that ended. The next start takes its change back, or puts back on what a search for the culprit or a judgement over one plugin had
//! switched off, starts again what ran, and says so.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanctum_change::{self as change, ApplyControl, Plan};
use serde::{Deserialize, Serialize};

use crate::open::{Open, adopted_dir};
use crate::{Actor, ApiError, ApiResult, Via, dto};

/// Who settles it, in the record of changes.
const BY: &str = "Sanctum";

/// What is to be settled where the one who tries it ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The change that is tried; it may not be applied yet.
    pub change: Option<String>,
    /// Addresses of what ran, and is to run again.
    pub tools: Vec<String>,
    /// The search for the culprit of a tool.
    pub search: Option<Search>,
    /// The plugin that the change puts aside, to see whether its tool starts without it.
    #[serde(default)]
    pub suspicion: Option<Suspicion>,
}

/// A judgement over one plugin, which puts it aside by the change of the note.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Suspicion {
    pub plugin: String,
    /// What its verdict is kept under.
    pub key: String,
    /// The plugin and its tool, as a person reads them.
    pub name: String,
    pub tool: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Search {
    pub tool: String,
    /// The plugins that are on once it is over.
    pub on: Vec<String>,
}

/// A trial of this process.
#[derive(Debug)]
pub(crate) struct OnTrial {
    file: PathBuf,
    _held: File,
}

fn folder(open: &Open) -> PathBuf {
    adopted_dir(open.env(), open.root()).join("trials")
}

impl OnTrial {
    /// Writes down that something is tried from now on.
    ///
    /// # Errors
    /// `own_file_unwritable`: what cannot be settled after a crash is not begun.
    pub fn begin(open: &Open, id: &str, mark: &Mark) -> ApiResult<Self> {
        let folder = folder(open);
        let file = folder.join(format!("{id}.json"));
        let written = || -> std::io::Result<File> {
            crate::files::make_private(&folder)?;
            // Locked before it has the name that others look for.
            let temp = folder.join(format!("{id}.new"));
            let mut held = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temp)?;
            held.try_lock()?;
            held.write_all(&serde_json::to_vec(mark)?)?;
            held.sync_all()?;
            std::fs::rename(&temp, &file)?;
            File::open(&folder)?.sync_all()?;
            Ok(held)
        };
        let held = written().map_err(|error| {
            ApiError::broken(
                "own_file_unwritable",
                format!("`{}` could not be written.", file.display()),
                "Check that the disk has room. Nothing was changed.",
            )
            .with_details([error.to_string()])
        })?;
        Ok(Self { file, _held: held })
    }

    /// Whatever came of it, it is over and was said.
    pub fn done(&self) {
        forget(&self.file);
    }
}

fn forget(file: &Path) {
    if let Err(error) = std::fs::remove_file(file) {
        eprintln!("The note of a trial that is over could not be removed ({}).", error.kind());
    }
}

/// Settles the trials of processes that ended; what became of each.
pub(crate) fn settle(open: &Arc<Open>) -> Vec<dto::RecoveryNote> {
    let entries = std::fs::read_dir(folder(open)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    // Ids begin with the time; what was tried last is taken back first.
    files.sort();
    let (mut notes, mut tools, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for file in files.into_iter().rev().filter(|file| file.extension().is_some_and(|end| end == "json")) {
        let Some((lock, mark)) = left(&file) else { continue };
        let ran = ran(open, &mark);
        match one(open, &mark, &ran) {
            Ok(Settled::Back(note)) => {
                notes.push(note);
                tools.extend(ran);
            }
            Ok(Settled::BackAlready) => tools.extend(ran),
            Ok(Settled::Nothing) => {}
            Err(error) => notes.push(stands(open, &mark, &error)),
        }
        held.push((file, lock));
    }
    if !tools.is_empty() {
        tools.sort();
        tools.dedup();
        let at = open.clone();
        let start = move || {
            if let Err(words) = again(&at, &tools) {
                eprintln!("{words}");
            }
            held.iter().for_each(|(file, _)| forget(file));
        };
        if open.env().exclusive {
            // A window does not wait for modules that start.
            std::thread::spawn(start);
        } else {
            start();
        }
    } else {
        held.iter().for_each(|(file, _)| forget(file));
    }
    notes
}

enum Settled {
    Back(dto::RecoveryNote),
    /// It was taken back before; what runs on it may be down.
    BackAlready,
    /// It was never applied, or it was decided that it stands.
    Nothing,
}

/// What is to run again. The tool of a suspect was given up when its judgement began; it is started again where it runs without the
/// suspect, which is on again.
fn ran(open: &Open, mark: &Mark) -> Vec<String> {
    match mark.suspicion {
        None => mark.tools.clone(),
        Some(_) => crate::modules::that_run(open, &mark.tools).unwrap_or_default(),
    }
}

/// The mark in a file whose process ended, held from now on.
fn left(file: &Path) -> Option<(File, Mark)> {
    let mut held = OpenOptions::new().read(true).write(true).open(file).ok()?;
    match held.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return None,
        Err(TryLockError::Error(error)) => {
            eprintln!("The note of a trial could not be locked ({}).", error.kind());
            return None;
        }
    }
    // Somebody else may have settled it meanwhile.
    let mut text = String::new();
    if !file.exists() || held.read_to_string(&mut text).is_err() {
        return None;
    }
    match serde_json::from_str(&text) {
        Ok(mark) => Some((held, mark)),
        Err(error) => {
            eprintln!("The note of a trial cannot be read: {error}");
            None
        }
    }
}

fn one(open: &Arc<Open>, mark: &Mark, ran: &[String]) -> ApiResult<Settled> {
    let suspicion = mark.suspicion.as_ref();
    if let Some(suspicion) = suspicion
        && crate::plugins::is_guilty(open, suspicion)?
    {
        return Ok(Settled::Nothing);
    }
    let (plan, title) = match (&mark.change, &mark.search) {
        (Some(id), _) => {
            let row = open.registry().read(|c| sanctum_registry::changes::get(c, id))?;
            match row.as_ref().map(|row| row.state.as_str()) {
                Some("applied") => {}
                Some("undone") => {
                    suspicion.map_or(Ok(()), |suspicion| crate::plugins::is_back(open, suspicion))?;
                    return Ok(Settled::BackAlready);
                }
                _ => {
                    suspicion.map_or(Ok(()), |suspicion| crate::plugins::was_not_tried(open, suspicion))?;
                    return Ok(Settled::Nothing);
                }
            }
            (Some(open.engine().plan_undo(id)?), row.map(|row| row.title).unwrap_or_default())
        }
        (None, Some(search)) => {
            let plan = crate::plugins::bisect::back(open, &search.tool, &search.on)?;
            (plan, format!("Search for the plugin that breaks {}", search.tool))
        }
        (None, None) => return Ok(Settled::BackAlready),
    };
    let Some(mut plan) = plan else { return Ok(Settled::BackAlready) };
    let message = match (&mark.change, suspicion) {
        (Some(_), Some(Suspicion { name, tool, .. })) => {
            let again =
                if ran.is_empty() { String::new() } else { format!(" {tool} ran without it and is started again.") };
            let decided = match suspicion.map(|suspicion| crate::plugins::is_innocent(open, suspicion)).transpose()? {
                Some(true) => format!("{tool} did not start without it either"),
                _ => "Nothing was decided".to_owned(),
            };
            format!(
                "Whether {name} stops {tool} was being tried when Sanctum Configurator ended. {decided}, so {name} is on again as it \
                 was.{again} It is not put aside by itself a second time."
            )
        }
        (Some(_), None) => format!(
            "“{title}” was being tried when Sanctum Configurator ended, so that nobody saw whether it works. It was taken back, and what \
             runs on it is started again as it was."
        ),
        (None, _) => format!(
            "“{title}” was cut off. The plugins that it had switched off are on again, and their tool is started again."
        ),
    };
    plan.summary.clone_from(&message);
    let change_id = apply(open, &plan)?;
    suspicion.map_or(Ok(()), |suspicion| crate::plugins::is_back(open, suspicion))?;
    let change_id = mark.change.clone().unwrap_or(change_id);
    Ok(Settled::Back(dto::RecoveryNote { change_id, title, outcome: dto::RecoveryOutcome::RolledBack, message }))
}

fn stands(open: &Open, mark: &Mark, error: &ApiError) -> dto::RecoveryNote {
    let change_id = mark.change.clone().unwrap_or_default();
    let row = open.registry().read(|c| sanctum_registry::changes::get(c, &change_id)).ok().flatten();
    let title = row.map(|row| row.title).or_else(|| {
        let search = mark.search.as_ref()?;
        Some(format!("Search for the plugin that breaks {}", search.tool))
    });
    let title = title.unwrap_or_default();
    dto::RecoveryNote {
        change_id,
        outcome: dto::RecoveryOutcome::NeedsYou,
        message: format!(
            "“{title}” was being tried when Sanctum Configurator ended, and could not be taken back, so it stands: {}",
            error.message
        ),
        title,
    }
}

fn apply(open: &Open, plan: &Plan) -> ApiResult<String> {
    let who = change::Actor { user_id: None, name: BY.to_owned(), via: change::Via::App };
    let clock = open.env().clock.clone();
    let done = open.engine().apply(plan, &who, &move || clock(), &ApplyControl::quiet())?;
    open.settings.forget();
    Ok(done.change_id)
}

/// Starts again what ran when the trial began.
fn again(open: &Arc<Open>, tools: &[String]) -> Result<(), String> {
    let actor = open.console_actor(BY.to_owned()).map_err(|error| error.message)?;
    let actor = Actor { via: Via::App, ..actor };
    match crate::modules::start_again(open, &actor, tools) {
        Ok(failed) if failed.is_empty() => Ok(()),
        Ok(failed) => Err(format!("Not everything runs again after a trial that was cut off: {}", failed.join(" "))),
        Err(error) => Err(format!("Nothing could be started again after a trial that was cut off: {}", error.message)),
    }
}
