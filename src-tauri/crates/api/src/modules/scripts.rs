//! `run/start.sh` and `run/stop.sh` of the catalogue's modules: whether they are as this version writes them, and the plan that writes
//! them anew. One that somebody else wrote is theirs and left alone.

use sanctum_install::layout;

use super::instances;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, StatusWord};
use crate::open::Open;
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
    /// It is not as this app left it: somebody may have meant it.
    pub changed: bool,
    /// What stands in it.
    pub bytes: Vec<u8>,
}

/// The scripts of a module of the catalogue at `path` that are not as this version writes them.
pub(crate) fn amiss(open: &Open, path: &str, module: &str) -> Vec<Script> {
    let (Some(start), Some(stop)) = (layout::start_scripts(module), layout::stop_script(module)) else {
        return Vec::new();
    };
    let texts = [("start", vec![start.plain, start.with_secrets]), ("stop", vec![stop])];
    let look = |(verb, texts): (&'static str, Vec<Vec<u8>>)| {
        let file = format!("{path}/run/{verb}.sh");
        let at = open.root().join(&file);
        let Ok(meta) = at.symlink_metadata() else {
            return Some(Script { file, verb, missing: true, changed: false, bytes: Vec::new() });
        };
        let bytes = if meta.is_file() { std::fs::read(&at).ok()? } else { return None };
        let old = is_ours(&bytes) && !texts.contains(&bytes);
        let changed = old && crate::doctor::last_written(open, &file).as_ref() != Some(&bytes);
        old.then_some(Script { file, verb, missing: false, changed, bytes })
    };
    texts.into_iter().filter_map(look).collect()
}

/// By the line that every script of ours has said of itself.
fn is_ours(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let second = text.lines().nth(1).unwrap_or_default();
    second.starts_with("# St") && second.contains(" by hand. Fixed text: ")
}

/// What writes them anew at the instance of this address. Where that would write over what somebody may have meant, the plan is shown
/// first.
pub(crate) fn command(address: &str, changed: bool) -> String {
    let how = if changed { "--changed" } else { "--yes" };
    format!("sanctumctl modules scripts {} {how}", layout::quote(address).unwrap_or_else(|_| "…".to_owned()))
}

impl App {
    /// The plan that writes an instance's start and stop script as this version writes them, where they are missing or an older text;
    /// with `changed` also where what stands there is not what this app left.
    ///
    /// # Errors
    /// `not_allowed`, `module_unknown`, `scripts_theirs` in a tree that is left as it is, `scripts_changed` where nothing else is to be
    /// written, `nothing_to_change`.
    pub async fn module_scripts_plan(&self, actor: &Actor, id: &str, changed: bool) -> ApiResult<dto::Plan> {
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
            let mut scripts = amiss(&open, &instance.path, &instance.module);
            if !changed && !scripts.is_empty() && scripts.iter().all(|script| script.changed) {
                let files: Vec<String> = scripts.iter().map(|script| format!("`{}`", script.file)).collect();
                let files: Vec<&str> = files.iter().map(String::as_str).collect();
                return Err(ApiError::refused(
                    "scripts_changed",
                    format!("Not as this app left it, so not written over: {}.", crate::words::list(&files)),
                    format!("`{}` shows what would be written over.", command(&instance.address, true)),
                ));
            }
            scripts.retain(|script| changed || !script.changed);
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
                command: Some(command(&instance.address, scripts.iter().any(|script| script.changed))),
                checks: vec![(StatusWord::Healthy, "What runs goes on as it is".to_owned())],
                notes: vec!["Nothing was started or stopped.".to_owned()],
            };
            Ok(app.0.plans.keep(planner.finish(&title, summary), words, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}
