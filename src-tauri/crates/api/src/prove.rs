//! The trial of a change that was applied: what runs on it is started again and watched, and the change is taken back where something
//! does not come up, where a plugin does not work with its new code, or where the operator stops it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::app::App;
use crate::apply::Applied;
use crate::blocking::blocking;
use crate::modules::{Tried, start_again, try_out};
use crate::open::Open;
use crate::{Actor, ApiError, ApiResult, dto};

/// Why a change is taken back.
enum Why {
    /// A module did not come up with it, a plugin does not work with it, or that could not be tried: who, and what was seen.
    Failed { named: String, words: String },
    /// The operator's word.
    Stopped,
}

impl App {
    /// Tries what was applied; the plan is forgotten afterwards, so that it can be stopped until then.
    pub(crate) async fn prove(&self, actor: &Actor, applied: Applied) -> ApiResult<dto::Receipt> {
        let Applied { mut receipt, tried, pending } = applied;
        let job = pending.plan.id.clone();
        let failed = if tried.is_empty() {
            None
        } else {
            let open = self.opened().await?;
            match watch(&open, actor, &tried, &job, pending.cancel.clone()).await {
                Ok(Tried::Nothing) => None,
                Ok(Tried::Stopped) => Some(Why::Stopped),
                Ok(Tried::Failed { named, words }) => Some(Why::Failed { named, words }),
                // What could not be tried is not known to work.
                Err(error) => Some(Why::Failed { named: "What runs on it".to_owned(), words: error.message }),
                Ok(Tried::Well(words)) => {
                    receipt.notes.extend(words);
                    self.left_out(actor, &tried, &pending.aside.plugins, &mut receipt.notes).await
                }
            }
        };
        self.0.plans.forget(&job);
        let between = !tried.is_empty();
        let proven = match failed {
            None => Ok(receipt),
            Some(why) => Err(self.take_back(actor, &receipt, tried, why).await),
        };
        // What was shown meanwhile was of modules between two runs.
        if between {
            self.changed(&["modules", "plugins", "tools", "agents"]);
        }
        proven
    }

    /// Takes a change back and starts those again that ran before; what is said of it.
    async fn take_back(&self, actor: &Actor, receipt: &dto::Receipt, tried: Vec<String>, why: Why) -> ApiError {
        let undone = match self.change_undo_plan(actor, &receipt.change_id).await {
            Ok(undo) => self.apply(actor, &undo.id).await,
            Err(error) => Err(error),
        };
        let undone = match undone {
            Ok(undone) => undone,
            Err(error) => {
                let seen = match why {
                    Why::Failed { named, words } => format!("{named} does not work with it ({words})"),
                    Why::Stopped => "It was stopped while it was tried".to_owned(),
                };
                return ApiError::broken(
                    "not_rolled_back",
                    format!("{seen}, and the change could not be taken back, so it stands: {}", error.message),
                    "Take it back from Activity, or look at the log.",
                )
                .with_details(error.details);
            }
        };
        let after = match self.runs_again(actor, &tried, &undone.change_id, &why).await {
            Ok(after) => after,
            Err(error) => format!(" Whether it runs as before could not be seen: {}", error.message),
        };
        let details = [format!("Change {}, taken back by {}", receipt.change_id, undone.change_id)];
        match why {
            Why::Failed { named, words } => ApiError::refused(
                "rolled_back",
                format!(
                    "{named} did not come up with it, so it was taken back: {}.{after}",
                    words.trim_end_matches('.')
                ),
                "Its log says more. Nothing else was touched.",
            ),
            Why::Stopped => ApiError::refused(
                "cancelled",
                format!("It was stopped while it was tried, so it was taken back.{after}"),
                "Nothing is left of it.",
            ),
        }
        .with_details(details)
    }

    /// Starts again what ran before, and watches it as well; but for the operator who does not want to wait.
    async fn runs_again(&self, actor: &Actor, tried: &[String], job: &str, why: &Why) -> ApiResult<String> {
        let open = self.opened().await?;
        let failed = match why {
            Why::Stopped => {
                let (at, who, names) = (open.clone(), actor.clone(), tried.to_vec());
                blocking(move || start_again(&at, &who, &names)).await?.into_iter().next()
            }
            Why::Failed { .. } => match watch(&open, actor, tried, job, Arc::default()).await? {
                Tried::Failed { named, words } => Some(format!("{named}: {words}")),
                _ => None,
            },
        };
        Ok(match failed {
            None => " It runs as before.".to_owned(),
            Some(words) => {
                format!(" It does not come up with what was before either: {}.", words.trim_end_matches('.'))
            }
        })
    }

    /// Plugins that a tool left out when it was started again: it runs well without them, so that its own state does not tell. One of
    /// `new`, whose code came with this change, takes it back; but for one that only lacks settings, which it gets once it is there.
    async fn left_out(&self, actor: &Actor, tried: &[String], new: &[String], notes: &mut Vec<String>) -> Option<Why> {
        let open = self.opened().await.ok()?;
        *crate::plan::lock(&open.plugins.listed) = None;
        let page = self.plugins_list(actor, "@error", dto::PluginSort::Tool, 0, 500).await.ok()?;
        let mut failed = None;
        for row in page.items.into_iter().filter(|row| tried.contains(&row.tool)) {
            if new.contains(&row.id) && row.missing.is_empty() && !row.status.evidence.is_empty() {
                failed = Some(Why::Failed { named: row.name, words: row.status.reason });
                continue;
            }
            let lacks = if row.missing.is_empty() {
                String::new()
            } else {
                let names: Vec<&str> = row.missing.iter().map(String::as_str).collect();
                format!(" It still needs {}.", crate::words::list(&names))
            };
            notes.push(format!("{} does not work: {}.{lacks}", row.name, row.status.reason.trim_end_matches('.')));
        }
        failed
    }
}

async fn watch(
    open: &Arc<Open>,
    actor: &Actor,
    tried: &[String],
    job: &str,
    stop: Arc<AtomicBool>,
) -> ApiResult<Tried> {
    let (at, who, names, job) = (open.clone(), actor.clone(), tried.to_vec(), job.to_owned());
    blocking(move || try_out(&at, &who, &names, &job, &stop)).await
}
