//! Which plugin the last words of a tool name: the last traceback in what it wrote, and the lines with which SMCP and Broca leave
//! one out.
//!
//! A log is hostile. A plugin may write into it what it likes, another one's name too, so what is found here is a suspicion, and
//! whoever acts on it has to try whether it holds. Nothing is opened here but the tool's own folder, to know where its links lead.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::place::{PLUGINS, SHORT, STORE};
use crate::text::shown;

const BEGINS: &str = "Traceback (most recent call last):";
/// What Python writes between two tracebacks that belong together.
const LINKS: [&str; 2] = ["During handling of the above exception", "The above exception was the direct cause"];

/// The one plugin that a traceback goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blamed {
    pub name: String,
    /// What Python said last, fit to be shown: "ModuleNotFoundError: No module named 'aiogram'".
    pub line: String,
}

/// Whose code a frame is in.
enum Whose {
    Plugin(String),
    Tool,
    /// A library's, or Python's own.
    Other,
}

/// One traceback of a log.
#[derive(Default)]
struct Trace {
    frames: Vec<PathBuf>,
    says: String,
    /// It goes on where the one before it ended.
    linked: bool,
}

/// The plugin of the tool in `module` that the last traceback of `said` ends in, where it is exactly one; without any, the one that
/// Broca was loading. Frames of libraries count for the code that called them.
#[must_use]
pub fn blamed(said: &str, module: &Path) -> Option<Blamed> {
    let all = traces(said);
    let Some(first) = all.iter().rposition(|trace| !trace.linked) else { return unfinished(said) };
    let roots = roots(module);
    let mut names = BTreeSet::new();
    let mut line = String::new();
    for trace in &all[first..] {
        let innermost = trace.frames.iter().rev().map(|frame| whose(&roots, frame));
        let decides = innermost.into_iter().find(|whose| !matches!(whose, Whose::Other));
        if let Some(Whose::Plugin(name)) = decides {
            names.insert(name);
            line = shown(&trace.says);
        }
    }
    let name = names.pop_first().filter(|_| names.is_empty())?;
    Some(Blamed { name, line })
}

/// The plugin that Broca had begun to load when it ended: it takes every error of a plugin, but not an end.
fn unfinished(said: &str) -> Option<Blamed> {
    let (_, rest) = said.rsplit_once("Attempting to load plugin: ")?;
    let (name, after) = rest.split_once('\n').unwrap_or((rest, ""));
    let name = name.trim_end();
    let ends = [format!("Loaded plugin: {name}"), format!("plugin {name} - ")];
    let over = after.lines().any(|line| ends.iter().any(|end| line.contains(end.as_str())));
    let one = !name.is_empty() && !name.contains(['/', '\\']);
    (one && !over).then(|| Blamed { name: name.to_owned(), line: "it ended while it loaded this plugin".to_owned() })
}

/// The last line of `said` at level ERROR that names the plugin, from behind the level on; where a traceback begins in it, with
/// what that ends with. Fit to be shown.
#[must_use]
pub fn left_out(said: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = said.lines().collect();
    (0..lines.len()).rev().find_map(|at| {
        let words = lines[at].split_once("ERROR")?.1;
        let words = words.trim_start_matches([' ', '-', ']', ':', '\t']).trim_end();
        if !names(words, name) {
            return None;
        }
        let last = || lines[at + 1..].iter().find(|line| !line.is_empty() && !line.starts_with([' ', '\t']));
        let whole = match words.strip_suffix(BEGINS).zip(last()) {
            Some((head, last)) => format!("{head}{last}"),
            None => words.to_owned(),
        };
        Some(shown(&whole)).filter(|words| !words.is_empty())
    })
}

/// What Broca wrote of one of its plugins since it began to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfBroca {
    /// It said that the plugin is started, and nothing against it afterwards.
    pub started: bool,
    /// Why it left the plugin out, fit to be shown.
    pub trouble: Option<String>,
}

/// What `said` tells of a plugin of Broca's. Broca goes on without one that does not load or start: it says so, and runs.
#[must_use]
pub fn of_broca(said: &str, name: &str) -> OfBroca {
    let mut found = OfBroca::default();
    let (starts, fails) = (format!("Started plugin: {name}"), format!("Failed to start plugin {name}: "));
    let left = [format!("Skipping plugin {name} - "), format!("Failed to load plugin {name} - ")];
    for line in said.lines().map(str::trim_end) {
        if line.ends_with(&starts) {
            found.started = true;
        } else if let Some((_, why)) = line.rsplit_once(&fails) {
            found = OfBroca { started: false, trouble: Some(shown(why)) };
        } else if let Some((_, why)) = left.iter().find_map(|words| line.split_once(words.as_str())) {
            let why = why.split_once(" error: ").filter(|(kind, _)| !kind.contains(' ')).map_or(why, |(_, why)| why);
            found = OfBroca { started: false, trouble: Some(shown(why)) };
        }
    }
    found
}

/// Whether a name stands in a text as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            !text[..at].chars().next_back().is_some_and(inner)
                && !text[at + name.len()..].chars().next().is_some_and(inner)
        })
}

fn traces(said: &str) -> Vec<Trace> {
    let mut all: Vec<Trace> = Vec::new();
    let (mut inside, mut linked) = (false, false);
    for raw in said.lines() {
        // Groups of exceptions stand behind bars.
        let bare = raw.trim_start_matches([' ', '|', '+']);
        if bare.contains(BEGINS) {
            all.push(Trace { linked: std::mem::take(&mut linked) && !all.is_empty(), ..Trace::default() });
            inside = true;
        } else if LINKS.iter().any(|words| bare.starts_with(words)) {
            linked = true;
        } else if inside && let Some(trace) = all.last_mut() {
            if let Some(path) = bare.strip_prefix("File \"").and_then(|rest| rest.split_once("\", line ")) {
                trace.frames.push(PathBuf::from(path.0));
            } else if !raw.starts_with([' ', '\t']) && !bare.is_empty() {
                trace.says = bare.to_owned();
                inside = false;
            }
        } else if !bare.is_empty() {
            linked = false;
        }
    }
    all
}

/// The tool's folder and its code's, as they are called and as they are.
fn roots(module: &Path) -> Vec<PathBuf> {
    let app = module.join("app");
    let mut roots = vec![app.clone(), module.to_owned()];
    roots.extend([app, module.to_owned()].into_iter().filter_map(|path| path.canonicalize().ok()));
    roots
}

fn whose(roots: &[PathBuf], frame: &Path) -> Whose {
    let Some(rest) = roots.iter().find_map(|root| frame.strip_prefix(root).ok()) else { return Whose::Other };
    let mut parts = Vec::new();
    for part in rest.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_str().unwrap_or_default()),
            _ => return Whose::Other,
        }
    }
    match parts[..] {
        [PLUGINS, name, _, ..] => Whose::Plugin(name.to_owned()),
        [STORE, name, version, _, ..] if version.len() == SHORT => Whose::Plugin(name.to_owned()),
        _ if parts.iter().any(|part| matches!(*part, "venv" | ".venv" | "site-packages")) => Whose::Other,
        _ => Whose::Tool,
    }
}
