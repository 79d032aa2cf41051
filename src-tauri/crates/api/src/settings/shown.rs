//! Values, levels and fields as the window reads them. A secret's value never gets this far: only that there is one.

use sanctum_config::resolve::{Level, Link, Place, outcome};
use sanctum_config::{Field, PathKind, Ty, Verdict, check_field, effective, from_env, three_way};
use serde_json::Value;

use super::running::Running;
use super::target::{Sort, Target};
use super::view::{STRANGERS, View, Want};
use crate::dto::{self, ChainLink, FieldKind, Json, SettingChoice, SettingDrift, SettingRow, SettingSource};
use crate::{diff, stamps};

/// All rows of a target, in the schema's order, then what no schema names.
pub(crate) fn rows(view: &View<'_>, running: Option<&Running>) -> Vec<SettingRow> {
    view.fields().map(|field| row(view, field, running)).collect()
}

fn row(view: &View<'_>, field: &Field, running: Option<&Running>) -> SettingRow {
    let chain = view.chain(field);
    let value = outcome(&chain);
    let hidden = field.secret || value.as_ref().is_some_and(effective::holds_password);
    let spot = view.spot(field);
    let found = spot.as_ref().and_then(|spot| view.found(spot));
    let landed = spot
        .as_ref()
        .zip(found)
        .filter(|_| !field.secret)
        .and_then(|(spot, found)| Some((spot.file.clone(), found.line(&spot.key)?)));
    let known = view.is_known(field);
    let winner = chain.last();
    let level = winner.map(|link| wire(link.layer.level));
    let plain = field.secret && winner.is_some_and(|link| view.in_plain(link, field));
    let needs_restart =
        field.restart && running.is_some_and(|running| view.changed_at(field).is_some_and(|at| at > running.since));
    SettingRow {
        id: field.key.clone(),
        key: field.env.clone().unwrap_or_else(|| field.key.clone()),
        title: field.title.clone(),
        description: field.description.clone(),
        kind: kind(field.ty),
        json: value.clone().filter(|_| !hidden).map(Json),
        value: value.as_ref().map(|value| text(value, hidden)),
        unit: field.unit.clone(),
        secret: field.secret,
        level,
        source: winner.map(|link| match (&landed, link.layer.level) {
            (Some((file, line)), level) if level != Level::Default => {
                SettingSource { file: file.clone(), line: u32::try_from(*line).ok() }
            }
            _ => source(&link.layer.source, link.layer.place_of(&field.pointer)),
        }),
        chain: links(view, field, &chain),
        group: field.group.clone().unwrap_or_else(|| if known { "Settings" } else { STRANGERS }.to_owned()),
        min: field.min,
        max: field.max,
        min_length: field.min_length,
        max_length: field.max_length,
        pattern: field.pattern.clone(),
        choices: choices(field),
        items: kind(field.items.unwrap_or(Ty::Text)),
        path_kind: field.path.map(|path| {
            match path {
                PathKind::File => "file",
                PathKind::Folder => "folder",
                PathKind::Any => "any",
            }
            .to_owned()
        }),
        required: field.required,
        nullable: field.nullable && field.ty != Ty::Json,
        restart: field.restart,
        advanced: field.advanced,
        user: field.user,
        known,
        hint: field.hint.clone(),
        dead: field.dead.clone(),
        read_only: read_only(view.target, field),
        problem: problem(field, value.as_ref()),
        note: plain.then(|| {
            let file = winner.map_or("", |link| link.layer.source.as_str());
            format!("This secret stands in plain text in `{file}`.")
        }),
        file: spot.as_ref().map(|spot| spot.file.clone()),
        by_environment: field.secret && value.is_some() && !plain || view.by_environment(field),
        drift: drift(view, field),
        testable: field.secret && field.test.is_some(),
        needs_restart,
        link: link(&view.target.address, &field.key),
    }
}

