//! `plugins diff`: what differs between two states of a plugin, as a patch is read.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiResult, App, dto};

use super::installing::one_of;
use crate::args::modules::Source;
use crate::console::{Console, Done};
use crate::output::{self, visible};

pub struct Words {
    pub id: String,
    pub file: Option<String>,
    pub to: Option<String>,
    pub source: Option<Source>,
    pub dir: Option<String>,
}

/// Ends with 1 where something differs, as `diff` does.
pub async fn run(console: &Console, actor: &Actor, words: Words) -> Done {
    let app = &console.app;
    let id = words.id;
    let Some(source) = words.source else {
        let of = match words.to {
            Some(hash) => dto::PluginComparison::Version { id, hash },
            None => dto::PluginComparison::Installed { id },
        };
        return show(console, actor, &of, words.file).await;
    };
    let inspection = app.plugin_inspect(actor, &source.into()).await?;
    let done = match one_of(&inspection, words.dir.as_deref(), None) {
        Ok(chosen) => {
            let dir = chosen.dir.clone();
            let of = dto::PluginComparison::Update { inspection: inspection.id.clone(), dir, id };
            show(console, actor, &of, words.file).await
        }
        Err(error) => Err(error),
    };
    app.plugin_discard(actor, &inspection.id).await?;
    done
}

async fn show(console: &Console, actor: &Actor, of: &dto::PluginComparison, file: Option<String>) -> Done {
    let all = read(&console.app, actor, of, file).await?;
    output::show(console.json, &all, |all| match all.is_empty() {
        true => "Nothing differs.".to_owned(),
        false => all.iter().map(patch).collect(),
    })?;
    Ok(if all.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn read(
    app: &App,
    actor: &Actor,
    of: &dto::PluginComparison,
    file: Option<String>,
) -> ApiResult<Vec<dto::PluginFileLines>> {
    let paths: Vec<String> = match file {
        Some(file) => vec![file],
        None => {
            let files = app.plugin_compare(actor, of).await?;
            let odd = files.into_iter().filter(|file| file.state.as_deref().is_some_and(|state| state != "same"));
            odd.map(|file| file.path).collect()
        }
    };
    let mut all = Vec::new();
    for path in paths {
        let lines = app.plugin_lines(actor, of, &path).await?;
        if lines.state != "same" {
            all.push(lines);
        }
    }
    Ok(all)
}

fn patch(file: &dto::PluginFileLines) -> String {
    let path = visible(&file.path);
    let mut out = format!("{path}: {}\n", if file.state == "added" { "new" } else { &file.state });
    out.extend(file.note.iter().map(|note| format!("  {}\n", visible(note))));
    let mut behind: Option<u32> = None;
    for line in &file.lines {
        let mark = match line.kind {
            dto::DiffKind::Ctx => ' ',
            dto::DiffKind::Add => '+',
            dto::DiffKind::Del => '-',
        };
        // Numbers are those of the side a line belongs to, so only what both have tells where something was passed over.
        if line.kind == dto::DiffKind::Ctx {
            if behind.is_some_and(|behind| line.number > behind + 1) {
                out.push_str("  …\n");
            }
            behind = Some(line.number);
        } else if line.kind == dto::DiffKind::Add {
            behind = Some(line.number);
        }
        out.push_str(&format!("{mark}{:>5}  {}\n", line.number, line.text));
    }
    if file.left_out > 0 {
        out.push_str(&format!("  {} more lines are not shown\n", file.left_out));
    }
    out.push('\n');
    out
}
