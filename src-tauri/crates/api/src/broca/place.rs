//! Where an agent's Broca keeps its database (`facts/modules.md` 1.3, 1.6, 1.8).
//!
//! What a setting says is hostile until the real file lies in the agent's own folder, or, for an administrator, anywhere else in
//! this Sanctum but where the app keeps its own. Nothing else is opened, and whether it exists is not told.

use std::path::{Path, PathBuf};

use sanctum_registry::agents::AgentRow;

use crate::open::Open;
use crate::settings::{Snapshot, Sort};
use crate::{Actor, ApiError, ApiResult};

/// Folder names of Broca's instances.
const NAMES: [&str; 2] = ["broca2", "broca"];
/// The settings that name the file; the first one wins.
const KEYS: [&str; 2] = ["TEST_DB_PATH", "DB_PATH"];
/// Where the file lies when no setting names it: beside the code.
const USUAL: [&str; 2] = ["app/sanctum.db", "sanctum.db"];

/// An agent's Broca.
pub(super) struct Found {
    /// "Athena · broca2".
    pub heading: String,
    /// Its working folder.
    pub folder: PathBuf,
    pub file: File,
}

/// Its database.
pub(super) enum File {
    /// Relative to the root, links resolved.
    At(String),
    /// Not made yet.
    None,
    /// Named by a setting, and not to be read from here.
    Outside,
}

/// # Errors
/// `broca_none` where the agent has no Broca.
pub(super) fn find(open: &Open, actor: &Actor, agent: &AgentRow) -> ApiResult<Found> {
    found(open, actor.must_be_admin().is_ok(), agent)
}

/// As [`find`], for the app itself: in the agent's own folder only.
///
/// # Errors
/// As [`find`].
pub(super) fn find_own(open: &Open, agent: &AgentRow) -> ApiResult<Found> {
    found(open, false, agent)
}

fn found(open: &Open, admin: bool, agent: &AgentRow) -> ApiResult<Found> {
    let snap = Snapshot::of(open)?;
    let of_agent = |name: &str| {
        snap.targets.iter().find(|target| {
            let own = target.agent.as_ref().is_some_and(|(id, ..)| *id == agent.id);
            own && target.sort == Sort::Instance && target.name == name
        })
    };
    let target = NAMES.into_iter().find_map(of_agent);
    let Some((target, path)) = target.and_then(|target| Some((target, target.path.as_ref()?))) else {
        return Err(ApiError::refused(
            "broca_none",
            format!("{} has no Broca.", agent.title()),
            "Add the module to the agent first.",
        ));
    };
    let view = snap.view(target, None);
    let said = |key: &str| {
        let field = view.fields().find(|field| field.env.as_deref() == Some(key))?;
        let (value, _) = view.effective(field)?;
        value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let folder = open.root().join(path);
    let file = match KEYS.into_iter().find_map(said) {
        Some(said) => proven(open, admin, agent, &folder.join(said)),
        None => {
            let usual = USUAL.into_iter().map(|file| folder.join(file)).find(|file| file.exists());
            usual.map_or(File::None, |file| proven(open, admin, agent, &file))
        }
    };
    Ok(Found { heading: format!("{} · {}", agent.title(), target.name), folder, file })
}

fn proven(open: &Open, admin: bool, agent: &AgentRow, file: &Path) -> File {
    let root = open.root();
    // Of what is not there, the folder it would be in.
    let there = file.ancestors().find_map(|at| at.canonicalize().ok().map(|real| (real, at == file)));
    let Some((real, exists)) = there else { return File::Outside };
    let own = root.join(&agent.path).canonicalize();
    let state = open.registry().path().parent().and_then(|dir| dir.canonicalize().ok());
    let in_own = own.is_ok_and(|own| real.starts_with(own));
    let allowed = real.starts_with(root) && (in_own || admin) && state.is_none_or(|state| !real.starts_with(state));
    match real.strip_prefix(root).ok().and_then(Path::to_str) {
        Some(rel) if allowed && exists && real.is_file() => File::At(rel.to_owned()),
        _ if allowed => File::None,
        _ => File::Outside,
    }
}
