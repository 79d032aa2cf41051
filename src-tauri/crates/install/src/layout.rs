//! The layout of `spec/installation-layout.md`, as steps of a plan.
//!
//! Owns which folders and files a new Sanctum, a new agent and SMCP consist of, with their modes and contents. It writes
//! nothing: [`pieces_new`] and [`pieces_agent`] describe the tree, and the `propose_…` functions hand it to a planner.
//! Registry rows (agents, ports, tools) are added to the same plan by the api, `control/registry.db` itself exists before.
//! Modes: folders 0700, `.env` 0600, start and stop scripts 0700, other files 0644.

mod files;
mod propose;
mod quote;
mod start;
mod stop;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::catalogue::{Catalogue, Known, Scope};
use crate::names::AgentUid;
use files::{Place, REQUIREMENTS, module_env, root_env, root_text};

pub use propose::{propose_agent, propose_module, propose_new, propose_remove_agent, propose_service};
pub use quote::{Unquotable, quote};
pub use start::{StartScripts, start_scripts};
pub use stop::stop_script;

/// The folders every module has.
pub const MODULE_DIRS: [&str; 6] = ["app", "config", "db", "plugins", "logs", "run"];
/// How long making the shared environment may take.
pub const VENV_TIMEOUT: Duration = Duration::from_secs(600);

/// A new Sanctum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSanctum {
    /// The install root, absolute and already checked by [`crate::roots::check_root`].
    pub root: PathBuf,
    /// The interpreter that makes `agents/venv`; `None` leaves it for later.
    pub python: Option<PathBuf>,
    /// The first agents, in the order of their index.
    pub agents: Vec<NewAgent>,
    /// SMCP's port, or `None` to leave its folder empty for now.
    pub smcp_port: Option<u16>,
}

/// A new agent with its modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgent {
    /// The short name its folder is called by.
    pub uid: AgentUid,
    /// The name a person reads.
    pub name: String,
    /// Its number, from which ports follow.
    pub index: u32,
    /// Catalogue name and port of each module.
    pub modules: Vec<(String, u16)>,
    /// The install root, absolute.
    pub root: PathBuf,
}

/// One more module of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewModule<'a> {
    /// Its catalogue name.
    pub name: &'a str,
    pub port: u16,
    /// The agent's folder, relative to the root.
    pub folder: &'a str,
    /// The agent's short name.
    pub uid: &'a str,
    /// The agent's name that a person reads.
    pub whose: &'a str,
}

impl NewModule<'_> {
    /// Its folder, relative to the root.
    pub fn at(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }
}

/// Why the layout cannot be proposed.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The catalogue has no module of that name which an agent can have.
    #[error("There is no module called `{0}` that an agent can have. `broca2` and `thalamus` are known.")]
    UnknownModule(String),
    /// A path cannot be written to the files modules read.
    #[error("`{path}` cannot be used as the root: {reason}. Choose a folder with a plainer name.")]
    Path {
        /// The path in question.
        path: String,
        /// What stands in the way.
        reason: String,
    },
    /// The folder of an agent, a module or a service is there already.
    #[error("The folder `{0}` is already there. Nothing in it is overwritten; choose another name.")]
    Exists(String),
    /// The agent to remove has no folder.
    #[error("There is no folder `{0}`. The agent may have been removed already.")]
    Missing(String),
    /// A module was named twice for one agent.
    #[error("`{0}` is named twice. An agent has each module once.")]
    Twice(String),
    /// The planner refused a step.
    #[error(transparent)]
    Plan(#[from] sanctum_change::ChangeError),
}

/// One thing the layout consists of. Paths are relative to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The following pieces belong together under this heading.
    Group(String),
    /// A folder with its mode.
    Dir(String, u32),
    /// A file.
    File {
        /// Its path.
        path: String,
        /// Its content.
        bytes: Vec<u8>,
        /// Its mode.
        mode: u32,
        /// What writing it means, for the plan.
        title: String,
    },
    /// The shared Python environment, made by this interpreter.
    Venv(PathBuf),
}

/// Everything of a new Sanctum, parents before children.
///
/// # Errors
/// [`LayoutError::Path`] for a root no settings file can carry, [`LayoutError::UnknownModule`].
pub fn pieces_new(spec: &NewSanctum) -> Result<Vec<Piece>, LayoutError> {
    let root = root_text(&spec.root)?;
    let catalogue = Catalogue::builtin();
    let mut out = vec![Piece::Group("Shared settings".into())];
    let modules = catalogue.agent_modules();
    out.push(file(".env", root_env(root, &modules, spec.smcp_port)?, 0o600, "Write the settings of the whole Sanctum"));
    out.push(dir("agents"));
    out.push(file("agents/requirements-agents.txt", REQUIREMENTS.into(), 0o644, "Write the list of pinned packages"));
    if let Some(python) = &spec.python {
        out.push(Piece::Group("Python".into()));
        out.push(Piece::Venv(python.clone()));
    }
    for agent in &spec.agents {
        out.extend(pieces_agent(agent)?);
    }
    out.push(Piece::Group("SMCP".into()));
    smcp(&mut out, root, catalogue, spec.smcp_port)?;
    out.push(Piece::Group("Control plane".into()));
    out.extend(["control", "control/gateway", "control/web"].map(dir));
    Ok(out)
}

