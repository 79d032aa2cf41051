//! `config`: reading and changing settings. Printing them is `explain`'s.

use std::process::ExitCode;

use sanctum_api::{Actor, ApiError, dto};
use serde_json::json;

use crate::args::{Config, Confirm, Level, Window};
use crate::console::{Console, Done};
use crate::place::{self, Place};
use crate::{explain, history, output, value};

pub async fn run(console: &Console, words: Config) -> Done {
    let actor = console.actor().await?;
    match words {
        Config::Get { address, key } => get(console, &Place::find(console, &actor, &address, &key).await?),
        Config::Set { address, key, value, level, none, env, new, confirm } => {
            let wanted = Wanted { value: value.filter(|_| !none), level, env, new };
            set(console, &actor, &address, &key, wanted, confirm).await
        }
        Config::Unset { address, key, level, confirm } => unset(console, &actor, &address, &key, level, confirm).await,
        Config::Explain { address, key } => {
            let place = Place::find(console, &actor, &address, &key).await?;
            output::show(console.json, &place.row, |row| explain::row(&address, row))?;
            Ok(ExitCode::SUCCESS)
        }
        Config::List { address: Some(address), modified, window } => {
            let (_, detail) = place::target(console, &actor, &address).await?;
            let set = |row: &dto::SettingRow| row.level.is_some_and(|level| level != dto::Level::Default);
            let rows = detail.settings.into_iter().filter(|row| !modified || set(row)).collect();
            output::show(console.json, &output::cut(rows, window), explain::rows)?;
            Ok(ExitCode::SUCCESS)
        }
        Config::List { address: None, modified, window } => {
            search(console, &actor, if modified { "@modified" } else { "" }, window).await
        }
        Config::Search { query, window } => search(console, &actor, &query.join(" "), window).await,
        Config::Promote { address, key, to, from, confirm } => {
            let place = Place::find(console, &actor, &address, &key).await?;
            let from = from.map(place::wire).or(place.row.level).unwrap_or(dto::Level::Default);
            let to = place::wire(to);
            if to >= from {
                return Err(ApiError::refused(
                    "level_unknown",
                    format!("{} is not set below that level, so it cannot be moved up to it.", place.row.title),
                    "`config explain` shows which level says what.",
                ));
            }
            let plan = console.app.settings_promote_plan(&actor, &place.target, &place.id, from, to).await?;
            console.change(&actor, confirm, &plan).await
        }
        Config::History { address, key, since, window } => {
            history::list(console, &actor, address.as_deref(), key.as_deref(), since, window).await
        }
        Config::Rollback { change, address, key, level, confirm } => {
            let place = Place::find(console, &actor, &address, &key).await?;
            let level = place.level(level);
            let plan = console.app.settings_rollback_plan(&actor, &change, &place.target, &place.id, level).await?;
            console.change(&actor, confirm, &plan).await
        }
        Config::RollbackFile { change, file, confirm } => {
            let plan = console.app.settings_rollback_file_plan(&actor, &change, &file).await?;
            console.change(&actor, confirm, &plan).await
        }
        Config::Homes { confirm } => {
            let plan = console.app.settings_homes_plan(&actor).await?;
            console.change(&actor, confirm, &plan).await
        }
    }
}

