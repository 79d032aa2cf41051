//! Plugins found within what somebody gives.

use std::os::unix::fs::PermissionsExt;

use sanctum_plugins::read::{Change, Kind, LONGEST_SIDE, Side, candidates, compare, digests, side};

use crate::{fixture, folder};

fn found(dir: &std::path::Path, called: &str) -> Vec<(String, String, Kind)> {
    candidates(dir, called).into_iter().map(|one| (one.dir, one.name, one.kind)).collect()
}

#[test]
fn every_shape_of_a_source_is_looked_through() {
    let (_temp, root) =
        folder("x", &[("cli.py", ""), ("smcp-gmail-imap/cli.py", ""), ("smcp-gmail-imap/lib/cli.py", "")]);
    let want =
        [(".", "smcp-gmail"), ("smcp-gmail-imap", "smcp-gmail-imap")].map(|(d, n)| (d.into(), n.into(), Kind::Smcp));
    assert_eq!(found(&root, "smcp-gmail"), want, "the root itself, and one beside it; parts of that one are parts");

    let (_temp, root) = folder("x", &[("plugins/gh/cli.py", ""), ("plugins/git/cli.py", ""), ("setup.py", "")]);
    let want = [("plugins/gh", "gh"), ("plugins/git", "git")].map(|(d, n)| (d.into(), n.into(), Kind::Smcp));
    assert_eq!(found(&root, "repo"), want, "several under `plugins`");

    let (_temp, root) = folder(
        "x",
        &[("plugin_web_chat/plugin.py", ""), ("python/run.py", ""), ("a/b/c/cli.py", ""), ("a/b/c/d/cli.py", "")],
    );
    let want =
        [("a/b/c".into(), "c".into(), Kind::Smcp), ("plugin_web_chat".into(), "plugin_web_chat".into(), Kind::Broca)];
    assert_eq!(found(&root, "repo"), want, "others beside, and one level more");

    let (_temp, root) =
        folder("x", &[("manifest.json", "{\"name\":\"router\",\"type\":\"module\"}"), ("plugins/r/cli.py", "")]);
    let want = [(".".into(), "router".into(), Kind::Manifest), ("plugins/r".into(), "r".into(), Kind::Smcp)];
    assert_eq!(found(&root, "router"), want, "a module that carries a plugin");

    assert_eq!(
        found(&fixture("bundle/tracker"), "tracker"),
        [(".".into(), "tracker".into(), Kind::Bundle)],
        "a bundle is one"
    );
}

#[test]
fn names_that_cannot_be_folders_of_tools_are_proposed_otherwise() {
    let (_temp, root) = folder("x", &[("cli.py", "")]);
    for (called, want) in [("My plugin!", "My_plugin"), ("../..", "plugin"), ("", "plugin"), ("größe", "gr__e")] {
        assert_eq!(
            candidates(&root, called)[0].name,
            want,
            "{called:?} becomes something that can begin a tool’s name"
        );
    }
}

#[test]
fn a_plugin_is_called_what_it_calls_itself() {
    let manifest = "{\"name\": \"weather\", \"type\": \"plugin\"}";
    let (_temp, root) = folder("x", &[("weather-plugin/cli.py", ""), ("weather-plugin/manifest.json", manifest)]);
    assert_eq!(found(&root, "download")[0].1, "weather", "its manifest says so, whatever its folder is called");
    let broken = [("tides/cli.py", ""), ("tides/manifest.json", "{")];
    let (_temp, root) = folder("x", &broken);
    assert_eq!(found(&root, "download")[0].1, "tides", "a manifest that cannot be read names nothing");
    assert_eq!(
        candidates(&fixture("broca/wrong_name"), "broca-echo-main")[0].name,
        "another_name",
        "Broca loads it from a folder that is called as its code says, and from no other"
    );
    assert_eq!(
        candidates(&fixture("bundle/tracker"), "download")[0].name,
        "tracker",
        "a bundle’s manifest counts more than its file’s name"
    );
    let same = "{\"name\": \"weather\", \"type\": \"plugin\"}";
    let files = [("a/cli.py", ""), ("a/manifest.json", same), ("b/cli.py", ""), ("b/manifest.json", same)];
    let (_temp, root) = folder("x", &files);
    let names: Vec<String> = found(&root, "x").into_iter().map(|(_, name, _)| name).collect();
    assert_eq!(names, ["a", "b"], "two that call themselves alike do not take each other’s place");
}

#[test]
fn links_in_a_source_are_not_walked() {
    let (_temp, root) = folder("x", &[("plugins/a/cli.py", "")]);
    std::os::unix::fs::symlink(&root, root.join("plugins/again")).unwrap();
    assert_eq!(found(&root, "x").len(), 1, "a circle ends, and nothing is found twice");
}

#[test]
fn which_files_were_changed_is_known_by_their_digests() {
    let (_temp, dir) = folder("x", &[("cli.py", "a"), ("lib/b.py", "b"), ("c.py", "c"), ("run.sh", "d")]);
    let before = digests(&dir).unwrap();
    std::fs::write(dir.join("cli.py"), "other").unwrap();
    std::fs::remove_file(dir.join("c.py")).unwrap();
    std::os::unix::fs::symlink("cli.py", dir.join("new")).unwrap();
    std::fs::create_dir(dir.join("__pycache__")).unwrap();
    std::fs::write(dir.join("__pycache__/x.pyc"), "").unwrap();
    std::fs::set_permissions(dir.join("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    let all: Vec<(String, Change)> = compare(&before, &digests(&dir).unwrap()).into_iter().collect();
    let want = [
        ("c.py", Change::Gone),
        ("cli.py", Change::Changed),
        ("lib/b.py", Change::Same),
        ("new", Change::Added),
        ("run.sh", Change::Changed),
    ];
    assert_eq!(all, want.map(|(path, change)| (path.to_owned(), change)), "what Python leaves behind is no change");
}

#[test]
fn only_text_of_the_plugin_itself_is_read_for_its_lines() {
    let (_temp, dir) = folder("x", &[("cli.py", "print(1)\n"), ("a/.env", "KEY=secret"), ("../outside.py", "no")]);
    std::fs::write(dir.join("logo.png"), [0x89, b'P', 0, 1]).unwrap();
    std::fs::write(dir.join("odd.txt"), [0xff, 0xfe]).unwrap();
    let large = LONGEST_SIDE + 1;
    std::fs::write(dir.join("large.txt"), vec![b'a'; usize::try_from(large).unwrap()]).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", dir.join("link.py")).unwrap();
    std::os::unix::fs::symlink("/etc", dir.join("etc")).unwrap();
    for (path, want, why) in [
        ("cli.py", Side::Text("print(1)\n".to_owned()), "text is read"),
        ("logo.png", Side::Binary(4), "bytes are counted and not drawn"),
        ("odd.txt", Side::Binary(2), "what is no UTF-8 is no text"),
        ("large.txt", Side::TooLarge(large), "and what is large is not read whole"),
        ("link.py", Side::Link("/etc/passwd".to_owned()), "a link is what it says"),
        ("a/.env", Side::Private, "what holds passwords stays closed"),
        ("etc/passwd", Side::Absent, "nothing behind a link"),
        ("../outside.py", Side::Absent, "nothing outside"),
        ("gone.py", Side::Absent, "nothing where nothing is"),
    ] {
        assert_eq!(side(&dir, path), want, "`{path}`: {why}");
    }
}
