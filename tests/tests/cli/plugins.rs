//! `plugins`: read before they run, installed by plans, switched, called over MCP, and taken back by themselves where their tool does
//! not come up.

use std::path::{Path, PathBuf};

use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};
use serde_json::Value;

use crate::support::{at_root, error, json, put, text};

/// A plugin in the shape of SMCP's contract whose one tool says `says`.
pub fn plugin(yard: &Yard, folder: &str, version: &str, says: &str, more: &str) -> PathBuf {
    let name = folder.rsplit('/').next().unwrap();
    let code = format!(
        "import json, os, sys\n{more}\nif '--describe' in sys.argv:\n    print(json.dumps({{'contract_version': '1.0', 'plugin': {{'name': '{name}', 'version': '{version}'}}, 'commands': [{{'name': 'say', 'description': 'Says something.', 'parameters': []}}]}}))\nelse:\n    print(json.dumps({{'said': '{says}'}}))\n"
    );
    put(yard.path(), &format!("{folder}/cli.py"), code).parent().unwrap().to_owned()
}

/// A running SMCP.
pub fn smcp() -> Yard {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    yard
}

/// A command with a short watch over what is changed.
pub fn quick(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    Ctl::new(yard).with("SANCTUM_TRIAL_SECONDS", "2").run(&all).unwrap()
}

pub fn well(yard: &Yard, words: &[&str]) -> Value {
    let mut all = words.to_vec();
    all.push("--json");
    let done = quick(yard, &all);
    assert_eq!(done.code, 0, "`{}` ends with 0: {done:?}", words.join(" "));
    done.json().unwrap()
}

pub fn install(yard: &Yard, folder: &Path) -> Run {
    quick(yard, &["plugins", "install", "--folder", &text(folder), "--yes", "--json"])
}

fn rows(yard: &Yard) -> Vec<(String, String)> {
    let page = json(yard, &["plugins", "list"]);
    let word = |row: &Value| row["status"]["word"].as_str().unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(|row| (row["name"].as_str().unwrap().to_owned(), word(row))).collect()
}

pub fn call(yard: &Yard, tool: &str) -> String {
    well(yard, &["plugins", "call", tool])["text"].as_str().unwrap().to_owned()
}

/// Everything of the tool server but what it writes while it runs: what links say, and a digest of every file's bytes.
pub fn photograph(yard: &Yard) -> Vec<String> {
    let mut all = Vec::new();
    let mut todo = vec![
        yard.root().join("smcp/plugins"),
        yard.root().join("smcp/store"),
        yard.root().join("smcp/plugins-disabled"),
    ];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.ends_with("__pycache__") {
                continue;
            }
            let holds = match std::fs::read_link(&path) {
                Ok(to) => format!(" → {}", to.display()),
                Err(_) if path.is_dir() => String::new(),
                Err(_) => format!(" {:x}", digest(&std::fs::read(&path).unwrap())),
            };
            all.push(format!("{}{holds}", path.strip_prefix(yard.root()).unwrap().display()));
            if holds.is_empty() {
                todo.push(path);
            }
        }
    }
    all.sort();
    all
}