fn get(console: &Console, place: &Place) -> Done {
    let row = &place.row;
    let text = match (&row.json, &row.value) {
        (Some(json), _) => value::spelled(&json.0),
        (None, Some(shown)) => shown.clone(),
        (None, None) if row.secret => "not set".to_owned(),
        (None, None) => String::new(),
    };
    if console.json {
        let found = json!({
            "key": row.key, "value": row.json, "secret": row.secret, "set": row.value.is_some(), "level": row.level,
        });
        output::show(true, &found, |_| String::new())?;
    } else if !text.is_empty() || row.value.is_some() {
        output::exactly(&format!("{text}\n"));
    }
    Ok(if row.value.is_some() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

struct Wanted {
    /// `None` for "explicitly none".
    value: Option<String>,
    level: Option<Level>,
    env: bool,
    new: bool,
}

async fn set(console: &Console, actor: &Actor, address: &str, key: &str, wanted: Wanted, confirm: Confirm) -> Done {
    let (target, id, level, json) = match Place::find(console, actor, address, key).await {
        Ok(place) if place.row.secret && wanted.value.is_some() => {
            return Err(ApiError::refused(
                "setting_secret",
                format!("{} is a secret, and arguments are seen by everybody on this machine.", place.row.title),
                format!(
                    "Use `sanctumctl secrets set {address} {key}`, and replace what was typed here. Nothing was changed."
                ),
            ));
        }
        Ok(place) => {
            let json = wanted.value.as_deref().map(|text| value::read(&place.row, text)).transpose()?;
            let level = place.level(wanted.level);
            (place.target, place.id, level, json)
        }
        Err(error) if error.code == "setting_unknown" => {
            let (target, id, levels) = place::new_variable(console, actor, address, key, wanted.new).await?;
            let level = wanted.level.map_or_else(|| place::nearest(&levels), place::wire);
            (target, id, level, wanted.value.map(serde_json::Value::String))
        }
        Err(error) => return Err(error),
    };
    let edit = dto::SettingEdit {
        id,
        level,
        op: if json.is_some() { dto::EditOp::Set } else { dto::EditOp::None },
        value: json.map(dto::Json),
        by_environment: wanted.env,
    };
    apply(console, actor, &target, edit, confirm).await
}

async fn unset(
    console: &Console,
    actor: &Actor,
    address: &str,
    key: &str,
    level: Option<Level>,
    confirm: Confirm,
) -> Done {
    let place = Place::find(console, actor, address, key).await?;
    let level = place.level(level);
    if place.said(level).is_none() {
        let said = place.row.chain.iter().filter(|link| link.level != dto::Level::Default && link.value.is_some());
        let levels: Vec<&str> = said.map(|link| link.title.as_str()).collect();
        let hint = match levels.as_slice() {
            [] => "No level sets it; there is nothing to take back.".to_owned(),
            some => format!("Name the level that does with `--level`: {}.", some.join(", ")),
        };
        return Err(ApiError::refused(
            "setting_not_set",
            format!("{} is not set at that level.", place.row.title),
            hint,
        ));
    }
    let edit = dto::SettingEdit { id: place.id, level, op: dto::EditOp::Reset, value: None, by_environment: false };
    apply(console, actor, &place.target, edit, confirm).await
}

/// Plans one edit; where no file can carry the value, the way around it is named.
async fn apply(console: &Console, actor: &Actor, target: &str, edit: dto::SettingEdit, confirm: Confirm) -> Done {
    let edits = [edit];
    let refused = match console.app.settings_plan(actor, target, &edits).await {
        Ok(plan) => return console.change(actor, confirm, &plan).await,
        Err(error) if error.code == "settings_invalid" => error,
        Err(error) => return Err(error),
    };
    let check = console.app.settings_check(actor, target, &edits).await?;
    Err(match check.problems.into_iter().find(|problem| problem.code == "unquotable") {
        Some(problem) => ApiError::refused(
            "setting_unquotable",
            problem.message,
            "Add `--env` to hand it over in the process environment instead. Nothing was changed.",
        ),
        None => refused,
    })
}

async fn search(console: &Console, actor: &Actor, query: &str, window: Window) -> Done {
    console.app.refresh().await?;
    let mut hits = console.app.settings_search(actor, query, window.offset, window.limit).await?;
    // One answer holds only so many; the rest is asked for until there are as many as were wanted.
    while let Some((offset, limit)) = output::rest(hits.items.len(), hits.total, window) {
        let more = console.app.settings_search(actor, query, offset, limit).await?.items;
        if more.is_empty() {
            break;
        }
        hits.items.extend(more);
    }
    output::show(console.json, &hits, explain::hits)?;
    Ok(ExitCode::SUCCESS)
}
