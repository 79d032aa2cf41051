//! One command, from its words to its exit code.

use std::process::ExitCode;
use std::sync::Arc;

use sanctum_api::{Actor, ApiError, App, AppEnv, Nobody, PortPolicy, dto};

use crate::args::{Agents, Args, Changes, Command, Confirm, Registry, Tools, Window};
use crate::confirm::{Word, ask};
use crate::{output, setup};

type Done = Result<ExitCode, ApiError>;

pub async fn run(args: Args) -> Done {
    let mut env = AppEnv::from_vars(&|name| match (name, &args.data_dir) {
        ("SANCTUM_DATA_DIR", Some(dir)) => Some(dir.to_string_lossy().into_owned()),
        _ => std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()),
    })?;
    if let Some(root) = &args.root {
        env.root = Some(root.clone());
    }
    env.exclusive = false;
    let app = App::new(env, Arc::new(Nobody));
    let code = match args.command {
        Command::Setup(words) => setup::run(&app, args.json, args.root.as_deref(), words).await,
        Command::Scan { paths, window } => scan(&app, args.json, paths, window).await,
        Command::Agents(words) => agents(&app, args.json, words).await,
        Command::Tools(words) => tools(&app, args.json, words).await,
        Command::Changes(words) => changes(&app, args.json, words).await,
        Command::Registry(words) => registry(&app, args.json, words).await,
        Command::Doctor { window } => doctor(&app, args.json, window).await,
    };
    app.close();
    code
}

