//! `plugins`: of all tools, read before they run, installed and switched by plans; the tools they add, listed and called.

mod compared;
mod in_letta;
mod installing;

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};

use crate::args::modules::Source;
use crate::args::plugins::Plugins;
use crate::console::{Console, Done};
use crate::output::{self, visible};

pub async fn run(console: &Console, words: Plugins) -> Done {
    let actor = console.actor().await?;
    let app = &console.app;
    match words {
        Plugins::List { query, available: true, .. } => {
            let offers = app.plugins_offered(&actor, &query).await?;
            output::show(console.json, &offers, |offers| {
                let row = |offer: &dto::PluginOffer| {
                    let updates = offer.updates.as_ref().map(|id| format!("updates {id}")).unwrap_or_default();
                    vec![
                        visible(&offer.name),
                        visible(offer.version.as_deref().unwrap_or("–")),
                        visible(&updates),
                        visible(&offer.offered_by),
                    ]
                };
                output::table(&offers.iter().map(row).collect::<Vec<_>>())
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Plugins::List { query, window, .. } => {
            let sort = dto::PluginSort::Tool;
            let page = app.plugins_list(&actor, &query, sort, window.offset, window.limit).await?;
            if let Some(unknown) = &page.unknown_filter {
                return Err(ApiError::refused("usage", unknown.clone(), "Leave it out, or use one of these."));
            }
            output::show(console.json, &page, |page| {
                let row = |row: &dto::PluginRow| {
                    vec![
                        row.id.clone(),
                        row.version.clone().unwrap_or_else(|| "–".to_owned()),
                        visible(&output::status(&row.status)),
                    ]
                };
                match page.items.is_empty() {
                    true if query.trim().is_empty() => {
                        "No plugin is installed. `sanctumctl plugins install --folder DIR` adds one.".to_owned()
                    }
                    true => "No plugin fits.".to_owned(),
                    false => output::table(&page.items.iter().map(row).collect::<Vec<_>>()),
                }
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Plugins::Show { id } => {
            let detail = app.plugin_get(&actor, &id).await?;
            output::show(console.json, &detail, text)?;
            Ok(ExitCode::SUCCESS)
        }
        Plugins::Inspect { source, trust } => {
            let inspection = app.plugin_inspect(&actor, &source.into()).await?;
            let id = inspection.id.clone();
            let seen = async || {
                let mut inspection = inspection;
                if trust {
                    for candidate in &mut inspection.candidates {
                        *candidate = app.plugin_trust(&actor, &inspection.id, &candidate.dir).await?;
                    }
                }
                output::show(console.json, &inspection, |inspection| {
                    inspection.candidates.iter().map(inspected).collect()
                })?;
                Ok(ExitCode::SUCCESS)
            };
            installing::let_go(console, &actor, &id, seen().await).await
        }
        Plugins::Install(words) => installing::install(console, &actor, words).await,
        Plugins::Update(words) => installing::update(console, &actor, words).await,
        Plugins::Remove { id, delete_settings, confirm } => {
            let plan = console.with_store(async || app.plugin_remove_plan(&actor, &id, !delete_settings).await).await?;
            in_letta::change(console, &actor, confirm, &plan).await
        }
        Plugins::Diff { id, file, to, other, dir } => {
            compared::run(console, &actor, compared::Words { id, file, to, source: other.source(), dir }).await
        }
        Plugins::Rollback { id, hash, confirm } => {
            in_letta::change(console, &actor, confirm, &app.plugin_rollback_plan(&actor, &id, &hash).await?).await
        }
        Plugins::Enable { id, confirm } => {
            in_letta::change(console, &actor, confirm, &app.plugin_enable_plan(&actor, &id, true).await?).await
        }
        Plugins::Disable { id, confirm } => {
            in_letta::change(console, &actor, confirm, &app.plugin_enable_plan(&actor, &id, false).await?).await
        }
        Plugins::Tool { id, tool, on, off: _, confirm } => {
            in_letta::change(console, &actor, confirm, &app.plugin_tool_plan(&actor, &id, &tool, on).await?).await
        }
        Plugins::Graph { tool } => {
            let graph = app.plugins_graph(&actor, tool.as_deref()).await?;
            output::show(console.json, &graph, |graph| {
                let edge = |edge: &dto::GraphEdge| vec![edge.from.clone(), edge.words.clone(), edge.to.clone()];
                let mut text = output::table(&graph.edges.iter().map(edge).collect::<Vec<_>>());
                graph.missing.iter().for_each(|line| text.push_str(&format!("! {line}\n")));
                text
            })?;
            Ok(if graph.missing.is_empty() && graph.cycles.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        Plugins::Bisect { tool, yes } => bisect(console, &actor, &tool, yes).await,
        Plugins::Tools => {
            let tools = app.mcp_tools(&actor).await?;
            output::show(console.json, &tools, |tools| {
                let row = |tool: &dto::McpTool| {
                    vec![visible(&tool.name), visible(tool.description.lines().next().unwrap_or_default())]
                };
                output::table(&tools.items.iter().map(row).collect::<Vec<_>>())
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Plugins::Call { name, input } => {
            let input = serde_json::from_str(&input).map_err(|error| {
                ApiError::refused(
                    "usage",
                    format!("The arguments are no JSON: {error}."),
                    "Write them as {\"name\": value}.",
                )
            })?;
            let answer = app.mcp_call(&actor, &name, &dto::Json(input)).await?;
            output::show(console.json, &answer, |answer| answer.text.clone())?;
            Ok(if answer.is_error { ExitCode::from(1) } else { ExitCode::SUCCESS })
        }
        Plugins::Refresh { check } => in_letta::run(console, &actor, check).await,
        Plugins::New { path } => {
            let files = app.plugin_new(&path).await?;
            output::show(console.json, &files, |files| files.iter().map(|file| format!("{file}\n")).collect())?;
            Ok(ExitCode::SUCCESS)
        }
        Plugins::Check { path, trust } => {
            let findings = app.plugin_check(&path, trust).await?;
            output::show(console.json, &findings, |findings| {
                if findings.is_empty() {
                    return "Nothing to say against it.".to_owned();
                }
                let line = |f: &dto::Finding| {
                    format!(
                        "{:?}  {}{}\n       {}\n",
                        f.level,
                        f.path.as_ref().map(|p| format!("{p}: ")).unwrap_or_default(),
                        f.message,
                        f.hint
                    )
                };
                findings.iter().map(line).collect()
            })?;
            let bad = findings.iter().any(|finding| finding.level == dto::FindingLevel::Error);
            Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
        }
    }
}

async fn bisect(console: &Console, actor: &Actor, tool: &str, yes: bool) -> Done {
    if !yes {
        return Err(ApiError::refused(
            "confirm_needed",
            "This switches plugins on and off and starts the tool again several times. Nothing was changed.",
            "Add `--yes` to do it. At its end everything is as before, but for the culprit.",
        ));
    }
    let app = &console.app;
    let mut state = unless_stopped(console, actor, tool, app.bisect_start(actor, tool)).await?;
    while !state.done {
        if !console.json {
            eprintln!("{} of at most {}: {}", state.step + 1, state.most, state.seen.clone().unwrap_or_default());
        }
        state = unless_stopped(console, actor, tool, app.bisect_step(actor, tool, None)).await?;
    }
    output::show(console.json, &state, |state| state.words.clone())?;
    Ok(ExitCode::SUCCESS)
}

/// One step of the search; where it is interrupted, everything is put back before this ends.
async fn unless_stopped(
    console: &Console,
    actor: &Actor,
    tool: &str,
    step: impl Future<Output = Result<dto::Bisect, ApiError>>,
) -> Result<dto::Bisect, ApiError> {
    let mut step = std::pin::pin!(step);
    tokio::select! {
        state = &mut step => state,
        Ok(()) = tokio::signal::ctrl_c() => {
            eprintln!("Stopping; everything is put back.");
            let (stopped, step) = tokio::join!(console.app.bisect_stop(actor, tool), step);
            match stopped {
                // It had come to its end by itself.
                Err(error) if error.code == "bisect_unknown" => step,
                stopped => stopped,
            }
        }
    }
}

impl From<Source> for dto::ModuleSource {
    fn from(source: Source) -> Self {
        // A git address may carry `#rev`, as pip writes it.
        match (source.folder, source.archive, source.git, source.link) {
            (Some(path), ..) => dto::ModuleSource::Folder { path: from_here(path) },
            (_, Some(path), ..) => dto::ModuleSource::Archive { path: from_here(path) },
            (_, _, Some(url), _) => match url.rsplit_once('#') {
                Some((url, rev)) => dto::ModuleSource::Git { url: url.to_owned(), rev: Some(rev.to_owned()) },
                None => dto::ModuleSource::Git { url, rev: None },
            },
            (.., link) => dto::ModuleSource::Link { path: link.map(from_here).unwrap_or_default() },
        }
    }
}

/// What is typed is meant from the folder it is typed in; where it came from is read elsewhere, and later.
fn from_here(path: String) -> String {
    if path.is_empty() || path.starts_with('~') {
        return path;
    }
    std::path::absolute(&path).ok().and_then(|whole| whole.to_str().map(str::to_owned)).unwrap_or(path)
}

fn inspected(one: &dto::PluginCandidate) -> String {
    let mut rows = vec![
        vec!["place".to_owned(), visible(&one.dir)],
        vec!["name".to_owned(), visible(&one.name)],
        vec!["kind".to_owned(), one.kind.clone()],
        vec!["version".to_owned(), one.version.clone().unwrap_or_else(|| "none named".to_owned())],
        vec!["licence".to_owned(), one.licence.clone().unwrap_or_else(|| "none named".to_owned())],
        vec!["content".to_owned(), one.hash.clone()],
        vec!["files".to_owned(), one.files.len().to_string()],
    ];
    rows.extend(one.reach.iter().map(|reach| vec![reach.kind.clone(), visible(&reach.words)]));
    rows.extend(
        one.needs.iter().map(|need| {
            vec!["needs".to_owned(), format!("{} {} · {}", need.package, need.wanted, need.verdict.reason)]
        }),
    );
    rows.extend(one.settings.iter().map(|setting| vec!["setting".to_owned(), setting.key.clone()]));
    rows.extend(one.tools.iter().map(|tool| vec!["tool".to_owned(), tool.name.clone()]));
    rows.extend(
        one.findings
            .iter()
            .map(|finding| vec![format!("{:?}", finding.level).to_lowercase(), visible(&finding.message)]),
    );
    format!("{}\n", output::table(&rows))
}

fn text(detail: &dto::PluginDetail) -> String {
    let mut rows = vec![vec!["status".to_owned(), visible(&output::status(&detail.row.status))]];
    rows.extend(detail.facts.iter().map(|fact| vec![fact.name.to_lowercase(), visible(&fact.value)]));
    rows.extend(detail.tools.iter().map(|tool| {
        let mark = if tool.enabled == Some(false) { " (off)" } else { "" };
        vec!["tool".to_owned(), format!("{}{mark}", tool.name)]
    }));
    rows.extend(detail.tool_note.iter().map(|note| vec!["note".to_owned(), visible(note)]));
    rows.extend(detail.versions.iter().map(|version| {
        let mark = if version.current { " (on)" } else { "" };
        vec!["version".to_owned(), format!("{}{mark} {}", version.hash, version.version.clone().unwrap_or_default())]
    }));
    rows.extend(
        detail
            .findings
            .iter()
            .map(|finding| vec![format!("{:?}", finding.level).to_lowercase(), visible(&finding.message)]),
    );
    output::table(&rows)
}
