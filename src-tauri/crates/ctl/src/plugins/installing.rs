//! `plugins install` and `plugins update`: a source is taken into quarantine, and let go of whatever comes of it.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};

use super::in_letta;
use crate::args::plugins::{Install, Update};
use crate::console::{Console, Done};
use crate::output::visible;

pub async fn install(console: &Console, actor: &Actor, words: Install) -> Done {
    let app = &console.app;
    let inspection = app.plugin_inspect(actor, &words.source.into()).await?;
    let done = async || {
        let chosen = one_of(&inspection, words.dir.as_deref(), None)?;
        let tool = match (words.tool, chosen.fits.as_slice()) {
            (Some(tool), _) => tool,
            (None, [only]) => only.clone(),
            (None, all) => {
                return Err(ApiError::refused(
                    "usage",
                    "Which tool it is for is not clear.",
                    format!(
                        "Name it with `--tool`: {}.",
                        if all.is_empty() { "none fits".to_owned() } else { all.join(", ") }
                    ),
                ));
            }
        };
        let install = dto::PluginInstall {
            inspection: inspection.id.clone(),
            dir: chosen.dir.clone(),
            tool,
            name: words.name.unwrap_or_else(|| chosen.name.clone()),
            enable: !words.off,
        };
        let plan = app.plugin_install_plan(actor, &install).await?;
        in_letta::change(console, actor, words.confirm, &plan).await
    };
    let_go(console, actor, &inspection.id, done().await).await
}

/// Updates what is there, from a source that is named or from where the index offers it. On or off it stays as it is.
pub async fn update(console: &Console, actor: &Actor, words: Update) -> Done {
    let app = &console.app;
    let id = match (words.id, words.tool, words.name) {
        (Some(id), ..) => id,
        (None, Some(tool), Some(name)) => format!("{tool}:{name}"),
        _ => {
            return Err(ApiError::refused(
                "usage",
                "Which plugin is meant is not clear.",
                "Name it by its id, such as `smcp:gmail`.",
            ));
        }
    };
    let there = app.plugin_get(actor, &id).await?.row;
    let source = match words.source.source() {
        Some(source) => source.into(),
        None => {
            let offers = app.plugins_offered(actor, "").await?;
            let offer = offers.into_iter().find(|offer| offer.updates.as_ref() == Some(&id)).ok_or_else(|| {
                ApiError::refused(
                    "plugin_no_update",
                    format!("No newer version of `{}` is offered.", visible(&id)),
                    "Name where one lies with `--folder`, `--archive` or `--git`.",
                )
            })?;
            offer.source
        }
    };
    let inspection = app.plugin_inspect(actor, &source).await?;
    let done = async || {
        let chosen = one_of(&inspection, words.dir.as_deref(), Some(&there.name))?;
        let install = dto::PluginInstall {
            inspection: inspection.id.clone(),
            dir: chosen.dir.clone(),
            tool: there.tool,
            name: there.name,
            // What was put aside was put aside because of the version that is replaced.
            enable: words.on || !words.off && (there.enabled || there.quarantined),
        };
        let plan = app.plugin_install_plan(actor, &install).await?;
        in_letta::change(console, actor, words.confirm, &plan).await
    };
    let_go(console, actor, &inspection.id, done().await).await
}

/// Lets go of a source in quarantine, whatever came of it.
pub async fn let_go(console: &Console, actor: &Actor, id: &str, done: Done) -> Done {
    let gone = console.app.plugin_discard(actor, id).await;
    let code: ExitCode = done?;
    gone.map(|_| code)
}

/// The plugin that is meant, of a source that may hold several.
pub fn one_of<'a>(
    inspection: &'a dto::PluginInspection,
    dir: Option<&str>,
    name: Option<&str>,
) -> Result<&'a dto::PluginCandidate, ApiError> {
    let all = &inspection.candidates;
    let chosen = match (dir, all.as_slice()) {
        (Some(dir), _) => all.iter().find(|one| one.dir == dir),
        (None, [only]) => Some(only),
        (None, _) => all.iter().find(|one| Some(one.name.as_str()) == name),
    };
    chosen.ok_or_else(|| {
        let all: Vec<String> = all.iter().map(|one| visible(&one.dir)).collect();
        ApiError::refused(
            "usage",
            "The source holds several plugins.",
            format!("Name one with `--dir`: {}.", all.join(", ")),
        )
    })
}
