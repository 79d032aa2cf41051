//! Settings in words for a terminal: one with its whole chain, many as a table.

use sanctum_api::dto;

use crate::output;
use crate::value::spelled;

/// One setting with everything that was said about it.
pub fn row(address: &str, row: &dto::SettingRow) -> String {
    let mut out = format!("{} · {} of {address}\n", row.title, row.key);
    if !row.description.is_empty() {
        out.push_str(&format!("{}\n", row.description));
    }
    out.push('\n');
    out.push_str(&output::table(&row.chain.iter().map(link).collect::<Vec<_>>()));
    out.push_str(&format!("\nCounts: {}{}\n", counts(row), from(row)));
    if let Some(source) = &row.source {
        out.push_str(&format!("Stands in {}.\n", place(source)));
    }
    if row.by_environment {
        out.push_str("It is handed over in the process environment when the module is started.\n");
    }
    let sentences = [&row.note, &row.problem, &row.dead, &row.hint, &row.read_only];
    sentences.into_iter().flatten().for_each(|sentence| out.push_str(&format!("{sentence}\n")));
    if let Some(drift) = &row.drift {
        out.push_str(&format!("{}\n", self::drift(row.file.as_deref().unwrap_or_default(), drift)));
    }
    out.push_str(match (row.restart, row.needs_restart) {
        (_, true) => "The module runs since before this was changed; restart it to make it count.\n",
        (true, false) => "A running module sees a change only after a restart.\n",
        (false, false) => "",
    });
    out
}

fn link(link: &dto::ChainLink) -> Vec<String> {
    let mark = if link.wins { "›" } else { " " };
    let value = match (&link.json, &link.value) {
        (Some(json), _) => output::visible(&spelled(&json.0)),
        (None, Some(shown)) => shown.clone(),
        (None, None) => "–".to_owned(),
    };
    let said = [link.who.clone(), link.when.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    vec![format!("{mark} {}", link.title), value, link.source.as_ref().map(place).unwrap_or_default(), said]
}

fn place(source: &dto::SettingSource) -> String {
    source.line.map_or_else(|| source.file.clone(), |line| format!("{}:{line}", source.file))
}

fn counts(row: &dto::SettingRow) -> String {
    match (&row.value, row.secret) {
        (None, _) => "not set".to_owned(),
        (Some(value), true) => value.clone(),
        (Some(value), false) => row.unit.as_ref().map_or_else(|| value.clone(), |unit| format!("{value} {unit}")),
    }
}

fn from(row: &dto::SettingRow) -> String {
    let wins = row.chain.iter().find(|link| link.wins);
    wins.map(|link| format!(" ({})", link.title)).unwrap_or_default()
}

/// One key of a file that differs.
pub fn drift(file: &str, drift: &dto::SettingDrift) -> String {
    let text = |side: &Option<String>| side.clone().unwrap_or_else(|| "not there".to_owned());
    let line = drift.line.map(|line| format!(":{line}")).unwrap_or_default();
    let what = match drift.kind {
        dto::DriftKind::Theirs => "was changed in the file",
        dto::DriftKind::Ours => "has not reached the file",
        dto::DriftKind::Collision => "was changed here and in the file",
    };
    format!(
        "{file}{line}: {} {what}. File: {}; here: {}; written last: {}.",
        drift.key,
        text(&drift.theirs),
        text(&drift.ours),
        text(&drift.base)
    )
}

/// Settings of one target as a table.
pub fn rows(page: &dto::Page<dto::SettingRow>) -> String {
    let rows: Vec<Vec<String>> = page
        .items
        .iter()
        .map(|row| {
            vec![
                row.key.clone(),
                counts(row),
                level(row.level),
                marks(row.problem.is_some(), row.drift.is_some(), row.needs_restart),
            ]
        })
        .collect();
    output::table(&rows)
}

/// What a search found as a table.
pub fn hits(hits: &dto::SettingHits) -> String {
    let rows: Vec<Vec<String>> = hits
        .items
        .iter()
        .map(|hit| {
            let value = hit.value.clone().unwrap_or_else(|| "not set".to_owned());
            let value = hit
                .unit
                .as_ref()
                .filter(|_| hit.value.is_some() && !hit.secret)
                .map_or(value.clone(), |unit| format!("{value} {unit}"));
            vec![
                hit.address.clone(),
                hit.key.clone(),
                value,
                level(hit.level),
                marks(hit.invalid, hit.drift, hit.needs_restart),
            ]
        })
        .collect();
    let told = hits.unknown.as_ref().map(|told| format!("{told}\n")).unwrap_or_default();
    format!("{}{told}{} of {} settings\n", output::table(&rows), hits.total, hits.of)
}

fn level(level: Option<dto::Level>) -> String {
    level.map(|level| format!("{level:?}").to_lowercase()).unwrap_or_default()
}

fn marks(invalid: bool, drift: bool, restart: bool) -> String {
    let all = [(invalid, "invalid"), (drift, "differs in its file"), (restart, "needs a restart")];
    all.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect::<Vec<_>>().join(", ")
}