/// What is wrong with a value that counts.
pub(crate) fn problem(field: &Field, value: Option<&Value>) -> Option<String> {
    match value {
        Some(_) if field.secret => None,
        Some(value) => check_field(field, value),
        None if field.required => Some("A value is needed, and none is set. Enter one.".to_owned()),
        None => None,
    }
}

/// Why a field cannot be changed here.
pub(crate) fn read_only(target: &Target, field: &Field) -> Option<String> {
    let why = match target.sort {
        Sort::Fixed if target.name == "secrets" => {
            "It is chosen when the app is started: set the variable `SANCTUM_SECRET_STORE` for it."
        }
        Sort::Fixed => "Nothing here writes it: it belongs to what reads it.",
        Sort::Root if field.key == "SANCTUM_ROOT" => {
            "It follows the folder this Sanctum lies in; move the folder and open it there."
        }
        // What only this app reads lives in the registry alone.
        Sort::Root if field.env.is_none() && target.name != super::target::SYSTEM => "It stands in no file.",
        _ if field.secret && field.file.is_some() && field.env.is_none() => {
            "The module reads it from its own file only, so the secret store could not hand it over."
        }
        _ if field.database.is_some() => "It lives in the module’s own database, which only the module writes.",
        Sort::Instance if field.env.is_none() && field.file.is_none() => {
            "Its schema names neither a variable nor a file that carries it to the module."
        }
        _ => return None,
    };
    Some(why.to_owned())
}

/// What a key of a file differs in; `None` where file, registry and what was written last agree.
pub(crate) fn drift(view: &View<'_>, field: &Field) -> Option<SettingDrift> {
    if field.secret || field.database.is_some() || !matches!(view.target.sort, Sort::Instance | Sort::Root) {
        return None;
    }
    let spot = view.spot(field)?;
    let found = view.found(&spot)?;
    if matches!(found.text, super::files::Text::Unreadable(_)) {
        return None;
    }
    let (theirs, row) = (found.says(&spot.key), view.written(&spot));
    let want = view.want(field, view.by_environment(field));
    let base = row.and_then(|row| row.value.clone());
    let verdict = match (row, &want) {
        // Never written by us: the file says it itself, or a level above says something that has not reached it.
        (None, Want::Text(_)) if theirs.is_none() && !is_default(view, field) => Verdict::Ours,
        (None, _) => return None,
        (Some(_), _) => three_way(base.as_ref(), want.text(), theirs.as_ref()),
    };
    let kind = match verdict {
        Verdict::Same | Verdict::Both => return None,
        Verdict::Ours => dto::DriftKind::Ours,
        Verdict::Theirs => dto::DriftKind::Theirs,
        Verdict::Collision => dto::DriftKind::Collision,
    };
    let secret = [&base, &theirs, &want.text().cloned()]
        .into_iter()
        .flatten()
        .any(|text| effective::holds_password(&Value::String(text.clone())));
    let seen = |text: Option<String>| text.map(|text| if secret { "set".to_owned() } else { diff::visible(&text) });
    Some(SettingDrift {
        key: spot.key.clone(),
        title: field.title.clone(),
        kind,
        base: seen(base),
        ours: seen(want.text().cloned()),
        theirs: seen(theirs),
        line: found.line(&spot.key).and_then(|line| u32::try_from(line).ok()),
        secret,
    })
}

fn is_default(view: &View<'_>, field: &Field) -> bool {
    view.effective(field).is_none_or(|(_, level)| level == Level::Default)
}

/// The value that a file's text stands for.
pub(crate) fn read_text(field: &Field, text: &str) -> Value {
    if field.file.is_some() {
        return serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    }
    from_env(field, text)
}

