//! What is true of an instance right now: what its record says, held against the processes that are there.
//!
//! A module that was started by hand is known by three things together: it works in the module's folder (or was started
//! by a path in it), it is the same kind of program, and its command line names what the recipe's names. An editor or a
//! shell that stands in that folder is not a module.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::process::{Identity, Table, Words};
use crate::record::{Record, RecordError};

/// Where one instance is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where its keeper keeps the record: `<module>/run`, or a folder of the app's own for an install that was adopted.
    pub state_dir: PathBuf,
    pub module_dir: PathBuf,
    /// The pid file that the module writes itself (Broca: `run/broca.pid`).
    pub own_pid_file: Option<PathBuf>,
    /// What it is started with. Without it, only the record and the pid file tell.
    pub entry: Option<Entry>,
}

/// What a module is started with, without its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub program: PathBuf,
    pub args: Vec<String>,
    pub cwd: PathBuf,
}

/// What the record says, and what is true now.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub record: Option<Record>,
    pub now: Now,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Now {
    /// Nothing runs, and no keeper ever ran here.
    Never,
    /// Its keeper is there, so the record holds. The module's own process is there too, unless it is between two runs.
    Kept { keeper: Identity, module: Option<Identity> },
    /// The keeper is gone and the module goes on: nobody would start it again. It can be adopted.
    Unkept { module: Identity },
    /// It runs, and was started by somebody else. It can be adopted.
    ByHand { module: Identity },
    /// The keeper ended its work, and the record says how.
    Over,
    /// The record says that it runs; nobody is there. When it ended is not known.
    Lost,
}

impl Run {
    /// The module's own process, whoever started it.
    pub fn module(&self) -> Option<&Identity> {
        match &self.now {
            Now::Kept { module, .. } => module.as_ref(),
            Now::Unkept { module } | Now::ByHand { module } => Some(module),
            Now::Never | Now::Over | Now::Lost => None,
        }
    }
}

/// Who runs already, so that a second one is not started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub kind: WhoKind,
    pub pid: u32,
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoKind {
    /// Another keeper has it.
    Keeper,
    /// It runs, and its keeper is gone.
    Unkept,
    /// It was started by somebody else.
    ByHand,
}

/// Looks at one instance.
///
/// # Errors
/// [`RecordError`] where a record is there that cannot be read: then nothing is known, and nothing is claimed.
pub fn look(place: &Place) -> Result<Run, RecordError> {
    look_in(&Table::read(), place)
}

/// The same with a table that was read already: one look at the processes serves many instances.
///
/// # Errors
/// As [`look`].
pub fn look_in(table: &Table, place: &Place) -> Result<Run, RecordError> {
    let record = Record::read(&place.state_dir)?;
    let now = match &record {
        Some(record) => match fresh(table, record) {
            // The record was written after the table was read, so the table knows nothing of its processes.
            None => judge(&Table::read(), place, record),
            Some(()) => judge(table, place, record),
        },
        None => by_hand(table, place).map_or(Now::Never, |module| Now::ByHand { module }),
    };
    Ok(Run { record, now })
}

/// Whether the table can tell about this record: its processes are in it, or they are gone.
fn fresh(table: &Table, record: &Record) -> Option<()> {
    let unknown = |identity: &Identity| !table.has(identity) && identity.alive();
    let all = record.child.iter().chain([&record.keeper]);
    (!all.into_iter().any(unknown)).then_some(())
}

fn judge(table: &Table, place: &Place, record: &Record) -> Now {
    let child = record.child.as_ref().filter(|child| table.has(child));
    if table.has(&record.keeper) && !record.state.is_final() {
        return Now::Kept { keeper: record.keeper.clone(), module: child.cloned() };
    }
    if let Some(module) = child {
        return Now::Unkept { module: module.clone() };
    }
    if let Some(module) = by_hand(table, place) {
        // A keeper that was killed between starting it and writing so leaves one that looks the same.
        return Now::ByHand { module };
    }
    if record.state.is_final() { Now::Over } else { Now::Lost }
}

/// Who runs, if anybody does. Called by a keeper that has the lock, so a living keeper in the record is not another one.
pub(crate) fn who(table: &Table, place: &Place, record: Option<&Record>) -> Option<Who> {
    let child = record.and_then(|record| record.child.as_ref()).filter(|child| table.has(child));
    if let Some(child) = child {
        let words = format!("It runs already as process {}, without its keeper. It can be taken over.", child.pid);
        return Some(Who { kind: WhoKind::Unkept, pid: child.pid, words });
    }
    let module = by_hand(table, place)?;
    let words = format!("It runs already as process {}, started by somebody else. It can be taken over.", module.pid);
    Some(Who { kind: WhoKind::ByHand, pid: module.pid, words })
}

/// Whether this process may be taken over as this instance: it is what the record names, or what is found by its place.
pub(crate) fn may_be_adopted(table: &Table, place: &Place, record: Option<&Record>, module: &Identity) -> bool {
    let recorded = record.and_then(|record| record.child.as_ref()) == Some(module);
    table.has(module) && (recorded || by_hand(table, place).as_ref() == Some(module))
}

