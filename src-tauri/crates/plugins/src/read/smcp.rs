//! A plugin of SMCP: a folder with `cli.py`, whose name its tools begin with.

use std::path::Path;

use super::Draft;
use super::sources::Source;
use crate::finding::Finding;
use crate::lex::{self, Token, What};
use crate::text::shown;

/// The longest name of a tool, `<folder>__<command>`.
pub const LONGEST_TOOL: usize = 64;

pub(super) fn read(name: &str, dir: &Path, code: &[Source], draft: &mut Draft) {
    if let Some(finding) = name_rule(name) {
        draft.findings.push(finding);
    }
    let Some(cli) = code.iter().find(|source| source.path == "cli.py") else {
        let words = "`cli.py` is no regular file, or too large to be read.";
        draft.findings.push(Finding::error("cli", words, "Put the file itself in its place.").at("cli.py"));
        return;
    };
    let tokens = lex::tokens(&cli.text);
    let plugin = after_key(&tokens, "plugin").map_or(&tokens[..], |at| &tokens[at..]);
    let said = |key: &str| text_of(plugin, key);
    draft.version = draft.version.take().or_else(|| said("version")).or_else(|| constant(code, "__version__"));
    draft.description =
        draft.description.take().or_else(|| said("description")).or_else(|| lex::documentation(&cli.text));
    if draft.tools.is_empty() && !code.iter().any(|source| source.text.contains("--describe")) {
        let words = "It does not describe itself: SMCP takes its commands from `--help`, without their arguments.";
        draft.findings.push(Finding::note("no_describe", words, "Its author can add `--describe`.").at("cli.py"));
    }
    if !dir.join("README.md").is_file() {
        draft.findings.push(Finding::note("no_readme", "It has no README.", ""));
    }
}

/// What is wrong with a folder's name.
pub(crate) fn name_rule(name: &str) -> Option<Finding> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let todo = "Call the folder something of letters, digits, `-` and `_`; its tools begin with it.";
    if name.is_empty() || !name.chars().all(good) {
        let words = format!("The folder’s name `{}` cannot begin the name of a tool.", shown(name));
        return Some(Finding::error("name_rule", words, todo));
    }
    // Two underscores and one letter follow at least.
    if name.len() + 3 > LONGEST_TOOL {
        let words = format!("The folder’s name is {} characters long, and a tool’s whole name at most 64.", name.len());
        return Some(Finding::error("name_rule", words, "Give it a shorter name."));
    }
    name.contains("__").then(|| {
        let words =
            format!("The folder’s name `{}` holds `__`, which parts plugin and command in a tool’s name.", shown(name));
        Finding::warning("name_parts", words, "Use one `_`.")
    })
}

/// Behind `"key":`, where a `{` follows.
fn after_key(tokens: &[Token], key: &str) -> Option<usize> {
    let found = tokens.windows(3).position(|w| w[0].text() == Some(key) && w[1].is(':') && w[2].is('{'))?;
    Some(found + 3)
}

/// The text behind the first `"key":`.
fn text_of(tokens: &[Token], key: &str) -> Option<String> {
    let found = tokens.windows(3).find(|w| w[0].text() == Some(key) && w[1].is(':') && w[2].text().is_some())?;
    found[2].text().filter(|text| !text.contains(['{', '%'])).map(str::to_owned)
}

/// `NAME = "text"`, in any of the sources.
pub(super) fn constant(code: &[Source], name: &str) -> Option<String> {
    code.iter().filter(|source| source.path.matches('/').count() == 0).find_map(|source| {
        let tokens = lex::tokens(&source.text);
        let found = tokens.windows(4).find(|w| {
            matches!(w[0].what, What::Line(0)) && w[1].name() == Some(name) && w[2].is('=') && w[3].text().is_some()
        })?;
        found[3].text().map(str::to_owned)
    })
}
