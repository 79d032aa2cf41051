//! Applying: what a receipt means, what is refused, what stays as it was.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use sanctum_change::{Action, ApplyControl, ChangeError, Planner, RelPath, StepState, describe};

use crate::support::{Install, now, operator, rich_plan};

#[test]
fn a_plan_writes_nothing_until_it_is_applied_and_then_all_of_it() {
    let install = Install::new();
    let old = install.both();
    let plan = rich_plan(&install);
    assert_eq!(install.both(), old, "planning writes nothing");

    let receipt = install.apply(&plan).unwrap();
    assert_eq!(receipt.steps, plan.steps.len(), "every step is counted");
    assert_eq!(install.read("agents/agent-monday/broca2/config/.env"), b"PORT='8001'\n", "the new file is there");
    assert_eq!(install.mode("agents/agent-monday/broca2/config/.env"), 0o600, "with its mode");
    assert_eq!(install.mode("agents/agent-monday"), 0o700, "folders above it are as private");
    assert_eq!(install.mode("agents/agent-athena/broca2/config/.env"), 0o600, "an existing file keeps its mode");
    assert_eq!(install.mode("agents/agent-athena/broca2/run/start.sh"), 0o700, "a mode step sets it");
    assert_eq!(install.read("agents/venv/word"), b"venv\n", "what the command made has its final name");
    assert!(!install.has("agents/venv.new"), "and not its first one");
    assert!(!install.has("readme.txt"), "the trashed file is gone from its place");
    assert!(install.rows().iter().any(|r| r.contains("unlinked:monday")), "the agent is recorded");
    assert!(
        install.rows().iter().any(|r| r.starts_with("ports") && r.contains("8001") && r.contains("Integer(2)")),
        "its port refers to it"
    );
    assert!(receipt.tables.contains(&"ports".to_owned()), "the receipt names the tables");
    assert_eq!(install.state(&plan.id).as_deref(), Some("applied"), "the journal says so");
}

#[test]
fn the_sheet_shows_before_and_after_and_hides_password_hashes() {
    let install = Install::new();
    let mut p = install.planner();
    p.write_file("readme.txt", b"new\n".to_vec(), 0o600, "Change it").unwrap();
    let key = sanctum_change::Row::new().with("id", 1);
    p.registry_put("users", key, sanctum_change::Row::new().with("password_hash", "another"), "Set the password")
        .unwrap();
    let plan = p.finish("t", "s");
    let views = describe(&plan);
    assert_eq!(views[0].before.as_deref(), Some(&b"hello\n"[..]), "the sheet has what is there");
    assert_eq!(views[0].after.as_deref(), Some(&b"new\n"[..]), "and what will be");
    let shown = format!("{views:?}");
    assert!(!shown.contains("hash-of-ada") && !shown.contains("another"), "no hash is ever shown: {shown}");
    install.apply(&plan).unwrap();
    let stored = install.engine().load(&plan.id).unwrap();
    assert_eq!(stored.steps[0].before.as_deref(), Some(&b"hello\n"[..]), "the activity view has the same");
    assert!(!format!("{stored:?}").contains("hash-of-ada"), "and hides the same");
}

#[test]
fn steps_that_change_nothing_are_not_planned() {
    let install = Install::new();
    let mut p = install.planner();
    p.create_dir("agents/old", 0o700).unwrap();
    p.write_file("readme.txt", b"hello\n".to_vec(), 0o600, "Same").unwrap();
    p.set_mode("readme.txt", 0o644, "Same").unwrap();
    p.symlink("agents/old/link", "notes.txt", "Same").unwrap();
    p.registry_put(
        "env_vars",
        sanctum_change::Row::new().with("var_name", "TZ"),
        sanctum_change::Row::new().with("var_value", "UTC"),
        "Same",
    )
    .unwrap();
    p.registry_delete("env_vars", sanctum_change::Row::new().with("var_name", "NONE"), "Same").unwrap();
    assert!(p.steps().is_empty(), "all of this is so already: {:?}", p.steps());
    p.write_file("readme.txt", b"hello!\n".to_vec(), 0o600, "Other").unwrap();
    assert_eq!(p.steps().len(), 1, "a real difference is a step");
}

