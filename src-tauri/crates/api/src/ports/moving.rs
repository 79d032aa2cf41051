//! The plan that gives an instance another port: the ledger, its own settings, and every setting that leads to the old one.

use std::collections::BTreeSet;

use sanctum_change::{Planner, Row};
use sanctum_config::resolve::Level;
use sanctum_install::ports::{OsPorts, PortError, assign, claim};
use serde_json::Value;

use super::BRIDGE;
use super::list::{index, is_letta, title};
use super::named::{self, BRIDGE_PORT, Claim, Whose};
use crate::dto::{EditOp, Json, Level as WireLevel, SettingEdit, StatusWord};
use crate::letta::ADDRESS;
use crate::open::Open;
use crate::plan::Words;
use crate::secrets::Aside;
use crate::settings::{Draft, Move, Snapshot, Sort, Target, View, visible, wire};
use crate::{Actor, ApiError, ApiResult};

/// Card of the environment of the whole install; the other panels over the same file show parts of it.
const SYSTEM: &str = "system-settings";

pub(super) fn plan(
    open: &Open,
    snap: &Snapshot,
    actor: &Actor,
    instance: &str,
    port: Option<u32>,
) -> ApiResult<(sanctum_change::Plan, Words, Aside)> {
    let claims = named::claims(snap);
    let mover = Mover::of(open, snap, actor, instance, &claims)?;
    let to = mover.to(&claims, port)?;
    let mut draft = mover.own(actor, to)?;
    let mut notes = Vec::new();
    if let Some(from) = mover.from {
        mover.others(&mut draft, actor, &claims, from, to, &mut notes);
    }
    let name = mover.name();
    let title = format!("Move {} to port {to}", mover.title());
    let command = format!(
        "sanctumctl ports move {} --to {to} --yes",
        sanctum_install::layout::quote(&name).unwrap_or_else(|_| "…".to_owned())
    );
    let more = |planner: &mut Planner<'_>| mover.more(planner, actor, to);
    let (plan, mut words, aside) = if draft.told.is_empty() {
        let mut planner = open.planner();
        planner.icon("ports");
        more(&mut planner)?;
        let plan = planner.finish(&title, "No module gets another value. Nothing has been written yet.");
        let undo = "With Undo or from Activity.".to_owned();
        (plan, Words { undo, command: Some(command), ..Words::default() }, Aside::default())
    } else {
        draft.plan_with(open, snap, actor, &title, &command, &more)?
    };
    words.action = format!("Move to {to}");
    words.checks.insert(0, (StatusWord::Healthy, format!("{to} is kept for nobody, and nobody listens on it")));
    words.checks.extend(notes.into_iter().map(|note| (StatusWord::Degraded, note)));
    Ok((plan, words, aside))
}

/// What is moved.
struct Mover<'a> {
    snap: &'a Snapshot,
    /// `None` for the bridge.
    target: Option<&'a Target>,
    from: Option<u16>,
}

