//! Edits of one form at the door: what a draft comes to, its plan, a value that moves to a level above.

use super::draft::Draft;
use super::promoted;
use super::propose::Told;
use super::shown;
use super::snapshot::Snapshot;
use super::target::Target;
use super::world::{Home, Stored};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{DraftCheck, EditOp, Level, Plan, SettingEdit};
use crate::secrets::Aside;
use crate::{Actor, ApiError, ApiResult};
use serde_json::Value;

impl App {
    /// What a draft comes to: problems, files, restarts. Nothing is planned or written.
    ///
    /// # Errors
    /// `setting_target_unknown`.
    pub async fn settings_check(&self, actor: &Actor, target: &str, edits: &[SettingEdit]) -> ApiResult<DraftCheck> {
        let open = self.opened().await?;
        let (actor, name, edits) = (actor.clone(), target.to_owned(), edits.to_vec());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = super::visible(&open, &snap, &actor, &name)?;
            let draft = Draft::of(&snap, target, &edits, &actor);
            Ok(draft.check(&open, &snap, target, &edits, &actor))
        })
        .await
    }

    /// The plan of a draft. Edits that cannot be made are left out and named in its checks.
    ///
    /// # Errors
    /// `settings_invalid` where nothing can be made of it, with what is wrong; `not_allowed` for what is not one's own.
    pub async fn settings_plan(&self, actor: &Actor, target: &str, edits: &[SettingEdit]) -> ApiResult<Plan> {
        let personal = edits.iter().all(|edit| edit.level == Level::User);
        if !personal {
            actor.may_change()?;
        }
        let open = self.opened().await?;
        let (app, who, name, edits) = (self.clone(), actor.clone(), target.to_owned(), edits.to_vec());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = super::visible(&open, &snap, &who, &name)?;
            let draft = Draft::of(&snap, target, &edits, &who);
            let title = title(&snap, target, &draft.told, &edits);
            let (plan, words, aside) = draft.plan(&open, &snap, &who, &title, &command(target, &edits))?;
            let aside = Aside { personal, ..aside };
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// Moves a value to a level above: that level says it, and the one below says nothing any more.
    ///
    /// # Errors
    /// As [`App::settings_plan`]; `setting_not_set` where the level says nothing.
    pub async fn settings_promote_plan(
        &self,
        actor: &Actor,
        target: &str,
        id: &str,
        from: Level,
        to: Level,
    ) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, name, id) = (self.clone(), actor.clone(), target.to_owned(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = super::visible(&open, &snap, &who, &name)?;
            let view = snap.view(target, Some(who.user_id));
            let field = view.field(&id).ok_or_else(|| super::unknown(&name, &id))?;
            let said = view.chain(field).into_iter().rev().find(|link| shown::wire(link.layer.level) == from);
            let (Some(said), Some(home), Some(below)) =
                (said, target.home(to, field, who.user_id), target.home(from, field, who.user_id))
            else {
                return Err(ApiError::refused(
                    "setting_not_set",
                    format!("{} is not set at that level.", field.title),
                    "Choose the level that sets it.",
                ));
            };
            if shown::wire(said.layer.level) == to || home == below {
                return Err(ApiError::refused(
                    "level_unknown",
                    format!("{} stands at that level already.", field.title),
                    "Choose another level.",
                ));
            }
            let secret = field.secret && !said.value.is_null();
            if secret && view.in_plain(&said, field) {
                return Err(ApiError::refused(
                    "secret_in_plain",
                    format!("{} stands in plain text in `{}`.", field.title, said.layer.source),
                    "Move it to the secret store first, or set it at the other level.",
                ));
            }
            let stored = Stored { value: said.value.clone(), secret, who: Some(who.user_id), when: None };
            let tell = |home: &Home, stored| Told {
                id: id.clone(),
                key: target.key_in(home, field).to_owned(),
                pointer: field.pointer.clone(),
                title: field.title.clone(),
                home: home.clone(),
                stored,
                by_environment: view.by_environment(field),
            };
            let mut draft = Draft { told: vec![tell(&home, Some(stored)), tell(&below, None)], ..Draft::default() };
            draft.claim(&snap, target, field, from);
            let levels = shown::levels(target, field);
            let to_title = levels.iter().find(|(level, _)| *level == to).map_or("the level above", |(_, title)| title);
            let title = format!("Move {} to {to_title}", field.title);
            let (world, ..) = draft.work_out(&snap);
            let effects = promoted::in_effect(&snap, &world, &draft.claimed, target, field, &home);
            let (plan, mut words, aside) = draft.plan(&open, &snap, &who, &title, "")?;
            words.checks.extend(effects);
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

fn title(snap: &Snapshot, target: &Target, told: &[Told], edits: &[SettingEdit]) -> String {
    let of = target.named();
    match (told, edits) {
        ([one], _) => {
            let view = snap.view(target, None);
            let secret = view.field(&one.id).is_some_and(|field| field.secret);
            match &one.stored {
                None => format!("Reset {} of {of}", one.title),
                Some(stored) if stored.value.is_null() => format!("Set {} of {of} to none", one.title),
                Some(stored) => {
                    let value: String = shown::text(&stored.value, secret || stored.secret).chars().take(60).collect();
                    format!("Set {} of {of} to {value}", one.title)
                }
            }
        }
        (more, _) => format!("Change {} settings of {of}", more.len()),
    }
}

fn command(target: &Target, edits: &[SettingEdit]) -> String {
    let [edit] = edits else { return String::new() };
    let quoted = |text: &str| sanctum_install::layout::quote(text).unwrap_or_else(|_| "…".to_owned());
    let level = format!(" --level {}", level_word(edit.level));
    let key = edit.id.strip_prefix("env:").unwrap_or(&edit.id);
    match edit.op {
        EditOp::Reset => format!("sanctumctl config unset {} {}{level} --yes", quoted(&target.address), quoted(key)),
        EditOp::None => {
            format!("sanctumctl config set {} {} --none{level} --yes", quoted(&target.address), quoted(key))
        }
        EditOp::Set => {
            let value = edit.value.as_ref().map_or(String::new(), |json| match &json.0 {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            format!("sanctumctl config set {} {} {}{level} --yes", quoted(&target.address), quoted(key), quoted(&value))
        }
    }
}

pub(crate) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Default => "default",
        Level::System => "system",
        Level::Agent => "agent",
        Level::Tool => "tool",
        Level::Instance => "instance",
        Level::User => "user",
    }
}
