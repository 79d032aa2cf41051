//! Where the plugins of a tool lie, and what "switched on" means there.
//!
//! Every version that we install lies in `store/<name>/<first 12 of its hash>/` beside the tool's `plugins/`, and is never
//! changed. Switched on is a link `plugins/<name>` to one of them; switched off is the same link in `plugins-disabled/`, so
//! that it is known which version comes back. A real folder in `plugins/` was put there by somebody: it is on, it is looked
//! at, and it is not ours. Owns these rules and the look; changing anything is a plan of others.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sanctum_fetch::Record;

use crate::finding::Finding;
use crate::read::{Kind, kind_of, name_rule};
use crate::text::shown;

/// Beside the tool: what is loaded, what is not, and all versions.
pub const PLUGINS: &str = "plugins";
pub const DISABLED: &str = "plugins-disabled";
pub const STORE: &str = "store";
/// Letters of a hash that name a version's folder.
pub const SHORT: usize = 12;
/// More folders than anybody has.
const MOST: usize = 5_000;

/// How a plugin lies where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Put {
    /// By us: a link into the store, or only in the store.
    Store,
    /// A real folder.
    Real,
    /// A link of somebody's to a folder elsewhere.
    Link,
}

/// A version in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The first twelve letters of its hash.
    pub short: String,
    pub path: PathBuf,
    /// Where it came from, where that is known.
    pub record: Option<Record>,
}

/// A plugin that is put aside after it failed, or its files were changed; kept in the app's own state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    pub name: String,
    /// The content it is about; `None` for whatever is there.
    pub hash: Option<String>,
    pub reason: String,
}

/// One plugin of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its folder's name.
    pub name: String,
    /// Its tool loads it.
    pub enabled: bool,
    pub put: Put,
    /// The folder its code lies in.
    pub dir: PathBuf,
    /// The version that is on, or would come back.
    pub current: Option<String>,
    /// The newest first.
    pub versions: Vec<Version>,
    /// Why it is put aside.
    pub quarantined: Option<String>,
    /// What is wrong with where it lies.
    pub trouble: Option<Finding>,
}

impl Placed {
    /// A real folder that somebody put there.
    #[must_use]
    pub fn real(&self) -> bool {
        self.put == Put::Real
    }
}

/// `3f2a…` in twelve letters.
#[must_use]
pub fn short(hash: &str) -> &str {
    hash.get(..SHORT).unwrap_or(hash)
}

/// Where a version of a plugin is kept.
#[must_use]
pub fn version_dir(module: &Path, name: &str, hash: &str) -> PathBuf {
    module.join(STORE).join(name).join(short(hash))
}

/// Where the link of a plugin lies.
#[must_use]
pub fn link(module: &Path, name: &str, enabled: bool) -> PathBuf {
    module.join(if enabled { PLUGINS } else { DISABLED }).join(name)
}

/// What that link says: relative, so that a Sanctum can be moved; whole where the folder of links is itself a link.
#[must_use]
pub fn link_target(module: &Path, name: &str, hash: &str, enabled: bool) -> PathBuf {
    let folder = module.join(if enabled { PLUGINS } else { DISABLED });
    let is_link = fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_symlink());
    if is_link { version_dir(module, name, hash) } else { Path::new("..").join(STORE).join(name).join(short(hash)) }
}

/// Why a plugin of this kind cannot have this name; what is only odd about it is no reason.
#[must_use]
pub fn name_problem(kind: Kind, name: &str) -> Option<Finding> {
    let refuse = |words: String, todo: &str| Some(Finding::error("name_rule", words, todo));
    if name.starts_with(['.', '_']) || matches!(name, "__pycache__") {
        let words = format!("`{}` begins with `{}`, as only what is hidden does.", shown(name), &name[..1]);
        return refuse(words, "Choose another name.");
    }
    if let Some(finding) = name_rule(name).filter(|finding| finding.level == crate::Level::Error) {
        return Some(finding);
    }
    if kind == Kind::Broca && (name.contains('-') || name.starts_with(|c: char| c.is_ascii_digit())) {
        let words = format!("`{}` is no name of a Python package, as Broca needs it.", shown(name));
        return refuse(words, "Use letters, digits and `_`, and begin with a letter.");
    }
    None
}

/// Another plugin of the tool whose name a Mac takes for this one, or that tools and people would mix up with it: it differs in
/// capitals or Unicode form only.
#[must_use]
pub fn twin<'a>(name: &str, installed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = sanctum_fetch::fold(name);
    installed.into_iter().find(|other| *other != name && sanctum_fetch::fold(other) == folded)
}

