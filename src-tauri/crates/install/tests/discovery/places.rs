//! Each place of DESIGN's discovery rule gives its card, and what is nothing of ours gives none.

use crate::support::{card, dirs, find, has_card, minimal, module_folders, options, put};
use sanctum_install::discovery::{Kind, Scope, discover_one};
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn every_place_of_the_rule_gives_a_card() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    put(root, "agents/athena/modules/notes/manifest.json", minimal("notes"));
    put(root, "tools/clock/manifest.json", minimal("clock"));
    put(root, "plugins/weather/manifest.json", minimal("weather"));
    module_folders(root, "agents/agent-monday/broca2");
    put(root, "agents/agent-monday/own/manifest.json", minimal("own"));
    put(root, "agents/agent-monday/broca2/plugins/telegram/plugin.py", "");
    put(root, "smcp/plugins/botfather/cli.py", "");
    put(root, "smcp/plugins/described/manifest.json", r#"{"name":"described","type":"plugin","title":"Described"}"#);
    let found = find(root);

    let notes = card(&found, "agents/athena/modules/notes");
    assert_eq!(
        (notes.kind, &notes.scope),
        (Kind::Module, &Scope::Agent("athena".into())),
        "a module of an agent by manifest"
    );
    assert_eq!(
        (card(&found, "tools/clock").kind, &card(&found, "tools/clock").scope),
        (Kind::Tool, &Scope::Global),
        "a global tool"
    );
    assert_eq!(card(&found, "plugins/weather").kind, Kind::Plugin, "a global plugin");
    let broca = card(&found, "agents/agent-monday/broca2");
    assert!(
        broca.synthesised && broca.in_catalogue,
        "a module folder without a manifest gets a minimal one and is known"
    );
    assert_eq!(broca.manifest.as_ref().unwrap().kind, "module", "the minimal manifest has the two required fields");
    assert!(!card(&found, "agents/agent-monday/own").synthesised, "a module folder with a manifest keeps its own");
    let telegram = card(&found, "agents/agent-monday/broca2/plugins/telegram");
    assert_eq!(telegram.owner_tool.as_deref(), Some("broca2"), "a module's plugin names its module");
    assert_eq!(telegram.scope, Scope::Agent("monday".into()), "and belongs to the agent");
    assert_eq!((card(&found, "smcp").kind, &card(&found, "smcp").scope), (Kind::Tool, &Scope::Smcp), "SMCP itself");
    assert_eq!(card(&found, "smcp/plugins/botfather").owner_tool.as_deref(), Some("smcp"), "SMCP's plugin");
    assert_eq!(card(&found, "smcp/plugins/described").title, "Described", "a plugin's manifest is read");
    assert_eq!(
        found.items.len(),
        9,
        "and nothing else: {:?}",
        found.items.iter().map(|f| &f.rel_path).collect::<Vec<_>>()
    );
    assert!(found.items.is_sorted_by_key(|f| f.rel_os.clone()), "cards are in a stable order");
    assert_eq!(find(root).items, found.items, "a second look gives the same");
}

#[test]
fn a_plugin_that_was_switched_on_from_the_store_is_nothing_to_say_anything_about() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    put(root, "smcp/store/clock/0123456789ab/cli.py", "");
    put(root, "smcp/store/other/0123456789ab/cli.py", "");
    put(root, "elsewhere/mine/cli.py", "");
    dirs(root, &["smcp/plugins"]);
    symlink("../store/clock/0123456789ab", root.join("smcp/plugins/clock")).unwrap();
    symlink("../store/other/0123456789ab", root.join("smcp/plugins/renamed")).unwrap();
    symlink("../../elsewhere/mine", root.join("smcp/plugins/mine")).unwrap();
    let found = find(root);
    let said = |rel: &str| card(&found, rel).findings.iter().map(|f| f.message.clone()).collect::<Vec<_>>();
    assert!(said("smcp/plugins/clock").is_empty(), "one of its own versions");
    assert_eq!(
        said("smcp/plugins/renamed"),
        ["this folder is a link to `smcp/store/other/0123456789ab`"],
        "another plugin's is worth saying"
    );
    assert_eq!(said("smcp/plugins/mine"), ["this folder is a link to `elsewhere/mine`"], "and so is any other folder");
}

