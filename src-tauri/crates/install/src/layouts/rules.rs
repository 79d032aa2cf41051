//! One rule per layout: each file that speaks for it adds to the confidence and leaves a line of evidence.

use super::agents::{AgentFolders, by_layout, by_manifest, by_uuid, by_workspace, has_manifest};
use super::look::{Look, is_file, names};
use super::{FoundAgent, FoundModule, Layout, database, env};
use crate::discovery::Note;
use std::path::PathBuf;

/// Below this a folder is not offered.
const ENOUGH: u8 = 30;

/// What one rule makes of a folder.
pub(super) struct Draft {
    pub layout: Layout,
    pub confidence: u8,
    pub evidence: Vec<String>,
    pub agents: Vec<FoundAgent>,
    pub findings: Vec<Note>,
    pub env_files: Vec<PathBuf>,
}

impl Draft {
    fn new(layout: Layout) -> Draft {
        Draft {
            layout,
            confidence: 0,
            evidence: Vec::new(),
            agents: Vec::new(),
            findings: Vec::new(),
            env_files: Vec::new(),
        }
    }

    /// Adds `weight` and a line when `seen`.
    fn add(&mut self, seen: bool, weight: u8, line: impl Into<String>) -> bool {
        if seen {
            self.confidence = self.confidence.saturating_add(weight).min(100);
            self.evidence.push(line.into());
        }
        seen
    }

    fn enough(self) -> Option<Draft> {
        (self.confidence >= ENOUGH).then_some(self)
    }
}

pub(super) fn all(look: &Look<'_>) -> Vec<Draft> {
    let folders = || by_layout(look);
    let mut drafts: Vec<Draft> =
        if look.dir("agents") || look.dir("control") { ours(look, folders()) } else { Vec::new() };
    drafts.extend([broca(look), manifests(look), haus(look), smcp(look)].into_iter().flatten());
    drafts
}

/// A and B share the agents' folders and differ in everything around them.
fn ours(look: &Look<'_>, seen: AgentFolders) -> Vec<Draft> {
    let modules = format!(
        "`agents/agent-*/` holds {} and {} in the Sanctum layout",
        many(seen.agents.len(), "agent"),
        many(seen.modules, "module")
    );
    let mut a = Draft::new(Layout::A);
    a.add(seen.modules > 0, 35, modules.clone());
    a.add(
        seen.modules == 0 && !seen.agents.is_empty(),
        20,
        format!("`agents/` holds {} named `agent-…`", many(seen.agents.len(), "folder")),
    );
    a.add(look.dir("agents/venv"), 20, "`agents/venv` is the Python environment all agents share");
    a.add(
        look.file("agents/requirements-agents.txt"),
        15,
        "`agents/requirements-agents.txt` pins what that environment holds",
    );
    a.add(seen.agent_py, 15, "an `.env` sets `AGENT_PY`, the interpreter of that environment");
    a.add(seen.with_start > 0, 15, format!("{} with `run/start.sh`", many(seen.with_start, "module")));
    a.add(
        seen.with_run > 0 && seen.with_start == 0,
        5,
        format!("{} with a `run` folder", many(seen.with_run, "module")),
    );
    a.add(smcp_folder(look), 10, "`smcp/` has the folders of the shared SMCP");
    let registry = look.root.join("control/registry.db");
    a.add(is_file(&registry), 30, "`control/registry.db` is the registry of a Sanctum");
    a.agents.clone_from(&seen.agents);
    a.env_files = env_files(look, &seen);
    if is_file(&registry) {
        database::name_agents(&registry, "control/registry.db", &mut a);
    }

    let mut b = Draft::new(Layout::B);
    b.add(seen.modules > 0, 30, modules);
    let venv = look.dir("venv");
    let own = [
        b.add(seen.sanctum_py, 20, "an `.env` sets `SANCTUM_PY`, the installer's interpreter"),
        b.add(
            starters(look) > 0,
            20,
            format!("`control/run/` holds {} for agents", many(starters(look), "start script")),
        ),
        b.add(
            look.file("control/run/start-all.sh") || look.file("start-all.sh"),
            10,
            "`start-all.sh` starts everything",
        ),
        b.add(
            look.file("control/run/cron/sanctum-crontab"),
            10,
            "`control/run/cron/sanctum-crontab` starts it by cron",
        ),
        b.add(
            look.file("control/db/sanctum_ui.db"),
            35,
            "`control/db/sanctum_ui.db` is the old web configurator's database",
        ),
        b.add(
            venv && look.file("requirements.txt"),
            15,
            "`venv/` and `requirements.txt` lie at the top, as the installer puts them",
        ),
    ];
    b.agents = seen.agents;
    b.env_files.clone_from(&a.env_files);
    let ui = look.root.join("control/db/sanctum_ui.db");
    if is_file(&ui) {
        database::name_agents(&ui, "control/db/sanctum_ui.db", &mut b);
    }
    let b = own.contains(&true).then_some(b);
    [a.enough(), b.and_then(Draft::enough)].into_iter().flatten().collect()
}

fn env_files(look: &Look<'_>, seen: &AgentFolders) -> Vec<PathBuf> {
    let fixed = [".env", "smcp/config/.env", "smcp/.env", "control/.env"].map(|rel| look.root.join(rel));
    fixed.into_iter().chain(seen.env_files.iter().cloned()).filter(|path| is_file(path)).collect()
}

