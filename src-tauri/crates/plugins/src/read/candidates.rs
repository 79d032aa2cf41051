//! Plugins within a source: its root, the folders in it, and one level more.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Kind, called, kind_of};

/// Folders looked at in one source; it may be made to keep us busy.
const MOST_FOLDERS: usize = 5_000;
const MOST: usize = 200;
const DEEPEST: usize = 3;

/// A folder that is a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub path: PathBuf,
    /// Its place in the source, `/` between its parts; `.` for the whole.
    pub dir: String,
    pub kind: Kind,
    /// What its folder is proposed to be called: what the plugin calls itself, else what it is called in the source, and for the
    /// root the source's own name.
    pub name: String,
}

/// Every plugin in `dir`; `called` is what its source is called (`smcp-gmail` of `https://…/smcp-gmail.git`). A plugin within
/// another one is a part of it, but for the root: repositories are plugins and hold others.
#[must_use]
pub fn candidates(dir: &Path, called: &str) -> Vec<Candidate> {
    let (mut out, mut folders): (Vec<Candidate>, Vec<String>) = (Vec::new(), Vec::new());
    let mut looked = 0;
    let mut todo = vec![(dir.to_owned(), ".".to_owned())];
    while let Some((folder, place)) = todo.pop() {
        looked += 1;
        if looked > MOST_FOLDERS || out.len() >= MOST {
            break;
        }
        let kind = kind_of(&folder);
        if let Some(kind) = kind {
            let own = if place == "." { called } else { place.rsplit('/').next().unwrap_or(called) };
            let name = called::declared(&folder, kind).unwrap_or_else(|| own.to_owned());
            folders.push(proposed(own, kind));
            out.push(Candidate { path: folder.clone(), dir: place.clone(), kind, name: proposed(&name, kind) });
        }
        // A root may be a plugin, or a module, and carry others besides; those in a bundle are parts of it.
        let ends = match kind {
            Some(Kind::Bundle) => true,
            Some(_) => place != ".",
            None => false,
        };
        let depth = if place == "." { 0 } else { place.matches('/').count() + 1 };
        if ends || depth >= DEEPEST {
            continue;
        }
        let mut inner: Vec<String> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .take(MOST_FOLDERS)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| !is_skipped(name))
            .collect();
        inner.sort();
        for name in inner.into_iter().rev() {
            let place = if place == "." { name.clone() } else { format!("{place}/{name}") };
            todo.push((folder.join(name), place));
        }
    }
    // Two that call themselves alike would take each other's place.
    let names: Vec<String> = out.iter().map(|one| one.name.to_lowercase()).collect();
    for (n, folder) in folders.into_iter().enumerate() {
        if names.iter().filter(|name| **name == names[n]).count() > 1 {
            out[n].name = folder;
        }
    }
    out
}

fn is_skipped(name: &str) -> bool {
    name.starts_with('.')
        || matches!(name, "__pycache__" | "node_modules" | "venv" | "site-packages" | "tests" | "test")
}

/// A name that can begin the name of a tool, and for Broca that of a package; what else there is becomes `_`.
fn proposed(name: &str, kind: Kind) -> String {
    let dash = |c: char| c == '-' && kind != Kind::Broca;
    let good = |c: char| if c.is_ascii_alphanumeric() || c == '_' || dash(c) { c } else { '_' };
    let name: String = name.trim().chars().map(good).take(60).collect();
    let name = name.trim_matches('_');
    if name.is_empty() { "plugin".to_owned() } else { name.to_owned() }
}
