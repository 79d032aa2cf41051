//! A disk that is really full while a plugin is installed: everything is as it was before, and the message says so.

use std::path::Path;
use std::process::{Command, Stdio};

use sanctum_tests::yard::Yard;
use sanctum_tests::{Ctl, Run};

use crate::support::{error, json, put, settled, text};

/// More than any of the small disks below holds, and less than a person would call large.
const LARGE: usize = 12 << 20;

/// A plugin of SMCP with a large file beside its code.
fn large(yard: &Yard) -> std::path::PathBuf {
    let code = "import json\nprint(json.dumps({'commands': [{'name': 'say', 'description': 'Says it.'}]}))\n";
    let dir = put(yard.path(), "late/cli.py", code).parent().unwrap().to_owned();
    put(&dir, "words.bin", vec![7; LARGE]);
    dir
}

/// Runs `sanctumctl` behind a shell that does `first`, with `AT` naming a folder.
fn behind(yard: &Yard, namespace: bool, first: &str, at: &Path, words: &[&str]) -> Run {
    let root = text(&yard.root());
    let mut all = vec!["--root", &root];
    all.extend(words);
    let own = Ctl::new(yard).command(&all).unwrap();
    let mut command = Command::new(if namespace { "unshare" } else { "/bin/sh" });
    if namespace {
        command.args(["-rm", "/bin/sh"]);
    }
    command.args(["-c", &format!("{first} && exec \"$@\""), "sh"]).arg(own.get_program()).args(own.get_args());
    command.env_clear().envs(yard.env()).env("AT", at).current_dir(yard.path()).stdin(Stdio::null());
    let done = command.output().unwrap();
    Run {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

/// Whether this machine lets a test mount a disk of its own.
fn may_mount(yard: &Yard) -> bool {
    let at = yard.path().join("tmp");
    let done = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(at)
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|status| status.success())
}

#[test]
fn a_full_disk_leaves_everything_as_it_was_and_is_named() {
    let yard = Yard::new("smcp").unwrap();
    yard.install("smcp", "smcp").unwrap();
    let small = "import json, sys\nif '--describe' in sys.argv:\n    print(json.dumps({'commands': [{'name': 'say', 'description': 'Says it.'}]}))\nelse:\n    print('still here')\n";
    let steady = text(put(yard.path(), "steady/cli.py", small).parent().unwrap());
    json(&yard, &["plugins", "install", "--folder", &steady, "--yes"]);
    let late = text(&large(&yard));
    let install = ["plugins", "install", "--folder", &late, "--yes", "--json"];
    let target = yard.root().join("smcp/store/late");
    let before = settled(&yard.root());

    // The largest file that may be written is smaller than the plugin's: the portable way, which works everywhere.
    let done = behind(&yard, false, "trap '' XFSZ; ulimit -f 8192", yard.path(), &install);
    let said = error(&done);
    assert_eq!(said["code"], "source_unusable", "it does not get into quarantine: {done:?}");
    assert!(said["message"].as_str().unwrap().contains("words.bin"), "the file is named: {said}");
    assert!(settled(&yard.root()) == before, "nothing of the Sanctum was touched");

    if may_mount(&yard) {
        // The quarantine's disk.
        let data = yard.data_dir();
        let mount = |size: &str| format!("mount -t tmpfs -o {size} tmpfs \"$AT\"");
        let done = behind(&yard, true, &mount("size=1m"), &data, &install);
        assert_eq!(error(&done)["code"], "source_unusable", "it does not fit into quarantine: {done:?}");
        assert!(error(&done)["hint"].as_str().unwrap().contains("The disk is full"), "which is said: {done:?}");
        assert!(settled(&yard.root()) == before, "nothing of the Sanctum was touched");

        // The store's, at one moment after the other: at the first folder, at the code, in the middle of the large file.
        std::fs::create_dir(&target).unwrap();
        let before = settled(&yard.root());
        for size in ["size=4k,nr_inodes=1", "size=4k,nr_inodes=3", "size=4k", "size=64k", "size=1m", "size=11m"] {
            let done = behind(&yard, true, &mount(size), &target, &install);
            assert_ne!(done.code, 0, "{size}: it is not installed: {done:?}");
            let said = error(&done);
            let words = format!("{} {} {}", said["message"], said["hint"], said["details"]);
            assert!(words.contains("disk is full"), "{size}: the message says why: {said:#}");
            assert!(settled(&yard.root()) == before, "{size}: every file is byte for byte what it was");
            let last = json(&yard, &["changes", "list"])["items"][0].clone();
            assert_eq!(last["state"], "rolled_back", "{size}: the record says that nothing of it stands: {last:#}");
        }
        std::fs::remove_dir(&target).unwrap();
    }

    yard.ctl(&["modules", "start", "smcp"]).unwrap();
    let said = json(&yard, &["plugins", "call", "steady__say"])["text"].as_str().unwrap().to_owned();
    assert_eq!(said.trim(), "still here", "the other plugin answers");
    let quick = Ctl::new(&yard).with("SANCTUM_TRIAL_SECONDS", "1");
    let root = text(&yard.root());
    let done = quick.run(&["--root", &root, "plugins", "install", "--folder", &late, "--yes", "--json"]).unwrap();
    assert_eq!(done.code, 0, "with room it is installed: {done:?}");
}
