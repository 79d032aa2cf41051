//! The rows of the ledger: whose a port is, who listens there, who else wants it, and where it could go.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use sanctum_install::catalogue::Catalogue;
use sanctum_install::ports::{OsPorts, assign};

use super::heard::{self, Heard};
use super::named::{self, Claim, LETTA, Whose};
use crate::cards::folder_of;
use crate::dto::{LedgerRow, PortsView, Status, StatusWord};
use crate::modules::{Look, bare_instances, looks};
use crate::open::Open;
use crate::settings::{Snapshot, read_only, visible_tabs};
use crate::{Actor, ApiResult, stamps};

pub(super) fn list(open: &Open, snap: &Snapshot, actor: &Actor) -> ApiResult<PortsView> {
    let tabs = visible_tabs(open, snap, actor)?;
    let admin = actor.may_change().is_ok();
    let claims = named::claims(snap);
    let ledger = Ledger {
        snap,
        heard: heard::on(&named::reserved(&claims)),
        runs: looks(open, &bare_instances(open, &snap.rows)),
        admin,
        measured: stamps::rfc3339(open.env().now()),
    };
    let seen = |claim: &Claim<'_>| match (&tabs, claim.target, claim.whose) {
        (None, ..) => true,
        (Some(tabs), Some(target), _) => tabs.contains(&target.tab),
        (Some(_), None, Whose::Row(None, _)) => true,
        (Some(tabs), None, Whose::Row(Some(id), _)) => {
            snap.rows.agent(id).is_some_and(|agent| tabs.contains(&format!("agent:{}", agent.uid)))
        }
        (Some(_), None, _) => false,
    };
    let mut taken = named::reserved(&claims);
    let mut rows = Vec::new();
    for claim in claims.iter().filter(|claim| seen(claim)) {
        let other = claims.iter().find(|other| other.port == claim.port && other.whose != claim.whose);
        rows.push(ledger.row(claim, other.map(|other| (other, seen(other))), &mut taken));
    }
    let troubles = rows.iter().filter(|row| row.conflict.is_some() || row.status.word == StatusWord::Degraded).count();
    let listening = rows.iter().filter(|row| row.listener.is_some()).count();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(PortsView {
        rows,
        conflicts: number(troubles),
        listening: number(listening),
        measured_at: Some(ledger.measured),
    })
}

/// What was looked at for all rows.
struct Ledger<'a> {
    snap: &'a Snapshot,
    heard: HashMap<u16, Vec<Heard>>,
    runs: HashMap<PathBuf, Look>,
    admin: bool,
    measured: String,
}

impl Ledger<'_> {
    fn row(&self, claim: &Claim<'_>, other: Option<(&Claim<'_>, bool)>, taken: &mut BTreeSet<u16>) -> LedgerRow {
        let title = title(self.snap, claim);
        let there = self.heard.get(&claim.port).map_or(&[][..], Vec::as_slice);
        let own = there.iter().find(|heard| self.is_own(claim, heard));
        let listener = own.or_else(|| there.first());
        let conflict = other.map(|(other, seen)| match seen {
            true => other.target.map_or_else(|| self::title(self.snap, other), |target| target.address.clone()),
            false => "another instance".to_owned(),
        });
        let other =
            other.map(|(other, seen)| if seen { self::title(self.snap, other) } else { "Another instance".into() });
        let (word, reason) = judge(claim, own.is_some(), listener, other.as_deref());
        let can_move = self.admin && self.movable(claim);
        let trouble = conflict.is_some() || word == StatusWord::Degraded && claim.says.is_none();
        let offer = if can_move && trouble { self.offer(claim, taken) } else { None };
        LedgerRow {
            port: u32::from(claim.port),
            instance: claim.target.map(|target| target.address.clone()),
            note: note(claim),
            listener: listener.map(Heard::wire),
            status: Status { word, reason, evidence: evidence(claim, there), measured_at: Some(self.measured.clone()) },
            conflict,
            offer: offer.map(u32::from),
            kept_only: kept_only(claim),
            can_move,
            title,
        }
    }

    /// Whether who listens is the instance: one of its processes, or one that works where its code does.
    fn is_own(&self, claim: &Claim<'_>, heard: &Heard) -> bool {
        let Some(pid) = heard.pid else { return false };
        match claim.whose {
            Whose::Letta => true,
            Whose::Bridge => {
                let app = heard.process.as_deref().is_some_and(|name| name.starts_with("sanctum"));
                pid == std::process::id() || app
            }
            Whose::Row(..) => false,
            Whose::Instance(_) => {
                let Some(path) = claim.target.and_then(|target| target.path.as_ref()) else { return false };
                let dir = self.snap.root.join(path);
                if self.runs.get(&dir).is_some_and(|look| look.tree.contains(&pid)) {
                    return true;
                }
                // Its code may be a link to a checkout elsewhere, and it works there then.
                let entry = claim.target.and_then(|target| Catalogue::builtin().get(&target.name)?.entry.as_ref());
                let places = [Some(dir.clone()), entry.map(|entry| dir.join(&entry.cwd))];
                let places: Vec<PathBuf> =
                    places.into_iter().flatten().filter_map(|at| at.canonicalize().ok()).collect();
                folder_of(pid).is_some_and(|works| places.iter().any(|place| works.starts_with(place)))
            }
        }
    }

    fn movable(&self, claim: &Claim<'_>) -> bool {
        let Some(target) = claim.target else { return false };
        let view = self.snap.view(target, None);
        let own = named::own_fields(&view);
        !own.is_empty() && own.iter().all(|field| read_only(target, field).is_none())
    }

    /// A port it could have instead; nobody else is offered it.
    fn offer(&self, claim: &Claim<'_>, taken: &mut BTreeSet<u16>) -> Option<u16> {
        let target = claim.target?;
        let found = assign(taken, index(self.snap, claim), &target.name, &OsPorts).ok()?;
        taken.insert(found.port);
        Some(found.port)
    }
}

