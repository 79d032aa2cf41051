//! Files of a plugin that were changed after it was installed: named one by one, trusted, or put back as they were.

use std::path::{Path, PathBuf};

use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::Value;

use crate::ears::window;
use crate::support::{error, json, put, text};

/// A plugin whose one tool says `says`.
fn plugin(yard: &Yard, folder: &str, version: &str, says: &str) -> PathBuf {
    let code = format!(
        "import json, sys\n__version__ = '{version}'\nif '--describe' in sys.argv:\n    print(json.dumps({{'commands': [{{'name': 'say', 'description': 'Says it.'}}]}}))\nelse:\n    print('{says}')\n"
    );
    let dir = put(yard.path(), &format!("{folder}/cli.py"), code).parent().unwrap().to_owned();
    put(&dir, "old.txt", "old");
    put(&dir, "same.txt", "same");
    dir
}

fn run(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    all.push("--json");
    Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "1").run(&all).unwrap()
}

fn well(yard: &Yard, words: &[&str]) -> Value {
    let done = run(yard, words);
    assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
    done.json().unwrap()
}

fn install(yard: &Yard, folder: &Path) {
    well(yard, &["plugins", "install", "--folder", &text(folder), "--yes"]);
}

fn files(of: &Value) -> Vec<(String, String)> {
    let word = |file: &Value, key: &str| file[key].as_str().unwrap_or_default().to_owned();
    of["files"].as_array().unwrap().iter().map(|file| (word(file, "path"), word(file, "state"))).collect()
}

fn states(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(path, state)| ((*path).to_owned(), (*state).to_owned())).collect()
}

/// Changes one file, adds one, takes one away.
fn meddle(dir: &Path) {
    let code = std::fs::read_to_string(dir.join("cli.py")).unwrap();
    std::fs::write(dir.join("cli.py"), code.replace("hello", "changed")).unwrap();
    std::fs::write(dir.join("new.txt"), "new").unwrap();
    std::fs::remove_file(dir.join("old.txt")).unwrap();
}

const MEDDLED: [(&str, &str); 4] =
    [("cli.py", "changed"), ("new.txt", "added"), ("old.txt", "gone"), ("same.txt", "same")];

#[test]
fn changed_files_are_named_and_can_be_trusted_or_put_back() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let one = plugin(&yard, "one/greeter", "1.0.0", "hello");
    install(&yard, &one);
    let fresh = json(&yard, &["plugins", "show", "smcp:greeter"]);
    assert_eq!(
        files(&fresh),
        states(&[("cli.py", "same"), ("old.txt", "same"), ("same.txt", "same")]),
        "right after it was installed everything is as it was"
    );
    let store = yard.root().join("smcp/plugins/greeter").canonicalize().unwrap();
    meddle(&store);
    let changed = json(&yard, &["plugins", "show", "smcp:greeter"]);
    assert_eq!(files(&changed), states(&MEDDLED), "each file says what became of it, the odd ones first");
    let row = &changed["row"];
    assert_eq!(
        (&row["status"]["word"], &row["status"]["reason"], &row["needs_you"]),
        (&"Error".into(), &"its files are not what was installed".into(), &true.into()),
        "the row says so, and asks for somebody: {row:#}"
    );
    assert_eq!(changed["findings"][0]["code"], "plugin_changed", "with what to do: {changed:#}");

    // Installed again, it is what it was.
    install(&yard, &one);
    let again = json(&yard, &["plugins", "show", "smcp:greeter"]);
    assert!(files(&again).iter().all(|(_, state)| state == "same"), "nothing of the change is left: {again:#}");
    assert_ne!(again["row"]["status"]["word"], "Error", "it is in order: {again:#}");
    well(&yard, &["changes", "undo", "--yes"]);
    let back = json(&yard, &["plugins", "show", "smcp:greeter"]);
    assert_eq!(files(&back), states(&MEDDLED), "undo brings the changed files back as they were");

    // Trusted as they are, they are a version of their own, beside the one that was installed.
    let trusted = well(&yard, &["plugins", "enable", "smcp:greeter", "--yes"]);
    assert_eq!(trusted["title"], "Trust the files of greeter", "the plan says what it does: {trusted:#}");
    let detail = json(&yard, &["plugins", "show", "smcp:greeter"]);
    assert!(files(&detail).iter().all(|(_, state)| state == "same"), "they count as installed: {detail:#}");
    let kept = detail["versions"].as_array().unwrap().iter().find(|version| version["current"] == false).unwrap();
    let refused = run(&yard, &["plugins", "rollback", "smcp:greeter", kept["hash"].as_str().unwrap(), "--yes"]);
    assert_eq!(error(&refused)["code"], "plugin_refused", "what was changed is no version to go back to: {refused:?}");
}

