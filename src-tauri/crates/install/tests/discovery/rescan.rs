//! A rescan finds exactly what changed: for any sequence of changes it equals a fresh scan.

use crate::support::{find, minimal, options, put};
use proptest::prelude::*;
use sanctum_install::discovery::{Discovery, rescan};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const PLACES: [&str; 12] = [
    "agents/agent-a/m1",
    "agents/agent-a/m2",
    "agents/agent-b/m1",
    "agents/c/modules/m1",
    "agents/c/modules/m2",
    "tools/t1",
    "tools/t2",
    "plugins/p1",
    "smcp",
    "smcp/plugins/s1",
    "agents/agent-a/m1/plugins/p1",
    "tools/t1/plugins/p1",
];

#[derive(Debug, Clone)]
enum Change {
    Write(usize, u8),
    SameSize(usize),
    Delete(usize),
    DropManifest(usize),
    Folders(usize),
    PluginFile(usize),
    Move(usize, usize),
    Link(usize, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = 0..PLACES.len();
    let one = prop_oneof![
        4 => (place.clone(), any::<u8>()).prop_map(|(p, n)| Change::Write(p, n)),
        2 => place.clone().prop_map(Change::SameSize),
        2 => place.clone().prop_map(Change::Delete),
        1 => place.clone().prop_map(Change::DropManifest),
        1 => place.clone().prop_map(Change::Folders),
        1 => place.clone().prop_map(Change::PluginFile),
        1 => (place.clone(), place.clone()).prop_map(|(a, b)| Change::Move(a, b)),
        1 => (place.clone(), place).prop_map(|(a, b)| Change::Link(a, b)),
    ];
    prop::collection::vec(one, 1..12)
}

fn apply(root: &Path, change: &Change) {
    let at = |n: usize| root.join(PLACES[n]);
    match change {
        Change::Write(p, n) => {
            let text = match n % 5 {
                0 => "{".to_owned(),
                1 => minimal("same"),
                2 => format!("{{\"name\":\"n{n}\",\"type\":\"plugin\",\"dependencies\":[\"same\",\"p1\"]}}"),
                _ => minimal(&format!("n{n}")),
            };
            let _ = fs::create_dir_all(at(*p));
            let _ = fs::write(at(*p).join("manifest.json"), text);
        }
        Change::SameSize(p) => {
            let file = at(*p).join("manifest.json");
            if let Ok(text) = fs::read_to_string(&file) {
                let _ = fs::write(file, text.replace('n', "k").replace("same", "emas"));
            }
        }
        Change::Delete(p) => {
            let _ = fs::remove_dir_all(at(*p)).or_else(|_| fs::remove_file(at(*p)));
        }
        Change::DropManifest(p) => drop(fs::remove_file(at(*p).join("manifest.json"))),
        Change::Folders(p) => {
            let _ = fs::create_dir_all(at(*p).join("app"));
            let _ = fs::create_dir_all(at(*p).join("config"));
        }
        Change::PluginFile(p) => {
            let _ = fs::create_dir_all(at(*p));
            let _ = fs::write(at(*p).join("cli.py"), "");
        }
        Change::Move(a, b) => drop(fs::rename(at(*a), at(*b))),
        Change::Link(a, b) => drop(symlink(at(*a), at(*b))),
    }
}

fn ids(found: &Discovery) -> BTreeSet<&str> {
    found.items.iter().map(|f| f.id.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rescan_equals_a_fresh_scan(batches in prop::collection::vec(changes(), 1..5)) {
        let tmp = tempfile::tempdir().unwrap();
        let root = tmp.path();
        let mut last = find(root);
        for batch in &batches {
            for change in batch {
                apply(root, change);
            }
            let (next, diff) = rescan(&last, root, &options());
            let fresh = find(root);
            prop_assert_eq!(&next.items, &fresh.items, "the same cards");
            prop_assert_eq!(&next.findings, &fresh.findings, "the same notes");
            let (old, new) = (ids(&last), ids(&next));
            let added: BTreeSet<&str> = diff.added.iter().map(String::as_str).collect();
            let removed: BTreeSet<&str> = diff.removed.iter().map(String::as_str).collect();
            prop_assert_eq!(added, new.difference(&old).copied().collect::<BTreeSet<_>>(), "added are exactly the new ones");
            prop_assert_eq!(removed, old.difference(&new).copied().collect::<BTreeSet<_>>(), "removed are exactly the gone ones");
            let changed: Vec<&str> = last.items.iter().filter_map(|a| next.items.iter().find(|b| b.id == a.id && a != *b)).map(|b| b.id.as_str()).collect();
            prop_assert_eq!(diff.changed, changed, "changed are exactly the ones that say something else");
            last = next;
        }
    }
}

#[test]
fn a_rewrite_of_the_same_size_within_the_clock_tick_is_seen() {
    let tmp = tempfile::tempdir().unwrap();
    for n in 0..200 {
        put(tmp.path(), "tools/t/manifest.json", minimal(&format!("a{n:03}")));
        let before = find(tmp.path());
        put(tmp.path(), "tools/t/manifest.json", minimal(&format!("b{n:03}")));
        let (after, diff) = rescan(&before, tmp.path(), &options());
        assert_eq!(diff.changed, ["tools/t"], "round {n}: the change is seen");
        assert_eq!(after.items[0].name, format!("b{n:03}"), "round {n}: and read");
    }
}
