//! Which single tools the tool server offers from its start, as its settings and its profile file say (crate `plugins`, `profiles`).
//!
//! SMCP alone has that. What it reads must be a file of this Sanctum for us to switch anything in it; of everything else it is said
//! why not, and what to do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sanctum_config::resolve::Level;
use sanctum_plugins::place::PLUGINS;
use sanctum_plugins::profiles::switch::{self, OURS};
use sanctum_plugins::profiles::{GOVERNOR, Given, Mode, Profiles};
use sanctum_plugins::read::{Kind, Plugin};
use sanctum_plugins::{describe::Described, shown};

use super::mcp::Listed;
use super::place::{Placed, Tool};
use super::quarantine;
use crate::ApiError;
use crate::dto::{Json, PluginTool};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::{Snapshot, View};

/// The settings of SMCP that it is about.
pub(super) const PROFILES: &str = "SMCP_PROFILES";
pub(super) const ATTACH: &str = "SMCP_ATTACH_PROFILE";
const ADMIN: &str = "SMCP_ADMIN_PREFIX";
/// A file of profiles larger than this is none.
const LARGEST: u64 = 512 * 1024;

/// What is in force from SMCP's next start.
pub(super) struct Governor {
    attach: Option<String>,
    admin_prefix: Option<String>,
    /// Relative to the root: what SMCP reads, or where it would be made.
    pub file: String,
    /// What the file holds; `None` where SMCP is given none.
    pub bytes: Option<Vec<u8>>,
    /// Name of the profile in force.
    pub force: String,
    pub mode: Mode,
}

/// Why single tools cannot be switched, and what to do.
pub(super) struct Obstacle {
    pub why: String,
    pub todo: String,
}

impl Obstacle {
    pub fn error(&self) -> ApiError {
        ApiError::refused("tool_switch", self.why.clone(), self.todo.clone())
    }
}

impl Governor {
    pub fn given(&self) -> Given<'_> {
        Given { attach: self.attach.as_deref(), admin_prefix: self.admin_prefix.as_deref() }
    }

    /// Whether the profile in force is the one that we keep.
    pub fn ours(&self) -> bool {
        self.force == OURS
    }

    /// Tools of a plugin that the file names and nobody else may know.
    fn named(&self, plugin: &str) -> Vec<String> {
        let mut all: BTreeSet<String> = match &self.mode {
            Mode::Explicit(tools) => tools.clone(),
            _ => BTreeSet::new(),
        };
        all.extend(self.bytes.as_deref().map(switch::off).unwrap_or_default());
        let prefix = format!("{plugin}__");
        all.into_iter().filter(|tool| tool.starts_with(&prefix)).collect()
    }
}

/// What a setting says, as the module gets it; nothing where it is empty.
pub(super) fn said(view: &View<'_>, env: &str) -> Option<(String, Level)> {
    let field = view.fields().find(|field| field.env.as_deref() == Some(env))?;
    let (value, level) = view.effective(field)?;
    Some((sanctum_config::to_env(field, &value).trim().to_owned(), level)).filter(|(text, _)| !text.is_empty())
}

/// Where SMCP's own list would be made.
pub(super) fn own_file(tool: &Tool) -> String {
    format!("{}/config/profiles.json", tool.instance.path)
}

/// What is in force; `None` for a tool that has no such thing.
pub(super) fn of(open: &Open, snap: &Snapshot, tool: &Tool) -> Option<Result<Governor, Obstacle>> {
    if tool.takes != Some(Kind::Smcp) {
        return None;
    }
    let view = snap.view(snap.find(tool.address()).ok()?, None);
    let text = |env| said(&view, env).map(|(text, _)| text);
    let (attach, admin_prefix) = (text(ATTACH), text(ADMIN));
    Some(file_of(open, tool, text(PROFILES)).and_then(|(file, bytes)| {
        let given = Given { attach: attach.as_deref(), admin_prefix: admin_prefix.as_deref() };
        let broken = |fault: sanctum_plugins::profiles::ProfileFault| Obstacle {
            why: format!("{} cannot start with its profiles in `{}`: {fault}.", tool.instance.named, shown(&file)),
            todo: format!("Mend that file, or clear `{PROFILES}` in the settings of {}.", tool.instance.named),
        };
        let profiles = match &bytes {
            Some(bytes) => Profiles::read(bytes, given).map_err(broken)?,
            None => Profiles::builtin(given),
        };
        let force = profiles.in_force(given);
        let mode = profiles.mode(&force).map_err(broken)?;
        Ok(Governor { attach, admin_prefix, file, bytes, force, mode })
    }))
}

