//! Archives that were made to do harm, and honest ones with odd things in them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use sanctum_fetch::{Limits, inspect};

use crate::made::{Place, Tar, Zip, gzip, pax};

const NAMES: &[(&str, &str)] = &[
    ("../x", "`..`"),
    ("a/../../x", "`..`"),
    ("a/..", "`..`"),
    ("/etc/x", "absolute"),
    ("//x", "absolute"),
    ("C:/x", "drive letter"),
    ("c:x", "drive letter"),
    ("a\\x", "backslash"),
    ("..\\x", "backslash"),
    ("a\nb", "control"),
    ("a\u{1b}[31mb", "control"),
    ("a\u{202e}gpj", "control"),
];

#[test]
fn no_name_leads_out_of_a_tar_or_a_zip() {
    let place = Place::new();
    for (name, why) in NAMES {
        for (kind, bytes) in [
            ("t.tar", Tar::new().file("good", "x").file(name, "x").end()),
            ("t.tgz", gzip(&Tar::new().file("good", "x").file(name, "x").end())),
            ("folder.tar", Tar::new().file("good", "x").add(b'5', name, "", 0o755, b"").end()),
            ("long.tar", Tar::new().add(b'L', "././@LongLink", "", 0o644, name.as_bytes()).file("short", "x").end()),
            ("pax.tar", Tar::new().pax(&[("path", name)]).file("short", "x").end()),
            ("z.zip", Zip::new().file("good", "x").file(name, "x").end()),
            ("left-out.tar", Tar::new().file("good", "x").file(&format!("{name}/.git/config"), "x").end()),
        ] {
            let error = place.refused(kind, &bytes, &Limits::default());
            assert!(error.contains(why), "{kind} with {name:?} was refused because: {error}");
        }
    }
}

#[test]
fn a_name_with_a_nul_or_that_is_no_text_is_refused() {
    let place = Place::new();
    for name in [&b"a\0b"[..], b"a\xffb", b"\xc0\xae\xc0\xae/x"] {
        place.refused("z.zip", &Zip::new().add(name, 0o100_644, b"x").end(), &Limits::default());
        let tar = Tar::new().add(b'L', "././@LongLink", "", 0o644, &[name, &b"\0"[..]].concat()).file("short", "x");
        place.refused("t.tar", &tar.end(), &Limits::default());
    }
}

#[test]
fn links_that_lead_out_are_refused_whatever_the_order() {
    let place = Place::new();
    for (name, target) in [
        ("a", "../x"),
        ("a/b", "../../x"),
        ("a", "/etc/passwd"),
        ("a", ""),
        ("a", "b/../../x"),
        ("a", "C:/x"),
        ("d/s", "x/../../../y"),
        ("a", "..\\x"),
        ("a", "b\u{1b}[2J"),
    ] {
        let tar = Tar::new().file("good", "x").link(name, target).end();
        let error = place.refused("t.tar", &tar, &Limits::default());
        assert!(error.contains("link"), "{name} -> {target:?} was refused because: {error}");
        let zip = Zip::new().file("good", "x").add(name.as_bytes(), 0o120_777, target.as_bytes()).end();
        let error = place.refused("z.zip", &zip, &Limits::default());
        assert!(error.contains("link"), "{name} -> {target:?} was refused because: {error}");
    }
    let tar = Tar::new().file("good", "x").pax(&[("linkpath", "../../x")]).link("a", "good").end();
    assert!(place.refused("pax.tar", &tar, &Limits::default()).contains("outside"), "the longer target counts");
}

#[test]
fn nothing_is_written_through_a_link() {
    let place = Place::new();
    let victim = place.path("victim");
    for bytes in [
        Tar::new().file("good/f", "x").link("a", "good").file("a/evil", "x").end(),
        Tar::new().file("good/f", "x").file("a/evil", "x").link("a", "good").end(),
        Tar::new().file("good", "x").link("a", "good").file("a", "x").end(),
        Tar::new().file("good", "x").file("a", "x").file("a/b", "x").end(),
        Tar::new().link("a", victim.to_str().unwrap()).file("a", "x").end(),
    ] {
        place.refused("t.tar", &bytes, &Limits::default());
    }
    let zip = Zip::new().file("good/f", "x").add(b"a", 0o120_777, b"good").file("a/evil", "x").end();
    place.refused("z.zip", &zip, &Limits::default());
    assert!(!victim.exists(), "nothing was written where the link led");
}