#[test]
fn an_update_is_compared_with_what_is_installed() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    install(&yard, &plugin(&yard, "one/greeter", "1.0.0", "hello"));
    let two = plugin(&yard, "two/greeter", "2.0.0", "hello");
    meddle(&two);
    let seen = json(&yard, &["plugins", "inspect", "--folder", &text(&two)]);
    assert_eq!(seen["candidates"][0]["replaces"], "smcp:greeter", "it is an update: {seen:#}");
    assert_eq!(files(&seen["candidates"][0]), states(&MEDDLED), "each file against the installed one");
    let other = json(&yard, &["plugins", "inspect", "--folder", &text(&plugin(&yard, "x/other", "1.0.0", "x"))]);
    assert!(
        files(&other["candidates"][0]).iter().all(|(_, state)| state.is_empty()),
        "what replaces nothing is compared with nothing: {other:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_between_the_look_and_the_installation_is_not_installed() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let dir = plugin(&yard, "one/greeter", "1.0.0", "hello");
    let (app, _ears) = window(&yard).await;
    let actor = app.actor().await.unwrap();
    let source = sanctum_api::dto::ModuleSource::Folder { path: text(&dir) };
    let seen = app.plugin_inspect(&actor, &source).await.unwrap();
    let install = sanctum_api::dto::PluginInstall {
        inspection: seen.id.clone(),
        dir: seen.candidates[0].dir.clone(),
        tool: "smcp".to_owned(),
        name: "greeter".to_owned(),
        enable: true,
    };
    let plan = app.plugin_install_plan(&actor, &install).await.unwrap();
    // The plan was shown; now somebody writes to what lies in quarantine.
    let installs = std::fs::read_dir(yard.data_dir().join("installs")).unwrap().flatten();
    let held = installs.map(|at| at.path().join("plugins/quarantine").join(&seen.id).join("content"));
    let held = held.filter(|at| at.is_dir()).collect::<Vec<_>>();
    assert_eq!(held.len(), 1, "it lies in quarantine once: {held:?}");
    meddle(&held[0]);
    let refused = app.plan_apply(&actor, &plan.id).await.unwrap_err();
    assert!(
        format!("{} {:?}", refused.message, refused.details).contains("not what was looked at"),
        "it is refused for that: {refused:?}"
    );
    for part in ["store/greeter", "plugins/greeter"] {
        let at = yard.root().join("smcp").join(part);
        assert!(at.symlink_metadata().is_err(), "nothing of it lies at {part}");
    }
    let again = app.plugin_inspect(&actor, &source).await.unwrap();
    let plan = sanctum_api::dto::PluginInstall { inspection: again.id, ..install };
    let plan = app.plugin_install_plan(&actor, &plan).await.unwrap();
    app.plan_apply(&actor, &plan.id).await.unwrap();
    assert!(yard.root().join("smcp/plugins/greeter/old.txt").is_file(), "left alone it is installed");
    app.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn plugins_are_told_to_be_read_again_when_they_change() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let (app, ears) = window(&yard).await;
    let actor = app.actor().await.unwrap();
    app.plugins_list(&actor, "", sanctum_api::dto::PluginSort::Tool, 0, 10).await.unwrap();
    // The first look is over when the cards were told of.
    ears.until_again("tools");
    for (path, why) in [
        ("smcp/plugins/mine/cli.py", "a folder that somebody puts there"),
        ("smcp/plugins/mine/README.md", "a file in it"),
        ("smcp/store/far/0123456789ab/cli.py", "a version in the store"),
    ] {
        ears.forget();
        put(&yard.root(), path, why);
        ears.until_again("plugins");
    }
    ears.forget();
    let plan = app.plugin_enable_plan(&actor, "smcp:mine", false).await.unwrap();
    app.plan_apply(&actor, &plan.id).await.unwrap();
    ears.until_again("plugins");
    ears.forget();
    well(&yard, &["plugins", "enable", "smcp:mine", "--yes"]);
    ears.until_again("plugins");
    app.close();
}