/// The file that SMCP is given, and what it holds.
fn file_of(open: &Open, tool: &Tool, given: Option<String>) -> Result<(String, Option<Vec<u8>>), Obstacle> {
    let named = &tool.instance.named;
    let Some(given) = given else {
        let file = own_file(tool);
        if open.root().join(&file).symlink_metadata().is_ok() {
            return Err(Obstacle {
                why: format!("`{file}` is there, and `{PROFILES}` does not name it, so {named} does not read it."),
                todo: format!(
                    "Set `{PROFILES}` to it if it should count, or move it away. Then single tools can be switched here."
                ),
            });
        }
        return Ok((file, None));
    };
    let cwd = tool.instance.known.and_then(|known| known.entry.as_ref()).map_or(".", |entry| entry.cwd.as_str());
    let path = tool.instance.dir.join(cwd).join(&given);
    let told = shown(&open.env().short(&path));
    let theirs = |what: &str| Obstacle {
        why: format!("`{PROFILES}` names {what} (`{told}`)."),
        todo: format!(
            "Single tools are switched there by hand. To switch them here, name a `.json` file in this Sanctum, or clear the setting in {named}."
        ),
    };
    let Ok(meta) = path.metadata() else {
        return Err(Obstacle {
            why: format!("`{PROFILES}` names `{told}`, which is not there: {named} does not start with it."),
            todo: format!("Correct it, or clear it, in the settings of {named}."),
        });
    };
    if meta.is_dir() {
        return Err(theirs("a folder of profiles"));
    }
    if !meta.is_file() || meta.len() > LARGEST || path.extension().is_none_or(|end| end != "json") {
        return Err(theirs("something else than a small `.json` file"));
    }
    let file = inside(open.root(), &path).ok_or_else(|| theirs("a file outside of this Sanctum"))?;
    let bytes = std::fs::read(&path).map_err(|error| Obstacle {
        why: format!("`{told}` cannot be read ({}), so {named} cannot either.", error.kind()),
        todo: "Give yourself the right to read it.".to_owned(),
    })?;
    Ok((file, Some(bytes)))
}

/// Where it really lies in the root.
fn inside(root: &Path, path: &Path) -> Option<String> {
    let (real, root): (PathBuf, PathBuf) = (path.canonicalize().ok()?, root.canonicalize().ok()?);
    Some(real.strip_prefix(&root).ok()?.to_str()?.to_owned())
}

/// Names of the tools of a plugin, as far as its files say, or said when they were asked; nothing of it is run.
pub(super) fn names(open: &Open, dir: &Path, name: &str, plugin: &Plugin) -> Option<BTreeSet<String>> {
    let full = |tools: &[sanctum_plugins::read::Tool]| {
        tools.iter().map(|tool| Described::full_name(name, &tool.command)).collect::<BTreeSet<_>>()
    };
    match quarantine::known(open, dir, name, plugin) {
        Some(known) => Some(full(&known.tools)),
        None => Some(full(&plugin.tools)).filter(|names| !names.is_empty()),
    }
}

/// What the running server listed last.
fn listed(open: &Open) -> Option<Arc<Listed>> {
    lock(&open.plugins.listed).as_ref().map(|(_, listed)| listed.clone())
}

/// A plugin’s tools with whether each is on; those that the running server lists or the profile names are there as well.
pub(super) fn complete(
    open: &Open,
    governor: Option<&Result<Governor, Obstacle>>,
    placed: &Placed,
    mut tools: Vec<PluginTool>,
) -> Vec<PluginTool> {
    let Some(governor) = governor else { return tools };
    let there = |tools: &[PluginTool], name: &str| tools.iter().any(|tool| tool.name == name);
    let prefix = format!("{}__", placed.at.name);
    let listed = listed(open);
    let tools_now = listed.iter().filter_map(|listed| listed.tools.as_ref().ok()).flatten();
    for tool in tools_now.filter(|tool| tool.name.starts_with(&prefix)) {
        let name = shown(&tool.name);
        if !there(&tools, &name) {
            let (description, schema) = (sanctum_mcp::shown(&tool.description), Json(tool.schema.clone()));
            tools.push(PluginTool { name, description, schema, enabled: None });
        }
    }
    let Ok(governor) = governor else { return tools };
    let detached = listed.iter().flat_map(|listed| &listed.all).filter(|tool| tool.starts_with(&prefix)).cloned();
    for name in governor.named(&placed.at.name).into_iter().chain(detached) {
        if !there(&tools, &shown(&name)) {
            let schema = Json(serde_json::json!({ "type": "object" }));
            tools.push(PluginTool { name: shown(&name), description: String::new(), schema, enabled: None });
        }
    }
    for tool in tools.iter_mut().filter(|tool| tool.name.starts_with(&prefix) && tool.name != GOVERNOR) {
        tool.enabled = Some(governor.mode.offers(&tool.name));
    }
    tools
}

