//! Unit files of this Sanctum that have nothing to run any more: their instance or its folder is gone, or this app runs it now.
//!
//! They come from what was moved or deleted by hand, for a plan takes its units along. Only looked at; nothing is asked or told.

use std::path::{Path, PathBuf};

use sanctum_modules::units::{self, Place};

use super::instances::{self, Instance};
use super::system::{GRACE, init, label};
use crate::ApiResult;
use crate::open::Open;
use crate::settings::Snapshot;

/// A unit file is a few hundred bytes; of what is larger nothing is read.
const LARGEST: u64 = 64 * 1024;

/// One of them.
pub(crate) struct Leftover {
    pub file: PathBuf,
    /// What is wrong with it, as a clause.
    pub why: String,
    /// What takes it away or mends it, as words for a shell.
    pub command: String,
}

/// Every unit of this Sanctum that is left over, by file name.
pub(crate) fn leftovers(open: &Open) -> ApiResult<Vec<Leftover>> {
    let init = init();
    let (begins, ends) = (units::label(open.registry().install_id(), ""), init.file_name(""));
    let entries = std::fs::read_dir(&open.env().units_dir).into_iter().flatten().flatten();
    let mut files: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| {
            let label = entry.file_name().to_str()?.strip_suffix(&ends)?.to_owned();
            label.starts_with(&begins).then(|| (label, entry.path()))
        })
        .collect();
    if files.is_empty() {
        return Ok(Vec::new());
    }
    files.sort();
    let snap = Snapshot::of(open)?;
    let all = instances::all(open, &snap)?;
    let mut left = Vec::new();
    for (name, file) in files {
        let runs_in = text(&file).and_then(|text| init.runs_in(&text));
        let elsewhere = runs_in.filter(|dir| !dir.starts_with(open.root()));
        // A copy of this Sanctum has the same number; what runs in its folder is its own.
        if elsewhere.as_ref().is_some_and(|dir| dir.is_dir()) {
            continue;
        }
        let instance = all.iter().find(|instance| label(open, instance) == name);
        let (why, command) = match (instance, elsewhere) {
            (Some(one), None) if one.dir.is_dir() && one.run.by_system => continue,
            // Of a copy, or of this Sanctum before it was moved.
            (one, Some(dir)) => {
                let of_this = one.filter(|one| one.dir.is_dir() && one.run.by_system);
                let command = of_this.map_or_else(|| removal(&name, &file), way);
                let why = "is not there; if it lies on a disk that is not connected, leave this as it is";
                (format!("the folder it is for, `{}`, {why}", dir.display()), command)
            }
            (Some(one), _) if one.dir.is_dir() => (format!("{} is run by this app", one.named), way(one)),
            (Some(one), _) => {
                (format!("the folder of {}, `{}`, is not there", one.named, one.path), removal(&name, &file))
            }
            (None, _) => ("the module it is for is not in this Sanctum any more".to_owned(), removal(&name, &file)),
        };
        left.push(Leftover { file, why, command });
    }
    Ok(left)
}

fn text(file: &Path) -> Option<String> {
    let small = file.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST);
    if small { std::fs::read_to_string(file).ok() } else { None }
}

/// What makes the system's file what the registry says of it.
fn way(instance: &Instance) -> String {
    let by = match (instance.run.by_system, instance.run.at_login) {
        (true, true) => "system --at-login",
        (true, false) => "system",
        (false, _) => "app",
    };
    format!("sanctumctl modules way {} {by} --yes", word(&instance.address))
}

/// What stops a unit, takes it from the system, removes its file, and tells the system so.
fn removal(label: &str, file: &Path) -> String {
    let init = init();
    let place = Place {
        label: label.to_owned(),
        file: file.to_owned(),
        uid: rustix::process::getuid().as_raw(),
        at_login: false,
        grace_s: GRACE,
    };
    let mut commands = init.unload(&place);
    commands.push(vec!["rm".to_owned(), file.display().to_string()]);
    commands.extend(init.forget());
    let line = |argv: Vec<String>| argv.iter().map(|one| word(one)).collect::<Vec<_>>().join(" ");
    commands.into_iter().map(line).collect::<Vec<_>>().join("; ")
}

/// As it may stand in a shell.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    sanctum_install::layout::quote(text).unwrap_or_else(|_| "…".to_owned())
}
