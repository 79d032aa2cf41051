//! A draft: edits of one form, checked and planned together. Invalid ones are named and left out, never lost.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use sanctum_config::{Field, check_field};
use serde_json::Value;

use super::ports;
use super::propose::{self, Proposal, Told, problem};
use super::shown;
use super::snapshot::Snapshot;
use super::target::{Sort, Target};
use super::view::Spot;
use super::world::{Home, Stored, World};
use crate::Actor;
use crate::dto::{EditOp, Level, SettingEdit, SettingProblem};
use crate::secrets::NewSecret;

/// Edits of one draft at most: more than any form has.
const MOST_EDITS: usize = 2_000;

/// Edits that can be made, and what is wrong with the others.
#[derive(Default)]
pub(crate) struct Draft {
    pub told: Vec<Told>,
    pub problems: Vec<SettingProblem>,
    pub claimed: HashSet<Spot>,
    /// Ports that move in the ledger: from, to, module, agent.
    pub ports: Vec<ports::Move>,
    /// Values that go to the secret store with it.
    pub secrets: Vec<NewSecret>,
    /// Groups of items that leave the secret store with it.
    pub purge: Vec<String>,
}

impl Draft {
    pub fn of(snap: &Snapshot, target: &Target, edits: &[SettingEdit], actor: &Actor) -> Self {
        let mut draft = Self::default();
        for edit in edits.iter().skip(MOST_EDITS) {
            let message = format!("Only {MOST_EDITS} values are changed at once. Apply these first.");
            draft.problems.push(SettingProblem {
                id: edit.id.clone(),
                code: "level".to_owned(),
                message,
                blocks: true,
            });
        }
        for edit in edits.iter().take(MOST_EDITS) {
            if let Err(problem) = draft.take(snap, target, edit, actor) {
                draft.problems.push(problem);
            }
        }
        draft.whole(snap, target, actor);
        draft
    }

    fn take(
        &mut self,
        snap: &Snapshot,
        target: &Target,
        edit: &SettingEdit,
        actor: &Actor,
    ) -> Result<(), SettingProblem> {
        let view = snap.view(target, Some(actor.user_id));
        let refuse = |code: &str, message: String| {
            Err(SettingProblem { id: edit.id.clone(), code: code.to_owned(), message, blocks: true })
        };
        let made;
        let field = match (view.field(&edit.id), edit.id.strip_prefix("env:")) {
            (Some(field), _) => field,
            (None, Some(name)) => {
                made = super::new_variable(target, name).map_err(|message| SettingProblem {
                    id: edit.id.clone(),
                    code: "invalid".to_owned(),
                    message,
                    blocks: true,
                })?;
                &made
            }
            (None, None) => return refuse("invalid", format!("There is no setting `{}` here any more.", edit.id)),
        };
        let added = !target.shape.schema.fields.iter().any(|known| known.key == field.key);
        if added
            && !matches!((target.sort, edit.level), (Sort::Root, Level::System) | (Sort::Instance, Level::Instance))
        {
            return refuse("level", format!("No schema names {}, so only its own level can say it.", field.title));
        }
        if target.sort == Sort::Preferences && field.key == super::preferences::START && actor.may_change().is_err() {
            return refuse("level", "What starts at login is the business of an administrator.".to_owned());
        }
        if let Some(why) = shown::read_only(target, field) {
            return refuse("read_only", format!("{} cannot be changed here. {why}", field.title));
        }
        let Some(home) = target.home(edit.level, field, actor.user_id) else {
            return refuse("level", format!("{} has no such level here. Choose another level.", field.title));
        };
        if !matches!(home, Home::User(_)) && actor.may_change().is_err() {
            return refuse("level", "Only an administrator can change this.".to_owned());
        }
        if let Home::Instance(path) = &home
            && snap.world.instances.get(path).is_some_and(|own| own.broken)
        {
            return refuse(
                "unreadable",
                format!(
                    "What the registry keeps for {} cannot be read, so nothing is written over it. Salvage the registry first.",
                    target.named()
                ),
            );
        }
        let key = target.key_in(&home, field);
        if key.chars().count() > 100 && !matches!(home, Home::Instance(_) | Home::Tool(_) | Home::User(_)) {
            return refuse("level", format!("The name `{key}` is too long for this level; set it at the instance."));
        }
        let value = match edit.op {
            EditOp::Reset => None,
            EditOp::None if !field.nullable => {
                return refuse("invalid", format!("{} cannot be none. Enter a value, or reset it.", field.title));
            }
            EditOp::None => Some(Value::Null),
            EditOp::Set if field.secret => {
                return refuse("read_only", format!("{} is a secret; it is set with Replace….", field.title));
            }
            EditOp::Set => Some(edit.value.as_ref().map_or(Value::Null, |json| json.0.clone())),
        };
        if let Some(message) = value.as_ref().and_then(|value| check_field(field, value)) {
            return refuse("invalid", message);
        }
        if let Some(value) = value.as_ref().filter(|value| sanctum_config::effective::holds_password(value)) {
            let _hidden = value;
            return refuse(
                "invalid",
                format!(
                    "{} holds a password, which would stand in a file in plain text. Take the password out of it and set it as a secret.",
                    field.title
                ),
            );
        }
        let stored = value.map(|value| Stored { value, secret: false, who: Some(actor.user_id), when: None });
        if let (Some(number), Home::Instance(_)) = (stored.as_ref().and_then(|s| s.value.as_u64()), &home) {
            self.port(snap, target, field, edit, number)?;
        }
        self.claim(snap, target, field, edit.level);
        self.told.push(Told {
            id: edit.id.clone(),
            key: key.to_owned(),
            pointer: field.pointer.clone(),
            title: field.title.clone(),
            home,
            stored,
            by_environment: edit.by_environment,
        });
        Ok(())
    }

