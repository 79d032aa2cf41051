//! Folders as sources, and the target.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;

use sanctum_fetch::{FetchError, Limits, OsSpawn, RECORD, Record, Source, Wanted, content_hash, inspect};

use crate::made::{Place, Tar, folder, write_tree};

#[test]
fn a_folder_is_copied_without_what_is_built_beside_its_code() {
    let place = Place::new();
    let source = place.path("source");
    write_tree(
        &source,
        &[
            ("main.py", "print(1)"),
            ("bin/run*", "#!/bin/sh\n"),
            (".git/config", "x"),
            ("__pycache__/m.pyc", "x"),
            ("venv/bin/python", "x"),
            (".venv/bin/python", "x"),
            ("web/node_modules/x.js", "x"),
            (".env", "KEY=1"),
            (RECORD, "{}"),
        ],
    );
    symlink("../main.py", source.join("bin/main")).unwrap();
    symlink("/usr/bin", source.join("web/node_modules/out")).unwrap();
    let report = place.fetch(&folder(source.clone())).unwrap();
    let files: Vec<String> =
        inspect(&folder(place.app()), &Limits::default()).unwrap().files.into_iter().map(|(path, _)| path).collect();
    assert_eq!(files, [".env", "bin/run", "main.py"], "code, and nothing built");
    assert_eq!(fs::read_link(place.app().join("bin/main")).unwrap().to_str(), Some("../main.py"), "a link inside");
    assert!(
        report.findings.iter().any(|f| f.path == ".env" && f.text.contains("secrets")),
        "what may be secret is told"
    );
    assert!(report.findings.iter().any(|f| f.text.contains("node_modules")), "what is left out is told");
    let record = Record::read(&place.app()).unwrap();
    assert_eq!(record, report.record, "the record says what was reported");
    assert_eq!(
        (record.kind.as_str(), record.files, record.fetched_at.as_str()),
        ("folder", 3, "1970-01-01T00:00:00Z"),
        "its words"
    );
    assert_eq!(record.from, source.display().to_string(), "where from");
    assert_eq!(record.hash, content_hash(&place.app()).unwrap(), "the hash can be told again");
    fs::write(place.app().join("main.py"), "print(2)").unwrap();
    assert_ne!(record.hash, content_hash(&place.app()).unwrap(), "and tells that somebody changed the code");
}

#[test]
fn links_that_lead_out_of_a_folder_are_refused_and_never_followed() {
    let place = Place::new();
    fs::write(place.path("secret"), "s3cret").unwrap();
    for target in ["../secret".to_owned(), place.path("secret").display().to_string(), "sub/../../secret".to_owned()] {
        let source = place.path("source");
        write_tree(&source, &[("a", "x"), ("sub/b", "x")]);
        symlink(&target, source.join("out")).unwrap();
        let error = place.fetch(&folder(source.clone())).unwrap_err();
        assert!(matches!(error, FetchError::Link { .. }), "{target}: {error}");
        assert_eq!(place.beside(), Vec::<String>::new(), "nothing is left");
        fs::remove_dir_all(source).unwrap();
    }
}

#[test]
fn pipes_and_sockets_are_refused_without_waiting_for_them() {
    let place = Place::new();
    let source = place.path("source");
    write_tree(&source, &[("a", "x")]);
    let made = Command::new("mkfifo").arg(source.join("pipe")).status().unwrap();
    assert!(made.success(), "the pipe was made");
    let error = place.fetch(&folder(source.clone())).unwrap_err().to_string();
    assert!(error.contains("`pipe` is a pipe"), "{error}");
    fs::remove_file(source.join("pipe")).unwrap();
    let _listener = UnixListener::bind(source.join("sock")).unwrap();
    let error = place.fetch(&folder(source)).unwrap_err().to_string();
    assert!(error.contains("socket"), "{error}");
    assert_eq!(place.beside(), Vec::<String>::new(), "nothing is left");
    let pipe = place.path("archive.zip");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success(), "the pipe was made");
    let error = place.fetch(&Wanted { source: Source::Archive(pipe), only: None }).unwrap_err();
    assert!(matches!(error, FetchError::NotThere { .. }), "a pipe is no archive: {error}");
}

#[test]
fn source_and_target_may_not_lie_within_each_other() {
    let place = Place::new();
    write_tree(&place.path("install"), &[("code/a", "x")]);
    let error = place.fetch(&folder(place.path("install"))).unwrap_err();
    assert!(matches!(error, FetchError::Overlap { .. }), "the target within the source: {error}");
    symlink(place.path("install"), place.path("alias")).unwrap();
    let error = place.fetch(&folder(place.path("alias"))).unwrap_err();
    assert!(matches!(error, FetchError::Overlap { .. }), "by another name: {error}");
    assert_eq!(place.beside(), ["code"], "nothing is left");
    place.fetch(&folder(place.path("install/code"))).expect("a folder beside the target is fine");
}