fn digest(bytes: &[u8]) -> u64 {
    use std::hash::{Hash, Hasher};
    let mut hasher = std::hash::DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn a_plugin_is_read_trusted_installed_called_updated_put_back_and_removed() {
    let yard = smcp();
    let one = plugin(&yard, "one/greeter", "1.0.0", "hello", "open('ran', 'w')");
    let seen = json(&yard, &["plugins", "inspect", "--folder", &text(&one)]);
    assert_eq!(seen["candidates"][0]["name"], "greeter", "it is found: {seen:#}");
    assert!(
        !one.join("ran").exists() && seen["candidates"][0]["tools"] == serde_json::json!([]),
        "and nothing of it ran"
    );
    let trusted = json(&yard, &["plugins", "inspect", "--folder", &text(&one), "--trust"]);
    assert_eq!(
        trusted["candidates"][0]["tools"][0]["name"], "greeter__say",
        "by the operator's word it is asked: {trusted:#}"
    );
    assert!(!one.join("ran").exists(), "in a folder of its own");

    assert_eq!(install(&yard, &one).code, 0, "it is installed");
    assert_eq!(
        rows(&yard),
        [("greeter".to_owned(), "Active".to_owned())],
        "and its tool server, started again, lists it"
    );
    assert!(call(&yard, "greeter__say").contains("hello"), "its tool answers over MCP");

    let two = plugin(&yard, "two/greeter", "2.0.0", "good day", "");
    assert_eq!(install(&yard, &two).code, 0, "another version takes its place");
    assert!(call(&yard, "greeter__say").contains("good day"), "the new one answers");
    let versions = json(&yard, &["plugins", "show", "smcp:greeter"])["versions"].clone();
    let old = versions.as_array().unwrap().iter().find(|v| v["current"] == false).unwrap()["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    well(&yard, &["plugins", "rollback", "smcp:greeter", &old, "--yes"]);
    assert!(call(&yard, "greeter__say").contains("hello"), "the one before is put back");

    well(&yard, &["plugins", "disable", "smcp:greeter", "--yes"]);
    assert_eq!(rows(&yard), [("greeter".to_owned(), "Inactive".to_owned())], "switched off, it is not loaded");
    well(&yard, &["changes", "undo", "--yes"]);
    assert_eq!(rows(&yard), [("greeter".to_owned(), "Active".to_owned())], "undo switches it on again");
    well(&yard, &["plugins", "remove", "smcp:greeter", "--yes"]);
    assert!(
        rows(&yard).is_empty() && photograph(&yard).iter().all(|path| !path.contains("greeter")),
        "removed, nothing of it is left"
    );
}

#[test]
fn a_plugin_that_its_tool_leaves_out_is_not_installed() {
    let yard = smcp();
    let good = install(&yard, &plugin(&yard, "one/greeter", "1.0.0", "hello", ""));
    assert!(good.code == 0 && !good.out.contains("does not work"), "one that works: {good:?}");
    let before = photograph(&yard);
    let bad = install(&yard, &plugin(&yard, "two/torn", "1.0.0", "", "raise RuntimeError('broken on purpose')"));
    let said = error(&bad);
    assert_eq!(said["code"], "rolled_back", "the tool server runs without it, which is no reason to keep it: {bad:?}");
    let words = said["message"].as_str().unwrap();
    assert!(words.starts_with("torn did not come up with it, so it was taken back"), "it is named: {words}");
    assert_eq!(photograph(&yard), before, "nothing of it is left");
}

#[test]
fn the_culprit_among_eight_is_found_by_halves() {
    let yard = smcp();
    // Seven that work, and one that from now on takes its tool server with it.
    for n in 0..7 {
        assert_eq!(install(&yard, &plugin(&yard, &format!("ok/p{n}"), "1.0.0", "x", "")).code, 0, "p{n} is installed");
    }
    let more = "import signal, pathlib\nif 'MCP_PORT' in os.environ and pathlib.Path(os.environ['MCP_LOG_DIR'], 'now').exists(): os.kill(os.getppid(), signal.SIGKILL)";
    assert_eq!(install(&yard, &plugin(&yard, "ok/sleeper", "1.0.0", "x", more)).code, 0, "the sleeper is installed");
    put(&yard.root(), "smcp/logs/now", "");
    let done = quick(&yard, &["plugins", "bisect", "smcp", "--yes", "--json"]);
    assert_eq!(done.code, 0, "the search comes to its end: {done:?}");
    let found = done.json().unwrap();
    assert_eq!(found["culprit"], "sleeper", "it is named: {found:#}");
    assert!(found["step"].as_u64().unwrap() <= 4, "within log2(8) + 1 starts: {found:#}");
    let rows = rows(&yard);
    assert_eq!(rows.iter().filter(|(_, word)| word == "Active").count(), 7, "the others go on: {rows:?}");
    let aside = json(&yard, &["plugins", "list", "@quarantined"]);
    assert_eq!(aside["items"][0]["name"], "sleeper", "and it is put aside with the reason: {aside:#}");
}

/// A zip of these files, made by Python's own words.
fn zip(yard: &Yard, archive: &str, files: &[&str]) -> String {
    let at = text(&yard.path().join(archive));
    let code = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w')\n[z.writestr(n, '{}' if n.endswith('.json') else 'print(1)\\n') for n in sys.argv[2:]]\nz.close()";
    let status = std::process::Command::new("python3").args(["-c", code, &at]).args(files).status().unwrap();
    assert!(status.success(), "the archive is made");
    at
}

#[test]
fn a_plugin_is_named_by_its_folder_and_every_one_of_a_source_is_found() {
    let yard = Yard::new("smcp").unwrap();
    let named = |archive: &str, files: &[&str]| -> Vec<String> {
        let seen = json(&yard, &["plugins", "inspect", "--archive", &zip(&yard, archive, files)]);
        let all = seen["candidates"].as_array().unwrap();
        all.iter().map(|one| format!("{} {}", one["dir"].as_str().unwrap(), one["name"].as_str().unwrap())).collect()
    };
    assert_eq!(named("weather-1.2.zip", &["weather/cli.py"]), [". weather"], "its only folder, not the archive");
    assert_eq!(named("download.zip", &["weather-main/cli.py"]), [". weather"], "a folder as forges make them");
    assert_eq!(named("weather-v2.zip", &["cli.py"]), [". weather"], "files without a folder have the archive’s name");
    assert_eq!(
        named(
            "all-main.zip",
            &["all-main/plugins/tides/cli.py", "all-main/plugins/moon-2/cli.py", "all-main/setup.py"]
        ),
        ["plugins/moon-2 moon-2", "plugins/tides tides"],
        "each by the folder that holds it, and a folder inside keeps its whole name"
    );
    assert_eq!(
        named("weather-1.3.zip", &["weather-1.3/weather/cli.py", "weather-1.3/README.md"]),
        ["weather weather"],
        "a folder within the top folder"
    );
}

#[test]
fn the_operator_names_a_plugin_and_bad_names_are_refused() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let archive = zip(&yard, "weather-1.2.zip", &["weather-1.2/weather/cli.py", "weather-1.2/tides/cli.py"]);
    let words = |more: &[&str]| {
        let mut all = vec!["plugins", "install", "--archive", archive.as_str(), "--json", "--off"];
        all.extend(more);
        quick(&yard, &all)
    };
    let which = error(&words(&["--yes"]));
    assert!(which["hint"].as_str().unwrap().contains("tides, weather"), "of two it is asked which: {which:#}");
    assert_eq!(
        words(&["--dir", "weather", "--name", "Sky", "--yes"]).code,
        0,
        "one is chosen, and named by the operator"
    );
    assert_eq!(rows(&yard)[0].0, "Sky", "and stands under that name");
    for (name, why) in [
        ("../sky", "begins with `.`"),
        ("a/b", "cannot begin the name of a tool"),
        ("..", "begins with `.`"),
        ("sky", "`sky` and the installed `Sky` differ only in spelling"),
        ("", "cannot begin the name of a tool"),
    ] {
        let refused = error(&words(&["--dir", "tides", "--name", name]));
        let message = refused["message"].as_str().unwrap();
        assert!(refused["code"] == "plugin_refused" && message.contains(why), "`{name}` is refused: {refused:#}");
    }
    assert_eq!(rows(&yard).len(), 1, "and nothing was installed under any of them");
}

#[test]
fn hostile_sources_are_refused_and_leave_nothing() {
    let yard = Yard::new("smcp").unwrap();
    let before = photograph(&yard);
    let escape = yard.path().join("escape.tar");
    let status = std::process::Command::new("python3")
        .args(["-c", "import tarfile,io,sys\nt=tarfile.open(sys.argv[1],'w')\ni=tarfile.TarInfo('../../evil/cli.py');i.size=2\nt.addfile(i,io.BytesIO(b'x\\n'))\nt.close()", &text(&escape)])
        .status()
        .unwrap();
    assert!(status.success(), "the archive is made");
    let refused = at_root(&yard, &["plugins", "inspect", "--archive", &text(&escape)]);
    assert_eq!(error(&refused)["code"], "source_unusable", "a path that leads out: {refused:?}");
    let nothing = put(yard.path(), "nothing/readme", "x").parent().unwrap().to_owned();
    assert_eq!(
        error(&at_root(&yard, &["plugins", "inspect", "--folder", &text(&nothing)]))["code"],
        "source_unusable",
        "no plugin"
    );
    let hang =
        put(yard.path(), "hang/cli.py", "import time, os\nos.fork()\ntime.sleep(600)\n").parent().unwrap().to_owned();
    let asked = at_root(&yard, &["plugins", "inspect", "--folder", &text(&hang), "--trust"]);
    assert_eq!(error(&asked)["code"], "plugin_describe", "one that hangs and forks is ended: {asked:?}");
    assert_eq!(photograph(&yard), before, "the Sanctum is as it was");
}