/// The agent's place in the convention.
pub(super) fn index(snap: &Snapshot, claim: &Claim<'_>) -> u32 {
    let agent = claim.target.and_then(|target| target.agent.as_ref()).and_then(|(id, ..)| snap.rows.agent(*id));
    agent.and_then(|agent| u32::try_from(agent.agent_index).ok()).unwrap_or(0)
}

fn judge(claim: &Claim<'_>, own: bool, listener: Option<&Heard>, other: Option<&str>) -> (StatusWord, String) {
    match (other, listener) {
        (Some(other), None) => (StatusWord::Degraded, format!("{other} names it as well")),
        (Some(other), Some(heard)) => {
            (StatusWord::Degraded, format!("{other} names it as well, and {} listens", heard.who()))
        }
        (None, Some(heard)) if own && claim.whose == Whose::Letta => {
            (StatusWord::Healthy, format!("{} listens where Letta is looked for", heard.who()))
        }
        (None, Some(heard)) if own => (StatusWord::Healthy, format!("{} listens", heard.who())),
        (None, Some(heard)) if heard.pid.is_none() => {
            (StatusWord::Unknown, "somebody listens; who it is could not be seen".to_owned())
        }
        (None, Some(heard)) => (StatusWord::Degraded, format!("held by {}, not by this module", heard.who())),
        (None, None) => match (claim.says, claim.whose) {
            (Some(says), _) => (StatusWord::Degraded, format!("kept, but its settings say {says}")),
            (None, Whose::Letta) => (StatusWord::Off, "nothing listens".to_owned()),
            (None, Whose::Bridge) => (StatusWord::Ready, "nothing listens; it is open while the app is".to_owned()),
            (None, _) => (StatusWord::Ready, "kept, nothing listens".to_owned()),
        },
    }
}

fn note(claim: &Claim<'_>) -> Option<String> {
    match claim.whose {
        Whose::Bridge => Some("the chat bridge of this app".to_owned()),
        Whose::Letta => Some("where this Sanctum looks for Letta".to_owned()),
        Whose::Row(..) => Some("its module is not there any more".to_owned()),
        Whose::Instance(_) if !claim.kept => Some("its settings say it; the ledger does not keep it".to_owned()),
        Whose::Instance(_) => None,
    }
}

fn evidence(claim: &Claim<'_>, there: &[Heard]) -> Vec<String> {
    let mut all = vec![if claim.kept { "the ledger keeps it" } else { "it stands in settings" }.to_owned()];
    all.extend(there.iter().map(|heard| match heard.ip {
        Some(ip) => format!("{} listens on {ip}", heard.who()),
        None => format!("{} keeps it from being bound", heard.who()),
    }));
    if there.is_empty() {
        all.push(format!("nobody listens on {}", claim.port));
    }
    all
}

/// The module never opens a port, so the number is only the layout's.
fn kept_only(claim: &Claim<'_>) -> bool {
    let known = claim.target.and_then(|target| Catalogue::builtin().get(&target.name));
    known.is_some_and(|known| !["http", "sse", "tcp"].contains(&known.health.kind.as_str()))
}

pub(super) fn title(snap: &Snapshot, claim: &Claim<'_>) -> String {
    match (claim.whose, claim.target) {
        (_, Some(target)) => target.named(),
        (Whose::Bridge, None) => "Chat bridge of this app".to_owned(),
        (Whose::Letta, None) => "Letta server".to_owned(),
        (Whose::Row(agent, module), None) => {
            let title = Catalogue::builtin().get(module).map_or(module, |known| known.title.as_str());
            match agent.and_then(|id| snap.rows.agent(id)) {
                Some(agent) => format!("{title} of {}", agent.title()),
                None => title.to_owned(),
            }
        }
        (Whose::Instance(id), None) => id.to_owned(),
    }
}

/// Whether the claim is of a Letta server.
pub(super) fn is_letta(claim: &Claim<'_>) -> bool {
    claim.whose == Whose::Letta || claim.target.is_some_and(|target| LETTA.contains(&target.name.as_str()))
}
