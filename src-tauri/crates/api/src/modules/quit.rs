//! Quitting: what would go on without the window, and what the person wants to become of it.

use super::instances;
use super::{act, list};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{QuitChoice, QuitState, RunWay};
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// The preference it is remembered in.
const PREFERENCE: &str = "when_quitting";

impl App {
    /// What quitting would leave behind, and what was chosen before.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn quit_state(&self, actor: &Actor) -> ApiResult<QuitState> {
        let open = self.opened().await?;
        let actor = actor.clone();
        blocking(move || {
            let (rows, _) = list::rows(&open, &actor)?;
            let snap = Snapshot::of(&open)?;
            let view = snap.view(snap.find(crate::settings::PREFERENCES)?, Some(actor.user_id));
            let said = view.field(PREFERENCE).and_then(|field| view.effective(field)).map(|(value, _)| value);
            Ok(QuitState {
                // What the system runs is none of the app's to end, and only an administrator may stop anything.
                running: rows
                    .iter()
                    .filter(|row| list::goes_on(row) && row.way == RunWay::App && actor.may_change().is_ok())
                    .map(super::overview::named)
                    .collect(),
                remembered: match said.as_ref().and_then(|value| value.as_str()) {
                    Some("keep") => Some(QuitChoice::Keep),
                    Some("stop") => Some(QuitChoice::Stop),
                    _ => None,
                },
            })
        })
        .await
    }

    /// Does what was chosen before the app ends; with `remember` it is done so each time.
    ///
    /// # Errors
    /// `not_allowed` for stopping without the right to; `still_runs` where something does; what the registry says.
    pub async fn quit_choose(&self, actor: &Actor, choice: QuitChoice, remember: bool) -> ApiResult<()> {
        if remember {
            let word = match choice {
                QuitChoice::Keep => "keep",
                QuitChoice::Stop => "stop",
            };
            self.prefer(actor, PREFERENCE, serde_json::json!(word)).await?;
        }
        if choice == QuitChoice::Keep {
            return Ok(());
        }
        actor.may_change()?;
        let open = self.opened().await?;
        let actor = actor.clone();
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let (rows, _) = list::rows(&open, &actor)?;
            let ours = |id: &str| rows.iter().any(|row| row.id == id && list::goes_on(row) && row.way == RunWay::App);
            let mut all = instances::seen(&open, &snap, &actor)?;
            all.retain(|instance| ours(&instance.address));
            let outcomes = act::run(&open, &snap, &actor, all, act::Wish::Stop);
            let stays: Vec<_> = outcomes.into_iter().filter(|outcome| !outcome.done).collect();
            let Some(first) = stays.first() else { return Ok(()) };
            let said = format!("{} could not be stopped: {}", first.title, first.text);
            let details = stays.iter().map(|outcome| format!("{}: {}", outcome.title, outcome.text));
            Err(ApiError::refused("still_runs", said, "Leave it running, or try once more.").with_details(details))
        })
        .await
    }
}
