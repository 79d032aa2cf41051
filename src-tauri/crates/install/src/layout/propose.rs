//! Handing the layout to a planner, and the plans for adding and removing an agent.

use std::path::Path;

use sanctum_change::{Planner, RunSpec};

use super::{
    LayoutError, NewAgent, NewModule, NewSanctum, Piece, VENV_TIMEOUT, pieces_agent, pieces_module, pieces_new,
    pieces_service,
};
use crate::names::AgentUid;

/// Where the shared environment lives, relative to the root.
const VENV: &str = "agents/venv";

/// Adds the steps that make a new Sanctum. `control/registry.db` is there already: the caller made it.
///
/// # Errors
/// As [`pieces_new`], [`LayoutError::Exists`] for an agent whose folder is there, and what the planner refuses.
pub fn propose_new(planner: &mut Planner<'_>, spec: &NewSanctum) -> Result<(), LayoutError> {
    for agent in &spec.agents {
        free(&spec.root, &agent.uid.folder())?;
    }
    feed(planner, &spec.root, pieces_new(spec)?)
}

/// Adds the steps that make one more agent: its folders, settings and start scripts.
///
/// # Errors
/// As [`pieces_agent`], [`LayoutError::Exists`] when its folder is there, and what the planner refuses.
pub fn propose_agent(planner: &mut Planner<'_>, spec: &NewAgent) -> Result<(), LayoutError> {
    free(&spec.root, &spec.uid.folder())?;
    feed(planner, &spec.root, pieces_agent(spec)?)
}

/// Adds the steps that make one more module in an agent's folder, which is there.
///
/// # Errors
/// As [`pieces_module`], [`LayoutError::Exists`] when the module's folder holds something, and what the planner refuses.
pub fn propose_module(planner: &mut Planner<'_>, root: &Path, new: &NewModule<'_>) -> Result<(), LayoutError> {
    free(root, &new.at())?;
    feed(planner, root, pieces_module(root, new)?)
}

/// Adds the steps that make a shared service's folder.
///
/// # Errors
/// As [`pieces_service`], [`LayoutError::Exists`] when its folder holds something, and what the planner refuses.
pub fn propose_service(planner: &mut Planner<'_>, root: &Path, name: &str, port: u16) -> Result<(), LayoutError> {
    free(root, name)?;
    feed(planner, root, pieces_service(root, name, port)?)
}

/// Adds the step that moves an agent's whole folder to the trash, from where undo brings it back.
///
/// # Errors
/// [`LayoutError::Missing`] when there is no such folder, and what the planner refuses.
pub fn propose_remove_agent(planner: &mut Planner<'_>, root: &Path, uid: &AgentUid) -> Result<(), LayoutError> {
    let folder = uid.folder();
    if root.join(&folder).symlink_metadata().is_err() {
        return Err(LayoutError::Missing(folder));
    }
    planner.group(&format!("Agent {uid}"));
    planner.trash(&folder, "Move the agent's folder to the trash")?;
    Ok(())
}

fn free(root: &Path, folder: &str) -> Result<(), LayoutError> {
    match root.join(folder).symlink_metadata() {
        // Empty folders are what an interrupted set-up leaves.
        Ok(meta) if !meta.is_dir() || holds_a_file(&root.join(folder), 4) => {
            Err(LayoutError::Exists(folder.to_owned()))
        }
        _ => Ok(()),
    }
}

fn holds_a_file(dir: &Path, depth: u8) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return true;
    };
    entries.flatten().any(|e| {
        let is_dir = e.file_type().is_ok_and(|t| t.is_dir());
        !is_dir || depth == 0 || holds_a_file(&e.path(), depth - 1)
    })
}

fn feed(planner: &mut Planner<'_>, root: &Path, pieces: Vec<Piece>) -> Result<(), LayoutError> {
    for piece in pieces {
        match piece {
            Piece::Group(heading) => planner.group(&heading),
            Piece::Dir(path, mode) => planner.create_dir(&path, mode)?,
            Piece::File { path, bytes, mode, title } => planner.write_file(&path, bytes, mode, &title)?,
            Piece::Venv(python) => planner.run(venv(root, &python), "Create the shared Python environment")?,
        }
    }
    Ok(())
}

/// `<python> -m venv <root>/agents/venv`. It is made where it stays: an environment holds its own path.
fn venv(root: &Path, python: &Path) -> RunSpec {
    let env = [
        ("PATH", "/usr/bin:/bin"),
        ("LC_ALL", "C.UTF-8"),
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ("PIP_NO_INPUT", "1"),
    ];
    RunSpec {
        argv: vec![
            python.display().to_string(),
            "-I".to_owned(),
            "-m".to_owned(),
            "venv".to_owned(),
            root.join(VENV).display().to_string(),
        ],
        cwd: String::new(),
        env: env.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        creates: VENV.to_owned(),
        final_path: VENV.to_owned(),
        timeout: VENV_TIMEOUT,
    }
}
