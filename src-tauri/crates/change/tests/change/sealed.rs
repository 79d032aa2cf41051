//! Secrets in files that are patched: never in the registry, nor in an error or a debug text, and back from the store.

use std::sync::Arc;

use sanctum_change::{ApplyControl, ChangeError, Fault, MASK, Outcome, Plan, Sealed, describe};

use crate::store::{Store, TOKEN, token};
use crate::support::{At, Install, SETTINGS, now, operator, rich_plan};

/// A plan that takes the token out of the settings file, changes a line, and leaves another secret alone.
fn move_away(install: &Install) -> Plan {
    let mut p = install.planner();
    p.patch_file(SETTINGS, b"# Athena\nLEVEL=debug\n".to_vec(), &[token()], "Move the token away").unwrap();
    p.finish("Move the token away", "")
}

/// All bytes of the registry: the file, its log, and its index.
fn raw(install: &Install) -> Vec<u8> {
    let file = install.root.join("control/registry.db");
    let mut all = std::fs::read(&file).unwrap();
    for side in ["registry.db-wal", "registry.db-shm"] {
        all.extend(std::fs::read(file.with_file_name(side)).unwrap_or_default());
    }
    all
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|w| w == word.as_bytes())
}

#[test]
fn no_secret_enters_the_registry_an_error_or_a_debug_text() {
    let install = Install::new();
    let mut said = Vec::new();
    // On an unchanged line, which nobody has to seal, even at the end of a file without a line break.
    let unsealed = format!("LEVEL=info\nTOKEN='{TOKEN}'");
    install.put("conf/.env", unsealed.as_bytes(), 0o600);
    let mut p = install.planner();
    p.patch_file("conf/.env", format!("{unsealed}\nMORE='1'\n").into_bytes(), &[], "Add a line").unwrap();
    let around = p.finish("Add a line", "");
    install.apply(&around).unwrap();
    // On a line that changes: out of the file, and back with undo.
    let away = move_away(&install);
    said.push(format!("{away:?} {:?}", describe(&away)));
    install.apply(&away).unwrap();
    let undo = install.engine().plan_undo(&away.id).unwrap();
    said.push(format!("{undo:?} {:?}", describe(&undo)));
    install.apply(&undo).unwrap();
    assert!(holds(&install.read(SETTINGS), TOKEN), "the token is back in the file");
    // Refusals: stale, in conflict, without a store.
    install.put(SETTINGS, format!("TOKEN='{TOKEN}'\nLEVEL=trace\n").as_bytes(), 0o640);
    let stale = move_away(&Install::new());
    said.push(format!("{0:?} {0}", install.apply(&stale).unwrap_err()));
    let redo = install.engine().plan_undo(&undo.id);
    said.push(format!("{0:?} {0}", redo.unwrap_err()));
    let again = {
        let mut p = install.planner();
        p.patch_file(SETTINGS, b"LEVEL=trace\n".to_vec(), &[token()], "Move it away").unwrap();
        p.finish("Move it away", "")
    };
    let refused = install.locked_out().apply(&again, &operator(), &now, &ApplyControl::quiet());
    said.push(format!("{0:?} {0}", refused.unwrap_err()));
    said.push(format!("{:?} {:?}", token(), install.engine().load(&away.id).unwrap()));
    // Taken back half-way: the journal keeps why.
    let failed = install.faulty(&At::new(6, Fault::Errno(28))).apply(&again, &operator(), &now, &ApplyControl::quiet());
    said.push(format!("{0:?} {0}", failed.unwrap_err()));

    assert!(said[0].contains("athena/token") && said[0].contains(MASK), "the reference stands for it: {}", said[0]);
    for text in &said {
        assert!(!text.contains(TOKEN), "no text says it: {text}");
        assert!(!text.contains("49, 100, 48"), "nor its bytes as numbers: {text}");
    }
    assert!(holds(&raw(&install), "athena/token"), "the registry has the reference");
    assert!(!holds(&raw(&install), TOKEN), "and never the value");
}

