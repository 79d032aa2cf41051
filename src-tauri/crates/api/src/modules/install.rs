//! The plan that installs the code of an instance: from a folder, an archive, a git address, or as a link to a shared checkout.
//!
//! What was there goes to the trash, so undo brings it back. The code arrives by one command (crate `fetch`) that checks every name
//! in it before anything is written. Links that the code needs in our layout are the catalogue's (`facts/modules.md`, 1.8).

use std::path::{Path, PathBuf};
use std::time::Duration;

use sanctum_change::{Planner, RunSpec};
use sanctum_install::catalogue::Entry;

use super::instances::{self, Instance};
use super::{act, bridge, look};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, ModuleSource, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// A clone over a slow line takes a while.
const FETCH: Duration = Duration::from_secs(900);

impl App {
    /// The plan of installing its code; what is there is replaced.
    ///
    /// # Errors
    /// `not_allowed`, `module_unknown`, `module_running`, `source_unusable` with what is wrong with the source.
    pub async fn module_install_plan(&self, actor: &Actor, id: &str, source: &ModuleSource) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, actor, id, source) = (self.clone(), actor.clone(), id.to_owned(), source.clone());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &id)?;
            let (plan, words) = plan(&open, &instance, &source)?;
            Ok(app.0.plans.keep(plan, words, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}

fn unusable(message: impl Into<String>, hint: &str) -> ApiError {
    ApiError::refused("source_unusable", message, hint)
}

fn plan(open: &Open, instance: &Instance, source: &ModuleSource) -> ApiResult<(sanctum_change::Plan, Words)> {
    let entry = instance.known.and_then(|known| known.entry.as_ref()).ok_or_else(|| {
        unusable(
            format!("Nothing is known about how the code of {} is laid out.", instance.named),
            "Put it into its folder by hand; its manifest says what is started.",
        )
    })?;
    let Some(expected) = entry.needs.strip_prefix("app/") else {
        return Err(unusable(
            format!("{} is a Python package and no folder of code.", instance.named),
            "Install it into its own environment under Python.",
        ));
    };
    if look::at(open, instance).runs() {
        return Err(ApiError::refused(
            "module_running",
            format!("{} runs now.", instance.named),
            "Stop it first; its code cannot be changed under it.",
        ));
    }
    let mut planner = open.planner();
    planner.icon("download");
    planner.group(&instance.named);
    let app = format!("{}/app", instance.path);
    if instance.dir.join("app").symlink_metadata().is_ok() {
        planner.trash(&app, "Move what is there to the trash")?;
    }
    let from = fetch(&mut planner, open, instance, entry, source, expected, &app)?;
    links(&mut planner, instance, entry, source)?;
    if instance.module == bridge::NAME {
        bridge::tables(&mut planner, instance)?;
    }
    let summary = format!("Its code comes from {from}. Nothing of it is run. Nothing has been written yet.");
    let words = Words {
        undo: "With Undo or from Activity; what was there before comes back.".to_owned(),
        action: format!("Install the code of {}", instance.title),
        command: Some(command(instance, source)),
        checks: checks(entry, source),
        notes: notes(open, instance),
    };
    Ok((planner.finish(&format!("Install the code of {}", instance.named), &summary), words))
}

/// What comes next.
fn notes(open: &Open, instance: &Instance) -> Vec<String> {
    let env = if instance.agent.is_some() { "agents" } else { instance.module.as_str() };
    let mut notes = vec![format!(
        "Its Python packages come next: what its `requirements.txt` asks for is offered under Python (`sanctumctl python install {env}`)."
    )];
    if instance.module == bridge::NAME {
        notes.push(bridge::note(instance));
    }
    if instance.module == "smcp" {
        let app = open.env().short(&instance.dir.join("app"));
        notes.push(format!(
            "Plugins that lie in its code are loaded once they are installed as plugins; `sanctumctl plugins inspect --folder {app}` names them."
        ));
    }
    notes
}

fn checks(entry: &Entry, source: &ModuleSource) -> Vec<(StatusWord, String)> {
    let mut checks = vec![(StatusWord::Healthy, "It does not run now".to_owned())];
    // A link inside a shared checkout would be everybody's.
    if matches!(source, ModuleSource::Link { .. }) && entry.links.iter().any(|link| link.at.starts_with("app/")) {
        checks.push((
            StatusWord::Degraded,
            "Plugins made of several files are only found in the checkout's own plugins folder".to_owned(),
        ));
    }
    checks
}

fn given(open: &Open, path: &str) -> ApiResult<PathBuf> {
    let path = crate::setup::expand(open.env(), path);
    if !path.is_absolute() {
        return Err(unusable(format!("`{}` is not a full path.", path.display()), "Start it with a slash or `~`."));
    }
    path.canonicalize().map_err(|error| {
        unusable(format!("`{}` cannot be read ({}).", path.display(), error.kind()), "Check the path and its rights.")
    })
}

/// Puts the step that brings the code; returns where it comes from, in words.
fn fetch(
    planner: &mut Planner<'_>,
    open: &Open,
    instance: &Instance,
    entry: &Entry,
    source: &ModuleSource,
    expected: &str,
    app: &str,
) -> ApiResult<String> {
    let (kind, from, rev) = match source {
        ModuleSource::Link { path } => {
            let path = given(open, path)?;
            if !path.join(expected).exists() {
                return Err(missing(instance, &path, expected));
            }
            if path.starts_with(&instance.dir) {
                return Err(unusable(
                    "A module's code cannot be a link into its own folder.",
                    "Choose a checkout elsewhere.",
                ));
            }
            planner.symlink(app, &path.display().to_string(), "Link to the shared checkout")?;
            return Ok(format!("{}, which it stays a link to", open.env().short(&path)));
        }
        ModuleSource::Folder { path } => {
            let path = given(open, path)?;
            if !path.join(expected).exists() {
                return Err(missing(instance, &path, expected));
            }
            ("folder", path.display().to_string(), None)
        }
        ModuleSource::Archive { path } => ("archive", given(open, path)?.display().to_string(), None),
        ModuleSource::Git { url, rev } => {
            // Before it comes into a plan, which is kept, and into arguments, which everybody can read.
            let refuse = |error: sanctum_fetch::FetchError| unusable(format!("{error}."), error.advice());
            let url: sanctum_fetch::GitUrl = url.trim().parse().map_err(refuse)?;
            let rev = rev.as_deref().map(str::trim).filter(|rev| !rev.is_empty());
            let rev = rev.map(str::parse::<sanctum_fetch::Rev>).transpose().map_err(refuse)?;
            ("git", url.as_str().to_owned(), rev.map(|rev| rev.as_str().to_owned()))
        }
    };
    let ctl = act::launcher(open)?;
    let mut argv: Vec<String> = vec![ctl.display().to_string()];
    argv.extend(["fetch", "--kind", kind, "--from", &from].map(str::to_owned));
    if let Some(rev) = &rev {
        argv.extend(["--rev".to_owned(), rev.clone()]);
    }
    argv.extend(["--into".to_owned(), instance.dir.join("app").display().to_string()]);
    argv.extend(["--expect".to_owned(), expected.to_owned()]);
    for link in entry.links.iter().filter_map(|link| Some((link.at.strip_prefix("app/")?, &link.to))) {
        argv.extend(["--link".to_owned(), format!("{}={}", link.0, link.1)]);
    }
    let env = open.env();
    let mut given =
        vec![("PATH".to_owned(), env.search_path.clone()), ("HOME".to_owned(), env.home.display().to_string())];
    given.extend(env.inherited.iter().cloned());
    planner.run(
        RunSpec {
            argv,
            cwd: String::new(),
            env: given,
            creates: app.to_owned(),
            final_path: app.to_owned(),
            timeout: FETCH,
        },
        match kind {
            "git" => "Clone the code",
            "archive" => "Unpack the code",
            _ => "Copy the code",
        },
    )?;
    Ok(match kind {
        "git" => format!("`{from}`{}", rev.map(|rev| format!(" at {rev}")).unwrap_or_default()),
        _ => open.env().short(Path::new(&from)),
    })
}

fn missing(instance: &Instance, path: &Path, expected: &str) -> ApiError {
    unusable(
        format!("`{}` holds no `{expected}`, so it is not the code of {}.", path.display(), instance.title),
        "Choose the folder that holds it.",
    )
}

/// Links of the module's own folder that its code looks for, and the plugins it ships.
fn links(planner: &mut Planner<'_>, instance: &Instance, entry: &Entry, source: &ModuleSource) -> ApiResult<()> {
    for link in entry.links.iter().filter(|link| !link.at.starts_with("app/")) {
        let at = instance.dir.join(&link.at);
        if at.symlink_metadata().is_err() {
            planner.symlink(
                &format!("{}/{}", instance.path, link.at),
                &link.to,
                &format!("Link {} to {}", link.at, link.to),
            )?;
        }
    }
    let shares = entry.links.iter().any(|link| link.at == "app/plugins");
    let plugins = instance.dir.join("plugins");
    let empty = std::fs::read_dir(&plugins).is_ok_and(|mut entries| entries.next().is_none());
    if !shares || matches!(source, ModuleSource::Link { .. }) || !empty && plugins.exists() {
        return Ok(());
    }
    // What it ships becomes the first content of the folder that its own `plugins` is a link to from now on.
    let path = format!("{}/plugins", instance.path);
    if empty {
        planner.trash(&path, "Make room for the plugins it ships")?;
    }
    let from = instance.dir.join("app/plugins.shipped").display().to_string();
    let argv = planner_program(planner).map(|program| {
        [program.as_str(), "fetch", "--kind", "folder", "--from", &from, "--into", &plugins.display().to_string()]
            .map(str::to_owned)
            .to_vec()
    });
    let Some(argv) = argv else { return Ok(()) };
    planner.run(
        RunSpec {
            argv,
            cwd: String::new(),
            env: Vec::new(),
            creates: path.clone(),
            final_path: path,
            timeout: Duration::from_secs(120),
        },
        "Copy the plugins it ships",
    )?;
    Ok(())
}

/// The program of the step before: the same one copies what it brought.
fn planner_program(planner: &Planner<'_>) -> Option<String> {
    planner.steps().iter().rev().find_map(|step| match &step.action {
        sanctum_change::Action::Run { argv, .. } => argv.first().cloned(),
        _ => None,
    })
}

fn command(instance: &Instance, source: &ModuleSource) -> String {
    format!("sanctumctl modules install {} {} --yes", word(&instance.address), source_words(source))
}

fn word(text: &str) -> String {
    sanctum_install::layout::quote(text).unwrap_or_else(|_| "…".to_owned())
}

/// A source as `sanctumctl` takes it.
pub(crate) fn source_words(source: &ModuleSource) -> String {
    match source {
        ModuleSource::Folder { path } => format!("--folder {}", word(path)),
        ModuleSource::Archive { path } => format!("--archive {}", word(path)),
        ModuleSource::Git { url, rev } => {
            let rev = rev.as_deref().map(str::trim).filter(|rev| !rev.is_empty());
            let rev = rev.map(|rev| format!("#{rev}")).unwrap_or_default();
            format!("--git {}", word(&format!("{}{rev}", url.trim())))
        }
        ModuleSource::Link { path } => format!("--link {}", word(path)),
    }
}
