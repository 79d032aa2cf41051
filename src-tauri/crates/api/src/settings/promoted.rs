//! What is in effect once a value moved to a level above, in words: there it may be outdone, or reach others than before.

use std::collections::{BTreeMap, HashSet};

use sanctum_config::Field;

use super::snapshot::Snapshot;
use super::target::{Sort, Target};
use super::view::Spot;
use super::world::{Home, World};
use super::{level_word, shown};
use crate::dto::{Level, StatusWord};
use crate::words;

/// Names of modules that one sentence holds.
const NAMED: usize = 6;

/// Sentences for the plan that moves `field` of `target` to `home`, one for each value that is in effect then.
pub(super) fn in_effect(
    snap: &Snapshot,
    world: &World,
    claimed: &HashSet<Spot>,
    target: &Target,
    field: &Field,
    home: &Home,
) -> Vec<(StatusWord, String)> {
    let effective = |one: &Target, world: &World, claimed: &HashSet<Spot>| {
        let view = snap.view_in(world, one, None, claimed);
        let own = view.field(&field.key).filter(|own| own.pointer == field.pointer && own.database.is_none())?;
        let (value, level) = view.effective(own)?;
        Some((shown::text(&value, own.secret), shown::wire(level)))
    };
    let none = HashSet::new();
    let mut groups: BTreeMap<(String, &str), Vec<(String, bool)>> = BTreeMap::new();
    let mut outdone = false;
    for one in snap.targets.iter().filter(|one| one.sort == Sort::Instance && reaches(home, one)) {
        let Some((value, level)) = effective(one, world, claimed) else { continue };
        let moves = effective(one, &snap.world, &none).is_none_or(|(before, _)| before != value);
        outdone |= one.id == target.id && !says(home, level);
        groups.entry((value, level_word(level))).or_default().push((one.named(), moves));
    }
    let sentence = |((value, level), whom): (&(String, &str), &Vec<(String, bool)>)| {
        let list = |all: Vec<&str>| match all.len() {
            0..=NAMED => words::list(&all),
            many => format!("{many} modules"),
        };
        let all = list(whom.iter().map(|(named, _)| named.as_str()).collect());
        let moved: Vec<&str> = whom.iter().filter(|(_, moves)| *moves).map(|(named, _)| named.as_str()).collect();
        let moved = match moved.len() {
            0 => "as now".to_owned(),
            n if n == whom.len() => "another value than now".to_owned(),
            _ => format!("another value than now for {}", list(moved)),
        };
        let count = words::count(whom.len(), "module", "modules");
        let from = if *level == "default" { "by default".to_owned() } else { format!("from the {level} level") };
        format!("Afterwards {value} is in effect for {count} ({all}), {from}: {moved}")
    };
    let mut said: Vec<(StatusWord, String)> =
        groups.iter().map(|group| (StatusWord::Healthy, sentence(group))).collect();
    if outdone {
        let words =
            format!("For {} a nearer level wins, so the value that is moved is not in effect for it", target.named());
        said.insert(0, (StatusWord::Degraded, words));
    }
    said
}

/// Whom a level can say something.
fn reaches(home: &Home, one: &Target) -> bool {
    match home {
        Home::System | Home::Env => true,
        Home::Agent(id) => one.agent.as_ref().is_some_and(|(agent, ..)| agent == id),
        Home::Tool(id) => one.tool_id == Some(*id),
        Home::Instance(path) => one.path.as_ref() == Some(path),
        Home::User(_) => false,
    }
}

/// Whether it is this level that says what is in effect.
fn says(home: &Home, level: Level) -> bool {
    match home {
        Home::System | Home::Env => level == Level::System,
        Home::Agent(_) => level == Level::Agent,
        Home::Tool(_) => level == Level::Tool,
        Home::Instance(_) => level == Level::Instance,
        Home::User(_) => level == Level::User,
    }
}