#[test]
fn without_a_store_that_gives_it_a_patch_is_refused_before_anything_is_written() {
    let install = Install::new();
    let old = install.both();
    let plan = move_away(&install);
    for (engine, says) in [
        (install.locked_out(), "no secret store"),
        (install.locked_out().with_vault(Store::with(&[])), "the keychain is locked"),
        (install.locked_out().with_vault(Store::with(&[("athena/token", "another")])), "another value"),
    ] {
        let refused = engine.apply(&plan, &operator(), &now, &ApplyControl::quiet());
        let Err(ChangeError::SecretUnavailable { reference, reason }) = &refused else {
            panic!("{says}: it is refused as such: {refused:?}")
        };
        assert_eq!(reference, "athena/token", "the secret is named");
        assert!(reason.contains(says), "with the reason: {reason}");
        assert_eq!(install.both(), old, "{says}: nothing was written");
        assert_ne!(install.state(&plan.id).as_deref(), Some("applying"), "{says}: and nothing stays open");
    }
    let plan = move_away(&install);
    install.apply(&plan).expect("with the store it is applied");
    let undo = install.engine().plan_undo(&plan.id).expect("an undo is planned without the store");
    let refused = install.locked_out().apply(&undo, &operator(), &now, &ApplyControl::quiet());
    assert!(matches!(refused, Err(ChangeError::SecretUnavailable { .. })), "and not applied without it: {refused:?}");
    assert_eq!(install.read(SETTINGS), b"# Athena\nLEVEL=debug\n", "the file stays");
    install.apply(&undo).expect("with the store it is taken back");
    assert_eq!(install.both(), old, "to the byte");
}

#[test]
fn the_store_is_asked_once_for_each_secret_and_not_at_all_without_one() {
    let install = Install::new();
    let store = Store::with(&[("athena/token", TOKEN)]);
    let engine = install.locked_out().with_vault(Arc::clone(&store) as Arc<dyn sanctum_change::Vault>);
    let mut p = install.planner();
    p.patch_file("readme.txt", b"hello\nworld\n".to_vec(), &[token()], "Change").unwrap();
    engine.apply(&p.finish("Plain", ""), &operator(), &now, &ApplyControl::quiet()).unwrap();
    let asked = || store.asked.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(asked(), 0, "a patch without a secret needs no store");
    engine.apply(&rich_plan(&install), &operator(), &now, &ApplyControl::quiet()).unwrap();
    assert_eq!(asked(), 1, "one secret is asked for once, whatever the steps");
}

#[test]
fn a_store_that_stays_shut_keeps_an_interrupted_change_open() {
    let install = Install::new();
    let plan = move_away(&install);
    let old = install.both();
    let probe = At::never();
    let other = Install::new();
    other.faulty(&probe).apply(&move_away(&other), &operator(), &now, &ApplyControl::quiet()).unwrap();
    let commit = probe.points.lock().unwrap().iter().position(|p| *p == "commit").unwrap();
    let died = install.faulty(&At::new(commit, Fault::Die)).apply(&plan, &operator(), &now, &ApplyControl::quiet());
    assert!(matches!(died, Err(ChangeError::Died { .. })), "it died with the file written: {died:?}");
    let half = install.both();
    let recovered = install.locked_out().recover(&now).unwrap();
    assert_eq!(recovered[0].outcome, Outcome::StillOpen, "without the store it cannot be taken back: {recovered:?}");
    assert!(recovered[0].message.contains("athena/token"), "it says for want of what: {}", recovered[0].message);
    assert_eq!(install.both(), half, "nothing was touched");
    let next = install.engine().recover(&now).unwrap();
    assert_eq!(next[0].outcome, Outcome::RolledBack, "with the store the next start does it: {next:?}");
    assert_eq!(install.both(), old, "and the token is where it was");
}

#[test]
fn a_value_over_several_lines_is_hidden_whole() {
    let install = Install::new();
    let key = "-----BEGIN-----\nline one of it\nline two of it\n-----END-----";
    install.put("conf/.env", format!("A=1\nKEY=\"{key}\"\nB=2\n").as_bytes(), 0o600);
    let sealed = [Sealed::new("pem", key), Sealed::new("part", "line two"), Sealed::new("nothing", "")];
    let mut p = install.planner();
    // Its middle stays, so a plain comparison of lines would keep its head and its tail.
    p.patch_file("conf/.env", b"A=1\nKEY=\nline one of it\nB=2\n".to_vec(), &sealed, "Take it out").unwrap();
    let plan = p.finish("Take it out", "");
    let text = format!("{plan:?}");
    assert!(text.contains("Secret(pem)") && !text.contains("BEGIN"), "all of it is the reference: {text}");
    let store = Store::with(&[("pem", key), ("part", "line two")]);
    let engine = || install.locked_out().with_vault(Arc::clone(&store) as Arc<dyn sanctum_change::Vault>);
    let old = install.both();
    engine().apply(&plan, &operator(), &now, &ApplyControl::quiet()).unwrap();
    let undo = engine().plan_undo(&plan.id).unwrap();
    engine().apply(&undo, &operator(), &now, &ApplyControl::quiet()).unwrap();
    assert_eq!(install.both(), old, "and comes back whole");
}
