//! Setting, replacing and clearing a secret: the value goes to the store, its reference to the level's home.

use sanctum_config::Field;
use sanctum_secrets::Secret;

use super::items::{NewSecret, account};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Level, Plan, Receipt};
use crate::settings::{Draft, Home, Snapshot, Stored, Target, Told, level_word, unknown, visible};
use crate::{Actor, ApiError, ApiResult};

impl App {
    /// Stores a secret and records its reference, in one change that can be taken back. A value that stood in the same file in
    /// plain text leaves it.
    ///
    /// # Errors
    /// `setting_unknown`, `level_unknown`, and what the store says; then nothing was changed.
    pub async fn secret_set(
        &self,
        actor: &Actor,
        target: &str,
        id: &str,
        level: Level,
        value: String,
    ) -> ApiResult<Receipt> {
        let plan = self.secret_set_plan(actor, target, id, level, value).await?;
        self.plan_apply(actor, &plan.id).await
    }

    /// The plan of the same, for the terminal.
    ///
    /// # Errors
    /// As [`App::secret_set`].
    pub async fn secret_set_plan(
        &self,
        actor: &Actor,
        target: &str,
        id: &str,
        level: Level,
        value: String,
    ) -> ApiResult<Plan> {
        let value = Secret::new(value);
        actor.may_change()?;
        if value.is_empty() {
            return Err(ApiError::refused("secret_empty", "The value is empty.", "Enter one, or clear the secret."));
        }
        let open = self.opened().await?;
        let (app, who, name, id) = (self.clone(), actor.clone(), target.to_owned(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = visible(&open, &snap, &who, &name)?;
            let (field, home) = place(&snap, target, &who, &id, level)?;
            let reference = account(&group(target, &field, level, &who))?;
            let mut draft = Draft::default();
            draft.claim(&snap, target, &field, level);
            draft.told.push(told(&field, target, home, Some(reference.clone()), &who));
            draft.secrets.push(NewSecret { account: reference, key: field.key.clone(), value });
            let title = format!("Set {} of {}", field.title, target.named());
            let command = command("set", target, &id, level);
            let (plan, words, aside) = draft.plan(&open, &snap, &who, &title, &command)?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan that takes a secret out: its reference from the level, its value from the store.
    ///
    /// # Errors
    /// `secret_not_set` where that level has none.
    pub async fn secret_clear_plan(&self, actor: &Actor, target: &str, id: &str, level: Level) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, name, id) = (self.clone(), actor.clone(), target.to_owned(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = visible(&open, &snap, &who, &name)?;
            let (field, home) = place(&snap, target, &who, &id, level)?;
            let there = snap.world.said(&home, target.key_in(&home, &field), &field.pointer);
            let reference = there.filter(|stored| stored.secret).and_then(|stored| stored.value.as_str().map(str::to_owned));
            let reference = reference.ok_or_else(|| {
                ApiError::refused(
                    "secret_not_set",
                    format!("{} is not set at that level.", field.title),
                    "Choose the level that sets it; one that stands in a file in plain text is moved to the store first.",
                )
            })?;
            let mut draft = Draft::default();
            draft.claim(&snap, target, &field, level);
            draft.told.push(told(&field, target, home, None, &who));
            draft.purge.push(super::items::group(&reference).to_owned());
            let title = format!("Clear {} of {}", field.title, target.named());
            let command = format!("{} --yes", command("clear", target, &id, level));
            let (plan, mut words, aside) = draft.plan(&open, &snap, &who, &title, &command)?;
            words.action = "Clear".to_owned();
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

/// The same in the terminal: names come from folders and schemas, so they are quoted.
fn command(what: &str, target: &Target, id: &str, level: Level) -> String {
    let quoted = |text: &str| sanctum_install::layout::quote(text).unwrap_or_else(|_| "…".to_owned());
    format!("sanctumctl secrets {what} {} {} --level {}", quoted(&target.address), quoted(id), level_word(level))
}

/// The field and the home of its level.
fn place(snap: &Snapshot, target: &Target, who: &Actor, id: &str, level: Level) -> ApiResult<(Field, Home)> {
    let view = snap.view(target, Some(who.user_id));
    let known = view.field(id).cloned();
    let field = match (known, id.strip_prefix("env:")) {
        (Some(field), _) => field,
        (None, Some(name)) => crate::settings::new_variable(target, name)
            .map_err(|why| ApiError::refused("setting_invalid", why, "Choose another name."))?,
        (None, None) => return Err(unknown(&target.address, id)),
    };
    if !field.secret {
        return Err(ApiError::refused(
            "setting_no_secret",
            format!("{} is not a secret.", field.title),
            "Set it like any other value.",
        ));
    }
    let added = !target.shape.schema.fields.iter().any(|known| known.key == field.key);
    let own = matches!(
        (target.sort, level),
        (crate::settings::Sort::Root, Level::System) | (crate::settings::Sort::Instance, Level::Instance)
    );
    if added && !own {
        return Err(ApiError::refused(
            "level_unknown",
            format!("No schema names {}, so only its own level can say it.", field.title),
            "Choose the instance, or the system for the environment of the whole install.",
        ));
    }
    if let Some(why) = crate::settings::read_only(target, &field) {
        return Err(ApiError::refused(
            "setting_read_only",
            format!("{} cannot be set here. {why}", field.title),
            "It is left as it is.",
        ));
    }
    let home = target.home(level, &field, who.user_id).ok_or_else(|| {
        ApiError::refused("level_unknown", format!("{} has no such level here.", field.title), "Choose another level.")
    })?;
    Ok((field, home))
}

/// `agent/athena/AGENT_API_KEY`.
pub(super) fn group(target: &Target, field: &Field, level: Level, who: &Actor) -> String {
    let key = field.env.as_deref().unwrap_or(&field.key);
    let owner = match level {
        Level::Agent => target.agent.as_ref().map_or("", |(_, uid, _)| uid.as_str()),
        Level::Tool => &target.name,
        Level::Instance => &target.address,
        Level::User => &who.name,
        Level::System | Level::Default => "",
    };
    let words: Vec<&str> = [level_word(level), owner, key].into_iter().filter(|part| !part.is_empty()).collect();
    // A reference has at most 512 characters; the tail tells two long ones apart.
    words.join("/").chars().rev().take(440).collect::<Vec<_>>().into_iter().rev().collect()
}

pub(super) fn told(field: &Field, target: &Target, home: Home, reference: Option<String>, who: &Actor) -> Told {
    let stored = reference.map(|account| Stored {
        value: serde_json::Value::String(account),
        secret: true,
        who: Some(who.user_id),
        when: None,
    });
    Told {
        id: field.key.clone(),
        key: target.key_in(&home, field).to_owned(),
        pointer: field.pointer.clone(),
        title: field.title.clone(),
        home,
        stored,
        by_environment: false,
    }
}
