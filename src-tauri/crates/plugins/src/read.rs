//! What a plugin folder is, read without running anything of it.
//!
//! Owns telling the four kinds apart, and everything that a person is told before trusting one: files and their hash, licence,
//! settings, packages, what its code reaches for, and what is wrong. A folder is read as it is found; a plugin that is broken
//! is still described, with findings. Only what is no plugin at all, or cannot be read whole, is an error.

mod broca;
mod bundle;
mod called;
mod candidates;
mod changes;
mod fields;
mod imports;
mod licence;
mod manifest;
mod needs;
mod patterns;
mod readme;
mod reserved;
mod scan;
mod settings;
mod sides;
mod smcp;
mod sources;
mod walk;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::finding::Finding;
use crate::text::shown;

pub use called::undecorated;
pub use candidates::{Candidate, candidates};
pub use changes::{Change, compare, digests};
pub use fields::{Field, fields};
pub use needs::Need;
pub use reserved::is_reserved;
pub use scan::{Reach, ReachKind};
pub use settings::{Setting, SettingFrom, schema};
pub use sides::{LONGEST_SIDE, Side, side};
pub use smcp::LONGEST_TOOL;
pub use walk::File;

pub(crate) use smcp::name_rule;
pub(crate) use walk::leads_out;

/// The largest manifest that is read.
pub const LONGEST_MANIFEST: u64 = 1024 * 1024;

/// What loads a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `cli.py`, run by SMCP for each call.
    Smcp,
    /// `plugin.py`, a class in Broca's process.
    Broca,
    /// An MCP bundle: a server of its own with a `manifest.json`.
    Bundle,
    /// A `manifest.json` of a Sanctum.
    Manifest,
}

impl Kind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Smcp => "smcp",
            Kind::Broca => "broca",
            Kind::Bundle => "bundle",
            Kind::Manifest => "manifest",
        }
    }
}

/// A tool that a plugin lists, or describes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Tool {
    /// The command's name; the tool is `<folder>__<command>`.
    pub command: String,
    pub description: String,
    /// JSON Schema of its arguments.
    pub schema: Json,
}

/// How the server of a bundle is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `python`, `node`, `binary`, `uv`.
    pub kind: String,
    pub entry_point: String,
    pub command: String,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
}

/// A plugin folder as it is. Texts are as their author wrote them; show them through [`shown`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    pub kind: Kind,
    /// The folder's name.
    pub name: String,
    pub title: String,
    pub description: String,
    pub version: Option<String>,
    pub licence: Option<String>,
    /// Sorted by path.
    pub files: Vec<File>,
    pub bytes: u64,
    /// [`sanctum_fetch::content_hash`].
    pub hash: String,
    pub requirements: Vec<Need>,
    pub settings: Vec<Setting>,
    /// What a manifest lists; what the code describes is `describe`'s.
    pub tools: Vec<Tool>,
    /// Names of other plugins, tools or modules that it says it needs.
    pub dependencies: Vec<String>,
    /// At most 64 KiB of its README; hostile.
    pub readme: Option<String>,
    pub reach: Vec<Reach>,
    /// Of a bundle.
    pub server: Option<Server>,
    /// The worst first.
    pub findings: Vec<Finding>,
}

/// Why a folder could not be read as a plugin.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing in it tells what it is.
    #[error("`{}` is no plugin: it holds no `cli.py`, no `plugin.py` and no `manifest.json`", shown(&dir.display().to_string()))]
    NoPlugin { dir: PathBuf },
    /// What `fetch` refuses: a pipe, a name that is never taken, too much.
    #[error("`{}` cannot be read whole: {source}", shown(&dir.display().to_string()))]
    Content { dir: PathBuf, source: sanctum_fetch::FetchError },
    /// Somebody wrote to it.
    #[error("`{}` changed while it was read", shown(&dir.display().to_string()))]
    Changed { dir: PathBuf },
}

