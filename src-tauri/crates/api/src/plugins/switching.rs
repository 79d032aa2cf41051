//! The plans that switch plugins on and off: one by the operator's word, some for the search by halves, one that is put aside.

use sanctum_change::{Plan, Planner};
use sanctum_plugins::graph::{NodeKind, Refused, State};
use sanctum_plugins::place::{self as lie, Put};
use sanctum_plugins::read;

use super::place::{self, Placed, Tool};
use super::plans::{STORE, Unlinked, copy, quote, refused, row, tie, words};
use super::{compare, kept};
use crate::dto::StatusWord;
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult};

/// Switching one on or off. One that is on and was changed can be switched on as it is now: that is trusting its files.
pub(super) fn switch(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    placed: &Placed,
    on: bool,
) -> ApiResult<(Plan, Words)> {
    let (id, name) = (placed.id(), placed.at.name.as_str());
    let changed = on && read::read_as(&placed.at.dir, name).is_ok_and(|plugin| placed.changed(&plugin));
    if placed.at.enabled == on && !changed {
        let word = if on { "on" } else { "off" };
        return Err(refused(format!("`{name}` is {word} already."), "Nothing has to be done."));
    }
    let graph = super::graph::graph(open, snap, actor, None)?;
    let mut also = Vec::new();
    let mut checks = Vec::new();
    if on {
        let needs = graph.needs(&id).map_err(|why| refused(why.to_string(), hint(&why)))?;
        let off = needs.iter().filter(|node| node.kind == NodeKind::Plugin && node.state == State::Off);
        for node in off {
            also.push(place::find(open, snap, actor, &node.id)?);
        }
        if !also.is_empty() {
            let names: Vec<&str> = also.iter().map(|placed| placed.at.name.as_str()).collect();
            checks.push((
                StatusWord::Healthy,
                format!("It needs {}, which is switched on with it", crate::words::list(&names)),
            ));
        }
    } else {
        for breaks in graph.breaks(&id) {
            checks.push((StatusWord::Degraded, breaks.words));
        }
    }
    if changed {
        let said =
            "Its files are not what was installed; as they are now they become a version of their own".to_owned();
        checks.push((StatusWord::Degraded, said));
    }
    let mut planner = open.planner();
    planner.icon("plugin");
    let mut gone = Unlinked::default();
    also.push(placed.clone());
    for one in &also {
        recorded(open, snap, &mut planner, &mut gone, one, on)?;
    }
    if on {
        checks.extend(super::tools::join_all(open, snap, &mut planner, &also)?);
    }
    let verb = if on { "on" } else { "off" };
    let title = if changed { format!("Trust the files of {name}") } else { format!("Switch {name} {verb}") };
    let summary = format!(
        "{} loads what lies in its plugins folder when it starts. Nothing has been written yet.",
        placed.tool.instance.named
    );
    let mut plan = planner.finish(&title, &summary);
    gone.settle(&mut plan);
    let command = format!("sanctumctl plugins {} {} --yes", if on { "enable" } else { "disable" }, quote(&id));
    let action = if changed { "Trust them".to_owned() } else { format!("Switch it {verb}") };
    Ok((plan, words(&action, Some(command), checks)))
}

/// What helps where something that it needs is not there.
fn hint(why: &Refused) -> &'static str {
    match why {
        Refused::Missing { chain, .. } if chain.last().is_some_and(|end| end.starts_with("secret:")) => {
            "Set it first; its tool's settings have a field for it."
        }
        Refused::Missing { .. } => "Install what it needs first.",
        Refused::Cycle { .. } => "Their authors have to mend it; nothing was changed.",
    }
}

/// The plan that switches one off because its tool does not start with it.
pub(super) fn aside(open: &Open, snap: &Snapshot, placed: &Placed, summary: &str) -> ApiResult<Plan> {
    let mut planner = open.planner();
    planner.icon("lock");
    let mut gone = Unlinked::default();
    recorded(open, snap, &mut planner, &mut gone, placed, false)?;
    let title = format!("Put aside {}: it stops {} from starting", placed.at.name, placed.tool.instance.named);
    let mut plan = planner.finish(&title, summary);
    gone.settle(&mut plan);
    Ok(plan)
}

/// The plan that switches exactly these of a tool's plugins on; `None` where they are.
pub(super) fn exactly(
    open: &Open,
    snap: &Snapshot,
    tool: &Tool,
    wanted: &[String],
) -> ApiResult<Option<(Plan, Words)>> {
    let kept = kept::read(open)?;
    let mut planner = open.planner();
    planner.icon("plugin");
    let mut gone = Unlinked::default();
    for placed in place::of(tool, &kept) {
        let on = wanted.contains(&placed.at.name);
        if placed.at.enabled == on || placed.at.dir.metadata().is_err() {
            continue;
        }
        recorded(open, snap, &mut planner, &mut gone, &placed, on)?;
    }
    if planner.steps().is_empty() {
        return Ok(None);
    }
    let title =
        format!("Switch {} of {} on", crate::words::count(wanted.len(), "plugin", "plugins"), tool.instance.named);
    let mut plan = planner.finish(&title, "One step of the search for the plugin that breaks it.");
    gone.settle(&mut plan);
    Ok(Some((plan, words("Try it", None, Vec::new()))))
}

fn recorded(
    open: &Open,
    snap: &Snapshot,
    planner: &mut Planner<'_>,
    gone: &mut Unlinked,
    placed: &Placed,
    on: bool,
) -> ApiResult<()> {
    planner.group(&placed.tool.instance.named);
    one_switch(open, planner, gone, placed, on)?;
    if let Ok(plugin) = read::read_as(&placed.at.dir, &placed.at.name) {
        row(planner, snap, &placed.tool, &placed.at.name, &plugin, on)?;
    }
    Ok(())
}

fn one_switch(open: &Open, planner: &mut Planner<'_>, gone: &mut Unlinked, placed: &Placed, on: bool) -> ApiResult<()> {
    let (tool, name) = (&placed.tool, placed.at.name.as_str());
    let changed = || read::read_as(&placed.at.dir, name).is_ok_and(|plugin| placed.changed(&plugin));
    if placed.at.put == Put::Store && !(on && changed()) {
        let hash = placed
            .at
            .current
            .clone()
            .ok_or_else(|| refused(format!("No version of `{name}` is there."), "Install it again."))?;
        return tie(open, planner, gone, tool, name, &hash, on);
    }
    // A real folder that somebody put there, a link of theirs, or a version that they changed: as it is now it is copied into the
    // store, and what they had put there goes to the trash.
    let plugin = read::read_as(&placed.at.dir, name).map_err(|error| refused(format!("{error}."), error.advice()))?;
    let hash = lie::short(&plugin.hash).to_owned();
    let store = format!("{}/{}/{name}/{hash}", tool.instance.path, lie::STORE);
    if !open.root().join(&store).exists() {
        compare::keep(open, &plugin.hash, &placed.at.dir);
        copy(open, planner, &placed.at.dir, &store, Some(&plugin.hash), None, STORE)?;
    }
    tie(open, planner, gone, tool, name, &hash, on)
}
