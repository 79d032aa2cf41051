//! `modules`: instances, started and stopped in order, and how each does. `health`: everything at one glance.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sanctum_api::{Actor, ApiError, dto};

use crate::args::modules::{By, Chosen, Level, Modules, Which};
use crate::console::{Console, Done};
use crate::output;

/// Between the two looks that a share of the processor takes.
const BETWEEN: std::time::Duration = std::time::Duration::from_millis(400);

pub async fn run(console: &Console, words: Modules) -> Done {
    let actor = console.actor().await?;
    let app = &console.app;
    match words {
        Modules::List { only, query, window } => {
            let filter = match only {
                Which::All => dto::ModuleFilter::All,
                Which::Running => dto::ModuleFilter::Running,
                Which::NeedsYou => dto::ModuleFilter::NeedsYou,
            };
            let sort = dto::ModuleSort::Agent;
            let list = async || app.modules_list(&actor, filter, &query, sort, window.offset, window.limit).await;
            let mut page = list().await?;
            if let Some(running) = page.items.iter().find(|row| row.pid.is_some()) {
                again(console, &actor, &running.id).await?;
                page = list().await?;
            }
            output::show(console.json, &page, |page| output::table(&page.items.iter().map(line).collect::<Vec<_>>()))?;
            Ok(ExitCode::SUCCESS)
        }
        Modules::Status { instance } => {
            if app.module_check(&actor, &instance).await?.pid.is_some() {
                again(console, &actor, &instance).await?;
            }
            let detail = app.module_get(&actor, &instance).await?;
            output::show(console.json, &detail, text)?;
            Ok(ExitCode::SUCCESS)
        }
        Modules::Install { instance, source, confirm } => {
            let source = source.into();
            let plan = app.module_install_plan(&actor, &instance, &source).await?;
            console.change(&actor, confirm, &plan).await
        }
        Modules::Offered { agent } => {
            let offers = app.modules_offered(&actor, agent.as_deref()).await?;
            output::show(console.json, &offers, |offers| {
                output::table(&offers.iter().map(|o| vec![o.name.clone(), o.description.clone()]).collect::<Vec<_>>())
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Modules::Add { name, confirm } => {
            console.change(&actor, confirm, &app.module_add_plan(&actor, &name).await?).await
        }
        Modules::Remove { instance, confirm } => {
            console.change(&actor, confirm, &app.module_remove_plan(&actor, &instance).await?).await
        }
        Modules::Start(chosen) => {
            let ids = ids(console, &actor, chosen).await?;
            secrets(console, &actor, &ids, false).await?;
            outcomes(console, app.modules_start(&actor, &ids).await?)
        }
        Modules::Stop(chosen) => {
            let ids = ids(console, &actor, chosen).await?;
            outcomes(console, app.modules_stop(&actor, &ids).await?)
        }
        Modules::Restart(chosen) => {
            let ids = ids(console, &actor, chosen).await?;
            secrets(console, &actor, &ids, true).await?;
            outcomes(console, app.modules_restart(&actor, &ids).await?)
        }
        Modules::Way { instance, by, at_login, confirm } => {
            let way = match by {
                By::App => dto::RunWay::App,
                By::System => dto::RunWay::System,
            };
            let plan = app.module_way_plan(&actor, &instance, way, at_login).await?;
            console.change(&actor, confirm, &plan).await
        }
        Modules::Scripts { instance, changed, confirm } => {
            console.change(&actor, confirm, &app.module_scripts_plan(&actor, &instance, changed).await?).await
        }
        Modules::Logs { instances, follow, lines, level, text, regex } => {
            let level = level.map(|level| match level {
                Level::Debug => dto::LogLevel::Debug,
                Level::Info => dto::LogLevel::Info,
                Level::Warn => dto::LogLevel::Warn,
                Level::Error => dto::LogLevel::Error,
            });
            crate::logs::run(console, instances, follow, lines, level, text, regex).await
        }
        Modules::Run { dir } => stay(console, &actor, &dir).await,
    }
}

/// None where all are meant.
async fn ids(console: &Console, actor: &Actor, chosen: Chosen) -> Result<Vec<String>, ApiError> {
    match chosen.dir {
        Some(dir) => Ok(vec![console.app.instance_at(actor, &dir).await?]),
        None => Ok(if chosen.all { Vec::new() } else { chosen.instances }),
    }
}

/// Asks for the passphrase where secrets of what is started lie behind it. Where nobody can be asked, one alone is refused; of
/// several, each says by itself what it lacks.
async fn secrets(console: &Console, actor: &Actor, ids: &[String], again: bool) -> Result<(), ApiError> {
    let at_hand = console.with_store(async || console.app.modules_secrets_at_hand(actor, ids, again).await).await;
    match at_hand {
        Err(error) if ids.len() == 1 || console.asked.load(Ordering::Relaxed) => Err(error),
        _ => Ok(()),
    }
}

/// One line an instance, and 1 where one of them is not as it was asked.
fn outcomes(console: &Console, outcomes: Vec<dto::ModuleOutcome>) -> Done {
    output::show(console.json, &outcomes, |outcomes| {
        if outcomes.is_empty() {
            return "Nothing to do.".to_owned();
        }
        let line = |outcome: &dto::ModuleOutcome| {
            let mark = if outcome.done { "✓" } else { "!" };
            let hint = outcome.hint.as_ref().map(|hint| format!("\n    {hint}")).unwrap_or_default();
            format!("{mark} {}: {}{hint}\n", outcome.title, output::visible(&outcome.text))
        };
        outcomes.iter().map(line).collect()
    })?;
    Ok(if outcomes.iter().all(|outcome| outcome.done) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Looks once more a moment later: what a processor is used is seen between two looks.
async fn again(console: &Console, actor: &Actor, instance: &str) -> Result<(), ApiError> {
    tokio::time::sleep(BETWEEN).await;
    console.app.module_check(actor, instance).await.map(drop)
}

fn line(row: &dto::ModuleRow) -> Vec<String> {
    let number = |n: Option<u32>| n.map_or_else(|| "–".to_owned(), |n| n.to_string());
    let status = output::visible(&output::status(&row.status));
    vec![row.id.clone(), number(row.pid), number(row.port), cpu(row), memory(row), status]
}

fn cpu(row: &dto::ModuleRow) -> String {
    row.cpu.map_or_else(|| "–".to_owned(), |percent| format!("{percent:.1} %"))
}

fn memory(row: &dto::ModuleRow) -> String {
    row.memory.map_or_else(|| "–".to_owned(), |bytes| format!("{:.0} MB", bytes / 1_000_000.0))
}

fn text(detail: &dto::ModuleDetail) -> String {
    let row = &detail.row;
    let mut rows = vec![
        vec!["status".to_owned(), output::visible(&output::status(&row.status))],
        vec!["state".to_owned(), format!("{:?}", row.state).to_lowercase()],
        vec!["processor".to_owned(), cpu(row)],
        vec!["memory".to_owned(), memory(row)],
        vec!["code".to_owned(), output::visible(&detail.code)],
    ];
    rows.extend(detail.facts.iter().map(|fact| vec![fact.name.to_lowercase(), output::visible(&fact.value)]));
    rows.extend(row.status.evidence.iter().map(|line| vec!["seen".to_owned(), output::visible(line)]));
    rows.extend(row.restart_reason.iter().map(|why| vec!["needs a restart".to_owned(), output::visible(why)]));
    rows.extend(row.cannot_start.iter().map(|why| vec!["cannot start".to_owned(), output::visible(why)]));
    rows.extend(detail.events.iter().take(10).map(|event| {
        let by = event.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        vec![event.at.clone(), output::visible(&format!("{}{by}: {}", event.kind, event.text))]
    }));
    output::table(&rows)
}

/// Everything at one glance; 1 where something needs the operator.
pub async fn health(console: &Console) -> Done {
    let actor = console.actor().await?;
    let overview = console.app.overview(&actor).await?;
    output::show(console.json, &overview, |overview| {
        let problem =
            |problem: &dto::Problem| vec![problem.title.clone(), output::visible(&output::status(&problem.status))];
        format!(
            "{:?} · {}\n{}",
            overview.word,
            overview.text,
            output::table(&overview.problems.iter().map(problem).collect::<Vec<_>>())
        )
    })?;
    Ok(if overview.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Stays for as long as the module runs. It ends with 0 where it was asked to, or where it ended for good by itself: then the
/// system leaves it alone.
async fn stay(console: &Console, actor: &Actor, dir: &std::path::Path) -> Done {
    use tokio::signal::unix::{SignalKind, signal};
    let end = Arc::new(AtomicBool::new(false));
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        if let Ok(mut told) = signal(kind) {
            let end = end.clone();
            tokio::spawn(async move {
                while told.recv().await.is_some() {
                    end.store(true, Ordering::SeqCst);
                }
            });
        }
    }
    match console.app.module_run(actor, dir, end).await {
        Ok(words) => {
            eprintln!("{words}");
            Ok(ExitCode::SUCCESS)
        }
        // The keeper has tried often enough; the system is not to begin all over.
        Err(error) if error.code == "module_ended" => {
            eprintln!("{}", error.message);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(error),
    }
}