/// The lines of one file of a comparison as a person reads them.
fn lines(of: &Value, path: &str) -> Vec<String> {
    let file = of.as_array().unwrap().iter().find(|file| file["path"] == path).unwrap_or(&Value::Null);
    let line = |line: &Value| format!("{} {}", line["kind"].as_str().unwrap(), line["text"].as_str().unwrap());
    file["lines"].as_array().into_iter().flatten().map(line).collect()
}

#[test]
fn what_differs_is_shown_line_by_line_and_hostile_text_stays_text() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    install(&yard, &plugin(&yard, "one/greeter", "1.0.0", "hello"));
    let two = plugin(&yard, "two/greeter", "2.0.0", "good day");
    std::fs::write(two.join("logo.png"), [0x89, b'P', 0, 1]).unwrap();
    std::fs::write(two.join("old.txt"), "\u{1b}[2Jgone\u{202e}\n").unwrap();
    std::fs::write(two.join("token.json"), "{\"token\": \"canary\"}").unwrap();
    let of = run(&yard, &["plugins", "diff", "smcp:greeter", "--folder", &text(&two)]);
    assert_eq!(of.code, 1, "something differs: {of:?}");
    let of = of.json().unwrap();
    let code = lines(&of, "cli.py");
    assert!(
        code.contains(&"del __version__ = '1.0.0'".to_owned())
            && code.contains(&"add __version__ = '2.0.0'".to_owned()),
        "what goes and what comes: {code:#?}"
    );
    assert_eq!(lines(&of, "old.txt"), ["del old", "add ⟨U+001B⟩[2Jgone⟨U+202E⟩"], "nothing in it steers a screen");
    let note = |path: &str| {
        let file = of.as_array().unwrap().iter().find(|file| file["path"] == path).unwrap();
        file["note"].as_str().unwrap().to_owned()
    };
    assert!(note("logo.png").starts_with("Not text"), "bytes are named as such: {}", note("logo.png"));
    assert!(note("token.json").contains("passwords or keys"), "and what holds secrets stays closed");
    assert!(!of.to_string().contains("canary"), "in every byte of the answer");
    assert_eq!(lines(&of, "same.txt"), Vec::<String>::new(), "what is the same is not listed");

    install(&yard, &two);
    let versions = json(&yard, &["plugins", "show", "smcp:greeter"])["versions"].clone();
    let old = versions.as_array().unwrap().iter().find(|one| one["current"] == false).unwrap()["hash"].clone();
    let back = run(&yard, &["plugins", "diff", "smcp:greeter", "--to", old.as_str().unwrap(), "--file", "cli.py"]);
    let back = lines(&back.json().unwrap(), "cli.py");
    assert!(back.contains(&"add __version__ = '1.0.0'".to_owned()), "what putting it back would bring: {back:#?}");

    for (words, code) in [
        (&["plugins", "diff", "smcp:greeter", "--to", "000000000000"][..], "plugin_version_unknown"),
        (
            &["plugins", "diff", "smcp:greeter", "--folder", &text(&two), "--file", "../../../etc/passwd"],
            "plugin_file_unknown",
        ),
        (&["plugins", "diff", "smcp:nobody"], "plugin_unknown"),
        (&["plugins", "diff", "smcp:greeter"], "plugin_nothing_kept"),
    ] {
        assert_eq!(error(&run(&yard, words))["code"], code, "`{}` is refused", words.join(" "));
    }
    let same = run(&yard, &["plugins", "diff", "smcp:greeter", "--folder", &text(&two)]);
    assert!(same.code == 0 && same.json().unwrap() == serde_json::json!([]), "nothing differs from itself: {same:?}");
}
