//! Trees that would hang, crash or mislead a careless scan.

use crate::support::{card, find, has_card, known, minimal, module_folders, options, put};
use sanctum_install::discovery::{DiscoverOptions, Limits, discover};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

#[test]
fn odd_files_called_manifest_are_cards_and_block_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    for name in ["fifo", "folder", "socket", "huge", "link-out", "link-loop", "link-dangling", "link-in", "device"] {
        fs::create_dir_all(root.join("tools").join(name)).unwrap();
    }
    let at = |name: &str| root.join("tools").join(name).join("manifest.json");
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success(), "the test needs a FIFO");
    fs::create_dir(at("folder")).unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    File::create(at("huge")).unwrap().set_len(50_000_000).unwrap();
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "manifest.json", minimal("outside"));
    symlink(outside.path().join("manifest.json"), at("link-out")).unwrap();
    symlink(at("link-loop"), at("link-loop")).unwrap();
    symlink("nowhere", at("link-dangling")).unwrap();
    put(root, "shared/manifest.json", minimal("shared"));
    symlink("../../shared/manifest.json", at("link-in")).unwrap();
    symlink("/dev/zero", at("device")).unwrap();

    let started = Instant::now();
    let found = find(root);
    assert!(started.elapsed() < Duration::from_secs(5), "nothing blocks");
    let says = |name: &str, what: &str| {
        let broken =
            card(&found, &format!("tools/{name}")).broken.clone().unwrap_or_else(|| panic!("{name} is broken"));
        assert!(broken.message.contains(what), "{name}: {:?} must say {what:?}", broken.message);
    };
    says("fifo", "named pipe");
    says("folder", "a folder");
    says("socket", "a socket");
    says("huge", "50.0 MB");
    says("huge", "1 MiB");
    says("link-out", "leads outside");
    says("link-loop", "circle");
    says("link-dangling", "points to nothing");
    says("device", "leads outside");
    let inside = card(&found, "tools/link-in");
    assert!(inside.broken.is_none() && inside.name == "shared", "a link that stays inside is read");
    assert!(inside.findings.iter().any(|f| f.message.contains("`shared/manifest.json`")), "and said");
}

#[test]
fn links_are_never_followed_out_of_the_root_or_round() {
    let tmp = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let root = tmp.path();
    put(outside.path(), "mod/manifest.json", minimal("stolen"));
    module_folders(root, "agents/agent-a/real");
    symlink(outside.path().join("mod"), root.join("agents/agent-a/out")).unwrap();
    symlink("loop", root.join("agents/agent-a/loop")).unwrap();
    symlink("..", root.join("agents/agent-a/up")).unwrap();
    symlink("gone", root.join("agents/agent-a/dangling")).unwrap();
    symlink("real", root.join("agents/agent-a/alias")).unwrap();
    symlink(outside.path(), root.join("agents/agent-away")).unwrap();
    symlink(outside.path(), root.join("tools")).unwrap();
    symlink("/", root.join("agents/agent-a/real/plugins/slash")).unwrap();
    let found = find(root);
    assert!(!found.items.iter().any(|f| f.name == "stolen"), "nothing outside is read");
    let broken = |rel: &str| card(&found, rel).broken.as_ref().map(|b| b.message.clone()).unwrap_or_default();
    assert!(
        broken("agents/agent-a/out").contains("leads outside"),
        "a module link out: {}",
        broken("agents/agent-a/out")
    );
    assert!(broken("agents/agent-a/loop").contains("circle"), "a loop");
    assert!(broken("agents/agent-a/up").contains("lies in"), "a link upwards");
    assert!(broken("agents/agent-a/dangling").contains("nothing"), "a dangling link");
    assert!(broken("agents/agent-a/real/plugins/slash").contains("leads outside"), "a plugin link to /");
    assert!(card(&found, "agents/agent-a/alias").broken.is_none(), "a link inside is followed");
    let notes: Vec<&str> = found.findings.iter().map(|n| n.path.as_str()).collect();
    assert_eq!(notes, ["agents/agent-away", "tools"], "whole folders that lead outside are notes");
}