#[test]
fn devices_pipes_hard_links_and_sparse_files_are_refused_by_name() {
    let place = Place::new();
    for (kind, why) in
        [(b'1', "hard link"), (b'3', "device"), (b'4', "device"), (b'6', "pipe"), (b'S', "sparse"), (b'V', "unknown")]
    {
        let tar = Tar::new().file("good", "x").add(kind, "odd", "good", 0o644, b"").end();
        let error = place.refused("t.tar", &tar, &Limits::default());
        assert!(error.contains(why) && error.contains("odd"), "{error} names it as {why}");
    }
    for (mode, why) in [(0o010_644, "pipe"), (0o020_644, "device"), (0o060_644, "device"), (0o140_644, "socket")] {
        let error = place.refused("z.zip", &Zip::new().add(b"odd", mode, b"").end(), &Limits::default());
        assert!(error.contains(why), "{error} names it as {why}");
    }
    let sparse = Tar::new().pax(&[("GNU.sparse.major", "1")]).file("odd", "x").end();
    assert!(place.refused("t.tar", &sparse, &Limits::default()).contains("sparse"), "sparse by record");
}

#[test]
fn names_that_a_mac_takes_for_one_are_refused_and_both_are_named() {
    let place = Place::new();
    for (first, second) in
        [("Read", "READ"), ("caf\u{e9}", "cafe\u{301}"), ("Dir/a", "dir/b"), ("stra\u{df}e", "strasse")]
    {
        for (kind, bytes) in [
            ("t.tar", Tar::new().file(first, "1").file(second, "2").end()),
            ("z.zip", Zip::new().file(first, "1").file(second, "2").end()),
        ] {
            let error = place.refused(kind, &bytes, &Limits::default());
            let part = |path: &str| path.split('/').next().unwrap().to_owned();
            assert!(error.contains(&part(first)) && error.contains(&part(second)), "{error} names both");
        }
    }
}

#[test]
fn one_name_with_two_contents_is_refused() {
    let place = Place::new();
    let error = place.refused("t.tar", &Tar::new().file("a", "1").file("./a", "2").end(), &Limits::default());
    assert!(error.contains("twice"), "{error}");
    place.refused("z.zip", &Zip::new().file("a", "1").file("a", "2").end(), &Limits::default());
    place.refused("z.zip", &Zip::new().file("a", "1").file("./a", "2").end(), &Limits::default());
}

#[test]
fn a_tar_that_contradicts_itself_is_refused() {
    let place = Place::new();
    // What one reader skips as content, another reads as the next header.
    let smuggled = Tar::new().file("hidden", "x").0;
    let lying = Tar::new().pax(&[("size", "0")]).add(b'0', "a", "", 0o644, &smuggled).end();
    assert!(
        place.refused("t.tar", &lying, &Limits::default()).contains("two sizes"),
        "the size of PAX and header differ"
    );
    let global = Tar::new().add(b'g', "pax", "", 0o644, &pax(&[("path", "evil")])).file("a", "x").end();
    place.refused("t.tar", &global, &Limits::default());
    let long = Tar::new().add(b'L', "././@LongLink", "", 0o644, &vec![b'a'; 100_000]).file("a", "x").end();
    assert!(
        place.refused("t.tar", &long, &Limits::default()).contains("longer than any name"),
        "it is not read into memory"
    );
}

#[test]
fn a_zip_that_contradicts_itself_or_is_encrypted_is_refused() {
    let place = Place::new();
    let renamed = Zip::new().entry(b"shown", b"taken", 0o100_644, b"x", 1, 0, false).end();
    place.refused("z.zip", &renamed, &Limits::default());
    let longer = Zip::new().entry(b"a", b"a", 0o100_644, &[7; 4000], 10, 0, true).end();
    place.refused("z.zip", &longer, &Limits::default());
    let secret = Zip::new().entry(b"a", b"a", 0o100_644, b"0123456789abcdef", 4, 1, false).end();
    assert!(place.refused("z.zip", &secret, &Limits::default()).contains("encrypted"), "and it says why");
    let mut wrong = Zip::new().file("a", "content").end();
    let at = wrong.windows(7).position(|w| w == b"content").unwrap();
    wrong[at] ^= 1;
    assert!(place.refused("z.zip", &wrong, &Limits::default()).contains("damaged"), "a bit flipped");
}

#[test]
fn an_archive_that_ends_early_is_refused_wherever_it_ends() {
    let place = Place::new();
    let tar = Tar::new().file("a", &"text ".repeat(300)).file("b", "x").end();
    let whole =
        [("t.tar", tar.clone()), ("t.tgz", gzip(&tar)), ("z.zip", Zip::new().file("a", "x").file("b", "y").end())];
    for (name, bytes) in whole {
        // The second block of zeros of a tar and what follows it carry nothing.
        let last = if name == "t.tar" { bytes.len() - 1024 } else { bytes.len() - 1 };
        for len in (0..=last).step_by((last / 60).max(1)).chain([last]) {
            place.refused(name, &bytes[..len], &Limits::default());
        }
    }
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    let place = Place::new();
    for (name, bytes) in [("a.zip", &b"<html>not found</html>"[..]), ("a.tgz", b""), ("b.tgz", &gzip(b"just text"))] {
        let error = place.refused(name, bytes, &Limits::default());
        assert!(error.contains("neither a zip nor a tar"), "{error}");
    }
    let error = place.refused("empty.tar", &Tar::new().end(), &Limits::default());
    assert!(error.contains("no file"), "{error}");
}

