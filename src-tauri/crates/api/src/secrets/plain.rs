//! Secrets that stand in files in plain text: finding them, and moving them to the store in one plan.

use std::collections::HashMap;

use sanctum_config::effective;
use sanctum_secrets::Secret;
use serde_json::Value;

use super::change::{group, told};
use super::items::{NewSecret, account};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Level, PlainSecret, Plan};
use crate::open::Open;
use crate::settings::{Draft, Snapshot, Sort, Spot, Target, View};
use crate::{Actor, ApiError, ApiResult, words};

impl App {
    /// Every secret that stands in a settings file in plain text. Nothing of their values is in it.
    ///
    /// # Errors
    /// `not_allowed`.
    pub async fn secrets_plain(&self, actor: &Actor) -> ApiResult<Vec<PlainSecret>> {
        actor.must_be_admin()?;
        let open = self.opened().await?;
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            Ok(find(&open, &snap).into_iter().map(|found| found.shown).collect())
        })
        .await
    }

    /// The plan that moves them: each value to the store, its reference to the registry, its line out of the file.
    ///
    /// # Errors
    /// `secret_not_found` for one that is not there any more or cannot be moved.
    pub async fn secrets_move_plan(&self, actor: &Actor, ids: &[String]) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, ids) = (self.clone(), actor.clone(), ids.to_vec());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let mut all: HashMap<String, Found> =
                find(&open, &snap).into_iter().map(|found| (found.shown.id.clone(), found)).collect();
            let mut draft = Draft::default();
            let mut files = std::collections::BTreeSet::new();
            for id in &ids {
                let found = all.remove(id).filter(|found| found.value.is_some());
                let (Some(found), target) = (found, id) else { return Err(not_found(id)) };
                let _named = target;
                let Some(value) = found.value else { return Err(not_found(id)) };
                let target = snap.find(found.shown.target.as_deref().unwrap_or_default())?;
                let view = snap.view(target, None);
                let field = view.fields().find(|field| view.spot(field).as_ref() == Some(&found.spot));
                let field = field.ok_or_else(|| not_found(id))?;
                let level = if target.sort == Sort::Root { Level::System } else { Level::Instance };
                let home = target.home(level, field, who.user_id).ok_or_else(|| not_found(id))?;
                let reference = account(&group(target, field, level, &who))?;
                draft.claim(&snap, target, field, level);
                draft.told.push(told(field, target, home, Some(reference.clone()), &who));
                draft.secrets.push(NewSecret { account: reference, key: field.key.clone(), value });
                files.insert(found.spot.file);
            }
            if draft.told.is_empty() {
                return Err(ApiError::refused("nothing_to_move", "No secret was named.", "Choose at least one."));
            }
            let count = words::count(draft.told.len(), "secret", "secrets");
            let store = crate::state::store_info(open.env().secret_store, None).name;
            let title = format!("Move {count} to {store}");
            let (plan, mut said, aside) = draft.plan(&open, &snap, &who, &title, "")?;
            said.action = format!("Move {count}");
            said.undo =
                "With Undo or from Activity: the values go back into the files, as long as nobody changed those since."
                    .to_owned();
            Ok(app.0.plans.keep_aside(plan, said, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

fn not_found(id: &str) -> ApiError {
    ApiError::refused(
        "secret_not_found",
        format!("`{id}` does not stand in a file any more, or cannot be moved."),
        "Look again, then choose.",
    )
}

pub(crate) struct Found {
    shown: PlainSecret,
    spot: Spot,
    /// `None` where it cannot be moved.
    value: Option<Secret>,
}

/// All of them, file by file.
pub(crate) fn find(open: &Open, snap: &Snapshot) -> Vec<Found> {
    let mut all = Vec::new();
    let targets =
        snap.targets.iter().filter(|t| t.sort == Sort::Instance || t.sort == Sort::Root && t.name == "system-settings");
    for target in targets {
        let view = snap.view(target, None);
        of_env(open, target, &view, &mut all);
        of_json(open, target, &view, &mut all);
    }
    all
}

fn of_env(open: &Open, target: &Target, view: &View<'_>, all: &mut Vec<Found>) {
    for field in view.fields().filter(|field| field.secret && field.file.is_none()) {
        let Some(spot) = view.spot(field) else { continue };
        let Some(found) = view.found(&spot) else { continue };
        let Some(text) = found.says(&spot.key).filter(|text| !text.is_empty()) else { continue };
        all.push(Found {
            shown: PlainSecret {
                id: format!("{}#{}", spot.file, spot.key),
                line: found.line(&spot.key).and_then(|line| u32::try_from(line).ok()),
                key: spot.key.clone(),
                title: field.title.clone(),
                target: Some(target.id.clone()),
                why_not: None,
                tracked: tracked(open, &spot.file),
                file: spot.file.clone(),
            },
            spot,
            value: Some(Secret::new(text)),
        });
    }
}

/// Inside a JSON file they are read from there and nowhere else, so they can only be named.
fn of_json(open: &Open, target: &Target, view: &View<'_>, all: &mut Vec<Found>) {
    for found in view.json.values() {
        let Some(document) = found.json().and_then(|file| file.get("")) else { continue };
        for (pointer, key) in secret_leaves(&document) {
            all.push(Found {
                shown: PlainSecret {
                    id: format!("{}#{pointer}", found.path),
                    line: found.line(&pointer).and_then(|line| u32::try_from(line).ok()),
                    title: key.clone(),
                    key,
                    target: Some(target.id.clone()),
                    why_not: Some(format!(
                        "{} reads it from this file only. Set the variable that carries it as a secret, then take it out here.",
                        target.title
                    )),
                    tracked: tracked(open, &found.path),
                    file: found.path.clone(),
                },
                spot: Spot { file: found.path.clone(), key: pointer },
                value: None,
            });
        }
    }
}

/// Pointers and names of texts in a JSON document that are most likely secrets; below a name of a secret all are.
pub(crate) fn secret_leaves(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk("", document, None, &mut found);
    found
}

fn walk(at: &str, value: &Value, below: Option<&str>, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                let named = if effective::looks_secret(key) { Some(key.as_str()) } else { below };
                walk(&format!("{at}/{}", sanctum_config::resolve::escape(key)), inner, named, found);
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, inner)| walk(&format!("{at}/{n}"), inner, below, found));
        }
        Value::String(text) if !text.is_empty() && (below.is_some() || effective::holds_password(value)) => {
            let own = at.rsplit('/').next().map(sanctum_config::resolve::unescape).unwrap_or_default();
            found.push((at.to_owned(), below.map_or(own, str::to_owned)));
        }
        _ => {}
    }
}

fn tracked(open: &Open, file: &str) -> bool {
    sanctum_install::layouts::tracked_by_git(open.root(), file)
}
