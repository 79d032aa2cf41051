//! The plans of plugins: install and update, switch on and off, put an earlier version back, remove, let out of quarantine.
//!
//! A version lies in the store and is never changed; what is on is a link to it (crate `plugins`, `place`). Tools that run are
//! started again after such a plan was applied, watched, and the plan is taken back where one does not come up (`modules/trial`).

use std::path::Path;
use std::time::Duration;

use sanctum_change::{Action, Plan, Planner, Row, RunSpec};
use sanctum_plugins::place as lie;
use sanctum_plugins::read::{self, Kind, Plugin};
use sanctum_plugins::shown;

use super::installing::{self, Packages};
use super::place::{self, Placed, Tool};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, PluginInstall, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult};

/// Copying a plugin into the store.
const COPY: Duration = Duration::from_secs(300);

impl App {
    /// The plan of installing what was read, or of updating what is there. Its packages are tried together with those that are
    /// installed, and go in with the same plan.
    ///
    /// # Errors
    /// `not_allowed`, `inspection_unknown`, `plugin_tool_unknown`, `plugin_refused`, `plugin_conflict`.
    pub async fn plugin_install_plan(&self, actor: &Actor, install: &PluginInstall) -> ApiResult<dto::Plan> {
        self.plugin_plan(actor, install.clone(), |open, snap, actor, install| {
            let (plan, words) = super::installing::install(open, snap, actor, &install)?;
            let plugins = if install.enable { vec![format!("{}:{}", install.tool, install.name)] } else { Vec::new() };
            Ok((plan, words, Aside { plugins, ..Aside::default() }))
        })
        .await
    }

