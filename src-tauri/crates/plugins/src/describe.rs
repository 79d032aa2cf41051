//! What an SMCP plugin says of itself when it is run: `cli.py --describe`, and `--help` where it knows no better.
//!
//! Owns asking (in a cage), judging the answer by the contract (docs/plugin-contract of SMCP, version 1), keeping it by
//! content hash, and saying where it contradicts the plugin's folder. This executes code of others. So the caller gives the
//! hash that a person trusted, and a folder that hashes to anything else is not run.

mod cache;
mod contract;
mod helped;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::cage;
use crate::finding::Finding;
use crate::read::{Tool, leads_out, name_rule};
use crate::text::{count, shown};

pub use crate::cage::{Cage, CageError, Limits};
pub use cache::{Cache, Folder, NoCache};
pub use contract::{Answer, Problem};
pub use helped::commands as help_commands;

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The folder with `cli.py`.
    pub dir: &'a Path,
    /// What it is called, or going to be called, among the tool's plugins.
    pub name: &'a str,
    /// The content that was trusted.
    pub hash: &'a str,
    /// Tools that a manifest lists, to compare.
    pub listed: &'a [Tool],
}

/// How the answer was got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Describe,
    Help,
}

/// What a plugin says of itself. Texts are as its author wrote them.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    pub how: How,
    /// It was asked before, and its content is still the same.
    pub cached: bool,
    /// `contract_version`, where it says one.
    pub contract: Option<String>,
    pub name: Option<String>,
    pub version: Option<String>,
    pub description: Option<String>,
    /// Those that SMCP would offer.
    pub tools: Vec<Tool>,
    pub findings: Vec<Finding>,
}

impl Described {
    /// Full name of one of its tools.
    #[must_use]
    pub fn full_name(folder: &str, command: &str) -> String {
        format!("{folder}__{command}")
    }
}

/// Why nothing is known.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// Not what was trusted.
    #[error("the plugin’s files are not those that were trusted")]
    Changed,
    /// What would run is in no hash.
    #[error("the link `{}` in it leads out of the plugin’s folder, so nobody can say what would run", shown(link))]
    LeadsOut { link: String },
    /// It wrote to its own folder while it was asked.
    #[error("the plugin changed its own files while it was asked what it does")]
    ChangedItself,
    /// It cannot be read.
    #[error(transparent)]
    Content(#[from] sanctum_fetch::FetchError),
    /// It did not come to its end.
    #[error("`cli.py {asked}` gave no answer: {source}")]
    Cage { asked: &'static str, source: CageError },
    /// It ended, and not well.
    #[error("`cli.py --describe` ended with {}{}", ended(*code), said(err))]
    Ended { code: Option<i32>, err: String },
    /// It ended well, with something else.
    #[error("`cli.py --describe` answered with something that is not JSON: `{begin}`")]
    NotJson { begin: String },
    /// SMCP would refuse it.
    #[error("its description breaks the contract: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Contract { problems: Vec<Problem> },
}

fn ended(code: Option<i32>) -> String {
    code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"))
}

fn said(err: &str) -> String {
    if err.is_empty() { String::new() } else { format!(" and said `{err}`") }
}

impl DescribeError {
    /// What a person can do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::LeadsOut { .. } => "Put the file itself in its place.",
            Self::Changed => "Inspect it again, and trust it anew.",
            Self::ChangedItself => "Do not install it as it is: nobody can say which content was looked at.",
            Self::Content(source) => source.advice(),
            Self::Cage { source: CageError::Start { .. }, .. } => {
                "Check the Python environment of the tool that it is for."
            }
            Self::Cage { source: CageError::Cancelled, .. } => "Ask it again when you want.",
            Self::Cage { source: CageError::Scratch(_), .. } => "Check the free space and the permissions there.",
            Self::Cage { .. } => "SMCP could not use it either. Tell its author, or look for another version.",
            Self::Ended { .. } | Self::NotJson { .. } => {
                "Its packages may not be installed in the environment of its tool. If they are, tell its author."
            }
            Self::Contract { .. } => "SMCP skips a plugin like this. Tell its author which field it is.",
        }
    }
}

