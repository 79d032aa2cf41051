//! One target opened: its rows, levels, files, and what is odd about them.

use sanctum_config::effective;
use serde_json::Value;

use super::files::Text;
use super::shown;
use super::snapshot::Snapshot;
use super::target::{SYSTEM, Sort, Target};
use super::view::View;
use crate::dto::{self, Finding, FindingLevel, LevelInfo, SettingRow, SettingsFile, SettingsTarget, StatusWord};
use crate::open::Open;
use crate::plan::lock;
use crate::{Actor, ApiResult};

pub(crate) struct Form {
    pub rows: Vec<SettingRow>,
    pub foreign: u32,
    pub target: SettingsTarget,
    pub findings: Vec<Finding>,
}

pub(crate) fn read(open: &Open, actor: &Actor, name: &str, status: StatusWord) -> ApiResult<Form> {
    let snap = Snapshot::of(open)?;
    let target = super::visible(open, &snap, actor, name)?;
    let view = snap.view(target, Some(actor.user_id));
    let running = target
        .path
        .as_ref()
        .filter(|_| target.sort == Sort::Instance)
        .and_then(|path| lock(&open.settings.processes).in_folder(&open.root().join(path)));
    let mut rows = shown::rows(&view, running.as_ref());
    whole(&view, target, &mut rows);
    let may = actor.may_change().is_ok();
    Ok(Form {
        foreign: u32::try_from(view.foreign()).unwrap_or(u32::MAX),
        findings: findings(&view),
        target: SettingsTarget {
            address: target.address.clone(),
            levels: levels(target, may),
            files: files(&view, &rows),
            plain_secrets: u32::try_from(plain(&view)).unwrap_or(u32::MAX),
            open_ended: may && target.sort == Sort::Root && target.name == SYSTEM,
            runs: running.map(|running| running.who),
            findings: Vec::new(),
            status,
        },
        rows,
    })
}

/// What only the schema as a whole sees is told at the field it belongs to.
fn whole(view: &View<'_>, target: &Target, rows: &mut [SettingRow]) {
    let (validator, _) = target.shape.validator();
    for found in validator.problems(&super::document(view), &target.shape.schema.fields) {
        if let Some(row) = rows.iter_mut().find(|row| row.id == found.key && row.problem.is_none()) {
            row.problem = Some(found.message);
        }
    }
}

/// The levels that its settings have, with why one of them cannot be set.
fn levels(target: &Target, may: bool) -> Vec<LevelInfo> {
    let any_user = target.shape.schema.fields.iter().find(|field| field.user);
    let sample = any_user.or(target.shape.schema.fields.first());
    let Some(field) = sample else { return Vec::new() };
    shown::levels(target, field)
        .into_iter()
        .map(|(level, title)| {
            let why_not = match level {
                dto::Level::Default => Some("The schema’s own values; another level overrides them.".to_owned()),
                _ if target.sort == Sort::Fixed => Some("Nothing of this is set here.".to_owned()),
                dto::Level::User => None,
                _ if !may => Some("Only an administrator can change this.".to_owned()),
                _ => None,
            };
            LevelInfo { level, title, why_not }
        })
        .collect()
}

fn files(view: &View<'_>, rows: &[SettingRow]) -> Vec<SettingsFile> {
    let drift = |path: &str| rows.iter().filter(|row| row.drift.is_some() && row.file.as_deref() == Some(path)).count();
    let mut files: Vec<SettingsFile> = view
        .env
        .iter()
        .chain(view.json.values())
        .map(|found| SettingsFile {
            path: found.path.clone(),
            exists: found.exists(),
            lines: found.lines,
            drift: u32::try_from(drift(&found.path)).unwrap_or(u32::MAX),
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Secrets that stand in its files in plain text.
pub(crate) fn plain(view: &View<'_>) -> usize {
    let env = view.fields().filter(|field| {
        let spot = view.spot(field).filter(|_| field.secret);
        spot.is_some_and(|spot| view.found(&spot).and_then(|f| f.says(&spot.key)).is_some_and(|text| !text.is_empty()))
    });
    let inside = view.json.values().filter_map(|found| found.json()?.get("")).map(|all| count(&all));
    env.count() + inside.sum::<usize>()
}

fn count(value: &Value) -> usize {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) if effective::looks_secret(key) => usize::from(!text.is_empty()),
                inner => count(inner),
            })
            .sum(),
        Value::Array(list) => list.iter().map(count).sum(),
        _ => 0,
    }
}

fn findings(view: &View<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let shape = &view.target.shape;
    let named = shape.schema.findings.iter().chain(&shape.validator().1);
    let mut told = std::collections::HashSet::new();
    findings.extend(named.filter(|f| told.insert((f.pointer.clone(), f.message.clone()))).take(20).map(|f| Finding {
        code: "schema_odd".to_owned(),
        level: FindingLevel::Warn,
        message: if f.pointer.is_empty() { f.message.clone() } else { format!("{} ({})", f.message, f.pointer) },
        hint: "It is the schema of the tool; everything else of it counts.".to_owned(),
        path: None,
    }));
    findings.extend(shape.left_out.iter().take(20).map(|message| Finding {
        code: "plugin_settings".to_owned(),
        level: FindingLevel::Warn,
        message: message.clone(),
        hint: "They can be added as variables; the plugin reads them all the same.".to_owned(),
        path: None,
    }));
    for found in view.env.iter().chain(view.json.values()) {
        match &found.text {
            Text::Unreadable(why) => findings.push(Finding {
                code: "settings_unreadable".to_owned(),
                level: FindingLevel::Error,
                message: format!("`{}` cannot be read: {why}.", found.path),
                hint: "It is left as it is. Look at what lies there.".to_owned(),
                path: Some(found.path.clone()),
            }),
            Text::Env(env) => findings.extend(env.unreadable().into_iter().map(|bad| Finding {
                code: "settings_line".to_owned(),
                level: FindingLevel::Warn,
                message: format!("`{}`, line {}: {}.", found.path, bad.line, bad.reason),
                hint: "The line is kept as it is and sets nothing.".to_owned(),
                path: Some(found.path.clone()),
            })),
            _ => {}
        }
    }
    findings
}
