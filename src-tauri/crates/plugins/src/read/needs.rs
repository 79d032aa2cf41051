//! The Python packages a plugin asks for: `requirements.txt` and `pyproject.toml`.

use std::path::Path;

use sanctum_python::pins;

use crate::finding::Finding;
use crate::text::{self, NoText, shown};

const LONGEST: u64 = 96 * 1024;
const MOST: usize = 500;
/// Where bundles keep theirs.
const PLACES: [&str; 2] = ["", "server/"];

/// One package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Normalised: lower case, `-` between its parts.
    pub package: String,
    /// What is asked of the version, as written; empty where nothing is.
    pub wanted: String,
    /// It counts only under a condition.
    pub conditional: bool,
    /// It comes from an address or a folder.
    pub placed: bool,
    /// The file that asks for it.
    pub from: String,
}

/// What `pyproject.toml` says of the plugin itself.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub version: Option<String>,
    pub description: Option<String>,
    pub licence: Option<String>,
}

pub(super) fn read(dir: &Path, findings: &mut Vec<Finding>) -> (Vec<Need>, Project) {
    let (mut needs, mut project) = (Vec::new(), Project::default());
    for place in PLACES {
        let file = format!("{place}requirements.txt");
        if let Some(text) = load(dir, &file, findings) {
            if let Err(error) = pins::check(&text) {
                let words = format!("{} cannot be taken over as it is: {}", file, shown(&error.to_string()));
                findings.push(Finding::warning("requirements", words, "").at(&file));
            }
            add(&mut needs, pins::requirements(&text), &file);
        }
        let file = format!("{place}pyproject.toml");
        let Some(text) = load(dir, &file, findings) else { continue };
        let Ok(toml) = text.parse::<toml_edit::DocumentMut>() else {
            let words = format!("`{file}` is not TOML, so what it asks for is not known.");
            findings.push(Finding::warning("pyproject", words, "Correct it.").at(&file));
            continue;
        };
        let of = |key: &str| toml.get("project").and_then(|project| project.get(key));
        let said = |key: &str| of(key).and_then(|value| value.as_str()).map(str::to_owned);
        let listed = of("dependencies").and_then(|value| value.as_array());
        let listed: Vec<pins::Requirement> =
            listed.into_iter().flatten().filter_map(|value| pins::requirement(value.as_str()?)).collect();
        add(&mut needs, listed, &file);
        project.version = project.version.or_else(|| said("version"));
        project.description = project.description.or_else(|| said("description"));
        let text = of("license").and_then(|licence| licence.get("text")).and_then(|value| value.as_str());
        project.licence = project.licence.or_else(|| said("license").or_else(|| text.map(str::to_owned)));
    }
    (needs, project)
}

fn load(dir: &Path, file: &str, findings: &mut Vec<Finding>) -> Option<String> {
    match text::load(&dir.join(file), LONGEST) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(NoText::TooLarge(size)) => {
            let words = format!("`{file}` is {}; at most 96 KiB is read.", sanctum_fetch::size(size));
            findings.push(Finding::warning("requirements", words, "Keep only what the plugin needs.").at(file));
            None
        }
        Err(_) => None,
    }
}

fn add(needs: &mut Vec<Need>, all: Vec<pins::Requirement>, from: &str) {
    for one in all {
        let twice = needs.iter().any(|need| need.package == one.name && need.wanted == one.asked);
        if !twice && needs.len() < MOST {
            needs.push(Need {
                package: one.name,
                wanted: one.asked,
                conditional: one.conditional,
                placed: one.placed,
                from: from.to_owned(),
            });
        }
    }
}