/// What switching one does besides, or why it cannot be done.
pub(super) fn note(
    open: &Open,
    governor: &Result<Governor, Obstacle>,
    placed: &Placed,
    tools: &[PluginTool],
) -> String {
    let named = &placed.tool.instance.named;
    let governor = match governor {
        Ok(governor) => governor,
        Err(obstacle) => return format!("Single tools cannot be switched here. {} {}", obstacle.why, obstacle.todo),
    };
    let mut said = format!(
        "A switch holds for everybody who uses {named}, and counts from its next start. An agent can attach a tool that is off again \
         with `{GOVERNOR}`, for everybody, until {named} starts anew."
    );
    if governor.ours() {
        said.push_str(&format!(
            " While one is off, `{}` names those that are on. What is installed or switched on here is added to it; tools of a folder \
             that is put into `{}/{PLUGINS}` by hand stay off until they are switched on.",
            shown(&governor.file),
            placed.tool.instance.path,
        ));
    } else if governor.mode != Mode::All {
        said.push_str(&format!(
            " It starts with the profile `{}` of `{}`.",
            shown(&governor.force),
            shown(&governor.file)
        ));
    }
    said.push_str(&differs(open, placed, tools));
    said
}

/// Where the server that runs offers something else than what it would start with.
fn differs(open: &Open, placed: &Placed, tools: &[PluginTool]) -> String {
    let listed = listed(open);
    let Some(Ok(listed)) = listed.as_ref().map(|listed| &listed.tools).filter(|_| placed.at.enabled) else {
        return String::new();
    };
    let offers = |tool: &PluginTool| listed.iter().any(|listed| listed.name == tool.name);
    let names = |on: bool| -> Vec<String> {
        let other = |tool: &&PluginTool| tool.enabled == Some(on) && offers(tool) != on;
        tools.iter().filter(other).take(5).map(|tool| format!("`{}`", tool.name)).collect()
    };
    let named = &placed.tool.instance.named;
    let sentence = |names: Vec<String>, words: &str| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!(
            " {named}, which runs, {words} {}: it runs since before, or an agent changed it.",
            crate::words::list(&names)
        )
    };
    let mut said = String::new();
    if let Some(names) = Some(names(false)).filter(|names| !names.is_empty()) {
        said.push_str(&sentence(names, "still offers"));
    }
    // One of which it offers nothing at all did not load; its row says that.
    if let Some(names) = Some(names(true)).filter(|names| !names.is_empty() && tools.iter().any(offers)) {
        said.push_str(&sentence(names, "does not offer"));
    }
    said
}

/// Whether a list of single tools is in force that names none of this plugin: what came later is off until its tools are known.
pub(super) fn not_listed(governor: &Governor, placed: &Placed) -> bool {
    let prefix = format!("{}__", placed.at.name);
    matches!(&governor.mode, Mode::Explicit(tools) if !tools.iter().any(|tool| tool.starts_with(&prefix)))
}

/// Whether all tools of a plugin that are known are off.
pub(super) fn all_off(open: &Open, governor: &Governor, placed: &Placed, plugin: &Plugin) -> bool {
    let mut known = names(open, &placed.at.dir, &placed.at.name, plugin).unwrap_or_default();
    known.extend(governor.named(&placed.at.name));
    let prefix = format!("{}__", placed.at.name);
    let listed = listed(open);
    known.extend(listed.iter().flat_map(|listed| &listed.all).filter(|tool| tool.starts_with(&prefix)).cloned());
    !known.is_empty() && known.iter().all(|tool| !governor.mode.offers(tool))
}