/// Asks the plugin, or the cache where the same content was asked before.
///
/// # Errors
/// [`DescribeError`]. Nothing of it runs on.
pub fn describe(subject: &Subject<'_>, cage: &Cage<'_>, cache: &dyn Cache) -> Result<Described, DescribeError> {
    let real: PathBuf = subject.dir.canonicalize().unwrap_or_else(|_| subject.dir.to_owned());
    if sanctum_fetch::content_hash(&real)? != subject.hash {
        return Err(DescribeError::Changed);
    }
    if let Some(link) = leads_out(&real) {
        return Err(DescribeError::LeadsOut { link });
    }
    if let Some((how, text)) = cache::recall(cache, subject.hash)
        && let Ok(answer) = parse(how, &text)
    {
        return Ok(judged(subject, how, answer, true));
    }
    let asked = ask(&real.join("cli.py"), cage);
    // Asked or not, from here on it may have written to itself.
    if sanctum_fetch::content_hash(&real)? != subject.hash {
        return Err(DescribeError::ChangedItself);
    }
    let (how, text) = asked?;
    let answer = parse(how, &text)?;
    cache::keep(cache, subject.hash, how, &text);
    Ok(judged(subject, how, answer, false))
}

/// The text of its answer.
fn ask(cli: &Path, cage: &Cage<'_>) -> Result<(How, String), DescribeError> {
    let run = |asked: &'static str| {
        let arguments = [cli.as_os_str(), OsStr::new(asked)];
        cage::run(cage, &arguments).map_err(|source| DescribeError::Cage { asked, source })
    };
    let said = run("--describe")?;
    let out = String::from_utf8_lossy(&said.out).into_owned();
    let failed = match said.code {
        Some(0) if serde_json::from_str::<Json>(out.trim()).is_ok() => return Ok((How::Describe, out)),
        Some(0) => DescribeError::NotJson { begin: crate::text::shown_up_to(&out, 80) },
        code => DescribeError::Ended { code, err: said.err },
    };
    // SMCP looks for commands in the help of plugins that are older than `--describe`.
    match run("--help") {
        Ok(said) if said.code == Some(0) => {
            let help = String::from_utf8_lossy(&said.out).into_owned();
            if helped::commands(&help).is_empty() { Err(failed) } else { Ok((How::Help, help)) }
        }
        _ => Err(failed),
    }
}

fn parse(how: How, text: &str) -> Result<Answer, DescribeError> {
    match how {
        How::Help => Ok(Answer { tools: helped::commands(text), ..Answer::default() }),
        How::Describe => {
            let json: Json = serde_json::from_str(text.trim())
                .map_err(|_| DescribeError::NotJson { begin: crate::text::shown_up_to(text, 80) })?;
            contract::check(&json).map_err(|problems| DescribeError::Contract { problems })
        }
    }
}

/// Says where an answer contradicts its folder, or cannot be used in whole.
fn judged(subject: &Subject<'_>, how: How, answer: Answer, cached: bool) -> Described {
    let mut findings = answer.findings;
    findings.extend(name_rule(subject.name));
    if how == How::Help {
        let words = "It does not describe itself; its commands were taken from `--help`, without their arguments.";
        findings.push(Finding::note("helped", words, "Its author can add `--describe`."));
    }
    if let Some(name) = answer.name.as_deref().filter(|name| *name != subject.name) {
        let words = format!(
            "It calls itself `{}`, and its folder is called `{}`. The folder’s name counts.",
            shown(name),
            shown(subject.name)
        );
        findings.push(Finding::warning("describe_name", words, "Check that it is the plugin that you mean."));
    }
    let mut tools = Vec::new();
    for tool in answer.tools {
        let full = Described::full_name(subject.name, &tool.command);
        if full.len() > crate::read::LONGEST_TOOL {
            let words =
                format!("The tool’s name `{}` is {} characters long; at most 64 are taken.", shown(&full), full.len());
            findings.push(Finding::error("tool_name", words, "Give the plugin’s folder a shorter name."));
        }
        tools.push(tool);
    }
    let listed = subject.listed;
    let differs = |a: &[Tool], b: &[Tool]| {
        a.iter().map(|tool| tool.command.clone()).filter(|name| !b.iter().any(|other| other.command == *name)).collect()
    };
    let (more, less): (Vec<String>, Vec<String>) = (differs(&tools, listed), differs(listed, &tools));
    if !listed.is_empty() && (!more.is_empty() || !less.is_empty()) {
        let names =
            |all: &[String]| all.iter().take(5).map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
        let mut words = format!(
            "Its manifest lists {} and it describes {}",
            count(listed.len(), "tool"),
            count(tools.len(), "tool")
        );
        if !more.is_empty() {
            words.push_str(&format!("; not in the manifest: {}", names(&more)));
        }
        if !less.is_empty() {
            words.push_str(&format!("; not described: {}", names(&less)));
        }
        let todo = "What it describes counts. Look at the tools that you were not told of before.";
        findings.push(Finding::warning("describe_tools", words + ".", todo));
    }
    if tools.is_empty() {
        findings.push(Finding::warning("no_tools", "It describes no tool that SMCP would offer.", "Tell its author."));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    Described {
        how,
        cached,
        contract: answer.contract,
        name: answer.name,
        version: answer.version,
        description: answer.description,
        tools,
        findings,
    }
}
