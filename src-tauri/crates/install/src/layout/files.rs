//! The text of the files a new Sanctum starts with: `.env` templates and the pins file.
//!
//! Pure: everything comes from the catalogue and the arguments. Start scripts are made next door.

use std::fmt::Write as _;
use std::path::Path;

use super::LayoutError;
use super::quote::quote;
use crate::catalogue::{Known, Scope};
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
        let python = module.entry.as_ref().map_or("SMCP_PY", |entry| entry.python.as_str());
        out.comment("Its own interpreter; it shares nothing with the agents");
        out.set(python, &format!("{}/venv/bin/python", place.module_dir))?;
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
