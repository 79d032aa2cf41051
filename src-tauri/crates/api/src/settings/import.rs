//! An exported file read against this install: each line becomes something a level says, or a reason why it is not taken.

use std::collections::HashSet;

use sanctum_config::exchange::{self, Exchange, Settings};
use sanctum_config::{Field, check_field, effective};
use serde_json::Value;

use super::draft::Draft;
use super::propose::Told;
use super::snapshot::Snapshot;
use super::target::{PREFERENCES, Sort, Target};
use super::world::{Home, Stored};
use super::{shown, view};
use crate::Actor;
use crate::dto::{Level, SettingProblem};
use crate::open::Open;
use crate::words;

pub(super) fn import(open: &Open, snap: &Snapshot, actor: &Actor, all: &Exchange) -> Draft {
    let mut draft = Draft::default();
    let mut take = |owner: &str, target: Option<(&Target, Level)>, home: Option<Home>, settings: &Settings| {
        let Some(home) = home else {
            draft.problems.push(SettingProblem {
                id: owner.to_owned(),
                code: "unknown".to_owned(),
                message: format!(
                    "{owner} is not here, so its {} are not taken.",
                    words::count(settings.len(), "setting", "settings")
                ),
                blocks: true,
            });
            return;
        };
        let view = target.map(|(target, level)| (snap.view(target, None), level));
        for (key, told) in settings {
            one(&mut draft, snap, actor, owner, view.as_ref(), &home, key, told);
        }
    };
    take("system", None, Some(Home::System), &all.system);
    let root = snap.targets.iter().find(|t| t.name == super::target::SYSTEM && t.sort == Sort::Root);
    take("environment", root.map(|t| (t, Level::System)), Some(Home::Env), &all.environment);
    for (uid, settings) in &all.agents {
        let agent = snap.rows.agents.iter().find(|agent| &agent.uid == uid);
        take(&format!("agent `{uid}`"), None, agent.map(|agent| Home::Agent(agent.id)), settings);
    }
    for (slug, settings) in &all.tools {
        let tool = snap.rows.tools.iter().find(|tool| &tool.slug == slug);
        take(&format!("tool `{slug}`"), None, tool.map(|tool| Home::Tool(tool.id)), settings);
    }
    for (address, settings) in &all.instances {
        let target = snap.find(address).ok().filter(|target| target.sort == Sort::Instance);
        let home = target.and_then(|target| target.path.clone()).map(Home::Instance);
        take(&format!("`{address}`"), target.map(|t| (t, Level::Instance)), home, settings);
    }
    let own = snap.find(PREFERENCES).ok();
    for (name, settings) in &all.users {
        let id = snap.world.names.iter().find(|(_, known)| *known == name).map(|(id, _)| *id);
        take(&format!("account `{name}`"), own.map(|t| (t, Level::User)), id.map(Home::User), settings);
    }
    note_missing(open, &mut draft);
    draft
}