#[test]
fn a_harmless_archive_arrives_with_plain_modes_and_without_leavings() {
    let place = Place::new();
    let tar = Tar::new()
        .add(b'g', "pax_global_header", "", 0o644, &pax(&[("comment", "0123abcd")]))
        .add(b'5', "tool-1.0/", "", 0o777, b"")
        .pax(&[("SCHILY.xattr.com.apple.x", "binary\nwith=lines\n"), ("path", "tool-1.0/main.py"), ("size", "8")])
        .file("tool-1.0/shorter", "print(1)")
        .add(b'0', "tool-1.0/run", "", 0o6_777, b"#!/bin/sh\n")
        .add(b'0', "tool-1.0/odd", "", 0o000, b"x")
        .file("tool-1.0/.DS_Store", "x")
        .file("tool-1.0/._main.py", "x")
        .file("__MACOSX/tool-1.0/._main.py", "x")
        .file("tool-1.0/__pycache__/main.pyc", "x")
        .file("tool-1.0/.git/hooks/post-checkout", "x")
        .file("tool-1.0/node_modules/x/index.js", "x")
        .add(b'5', "tool-1.0/empty/", "", 0o700, b"")
        .link("tool-1.0/lib/current", "../main.py")
        .end();
    let wanted = place.archive("tool.tar.gz", &gzip(&tar));
    let looked = inspect(&wanted, &Limits::default()).unwrap();
    let report = place.fetch(&wanted).unwrap();
    let app = place.app();
    let mode = |name: &str| fs::symlink_metadata(app.join(name)).unwrap().permissions().mode() & 0o7_777;
    assert_eq!(mode("main.py"), 0o644, "a plain file");
    assert_eq!(mode("run"), 0o755, "executable, and no setuid any more");
    assert_eq!(mode("odd"), 0o644, "a file nobody could read can be read");
    assert_eq!((mode(""), mode("empty"), mode("lib")), (0o755, 0o755, 0o755), "folders");
    assert_eq!(fs::read_link(app.join("lib/current")).unwrap().to_str(), Some("../main.py"), "a link inside is kept");
    for gone in [".git", ".DS_Store", "._main.py", "__MACOSX", "__pycache__", "tool-1.0"] {
        assert!(fs::symlink_metadata(app.join(gone)).is_err(), "{gone} is left out");
    }
    assert!(app.join("node_modules/x/index.js").is_file(), "an archive's own packages belong to it");
    assert!(report.findings.iter().any(|f| f.path.ends_with("run") && f.text.contains("setuid")), "it is told");
    assert_eq!(report.findings, looked.findings, "a look tells the same");
    assert_eq!(report.record.files, looked.files.len(), "a look counts the same");
    assert_eq!(place.beside(), ["app"], "nothing else is left");
}

#[test]
fn a_single_folder_at_the_top_is_unwrapped_only_when_it_holds_everything() {
    let place = Place::new();
    let list = |bytes: &[u8]| {
        let files = inspect(&place.archive("z.zip", bytes), &Limits::default()).unwrap().files;
        files.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(list(&Zip::new().file("top/a", "x").file("top/b/c", "x").end()), ["a", "b/c"], "as GitHub packs");
    assert_eq!(list(&Zip::new().file("top/a", "x").file("b", "x").end()), ["b", "top/a"], "a file beside it");
    assert_eq!(list(&Zip::new().file("one/a", "x").file("two/b", "x").end()), ["one/a", "two/b"], "two folders");
    assert_eq!(list(&Zip::new().file("manifest.json", "x").end()), ["manifest.json"], "a file alone");
    let beside = Zip::new().file("top/a", "x").file("__MACOSX/top/._a", "x").file(".DS_Store", "x").end();
    assert_eq!(list(&beside), ["a"], "what Finder adds does not count");

    let wrapped = place.archive("download.zip", &Zip::new().file("weather-1.2/cli.py", "x").end());
    let report = place.fetch(&wrapped).unwrap();
    assert_eq!(
        report.wrapping.as_deref(),
        Some("weather-1.2"),
        "what was left behind is told: it may be its only name"
    );
}

#[test]
fn what_was_not_wrapped_tells_no_wrapping() {
    let place = Place::new();
    let plain = place.archive("download.zip", &Zip::new().file("cli.py", "x").file("lib/a.py", "x").end());
    assert_eq!(place.fetch(&plain).unwrap().wrapping, None, "its files lie at the top");
}

#[test]
fn a_link_that_leaves_the_unwrapped_folder_is_refused() {
    let place = Place::new();
    let tar = Tar::new().file("top/a", "x").link("top/b", "../top/a").end();
    assert!(
        place.refused("t.tar", &tar, &Limits::default()).contains("outside"),
        "the top is gone once it is unwrapped"
    );
}
