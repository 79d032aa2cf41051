//! What is wrong with a plugin that somebody writes: all that is found without running it, and, by its author's word, what it
//! says of itself.

use std::path::Path;

use crate::describe::{Cache, Cage, Described, Subject, describe};
use crate::finding::{Finding, Level};
use crate::read::{self, Kind, Plugin, ReachKind, ReadError};
use crate::text::{count, shown};

/// What was found.
#[derive(Debug)]
pub struct Report {
    pub plugin: Plugin,
    /// What it said when it was asked; `None` where it was not asked, or gave no answer that counts.
    pub described: Option<Described>,
    /// The worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether its tool would load it.
    #[must_use]
    pub fn loads(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != Level::Error)
    }

    /// "2 errors, 1 warning, 3 notes".
    #[must_use]
    pub fn summary(&self) -> String {
        let of = |level| self.findings.iter().filter(|finding| finding.level == level).count();
        let counts = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")];
        let words: Vec<String> = counts
            .into_iter()
            .map(|(level, word)| (of(level), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| count(n, word))
            .collect();
        if words.is_empty() { "Nothing was found.".to_owned() } else { words.join(", ") }
    }
}

/// Checks the plugin in `dir`. With a cage its `--describe` is run; that executes its code.
///
/// # Errors
/// Where it is no plugin, or cannot be read whole.
pub fn check(dir: &Path, ask: Option<(&Cage<'_>, &dyn Cache)>) -> Result<Report, ReadError> {
    let real = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let plugin = read::read(&real)?;
    let mut findings = plugin.findings.clone();
    let described = match ask.filter(|_| plugin.kind == Kind::Smcp) {
        Some((cage, cache)) => asked(&real, &plugin, cage, cache, &mut findings),
        None => None,
    };
    manners(&plugin, described.as_ref(), &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    // The name is judged by both looks.
    findings.dedup();
    Ok(Report { plugin, described, findings })
}

fn asked(
    dir: &Path,
    plugin: &Plugin,
    cage: &Cage<'_>,
    cache: &dyn Cache,
    findings: &mut Vec<Finding>,
) -> Option<Described> {
    let subject = Subject { dir, name: &plugin.name, hash: &plugin.hash, listed: &plugin.tools };
    match describe(&subject, cage, cache) {
        Ok(described) => {
            findings.extend(described.findings.iter().filter(|finding| !plugin.findings.contains(finding)).cloned());
            Some(described)
        }
        Err(error) => {
            let words = error.to_string();
            let mut chars = words.chars();
            let words: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
            findings.push(Finding::error("describe", words + ".", error.advice()).at("cli.py"));
            None
        }
    }
}

/// What people who install it would miss.
fn manners(plugin: &Plugin, described: Option<&Described>, findings: &mut Vec<Finding>) {
    let version = described.and_then(|said| said.version.as_ref()).or(plugin.version.as_ref());
    if version.is_none() {
        let words = "It has no version, so nobody can tell a newer one from it.";
        findings.push(Finding::note("no_version", words, "Write one into `plugin.version` of `--describe`."));
    }
    if plugin.licence.is_none() {
        let words = "It has no licence, so nobody may pass it on.";
        findings.push(Finding::note("no_licence", words, "Add a file `LICENSE`."));
    }
    for file in &plugin.files {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let is_key =
            name == ".env" || name.starts_with("id_rsa") || name.starts_with("id_ed25519") || name.ends_with(".pem");
        if is_key {
            let words = format!(
                "`{}` looks as if it held secrets, and everybody who gets the plugin gets it.",
                shown(&file.path)
            );
            findings
                .push(Finding::warning("secret_file", words, "Take it out; settings are variables.").at(&file.path));
        }
    }
    let seen = plugin.settings.iter().filter(|setting| setting.from == read::SettingFrom::Seen).count();
    if seen > 0
        && !plugin.readme.as_deref().is_some_and(|readme| plugin.settings.iter().all(|s| readme.contains(&s.key)))
    {
        let words = format!("It reads {} that its README does not name.", count(seen, "variable"));
        findings.push(Finding::note("settings_unnamed", words, "Say in the README what each of them is for."));
    }
    let talks = plugin.reach.iter().any(|reach| reach.kind == ReachKind::Network);
    if talks && plugin.kind == Kind::Smcp && !plugin.files.iter().any(|file| file.path == "requirements.txt") {
        let words = "It talks over the network and names no packages in `requirements.txt`.";
        findings.push(Finding::note(
            "no_requirements",
            words,
            "List them, where it uses any that are not Python’s own.",
        ));
    }
}