fn links(view: &View<'_>, field: &Field, chain: &[Link<'_>]) -> Vec<ChainLink> {
    let wins = chain.last().map(|link| link.layer.level);
    levels(view.target, field)
        .into_iter()
        .map(|(level, title)| {
            let said = chain.iter().rev().find(|link| wire(link.layer.level) == level);
            let place = said.map(|link| link.layer.place_of(&field.pointer));
            let hidden = field.secret || said.is_some_and(|link| effective::holds_password(link.value));
            ChainLink {
                level,
                title,
                value: said.map(|link| text(link.value, hidden)),
                json: said.filter(|_| !hidden).map(|link| Json(link.value.clone())),
                source: said.zip(place).map(|(link, place)| source(&link.layer.source, place)),
                who: place.and_then(|place| place.who.clone()),
                when: place.and_then(|place| place.when).map(stamps::rfc3339),
                wins: said.is_some() && wins.map(wire) == Some(level),
            }
        })
        .collect()
}

/// The levels a field of a target has, lowest first, with their titles.
pub(crate) fn levels(target: &Target, field: &Field) -> Vec<(dto::Level, String)> {
    use dto::Level::{Agent, Default, Instance, System, Tool, User};
    let agent = target.agent.as_ref().map(|(_, _, name)| (Agent, format!("Agent · {name}")));
    let tool = target.tool_id.is_some().then(|| (Tool, format!("Tool · {}", target.tool_title)));
    let mut levels = vec![(Default, "Default".to_owned())];
    match target.sort {
        Sort::Fixed => {
            levels.extend([(System, "System".to_owned()), (Instance, format!("Instance · {}", target.named()))])
        }
        Sort::Root => levels.push((System, "System".to_owned())),
        Sort::Preferences => {}
        Sort::Tool => levels.extend([Some((System, "System".to_owned())), tool].into_iter().flatten()),
        Sort::Agent => levels.extend([Some((System, "System".to_owned())), agent].into_iter().flatten()),
        Sort::Instance => {
            levels.push((System, "System".to_owned()));
            levels.extend(agent.into_iter().chain(tool));
            levels.push((Instance, format!("Instance · {}", target.named())));
        }
    }
    if field.user {
        levels.push((User, "You".to_owned()));
    }
    levels
}

fn choices(field: &Field) -> Vec<SettingChoice> {
    field
        .enum_values
        .iter()
        .enumerate()
        .map(|(at, value)| SettingChoice {
            value: Json(value.clone()),
            title: field.choice_titles.get(at).cloned().unwrap_or_else(|| text(value, false)),
        })
        .collect()
}

pub(crate) fn text(value: &Value, hidden: bool) -> String {
    match value {
        Value::Null => "none".to_owned(),
        _ if hidden => "set".to_owned(),
        Value::String(text) => diff::visible(text),
        other => diff::visible(&other.to_string()),
    }
}

fn source(words: &str, place: &Place) -> SettingSource {
    SettingSource {
        file: place.file.clone().unwrap_or_else(|| words.to_owned()),
        line: place.line.and_then(|line| u32::try_from(line).ok()),
    }
}

pub(crate) fn wire(level: Level) -> dto::Level {
    match level {
        Level::Default => dto::Level::Default,
        Level::System => dto::Level::System,
        Level::Agent => dto::Level::Agent,
        Level::Tool => dto::Level::Tool,
        Level::Instance => dto::Level::Instance,
        Level::User => dto::Level::User,
    }
}

fn kind(ty: Ty) -> FieldKind {
    match ty {
        Ty::Text => FieldKind::Text,
        Ty::Integer => FieldKind::Integer,
        Ty::Number => FieldKind::Number,
        Ty::Boolean => FieldKind::Boolean,
        Ty::Choice => FieldKind::Choice,
        Ty::List => FieldKind::List,
        Ty::Map => FieldKind::Map,
        Ty::Port => FieldKind::Port,
        Ty::Path => FieldKind::Path,
        Ty::Duration => FieldKind::Duration,
        Ty::Json => FieldKind::Json,
    }
}

/// `sanctum://v1/settings/athena/broca2/LONG_TASK_MAX_WAIT`.
pub(crate) fn link(address: &str, key: &str) -> String {
    format!("sanctum://v1/settings/{}/{}", escaped(address, true), escaped(key, false))
}

fn escaped(part: &str, slashes: bool) -> String {
    part.bytes().fold(String::with_capacity(part.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) || (slashes && byte == b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