#[test]
fn a_stale_plan_is_refused_and_nothing_is_written() {
    for (what, disturb) in [
        (
            "a changed file",
            Box::new(|i: &Install| i.put("agents/agent-athena/broca2/config/.env", b"EDITED=1\n", 0o600))
                as Box<dyn Fn(&Install)>,
        ),
        (
            "a changed mode",
            Box::new(|i: &Install| i.put("agents/agent-athena/broca2/run/start.sh", b"#!/bin/sh\n", 0o711)),
        ),
        ("a file where one is to be made", Box::new(|i: &Install| i.put("agents/agent-monday", b"", 0o600))),
        (
            "a file added to a folder that goes to the trash",
            Box::new(|i: &Install| i.put("agents/old/deep/new.txt", b"", 0o600)),
        ),
        ("a vanished file", Box::new(|i: &Install| std::fs::remove_file(i.root.join("readme.txt")).unwrap())),
        (
            "a folder where the command will make one",
            Box::new(|i: &Install| std::fs::create_dir(i.root.join("agents/venv")).unwrap()),
        ),
        (
            "a changed row",
            Box::new(|i: &Install| {
                i.registry
                    .write(|c| -> Result<(), sanctum_registry::RegistryError> {
                        c.execute("UPDATE env_vars SET var_value = 'X' WHERE var_name = 'TZ'", [])?;
                        Ok(())
                    })
                    .unwrap();
            }),
        ),
    ] {
        let install = Install::new();
        let plan = rich_plan(&install);
        disturb(&install);
        let before = install.both();
        let refused = install.apply(&plan);
        assert!(
            matches!(&refused, Err(ChangeError::Stale { targets }) if !targets.is_empty()),
            "{what} makes it stale: {refused:?}"
        );
        assert_eq!(install.both(), before, "{what}: nothing was written");
        assert_eq!(install.state(&plan.id), None, "{what}: not even journalled");
    }
}

#[test]
fn a_plan_is_applied_once() {
    let install = Install::new();
    let mut p = install.planner();
    p.set_mode("readme.txt", 0o600, "Private").unwrap();
    let plan = p.finish("t", "");
    install.apply(&plan).unwrap();
    install.put("readme.txt", b"hello\n", 0o644);
    assert!(matches!(install.apply(&plan), Err(ChangeError::Stale { .. })), "its number is used up");
}

#[test]
fn progress_tells_every_step_and_cancel_between_steps_leaves_the_old_state() {
    let install = Install::new();
    let old = install.both();
    let plan = rich_plan(&install);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let cancel = Arc::new(AtomicBool::new(false));
    let (log, stop) = (Arc::clone(&seen), Arc::clone(&cancel));
    let ctl = ApplyControl {
        progress: Box::new(move |p| {
            if p.index == 4 && p.state == StepState::Done {
                stop.store(true, Ordering::SeqCst);
            }
            log.lock().unwrap().push((p.index, p.state, p.title));
        }),
        cancel,
    };
    let result = install.engine().apply(&plan, &operator(), &now, &ctl);
    assert!(matches!(result, Err(ChangeError::Cancelled)), "it was cancelled: {result:?}");
    assert_eq!(install.both(), old, "and is as before");
    assert_eq!(install.state(&plan.id).as_deref(), Some("rolled_back"), "the journal says so");
    let seen = seen.lock().unwrap();
    assert!(seen.iter().any(|s| s.1 == StepState::RolledBack && s.0 == 0), "taking back is told too: {seen:?}");
    assert!(!seen.iter().any(|s| s.0 > 4), "no step began after the cancel: {seen:?}");
}

