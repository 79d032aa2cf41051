//! Installs of a given size: the first modules of each Prime made by the setup, the rest dropped in as folders with a manifest.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sanctum_tests::{Ctl, Place};
use serde_json::{Map, Value, json};

pub const USER: &str = "mara";
pub const PASSWORD: &str = "correct horse battery";

/// A whole Sanctum with its cards already in the registry, as after a first run.
pub fn install(agents: usize, modules_each: usize) -> Result<Place> {
    let place = Place::new()?;
    let names: Vec<String> = (0..agents).map(|n| format!("Prime {n:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let ctl = Ctl::new(&place);
    ctl.setup(&names, "broca2,thalamus")?;
    for folder in agent_folders(&place.root())? {
        for n in 2..modules_each {
            module(&folder, n)?;
        }
    }
    let root = place.root().display().to_string();
    let run = ctl.run(&["--root", &root, "--json", "tools", "list", "--limit", "1"])?;
    anyhow::ensure!(run.code == 0, "the cards are brought up to date: {run:?}");
    Ok(place)
}

/// The Primes' folders in the order of their names.
pub fn agent_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(root.join("agents")).context("reading the agents' folder")? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("agent-") {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

/// A bare tree of manifests, without a registry.
pub fn manifests(root: &Path, agents: usize, modules_each: usize) -> Result<Vec<PathBuf>> {
    let mut files = Vec::with_capacity(agents * modules_each);
    for agent in 0..agents {
        let folder = root.join(format!("agents/agent-p{agent:03}"));
        for n in 0..modules_each {
            files.push(module(&folder, n)?);
        }
    }
    Ok(files)
}

/// One module's folder as an author leaves it; returns its manifest.
fn module(agent: &Path, n: usize) -> Result<PathBuf> {
    let dir = agent.join(format!("m{n:05}"));
    for part in ["app", "config"] {
        std::fs::create_dir_all(dir.join(part)).context("making a module's folder")?;
    }
    let file = dir.join("manifest.json");
    std::fs::write(&file, manifest(&format!("m{n:05}"), &format!("Module {n:05}"))).context("writing a manifest")?;
    Ok(file)
}

/// A manifest of about 700 bytes.
pub fn manifest(name: &str, title: &str) -> String {
    format!(
        r#"{{
  "name": "{name}",
  "type": "module",
  "title": "{title}",
  "description": "Listens to what the agent hears, keeps what matters and hands it on to whoever asks for it.",
  "version": "1.4.2",
  "module_scope": "agent",
  "entry_point": "app/main.py",
  "emoji": "🎛️",
  "dependencies": ["broca2", "thalamus"],
  "config_schema": {{
    "type": "object",
    "properties": {{
      "interval": {{ "type": "integer", "title": "Interval", "default": 30 }},
      "endpoint": {{ "type": "string", "title": "Endpoint", "default": "http://127.0.0.1:8080" }},
      "verbose": {{ "type": "boolean", "title": "Verbose", "default": false }}
    }}
  }},
  "author": "Somebody"
}}
"#
    )
}

/// A tool with so many settings of all the usual kinds, in ten groups.
pub fn wide_tool(root: &Path, name: &str, fields: usize) -> Result<()> {
    let properties: Map<String, Value> = (0..fields).map(|n| (format!("f{n:03}"), field(n))).collect();
    let manifest = json!({
        "name": name,
        "type": "tool",
        "title": format!("Tool {name}"),
        "description": "Has much to set.",
        "version": "1.0.0",
        "config_schema": { "type": "object", "properties": properties },
    });
    let dir = root.join("tools").join(name);
    std::fs::create_dir_all(&dir).context("making a tool's folder")?;
    std::fs::write(dir.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?).context("writing a manifest")
}

fn field(n: usize) -> Value {
    let mut field = match n % 5 {
        0 => json!({ "type": "string", "default": "http://127.0.0.1:8080" }),
        1 => json!({ "type": "integer", "default": 30, "minimum": 1, "maximum": 3600 }),
        2 => json!({ "type": "boolean", "default": false }),
        3 => json!({ "type": "string", "default": "calm", "enum": ["calm", "quick", "thorough"] }),
        _ => json!({ "type": "array", "items": { "type": "string" }, "default": ["one", "two"] }),
    };
    field["title"] = json!(format!("Setting {n:03}"));
    field["description"] = json!("Says how much of what the agent hears is kept and for how long.");
    field["x-env"] = json!(format!("WIDE_{n:03}"));
    field["x-group"] = json!(format!("Part {}", n / 20));
    field["x-order"] = json!(n);
    field
}
