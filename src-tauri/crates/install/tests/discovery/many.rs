//! Ten thousand manifests, three in ten malformed: all present, each bad one with its reason.

use crate::support::{find, options};
use sanctum_install::discovery::rescan;
use std::fs;

const BAD: [&str; 6] = ["", "{", "[]", "{\"name\": \"x\",}", "{\"name\": \"x\"}", "{\"name\" \"x\"}"];

#[test]
fn ten_thousand_manifests_with_three_in_ten_malformed_are_all_there() {
    let tmp = tempfile::tempdir().unwrap();
    for agent in 0..100 {
        for module in 0..100 {
            let dir = tmp.path().join(format!("agents/agent-{agent:03}/modules/m{module:03}"));
            fs::create_dir_all(&dir).unwrap();
            let text = if module % 10 < 3 {
                BAD[(agent + module) % BAD.len()].to_owned()
            } else {
                format!("{{\"name\": \"m{module:03}\", \"type\": \"tool\", \"version\": \"1.{agent}\"}}")
            };
            fs::write(dir.join("manifest.json"), text).unwrap();
        }
    }
    let found = find(tmp.path());
    assert_eq!(found.items.len(), 10_000, "no gap");
    assert_eq!(found.counts.broken, 3_000, "each malformed one is a broken card");
    assert_eq!(found.counts.agents, 100, "agents are counted");
    for card in &found.items {
        if let Some(broken) = &card.broken {
            assert!(!broken.message.is_empty() && !broken.hint.is_empty(), "{} says why", card.rel_path);
        } else {
            assert!(card.version.is_some(), "{} is read", card.rel_path);
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(150));
    let settled = find(tmp.path());
    let (again, diff) = rescan(&settled, tmp.path(), &options());
    assert!(diff.is_empty(), "nothing changed");
    assert_eq!((again.counts.reused, again.counts.read), (10_000, 0), "and nothing was read again");
}