impl<'a> Mover<'a> {
    fn of(open: &Open, snap: &'a Snapshot, actor: &Actor, name: &str, claims: &[Claim<'a>]) -> ApiResult<Self> {
        if name == BRIDGE && snap.find(name).is_err() {
            let from = claims.iter().find(|claim| claim.whose == Whose::Bridge).map(|claim| claim.port);
            return Ok(Self { snap, target: None, from });
        }
        let target = visible(open, snap, actor, name)?;
        let view = snap.view(target, None);
        if target.sort != Sort::Instance || named::own_fields(&view).is_empty() {
            return Err(ApiError::refused(
                "port_none",
                format!("{} has no port of its own.", target.named()),
                "`sanctumctl ports list` shows what has one.",
            ));
        }
        let kept = claims.iter().find(|claim| claim.whose == Whose::Instance(&target.id) && claim.kept);
        Ok(Self { snap, target: Some(target), from: named::said(&view).or_else(|| kept.map(|claim| claim.port)) })
    }

    fn name(&self) -> String {
        self.target.map_or_else(|| BRIDGE.to_owned(), |target| target.address.clone())
    }

    fn title(&self) -> String {
        self.target.map_or_else(|| "the chat bridge".to_owned(), Target::named)
    }

    fn is_own(&self, claim: &Claim<'_>) -> bool {
        match self.target {
            Some(target) => claim.whose == Whose::Instance(&target.id),
            None => claim.whose == Whose::Bridge,
        }
    }

    /// The name its kind goes by where settings mean it.
    fn module(&self) -> &str {
        self.target.map_or(BRIDGE, |target| target.name.as_str())
    }

    /// The port it gets, checked.
    fn to(&self, claims: &[Claim<'_>], wanted: Option<u32>) -> ApiResult<u16> {
        let mut reserved: BTreeSet<u16> = named::reserved(claims);
        let Some(wanted) = wanted else {
            let own = claims.iter().find(|claim| self.is_own(claim));
            reserved.extend(self.from);
            let module = if self.target.is_some() { self.module() } else { "web-bridge" };
            let index = own.map_or(0, |claim| index(self.snap, claim));
            return Ok(assign(&reserved, index, module, &OsPorts)?.port);
        };
        let Ok(port) = u16::try_from(wanted) else {
            let error = PortError::Forbidden { port: u16::MAX, why: "there is no such port" };
            return Err(ApiError {
                message: error.to_string().replace("65535 c", &format!("{wanted} c")),
                ..error.into()
            });
        };
        let settled = self.from == Some(port)
            && claims.iter().filter(|claim| self.is_own(claim)).all(|claim| claim.port == port && claim.kept);
        if settled {
            return Err(ApiError::refused(
                "nothing_to_change",
                format!("{} has port {port} already.", self.title()),
                "Choose another port, or name none for the next that is free.",
            ));
        }
        // Its own old row does not stand in its way; another's does, and is named.
        if let Some(other) = claims.iter().find(|claim| claim.port == port && !self.is_own(claim)) {
            let refused = ApiError::from(PortError::Reserved { port });
            let message = format!("Port {port} is already kept for {}. Choose another port.", title(self.snap, other));
            return Err(ApiError { message, ..refused });
        }
        reserved.remove(&port);
        Ok(claim(&reserved, port, &OsPorts)?)
    }

    /// Its own settings, and its row of the ledger.
    fn own(&self, actor: &Actor, to: u16) -> ApiResult<Draft> {
        let Some(target) = self.target else { return Ok(Draft::default()) };
        let view = self.snap.view(target, None);
        let edits: Vec<SettingEdit> = named::own_fields(&view)
            .into_iter()
            .map(|field| edit(&view, &field.key, WireLevel::Instance, named::as_value(field, to)))
            .collect();
        let mut draft = Draft::of(self.snap, target, &edits, actor);
        // A move that would leave its own file as it is would be none.
        draft.work_out(self.snap);
        if let Some(problem) = draft.problems.iter().find(|problem| problem.blocks) {
            return Err(ApiError::refused(
                "settings_invalid",
                problem.message.clone(),
                "Nothing was changed. Mend that first, then move it.",
            ));
        }
        let agent_id = target.agent.as_ref().map(|(id, ..)| *id);
        let row = self.snap.rows.port(agent_id, &target.name);
        if row != Some(to) && !draft.ports.iter().any(|one| one.to == to) {
            draft.ports.push(Move { from: row, to, module: target.name.clone(), agent_id });
        }
        Ok(draft)
    }

    /// Every setting that leads to the old port, at the level that says it.
    fn others(
        &self,
        draft: &mut Draft,
        actor: &Actor,
        claims: &[Claim<'_>],
        from: u16,
        to: u16,
        notes: &mut Vec<String>,
    ) {
        let shared = claims.iter().any(|claim| claim.port == from && !self.is_own(claim));
        for target in &self.snap.targets {
            if !(target.sort == Sort::Instance || target.sort == Sort::Root && target.name == SYSTEM) {
                continue;
            }
            let view = self.snap.view(target, None);
            let mut edits = Vec::new();
            for field in view.fields().filter(|field| !field.secret) {
                if self.target.is_some_and(|own| own.id == target.id)
                    && named::own_fields(&view).iter().any(|own| own.key == field.key)
                {
                    continue;
                }
                let key = field.env.as_deref().unwrap_or(&field.key);
                let meant = named::means(key);
                if meant.is_some_and(|modules| !modules.contains(&self.module())) {
                    continue;
                }
                for (level, value) in self.links(&view, field, from, to) {
                    // Two have the old port: what does not say by its name whom it means may mean the other.
                    if meant.is_none() && shared {
                        notes.push(format!(
                            "{} of {} leads to {from}, which another one has as well. It is left as it is: look whom it means",
                            field.title,
                            target.named()
                        ));
                        break;
                    }
                    edits.push(edit(&view, &field.key, level, value));
                }
            }
            merge(draft, Draft::of(self.snap, target, &edits, actor), &target.address);
        }
    }

    /// What each level says of a field with the old port, as it should be.
    fn links(&self, view: &View<'_>, field: &sanctum_config::Field, from: u16, to: u16) -> Vec<(WireLevel, Value)> {
        let chain = view.chain(field);
        let last = chain.len().saturating_sub(1);
        let mut found: Vec<(WireLevel, Value)> = Vec::new();
        for (n, link) in chain.iter().enumerate() {
            let root = view.target.sort == Sort::Root;
            let level = match link.layer.level {
                // A default that counts is answered where the module says its own.
                Level::Default if n == last && !root => WireLevel::Instance,
                Level::Default | Level::User => continue,
                // The environment of all is written where it belongs: in the settings of the whole.
                Level::System if !root && link.layer.source.ends_with("env_vars") => continue,
                other => wire(other),
            };
            let own_name = || {
                // `SMCP_PORT` of the whole install.
                let name = format!("{}_PORT", self.module().to_ascii_uppercase().replace('-', "_"));
                let same = root && field.env.as_deref() == Some(&name) && named::number(link.value) == Some(from);
                same.then(|| named::as_value(field, to))
            };
            if let Some(value) = named::led(link.value, from, to).or_else(own_name) {
                found.retain(|(known, _)| *known != level);
                found.push((level, value));
            }
        }
        found
    }

    /// What is no setting of a module: where the Sanctum looks for Letta, and where the bridge is open.
    fn more(&self, planner: &mut Planner<'_>, actor: &Actor, to: u16) -> ApiResult<()> {
        planner.group("Registry");
        let key = |name: &str| Row::new().with("config_key", name);
        match self.target {
            None => {
                let row = Row::new().with("config_value", to.to_string()).with("config_type", "string");
                let new = !self.snap.world.system.contains_key(BRIDGE_PORT);
                let row = if new {
                    row.with("is_encrypted", 0)
                        .with("category", "bridge")
                        .with("description", "Port of the chat bridge that Broca fetches from")
                        .with("created_by", actor.user_id)
                } else {
                    row
                };
                planner.registry_put(
                    "system_config",
                    key(BRIDGE_PORT),
                    row,
                    &format!("Open the chat bridge on {to}"),
                )?;
            }
            Some(target) => {
                let letta = Claim {
                    port: to,
                    whose: Whose::Instance(&target.id),
                    target: Some(target),
                    kept: false,
                    says: None,
                };
                let says = self.snap.world.system.get(ADDRESS).and_then(|stored| stored.value.as_str());
                let led = says.zip(self.from).and_then(|(says, from)| named::led_text(says, from, to));
                if let Some(address) = led.filter(|_| is_letta(&letta)) {
                    let row = Row::new().with("config_value", address);
                    planner.registry_put("system_config", key(ADDRESS), row, "Keep the address of the Letta server")?;
                }
            }
        }
        Ok(())
    }
}

fn edit(view: &View<'_>, id: &str, level: WireLevel, value: Value) -> SettingEdit {
    let by_environment = view.field(id).is_some_and(|field| view.by_environment(field));
    SettingEdit { id: id.to_owned(), level, op: EditOp::Set, value: Some(Json(value)), by_environment }
}

/// Adds what another target's edits come to; a level that many share is told once. Their names are those of the target's
/// settings, so that what is wrong with one takes no other out.
fn merge(into: &mut Draft, more: Draft, address: &str) {
    for mut one in more.told {
        one.id = format!("{address} {}", one.id);
        if !into.told.iter().any(|known| known.home == one.home && known.key == one.key && known.pointer == one.pointer)
        {
            into.told.push(one);
        }
    }
    for mut problem in more.problems {
        problem.id = format!("{address} {}", problem.id);
        if !into.problems.contains(&problem) {
            into.problems.push(problem);
        }
    }
    into.claimed.extend(more.claimed);
    into.ports.extend(more.ports);
}
