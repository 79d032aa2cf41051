//! Files that were changed outside: what was written last, what stands there now, what the registry says; and settling it.

use std::collections::HashSet;

use super::draft::Draft;
use super::files::Text;
use super::propose::{self, Patch, Told, Written};
use super::shown;
use super::snapshot::Snapshot;
use super::target::{SYSTEM, Sort, Target};
use super::view::{View, Want};
use super::world::Stored;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{DriftChoice, DriftFile, DriftTake, Level, Plan};
use crate::secrets::Aside;
use crate::{Actor, ApiError, ApiResult, words};

impl App {
    /// Files that say something else than what was written into them last. Administrators see all, others none.
    ///
    /// # Errors
    /// What the registry says.
    pub async fn drift_list(&self, actor: &Actor) -> ApiResult<Vec<DriftFile>> {
        if actor.must_be_admin().is_err() {
            return Ok(Vec::new());
        }
        let open = self.opened().await?;
        blocking(move || Ok(list(&*Snapshot::of(&open)?))).await
    }

    /// The plan that settles a drifted file: for each key the file's value or ours. Keys that are not named stay as they are.
    ///
    /// # Errors
    /// `drift_gone` where the file does not differ any more, `drift_choice` for a key that does not.
    pub async fn drift_resolve_plan(&self, actor: &Actor, file: &str, choices: &[DriftChoice]) -> ApiResult<Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, file, choices) = (self.clone(), actor.clone(), file.to_owned(), choices.to_vec());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let target = targets(&snap).find(|target| has_file(&snap, target, &file)).ok_or_else(gone)?;
            let view = snap.view(target, None);
            if choices.is_empty() && !list(&snap).iter().any(|differs| differs.file == file) {
                return Err(gone());
            }
            let (mut draft, ours) = chosen(&snap, target, &view, &file, &choices, who.user_id)?;
            let (world, mut out, _) = draft.work_out(&snap);
            if let Some(problem) = draft.problems.iter().find(|p| p.blocks) {
                return Err(ApiError::refused("settings_invalid", problem.message.clone(), "Nothing was changed."));
            }
            out.files.entry(file.clone()).or_default().extend(ours);
            let mut planner = open.planner();
            planner.icon("file");
            let mut aside = Aside::default();
            propose::steps(&mut planner, &open, &snap, &world, &draft.told, &out, &mut aside.secrets, who.user_id)?;
            let title = format!("Settle what differs in {}", target.named());
            let count = words::count(choices.len(), "key", "keys");
            let (plan, mut said) = super::planned::finish(planner, &open, &snap, &who, &draft, &out, &title, "")?;
            said.action = format!("Settle {count}");
            Ok(app.0.plans.keep_aside(plan, said, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }
}

fn gone() -> ApiError {
    ApiError::refused("drift_gone", "This file does not differ any more.", "Nothing needs to be settled.")
}

/// One look at each file: the panels over the root's `.env` share it.
pub(crate) fn targets(snap: &Snapshot) -> impl Iterator<Item = &Target> {
    snap.targets.iter().filter(|t| t.sort == Sort::Instance || t.sort == Sort::Root && t.name == SYSTEM)
}

pub(crate) fn has_file(snap: &Snapshot, target: &Target, file: &str) -> bool {
    let view = snap.view(target, None);
    view.env.as_ref().is_some_and(|env| env.path == file) || view.json.contains_key(file)
}

