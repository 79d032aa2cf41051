//! The packages of plugins in a real environment: installed with them, put back with an earlier version, and one that is torn.

use std::path::PathBuf;
use std::process::Command;

use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};

use crate::support::{error, json, put, text};

/// With the proxy and certificates of this machine, its index, and wheels of the test beside it.
fn online(yard: &Yard, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let all: Vec<&str> = ["--root", &root].into_iter().chain(words.iter().copied()).collect();
    let passed = |name: &str| ["PIP_", "UV_", "SSL_"].iter().any(|p| name.starts_with(p)) && !name.contains("CONFIG");
    let vars = std::env::vars().filter(|(name, _)| passed(name) || name.to_lowercase().ends_with("_proxy"));
    let links = std::env::var("PIP_FIND_LINKS").unwrap_or_default();
    let links = format!("{} {links}", yard.path().join("wheels").display());
    let ctl = vars.fold(Ctl::new(yard), |ctl, (name, value)| ctl.with(&name, &value));
    ctl.with("PIP_FIND_LINKS", links.trim()).with("SANCTUM_TRIAL_SECONDS", "2").run(&all).unwrap()
}

/// A plugin that tells the version of `six` that it runs with, and needs `needs`.
fn plugin(yard: &Yard, folder: &str, version: &str, needs: &str) -> String {
    let code = format!(
        "import json, sys\n__version__ = '{version}'\nif '--describe' in sys.argv:\n    print(json.dumps({{'commands': [{{'name': 'say', 'description': 'Says it.'}}]}}))\nelse:\n    import six\n    print(six.__version__)\n"
    );
    let dir = put(yard.path(), &format!("{folder}/cli.py"), code).parent().unwrap().to_owned();
    put(&dir, "requirements.txt", needs);
    text(&dir)
}

fn install(yard: &Yard, folder: &str) -> Run {
    online(yard, &["plugins", "install", "--folder", folder, "--yes", "--json"])
}

/// A wheel whose words are right and whose code is torn: a try finds nothing, only putting it in place does.
fn torn_wheel(yard: &Yard) {
    let at = put(yard.path(), "wheels/torn-1.0-py3-none-any.whl", "");
    let code = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1], 'w')\nz.writestr('torn.py', 'CODE = 12345\\n')\nz.writestr('torn-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: torn\\nVersion: 1.0\\n')\nz.writestr('torn-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\nz.writestr('torn-1.0.dist-info/RECORD', 'torn.py,,\\ntorn-1.0.dist-info/METADATA,,\\ntorn-1.0.dist-info/WHEEL,,\\ntorn-1.0.dist-info/RECORD,,\\n')\nz.close()\nall = open(sys.argv[1], 'rb').read()\nopen(sys.argv[1], 'wb').write(all.replace(b'12345', b'54321'))\n";
    let done = Command::new("python3").args(["-c", code, &text(&at)]).status().unwrap();
    assert!(done.success(), "the wheel is made");
}

/// Where the environment is, its pins, and every file of the plugins with its bytes.
fn photograph(yard: &Yard) -> Vec<(String, Vec<u8>)> {
    let base = yard.root().join("smcp");
    let mut all = vec![("venv".to_owned(), text(&base.join("venv").read_link().unwrap()).into_bytes())];
    all.push(("pins".to_owned(), std::fs::read(base.join("requirements-smcp.txt")).unwrap()));
    let builds = std::fs::read_dir(base.join("venvs")).unwrap().map(|entry| entry.unwrap().path());
    all.extend(builds.map(|path| (text(&path), Vec::new())));
    let mut todo: Vec<PathBuf> = ["plugins", "plugins-disabled", "store"].map(|part| base.join(part)).to_vec();
    while let Some(dir) = todo.pop() {
        for path in std::fs::read_dir(&dir).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.ends_with("__pycache__") {
                continue;
            }
            match std::fs::read_link(&path) {
                Ok(to) => all.push((text(&path), text(&to).into_bytes())),
                Err(_) if path.is_dir() => todo.push(path),
                Err(_) => all.push((text(&path), std::fs::read(&path).unwrap())),
            }
        }
    }
    all.sort();
    all
}