#[test]
fn two_changes_at_once_are_one_and_a_clear_refusal() {
    let install = Install::new();
    let mut p = install.planner();
    p.set_mode("readme.txt", 0o600, "Private").unwrap();
    let inner = p.finish("inner", "");
    let mut p = install.planner();
    p.write_file("a.txt", b"a".to_vec(), 0o600, "Write").unwrap();
    let outer = p.finish("outer", "");
    let engine = Arc::new(install.engine());
    let second = Arc::clone(&engine);
    let answer = Arc::new(Mutex::new(None));
    let told = Arc::clone(&answer);
    let ctl = ApplyControl {
        progress: Box::new(move |p| {
            if p.state == StepState::Running {
                *told.lock().unwrap() = Some(second.apply(&inner, &operator(), &now, &ApplyControl::quiet()));
            }
        }),
        cancel: Arc::new(AtomicBool::new(false)),
    };
    engine.apply(&outer, &operator(), &now, &ctl).unwrap();
    let answer = answer.lock().unwrap().take();
    assert!(matches!(answer, Some(Err(ChangeError::Busy))), "the second hears that one is running: {answer:?}");
    assert_eq!(install.mode("readme.txt"), 0o644, "and did nothing");
}

#[test]
fn paths_that_lead_out_and_the_engines_own_files_are_refused() {
    for bad in ["/etc/passwd", "../x", "a/../../x", "a\nb", "a\0b", &"x".repeat(300)] {
        assert!(matches!(RelPath::new(bad), Err(ChangeError::BadPath { .. })), "{bad:?} is refused");
    }
    for (given, kept) in [("a//b/", "a/b"), ("./a", "a"), ("", ""), (".", "")] {
        assert_eq!(RelPath::new(given).unwrap().as_str(), kept, "{given:?} is normalised");
    }
    let install = Install::new();
    for own in
        ["control/registry.db", "control/registry.db-wal", "control/trash/x", "control/change.lock", "a/.sanctum-x"]
    {
        let mut p = install.planner();
        p.write_file(own, b"x".to_vec(), 0o600, "No").unwrap_or_default();
        let plan = p.finish("t", "");
        let refused = install.apply(&plan);
        assert!(matches!(refused, Err(ChangeError::BadPath { .. })), "{own} is not for plans: {refused:?}");
    }
    let mut p = install.planner();
    p.trash("control", "No").unwrap();
    let refused = install.apply(&p.finish("t", ""));
    assert!(matches!(refused, Err(ChangeError::BadPath { .. })), "nor is the folder with the journal: {refused:?}");
    assert!(install.has("control/registry.db"), "it is still there");
}

#[test]
fn a_setup_planned_before_anything_existed_fits_once_the_registry_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("new");
    let mut p = Planner::new(&root, None);
    p.create_dir("control", 0o700).unwrap();
    p.create_dir("agents", 0o755).unwrap();
    p.write_file(".env", b"A='1'\n".to_vec(), 0o600, "Write").unwrap();
    let plan = p.finish("Set up", "");
    assert!(!root.exists(), "planning made nothing");
    let install = Install::at(root.clone(), None);
    install.apply(&plan).expect("the folder of the journal counts as made");
    let undo = install.engine().plan_undo(&plan.id).unwrap();
    install.apply(&undo).unwrap();
    assert!(install.tree().is_empty(), "undo removes what was made: {:?}", install.tree());
    assert!(root.join("control/registry.db").exists(), "but never the journal's own folder");
}

#[test]
fn too_large_a_file_is_not_overwritten() {
    let install = Install::new();
    let big = std::fs::File::create(install.root.join("big.bin")).unwrap();
    big.set_len(65 * 1024 * 1024).unwrap();
    let mut p = install.planner();
    let refused = p.write_file("big.bin", b"x".to_vec(), 0o600, "Overwrite");
    assert!(matches!(refused, Err(ChangeError::TooLarge { .. })), "the journal could not keep it: {refused:?}");
    p.trash("big.bin", "Trash").expect("moving it away loses nothing");
    assert!(matches!(p.steps()[0].action, Action::Trash { .. }), "so that is allowed");
}