#[test]
fn odd_names_are_shown_escaped_and_stay_apart() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path();
    let long = "n".repeat(255);
    let names: Vec<&[u8]> = vec![
        b"bad\xff",
        b"bad\xfe",
        b"new\nline",
        b"-rf",
        "\u{202e}gpj".as_bytes(),
        "é".as_bytes(),
        "e\u{301}".as_bytes(),
        b"Twin",
        b"twin",
        b"CON",
        b"a b",
        b"100%",
        long.as_bytes(),
        b"\\xff",
    ];
    for name in &names {
        let dir = root.join("tools").join(OsStr::from_bytes(name));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("manifest.json"), "{").unwrap();
    }
    fs::create_dir_all(root.join("agents").join(OsStr::from_bytes(b"agent-\xff")).join("m/app")).unwrap();
    fs::create_dir_all(root.join("agents").join(OsStr::from_bytes(b"agent-\xff")).join("m/db")).unwrap();
    let found = find(root);
    assert_eq!(found.items.len(), names.len() + 1, "each is a card");
    let mut ids: Vec<&str> = found.items.iter().map(|f| f.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), found.items.len(), "ids stay apart");
    let mut shown: Vec<&str> = found.items.iter().map(|f| f.rel_path.as_str()).collect();
    assert!(
        shown.iter().all(|s| !s.chars().any(char::is_control) && !s.contains('\u{202e}')),
        "nothing invisible is shown: {shown:?}"
    );
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(shown.len(), found.items.len(), "shown paths stay apart");
    assert!(
        has_card(&found, "tools/bad\\xff") && has_card(&found, "tools/new\\nline"),
        "bytes and line breaks are escaped"
    );
    assert!(has_card(&found, "agents/agent-\\xff/m"), "an agent with such a name too");
}

#[test]
fn a_folder_with_too_many_entries_is_cut_with_a_note() {
    let tmp = tempfile::tempdir().unwrap();
    for n in 0..50 {
        put(tmp.path(), &format!("tools/t{n}/manifest.json"), minimal(&format!("t{n}")));
    }
    let options =
        DiscoverOptions { known: &known, limits: Limits { max_entries: 20, threads: 2 }, now: SystemTime::now() };
    let found = discover(tmp.path(), &options);
    assert_eq!(found.items.len(), 20, "as many as the limit");
    assert!(found.findings.iter().any(|n| n.path == "tools" && n.message.contains("more than 20")), "and a note");
    assert!(find(tmp.path()).findings.is_empty(), "the usual limit is not reached");
}

#[test]
fn deep_nesting_costs_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let mut deep = tmp.path().join("tools/deep");
    for _ in 0..200 {
        deep.push("d");
    }
    fs::create_dir_all(&deep).unwrap();
    put(tmp.path(), "tools/deep/manifest.json", minimal("deep"));
    assert_eq!(find(tmp.path()).items.len(), 1, "the walk does not go down");
}

#[test]
fn a_tree_that_changes_during_the_scan_is_survived() {
    let tmp = tempfile::tempdir().unwrap();
    let root = tmp.path().to_path_buf();
    for n in 0..20 {
        put(&root, &format!("agents/agent-stay/m{n}/manifest.json"), minimal(&format!("m{n}")));
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0_u32;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                let dir = root.join(format!("agents/agent-go/m{}", n % 7));
                let _ = fs::create_dir_all(dir.join("plugins/p"));
                let _ = fs::write(dir.join("manifest.json"), minimal("x"));
                let _ = fs::write(dir.join("plugins/p/cli.py"), "");
                let _ = fs::remove_dir_all(&dir);
                let away = root.join("agents/agent-away");
                let _ = fs::rename(root.join("agents/agent-go"), &away);
                let _ = fs::rename(&away, root.join("agents/agent-go"));
            }
        });
        for _ in 0..200 {
            let found = discover(&root, &options());
            let stays = found.items.iter().filter(|f| f.rel_path.starts_with("agents/agent-stay/")).count();
            assert_eq!(stays, 20, "what stays is always there");
            for card in &found.items {
                let message = card.broken.as_ref().map(|b| b.message.clone()).unwrap_or_default();
                assert!(message.is_empty() || message.contains("empty"), "a vanishing file is no fault: {message}");
            }
            assert!(found.findings.is_empty(), "a vanishing folder is no note: {:?}", found.findings);
        }
        stop.store(true, Ordering::Relaxed);
    });
}