    /// The plan of removing a plugin: its link and all its versions go to the trash; unless its settings are kept, what only it
    /// reads is cleared at every level, and its data folder goes, too.
    ///
    /// # Errors
    /// `not_allowed`, `plugin_unknown`.
    pub async fn plugin_remove_plan(&self, actor: &Actor, id: &str, keep_settings: bool) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, who, id) = (self.clone(), actor.clone(), id.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let placed = place::find(&open, &snap, &who, &id)?;
            let (mut plan, words, aside) = super::removing::remove(&open, &snap, &who, &placed, keep_settings)?;
            restarts(&open, &mut plan)?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(who.user_id), open.env().now()))
        })
        .await
    }

    /// The plan of putting an earlier version back.
    ///
    /// # Errors
    /// `not_allowed`, `plugin_unknown`, `plugin_version_unknown`.
    pub async fn plugin_rollback_plan(&self, actor: &Actor, id: &str, hash: &str) -> ApiResult<dto::Plan> {
        let words = (id.to_owned(), hash.to_owned());
        self.plugin_plan(actor, words, |open, snap, actor, (id, hash)| {
            let (plan, words) = rollback(open, snap, &place::find(open, snap, actor, &id)?, &hash)?;
            Ok((plan, words, Aside { plugins: vec![id], ..Aside::default() }))
        })
        .await
    }

    /// The plan of switching a plugin on, with what it needs, or off.
    ///
    /// # Errors
    /// `not_allowed`, `plugin_unknown`, `plugin_refused` where what it needs is not there or goes in a circle.
    pub async fn plugin_enable_plan(&self, actor: &Actor, id: &str, on: bool) -> ApiResult<dto::Plan> {
        let id = id.to_owned();
        self.plugin_plan(actor, id, move |open, snap, actor, id| {
            let placed = place::find(open, snap, actor, &id)?;
            let (plan, words) = super::switching::switch(open, snap, actor, &placed, on)?;
            Ok((plan, words, Aside::default()))
        })
        .await
    }

    async fn plugin_plan<T, F>(&self, actor: &Actor, words: T, make: F) -> ApiResult<dto::Plan>
    where
        T: Send + 'static,
        F: FnOnce(&Open, &Snapshot, &Actor, T) -> ApiResult<(Plan, Words, Aside)> + Send + 'static,
    {
        actor.may_change()?;
        let open = self.opened().await?;
        let (app, actor) = (self.clone(), actor.clone());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let (mut plan, said, aside) = make(&open, &snap, &actor, words)?;
            restarts(&open, &mut plan)?;
            Ok(app.0.plans.keep_aside(plan, said, aside, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}

/// Links that a plan takes away: planned as what goes to the trash, made into what undo makes again.
#[derive(Default)]
pub(super) struct Unlinked(Vec<(usize, String)>);

impl Unlinked {
    /// Plans that what stands at `path` goes; nothing where nothing stands there.
    pub fn let_go(&mut self, open: &Open, planner: &mut Planner<'_>, path: &str, title: &str) -> ApiResult<()> {
        let at = open.root().join(path);
        let Ok(meta) = at.symlink_metadata() else { return Ok(()) };
        planner.trash(path, title)?;
        if meta.is_symlink() {
            let says = std::fs::read_link(&at).unwrap_or_default().display().to_string();
            self.0.push((planner.steps().len() - 1, says));
        }
        Ok(())
    }

    pub fn settle(self, plan: &mut Plan) {
        for (n, target) in self.0 {
            let step = &mut plan.steps[n];
            if let Action::Trash { path, .. } = &step.action {
                step.detail = format!("was → {target}");
                step.action = Action::RemoveLink { path: path.clone(), target };
            }
        }
    }
}

pub(super) fn refused(message: impl Into<String>, hint: &str) -> ApiError {
    ApiError::refused("plugin_refused", message, hint)
}

pub(super) fn link_path(tool: &Tool, name: &str, on: bool) -> String {
    format!("{}/{}/{name}", tool.instance.path, if on { lie::PLUGINS } else { lie::DISABLED })
}

/// Plans the link that switches a version on or off; what stood at either place goes.
pub(super) fn tie(
    open: &Open,
    planner: &mut Planner<'_>,
    gone: &mut Unlinked,
    tool: &Tool,
    name: &str,
    hash: &str,
    on: bool,
) -> ApiResult<()> {
    gone.let_go(
        open,
        planner,
        &link_path(tool, name, !on),
        if on { "Switch it off no more" } else { "Take it from where it is loaded" },
    )?;
    gone.let_go(open, planner, &link_path(tool, name, on), "Let go of the version that is there")?;
    let folder = format!("{}/{}", tool.instance.path, if on { lie::PLUGINS } else { lie::DISABLED });
    if !open.root().join(&folder).is_dir() {
        planner.create_dir(&folder, 0o700)?;
    }
    if on && tool.takes == Some(Kind::Broca) {
        // Broca names a plugin by its real path: behind a link its own imports would not be found.
        let from = lie::version_dir(&tool.instance.dir, name, hash);
        return copy(
            open,
            planner,
            &from,
            &link_path(tool, name, true),
            None,
            None,
            "Put it where Broca loads it from",
        );
    }
    let says = lie::link_target(&tool.instance.dir, name, hash, on);
    let title = if on { "Put it where its tool loads it from" } else { "Keep it, switched off" };
    planner.symlink(&link_path(tool, name, on), &says.display().to_string(), title)?;
    Ok(())
}

pub(super) fn row(
    planner: &mut Planner<'_>,
    snap: &Snapshot,
    tool: &Tool,
    name: &str,
    plugin: &Plugin,
    on: bool,
) -> ApiResult<()> {
    let Some(known) = snap.rows.tools.iter().find(|row| row.slug == tool.instance.module) else { return Ok(()) };
    planner.group("Registry");
    let key = Row::new().with("tool_id", known.id).with("name", name);
    let row = Row::new()
        .with("module_scope", known.module_scope.as_str())
        .with("version", plugin.version.as_deref().map_or(serde_json::Value::Null, |v| shown(v).into()))
        .with("is_enabled", i64::from(on))
        .with("created_by", known.created_by);
    planner.registry_put("plugins", key, row, &format!("Record the plugin {name}"))?;
    Ok(())
}

pub(super) fn words(action: &str, command: Option<String>, checks: Vec<(StatusWord, String)>) -> Words {
    Words {
        undo: "With Undo or from Activity.".to_owned(),
        action: action.to_owned(),
        command,
        checks,
        notes: Vec::new(),
    }
}

pub(super) fn quote(text: &str) -> String {
    sanctum_install::layout::quote(text).unwrap_or_else(|_| "…".to_owned())
}

/// The environment the plugins of a tool run in.
pub(super) fn env(tool: &Tool) -> &'static str {
    if tool.takes == Some(Kind::Smcp) { "smcp" } else { "agents" }
}

/// What the step says that fills the store.
pub(super) const STORE: &str = "Copy its files into the store";

/// Copies a folder by one command, which refuses it where it is not what was looked at.
pub(super) fn copy(
    open: &Open,
    planner: &mut Planner<'_>,
    from: &Path,
    to: &str,
    hash: Option<&str>,
    origin: Option<(&str, Option<String>)>,
    title: &str,
) -> ApiResult<()> {
    let ctl = crate::modules::launcher(open)?;
    let mut argv = vec![ctl.display().to_string()];
    argv.extend(["fetch", "--kind", "folder", "--from"].map(str::to_owned));
    argv.push(from.display().to_string());
    argv.extend(["--into".to_owned(), open.root().join(to).display().to_string()]);
    argv.extend(hash.into_iter().flat_map(|hash| ["--hash".to_owned(), hash.to_owned()]));
    if let Some((from, commit)) = origin {
        argv.extend(["--origin".to_owned(), from.to_owned()]);
        argv.extend(commit.into_iter().flat_map(|commit| ["--commit".to_owned(), commit]));
    }
    planner.run(
        RunSpec {
            argv,
            cwd: String::new(),
            env: Vec::new(),
            creates: to.to_owned(),
            final_path: to.to_owned(),
            timeout: COPY,
        },
        title,
    )?;
    Ok(())
}

fn rollback(open: &Open, snap: &Snapshot, placed: &Placed, hash: &str) -> ApiResult<(Plan, Words)> {
    let version = placed.at.versions.iter().find(|version| hash.starts_with(&version.short)).ok_or_else(|| {
        ApiError::refused(
            "plugin_version_unknown",
            format!("No version {} of `{}` is kept.", shown(hash), placed.at.name),
            "Its page lists the versions that are.",
        )
    })?;
    let plugin =
        read::read_as(&version.path, &placed.at.name).map_err(|error| refused(format!("{error}."), error.advice()))?;
    if lie::short(&plugin.hash) != version.short {
        return Err(refused(
            format!("What is kept of version {} was changed, too.", version.short),
            "Install it again from where it came.",
        ));
    }
    let Packages { missing, plan: packages } = installing::packages(open, &placed.tool, &plugin)?;
    // What the operator switched off stays so; what was put aside was put aside because of the version that is on.
    let aside = super::kept::read(open)?.aside.contains_key(&placed.id());
    let on = placed.at.enabled || aside;
    let mut planner = open.planner();
    planner.icon("undo");
    planner.group(&placed.tool.instance.named);
    let mut gone = Unlinked::default();
    tie(open, &mut planner, &mut gone, &placed.tool, &placed.at.name, &version.short, on)?;
    row(&mut planner, snap, &placed.tool, &placed.at.name, &plugin, on)?;
    let mut checks: Vec<_> = installing::fit(&missing).into_iter().collect();
    if on {
        let names = super::governor::names(open, &version.path, &placed.at.name, &plugin);
        let named = [(placed.at.name.clone(), names)];
        checks.extend(super::tools::join(open, snap, &mut planner, &placed.tool, &named)?);
    } else {
        checks.push((StatusWord::Healthy, "It is switched off, and stays so".to_owned()));
    }
    if aside && !placed.at.enabled {
        checks.push((StatusWord::Degraded, "It was put aside, and is switched on with this version".to_owned()));
    }
    let named = plugin.version.as_deref().map_or_else(|| version.short.clone(), shown);
    let mut plan = planner.finish(
        &format!("Put {} {named} back", placed.at.name),
        "The version that is there now stays in the store. Nothing has been written yet.",
    );
    gone.settle(&mut plan);
    installing::put_first(packages, &mut plan);
    let command = format!("sanctumctl plugins rollback {} {} --yes", quote(&placed.id()), version.short);
    Ok((plan, words("Put it back", Some(command), checks)))
}

/// Names in a plan the tools that run and are started again with it; an environment that changes with it has named its own.
fn restarts(open: &Open, plan: &mut Plan) -> ApiResult<()> {
    let running = crate::modules::that_run(open, &tools_of(open, plan)?)?;
    let snap = Snapshot::of(open)?;
    for instance in crate::modules::all_instances(open, &snap)?.iter().filter(|i| running.contains(&i.address)) {
        if !plan.restarts.contains(&instance.named) {
            plan.restarts.push(instance.named.clone());
        }
    }
    Ok(())
}

/// The addresses of the tools whose plugins, or which tools of theirs are on, a plan changes.
pub(crate) fn tools_of(open: &Open, plan: &Plan) -> ApiResult<Vec<String>> {
    let paths: Vec<String> = plan.steps.iter().filter_map(|step| step.action.path()).map(ToString::to_string).collect();
    if !paths.iter().any(|path| path.contains("/plugins/") || path.contains("/store/") || path.ends_with(".json")) {
        return Ok(Vec::new());
    }
    let snap = Snapshot::of(open)?;
    let all = crate::modules::all_instances(open, &snap)?;
    let touched = |instance: &crate::modules::Instance| {
        let plugins = format!("{}/plugins/", instance.path);
        paths.iter().any(|path| path.starts_with(&plugins) || super::tools::is_about(open, &snap, instance, path))
    };
    Ok(all.iter().filter(|instance| touched(instance)).map(|instance| instance.address.clone()).collect())
}