/// A process that is this module, by the module's own pid file or by where it works and what it was started with.
pub fn by_hand(table: &Table, place: &Place) -> Option<Identity> {
    let folders = [place.module_dir.clone(), real(&place.module_dir)];
    if let Some(module) = by_own_pid(table, place, &folders) {
        return Some(module);
    }
    let near = table.near(&folders);
    if near.is_empty() {
        return None;
    }
    let entry = place.entry.as_ref()?;
    let marks = Marks::of(entry);
    let is_it = |pid: &u32| *pid != std::process::id() && table.words(*pid).is_some_and(|w| marks.fit(w, &folders));
    let fitting: Vec<u32> = near.into_iter().filter(is_it).collect();
    // A module's own workers carry its command line too; the one that nobody of them started is the module.
    let first = fitting.iter().find(|pid| table.row(**pid).is_some_and(|row| !fitting.contains(&row.parent)))?;
    table.identity(*first).filter(|identity| identity.alive()).cloned()
}

/// The number in the file is only the module's if that process works in its folder and is its kind of program; else it was
/// given to another, which may be a shell that stands there.
fn by_own_pid(table: &Table, place: &Place, folders: &[PathBuf]) -> Option<Identity> {
    let identity = table.identity(own_pid(place)?)?;
    let words = crate::process::host::words(std::iter::once(identity.pid)).remove(&identity.pid)?;
    let of_kind = place.entry.as_ref().is_none_or(|entry| Marks::of(entry).kind_fits(&words));
    (within(&words.cwd, folders) && of_kind && identity.alive()).then(|| identity.clone())
}

/// Takes a pid file away that names nobody of this module. Broca refuses to start where the number in its file was given to
/// another process meanwhile, as after a restart of the machine, and ends with 0 (`facts/modules.md` section 1.1).
pub(crate) fn clear_stale_pid_file(table: &Table, place: &Place) {
    let folders = [place.module_dir.clone(), real(&place.module_dir)];
    if let Some(file) = &place.own_pid_file
        && own_pid(place).is_some()
        && by_own_pid(table, place, &folders).is_none()
    {
        // Where it cannot be removed, the module says itself what it thinks of it.
        let _ = std::fs::remove_file(file);
    }
}

fn within(path: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| path.starts_with(folder))
}

fn own_pid(place: &Place) -> Option<u32> {
    let file = place.own_pid_file.as_ref()?;
    let meta = file.metadata().ok().filter(|meta| meta.is_file() && meta.len() < 64)?;
    let text = std::fs::read_to_string(file).ok().filter(|_| meta.len() > 0)?;
    text.trim().parse().ok().filter(|pid| *pid > 1)
}

/// A path with its links followed, or as it is where it cannot be.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// What a command line must name to be this module's.
struct Marks {
    /// The kind of program, such as `python` for `python3.11`.
    kind: String,
    program: PathBuf,
    /// Files that the recipe's arguments name.
    files: Vec<PathBuf>,
    /// The name after `-m`.
    name: Option<String>,
}

impl Marks {
    fn of(entry: &Entry) -> Marks {
        let files = entry.args.iter().map(|arg| entry.cwd.join(arg)).filter(|path| path.is_file());
        let name = entry.args.iter().position(|arg| arg == "-m").and_then(|at| entry.args.get(at + 1)).cloned();
        let program = real(&entry.program);
        Marks { kind: kind(&program), files: files.map(|path| real(&path)).collect(), name, program }
    }

    fn fit(&self, words: &Words, folders: &[PathBuf]) -> bool {
        let argv = &words.argv;
        let works_here = within(&words.cwd, folders);
        if let Some(name) = &self.name {
            let named = argv.windows(2).any(|pair| pair[0] == "-m" && pair[1] == OsStr::new(name));
            return works_here && named && kind(&words.program) == self.kind;
        }
        let path = |word: &OsStr| words.cwd.join(word);
        if !self.files.is_empty() {
            return kind(&words.program) == self.kind
                && argv
                    .iter()
                    .skip(1)
                    .filter(|word| !word.is_empty())
                    .map(|word| path(word))
                    .any(|path| self.files.contains(&real(&path)) && (works_here || within(&path, folders)));
        }
        self.names(words) && (works_here || within(&self.program, folders))
    }

    /// A script is run by an interpreter, which gets its path as one of the first words.
    fn names(&self, words: &Words) -> bool {
        let named = |word: &OsString| real(&words.cwd.join(word)) == self.program;
        words.program == self.program || words.argv.iter().take(3).any(named)
    }

    fn kind_fits(&self, words: &Words) -> bool {
        kind(&words.program) == self.kind || self.names(words)
    }
}

/// A program's name without its version: a module that is started by hand may be run by another Python.
fn kind(program: &Path) -> String {
    let name = program.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-').to_owned()
}
