//! In which order instances are started: what others need comes first. Stopping goes the other way round.

use std::collections::BTreeMap;

use super::instances::Instance;

/// Where in the order something stands: its rank among the known modules, then how many before it in that rank it waits for.
type Place = (u8, usize);

fn rank(module: &str) -> u8 {
    match module {
        // What the Primes live in, and what it asks.
        "router" => 0,
        "letta" | "letta-code" => 1,
        // Letta fetches its tools there.
        "smcp" => 2,
        // Broca fetches from it.
        "web-bridge" => 3,
        // Speaks with all of them.
        "broca2" => 5,
        _ => 4,
    }
}

/// The instances in groups. Those of one group do not need each other; a group is up before the next one begins.
///
/// The known modules have fixed ranks. What a manifest names under `dependencies` (registry schema, "Manifest") comes before
/// it as well: the module of that name of the same agent, otherwise the one that all share. In a circle the declaration that
/// closes it is left aside, so that all of them start.
pub(crate) fn ranks(instances: Vec<Instance>) -> Vec<Vec<Instance>> {
    let mut places: Vec<Option<Place>> = vec![None; instances.len()];
    for at in 0..instances.len() {
        place(&instances, at, &mut places, &mut Vec::new());
    }
    let mut groups: BTreeMap<Place, Vec<Instance>> = BTreeMap::new();
    for (instance, place) in instances.into_iter().zip(places) {
        groups.entry(place.unwrap_or_default()).or_default().push(instance);
    }
    groups
        .into_values()
        .map(|mut group| {
            group.sort_by(|a, b| a.address.cmp(&b.address));
            group
        })
        .collect()
}

/// `above` are the instances that lead here; one of them again closes a circle.
fn place(all: &[Instance], at: usize, places: &mut [Option<Place>], above: &mut Vec<usize>) -> Place {
    if let Some(known) = places[at] {
        return known;
    }
    above.push(at);
    let mut own = (rank(&all[at].module), 0);
    for need in needed(all, at) {
        if !above.contains(&need) {
            let before = place(all, need, places, above);
            own = own.max((before.0, before.1 + 1));
        }
    }
    above.pop();
    places[at] = Some(own);
    own
}

/// The instances that this one's manifest names, as far as they are to be started too.
fn needed(all: &[Instance], at: usize) -> impl Iterator<Item = usize> {
    let uid = |instance: &Instance| instance.agent.as_ref().map(|(id, ..)| *id);
    let own = uid(&all[at]);
    all[at].needs.iter().filter_map(move |need| {
        let of = |agent: Option<i64>| all.iter().position(|other| other.module == *need && uid(other) == agent);
        own.and_then(|_| of(own)).or_else(|| of(None)).filter(|found| *found != at)
    })
}