    /// A port must not be kept for somebody else; the ledger and the variables that name it follow.
    fn port(
        &mut self,
        snap: &Snapshot,
        target: &Target,
        field: &Field,
        edit: &SettingEdit,
        number: u64,
    ) -> Result<(), SettingProblem> {
        match ports::judge(snap, target, field, number) {
            ports::Judged::NoPort => Ok(()),
            ports::Judged::Free { moves, warning } => {
                self.ports.extend(moves);
                self.problems.extend(warning.map(|message| SettingProblem {
                    id: edit.id.clone(),
                    code: "port_held".to_owned(),
                    message,
                    blocks: false,
                }));
                Ok(())
            }
            ports::Judged::Taken(message) => {
                Err(SettingProblem { id: edit.id.clone(), code: "port_held".to_owned(), message, blocks: true })
            }
        }
    }

    /// What is set at the instance is ours from now on, also where the file said it before.
    pub fn claim(&mut self, snap: &Snapshot, target: &Target, field: &Field, level: Level) {
        self.claim_in(&snap.view(target, None), field, level);
    }

    /// The same where the target is looked at already.
    pub fn claim_in(&mut self, view: &super::view::View<'_>, field: &Field, level: Level) {
        let own = level == Level::Instance || (view.target.sort == Sort::Root && level == Level::System);
        if own && let Some(spot) = view.spot(field) {
            self.claimed.insert(spot);
        }
    }

    /// What the schema as a whole says about the values together.
    fn whole(&mut self, snap: &Snapshot, target: &Target, actor: &Actor) {
        let (validator, _) = target.shape.validator();
        if self.told.is_empty() || !validator.is_whole() {
            return;
        }
        let mut world = snap.world.clone();
        self.told.iter().for_each(|one| world.tell(&one.home, &one.key, &one.pointer, one.stored.clone()));
        let user = Some(actor.user_id);
        let after = snap.view_in(&world, target, user, &self.claimed);
        let known = &target.shape.schema.fields;
        let wrong = |view: &super::view::View<'_>| validator.problems(&super::document(view), known);
        let before = wrong(&snap.view(target, user));
        for found in wrong(&after) {
            if before.iter().any(|old| old == &found) {
                continue;
            }
            let Some(at) = self.told.iter().position(|one| one.pointer == found.pointer || one.id == found.key) else {
                continue;
            };
            let one = self.told.remove(at);
            self.problems.push(problem(&one, "invalid", found.message, true));
        }
    }

    /// Works it out; what no file can carry is taken out and named.
    pub fn work_out(&mut self, snap: &Snapshot) -> (World, Proposal, BTreeMap<String, Vec<u8>>) {
        super::guard::hold(self, snap);
        loop {
            let mut world = snap.world.clone();
            let mut out = propose::work_out(snap, &mut world, &self.told, &self.claimed);
            let mut files = BTreeMap::new();
            let mut found = std::mem::take(&mut out.problems);
            for (file, patches) in &out.files {
                if let Some(bytes) = propose::patched(snap, file, patches, &mut found) {
                    files.insert(file.clone(), bytes);
                }
            }
            let blocked: BTreeSet<String> = found.iter().filter(|p| p.blocks).map(|p| p.id.clone()).collect();
            for one in found {
                if !self.problems.contains(&one) {
                    self.problems.push(one);
                }
            }
            let before = self.told.len();
            self.told.retain(|one| !blocked.contains(&one.id));
            if self.told.len() == before {
                return (world, out, files);
            }
        }
    }
}
