//! The text of the files a new Sanctum starts with: `.env` templates, start scripts, the pins file.
//!
//! Pure: everything comes from the catalogue and the arguments. The start scripts are fixed text; no path, port or name
//! of an install is ever put into a script, so nothing in them can be executed by accident.

use std::fmt::Write as _;
use std::path::Path;

use super::LayoutError;
use super::quote::quote;
use crate::catalogue::{Entry, Known, Scope};
use crate::ports::{Convention, convention};

/// What the placeholders of a module's `.env` stand for.
pub(super) struct Place<'a> {
    pub root: &'a str,
    /// The module's folder, absolute.
    pub module_dir: String,
    pub uid: &'a str,
    pub port: u16,
}

impl Place<'_> {
    fn fill(&self, template: &str) -> String {
        // One pass, so that a root which itself reads `{uid}` is not filled in again.
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            out.push_str(&rest[..start]);
            let Some(length) = rest[start..].find('}') else {
                break;
            };
            match &rest[start + 1..start + length] {
                "root" => out.push_str(self.root),
                "module_dir" => out.push_str(&self.module_dir),
                "uid" => out.push_str(self.uid),
                "port" => out.push_str(&self.port.to_string()),
                other => {
                    out.push('{');
                    out.push_str(other);
                    out.push('}');
                }
            }
            rest = &rest[start + length + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// The utf-8 text of a root, or why it cannot be used in the files.
pub(super) fn root_text(root: &Path) -> Result<&str, LayoutError> {
    let text = root.to_str().ok_or_else(|| LayoutError::Path {
        path: root.display().to_string(),
        reason: "it is not readable text".to_owned(),
    })?;
    if let Err(why) = quote(text) {
        return Err(LayoutError::Path { path: text.to_owned(), reason: why.reason.to_owned() });
    }
    if text.contains(':') {
        return Err(LayoutError::Path {
            path: text.to_owned(),
            reason: "it holds `:`, which Python environments refuse".to_owned(),
        });
    }
    Ok(text)
}

struct Lines(String);

impl Lines {
    fn comment(&mut self, text: &str) {
        let _ = writeln!(self.0, "# {text}");
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), LayoutError> {
        let quoted =
            quote(value).map_err(|e| LayoutError::Path { path: value.to_owned(), reason: e.reason.to_owned() })?;
        let _ = writeln!(self.0, "{key}={quoted}");
        Ok(())
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }
}

/// A module's `config/.env`, in the shape of the layout spec's template.
pub(super) fn module_env(module: &Known, place: &Place<'_>) -> Result<Vec<u8>, LayoutError> {
    let mut out = Lines(String::new());
    out.comment(&format!("Settings of {}. Edit freely: unknown keys and comments are kept.", module.title));
    out.comment("No secrets here: they are given to the module when it is started from the app.");
    out.gap();
    if module.scope == Scope::Agent {
        out.comment("Shared interpreter for all agents and modules");
        out.set("AGENT_PY", &format!("{}/agents/venv/bin/python", place.root))?;
    } else {
        out.comment("Its own interpreter; it shares nothing with the agents");
        out.set("SMCP_PY", &format!("{}/venv/bin/python", place.module_dir))?;
    }
    out.gap();
    out.comment("Its port in this Sanctum");
    out.set("PORT", &place.port.to_string())?;
    if module.scope == Scope::Agent {
        out.set("DB", &format!("../db/{}.sqlite", module.name))?;
        out.set("LOG", &format!("../logs/{}.log", module.name))?;
        out.set("PLUGINS_DIR", "../plugins")?;
    }
    for line in &module.env {
        out.gap();
        out.comment(&line.comment);
        match &line.value {
            Some(value) => out.set(&line.key, &place.fill(value))?,
            None => out.comment(&format!("{}=", line.key)),
        }
    }
    Ok(out.0.into_bytes())
}

/// A module's `run/start.sh`: fixed text, started from any folder, safe for any path the layout allows.
pub(super) fn start_script(module: &Known, entry: &Entry) -> Vec<u8> {
    let args: Vec<String> = entry.args.iter().map(|a| word(a)).collect();
    let title = &module.title;
    let python = &entry.python;
    let needs = word(&entry.needs);
    let cwd = if entry.cwd == "." { "\"$ROOT\"".to_owned() } else { format!("\"$ROOT\"/{}", word(&entry.cwd)) };
    format!(
        r#"#!/usr/bin/env bash
# Starts {title} by hand. Fixed text: its settings are in config/.env.
set -euo pipefail
ROOT="$(CDPATH= cd -- "$(dirname -- "${{BASH_SOURCE[0]}}")/.." && pwd)"
if [ ! -f "$ROOT"/{needs} ]; then
  echo "{title} is not installed yet: $ROOT/{plain} is missing." >&2
  exit 66
fi
cd -- {cwd}
set -a; source "$ROOT/config/.env"; set +a
if [ ! -x "${python}" ]; then
  echo "Its Python is missing: ${python}" >&2
  exit 69
fi
exec "${python}" {args}
"#,
        plain = entry.needs,
        args = args.join(" "),
    )
    .into_bytes()
}

/// One argument as a shell word. Only `{port}` is variable; the rest is the catalogue's own constant text.
fn word(arg: &str) -> String {
    if arg == "{port}" {
        return "\"$PORT\"".to_owned();
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=+,".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg.to_owned() } else { format!("'{}'", arg.replace('\'', r"'\''")) }
}

/// The root `.env`: folders and base ports.
pub(super) fn root_env(root: &str, modules: &[&Known], smcp_port: Option<u16>) -> Result<Vec<u8>, LayoutError> {
    let mut out = Lines(String::new());
    out.comment("Settings of the whole Sanctum: folders and base ports. No secrets here.");
    out.gap();
    out.set("SANCTUM_ROOT", root)?;
    out.set("AGENT_PY", &format!("{root}/agents/venv/bin/python"))?;
    out.gap();
    out.comment("The first agent's port of each module; the next agent has the port after it.");
    for module in modules {
        if let Convention::PerAgent(base) = convention(&module.name) {
            let key = module.name.to_ascii_uppercase().replace('-', "_");
            out.set(&format!("{key}_BASE_PORT"), &base.to_string())?;
        }
    }
    if let Some(port) = smcp_port {
        out.gap();
        out.comment("The one port of the shared tool server.");
        out.set("SMCP_PORT", &port.to_string())?;
    }
    Ok(out.0.into_bytes())
}

/// `agents/requirements-agents.txt`: the pins of the shared environment, empty but for the explanation.
pub(super) const REQUIREMENTS: &str = "\
# Pinned packages of the shared Python environment, agents/venv.
# All agents and their modules ride on it; one line each:
#
#   package==version
#
# Broca and Thalamus are not on PyPI: their code goes into each module's app/
# folder, and the packages it needs are pinned here when it is installed.
";
