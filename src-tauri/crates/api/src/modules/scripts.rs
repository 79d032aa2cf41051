//! `run/start.sh` and `run/stop.sh` of the catalogue's modules: whether they are as this version writes them, and the plan that writes
//! them anew. One that somebody else wrote is theirs and left alone.

use std::path::Path;

use sanctum_install::layout;

use super::instances;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, StatusWord};
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// A script that is not as this version writes it.
pub(crate) struct Script {
    /// Relative to the root.
    pub file: String,
    /// "start" or "stop".
    pub verb: &'static str,
    /// It is not there; otherwise it is ours with another text.
    pub missing: bool,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// The scripts of a module of the catalogue at `path` that are not as this version writes them.
pub(crate) fn amiss(root: &Path, path: &str, module: &str) -> Vec<Script> {
    let (Some(start), Some(stop)) = (layout::start_scripts(module), layout::stop_script(module)) else {
        return Vec::new();
    };
    let texts = [("start", vec![start.plain, start.with_secrets]), ("stop", vec![stop])];
    let look = |(verb, texts): (&'static str, Vec<Vec<u8>>)| {
        let file = format!("{path}/run/{verb}.sh");
        let at = root.join(&file);
        let Ok(meta) = at.symlink_metadata() else {
            return Some(Script { file, verb, missing: true, bytes: Vec::new() });
        };
        let bytes = if meta.is_file() { std::fs::read(&at).ok()? } else { return None };
        let old = is_ours(&bytes) && !texts.contains(&bytes);
        old.then_some(Script { file, verb, missing: false, bytes })
    };
    texts.into_iter().filter_map(look).collect()
}

/// By the line that every script of ours has said of itself.
fn is_ours(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let second = text.lines().nth(1).unwrap_or_default();
    second.starts_with("# St") && second.contains(" by hand. Fixed text: ")
}

/// What writes them anew at the instance of this address.
pub(crate) fn command(address: &str) -> String {
    format!("sanctumctl modules scripts {} --yes", layout::quote(address).unwrap_or_else(|_| "…".to_owned()))
}

impl App {
    /// The plan that writes an instance's start and stop script as this version writes them, where they are missing or an older text.
    ///
    /// # Errors
    /// `not_allowed`, `module_unknown`, `scripts_theirs` in a tree that is left as it is, `nothing_to_change`.
    pub async fn module_scripts_plan(&self, actor: &Actor, id: &str) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, actor, id) = (self.clone(), actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let instance = instances::find(&open, &snap, &actor, &id)?;
            if open.is_adopted() {
                return Err(ApiError::refused(
                    "scripts_theirs",
                    "This Sanctum was taken over to be left as it is, so no script is written into it.",
                    "`sanctumctl modules start` and `stop` work without one.",
                ));
            }
            let scripts = amiss(open.root(), &instance.path, &instance.module);
            if scripts.is_empty() {
                return Err(ApiError::refused(
                    "nothing_to_change",
                    format!("No script of {} is missing or an older one of ours.", instance.named),
                    "One that somebody else wrote stays as it is.",
                ));
            }
            let view = snap.view(snap.find(&instance.address)?, None);
            let handed = view
                .fields()
                .any(|field| view.by_environment(field) || field.secret && view.effective(field).is_some());
            let mut planner = open.planner();
            planner.icon("module");
            planner.group(&instance.named);
            for script in &scripts {
                let start = layout::start_scripts(&instance.module);
                let text = match script.verb {
                    "start" if handed || String::from_utf8_lossy(&script.bytes).contains("secrets exec") => {
                        start.map(|start| start.with_secrets)
                    }
                    "start" => start.map(|start| start.plain),
                    _ => layout::stop_script(&instance.module),
                };
                let title = format!("Write its {} script", script.verb);
                planner.write_file_mode(&script.file, text.unwrap_or_default(), 0o700, &title)?;
            }
            let title = format!("Write the scripts of {}", instance.named);
            let summary = "They start and stop it by hand, without this app. Nothing has been written yet.";
            let words = Words {
                action: "Write them".to_owned(),
                undo: "With Undo or from Activity.".to_owned(),
                command: Some(command(&instance.address)),
                checks: vec![(StatusWord::Healthy, "What runs goes on as it is".to_owned())],
                notes: vec!["Nothing was started or stopped.".to_owned()],
            };
            Ok(app.0.plans.keep(planner.finish(&title, summary), words, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}