#[expect(clippy::too_many_arguments, reason = "one line of the file with all that is known about its owner")]
fn one(
    draft: &mut Draft,
    snap: &Snapshot,
    actor: &Actor,
    owner: &str,
    view: Option<&(view::View<'_>, Level)>,
    home: &Home,
    key: &str,
    told: &exchange::Told,
) {
    let id = format!("{owner}: {key}");
    let mut refuse = |message: String| {
        draft.problems.push(SettingProblem {
            id: id.clone(),
            code: "invalid".to_owned(),
            message: format!("{owner}, `{key}`: {message}"),
            blocks: true,
        });
    };
    let found = view.and_then(|(view, level)| {
        let field = view.field(key).cloned().or_else(|| super::new_variable(view.target, key).ok())?;
        Some((view, *level, field))
    });
    // A level above has no form of its own: what its modules' schemas say about the key counts.
    let described = if found.is_some() { None } else { described(snap, home, key) };
    let secret = matches!(told, exchange::Told::Secret(_));
    let value = match told {
        exchange::Told::Value(value) => value.clone(),
        exchange::Told::Secret(account) => Value::String(account.clone()),
        exchange::Told::None => Value::Null,
    };
    let pointer = match (&found, home) {
        (Some((_, _, field)), _) => field.pointer.clone(),
        (None, Home::Instance(_)) => return refuse("there is no such setting.".to_owned()),
        (None, _) => format!("/{}", sanctum_config::resolve::escape(key)),
    };
    if let Some((view, _, field)) = &found
        && let Some(why) = shown::read_only(view.target, field)
    {
        return refuse(why);
    }
    if let Some(field) = found.as_ref().map(|(.., field)| field).or(described) {
        if field.secret != secret && !value.is_null() {
            return refuse(
                if secret {
                    "it is no secret here."
                } else {
                    "it is a secret; the file must name a reference, not a value."
                }
                .to_owned(),
            );
        }
        if let Some(message) = check_field(field, &value).filter(|_| !secret) {
            return refuse(message);
        }
    } else if !secret && (effective::looks_secret(key) && !value.is_null() || effective::holds_password(&value)) {
        return refuse("it looks like a secret; the file must name a reference, not a value.".to_owned());
    }
    let stored = Stored { value, secret, who: Some(actor.user_id), when: None };
    let key_there = found.as_ref().map_or(key, |(view, _, field)| view.target.key_in(home, field)).to_owned();
    let there = snap.world.said(home, &key_there, &pointer);
    let in_file = found.as_ref().and_then(|(view, _, field)| view.chain(field).last().map(|link| link.value.clone()));
    let same = |there: &Stored| there.value == stored.value && there.secret == stored.secret;
    if there.as_ref().is_some_and(same) || there.is_none() && in_file.as_ref() == Some(&stored.value) {
        return;
    }
    if let Some((view, level, field)) = &found {
        draft.claim_in(view, field, *level);
    }
    draft.told.push(Told {
        id,
        key: key_there,
        pointer,
        title: found.map_or_else(|| key.to_owned(), |(_, _, field)| field.title),
        home: home.clone(),
        stored: Some(stored),
        by_environment: false,
    });
}

/// What a schema of those that a level reaches says about a key.
fn described<'a>(snap: &'a Snapshot, home: &Home, key: &str) -> Option<&'a Field> {
    let reached = |target: &&Target| match home {
        Home::System => target.sort == Sort::Instance,
        Home::Agent(id) => target.sort == Sort::Instance && target.agent.as_ref().is_some_and(|(own, ..)| own == id),
        Home::Tool(id) => matches!(target.sort, Sort::Instance | Sort::Tool) && target.tool_id == Some(*id),
        _ => false,
    };
    let mut fields = snap.targets.iter().filter(reached).flat_map(|target| &target.shape.schema.fields);
    fields.find(|field| field.key == key)
}

/// References to secrets that this machine's store does not hold are taken, and said.
fn note_missing(open: &Open, draft: &mut Draft) {
    let wanted: HashSet<String> = draft
        .told
        .iter()
        .filter_map(|one| one.stored.as_ref().filter(|stored| stored.secret)?.value.as_str().map(str::to_owned))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let missing = match open.secrets() {
        Ok(store) => wanted.iter().filter(|account| matches!(store.contains(account), Ok(false))).count(),
        Err(_) => wanted.len(),
    };
    if missing > 0 {
        draft.problems.push(SettingProblem {
            id: String::new(),
            code: "secret_missing".to_owned(),
            message: format!(
                "{} not in the secret store of this machine; set them afterwards.",
                words::count(missing, "secret is", "secrets are")
            ),
            blocks: false,
        });
    }
}

impl Draft {
    /// One thing said twice in one file counts once, the last.
    pub fn dedup(&mut self) {
        let mut seen = HashSet::new();
        let mut kept: Vec<Told> = std::mem::take(&mut self.told)
            .into_iter()
            .rev()
            .filter(|one| seen.insert((one.home.clone(), one.key.clone())))
            .collect();
        kept.reverse();
        self.told = kept;
    }
}