fn smcp_folder(look: &Look<'_>) -> bool {
    ["app", "venv", "config", "db", "plugins", "logs", "run"]
        .iter()
        .filter(|sub| look.dir(&format!("smcp/{sub}")))
        .count()
        >= 2
}

fn starters(look: &Look<'_>) -> usize {
    let of_agent = |(name, path): (String, PathBuf)| {
        let script = |file: &std::ffi::OsString| {
            let file = file.to_string_lossy();
            file.starts_with("start-") && file.ends_with(".sh")
        };
        if name.starts_with("agent-") { names(&path).iter().filter(|file| script(file)).count() } else { 0 }
    };
    look.folders("control/run").into_iter().map(of_agent).sum()
}

fn broca(look: &Look<'_>) -> Option<Draft> {
    let mut c = Draft::new(Layout::C);
    let (agents, env_files, clones) = by_uuid(look);
    let several = agents.len();
    c.add(several > 0, 55, format!("{} named `agent-<Letta id>` with Broca's files", many(several, "folder")));
    c.add(several > 1, 10, "several agents lie beside each other");
    c.add(clones > 0, 10, format!("{} with a full copy of Broca in `broca/`", many(clones, "agent")));
    let checkout = look.file("main.py") && look.dir("plugins") && (look.dir("runtime") || look.dir("common"));
    c.add(checkout, 35, "`main.py`, `plugins/` and the folders beside them are a checkout of Broca");
    c.add(several > 0 && look.dir("venv"), 15, "`venv/` lies beside the agents");
    c.agents = agents;
    c.env_files = env_files;
    let own_env = look.root.join(".env");
    if checkout && several == 0 && is_file(&own_env) {
        c.add(true, 10, "its `.env` sets up one agent");
        let letta = env::value(&own_env, "AGENT_ID");
        let uid = letta.as_deref().map_or("broca", |id| id.trim_start_matches("agent-")).to_lowercase();
        c.agents.push(FoundAgent {
            name: env::value(&own_env, "AGENT_NAME").unwrap_or_else(|| "Broca".to_owned()),
            uid,
            path: look.root.to_path_buf(),
            letta_uid: letta,
            modules: vec![FoundModule { name: "broca".to_owned(), path: look.root.to_path_buf(), port: None }],
        });
    }
    if is_file(&own_env) {
        c.env_files.push(own_env);
    }
    c.enough()
}

fn manifests(look: &Look<'_>) -> Option<Draft> {
    let mut d = Draft::new(Layout::D);
    let (agents, modules) = by_manifest(look);
    let count = |rel: &str| look.folders(rel).into_iter().filter(|(_, path)| has_manifest(path)).count();
    let (tools, plugins) = (count("tools"), count("plugins"));
    d.add(modules > 0, 45, format!("`agents/*/modules/*/` holds {}", many(modules, "manifest")));
    d.add(tools > 0, 35, format!("`tools/*/` holds {}", many(tools, "manifest")));
    d.add(plugins > 0, 35, format!("`plugins/*/` holds {}", many(plugins, "manifest")));
    let modules = agents.iter().flat_map(|agent| &agent.modules);
    d.env_files = modules
        .map(|module| module.path.join("config/.env"))
        .chain([look.root.join(".env")])
        .filter(|path| is_file(path))
        .collect();
    d.agents = agents;
    // A root of layout A may hold manifests too: then A's own evidence is the stronger.
    d.confidence = d.confidence.min(95);
    d.enough()
}

fn haus(look: &Look<'_>) -> Option<Draft> {
    let mut f = Draft::new(Layout::F);
    let services =
        look.names("services").iter().filter(|name| name.ends_with(".yaml") || name.ends_with(".yml")).count();
    let instance = look.file("instance.yaml") || look.file(".instance.json");
    f.add(instance, 40, "`instance.yaml` describes a haus");
    f.add(services > 0, 30, format!("`services/` holds {}", many(services, "service manifest")));
    f.add(
        look.file("config/agent-capabilities.yaml"),
        15,
        "`config/agent-capabilities.yaml` says what its agents may do",
    );
    if !instance && services == 0 {
        return None;
    }
    if let Some(home) = look.root.parent() {
        let launch = names(&home.join("Library/LaunchAgents"));
        let ours = launch.iter().filter(|name| name.to_string_lossy().starts_with("com.sanctum.")).count();
        f.add(ours > 0, 10, format!("{} named `com.sanctum.…`", many(ours, "LaunchAgent")));
        f.agents = by_workspace(home);
        let agents = f.agents.len();
        f.add(agents > 0, 10, format!("`~/.openclaw/` holds {}", many(agents, "agent workspace")));
    }
    f.env_files = [look.root.join(".env")].into_iter().filter(|path| is_file(path)).collect();
    f.enough()
}

fn smcp(look: &Look<'_>) -> Option<Draft> {
    let mut g = Draft::new(Layout::G);
    if !look.file("smcp.py") {
        return None;
    }
    g.add(true, 55, "`smcp.py` is the start of SMCP");
    let plugins: Vec<String> = look
        .folders("plugins")
        .into_iter()
        .filter(|(_, path)| is_file(&path.join("cli.py")))
        .map(|(name, _)| name)
        .collect();
    g.add(!plugins.is_empty(), 30, format!("`plugins/` holds {} with a `cli.py`", many(plugins.len(), "plugin")));
    g.add(look.dir("venv"), 10, "it has a Python environment of its own in `venv/`");
    g.env_files = [look.root.join(".env")].into_iter().filter(|path| is_file(path)).collect();
    g.enough()
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