/// Shows, asks, applies.
async fn change(app: &App, json: bool, actor: &Actor, confirm: Confirm, plan: &dto::Plan) -> Done {
    match ask(json, confirm, plan)? {
        Word::ShowOnly(code) => Ok(code),
        Word::Apply => {
            let receipt = app.plan_apply(actor, &plan.id).await?;
            output::show(json, &receipt, output::receipt)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn scan(app: &App, json: bool, paths: Vec<String>, window: Window) -> Done {
    let report = app.scan(paths).await?;
    output::show(json, &cut(report.candidates, window), |page| {
        if page.items.is_empty() {
            return "No Sanctum was found.".to_owned();
        }
        page.items
            .iter()
            .map(|c| {
                let lines: Vec<String> = c.evidence.iter().map(|line| format!("    {line}\n")).collect();
                let odd: Vec<String> = c.findings.iter().map(|f| format!("  ! {}\n", f.message)).collect();
                format!(
                    "{}  layout {} ({}), {} % sure\n{}{}",
                    c.path,
                    c.layout,
                    c.layout_name,
                    c.confidence,
                    lines.concat(),
                    odd.concat()
                )
            })
            .collect()
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn agents(app: &App, json: bool, words: Agents) -> Done {
    let actor = app.console_actor().await?;
    match words {
        Agents::List { query, window } => {
            app.refresh().await?;
            let page = app.agents_list(&actor, &query, window.offset, window.limit).await?;
            output::show(json, &page, |page| {
                output::table(
                    &page
                        .items
                        .iter()
                        .map(|a| vec![a.uid.clone(), a.name.clone(), output::status(&a.status)])
                        .collect::<Vec<_>>(),
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Agents::Show { uid } => {
            app.refresh().await?;
            let detail = app.agent_get(&actor, &uid).await?;
            output::show(json, &detail, |d| {
                let mut rows = vec![
                    vec!["Name".to_owned(), d.agent.name.clone()],
                    vec!["Status".to_owned(), output::status(&d.agent.status)],
                ];
                rows.extend(d.facts.iter().map(|f| vec![f.name.clone(), f.value.clone()]));
                rows.extend(d.agent.modules.iter().map(|m| {
                    let port = m.port.map(|p| format!(" on {p}")).unwrap_or_default();
                    vec![format!("{}{port}", m.title), output::status(&m.status)]
                }));
                output::table(&rows)
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Agents::Add { name, uid, description, modules, move_ports, confirm } => {
            let draft = dto::AgentDraft { name, uid, description, modules };
            let policy = if move_ports { PortPolicy::Move } else { PortPolicy::Refuse };
            let plan = app.agent_add_plan_with(&actor, &draft, policy).await?;
            change(app, json, &actor, confirm, &plan).await
        }
        Agents::Remove { uid, confirm } => {
            let plan = app.agent_remove_plan(&actor, &uid).await?;
            change(app, json, &actor, confirm, &plan).await
        }
    }
}

async fn tools(app: &App, json: bool, words: Tools) -> Done {
    let actor = app.console_actor().await?;
    app.refresh().await?;
    let Tools::List { tab, query, window } = words;
    let page = match tab {
        Some(tab) => {
            let page = app.tools_list(&actor, &tab, &query, window.offset, window.limit).await?;
            dto::Page { items: page.items, total: page.total }
        }
        None => all_tabs(app, &actor, &query, window.offset, window.limit).await?,
    };
    output::show(json, &page, |page| {
        output::table(
            &page
                .items
                .iter()
                .map(|c| vec![c.tab.clone(), c.name.clone(), c.title.clone(), output::status(&c.status)])
                .collect::<Vec<_>>(),
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The tabs one after the other, as one list.
async fn all_tabs(
    app: &App,
    actor: &Actor,
    query: &str,
    offset: u32,
    limit: u32,
) -> Result<dto::Page<dto::ToolCard>, ApiError> {
    let (mut items, mut total, mut skip) = (Vec::new(), 0, offset);
    for tab in app.tools_tabs(actor).await? {
        let wanted = limit.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX));
        let page = app.tools_list(actor, &tab.id, query, skip, wanted).await?;
        skip = skip.saturating_sub(page.total);
        total += page.total;
        items.extend(page.items);
    }
    Ok(dto::Page { items, total })
}

async fn changes(app: &App, json: bool, words: Changes) -> Done {
    let actor = app.console_actor().await?;
    match words {
        Changes::List { query, window } => {
            let page = app.changes_list(&actor, &query, "all", window.offset, window.limit).await?;
            output::show(json, &page, |page| {
                output::table(
                    &page
                        .items
                        .iter()
                        .map(|c| {
                            vec![c.id.clone(), c.at.clone(), c.actor.clone(), c.title.clone(), c.state_text.clone()]
                        })
                        .collect::<Vec<_>>(),
                )
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Changes::Show { id } => {
            let detail = app.change_get(&actor, &id).await?;
            output::show(json, &detail, |d| {
                let mut rows = vec![vec![d.row.title.clone(), d.row.state_text.clone()]];
                rows.extend(d.steps.iter().map(|s| vec![format!("  {}", s.title), s.target.clone()]));
                rows.extend(d.conflicts.iter().map(|c| vec![format!("! {}", c.target), c.what.clone()]));
                output::table(&rows)
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Changes::Undo { id, confirm } => {
            let plan = app.change_undo_plan(&actor, &id).await?;
            change(app, json, &actor, confirm, &plan).await
        }
    }
}

async fn registry(app: &App, json: bool, words: Registry) -> Done {
    let sure = |yes: bool| {
        if yes {
            return Ok(());
        }
        Err(ApiError::refused(
            "confirm_needed",
            "This puts another file in the registry's place; the one that is there is kept beside it. Nothing was changed.",
            "Add `--yes` to do it.",
        ))
    };
    match words {
        Registry::Salvage { yes } => {
            sure(yes)?;
            let report = app.registry_salvage().await?;
            output::show(json, &report, |r| {
                let lost: Vec<String> = r.findings.iter().map(|line| format!("\n! {line}")).collect();
                format!(
                    "{} rows are in the new registry. The damaged file is kept as {}.{}",
                    r.rows,
                    r.kept,
                    lost.concat()
                )
            })?;
        }
        Registry::Copies => {
            let copies = app.registry_copies().await?;
            let page = dto::Page { total: u32::try_from(copies.len()).unwrap_or(u32::MAX), items: copies };
            output::show(json, &page, |page| {
                output::table(&page.items.iter().map(|c| vec![c.made.clone(), c.path.clone()]).collect::<Vec<_>>())
            })?;
        }
        Registry::Restore { copy, yes } => {
            sure(yes)?;
            app.registry_restore(&copy).await?;
            output::show(json, &serde_json::json!({ "restored": copy }), |_| {
                "The copy is in place; what was there is kept beside it.".to_owned()
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The rows of a list that were asked for, and how many there are.
fn cut<T>(items: Vec<T>, window: Window) -> dto::Page<T> {
    let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
    dto::Page { items: items.into_iter().skip(window.offset as usize).take(window.limit as usize).collect(), total }
}

async fn doctor(app: &App, json: bool, window: Window) -> Done {
    let actor = app.console_actor().await?;
    let findings = app.doctor(&actor).await?;
    let bad = findings.iter().any(|f| f.level != dto::FindingLevel::Info);
    output::show(json, &cut(findings, window), |page| {
        if page.items.is_empty() {
            return "Nothing is wrong.".to_owned();
        }
        page.items
            .iter()
            .map(|f| format!("{:?}  {}  {}\n       {}\n", f.level, f.path.as_deref().unwrap_or("-"), f.message, f.hint))
            .collect()
    })?;
    Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}