impl ReadError {
    /// What a person can do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            ReadError::NoPlugin { .. } => {
                "Choose the folder that holds `cli.py` (SMCP), `plugin.py` (Broca) or `manifest.json`."
            }
            ReadError::Content { source, .. } => source.advice(),
            ReadError::Changed { .. } => "Wait until nothing writes to it any more, and read it again.",
        }
    }
}

/// What is gathered while a folder is read.
#[derive(Debug, Default)]
struct Draft {
    title: Option<String>,
    description: Option<String>,
    version: Option<String>,
    licence: Option<String>,
    settings: Vec<Setting>,
    tools: Vec<Tool>,
    dependencies: Vec<String>,
    server: Option<Server>,
    findings: Vec<Finding>,
}

/// Reads the plugin in `dir`, a folder or a link to one.
///
/// # Errors
/// [`ReadError`].
pub fn read(dir: &Path) -> Result<Plugin, ReadError> {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    read_as(dir, &name)
}

/// The same, for a folder that is going to be called `name`.
///
/// # Errors
/// [`ReadError`].
pub fn read_as(dir: &Path, name: &str) -> Result<Plugin, ReadError> {
    let content = |source| ReadError::Content { dir: dir.to_owned(), source };
    let no_plugin = || ReadError::NoPlugin { dir: dir.to_owned() };
    let real = dir.canonicalize().map_err(|_| no_plugin())?;
    let kind = kind_of(&real).ok_or_else(no_plugin)?;
    let hash = sanctum_fetch::content_hash(&real).map_err(content)?;
    let (files, links) = walk::walk(&real);
    let mut draft = Draft::default();
    manifest::read(&real, kind, &mut draft);
    let code = sources::load(&real, &files, &mut draft.findings);
    match kind {
        Kind::Smcp => smcp::read(name, &real, &code, &mut draft),
        Kind::Broca => broca::read(name, &real, &code, &mut draft),
        Kind::Bundle | Kind::Manifest => {}
    }
    walk::judge(&real, &links, &mut draft.findings);
    let (reach, env) = sources::scan(&code, &files);
    settings::add_seen(&mut draft.settings, env, draft.server.is_some());
    settings::leave_out(&mut draft.settings, &mut draft.findings);
    let (requirements, project) = needs::read(&real, &mut draft.findings);
    let readme = readme::read(&real, &files);
    let description =
        draft.description.or(project.description).or_else(|| readme.as_deref().and_then(readme::sentence));
    // What was looked at must be what the hash stands for.
    if sanctum_fetch::content_hash(&real).map_err(content)? != hash {
        return Err(ReadError::Changed { dir: dir.to_owned() });
    }
    draft.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    Ok(Plugin {
        kind,
        title: draft.title.filter(|title| !shown(title).is_empty()).unwrap_or_else(|| name.to_owned()),
        name: name.to_owned(),
        description: description.unwrap_or_default(),
        version: draft.version.or(project.version),
        licence: draft.licence.or(project.licence).or_else(|| licence::read(&real, &files)),
        bytes: files.iter().map(|file| file.size).sum(),
        files,
        hash,
        requirements,
        settings: draft.settings,
        tools: draft.tools,
        dependencies: draft.dependencies,
        readme,
        reach,
        server: draft.server,
        findings: draft.findings,
    })
}

/// What a folder is, by the files in it; `None` where it is no plugin.
#[must_use]
pub fn kind_of(dir: &Path) -> Option<Kind> {
    let has = |file: &str| std::fs::metadata(dir.join(file)).is_ok_and(|meta| meta.is_file());
    if has("cli.py") {
        Some(Kind::Smcp)
    } else if has("plugin.py") {
        Some(Kind::Broca)
    } else if has("manifest.json") {
        Some(if manifest::is_bundle(dir) { Kind::Bundle } else { Kind::Manifest })
    } else {
        None
    }
}
