//! The wizard's checks. None of them writes anything, but the secret store's, which says so.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sanctum_install::python::{Origin, Places, PythonVerdict, Verdict};
use sanctum_install::{host, names, python, roots, scan, spawn};
use sanctum_letta as letta;
use sanctum_registry::users;
use sanctum_secrets::Secret;

use crate::app::App;
use crate::{ApiResult, AppEnv, blocking::blocking, convert, dto, stamps};

/// A single interpreter may take this long to answer.
const PYTHON_WAIT: Duration = Duration::from_secs(10);
const LETTA_WAIT: Duration = Duration::from_secs(6);
/// The look around is cut off after this.
const SCAN_WAIT: Duration = Duration::from_secs(3);

impl App {
    /// Looks for installs in the usual places and in `more`.
    ///
    /// # Errors
    /// None of its own: what cannot be read is a finding.
    pub async fn scan(&self, more: Vec<String>) -> ApiResult<dto::ScanReport> {
        let env = self.env().clone();
        blocking(move || {
            let more: Vec<PathBuf> = more.iter().map(|path| super::expand(&env, path)).collect();
            let places = if more.is_empty() { scan::default_places(&env.home, env.root.as_deref()) } else { more };
            let report = scan::scan(&places, &scan::ScanLimits { time: SCAN_WAIT, ..scan::ScanLimits::default() });
            Ok(shown(&env, &report))
        })
        .await
    }

    /// Whether a Sanctum may be made in a folder.
    ///
    /// # Errors
    /// None of its own: what is wrong is in the verdict.
    pub async fn setup_check_root(&self, path: &str) -> ApiResult<dto::RootVerdict> {
        let (env, path) = (self.env().clone(), path.to_owned());
        blocking(move || Ok(root_verdict(&env, &path))).await
    }

    /// The interpreters of this machine, each tried.
    ///
    /// # Errors
    /// None of its own.
    pub async fn setup_pythons(&self) -> ApiResult<Vec<dto::PythonCandidate>> {
        let env = self.env().clone();
        blocking(move || {
            let places = Places { path: &env.search_path, home: &env.home, host: host::current() };
            let found = python::survey(&places, &spawn::OsSpawn, PYTHON_WAIT);
            Ok(found.iter().map(|verdict| candidate(&env, verdict)).collect())
        })
        .await
    }

    /// One interpreter, by its path.
    ///
    /// # Errors
    /// None of its own: why it is refused is in the verdict.
    pub async fn setup_check_python(&self, path: &str) -> ApiResult<dto::PythonCandidate> {
        let (env, path) = (self.env().clone(), super::expand(self.env(), path));
        blocking(move || Ok(candidate(&env, &check_python(&path)))).await
    }

    /// Asks a Letta server whether it is one.
    ///
    /// # Errors
    /// None of its own: how it went is in the status.
    pub async fn letta_probe(&self, url: &str, password: Option<String>) -> ApiResult<dto::LettaProbe> {
        let password = password.filter(|p| !p.is_empty()).map(Secret::new);
        let probe = letta::probe(url, password.as_ref(), LETTA_WAIT).await;
        let proven = password.filter(|_| probe.is_usable());
        self.with_state(|state| state.letta_password = proven);
        let word = match probe.outcome {
            letta::Outcome::Healthy => dto::StatusWord::Healthy,
            letta::Outcome::Refused | letta::Outcome::Dns => dto::StatusWord::Off,
            letta::Outcome::Timeout => dto::StatusWord::Unknown,
            _ => dto::StatusWord::Degraded,
        };
        Ok(dto::LettaProbe {
            url: url.to_owned(),
            status: dto::Status {
                word,
                reason: probe.sentence,
                evidence: Vec::new(),
                measured_at: Some(stamps::rfc3339(self.env().now())),
            },
            flavour: probe.flavour,
            version: probe.version,
            latency_ms: probe.latency.map(|l| u32::try_from(l.as_millis()).unwrap_or(u32::MAX)),
            hint: probe.hint,
        })
    }

    /// What is weak about a name and a password.
    ///
    /// # Errors
    /// None of its own.
    pub async fn setup_check_account(&self, username: &str, password: &str) -> ApiResult<dto::AccountVerdict> {
        Ok(account_verdict(username, password))
    }

    /// What a typed agent name would become.
    ///
    /// # Errors
    /// None of its own.
    pub async fn setup_check_agent(&self, name: &str, others: Vec<String>) -> ApiResult<dto::NameVerdict> {
        let taken: Vec<(String, String)> =
            others.into_iter().map(|other| (names::uid_from_name(&other), other)).collect();
        Ok(name_verdict(name, &taken))
    }
}

pub(crate) fn name_verdict(name: &str, taken: &[(String, String)]) -> dto::NameVerdict {
    match names::check_name(name, taken) {
        Ok(uid) => dto::NameVerdict { uid: Some(uid.to_string()), findings: Vec::new() },
        Err(error) => dto::NameVerdict { uid: None, findings: vec![convert::name_finding(&error)] },
    }
}

pub(crate) fn account_verdict(username: &str, password: &str) -> dto::AccountVerdict {
    let error = |code: &str, message: String| dto::Finding {
        code: code.to_owned(),
        level: dto::FindingLevel::Error,
        message,
        hint: String::new(),
        path: None,
    };
    let mut findings = Vec::new();
    if let Err(refused) = users::username(username.trim()) {
        findings.push(error("username_unusable", refused.to_string()));
    }
    findings.extend(users::password_findings(password, username).into_iter().map(|f| error(f.code(), f.message())));
    dto::AccountVerdict { strength: u32::from(users::password_strength(password, username)), findings }
}

pub(crate) fn root_verdict(env: &AppEnv, path: &str) -> dto::RootVerdict {
    let verdict = roots::check_root(path, &env.home, &roots::Disk);
    dto::RootVerdict {
        ok: verdict.ok(),
        path_short: verdict.path.as_deref().map_or_else(|| path.to_owned(), |p| env.short(p)),
        path: verdict.path.as_ref().map(|p| p.display().to_string()),
        findings: verdict.findings.iter().map(convert::root_finding).collect(),
        suggestion: verdict.suggestion.as_deref().map(|p| env.short(p)),
        free: verdict.free_bytes.map(size),
    }
}

/// Bytes for people: decimal units, as Finder shows them.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} bytes"),
        1_000..=999_999 => format!("{} kB", bytes / 1_000),
        1_000_000..=999_999_999 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

pub(crate) fn check_python(path: &Path) -> PythonVerdict {
    python::check(path, Origin::Path, host::current(), &spawn::OsSpawn, PYTHON_WAIT)
}

fn candidate(env: &AppEnv, verdict: &PythonVerdict) -> dto::PythonCandidate {
    dto::PythonCandidate {
        path: verdict.path.display().to_string(),
        path_short: env.short(&verdict.path),
        version: verdict.version.clone(),
        origin: verdict.origin.words().to_owned(),
        verdict: match verdict.verdict {
            Verdict::Fits => "fits",
            Verdict::Catch => "catch",
            Verdict::Refused => "refused",
        }
        .to_owned(),
        reason: verdict.reason.clone(),
    }
}

fn shown(env: &AppEnv, report: &scan::ScanReport) -> dto::ScanReport {
    dto::ScanReport {
        candidates: report.candidates.iter().map(|c| super::adopt::candidate(env, c)).collect(),
        looked_at: u32::try_from(report.looked_at).unwrap_or(u32::MAX),
        took_ms: u32::try_from(report.took.as_millis()).unwrap_or(u32::MAX),
        cut: report.cut.clone(),
    }
}
