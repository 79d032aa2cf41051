//! Recognises an existing install: which of the layouts A to G of `facts/layouts.md` a folder holds, from which files we
//! take it (the evidence, in plain words), and how sure that is.
//!
//! Owns: the evidence rules, the agents and modules seen, findings worth a warning (`.env` tracked by git, labels encoded
//! twice). Refuses: writing, locking or creating anything, not even SQLite's side files; running git.

mod agents;
mod database;
mod env;
mod git;
mod look;
mod rules;

pub use git::tracked_by_git;

use crate::discovery::Note;
use crate::manifest::escape_name;
use look::Look;
use std::path::{Path, PathBuf};

pub(crate) use look::is_dir;

/// The layouts of `facts/layouts.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    /// The layout this app writes (`spec/installation-layout.md`).
    A,
    /// The later installer's.
    B,
    /// Broca's own multi-agent folder.
    C,
    /// Manifest folders (`spec/registry-schema.md`).
    D,
    /// Any of the others under the name Animus; [`Candidate::base`] says which.
    E,
    /// A "haus" (`spec/operational-state.md`).
    F,
    /// An SMCP checkout.
    G,
}

impl Layout {
    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Layout::A => "Sanctum layout",
            Layout::B => "Installer layout",
            Layout::C => "Broca multi-agent folder",
            Layout::D => "Manifest folders",
            Layout::E => "Animus",
            Layout::F => "Haus",
            Layout::G => "SMCP checkout",
        }
    }
}

/// The name the install goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brand {
    /// `~/sanctum` and everything else.
    Sanctum,
    /// `~/animus`.
    Animus,
}

impl Brand {
    /// By the folder's own name.
    pub fn of(path: &Path) -> Brand {
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        if name.trim_start_matches('.').starts_with("animus") { Brand::Animus } else { Brand::Sanctum }
    }

    /// As shown.
    pub fn name(self) -> &'static str {
        match self {
            Brand::Sanctum => "Sanctum",
            Brand::Animus => "Animus",
        }
    }
}

/// A folder that holds an install.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// As given.
    pub path: PathBuf,
    /// Which layout; `E` where the folder goes by the name Animus.
    pub layout: Layout,
    /// The layout by its files: differs from `layout` only for `E`.
    pub base: Layout,
    /// [`Layout::name`].
    pub layout_name: &'static str,
    /// The name it goes by.
    pub brand: Brand,
    /// 0 to 100.
    pub confidence: u8,
    /// The files that made us think so, each with what it means.
    pub evidence: Vec<String>,
    /// The agents seen, ordered by folder.
    pub agents: Vec<FoundAgent>,
    /// What is worth a warning; paths are below the candidate's.
    pub findings: Vec<Note>,
}

/// An agent's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAgent {
    /// The folder's name without `agent-`.
    pub uid: String,
    /// From a database or an `.env`, else made from the uid.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// The Letta agent it is linked to, where a file says so.
    pub letta_uid: Option<String>,
    /// What runs for it, ordered by folder.
    pub modules: Vec<FoundModule>,
}

/// A module's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundModule {
    /// The folder's name.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// `PORT` of its `.env`.
    pub port: Option<u16>,
}

/// Which layout `path` holds, if any. Reads only; never fails: what cannot be read is no evidence.
pub fn recognise(path: &Path) -> Option<Candidate> {
    if !is_dir(path) {
        return None;
    }
    let look = Look::new(path);
    let mut drafts = rules::all(&look);
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.confidence));
    let best = drafts.into_iter().next()?;
    let brand = Brand::of(path);
    let layout = if brand == Brand::Animus { Layout::E } else { best.layout };
    let mut evidence = best.evidence;
    if layout == Layout::E {
        let name = path.file_name().map(escape_name).unwrap_or_default();
        evidence.push(format!("the folder is called `{name}`: the same system under its other name"));
    }
    let mut findings = best.findings;
    findings.extend(git::tracked_env_files(path, &best.env_files));
    findings.sort();
    Some(Candidate {
        path: path.to_path_buf(),
        layout,
        base: best.layout,
        layout_name: layout.name(),
        brand,
        confidence: best.confidence.min(100),
        evidence,
        agents: best.agents,
        findings,
    })
}