#[test]
fn a_source_that_changes_meanwhile_is_said_to_change() {
    for moment in 1..40 {
        let place = Place::new();
        let source = place.path("source");
        write_tree(&source, &[("a", "one"), ("b", "two"), ("c/d", "three")]);
        let asked = Cell::new(0);
        let meddle = || {
            asked.set(asked.get() + 1);
            if asked.get() == moment {
                fs::write(source.join("b"), "and something longer").unwrap();
            }
            false
        };
        let before = content_hash(&source).unwrap();
        let done = place.fetch_with(&folder(source.clone()), &Limits::default(), &OsSpawn, &meddle);
        match done {
            Ok(report) if asked.get() < moment => {
                assert_eq!(report.record.hash, before, "it was through before");
                assert!(moment > 10, "there were moments to meddle");
                return;
            }
            // Before it was read or after it was written: one state or the other, never a mixture.
            Ok(report) => {
                let now = content_hash(&source).unwrap();
                assert!([before, now].contains(&report.record.hash), "it is one of both states");
                assert_eq!(report.record.hash, content_hash(&place.app()).unwrap(), "and what lies there is it");
            }
            Err(error) => {
                assert!(matches!(&error, FetchError::Changed { .. }), "at {moment}: {error}");
                assert_eq!(place.beside(), Vec::<String>::new(), "nothing is left");
            }
        }
    }
    panic!("it never came to an end");
}

#[test]
fn a_target_that_is_there_is_never_touched() {
    let place = Place::new();
    write_tree(&place.path("source"), &[("a", "x")]);
    fs::create_dir(place.app()).unwrap();
    fs::write(place.app().join("mine"), "mine").unwrap();
    let error = place.fetch(&folder(place.path("source"))).unwrap_err();
    assert!(matches!(error, FetchError::Exists { .. }), "{error}");
    assert_eq!(fs::read_to_string(place.app().join("mine")).unwrap(), "mine", "it is as it was");
    assert_eq!(place.beside(), ["app"], "and nothing is beside it");
    fs::remove_dir_all(place.app()).unwrap();
    symlink("nowhere", place.app()).unwrap();
    let error = place.fetch(&folder(place.path("source"))).unwrap_err();
    assert!(matches!(error, FetchError::Exists { .. }), "a link that leads nowhere is there too: {error}");
}

#[test]
fn what_a_killed_fetch_left_is_taken_away_and_what_is_not_ours_is_not() {
    let place = Place::new();
    write_tree(&place.path("source"), &[("a", "x")]);
    let part = place.path("install/.app.part");
    write_tree(&part, &[("sanctum-fetch.lock", ""), ("tree/half", "x")]);
    place.fetch(&folder(place.path("source"))).expect("the remains are taken away");
    assert_eq!(place.beside(), ["app"], "they are gone");
    fs::remove_dir_all(place.app()).unwrap();

    write_tree(&part, &[("somebody's", "work")]);
    let error = place.fetch(&folder(place.path("source"))).unwrap_err();
    assert!(matches!(error, FetchError::InTheWay { .. }), "{error}");
    assert!(part.join("somebody's").is_file(), "it is as it was");
    fs::remove_dir_all(&part).unwrap();

    write_tree(&part, &[("sanctum-fetch.lock", "")]);
    let lock = fs::File::open(part.join("sanctum-fetch.lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let error = place.fetch(&folder(place.path("source"))).unwrap_err();
    assert!(matches!(error, FetchError::Busy { .. }), "another one is at it: {error}");
}

#[test]
fn only_a_sub_folder_is_taken_where_one_is_named() {
    let place = Place::new();
    let source = place.path("source");
    write_tree(&source, &[("a", "x"), ("src/tool/main.py", "1"), ("src/tool/deep/x", "2"), ("src/tool2/y", "3")]);
    let part = |only: &str| Wanted { source: Source::Folder(source.clone()), only: Some(only.parse().unwrap()) };
    let report = place.fetch(&part("src/tool")).unwrap();
    assert!(place.app().join("main.py").is_file() && place.app().join("deep/x").is_file(), "its content is at the top");
    assert!(!place.app().join("a").exists() && !place.app().join("y").exists(), "nothing else came");
    assert_eq!(report.record.only.as_deref(), Some("src/tool"), "the record says which part");
    assert_eq!(report.record.hash, content_hash(&source.join("src/tool")).unwrap(), "the hash is of the part");
    fs::remove_dir_all(place.app()).unwrap();
    for missing in ["src/to", "a", "none"] {
        let error = place.fetch(&part(missing)).unwrap_err();
        assert!(matches!(error, FetchError::NoSuchFolder { .. }), "{missing}: {error}");
    }
    symlink("../../a", source.join("src/tool/up")).unwrap();
    assert!(place.fetch(&part("src/tool")).is_err(), "a link that leaves the part leads nowhere there");
    let wrapped = Tar::new().file("top-1/src/tool/main.py", "1").file("top-1/a", "x").end();
    let wanted = Wanted { only: Some("src/tool".parse().unwrap()), ..place.archive("t.tar", &wrapped) };
    assert_eq!(inspect(&wanted, &Limits::default()).unwrap().files, [("main.py".to_owned(), 1)], "within the wrapping");
}

#[test]
fn a_source_or_a_place_that_is_not_there_is_named() {
    let place = Place::new();
    let error = place.fetch(&folder(place.path("none"))).unwrap_err();
    assert!(error.to_string().contains("none") && !error.advice().is_empty(), "{error}");
    fs::remove_dir(place.path("install")).unwrap();
    write_tree(&place.path("source"), &[("a", "x")]);
    let error = place.fetch(&folder(place.path("source"))).unwrap_err();
    assert!(matches!(error, FetchError::NoParent { .. }), "{error}");
}
