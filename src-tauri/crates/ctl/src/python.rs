//! `python`: environments that modules run in, from a terminal. Each change is a plan, as in the window.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, EventSink, dto};

use crate::args::{Install, Python};
use crate::console::{Console, Done};
use crate::output;

/// More than pins may have.
const LARGEST: u64 = 256 * 1024;

/// Shows what a running command of a plan prints to a person who waits at a terminal; the rest goes on to `T`.
pub struct Told<T>(pub T);

impl<T: EventSink> EventSink for Told<T> {
    fn changed(&self, event: dto::ChangedEvent) {
        self.0.changed(event);
    }

    fn progress(&self, event: dto::ProgressEvent) {
        if let Some(line) = event.line.as_deref().filter(|_| std::io::stderr().is_terminal()) {
            eprintln!("  {}", output::visible(line));
        }
        self.0.progress(event);
    }

    fn chat(&self, event: dto::ChatEvent) {
        self.0.chat(event);
    }

    fn log(&self, event: dto::LogEvent) {
        self.0.log(event);
    }

    fn overview(&self, event: dto::Overview) {
        self.0.overview(event);
    }
}

pub async fn run(console: &Console, words: Python) -> Done {
    let actor = console.actor().await?;
    let app = &console.app;
    match words {
        Python::List { env: None } => {
            let view = app.python_view(&actor).await?;
            output::show(console.json, &view, overview)?;
            Ok(ExitCode::SUCCESS)
        }
        Python::List { env: Some(env) } => {
            let env = one(console, &actor, &env).await?;
            output::show(console.json, &env, detail)?;
            Ok(ExitCode::SUCCESS)
        }
        Python::Check { env } => {
            let env = app.python_check(&actor, &env).await?;
            let sound = env.exists && env.problems.is_empty();
            output::show(console.json, &env, |env| {
                let mut out = format!("{}  {}\n", env.id, output::status(&env.status));
                out.extend(env.problems.iter().map(|line| format!("{}\n", output::visible(line))));
                out
            })?;
            Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        Python::Install(words) => install(console, &actor, words).await,
        Python::Diff { env, to } => {
            let kept = kept(console, &actor, &env, to).await?;
            let moves = app.python_diff(&actor, &env, &kept).await?;
            output::show(console.json, &moves, |moves| moved(moves))?;
            Ok(ExitCode::SUCCESS)
        }
        Python::Rollback { env, to, confirm } => {
            let kept = kept(console, &actor, &env, to).await?;
            let plan = app.python_rollback_plan(&actor, &env, &kept).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

async fn install(console: &Console, actor: &Actor, words: Install) -> Done {
    let env = words.env.clone();
    let change = wanted(console, actor, &words).await?;
    if words.dry_run {
        let tried = console.app.python_try(actor, &env, &change).await?;
        output::show(console.json, &tried, |tried| {
            let said: String = tried.conflicts.iter().map(|line| format!("{}\n", output::visible(line))).collect();
            if tried.ok { moved(&tried.moves) } else { said }
        })?;
        return Ok(if tried.ok { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    let plan = console.app.python_plan(actor, &env, &change).await?;
    console.change(actor, words.confirm, &plan).await
}

/// The one change that was typed; without any, an environment that is not there is made, and one that is there gets what
/// the code of its modules asks for and what its pins say.
async fn wanted(console: &Console, actor: &Actor, words: &Install) -> Result<dto::PythonChange, ApiError> {
    if !words.packages.is_empty() {
        return Ok(dto::PythonChange::Add { packages: words.packages.clone() });
    }
    if !words.remove.is_empty() {
        return Ok(dto::PythonChange::Remove { packages: words.remove.clone() });
    }
    if words.repair {
        return Ok(dto::PythonChange::Repair);
    }
    if let Some(file) = &words.pins {
        return Ok(dto::PythonChange::Pins { text: pins(file)? });
    }
    let view = console.app.python_view(actor).await?;
    let env = find(&view, &words.env)?;
    let (exists, sound) = (env.exists, env.problems.is_empty());
    match &words.python {
        Some(python) if exists => Ok(dto::PythonChange::Python { python: python.clone() }),
        Some(python) => Ok(dto::PythonChange::Create { python: python.clone() }),
        None if exists => match console.app.python_asked(actor, &words.env).await? {
            Some(text) => Ok(dto::PythonChange::Pins { text }),
            None if !sound => Ok(dto::PythonChange::Repair),
            None => Err(ApiError::refused(
                "usage",
                "It holds what its pins and its modules ask for, and it is not said what else is to change.",
                "Name packages, or use `--remove`, `--python`, `--pins` or `--repair`.",
            )),
        },
        None => {
            let fits = |python: &&dto::PythonInterpreter| python.status.word == dto::StatusWord::Healthy;
            let first = view.interpreters.iter().find(fits).or(view.interpreters.first());
            let python = first.map(|python| python.path.clone()).unwrap_or_default();
            Ok(dto::PythonChange::Create { python })
        }
    }
}

fn pins(file: &std::path::Path) -> Result<String, ApiError> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().lock().take(LARGEST).read_to_string(&mut text),
        _ => std::fs::File::open(file).and_then(|file| file.take(LARGEST).read_to_string(&mut text)),
    };
    read.map(|_| text).map_err(|error| {
        ApiError::refused(
            "file_unreadable",
            format!("`{}` cannot be read.", file.display()),
            "Name a file of pins, or `-` for standard input.",
        )
        .with_details([error.to_string()])
    })
}

fn find<'a>(view: &'a dto::PythonView, id: &str) -> Result<&'a dto::PythonEnv, ApiError> {
    view.envs.iter().find(|env| env.id == id).ok_or_else(|| {
        let there: Vec<String> = view.envs.iter().map(|env| format!("`{}`", env.id)).collect();
        ApiError::refused(
            "python_env_unknown",
            format!("There is no Python environment called `{id}` here."),
            format!("This Sanctum has {}.", there.join(" and ")),
        )
    })
}

async fn one(console: &Console, actor: &Actor, id: &str) -> Result<dto::PythonEnv, ApiError> {
    let view = console.app.python_view(actor).await?;
    find(&view, id).cloned()
}

/// The kept environment that was named, or the latest.
async fn kept(console: &Console, actor: &Actor, env: &str, to: Option<String>) -> Result<String, ApiError> {
    if let Some(to) = to {
        return Ok(to);
    }
    one(console, actor, env).await?.kept.into_iter().next().map(|kept| kept.id).ok_or_else(|| {
        ApiError::refused(
            "python_kept_none",
            format!("No earlier environment of `{env}` was kept."),
            "There is nothing to put back.",
        )
    })
}

fn overview(view: &dto::PythonView) -> String {
    let mut rows = Vec::new();
    for env in &view.envs {
        rows.push(vec![env.id.clone(), output::status(&env.status), env.path.clone()]);
        rows.extend(env.kept.iter().map(|kept| vec![String::new(), format!("kept · {}", kept.id), why(kept)]));
    }
    let pythons = view.interpreters.iter().map(|python| {
        let version = python.version.clone().unwrap_or_else(|| "?".to_owned());
        vec![version, output::status(&python.status), python.path.clone()]
    });
    let pythons = output::table(&pythons.collect::<Vec<_>>());
    format!("{}\nInstalled with {}\n\n{pythons}", output::table(&rows), view.installer)
}

fn why(kept: &dto::PythonKept) -> String {
    let by = kept.replaced_by.as_deref().map(|title| format!(", until “{title}”")).unwrap_or_default();
    format!("Python {}, {} packages, {} MB{by}", kept.python, kept.packages, (kept.size / 1e6).ceil())
}

fn detail(env: &dto::PythonEnv) -> String {
    let mut out = format!("{}  {}\n{}\n", env.title, output::status(&env.status), env.path);
    if !env.used_by.is_empty() {
        out.push_str(&format!("used by {}\n", env.used_by.join(", ")));
    }
    out.extend(env.problems.iter().map(|line| format!("! {}\n", output::visible(line))));
    let pinned = |package: &dto::PythonPackage| if package.pinned { "pinned" } else { "" }.to_owned();
    let packages = env.packages.iter().map(|p| vec![output::visible(&p.name), output::visible(&p.version), pinned(p)]);
    out.push_str(&format!("\n{}", output::table(&packages.collect::<Vec<_>>())));
    let kept = env.kept.iter().map(|kept| vec![kept.id.clone(), kept.made_at.clone(), why(kept)]);
    out.push_str(&format!("\n{}", output::table(&kept.collect::<Vec<_>>())));
    out
}

fn moved(moves: &[dto::PythonMove]) -> String {
    if moves.is_empty() {
        return "No package changes.".to_owned();
    }
    let line = |moved: &dto::PythonMove| {
        let side = |version: &Option<String>| version.clone().unwrap_or_else(|| "–".to_owned());
        vec![output::visible(&moved.name), format!("{} → {}", side(&moved.from), side(&moved.to))]
    };
    output::table(&moves.iter().map(line).collect::<Vec<_>>())
}
