//! In which order instances are started: what others need comes first. Stopping goes the other way round.

use super::instances::Instance;

/// Instances of one rank do not need each other; a rank is up before the next one begins.
pub(crate) fn rank(module: &str) -> u8 {
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

/// The instances by rank, lowest first.
pub(crate) fn ranks(mut instances: Vec<Instance>) -> Vec<Vec<Instance>> {
    instances.sort_by(|a, b| rank(&a.module).cmp(&rank(&b.module)).then_with(|| a.address.cmp(&b.address)));
    let mut ranks: Vec<Vec<Instance>> = Vec::new();
    for instance in instances {
        match ranks.last_mut() {
            Some(last) if rank(&last[0].module) == rank(&instance.module) => last.push(instance),
            _ => ranks.push(vec![instance]),
        }
    }
    ranks
}