#[test]
fn what_is_nothing_of_ours_gives_no_card() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    dirs(
        root,
        &[
            "agents/venv/lib",
            "agents/venv/bin",
            "agents/agent-x/notes",
            "agents/agent-x/logs",
            "tools/empty",
            ".git/app",
            ".git/db",
        ],
    );
    dirs(
        root,
        &[
            "smcp/plugins/__pycache__",
            "smcp/plugins/.hidden",
            "smcp/plugins/nothing",
            "agents/agent-x/.cache/app",
            "agents/agent-x/.cache/db",
        ],
    );
    put(root, "agents/other/direct/manifest.json", minimal("direct"));
    put(root, "agents/file.txt", "x");
    put(root, "smcp/plugins/.sneaky/cli.py", "");
    put(root, "smcp/plugins/__pycache__/cli.py", "");
    let found = find(root);
    assert_eq!(found.items.len(), 1, "only SMCP: {:?}", found.items.iter().map(|f| &f.rel_path).collect::<Vec<_>>());
    assert!(found.counts.hidden >= 4, "hidden folders are counted: {:?}", found.counts);
    assert!(found.counts.other >= 4, "others too: {:?}", found.counts);
    assert!(
        found.findings.iter().any(|n| n.path == "smcp/plugins/.sneaky"),
        "SMCP loads hidden folders with a cli.py; that is said"
    );
}

#[test]
fn one_module_folder_is_enough_only_for_a_known_name() {
    let tmp = tempfile::tempdir().unwrap();
    dirs(tmp.path(), &["agents/agent-a/broca2/config", "agents/agent-a/other/config"]);
    let found = find(tmp.path());
    assert!(has_card(&found, "agents/agent-a/broca2"), "the catalogue knows broca2");
    assert!(!has_card(&found, "agents/agent-a/other"), "one folder says too little about an unknown name");
}

#[test]
fn a_missing_root_is_a_note() {
    let tmp = tempfile::tempdir().unwrap();
    let found = find(&tmp.path().join("gone"));
    assert!(found.items.is_empty() && found.findings.len() == 1, "one note says why there is nothing");
}

#[test]
fn one_card_alone_equals_the_one_of_a_full_scan() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    put(root, "agents/athena/modules/notes/manifest.json", minimal("notes"));
    put(root, "agents/athena/modules/notes/plugins/p/manifest.json", minimal("p"));
    put(root, "agents/agent-b/mod/manifest.json", r#"{"name":"named","type":"x","version":1}"#);
    put(root, "agents/agent-b/mod/plugins/q/plugin.py", "");
    put(root, "agents/agent-b/bad/manifest.json", "{");
    put(root, "tools/t/manifest.json", minimal("t"));
    put(root, "plugins/p/manifest.json", minimal("p"));
    put(root, "smcp/plugins/s/cli.py", "");
    let found = find(root);
    assert_eq!(found.items.len(), 9, "the tree gives nine cards");
    for card in &found.items {
        let one = discover_one(root, Path::new(&card.rel_os), &options());
        assert_eq!(one.as_ref(), Some(card), "the card of {} alone", card.rel_path);
        let by_file = discover_one(root, &Path::new(&card.rel_os).join("manifest.json"), &options());
        assert_eq!(by_file.as_ref(), Some(card), "by its manifest's path too");
    }
    for nothing in [
        "agents",
        "agents/athena",
        "agents/athena/modules",
        "tools/none",
        "control/x",
        "agents/athena/else",
        "smcp/plugins/.x",
    ] {
        assert_eq!(discover_one(root, Path::new(nothing), &options()), None, "{nothing} is no card");
    }
}

#[test]
fn names_used_twice_and_dependencies_are_said() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    put(root, "tools/a/manifest.json", minimal("same"));
    put(root, "tools/b/manifest.json", minimal("same"));
    put(root, "plugins/a/manifest.json", r#"{"name":"a","type":"plugin","dependencies":["b","gone"]}"#);
    put(root, "plugins/b/manifest.json", r#"{"name":"b","type":"plugin","dependencies":"a"}"#);
    put(root, "agents/x/modules/same/manifest.json", minimal("same"));
    let found = find(root);
    let says = |rel: &str, what: &str| card(&found, rel).findings.iter().any(|f| f.message.contains(what));
    assert!(
        says("tools/a", "also by `tools/b`") && says("tools/b", "also by `tools/a`"),
        "each of two twins names the other"
    );
    assert!(!says("agents/x/modules/same", "used twice"), "the same name in another scope is fine");
    assert!(
        says("plugins/a", "`gone`") && !says("plugins/a", "`b`"),
        "a missing dependency is named, a present one not"
    );
    assert!(says("plugins/a", "lead back") && says("plugins/b", "lead back"), "a circle is said on both");
}
