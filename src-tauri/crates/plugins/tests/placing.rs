//! Where plugins lie, and which of them are on.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use sanctum_plugins::place::{self, Placed, Put, Quarantined, link_target, look, name_problem, version_dir};
use sanctum_plugins::read::Kind;

const OLD: &str = "aaaaaaaaaaaa0000";
const NEW: &str = "bbbbbbbbbbbb0000";

struct Module {
    _temp: tempfile::TempDir,
    dir: PathBuf,
    kind: Kind,
}

impl Module {
    fn new(kind: Kind) -> Module {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().canonicalize().unwrap().join("tool");
        fs::create_dir_all(dir.join("plugins")).unwrap();
        fs::create_dir_all(dir.join("plugins-disabled")).unwrap();
        Module { _temp: temp, dir, kind }
    }

    fn fill(&self, dir: &Path) {
        let file = if self.kind == Kind::Broca { "plugin.py" } else { "cli.py" };
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join(file), "").unwrap();
    }

    fn store(&self, name: &str, hash: &str, when: &str) {
        let dir = version_dir(&self.dir, name, hash);
        self.fill(&dir);
        let record =
            format!(r#"{{"kind":"folder","from":"x","hash":"{hash}","fetched_at":"{when}","files":1,"bytes":0}}"#);
        fs::write(dir.join(".sanctum-source.json"), record).unwrap();
    }

    fn link(&self, name: &str, hash: &str, on: bool) {
        symlink(link_target(&self.dir, name, hash, on), place::link(&self.dir, name, on)).unwrap();
    }

    fn look(&self) -> Vec<Placed> {
        look(&self.dir, self.kind, &[])
    }
}

#[test]
fn a_link_into_the_store_is_on_with_its_versions() {
    let module = Module::new(Kind::Smcp);
    module.store("gmail", OLD, "2026-01-01T00:00:00Z");
    module.store("gmail", NEW, "2026-02-01T00:00:00Z");
    module.link("gmail", OLD, true);
    let all = module.look();
    let [gmail] = &all[..] else { panic!("one plugin: {all:?}") };
    assert!(gmail.enabled && gmail.put == Put::Store && !gmail.real(), "{gmail:?}");
    assert_eq!(
        gmail.current.as_deref(),
        Some(&OLD[..12]),
        "an earlier version that was put back is the one that is on"
    );
    assert_eq!(gmail.dir, version_dir(&module.dir, "gmail", OLD), "its code lies there");
    let shorts: Vec<&str> = gmail.versions.iter().map(|version| version.short.as_str()).collect();
    assert_eq!(shorts, [&NEW[..12], &OLD[..12]], "the newest first");
    assert!(gmail.versions[0].record.is_some() && gmail.trouble.is_none(), "with where it came from");
}

#[test]
fn a_plugin_that_was_switched_off_comes_back_in_the_version_it_had() {
    let module = Module::new(Kind::Broca);
    module.store("bot", OLD, "2026-01-01T00:00:00Z");
    module.store("bot", NEW, "2026-02-01T00:00:00Z");
    module.link("bot", OLD, false);
    let bot = &module.look()[0];
    assert_eq!((bot.enabled, bot.current.as_deref()), (false, Some(&OLD[..12])), "its link says which");
    fs::remove_file(place::link(&module.dir, "bot", false)).unwrap();
    let bot = &module.look()[0];
    assert_eq!((bot.enabled, bot.current.as_deref()), (false, Some(&NEW[..12])), "without one it is the newest");
}

#[test]
fn what_somebody_put_there_is_on_as_it_is() {
    let module = Module::new(Kind::Smcp);
    module.fill(&module.dir.join("plugins/own"));
    module.fill(&module.dir.join("plugins/.hidden"));
    module.fill(&module.dir.join("plugins-disabled/old"));
    module.fill(&module.dir.join("../src/dev"));
    symlink("../../src/dev", module.dir.join("plugins/dev")).unwrap();
    fs::create_dir(module.dir.join("plugins/__pycache__")).unwrap();
    fs::create_dir(module.dir.join("plugins/notes")).unwrap();
    fs::write(module.dir.join("plugins/README.md"), "").unwrap();
    let all: Vec<(String, bool, Put)> = module.look().into_iter().map(|one| (one.name, one.enabled, one.put)).collect();
    let want =
        [(".hidden", true, Put::Real), ("dev", true, Put::Link), ("old", false, Put::Real), ("own", true, Put::Real)];
    assert_eq!(all, want.map(|(name, on, put)| (name.to_owned(), on, put)), "SMCP loads hidden ones, too");
}

