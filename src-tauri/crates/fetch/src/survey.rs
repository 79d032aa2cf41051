//! The look at a whole source before anything of it is written.
//!
//! Owns the verdict: which entries are taken, under which paths, and what the content hashes to. Refuses the whole source for
//! one bad entry, wherever it stands.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use crate::entries::{Entries, Kind};
use crate::error::shown;
use crate::name::{self, Leaf, Names};
use crate::tally::Tally;
use crate::{FetchError, Limits, Wanted};

/// More of these tell nobody anything.
const MOST_FINDINGS: usize = 100;
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Something that a person may want to know; nothing of it stops a fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where; empty for the whole.
    pub path: String,
    pub text: String,
}

/// What fetching a source would bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Every file, sorted by path, with its bytes.
    pub files: Vec<(String, u64)>,
    /// Every link, with where it leads.
    pub links: Vec<(String, String)>,
    pub bytes: u64,
    /// The same that `content_hash` says of the fetched folder.
    pub hash: String,
    pub findings: Vec<Finding>,
}

/// One file that is taken.
#[derive(Debug)]
pub(crate) struct Item {
    pub executable: bool,
    pub size: u64,
    pub hash: blake3::Hash,
}

/// What is taken of a source.
#[derive(Debug)]
pub(crate) struct Survey {
    pub files: BTreeMap<String, Item>,
    pub links: BTreeMap<String, String>,
    /// Those above before those beneath.
    pub folders: Vec<String>,
    pub bytes: u64,
    pub hash: String,
    findings: Vec<Finding>,
    /// What stands before each path in the source: a wrapping, a sub folder, both, or nothing.
    prefix: String,
    /// The one folder at the top that was only a wrapping.
    pub wrapping: Option<String>,
}

