//! Single tools of a plugin switched on and off: a plan over SMCP's profile file and the setting that names it (decision 018).
//!
//! What the file must say is crate `plugins`' (`profiles::switch`); here is which tools are known, what else has to be set, and
//! that plugins which are installed or switched on later are not left out by the list.

use std::collections::BTreeSet;

use sanctum_change::{Plan, Planner};
use sanctum_config::resolve::Level;
use sanctum_plugins::profiles::GOVERNOR;
use sanctum_plugins::profiles::switch::{Switched, Wish, switched};
use sanctum_plugins::{read, shown};

use super::governor::{self, ATTACH, Governor, PROFILES};
use super::place::{self, Placed, Tool};
use super::plans::quote;
use super::see::Seen;
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{self, EditOp, Json, SettingEdit, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::settings::{Draft, Snapshot, Target, View};
use crate::{Actor, ApiError, ApiResult, words};

impl App {
    /// The plan of switching one tool of a plugin on or off, for everybody who uses its tool server, from its next start.
    ///
    /// # Errors
    /// `not_allowed`, `plugin_unknown`, `tool_switch` with why it cannot be done: another module than SMCP, profiles that are
    /// somebody's own matter, tools that nobody knows yet.
    pub async fn plugin_tool_plan(&self, actor: &Actor, id: &str, tool: &str, on: bool) -> ApiResult<dto::Plan> {
        actor.may_change()?;
        let open = self.opened().await?;
        let all = super::mcp::available(&open).await;
        let (app, actor, id, tool) = (self.clone(), actor.clone(), id.to_owned(), tool.to_owned());
        blocking(move || {
            let snap = Snapshot::of(&open)?;
            let placed = place::find(&open, &snap, &actor, &id)?;
            let (plan, words, aside) = plan(&open, &snap, &actor, &placed, (&tool, on), all.as_ref())?;
            Ok(app.0.plans.keep_aside(plan, words, aside, Some(actor.user_id), open.env().now()))
        })
        .await
    }
}

fn refused(why: impl Into<String>, todo: impl Into<String>) -> ApiError {
    ApiError::refused("tool_switch", why, todo)
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// Names of all tools that are there, and the plugins of which nobody knows any.
struct Known {
    tools: BTreeSet<String>,
    unknown: Vec<String>,
}

/// `all` is what the running server says it has, attached or not.
fn known(open: &Open, tool: &Tool, all: Option<&BTreeSet<String>>) -> ApiResult<Known> {
    let kept = super::kept::read(open)?;
    let seen = Seen::now(open)?;
    let mut known = Known { tools: all.cloned().unwrap_or_default(), unknown: Vec::new() };
    for placed in place::of(tool, &kept).into_iter().filter(|placed| placed.at.enabled) {
        let name = placed.at.name.as_str();
        let files = read::read_as(&placed.at.dir, name).ok();
        let said = files.and_then(|plugin| governor::names(open, &placed.at.dir, name, &plugin));
        // What the server loaded at its start it knows better than anybody; the rest it has not seen yet.
        let loaded = all.is_some() && !seen.restart_needed(&placed);
        if said.is_none() && !loaded {
            known.unknown.push(shown(name));
        }
        known.tools.extend(said.into_iter().flatten());
    }
    known.tools.remove(GOVERNOR);
    Ok(known)
}

fn plan(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    placed: &Placed,
    (tool, on): (&str, bool),
    all: Option<&BTreeSet<String>>,
) -> ApiResult<(Plan, Words, Aside)> {
    let named = &placed.tool.instance.named;
    let governor = governor::of(open, snap, &placed.tool).ok_or_else(|| {
        refused(format!("{named} has no switch for single tools."), "Switch the whole plugin off instead.")
    })?;
    let governor = governor.map_err(|obstacle| obstacle.error())?;
    let known = known(open, &placed.tool, all)?;
    let given = shown(tool);
    if !tool.starts_with(&format!("{}__", placed.at.name)) || tool == GOVERNOR || given != tool {
        return Err(refused(
            format!("`{given}` is no tool of `{}`.", placed.at.name),
            format!("Its tools begin with `{}__`; its page lists them.", placed.at.name),
        ));
    }
    if governor.mode.offers(tool) == on {
        return Err(refused(
            format!("`{given}` is {} already, from the next start of {named}.", word(on)),
            format!("Where {named} shows it otherwise, start it again."),
        ));
    }
    // A list that is made now must name all that are on; one that is there already has them.
    if let [first, ..] = known.unknown.as_slice()
        && !governor.ours()
    {
        return Err(refused(
            format!("{named} leaves a tool out by a list of all others, and which tools `{first}` adds is not known."),
            format!("Start {named}, or start it again: then it tells them. Or look at `{first}` and trust its files."),
        ));
    }
    let wish = Wish { tool: Some((tool, on)), ..Wish::default() };
    let after = switched(governor.bytes.as_deref(), governor.given(), &known.tools, wish).map_err(|fault| {
        refused(
            format!("`{}` cannot be changed: {fault}.", shown(&governor.file)),
            format!("Mend that file, or clear `{PROFILES}` in the settings of {named}."),
        )
    })?;
    let title = format!("Switch {given} {}", word(on));
    let command = format!("sanctumctl plugins tool {} {} --{} --yes", quote(&placed.id()), quote(tool), word(on));
    let (mut plan, aside) = steps(open, snap, actor, &placed.tool, &governor, &after, (&title, &command))?;
    plan.title = title;
    plan.summary = format!(
        "{named} reads which tools it offers when it starts, for everybody who uses it. Nothing has been written yet."
    );
    plan.restarts.clear();
    let mut checks = checks(&governor, &after, &known, named);
    if crate::modules::that_run(open, &[placed.tool.address().to_owned()])?.is_empty() {
        checks.push((StatusWord::Inactive, format!("{named} does not run; it counts from its next start")));
    } else {
        plan.restarts.push(format!(
            "{named} is started again with it and watched; it is taken back where {named} does not come up"
        ));
    }
    let words = Words {
        undo: "With Undo or from Activity, as long as nobody changed the same files since.".to_owned(),
        action: format!("Switch it {}", word(on)),
        command: Some(command),
        checks,
        notes: Vec::new(),
    };
    Ok((plan, words, aside))
}

fn checks(governor: &Governor, after: &Switched, known: &Known, named: &str) -> Vec<(StatusWord, String)> {
    let file = shown(&governor.file);
    let mut checks = vec![(StatusWord::Healthy, format!("`{file}` was read as {named} will read it"))];
    checks.push((
        StatusWord::Degraded,
        format!("An agent can attach a tool that is off again with `{GOVERNOR}`, until {named} starts anew"),
    ));
    if !after.ours {
        checks.push((StatusWord::Healthy, "With that nothing is left out any more, and the list goes".to_owned()));
    }
    if !after.more.is_empty() {
        let more = words::count(after.more.len(), "tool that came", "tools that came");
        checks.push((StatusWord::Healthy, format!("{more} since joins the list of those that are on")));
    }
    checks.extend(known.unknown.iter().filter(|_| after.ours).map(|name| not_named(name, named)));
    checks
}

fn not_named(plugin: &str, named: &str) -> (StatusWord, String) {
    (
        StatusWord::Degraded,
        format!(
            "Which tools `{plugin}` adds is not known before {named} ran it, and only tools that are named are on while one is \
             switched off. Switch them on on its page after the start"
        ),
    )
}

/// The steps over the settings and the file.
fn steps(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    tool: &Tool,
    governor: &Governor,
    after: &Switched,
    (title, command): (&str, &str),
) -> ApiResult<(Plan, Aside)> {
    let target = snap.find(tool.address())?;
    let (bytes, edits) = file_and_edits(open, &snap.view(target, None), governor, after);
    let write = |planner: &mut Planner<'_>| -> ApiResult<()> {
        planner.group(&tool.instance.named);
        match &bytes {
            Some(bytes) if governor.bytes.is_some() => {
                planner.patch_file(&governor.file, bytes.clone(), &[], "Change which tools are on")?;
            }
            Some(bytes) => planner.write_file(&governor.file, bytes.clone(), 0o600, "Name the tools that are on")?,
            None => planner.remove_file(&governor.file, "Let go of the list of tools")?,
        }
        Ok(())
    };
    if edits.is_empty() {
        let mut planner = open.planner();
        planner.icon("tools");
        write(&mut planner)?;
        return Ok((planner.finish(title, ""), Aside::default()));
    }
    let (plan, _, aside) =
        settled(snap, target, &edits, actor)?.plan_with(open, snap, actor, title, command, &write)?;
    Ok((plan, aside))
}

/// What the file holds from now on, nothing where it goes, and which settings say so.
fn file_and_edits(
    open: &Open,
    view: &View<'_>,
    governor: &Governor,
    after: &Switched,
) -> (Option<Vec<u8>>, Vec<SettingEdit>) {
    let named = governor::said(view, PROFILES);
    // A file that another level names stays, with nothing in it: without it SMCP would not start.
    let own = named.as_ref().is_none_or(|(_, level)| *level == Level::Instance);
    let bytes = after.file.clone().or_else(|| (!own).then(|| b"{}\n".to_vec()));
    let mut edits = Vec::new();
    if named.is_none() && bytes.is_some() {
        let path = open.root().join(&governor.file).display().to_string();
        edits.push(edit(view, PROFILES, Some(path)));
    } else if bytes.is_none() {
        edits.push(edit(view, PROFILES, None));
    }
    if let Some(attach) = &after.attach {
        let above = above(view, ATTACH);
        edits.push(edit(view, ATTACH, Some(attach.clone()).filter(|attach| above.as_ref() != Some(attach))));
    }
    (bytes, edits)
}

/// The draft of edits, all of which can be made.
fn settled(snap: &Snapshot, target: &Target, edits: &[SettingEdit], actor: &Actor) -> ApiResult<Draft> {
    let mut draft = Draft::of(snap, target, edits, actor);
    draft.work_out(snap);
    match draft.problems.iter().find(|problem| problem.blocks) {
        Some(problem) => Err(ApiError::refused(
            "settings_invalid",
            problem.message.clone(),
            "Nothing was changed. Mend that first, then switch the tool.",
        )),
        None => Ok(draft),
    }
}

/// What a setting would say without what this instance says itself.
fn above(view: &View<'_>, env: &str) -> Option<String> {
    let field = view.fields().find(|field| field.env.as_deref() == Some(env))?;
    let chain = view.chain(field);
    let link = chain.iter().rev().find(|link| link.layer.level != Level::Instance)?;
    link.value.as_str().map(str::to_owned)
}

/// `None` takes back what the instance says itself.
fn edit(view: &View<'_>, env: &str, value: Option<String>) -> SettingEdit {
    let field = view.fields().find(|field| field.env.as_deref() == Some(env));
    SettingEdit {
        id: field.map_or_else(|| format!("env:{env}"), |field| field.key.clone()),
        level: dto::Level::Instance,
        op: if value.is_some() { EditOp::Set } else { EditOp::Reset },
        value: value.map(|text| Json(text.into())),
        by_environment: field.is_some_and(|field| view.by_environment(field)),
    }
}

/// Adds to the plan of plugins that are switched on: where tools are left out one by one, theirs are named as on. `plugins` are
/// their names, each with the names of its tools as far as they are known.
pub(super) fn join(
    open: &Open,
    snap: &Snapshot,
    planner: &mut Planner<'_>,
    tool: &Tool,
    plugins: &[(String, Option<BTreeSet<String>>)],
) -> ApiResult<Vec<(StatusWord, String)>> {
    let Some(Ok(governor)) = governor::of(open, snap, tool).filter(|g| g.as_ref().is_ok_and(Governor::ours)) else {
        return Ok(Vec::new());
    };
    let known: BTreeSet<String> = plugins.iter().filter_map(|(_, tools)| tools.as_ref()).flatten().cloned().collect();
    let unknown = plugins.iter().filter(|(_, tools)| tools.is_none());
    let mut checks: Vec<_> = unknown.map(|(name, _)| not_named(&shown(name), &tool.instance.named)).collect();
    checks.extend(rewrite(planner, tool, &governor, &known, Wish::default(), "Name its tools as on")?);
    Ok(checks)
}

/// The same for plugins that are there and are switched on as they lie.
pub(super) fn join_all(
    open: &Open,
    snap: &Snapshot,
    planner: &mut Planner<'_>,
    plugins: &[Placed],
) -> ApiResult<Vec<(StatusWord, String)>> {
    let smcp = |placed: &&Placed| placed.tool.takes == Some(read::Kind::Smcp);
    let Some(first) = plugins.iter().find(smcp) else { return Ok(Vec::new()) };
    let with_tools = |placed: &Placed| {
        let (dir, name) = (&placed.at.dir, placed.at.name.as_str());
        let plugin = read::read_as(dir, name).ok();
        (name.to_owned(), plugin.and_then(|plugin| governor::names(open, dir, name, &plugin)))
    };
    let all: Vec<_> = plugins.iter().filter(smcp).map(with_tools).collect();
    join(open, snap, planner, &first.tool, &all)
}

/// What of the list goes with a plugin that is removed.
pub(super) struct Unlisting {
    governor: Governor,
    gone: String,
    after: Option<Switched>,
    bytes: Option<Vec<u8>>,
    /// Changes of settings without which the list can only be emptied.
    pub draft: Draft,
}

/// Where tools are left out one by one: what the list is without a plugin. With the last of them the list goes, and what was set
/// for it.
pub(super) fn unlisting(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    tool: &Tool,
    plugin: &str,
) -> ApiResult<Option<Unlisting>> {
    let Some(Ok(governor)) = governor::of(open, snap, tool).filter(|g| g.as_ref().is_ok_and(Governor::ours)) else {
        return Ok(None);
    };
    let target = snap.find(tool.address())?;
    let gone = format!("{plugin}__");
    let wish = Wish { tool: None, gone: Some(&gone), with_settings: true };
    let after = switched(governor.bytes.as_deref(), governor.given(), &BTreeSet::new(), wish).ok();
    let (mut bytes, mut edits) = (None, Vec::new());
    if let Some(after) = &after {
        (bytes, edits) = file_and_edits(open, &snap.view(target, None), &governor, after);
    }
    let mut out = Unlisting { governor, gone, after, bytes, draft: Draft::default() };
    if !edits.is_empty() {
        match settled(snap, target, &edits, actor) {
            Ok(draft) => out.draft = draft,
            // The file stays, then, with nothing of the plugin in it.
            Err(_) => out.after = None,
        }
    }
    Ok(Some(out))
}

/// Adds to the plan of a plugin that is removed: the list forgets its tools. `settled` tells that its settings are in the plan.
pub(super) fn leave(
    planner: &mut Planner<'_>,
    tool: &Tool,
    list: &Unlisting,
    settled: bool,
) -> ApiResult<Vec<(StatusWord, String)>> {
    let governor = &list.governor;
    if list.after.is_none() || (!settled && !list.draft.told.is_empty()) {
        let wish = Wish { tool: None, gone: Some(&list.gone), with_settings: false };
        return rewrite(planner, tool, governor, &BTreeSet::new(), wish, "Forget which of its tools are on");
    }
    planner.group(&tool.instance.named);
    match &list.bytes {
        Some(bytes) => {
            planner.patch_file(&governor.file, bytes.clone(), &[], "Forget which of its tools are on")?;
        }
        None => planner.remove_file(&governor.file, "Let go of the list of tools, which was made for them alone")?,
    }
    Ok(Vec::new())
}

fn rewrite(
    planner: &mut Planner<'_>,
    tool: &Tool,
    governor: &Governor,
    known: &BTreeSet<String>,
    wish: Wish<'_>,
    title: &str,
) -> ApiResult<Vec<(StatusWord, String)>> {
    match switched(governor.bytes.as_deref(), governor.given(), known, wish) {
        Ok(after) => {
            planner.group(&tool.instance.named);
            // The setting names the file on; with nothing in it every tool is on.
            let bytes = after.file.unwrap_or_else(|| b"{}\n".to_vec());
            planner.patch_file(&governor.file, bytes, &[], title)?;
            Ok(Vec::new())
        }
        Err(fault) => Ok(vec![(
            StatusWord::Degraded,
            format!("`{}`, which names the tools that are on, is left as it is: {fault}", shown(&governor.file)),
        )]),
    }
}

/// Whether a step at `path` changes which tools this module offers from its start.
pub(super) fn is_about(open: &Open, snap: &Snapshot, instance: &crate::modules::Instance, path: &str) -> bool {
    if instance.module != "smcp" || !path.ends_with(".json") {
        return false;
    }
    let tool = Tool { instance: instance.clone(), takes: Some(read::Kind::Smcp) };
    let named = || governor::of(open, snap, &tool).and_then(Result::ok).is_some_and(|governor| governor.file == path);
    path == governor::own_file(&tool) || named()
}