#[test]
fn broca_skips_what_begins_with_an_underscore() {
    let module = Module::new(Kind::Broca);
    module.fill(&module.dir.join("plugins/_off"));
    module.fill(&module.dir.join("plugins/bot"));
    let names: Vec<String> = module.look().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["bot"], "as its loader does");
}

#[test]
fn what_is_not_in_order_is_told() {
    let module = Module::new(Kind::Smcp);
    module.link("gone", OLD, true);
    fs::create_dir_all(module.dir.join("plugins/bot")).unwrap();
    fs::write(module.dir.join("plugins/bot/plugin.py"), "").unwrap();
    symlink("round", module.dir.join("plugins/round")).unwrap();
    let all = module.look();
    let trouble =
        |name: &str| all.iter().find(|one| one.name == name).and_then(|one| one.trouble.clone()).unwrap().code;
    assert_eq!(
        (trouble("bot").as_str(), trouble("gone").as_str(), trouble("round").as_str()),
        ("placed_foreign", "placed_gone", "placed_gone"),
        "each with its own word"
    );
    let gone = all.iter().find(|one| one.name == "gone").unwrap();
    assert!(!gone.enabled, "what leads nowhere is not loaded");
    assert_eq!(gone.current.as_deref(), Some(&OLD[..12]), "and it is known which version it was");
}

#[test]
fn a_plugin_in_quarantine_says_why_as_long_as_it_is_that_content() {
    let module = Module::new(Kind::Smcp);
    module.store("gmail", OLD, "2026-01-01T00:00:00Z");
    module.link("gmail", OLD, true);
    let aside =
        |hash: &str| [Quarantined { name: "gmail".into(), hash: Some(hash.into()), reason: "It failed.".into() }];
    assert_eq!(
        look(&module.dir, Kind::Smcp, &aside(OLD))[0].quarantined.as_deref(),
        Some("It failed."),
        "this content"
    );
    assert_eq!(look(&module.dir, Kind::Smcp, &aside(NEW))[0].quarantined, None, "another content is not meant");
}

#[test]
fn a_folder_of_links_that_is_a_link_gets_whole_paths() {
    let module = Module::new(Kind::Smcp);
    assert!(link_target(&module.dir, "x", OLD, true).is_relative(), "a Sanctum can be moved");
    fs::rename(module.dir.join("plugins"), module.dir.join("../elsewhere")).unwrap();
    symlink("../elsewhere", module.dir.join("plugins")).unwrap();
    module.store("x", OLD, "2026-01-01T00:00:00Z");
    module.link("x", OLD, true);
    let x = &module.look()[0];
    assert!(x.enabled && x.put == Put::Store && x.trouble.is_none(), "`..` would lead elsewhere from there: {x:?}");
}

#[test]
fn names_are_judged_for_the_tool_they_are_for() {
    for name in ["gmail", "smcp-gmail", "a_b"] {
        assert_eq!(name_problem(Kind::Smcp, name), None, "{name} is one for SMCP");
    }
    assert!(name_problem(Kind::Broca, "web-chat").is_some(), "Python cannot import it");
    for name in ["", "..", ".x", "_x", "a/b", "é"] {
        assert!(name_problem(Kind::Smcp, name).is_some(), "{name:?} is none");
    }
}

#[test]
fn a_module_without_folders_has_no_plugins() {
    let temp = tempfile::tempdir().unwrap();
    assert_eq!(look(&temp.path().join("none"), Kind::Smcp, &[]), [], "nothing is nothing");
}

#[test]
fn a_name_that_a_mac_takes_for_an_installed_one_is_known() {
    let installed = ["Weather", "Gr\u{fc}ner"];
    assert_eq!(place::twin("weather", installed), Some("Weather"), "capitals tell no two folders apart");
    assert_eq!(place::twin("Gru\u{308}ner", installed), Some("Gr\u{fc}ner"), "nor does the form of an ü");
    assert_eq!(place::twin("Weather", installed), None, "the same name is an update, no twin");
    assert_eq!(place::twin("weather2", installed), None, "another name is another plugin");
}
