//! `fetch`: a step of a plan that puts code into a new folder. Hidden, since people install by a plan.
//!
//! Progress goes to standard output, one line each; an error is one sentence and what to do, on standard error. Told to end
//! (TERM, INT, HUP), it takes away what it began.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args as Group, ValueEnum};
use sanctum_api::ApiError;
use sanctum_api::fetch::{
    Arrange, FetchError, Limits, OsSpawn, Report, Source, Tie, Wanted, World, fetch_arranged, shown, size,
};
use tokio::signal::unix::{SignalKind, signal};

use crate::output;

/// What git may see of our environment: how to find programs, keys and credentials, and how to reach the network.
const HANDED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
];

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    Folder,
    Archive,
    Git,
}

#[derive(Debug, Group)]
pub struct Words {
    /// What kind of source it is.
    #[arg(long)]
    kind: Kind,
    /// A path, or for git an address without a password.
    #[arg(long, value_name = "PATH|URL")]
    from: String,
    /// A branch, a tag or a commit; only for git.
    #[arg(long)]
    rev: Option<String>,
    /// The folder to make; it must not be there yet.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// Only this folder of the source.
    #[arg(long, value_name = "SUB FOLDER")]
    only: Option<String>,
    /// A path below it that must be there.
    #[arg(long, value_name = "PATH")]
    expect: Option<String>,
    /// A folder of it that becomes a link; what was in it stays beside as `<name>.shipped`.
    #[arg(long = "link", value_name = "NAME=TO", value_parser = tie)]
    ties: Vec<Tie>,
    /// The content it must have.
    #[arg(long)]
    hash: Option<String>,
    /// Where it really comes from, where the source is a quarantine.
    #[arg(long)]
    origin: Option<String>,
    /// The commit that it was there.
    #[arg(long, requires = "origin")]
    commit: Option<String>,
}

fn tie(text: &str) -> Result<Tie, String> {
    let (name, to) = text.split_once('=').ok_or("it reads NAME=TO")?;
    Ok(Tie { name: name.to_owned(), to: to.to_owned() })
}

impl Words {
    fn wanted(&self) -> Result<Wanted, FetchError> {
        let source = match (self.kind, &self.rev) {
            (Kind::Folder | Kind::Archive, Some(rev)) => return Err(FetchError::Rev { rev: shown(rev) }),
            (Kind::Folder, None) => Source::Folder(absolute(self.from.as_ref())),
            (Kind::Archive, None) => Source::Archive(absolute(self.from.as_ref())),
            (Kind::Git, rev) => {
                let rev = rev.as_ref().map(|rev| rev.parse()).transpose()?;
                Source::Git { url: self.from.parse()?, rev }
            }
        };
        Ok(Wanted { source, only: self.only.as_ref().map(|only| only.parse()).transpose()? })
    }
}

pub async fn run(words: Words, json: bool) -> ExitCode {
    let stop = Arc::new(AtomicBool::new(false));
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        if let Ok(mut told) = signal(kind) {
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                while told.recv().await.is_some() {
                    stop.store(true, Ordering::Relaxed);
                }
            });
        }
    }
    let work = tokio::task::spawn_blocking(move || work(&words, json, &stop));
    match work.await {
        Ok(Ok(report)) => tell(&report, json),
        Ok(Err(error)) => refuse(&error, json),
        Err(_) => {
            eprintln!("The program broke down while it fetched. Report this, with what you fetched.");
            ExitCode::from(3)
        }
    }
}

fn work(words: &Words, json: bool, stop: &AtomicBool) -> Result<Report, FetchError> {
    let wanted = words.wanted()?;
    let env: Vec<(String, String)> = HANDED_ON
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?.to_string_lossy().into_owned())))
        .collect();
    let world = World {
        spawn: &OsSpawn,
        env: &env,
        now: std::time::SystemTime::now().into(),
        // With --json there is only the result.
        line: &|text| {
            if !json {
                output::exactly(&format!("{text}\n"))
            }
        },
        cancelled: &|| stop.load(Ordering::Relaxed),
    };
    let origin = words.origin.clone().map(|from| (from, words.commit.clone()));
    let arrange = Arrange { expect: words.expect.clone(), ties: words.ties.clone(), hash: words.hash.clone(), origin };
    fetch_arranged(&wanted, &absolute(&words.into), &Limits::default(), &world, &arrange)
}

fn tell(report: &Report, json: bool) -> ExitCode {
    let record = &report.record;
    if json {
        let value = serde_json::json!({ "record": record, "findings": report.findings });
        output::exactly(&format!("{value}\n"));
        return ExitCode::SUCCESS;
    }
    for finding in &report.findings {
        let path = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
        output::exactly(&format!("{path}{}\n", finding.text));
    }
    output::exactly(&format!("Fetched {} files, {}. Hash {}\n", record.files, size(record.bytes), record.hash));
    ExitCode::SUCCESS
}

fn refuse(error: &FetchError, json: bool) -> ExitCode {
    let message = format!("Nothing was fetched: {error}.");
    if json {
        let shown = ApiError::refused("fetch_refused", message, error.advice());
        return output::error(&ApiError { exit: if error.is_breakage() { 3 } else { 2 }, ..shown }, true);
    }
    eprintln!("{message} {}", error.advice());
    ExitCode::from(if error.is_breakage() { 3 } else { 2 })
}

fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
