//! From what is wanted of an environment to what will be built: interpreter, pins, and what stays as it is.

use std::path::{Path, PathBuf};

use sanctum_install::python::{self as pythons, Origin, Places, PythonVerdict, Verdict};
use sanctum_install::{host, spawn};
use sanctum_python::pins::PinsError;
use sanctum_python::{Around, Env, Machine, State, build, pins, read};

use super::place::{self, Pins, Place};
use crate::dto::PythonChange;
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{ApiError, ApiResult, AppEnv, words};

/// A single interpreter may take this long to answer.
const PYTHON_WAIT: std::time::Duration = std::time::Duration::from_secs(10);

/// What is to be built.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub title: String,
    pub python: PythonVerdict,
    /// Why it is another interpreter than before.
    pub instead: Option<String>,
    pub pins: String,
    /// The pins file as it is, empty where there is none.
    pub pins_now: Pins,
    /// What may stay at the version that is installed.
    pub held: Vec<(String, String)>,
    pub env: Env,
    /// For the terminal, after `sanctumctl python install <env>`.
    pub typed: String,
    /// The pins are given on standard input.
    pub fed: bool,
}

/// What an installer is told of this machine and person.
pub(crate) fn around(env: &AppEnv) -> Around {
    Around {
        search_path: env.search_path.clone(),
        home: env.home.clone(),
        vars: env.installer_vars.clone(),
        machine: Machine::here(),
    }
}

pub(crate) fn survey(env: &AppEnv) -> Vec<PythonVerdict> {
    let places = Places { path: &env.search_path, home: &env.home, host: host::current() };
    pythons::survey(&places, &spawn::OsSpawn, PYTHON_WAIT)
}

/// What a change makes of an environment. Reads, and asks interpreters; writes nothing.
///
/// # Errors
/// `python_env_exists`, `python_env_missing`, `python_refused`, `pins_refused`.
pub(crate) fn wanted(open: &Open, snap: &Snapshot, place: &Place, change: &PythonChange) -> ApiResult<Wanted> {
    let env = read::read(&open.root().join(&place.link), Machine::here());
    let pins_now = place::pins_of(open.root(), place, &place::users(snap));
    let absent = env.state == State::Absent;
    let (title, pins, typed) = match change {
        PythonChange::Create { .. } if !absent => {
            return Err(ApiError::refused(
                "python_env_exists",
                format!("{} is there already.", capital(place.named)),
                "Repair it, change its pins, or give it another interpreter.",
            ));
        }
        PythonChange::Repair if absent => {
            return Err(ApiError::refused(
                "python_env_missing",
                format!("{} was not made yet.", capital(place.named)),
                "Create it first, and choose the interpreter.",
            ));
        }
        PythonChange::Create { python } => {
            (format!("Make {}", place.named), pins_now.text.clone(), format!("--python {}", quote(python)))
        }
        PythonChange::Repair => (format!("Build {} anew", place.named), pins_now.text.clone(), "--repair".to_owned()),
        PythonChange::Python { python } => (
            format!("Give {} another Python", place.named),
            pins_now.text.clone(),
            format!("--python {}", quote(python)),
        ),
        PythonChange::Add { packages } => {
            let text = pins::add(&pins_now.text, packages).map_err(refused)?;
            (format!("Add {} to {}", listed(packages), place.named), text, quoted("", packages))
        }
        PythonChange::Remove { packages } => {
            let text = pins::remove(&pins_now.text, packages).map_err(refused)?;
            (format!("Take {} out of {}", listed(packages), place.named), text, quoted("--remove ", packages))
        }
        PythonChange::Pins { text } => {
            let text = text.replace("\r\n", "\n");
            (format!("Change the pins of {}", place.named), text, "--pins -".to_owned())
        }
    };
    pins::check(&pins).map_err(refused)?;
    let (python, instead) = match change {
        PythonChange::Create { python } | PythonChange::Python { python } => (named(open, python)?, None),
        _ => same(open, &env)?,
    };
    let held = build::may_stay(&env.versions(), &pins_now.text, &pins);
    let fed = matches!(change, PythonChange::Pins { .. });
    Ok(Wanted { title, python, instead, pins, pins_now, held, env, typed, fed })
}

fn quote(word: &str) -> String {
    sanctum_install::layout::quote(word.trim()).unwrap_or_else(|_| "…".to_owned())
}

/// Words for a shell: `httpx>=0.27` would write into a file.
fn quoted(before: &str, packages: &[String]) -> String {
    let named = packages.iter().filter(|package| !package.trim().is_empty());
    named.map(|package| format!("{before}{}", quote(package))).collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

fn listed(packages: &[String]) -> String {
    let names: Vec<&str> = packages.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
    sanctum_python::plain(&words::list(&names))
}

pub(crate) fn refused(error: PinsError) -> ApiError {
    ApiError::refused("pins_refused", error.to_string(), "Nothing was changed.")
}

/// The interpreter that was named.
fn named(open: &Open, path: &str) -> ApiResult<PythonVerdict> {
    let path = crate::setup::expand(open.env(), path.trim());
    if path.starts_with(open.root()) {
        return Err(ApiError::refused(
            "python_refused",
            format!("`{}` lies in this Sanctum itself.", open.env().short(&path)),
            "Choose the Python that it was made with, or another one of this machine.",
        ));
    }
    let verdict = judged(&path);
    if verdict.verdict == Verdict::Refused {
        return Err(ApiError::refused(
            "python_refused",
            format!("`{}` cannot be used: {}.", open.env().short(&path), verdict.reason.trim_end_matches('.')),
            "Choose another Python.",
        ));
    }
    Ok(verdict)
}

fn judged(path: &Path) -> PythonVerdict {
    pythons::check(path, Origin::Path, host::current(), &spawn::OsSpawn, PYTHON_WAIT)
}

/// The interpreter an environment has; where that is gone, the one most like it.
fn same(open: &Open, env: &Env) -> ApiResult<(PythonVerdict, Option<String>)> {
    let base: Option<PathBuf> = env.base.clone().filter(|_| env.runs());
    if let Some(base) = base.filter(|base| !base.starts_with(open.root())) {
        let verdict = judged(&base);
        if verdict.verdict != Verdict::Refused {
            return Ok((verdict, None));
        }
    }
    let short = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    let all: Vec<PythonVerdict> =
        survey(open.env()).into_iter().filter(|verdict| verdict.verdict != Verdict::Refused).collect();
    let like = env.python.as_deref().map(short);
    let of_kind = |v: &&PythonVerdict| like.is_some() && v.version.as_deref().map(short) == like;
    let found = all.iter().find(of_kind).or(all.first()).cloned().ok_or_else(|| {
        ApiError::refused(
            "python_refused",
            "No Python on this machine can be used.",
            "Install Python 3.11 or newer from python.org or Homebrew.",
        )
    })?;
    let why = like.map(|_| {
        let version = found.version.as_deref().unwrap_or_default();
        format!("The Python it was made with cannot be used any more; Python {version} takes its place")
    });
    Ok((found, why))
}
