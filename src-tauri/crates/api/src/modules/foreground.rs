//! `sanctumctl modules run`: what launchd and systemd start. It has the module kept, stays as long as the keeper does, and ends
//! the module when it is itself asked to end.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sanctum_modules::control::{self, Now, Outcome, StartError};
use sanctum_modules::keep::keep_within;
use sanctum_modules::recipe::LogFile;
use sanctum_modules::record::{Record, State};

use super::{act, instances, recipe};
use crate::app::App;
use crate::blocking::blocking;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// Between two looks at the keeper.
const LOOK: Duration = Duration::from_millis(500);

impl App {
    /// Runs the instance whose folder this is until it ends for good or `end` is set; then it is stopped. Returns how it ended, in
    /// words.
    ///
    /// # Errors
    /// `setting_target_unknown`, `module_cannot_start`, `module_not_started`; `module_ended` where it ended and is not tried again,
    /// `module_lost` where its keeper was gone by then.
    pub async fn module_run(&self, actor: &Actor, dir: &Path, end: Arc<AtomicBool>) -> ApiResult<String> {
        let address = self.instance_at(actor, dir).await?;
        let open = self.opened().await?;
        let actor = actor.clone();
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &address)?;
            // The system writes there whatever is said here, and cuts nothing off. A log that cannot be put away keeps nothing from running.
            let log = LogFile::at(recipe::keeper_log(&open, &instance));
            if let Err(error) = keep_within(&log) {
                eprintln!("{} could not be put away: {error}", log.file.display());
            }
            let launcher = act::launcher(&open)?;
            let recipe = recipe::of(&open, &snap, &instance)?;
            let place = recipe::place(&open, &instance, true);
            let refused = |error: StartError| {
                ApiError::refused("module_not_started", error.to_string(), "Its log and its page say more.")
            };
            let started = match control::start(&launcher, &recipe, &instance.state_dir, Duration::from_secs(2)) {
                Ok(started) => started,
                Err(StartError::Runs(who)) if who.kind != control::WhoKind::Keeper => {
                    let run = control::look(&place).map_err(|error| {
                        ApiError::broken("record_unreadable", error.to_string(), "Look at the file it names.")
                    })?;
                    let Some(module) = run.module() else { return Err(refused(StartError::Runs(who))) };
                    control::adopt(&launcher, &recipe, &instance.state_dir, module).map_err(refused)?
                }
                Err(error) => return Err(refused(error)),
            };
            if let Outcome::Ended { words, state: State::GaveUp { .. } | State::Stopped } = &started.outcome {
                return Err(ended(words));
            }
            drop((snap, recipe));
            loop {
                if end.load(Ordering::SeqCst) {
                    let grace = Duration::from_millis(grace_of(&instance.state_dir));
                    control::stop(&place, grace)
                        .map_err(|error| ApiError::refused("module_not_stopped", error.to_string(), "Try again."))?;
                    return Ok("stopped".to_owned());
                }
                match control::look(&place).map(|run| run.now) {
                    Ok(Now::Kept { .. } | Now::Unkept { .. } | Now::ByHand { .. }) | Err(_) => {}
                    Ok(Now::Never | Now::Over) => break,
                    Ok(Now::Lost) => {
                        return Err(ApiError::refused(
                            "module_lost",
                            "It ended, and its keeper before it, so nobody knows how.",
                            "Its log may say more. The system starts it again where it was asked to.",
                        ));
                    }
                }
                std::thread::sleep(LOOK);
            }
            match Record::read(&instance.state_dir) {
                Ok(Some(Record { state: State::GaveUp { reason }, .. })) => Err(ended(&reason)),
                _ => Ok("ended".to_owned()),
            }
        })
        .await
    }
}

fn ended(words: &str) -> ApiError {
    ApiError::refused("module_ended", format!("It ended and is not tried again: {words}."), "Its log says more.")
}

fn grace_of(state_dir: &Path) -> u64 {
    Record::read(state_dir).ok().flatten().map_or(12_000, |record| record.grace_ms)
}
