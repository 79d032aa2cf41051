//! The plan that installs, or updates, a plugin that was read in quarantine. Its packages are tried together with what is installed.

use sanctum_change::Plan;
use sanctum_plugins::place as lie;
use sanctum_plugins::{Level, read, shown};

use super::plans::{STORE, Unlinked, copy, env, quote, refused, row, tie, words};
use super::{compare, governor, kept, place, quarantine, tools};
use crate::dto::{ModuleSource, PluginInstall, StatusWord};
use crate::open::Open;
use crate::plan::Words;
use crate::settings::Snapshot;
use crate::{Actor, ApiResult};

pub(super) fn install(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    install: &PluginInstall,
) -> ApiResult<(Plan, Words)> {
    let (held, candidate) = quarantine::candidate(open, &install.inspection, &install.dir)?;
    let tool = place::tool(open, snap, actor, &install.tool)?;
    let plugin =
        read::read_as(&candidate.path, &install.name).map_err(|error| refused(format!("{error}."), error.advice()))?;
    if let Some(problem) = lie::name_problem(plugin.kind, &install.name) {
        return Err(refused(problem.words, &problem.todo));
    }
    if !quarantine::fits(&tool, plugin.kind) {
        return Err(refused(
            format!("{} loads no plugin of kind {}.", tool.instance.named, plugin.kind.as_str()),
            "Choose the tool that it is for.",
        ));
    }
    if let Some(error) = plugin.findings.iter().find(|finding| finding.level == Level::Error) {
        // What is wrong with the chosen name is for the one who chose it.
        let by_name = matches!(error.code.as_str(), "broca_name" | "name_rule");
        let todo = if by_name { error.todo.as_str() } else { "Its author has to mend it; nothing was changed." };
        return Err(refused(error.words.clone(), todo));
    }
    let hash = lie::short(&plugin.hash).to_owned();
    let store = format!("{}/{}/{}/{hash}", tool.instance.path, lie::STORE, install.name);
    let kept = kept::read(open)?;
    let installed = place::of(&tool, &kept);
    if let Some(twin) = lie::twin(&install.name, installed.iter().map(|placed| placed.at.name.as_str())) {
        return Err(refused(
            format!(
                "`{}` and the installed `{}` differ only in spelling: a Mac takes them for one folder.",
                shown(&install.name),
                shown(twin)
            ),
            "Name it exactly as the installed one to update that, or choose another name.",
        ));
    }
    let before = installed.into_iter().find(|placed| placed.at.name == install.name);
    let there = |before: &place::Placed| {
        let as_installed = read::read_as(&before.at.dir, &install.name).is_ok_and(|now| now.hash == plugin.hash);
        as_installed && before.installed().as_ref() == Some(&hash) && before.at.enabled == install.enable
    };
    if before.as_ref().is_some_and(there) {
        return Err(refused("This version is there already.", "Nothing has to be done."));
    }
    let Packages { missing, plan: packages } = packages(open, &tool, &plugin)?;
    let mut planner = open.planner();
    planner.icon("plugin");
    planner.group(&tool.instance.named);
    let mut gone = Unlinked::default();
    // What somebody changed in the store is no version to go back to.
    let kept_whole = sanctum_fetch::content_hash(&open.root().join(&store)).is_ok_and(|now| now == plugin.hash);
    if !kept_whole {
        gone.let_go(open, &mut planner, &store, "Let go of the version that was changed")?;
        compare::keep(open, &plugin.hash, &candidate.path);
        let record = sanctum_fetch::Record::read(&quarantine::content(open, &install.inspection)?);
        let commit = record.and_then(|record| record.commit);
        copy(
            open,
            &mut planner,
            &candidate.path,
            &store,
            Some(&plugin.hash),
            Some((held.from.as_str(), commit)),
            STORE,
        )?;
    }
    tie(open, &mut planner, &mut gone, &tool, &install.name, &hash, install.enable)?;
    row(&mut planner, snap, &tool, &install.name, &plugin, install.enable)?;
    let joined = if install.enable {
        let names = governor::names(open, &candidate.path, &install.name, &plugin);
        tools::join(open, snap, &mut planner, &tool, &[(install.name.clone(), names)])?
    } else {
        Vec::new()
    };
    let updated = before.is_some();
    let was_on = before.map(|before| before.at.enabled);
    let title = format!("{} {}", if updated { "Update" } else { "Install" }, shown(&plugin.title));
    let from = shown(&held.from);
    let summary = format!(
        "Its {} from {from} go into the store{}. Nothing of it is run before that, and nothing has been written yet.",
        crate::words::count(plugin.files.len(), "file", "files"),
        if packages.is_some() {
            ", and what it needs into a new Python environment beside the present one"
        } else {
            ""
        }
    );
    let mut plan = planner.finish(&title, &summary);
    gone.settle(&mut plan);
    put_first(packages, &mut plan);
    let mut checks = vec![(StatusWord::Healthy, format!("Content {hash}… is what was looked at"))];
    checks.extend(fit(&missing));
    checks.extend(joined);
    checks.extend(super::settings::weighed(snap, &tool, &plugin));
    for finding in plugin.findings.iter().filter(|finding| finding.level == Level::Warning) {
        checks.push((StatusWord::Degraded, finding.words.clone()));
    }
    let command = held.source.as_ref().map(|source| command(source, &candidate.dir, install, was_on));
    Ok((plan, words(if updated { "Update it" } else { "Install it" }, command, checks)))
}

