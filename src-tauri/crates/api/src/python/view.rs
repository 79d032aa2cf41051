//! Environments as they are shown: read from their files, and on request checked by running them.

use std::sync::atomic::AtomicBool;

use sanctum_install::python::Verdict;
use sanctum_python::{Env, Machine, State, pins, read, thorough};

use super::place::{self, Place, User};
use super::{change, kept, plan};
use crate::dto::{self, StatusWord};
use crate::open::Open;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult, stamps, words};

/// Everything.
pub(crate) fn all(open: &Open, actor: &Actor) -> ApiResult<dto::PythonView> {
    let snap = Snapshot::of(open)?;
    let chosen = change::around(open.env()).choose();
    let interpreters = change::survey(open.env());
    let now = stamps::rfc3339(open.env().now());
    let interpreters = interpreters
        .into_iter()
        .map(|verdict| dto::PythonInterpreter {
            path: verdict.path.display().to_string(),
            version: verdict.version,
            origin: verdict.origin.words().to_owned(),
            status: dto::Status {
                word: match verdict.verdict {
                    Verdict::Fits => StatusWord::Healthy,
                    Verdict::Catch => StatusWord::Degraded,
                    Verdict::Refused => StatusWord::Error,
                },
                reason: verdict.reason,
                evidence: vec![format!("answered in {} ms", verdict.took.as_millis())],
                measured_at: Some(now.clone()),
            },
        })
        .collect();
    let places = place::all(open.root());
    let envs = places.iter().map(|place| one(open, actor, &snap, place)).collect::<ApiResult<_>>()?;
    let installer = match chosen.why {
        Some(why) => format!("pip ({why})"),
        None => chosen.tool.words(),
    };
    Ok(dto::PythonView { interpreters, envs, installer })
}

/// One environment, by its files alone.
pub(crate) fn one(open: &Open, actor: &Actor, snap: &Snapshot, place: &Place) -> ApiResult<dto::PythonEnv> {
    let env = read::read(&open.root().join(&place.link), Machine::here());
    let users = place::users(snap);
    let problems = problems(open, place, &env, &users);
    shown(open, actor, snap, place, &env, problems)
}

/// One environment, with its interpreter asked.
pub(crate) fn thorough(
    open: &Open,
    actor: &Actor,
    snap: &Snapshot,
    place: &Place,
    cancel: &AtomicBool,
) -> ApiResult<dto::PythonEnv> {
    let env = read::read(&open.root().join(&place.link), Machine::here());
    let users = place::users(snap);
    let mut problems = problems(open, place, &env, &users);
    let mut asked = Vec::new();
    if env.runs() {
        let around = change::around(open.env());
        let pins = place::pins_of(open.root(), place, &users).text;
        match thorough::check(&env, &around.choose().tool, &pins, &around.environment().0, cancel) {
            Ok(found) => {
                asked.push(if found.asked {
                    "its packages were checked against each other"
                } else {
                    "neither pip nor uv is there to check its packages against each other"
                });
                asked.push("what is pinned was imported");
                // The same in other words is said already where the files told it.
                problems.extend(
                    found
                        .fit
                        .into_iter()
                        .filter(|_| !problems.iter().any(|p| p.contains(" needs `")))
                        .collect::<Vec<_>>(),
                );
                problems.extend(found.imports);
            }
            Err(why) => problems.push(why),
        }
    }
    let mut shown = shown(open, actor, snap, place, &env, problems)?;
    shown.status.evidence.extend(asked.into_iter().map(str::to_owned));
    Ok(shown)
}

/// What its files say is wrong with it.
fn problems(open: &Open, place: &Place, env: &Env, users: &[User]) -> Vec<String> {
    let mut out: Vec<String> = match &env.state {
        State::Absent => return Vec::new(),
        State::Whole => Vec::new(),
        State::Broken(all) => all.iter().map(ToString::to_string).collect(),
    };
    if env.packages.is_empty() && !env.runs() {
        return out;
    }
    let pins = place::pins_of(open.root(), place, users);
    if pins.proposed.is_none() {
        out.extend(read::unmet(&env.packages, &pins::requirements(&pins.text), "The pins ask for"));
    }
    for (file, text) in place::files_of_modules(open.root(), place, users) {
        out.extend(read::unmet(&env.packages, &pins::requirements(&text), &format!("`{file}` asks for")));
    }
    out.extend(read::conflicts(&env.packages));
    let mcp = env.packages.iter().find(|p| p.name == "mcp" && !p.version.starts_with("1.") && place.id == "smcp");
    out.extend(mcp.map(|p| format!("SMCP does not start with mcp {}; pin `mcp<2` and build it anew.", p.version)));
    out.extend(plan::trap(place, &pins.text).filter(|_| mcp.is_none()).map(|words| format!("{words}.")));
    let mut seen = Vec::new();
    out.retain(|line| {
        !seen.contains(line) && {
            seen.push(line.clone());
            true
        }
    });
    out
}

fn shown(
    open: &Open,
    actor: &Actor,
    snap: &Snapshot,
    place: &Place,
    env: &Env,
    problems: Vec<String>,
) -> ApiResult<dto::PythonEnv> {
    let pinned: Vec<String> = std::fs::read_to_string(open.root().join(&place.pins))
        .map(|text| pins::requirements(&text).into_iter().map(|r| r.name).collect())
        .unwrap_or_default();
    let packages = env.packages.iter().map(|package| dto::PythonPackage {
        name: package.name.clone(),
        version: package.version.clone(),
        pinned: pinned.contains(&pins::normalise(&package.name)),
    });
    let exists = env.state != State::Absent;
    let kept = kept::all(open, place)?;
    let kept = kept.into_iter().map(|one| {
        let there = read::read(&one.dir, Machine::here());
        dto::PythonKept {
            size: kept::size(&one) as f64,
            packages: u32::try_from(there.packages.len()).unwrap_or(u32::MAX),
            python: there.python.unwrap_or_default(),
            id: one.id,
            made_at: one.made_at,
            replaced_by: one.replaced_by,
        }
    });
    let users = place::seen(open, snap, actor)?;
    Ok(dto::PythonEnv {
        id: place.id.to_owned(),
        title: place.title.to_owned(),
        path: place.link.clone(),
        requirements: place.pins.clone(),
        exists,
        status: status(open, env, &problems),
        python: env.python.clone(),
        packages: packages.collect(),
        problems,
        kept: kept.collect(),
        used_by: place::used_by(place, &users).into_iter().map(|user| user.named.clone()).collect(),
        size: exists.then(|| read::size(&env.real) as f64),
    })
}

fn status(open: &Open, env: &Env, problems: &[String]) -> dto::Status {
    let count = words::count(env.packages.len(), "package", "packages");
    let python = env.python.as_deref().unwrap_or("of an unknown version");
    let (word, reason) = match &env.state {
        State::Absent => (StatusWord::Off, "it was not made yet".to_owned()),
        State::Broken(all) if !env.runs() => {
            (StatusWord::Error, all.first().map(ToString::to_string).unwrap_or_default())
        }
        _ if problems.is_empty() => (StatusWord::Healthy, format!("Python {python}, {count}")),
        _ => (StatusWord::Degraded, problems[0].clone()),
    };
    let mut evidence = Vec::new();
    if env.state != State::Absent {
        evidence.push(format!("Python {python}, {count}"));
        evidence.push(format!("lies in {}", open.env().short(&env.real)));
    }
    let measured_at = Some(stamps::rfc3339(open.env().now()));
    dto::Status { word, reason, evidence, measured_at }
}
