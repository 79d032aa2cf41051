//! The agents of a layout: their folders, names, Letta links, modules and ports.

use super::env;
use super::look::{Look, folders, is_dir, is_file};
use super::{FoundAgent, FoundModule};
use std::path::{Path, PathBuf};

const MAX_AGENTS: usize = 1000;
const MODULE_FOLDERS: [&str; 6] = ["app", "config", "db", "plugins", "logs", "run"];

/// What `agents/agent-*/<module>/` holds (layouts A and B).
#[derive(Default)]
pub(super) struct AgentFolders {
    pub agents: Vec<FoundAgent>,
    /// `.env` files seen on the way.
    pub env_files: Vec<PathBuf>,
    pub modules: usize,
    pub with_run: usize,
    pub with_start: usize,
    pub agent_py: bool,
    pub sanctum_py: bool,
}

pub(super) fn by_layout(look: &Look<'_>) -> AgentFolders {
    let mut all = AgentFolders::default();
    let agents = look.folders("agents").into_iter().filter(|(name, _)| name.starts_with("agent-") && name.len() > 6);
    for (name, path) in agents.take(MAX_AGENTS) {
        let mut modules = Vec::new();
        let mut letta_uid = None;
        let mut shown = None;
        all.env_files.push(path.join(".env"));
        for (module, folder) in folders(&path) {
            if MODULE_FOLDERS.iter().filter(|sub| is_dir(&folder.join(sub))).count() < 2
                && !is_file(&folder.join("manifest.json"))
            {
                continue;
            }
            all.modules += 1;
            all.with_run += usize::from(is_dir(&folder.join("run")));
            all.with_start += usize::from(is_file(&folder.join("run/start.sh")));
            let mut port = None;
            for file in [folder.join("config/.env"), folder.join(".env")] {
                if !is_file(&file) {
                    continue;
                }
                port = port.or_else(|| env::value(&file, "PORT").and_then(|p| p.parse().ok()).filter(|p| *p > 0));
                letta_uid = letta_uid.or_else(|| env::value(&file, "AGENT_ID"));
                shown = shown.or_else(|| env::value(&file, "AGENT_NAME"));
                all.agent_py |= env::value(&file, "AGENT_PY").is_some();
                all.sanctum_py |= env::value(&file, "SANCTUM_PY").is_some();
                all.env_files.push(file);
            }
            modules.push(FoundModule { name: module, path: folder, port });
        }
        let uid = name.trim_start_matches("agent-").to_owned();
        let name = shown.unwrap_or_else(|| title(&uid));
        all.agents.push(FoundAgent { name, uid, path, letta_uid, modules });
    }
    for (file, key) in [("agents/.env", "AGENT_PY"), (".env", "AGENT_PY")] {
        all.agent_py |= env::value(&look.root.join(file), key).is_some();
    }
    all.sanctum_py |= env::value(&look.root.join(".env"), "SANCTUM_PY").is_some();
    all
}

/// What `agent-<letta uuid>/` beside each other hold (layout C), and whether any holds a full clone.
pub(super) fn by_uuid(look: &Look<'_>) -> (Vec<FoundAgent>, Vec<PathBuf>, usize) {
    let (mut agents, mut env_files, mut clones) = (Vec::new(), Vec::new(), 0);
    for (name, path) in look.folders("").into_iter().take(MAX_AGENTS) {
        let Some(uuid) = name.strip_prefix("agent-").filter(|rest| is_uuid(rest)) else {
            continue;
        };
        let clone = path.join("broca");
        let cloned = is_file(&clone.join("main.py"));
        let known = [".env", "settings.json", "sanctum.db"].iter().any(|file| is_file(&path.join(file)));
        if !known && !cloned {
            continue;
        }
        clones += usize::from(cloned);
        let files: Vec<PathBuf> = [path.join(".env"), clone.join(".env")].into_iter().filter(|f| is_file(f)).collect();
        let first = |key: &str| files.iter().find_map(|file| env::value(file, key));
        let short: String = uuid.chars().take(8).collect();
        agents.push(FoundAgent {
            uid: uuid.to_lowercase(),
            name: first("AGENT_NAME").unwrap_or_else(|| format!("Agent {short}")),
            letta_uid: first("AGENT_ID").or_else(|| Some(name.clone())),
            modules: vec![FoundModule {
                name: "broca".to_owned(),
                path: if cloned { clone } else { path.clone() },
                port: None,
            }],
            path,
        });
        env_files.extend(files);
    }
    (agents, env_files, clones)
}

/// What `agents/*/modules/*/manifest.json` hold (layout D), and how many manifests there are.
pub(super) fn by_manifest(look: &Look<'_>) -> (Vec<FoundAgent>, usize) {
    let (mut agents, mut manifests) = (Vec::new(), 0);
    for (name, path) in look.folders("agents").into_iter().take(MAX_AGENTS) {
        let modules: Vec<FoundModule> = folders(&path.join("modules"))
            .into_iter()
            .filter(|(_, folder)| has_manifest(folder))
            .map(|(name, path)| FoundModule {
                port: env::value(&path.join("config/.env"), "PORT").and_then(|p| p.parse().ok()),
                name,
                path,
            })
            .collect();
        if modules.is_empty() {
            continue;
        }
        manifests += modules.len();
        let uid = name.strip_prefix("agent-").filter(|uid| !uid.is_empty()).unwrap_or(&name).to_owned();
        agents.push(FoundAgent { name: title(&uid), uid, path, letta_uid: None, modules });
    }
    (agents, manifests)
}

/// The workspaces of a haus (layout F): `~/.openclaw/workspace*` beside it.
pub(super) fn by_workspace(home: &Path) -> Vec<FoundAgent> {
    let agent = |(name, path): (String, PathBuf)| {
        let uid = name.strip_prefix("workspace")?.trim_start_matches(['-', '_', '.']).to_lowercase();
        let uid = if uid.is_empty() { "main".to_owned() } else { uid };
        Some(FoundAgent { name: title(&uid), uid, path, letta_uid: None, modules: Vec::new() })
    };
    folders(&home.join(".openclaw")).into_iter().take(MAX_AGENTS).filter_map(agent).collect()
}

pub(super) fn has_manifest(folder: &Path) -> bool {
    std::fs::symlink_metadata(folder.join("manifest.json")).is_ok()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(
            |(at, b)| {
                if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() }
            },
        )
}

/// `dream-agent` as `Dream Agent`.
fn title(uid: &str) -> String {
    let words = uid.split(['-', '_']).filter(|word| !word.is_empty()).map(|word| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    });
    let title = words.collect::<Vec<_>>().join(" ");
    if title.is_empty() { uid.to_owned() } else { title }
}
