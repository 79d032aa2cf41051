//! What the person at the window prefers, and what follows from it: the login item.

use sanctum_change::Planner;
use serde_json::Value;

use super::propose::Told;
use super::snapshot::Snapshot;
use super::target::PREFERENCES;
use super::world::Home;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{Preferences, Status, StatusWord};
use crate::open::Open;
use crate::{Actor, ApiError, ApiResult, stamps};

/// The place of login items in plans.
pub(crate) const LOGIN: &str = "login";
pub(crate) const START: &str = "start_at_login";

impl App {
    /// The preferences of the person, effective.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn preferences(&self, actor: &Actor) -> ApiResult<Preferences> {
        let open = self.opened().await?;
        let user = actor.user_id;
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let said = |id: &str| -> ApiResult<Option<Value>> {
                let view = snap.view(snap.find(PREFERENCES)?, Some(user));
                Ok(view.field(id).and_then(|field| view.effective(field)).map(|(value, _)| value))
            };
            let number =
                |id: &str| Ok::<_, ApiError>(said(id)?.and_then(|v| v.as_u64()).and_then(|n| u32::try_from(n).ok()));
            Ok(Preferences {
                appearance: said("appearance")?
                    .and_then(|v| v.as_str().map(str::to_owned))
                    .unwrap_or_else(|| "auto".to_owned()),
                lock_after_min: number("lock_after_min")?.unwrap_or(0),
                stay_signed_in_days: number("stay_signed_in_days")?.unwrap_or(DAYS),
                start_at_login: said(START)?.and_then(|v| v.as_bool()).unwrap_or(false),
                starts_at_login: starts(&open),
            })
        })
        .await
    }
}

impl App {
    /// Sets one preference of the person, as a change that can be taken back.
    pub(crate) async fn prefer(&self, actor: &Actor, id: &str, value: Value) -> ApiResult<()> {
        let edit = crate::dto::SettingEdit {
            id: id.to_owned(),
            level: crate::dto::Level::User,
            op: crate::dto::EditOp::Set,
            value: Some(crate::dto::Json(value)),
            by_environment: false,
        };
        let plan = self.settings_plan(actor, PREFERENCES, &[edit]).await?;
        self.plan_apply(actor, &plan.id).await.map(drop)
    }
}

/// Days a sign-in lasts where nothing else is said.
const DAYS: u32 = 30;

/// How long a sign-in of this account lasts; `None` until the app quits.
pub(crate) fn sign_in_lasts(open: &Open, user: i64) -> ApiResult<Option<time::Duration>> {
    let said = open.registry().read(|c| sanctum_registry::configurations::of_scope(c, "user", Some(user)))?;
    let days = said
        .iter()
        .find(|row| row.key == "stay_signed_in_days")
        .and_then(|row| row.value.as_deref()?.parse::<u32>().ok())
        .unwrap_or(DAYS);
    Ok((days > 0).then(|| time::Duration::days(i64::from(days))))
}

/// Whether the system will start the app, as its own file says.
fn starts(open: &Open) -> Status {
    let env = open.env();
    let status = |word, reason: &str, evidence: Vec<String>| Status {
        word,
        reason: reason.to_owned(),
        evidence,
        measured_at: Some(stamps::rfc3339(env.now())),
    };
    let Some(item) = env.login_item() else {
        return status(StatusWord::Unknown, "where the app lies is not known to this process", Vec::new());
    };
    let path = env.login_dir.join(&item.file_name);
    let looked = vec![format!("looked at {}", env.short(&path))];
    match std::fs::read(&path) {
        Ok(bytes) if bytes == item.bytes => status(StatusWord::Healthy, "the system starts it at login", looked),
        Ok(_) => status(StatusWord::Degraded, "a login item is there that starts something else", looked),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => status(StatusWord::Off, "no login item", looked),
        Err(_) => status(StatusWord::Unknown, "its login item cannot be read", looked),
    }
}

/// The login item follows the preference, in the same change.
pub(crate) fn steps(planner: &mut Planner<'_>, open: &Open, told: &[Told]) -> ApiResult<()> {
    let Some(one) = told.iter().find(|one| one.id == START && matches!(one.home, Home::User(_))) else { return Ok(()) };
    let on = one.stored.as_ref().and_then(|stored| stored.value.as_bool()).unwrap_or(false);
    let env = open.env();
    let item = env.login_item().ok_or_else(|| {
        ApiError::refused(
            "program_unknown",
            "The app's own place is not known here, so it cannot be started at login.",
            "Set it in the app's window.",
        )
    })?;
    planner.group("At login");
    let path = format!("@{LOGIN}/{}", item.file_name);
    let there = env.login_dir.join(&item.file_name).symlink_metadata().is_ok();
    match (on, there) {
        (true, _) => planner.write_file(&path, item.bytes, 0o644, "Start the app at login")?,
        (false, true) => planner.remove_file(&path, "Start the app at login no more")?,
        (false, false) => {}
    }
    Ok(())
}
