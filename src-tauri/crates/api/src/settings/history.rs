//! What was changed, by whom and when, from the journal; and putting one key or one file back.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::draft::Draft;
use super::drift;
use super::journal::{entries, fits, of_change, written_by};
use super::propose::Told;
use super::snapshot::Snapshot;
use super::target::Sort;
use super::world::Stored;
use super::{Spot, shown};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Level, Page, Plan, SettingChange};
use crate::{Actor, ApiError, ApiResult};

/// Entries of one page at most.
const MOST: u32 = 200;

impl App {
    /// Values that were changed, the latest first. Of one target, of one setting, since an instant.
    ///
    /// # Errors
    /// `not_allowed` for all but administrators, `since_unreadable`.
    pub async fn settings_history(
        &self,
        actor: &Actor,
        target: Option<&str>,
        id: Option<&str>,
        since: Option<&str>,
        offset: u32,
        limit: u32,
    ) -> ApiResult<Page<SettingChange>> {
        actor.must_be_admin()?;
        let since = since.map(instant).transpose()?;
        let open = self.opened().await?;
        let (target, id) = (target.map(str::to_owned), id.map(str::to_owned));
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let wanted = target.as_deref().map(|name| snap.find(name)).transpose()?;
            let all = open
                .registry()
                .read(|c| entries(c, &snap, since, |entry| fits(&snap, entry, wanted, id.as_deref())))?;
            let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
            let items = all.into_iter().skip(offset as usize).take(limit.min(MOST) as usize).map(|e| e.shown).collect();
            Ok(Page { items, total })
        })
        .await
    }

    /// The plan that puts one setting back to what its level said before a change.
    ///
    /// # Errors
    /// `setting_change_unknown` where that change did not touch it, and as [`App::settings_plan`].
    pub async fn settings_rollback_plan(
        &self,
        actor: &Actor,
        change_id: &str,
        target: &str,
        id: &str,
        level: Level,
    ) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who) = (self.clone(), actor.clone());
        let (change_id, name, id) = (change_id.to_owned(), target.to_owned(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = super::visible(&open, &snap, &who, &name)?;
            let found = open.registry().read(|c| of_change(c, &snap, &change_id))?;
            let entry = found
                .into_iter()
                .find(|entry| entry.shown.level == level && fits(&snap, entry, Some(target), Some(&id)));
            let entry = entry.ok_or_else(unknown_change)?;
            let view = snap.view(target, None);
            let field = view.field(&id).ok_or_else(|| super::unknown(&name, &id))?;
            if field.secret && entry.before.as_ref().is_some_and(|before| !before.secret && !before.value.is_null()) {
                return Err(ApiError::refused(
                    "secret_in_plain",
                    format!("{} was no secret then: its value would stand in plain text.", field.title),
                    "Set it as a secret instead.",
                ));
            }
            let mut draft = Draft::default();
            draft.claim(&snap, target, field, level);
            draft.told.push(Told {
                id: id.clone(),
                key: entry.key.clone(),
                pointer: field.pointer.clone(),
                title: field.title.clone(),
                by_environment: view.by_environment(field),
                home: entry.home,
                stored: entry.before,
            });
            let title = format!("Put {} of {} back", field.title, target.named());
            let (plan, words, aside) = draft.plan(&open, &snap, &who, &title, "")?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that puts what a change did to one file back, and nothing else: other instances that the change reached keep it.
    ///
    /// # Errors
    /// `setting_change_unknown` where that change did not write the file.
    pub async fn settings_rollback_file_plan(&self, actor: &Actor, change_id: &str, file: &str) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, change_id, file) = (self.clone(), actor.clone(), change_id.to_owned(), file.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let keys = open.registry().read(|c| written_by(c, &change_id, &file))?;
            let target = drift::targets(&snap).find(|target| drift::has_file(&snap, target, &file));
            let target = target.filter(|_| !keys.is_empty()).ok_or_else(unknown_change)?;
            let level = if target.sort == Sort::Root { Level::System } else { Level::Instance };
            let own = open.registry().read(|c| of_change(c, &snap, &change_id))?;
            let view = snap.view(target, None);
            let mut draft = Draft::default();
            for (key, before) in keys {
                let spot = Spot { file: file.clone(), key };
                let Some(field) = view.fields().find(|f| !f.secret && view.spot(f).as_ref() == Some(&spot)) else {
                    continue;
                };
                let Some(home) = target.home(level, field, who.user_id) else { continue };
                // Where the change set the instance's own value, that value comes back; otherwise the instance says itself
                // what its file said before.
                let same = own.iter().find(|entry| entry.home == home && entry.shown.id == field.key);
                let stored = match (same, before) {
                    (Some(entry), _) => entry.before.clone(),
                    (None, Some(text)) => Some(plain(shown::read_text(field, &text), who.user_id)),
                    (None, None) => field.default.clone().map(|value| plain(value, who.user_id)),
                };
                draft.claim(&snap, target, field, level);
                draft.told.push(Told {
                    id: field.key.clone(),
                    key: target.key_in(&home, field).to_owned(),
                    pointer: field.pointer.clone(),
                    title: field.title.clone(),
                    by_environment: false,
                    home,
                    stored,
                });
            }
            let title = format!("Put the settings of {} back", target.named());
            let (plan, words, aside) = draft.plan(&open, &snap, &who, &title, "")?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

fn plain(value: Value, who: i64) -> Stored {
    Stored { value, secret: false, who: Some(who), when: None }
}

fn unknown_change() -> ApiError {
    ApiError::refused(
        "setting_change_unknown",
        "That change did not touch it.",
        "The history shows what each change did.",
    )
}

fn instant(text: &str) -> ApiResult<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        ApiError::refused(
            "since_unreadable",
            format!("`{text}` is not an instant."),
            "Write it as `2026-11-25T09:00:00Z`.",
        )
    })
}