/// What does the same in a terminal.
fn command(source: &ModuleSource, dir: &str, install: &PluginInstall, was_on: Option<bool>) -> String {
    let from = crate::modules::source_words(source);
    let (tool, name) = (quote(&install.tool), quote(&install.name));
    let dir = if dir == "." { String::new() } else { format!(" --dir {}", quote(dir)) };
    let (verb, switch) = match (was_on, install.enable) {
        (None, true) => ("install", ""),
        (None, false) => ("install", " --off"),
        // An update leaves it as it is.
        (Some(was), on) if was == on => ("update", ""),
        (Some(_), true) => ("update", " --on"),
        (Some(_), false) => ("update", " --off"),
    };
    format!("sanctumctl plugins {verb} {from} --tool {tool} --name {name}{dir}{switch} --yes")
}

/// What a plugin needs and its environment lacks, and the plan that adds it.
pub(super) struct Packages {
    pub missing: Vec<String>,
    pub plan: Option<Plan>,
}

/// Tries what a plugin needs together with what is installed.
pub(super) fn packages(open: &Open, tool: &place::Tool, plugin: &read::Plugin) -> ApiResult<Packages> {
    let missing: Vec<String> = quarantine::needs(open, plugin, env(tool))
        .iter()
        .filter(|need| need.verdict.word != StatusWord::Healthy)
        .fold(std::collections::BTreeMap::<String, Vec<String>>::new(), |mut all, need| {
            // Asked for twice, both words count: what contradicts itself is a conflict, and not the last word.
            all.entry(need.package.clone()).or_default().push(need.wanted.trim().to_owned());
            all
        })
        .into_iter()
        .map(|(package, wanted)| {
            format!("{package}{}", wanted.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(","))
        })
        .collect();
    let plan = if missing.is_empty() { None } else { Some(crate::python::adding(open, env(tool), &missing)?) };
    Ok(Packages { missing, plan })
}

/// The environment is there before what needs it.
pub(super) fn put_first(packages: Option<Plan>, plan: &mut Plan) {
    if let Some(mut packages) = packages {
        packages.steps.append(&mut plan.steps);
        plan.steps = packages.steps;
        plan.restarts.extend(packages.restarts);
    }
}

/// That what is missing was tried, in words.
pub(super) fn fit(missing: &[String]) -> Option<(StatusWord, String)> {
    let names: Vec<&str> = missing.iter().map(String::as_str).collect();
    let words = || format!("{} fit with what is installed", crate::words::list(&names));
    (!names.is_empty()).then(|| (StatusWord::Healthy, words()))
}