#[test]
fn a_plugin_brings_its_packages_and_one_whose_package_is_torn_is_taken_back() {
    let yard = Yard::new("smcp").unwrap();
    torn_wheel(&yard);
    // The yard's own is no environment, only a way to an interpreter.
    std::fs::remove_dir_all(yard.root().join("smcp/venv")).unwrap();
    let asked = ["-c", "import os, sys; print(os.path.realpath(sys.executable))"];
    let python = Command::new("python3").args(asked).output().unwrap();
    let python = String::from_utf8_lossy(&python.stdout).trim().to_owned();
    let made = online(&yard, &["python", "install", "smcp", "--python", &python, "--yes"]);
    assert_eq!(made.code, 0, "a real environment: {made:?}");
    yard.install("smcp", "smcp").unwrap();
    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    let says = |what: &str| {
        let said = online(&yard, &["plugins", "call", "steady__say", "--json"]);
        let text = said.json().unwrap()["text"].as_str().unwrap_or_default().trim().to_owned();
        assert_eq!(text, what, "what it runs with: {said:?}");
    };
    let versions = |id: &str| json(&yard, &["plugins", "show", id])["versions"].as_array().unwrap().clone();

    let one = install(&yard, &plugin(&yard, "one/steady", "1.0.0", "six==1.15.0\n"));
    assert_eq!(one.code, 0, "it is installed with what it needs: {one:?}");
    says("1.15.0");
    let two = install(&yard, &plugin(&yard, "two/steady", "2.0.0", "six==1.16.0\n"));
    assert_eq!(two.code, 0, "a newer one with a newer package: {two:?}");
    says("1.16.0");
    let before = photograph(&yard);

    let torn = install(&yard, &plugin(&yard, "bad/torn", "1.0.0", "torn==1.0\n"));
    assert_eq!(error(&torn)["code"], "command_failed", "it cannot be put in place: {torn:?}");
    assert!(torn.err.contains("Bad CRC-32"), "with what the installer said: {torn:?}");
    assert!(photograph(&yard) == before, "every file and the environment are what they were");
    says("1.16.0");
    let last = json(&yard, &["changes", "list"])["items"][0].clone();
    assert_eq!(last["state"], "rolled_back", "the torn one was being applied when it failed: {last:#}");

    let old = versions("smcp:steady").into_iter().find(|one| one["current"] == false).unwrap()["hash"].clone();
    let plan = ["plugins", "rollback", "smcp:steady", old.as_str().unwrap()];
    let offline = Ctl::new(&yard).with("PIP_NO_INDEX", "1");
    let root = text(&yard.root());
    let refused = offline.run(&[&["--root", &root], &plan[..], &["--yes", "--json"]].concat()).unwrap();
    assert_eq!(error(&refused)["code"], "plugin_conflict", "without its packages it is not put back: {refused:?}");
    assert!(photograph(&yard) == before, "and nothing changed");
    let back = online(&yard, &[&plan[..], &["--yes", "--json"]].concat());
    assert_eq!(back.code, 0, "it is put back: {back:?}");
    says("1.15.0");

    // What is off stays off, and an update leaves it so.
    let off = online(&yard, &["plugins", "disable", "smcp:steady", "--yes", "--json"]);
    assert_eq!(off.code, 0, "it is switched off: {off:?}");
    let newer = versions("smcp:steady").into_iter().find(|one| one["version"] == "2.0.0").unwrap()["hash"].clone();
    let done = online(&yard, &["plugins", "rollback", "smcp:steady", newer.as_str().unwrap(), "--yes", "--json"]);
    assert_eq!(done.code, 0, "the other version is put in its place: {done:?}");
    let row = json(&yard, &["plugins", "show", "smcp:steady"])["row"].clone();
    assert_eq!(
        (&row["version"], &row["enabled"]),
        (&"2.0.0".into(), &false.into()),
        "switched off, as it was: {row:#}"
    );
}
