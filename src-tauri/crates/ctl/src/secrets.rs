//! `secrets`: whether they are there, and changing them. A value only passes through on its way in.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};
use serde_json::json;

use crate::args::{Confirm, Level, Secrets};
use crate::console::{Console, Done};
use crate::place::{self, Place};
use crate::{ask, exec, output, whereabouts};

pub async fn run(console: &Console, words: Secrets) -> Done {
    if !matches!(words, Secrets::Exec { .. } | Secrets::Plain) {
        console.unlock_if_asked().await?;
    }
    let actor = console.actor().await?;
    match words {
        Secrets::Set { address, key, level, stdin, new, confirm } => {
            let (target, id, level, title) = wanted(console, &actor, &address, &key, level, new).await?;
            let value = value(stdin, &title)?;
            let plan = console.app.secret_set_plan(&actor, &target, &id, level, value).await?;
            console.change(&actor, confirm, &plan).await
        }
        Secrets::Clear { address, key, level, confirm } => {
            let place = Place::find(console, &actor, &address, &key).await?;
            let level = level.map(place::wire).or(place.row.level).unwrap_or_else(|| place.level(None));
            let plan = console.app.secret_clear_plan(&actor, &place.target, &place.id, level).await?;
            console.change(&actor, confirm, &plan).await
        }
        Secrets::Status { address } => whereabouts::status(console, &actor, address.as_deref()).await,
        Secrets::WhereUsed { address, key } => whereabouts::used(console, &actor, &address, &key).await,
        Secrets::Test { address, key } => {
            let place = Place::find(console, &actor, &address, &key).await?;
            let status = console.app.secret_test(&actor, &place.target, &place.id).await?;
            output::show(console.json, &status, |status| format!("{}\n{}", status.reason, status.evidence.join("\n")))?;
            let works = status.word == dto::StatusWord::Healthy;
            Ok(if works { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        Secrets::Move { ids, all, confirm } => move_there(console, &actor, ids, all, confirm).await,
        Secrets::Plain => plain(console, &actor).await,
        Secrets::Exec { instance, dir, command } => exec::run(console, &actor, instance, dir, command).await,
    }
}

async fn wanted(
    console: &Console,
    actor: &Actor,
    address: &str,
    key: &str,
    level: Option<Level>,
    new: bool,
) -> Result<(String, String, dto::Level, String), ApiError> {
    match Place::find(console, actor, address, key).await {
        Ok(place) => {
            let level = place.level(level);
            Ok((place.target, place.id, level, place.row.title))
        }
        Err(error) if error.code == "setting_unknown" => {
            let (target, id, levels) = place::new_variable(console, actor, address, key, new).await?;
            let level = level.map_or_else(|| place::nearest(&levels), place::wire);
            Ok((target, id, level, key.to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// The value is never an argument: those are seen by everybody on the machine.
fn value(stdin: bool, title: &str) -> Result<String, ApiError> {
    if stdin {
        return ask::line("value");
    }
    if !ask::at_a_terminal() {
        return Err(ApiError::refused(
            "answer_missing",
            "The secret has no value, and there is no terminal to ask on. Nothing was changed.",
            "Pass `--stdin` and write it to standard input, on one line.",
        ));
    }
    ask::hidden(title)
}

async fn plain(console: &Console, actor: &Actor) -> Done {
    let found = console.app.secrets_plain(actor).await?;
    let any = !found.is_empty();
    let page = dto::Page { total: u32::try_from(found.len()).unwrap_or(u32::MAX), items: found };
    output::show(console.json, &page, |page| {
        if page.items.is_empty() {
            return "No secret stands in a settings file in plain text.".to_owned();
        }
        let rows = page.items.iter().map(|found| {
            let line = found.line.map(|line| format!(":{line}")).unwrap_or_default();
            let tracked = if found.tracked { "The file is tracked by git." } else { "" };
            let why = found.why_not.as_deref().unwrap_or_default();
            vec![found.id.clone(), format!("{}{line}", found.file), [why, tracked].join(" ").trim().to_owned()]
        });
        output::table(&rows.collect::<Vec<_>>())
    })?;
    Ok(if any { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

async fn move_there(console: &Console, actor: &Actor, mut ids: Vec<String>, all: bool, confirm: Confirm) -> Done {
    if all {
        let found = console.app.secrets_plain(actor).await?;
        ids = found.into_iter().filter(|one| one.why_not.is_none()).map(|one| one.id).collect();
        if ids.is_empty() {
            output::show(console.json, &json!({ "moved": 0 }), |_| "There is none that can be moved.".to_owned())?;
            return Ok(ExitCode::SUCCESS);
        }
    }
    let plan = console.app.secrets_move_plan(actor, &ids).await?;
    console.change(actor, confirm, &plan).await
}