/// All plugins of the tool in `module`, by name.
#[must_use]
pub fn look(module: &Path, kind: Kind, quarantine: &[Quarantined]) -> Vec<Placed> {
    let mut all: BTreeMap<String, Placed> = BTreeMap::new();
    for (folder, enabled) in [(PLUGINS, true), (DISABLED, false)] {
        for name in names(&module.join(folder)) {
            if all.contains_key(&name) || !loads(kind, &name) {
                continue;
            }
            if let Some(placed) = one(module, kind, &name, enabled) {
                all.insert(name, placed);
            }
        }
    }
    for name in names(&module.join(STORE)) {
        let versions = versions(module, &name);
        let Some(newest) = versions.first().cloned() else { continue };
        let placed = all.entry(name.clone()).or_insert_with(|| Placed {
            name,
            enabled: false,
            put: Put::Store,
            dir: newest.path.clone(),
            current: Some(newest.short.clone()),
            versions: Vec::new(),
            quarantined: None,
            trouble: None,
        });
        placed.versions = versions;
    }
    for placed in all.values_mut() {
        let of = quarantine.iter().find(|one| {
            let same = |hash: &String| placed.current.as_ref().is_none_or(|current| hash.starts_with(current.as_str()));
            one.name == placed.name && one.hash.as_ref().is_none_or(same)
        });
        placed.quarantined = of.map(|one| one.reason.clone());
    }
    all.into_values().collect()
}

fn names(dir: &Path) -> Vec<String> {
    let mut all: Vec<String> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .take(MOST)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !matches!(name.as_str(), "__pycache__" | ".git" | ".DS_Store"))
        .collect();
    all.sort();
    all
}

/// Whether the tool looks at a folder of this name at all. SMCP looks at hidden ones, too.
fn loads(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Smcp | Kind::Bundle => true,
        Kind::Broca => !name.starts_with('_'),
        Kind::Manifest => !name.starts_with('.'),
    }
}

fn one(module: &Path, kind: Kind, name: &str, enabled: bool) -> Option<Placed> {
    let path = link(module, name, enabled);
    let meta = fs::symlink_metadata(&path).ok()?;
    let place = format!("{}/{name}", if enabled { PLUGINS } else { DISABLED });
    let mut placed = Placed {
        name: name.to_owned(),
        enabled,
        put: Put::Real,
        dir: path.clone(),
        current: None,
        versions: Vec::new(),
        quarantined: None,
        trouble: None,
    };
    if meta.is_dir() {
        // A folder that is nothing a tool loads is none of ours to list.
        let found = kind_of(&path)?;
        placed.trouble = foreign(kind, found).map(|finding| finding.at(&place));
        return Some(placed);
    }
    if !meta.is_symlink() {
        return None;
    }
    let says = fs::read_link(&path).unwrap_or_default();
    // By its words, so that a link into the store is known where the version is gone.
    let in_store = says.strip_prefix(Path::new("..").join(STORE)).or_else(|_| says.strip_prefix(module.join(STORE)));
    let version = in_store.ok().and_then(|rest| {
        let parts: Vec<&str> = rest.iter().filter_map(|part| part.to_str()).collect();
        match parts[..] {
            [of, version] if of == name => Some(version.to_owned()),
            _ => None,
        }
    });
    placed.put = if version.is_some() { Put::Store } else { Put::Link };
    placed.current = version;
    match path.canonicalize() {
        Ok(real) => {
            let found = kind_of(&real);
            if found.is_none() && placed.put == Put::Link {
                return None;
            }
            placed.trouble = match found {
                Some(found) => foreign(kind, found).map(|finding| finding.at(&place)),
                None => Some(
                    Finding::error("placed_empty", "There is no plugin in its folder any more.", "Put a version back.")
                        .at(&place),
                ),
            };
            placed.dir = real;
        }
        Err(_) => {
            let words = format!("It is a link to `{}`, and nothing is there.", shown(&says.display().to_string()));
            placed.enabled = false;
            placed.trouble = Some(Finding::error("placed_gone", words, "Put a version back, or remove it.").at(&place));
        }
    }
    Some(placed)
}

/// A plugin of another kind than its tool loads.
fn foreign(kind: Kind, found: Kind) -> Option<Finding> {
    let (tool, needs) = match kind {
        Kind::Smcp => ("SMCP", "`cli.py`"),
        Kind::Broca => ("Broca", "`plugin.py`"),
        Kind::Bundle | Kind::Manifest => return None,
    };
    (kind != found).then(|| {
        let words = format!("{tool} does not load it: it needs a {needs}, and this is a plugin of another kind.");
        Finding::error("placed_foreign", words, "Move it to the tool that it is for.")
    })
}

/// The versions of a plugin in the store, the newest first.
#[must_use]
pub fn versions(module: &Path, name: &str) -> Vec<Version> {
    let dir = module.join(STORE).join(name);
    let is_version = |short: &String| short.len() == SHORT && short.bytes().all(|b| b.is_ascii_hexdigit());
    let mut all: Vec<Version> = names(&dir)
        .into_iter()
        .filter(is_version)
        .map(|short| Version { path: dir.join(&short), record: None, short })
        .filter(|version| fs::symlink_metadata(&version.path).is_ok_and(|meta| meta.is_dir()))
        .map(|version| Version { record: Record::read(&version.path), ..version })
        .collect();
    all.sort_by_key(|version| std::cmp::Reverse(version.record.as_ref().map(|record| record.fetched_at.clone())));
    all
}