impl Survey {
    /// Reads all of `entries`.
    pub(crate) fn of(
        entries: &mut dyn Entries,
        wanted: &Wanted,
        limits: &Limits,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Self, FetchError> {
        let (mut files, mut links) = (BTreeMap::new(), BTreeMap::new());
        let (mut names, mut notes) = (Names::default(), Notes::default());
        let mut tally = Tally::new(limits, entries.packed());
        let left_out = entries.left_out();
        entries.each(&mut |raw, content| {
            tally.entry()?;
            if cancelled() {
                return Err(FetchError::Cancelled);
            }
            let path = name::clean(raw.name, limits)?;
            if let Some(part) = left_out.part(&path) {
                notes.left_out(part);
                return Ok(());
            }
            match raw.kind {
                Kind::Folder => names.add(&path, Leaf::Folder),
                _ if path.is_empty() => Err(FetchError::Name { name: String::new(), reason: "it is empty" }),
                Kind::Other(kind) => Err(FetchError::Kind { name: shown(&path), kind }),
                Kind::Link(target) => {
                    names.add(&path, Leaf::Other)?;
                    let Ok(target) = String::from_utf8(target) else {
                        let reason = "its target is not UTF-8";
                        return Err(FetchError::Link { name: shown(&path), target: "…".to_owned(), reason });
                    };
                    links.insert(path, target);
                    Ok(())
                }
                Kind::File => {
                    names.add(&path, Leaf::Other)?;
                    let (mut hasher, mut head) = (blake3::Hasher::new(), Vec::new());
                    let size = tally.pass(&path, content, cancelled, &mut |bytes| {
                        hasher.update(bytes);
                        let room = LFS.len().saturating_sub(head.len()).min(bytes.len());
                        head.extend_from_slice(&bytes[..room]);
                        Ok(())
                    })?;
                    notes.file(&path, raw.mode, &head);
                    let executable = raw.mode & 0o100 != 0;
                    files.insert(path, Item { executable, size, hash: hasher.finalize() });
                    Ok(())
                }
            }
        })?;
        let mut survey = Self {
            files,
            links,
            folders: names.folders(),
            bytes: 0,
            hash: String::new(),
            findings: notes.findings(),
            prefix: String::new(),
            wrapping: None,
        };
        survey.settle(entries, wanted)?;
        Ok(survey)
    }

    fn settle(&mut self, entries: &dyn Entries, wanted: &Wanted) -> Result<(), FetchError> {
        if entries.unwraps()
            && let Some(top) = self.wrapping()
        {
            self.enter(&top);
            self.wrapping = Some(top);
        }
        for (path, target) in self.links.iter().filter(|_| entries.judges_links()) {
            name::link(path, target)?;
        }
        if let Some(only) = &wanted.only {
            if !self.folders.iter().any(|folder| folder == only.as_str()) {
                return Err(FetchError::NoSuchFolder { sub: shown(only.as_str()) });
            }
            self.enter(only.as_str());
            for (path, target) in &self.links {
                name::link(path, target)?;
            }
        }
        if self.files.is_empty() {
            return Err(FetchError::Empty { from: shown(&wanted.source.to_string()) });
        }
        self.bytes = self.files.values().map(|item| item.size).sum();
        self.hash = self.hashed();
        Ok(())
    }

    /// The one folder at the top that holds everything, as in archives of GitHub.
    fn wrapping(&self) -> Option<String> {
        let first = self.folders.first()?.split('/').next()?.to_owned();
        let mut within = format!("{first}/");
        let leaves = self.files.keys().chain(self.links.keys());
        let all = leaves.clone().all(|path| path.starts_with(&within)) && leaves.count() > 0;
        let folders = self.folders.iter().all(|path| *path == first || path.starts_with(&within));
        within.pop();
        (all && folders).then_some(within)
    }

    /// Keeps what lies in `folder`, and makes it the top.
    fn enter(&mut self, folder: &str) {
        let within = format!("{folder}/");
        let inner = |path: &str| path.strip_prefix(&within).map(str::to_owned);
        let files = std::mem::take(&mut self.files);
        self.files = files.into_iter().filter_map(|(path, item)| Some((inner(&path)?, item))).collect();
        let links = std::mem::take(&mut self.links);
        self.links = links.into_iter().filter_map(|(path, target)| Some((inner(&path)?, target))).collect();
        self.folders = self.folders.iter().filter_map(|path| inner(path)).collect();
        self.prefix.push_str(&within);
    }

    /// The path an entry gets, where it is taken.
    pub(crate) fn place<'a>(&self, clean: &'a str) -> Option<&'a str> {
        clean.strip_prefix(&self.prefix).filter(|path| !path.is_empty())
    }

    pub(crate) fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Lengths stand before texts, so that no two contents read alike.
    fn hashed(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut one = |kind: &[u8], path: &str, content: &[u8]| {
            hasher.update(kind);
            hasher.update(&(path.len() as u64).to_le_bytes());
            hasher.update(path.as_bytes());
            hasher.update(&(content.len() as u64).to_le_bytes());
            hasher.update(content);
        };
        let paths: BTreeSet<&String> = self.files.keys().chain(self.links.keys()).collect();
        for path in paths {
            if let Some(item) = self.files.get(path) {
                one(if item.executable { b"x" } else { b"f" }, path, item.hash.as_bytes());
            } else if let Some(target) = self.links.get(path) {
                one(b"l", path, target.as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }

    pub(crate) fn inspection(&self) -> Inspection {
        Inspection {
            files: self.files.iter().map(|(path, item)| (path.clone(), item.size)).collect(),
            links: self.links.iter().map(|(path, target)| (path.clone(), target.clone())).collect(),
            bytes: self.bytes,
            hash: self.hash.clone(),
            findings: self.findings.clone(),
        }
    }
}

/// Findings while they gather. Paths are those of the source.
#[derive(Default)]
struct Notes {
    found: Vec<Finding>,
    more: usize,
    left_out: HashSet<String>,
}

impl Notes {
    fn add(&mut self, path: &str, text: &str) {
        if self.found.len() < MOST_FINDINGS {
            self.found.push(Finding { path: shown(path), text: text.to_owned() });
        } else {
            self.more += 1;
        }
    }

    fn left_out(&mut self, part: &str) {
        // Every `._name` of a Mac is another one.
        let part = if part.starts_with("._") { "._*" } else { part };
        if self.left_out.insert(part.to_owned()) {
            self.add("", &format!("`{}` is left out, wherever it is.", shown(part)));
        }
    }

    fn file(&mut self, path: &str, mode: u32, head: &[u8]) {
        if mode & 0o6_000 != 0 {
            self.add(path, "Its setuid or setgid bit is dropped.");
        }
        if head == LFS {
            self.add(path, "It is a pointer of Git LFS; the file itself is not fetched.");
        }
        match path.rsplit('/').next() {
            Some(".env") => self.add(path, "It may hold secrets."),
            Some(".gitmodules") => self.add(path, "Submodules are not fetched."),
            _ => {}
        }
    }

    fn findings(mut self) -> Vec<Finding> {
        if self.more > 0 {
            self.found.push(Finding { path: String::new(), text: format!("{} more of these.", self.more) });
        }
        self.found
    }
}