/// Everything of one new agent: the checklist of the layout spec.
///
/// # Errors
/// [`LayoutError::UnknownModule`], [`LayoutError::Twice`], [`LayoutError::Path`].
pub fn pieces_agent(spec: &NewAgent) -> Result<Vec<Piece>, LayoutError> {
    let folder = spec.uid.folder();
    let mut out = vec![Piece::Group(format!("Agent {}", spec.name)), dir("agents"), dir(&folder)];
    for (n, (name, port)) in spec.modules.iter().enumerate() {
        if spec.modules[..n].iter().any(|(other, _)| other == name) {
            return Err(LayoutError::Twice(name.clone()));
        }
        let one = NewModule { name, port: *port, folder: &folder, uid: spec.uid.as_str(), whose: &spec.name };
        out.extend(pieces_module(&spec.root, &one)?);
    }
    Ok(out)
}

/// Everything of one module in an agent's folder: its folders, settings, start and stop script.
///
/// # Errors
/// [`LayoutError::UnknownModule`], [`LayoutError::Path`].
pub fn pieces_module(root: &Path, new: &NewModule<'_>) -> Result<Vec<Piece>, LayoutError> {
    let root = root_text(root)?;
    let module = Catalogue::builtin()
        .get(new.name)
        .filter(|m| m.scope == Scope::Agent && m.entry.is_some())
        .ok_or_else(|| LayoutError::UnknownModule(new.name.to_owned()))?;
    let at = new.at();
    let mut out = vec![dir(&at)];
    out.extend(MODULE_DIRS.map(|d| dir(&format!("{at}/{d}"))));
    module_files(&mut out, module, root, &at, new.uid, new.port, new.whose)?;
    Ok(out)
}

/// Everything of one shared service that the catalogue knows how to start: its folders, settings and start script.
///
/// # Errors
/// [`LayoutError::UnknownModule`], [`LayoutError::Path`].
pub fn pieces_service(root: &Path, name: &str, port: u16) -> Result<Vec<Piece>, LayoutError> {
    let root = root_text(root)?;
    let service = Catalogue::builtin()
        .get(name)
        .filter(|m| m.scope == Scope::Global && m.entry.is_some())
        .ok_or_else(|| LayoutError::UnknownModule(name.to_owned()))?;
    let mut out = vec![Piece::Group(service.title.clone()), dir(name)];
    out.extend(MODULE_DIRS.map(|d| dir(&format!("{name}/{d}"))));
    module_files(&mut out, service, root, name, name, port, "the whole Sanctum")?;
    Ok(out)
}

fn smcp(out: &mut Vec<Piece>, root: &str, catalogue: &Catalogue, port: Option<u16>) -> Result<(), LayoutError> {
    out.push(dir("smcp"));
    out.extend(["app", "venv", "config", "db", "plugins", "logs", "run"].map(|d| dir(&format!("smcp/{d}"))));
    if let (Some(port), Some(module)) = (port, catalogue.get("smcp")) {
        module_files(out, module, root, "smcp", "smcp", port, "all agents")?;
    }
    Ok(())
}

fn module_files(
    out: &mut Vec<Piece>,
    module: &Known,
    root: &str,
    at: &str,
    uid: &str,
    port: u16,
    whose: &str,
) -> Result<(), LayoutError> {
    let place = Place { root, module_dir: format!("{root}/{at}"), uid, port };
    let title = format!("Write the settings of {} for {whose}", module.title);
    out.push(file(&format!("{at}/config/.env"), module_env(module, &place)?, 0o600, &title));
    if let Some(entry) = &module.entry {
        let title = format!("Write the start script of {} for {whose}", module.title);
        out.push(file(&format!("{at}/run/start.sh"), start::plain(module, entry), 0o700, &title));
        let title = format!("Write the stop script of {} for {whose}", module.title);
        out.push(file(&format!("{at}/run/stop.sh"), stop::script(module), 0o700, &title));
    }
    Ok(())
}

fn dir(path: &str) -> Piece {
    Piece::Dir(path.to_owned(), 0o700)
}

fn file(path: &str, bytes: Vec<u8>, mode: u32, title: &str) -> Piece {
    Piece::File { path: path.to_owned(), bytes, mode, title: title.to_owned() }
}