/// Whether anything here can differ: something was written, or a level above says something.
fn may_differ(snap: &Snapshot, target: &Target) -> bool {
    let world = &snap.world;
    let shared = target.shape.schema.fields.iter().any(|field| {
        let by_env = field.env.as_ref().is_some_and(|env| world.env.contains_key(env));
        by_env || world.system.contains_key(&field.key) || world.stray_system.contains_key(&field.key)
    });
    let below = target.path.as_ref().is_some_and(|path| {
        world.instances.get(path).is_some_and(|own| !own.doc.is_empty())
            || world
                .written
                .keys()
                .any(|file| file.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')))
    });
    let agent = target
        .agent
        .as_ref()
        .is_some_and(|(id, ..)| world.agents.contains_key(id) || world.stray_agents.contains_key(id));
    let tool = target.tool_id.is_some_and(|id| world.tools.contains_key(&id));
    let root = target.sort == Sort::Root && world.written.contains_key(".env");
    below || agent || tool || root || shared
}

pub(crate) fn list(snap: &Snapshot) -> Vec<DriftFile> {
    let mut files: Vec<DriftFile> = Vec::new();
    for target in targets(snap).filter(|target| may_differ(snap, target)) {
        let view = snap.view(target, None);
        for field in view.fields() {
            let (Some(drift), Some(spot)) = (shown::drift(&view, field), view.spot(field)) else { continue };
            match files.iter_mut().find(|file| file.file == spot.file) {
                Some(file) => file.keys.push(drift),
                None => files.push(DriftFile {
                    file: spot.file,
                    target: Some(target.id.clone()),
                    title: target.named(),
                    keys: vec![drift],
                    unreadable: None,
                }),
            }
        }
        for found in view.env.iter().chain(view.json.values()) {
            let written = snap.world.written.contains_key(&found.path);
            if let (Text::Unreadable(why), true) = (&found.text, written) {
                files.push(DriftFile {
                    file: found.path.clone(),
                    target: Some(target.id.clone()),
                    title: target.named(),
                    keys: Vec::new(),
                    unreadable: Some(format!("It cannot be read any more: {why}.")),
                });
            }
        }
    }
    files
}

/// What is taken from the file, and the patches that put the rest back.
fn chosen(
    snap: &Snapshot,
    target: &Target,
    view: &View<'_>,
    file: &str,
    choices: &[DriftChoice],
    user: i64,
) -> ApiResult<(Draft, Vec<Patch>)> {
    let (mut draft, mut ours, mut taken) = (Draft::default(), Vec::new(), HashSet::new());
    for choice in choices {
        let at = view.fields().find(|field| {
            view.spot(field).is_some_and(|spot| spot.file == file && spot.key == choice.key)
                && shown::drift(view, field).is_some()
        });
        let (Some(field), true) = (at, taken.insert(&choice.key)) else {
            return Err(ApiError::refused(
                "drift_choice",
                format!("`{}` of `{file}` does not differ any more, or was named twice.", choice.key),
                "Look at the file again, then choose.",
            ));
        };
        let Some(spot) = view.spot(field) else { continue };
        let by_environment = view.by_environment(field);
        match choice.take {
            DriftTake::Ours => {
                let want = view.want(field, by_environment);
                ours.push(Patch {
                    key: spot.key,
                    text: want.text().cloned(),
                    written: (want != Want::Nothing).then(|| Written {
                        value: want.text().cloned(),
                        by_environment,
                        restart: field.restart,
                    }),
                    group: target.named(),
                    id: field.key.clone(),
                    secret: false,
                });
            }
            DriftTake::Theirs => {
                let level = if target.sort == Sort::Root { Level::System } else { Level::Instance };
                let Some(home) = target.home(level, field, user) else { continue };
                let theirs = view.found(&spot).and_then(|found| found.says(&spot.key));
                let stored = match theirs {
                    Some(text) => Some(shown::read_text(field, &text)),
                    None => said_elsewhere(view, field).then_some(serde_json::Value::Null),
                };
                draft.claim(snap, target, field, level);
                draft.told.push(Told {
                    id: field.key.clone(),
                    key: target.key_in(&home, field).to_owned(),
                    pointer: field.pointer.clone(),
                    title: field.title.clone(),
                    home,
                    stored: stored.map(|value| Stored { value, secret: false, who: Some(user), when: None }),
                    by_environment: false,
                });
            }
        }
    }
    Ok((draft, ours))
}

/// Without the instance's own word a level above would bring the key back.
fn said_elsewhere(view: &View<'_>, field: &sanctum_config::Field) -> bool {
    use sanctum_config::resolve::Level;
    view.chain(field).iter().any(|link| !matches!(link.layer.level, Level::Default | Level::Instance))
}
