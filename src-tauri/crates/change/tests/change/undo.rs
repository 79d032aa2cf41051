//! Taking back: exact, refused where somebody worked on it since, and itself to be taken back.

use std::os::unix::ffi::OsStrExt;

use sanctum_change::{ChangeError, Row};

use crate::support::{Install, rich_plan};

#[test]
fn undo_gives_the_identical_tree_and_registry_and_redo_the_change_again() {
    let install = Install::new();
    let old = install.both();
    let plan = rich_plan(&install);
    install.apply(&plan).unwrap();
    let new = install.both();

    let undo = install.engine().plan_undo(&plan.id).unwrap();
    assert_eq!(undo.title, "Undo: Add Monday", "it says what it takes back");
    assert_eq!(install.both(), new, "planning an undo writes nothing");
    install.apply(&undo).unwrap();
    assert_eq!(install.both(), old, "everything is as before, to the byte and the mode");
    let stored = install.engine().load(&plan.id).unwrap().header;
    assert_eq!(
        (stored.state.as_str(), stored.undone_by.as_deref()),
        ("undone", Some(undo.id.as_str())),
        "the journal links the two"
    );
    assert!(
        matches!(install.engine().plan_undo(&plan.id), Err(ChangeError::NotUndoable { .. })),
        "it is taken back once"
    );

    let redo = install.engine().plan_undo(&undo.id).unwrap();
    assert_eq!(redo.title, "Redo: Add Monday", "undoing an undo is a redo");
    install.apply(&redo).unwrap();
    assert_eq!(install.both(), new, "the change is there again, the same");
    let again = install.engine().plan_undo(&redo.id).unwrap();
    assert_eq!(again.title, "Undo: Add Monday", "and can be taken back again");
    install.apply(&again).unwrap();
    assert_eq!(install.both(), old, "to the same old state");
}

#[test]
fn undo_is_refused_with_the_conflict_where_somebody_changed_the_target() {
    for (what, target, disturb) in [
        (
            "an edit",
            "agents/agent-monday/broca2/config/.env",
            Box::new(|i: &Install| i.put("agents/agent-monday/broca2/config/.env", b"MINE=1\n", 0o600))
                as Box<dyn Fn(&Install)>,
        ),
        (
            "a mode",
            "agents/agent-athena/broca2/run/start.sh",
            Box::new(|i: &Install| i.put("agents/agent-athena/broca2/run/start.sh", b"#!/bin/sh\n", 0o777)),
        ),
        (
            "a file gone",
            "agents/old/why.txt",
            Box::new(|i: &Install| std::fs::remove_file(i.root.join("agents/old/why.txt")).unwrap()),
        ),
        (
            "something new in the old place",
            "readme.txt",
            Box::new(|i: &Install| i.put("readme.txt", b"new one", 0o600)),
        ),
        (
            "another link",
            "agents/current",
            Box::new(|i: &Install| {
                std::fs::remove_file(i.root.join("agents/current")).unwrap();
                std::os::unix::fs::symlink("agent-athena", i.root.join("agents/current")).unwrap();
            }),
        ),
        (
            "a row",
            "registry · env_vars · var_name TZ",
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
        install.apply(&plan).unwrap();
        assert!(
            install.engine().undo_conflicts(&plan.id).unwrap().is_empty(),
            "{what}: without it there is no conflict"
        );
        disturb(&install);
        let before = install.both();
        let conflicts = install.engine().undo_conflicts(&plan.id).unwrap();
        assert!(conflicts.iter().any(|c| c.target == target), "{what}: names {target}: {conflicts:?}");
        assert!(
            matches!(install.engine().plan_undo(&plan.id), Err(ChangeError::UndoConflict { .. })),
            "{what}: undo is refused"
        );
        assert_eq!(install.both(), before, "{what}: nothing was touched");
    }
}

#[test]
fn a_foreign_file_in_a_created_folder_survives_undo() {
    let install = Install::new();
    let plan = rich_plan(&install);
    install.apply(&plan).unwrap();
    install.put("agents/agent-monday/broca2/mine.txt", b"precious", 0o600);
    let refused = install.engine().plan_undo(&plan.id);
    let Err(ChangeError::UndoConflict { conflicts }) = refused else { panic!("it must be refused: {refused:?}") };
    assert!(
        conflicts.iter().any(|c| c.target == "agents/agent-monday/broca2" && c.what.contains("mine.txt")),
        "it names the file: {conflicts:?}"
    );
    assert_eq!(install.read("agents/agent-monday/broca2/mine.txt"), b"precious", "which is still there");
}

#[test]
fn a_row_that_others_refer_to_is_a_conflict() {
    let install = Install::new();
    let plan = rich_plan(&install);
    install.apply(&plan).unwrap();
    let mut p = install.planner();
    let key = Row::new().with("agent_id", 2).with("config_key", "tone");
    p.registry_put("agent_configs", key, Row::new().with("config_value", "calm").with("created_by", 1), "Set the tone")
        .unwrap();
    install.apply(&p.finish("Set the tone", "")).unwrap();
    let conflicts = install.engine().undo_conflicts(&plan.id).unwrap();
    assert!(!conflicts.is_empty(), "the agent cannot go while a setting refers to it");
}

#[test]
fn what_is_measured_meanwhile_is_no_conflict() {
    let install = Install::new();
    let mut p = install.planner();
    p.registry_put("agents", Row::new().with("uid", "athena"), Row::new().with("name", "Pallas"), "Rename").unwrap();
    let plan = p.finish("Rename", "");
    install.apply(&plan).unwrap();
    install
        .registry
        .write(|c| -> Result<(), sanctum_registry::RegistryError> {
            c.execute("UPDATE agents SET status = 'Healthy' WHERE id = 1", [])?;
            Ok(())
        })
        .unwrap();
    let undo = install.engine().plan_undo(&plan.id).expect("a measured status does not stand in the way");
    install.apply(&undo).unwrap();
    let rows = install.rows().join("\n");
    assert!(rows.contains("Athena") && rows.contains("Healthy"), "the name is back and the measurement stays: {rows}");
}

#[test]
fn names_that_are_no_utf8_and_odd_modes_travel_to_the_trash_and_back() {
    let install = Install::new();
    let odd = install.root.join("agents/old").join(std::ffi::OsStr::from_bytes(b"b\xffd\nname"));
    std::fs::write(&odd, "odd").unwrap();
    install.put("agents/old/sealed.txt", b"s", 0o000);
    let old = install.both();
    let mut p = install.planner();
    p.trash("agents/old", "Trash").unwrap();
    let plan = p.finish("t", "");
    install.apply(&plan).unwrap();
    assert!(!install.has("agents/old"), "it is away");
    let undo = install.engine().plan_undo(&plan.id).unwrap();
    install.apply(&undo).unwrap();
    assert_eq!(install.both(), old, "and back, the same");
}

#[test]
fn a_change_nobody_knows_is_said_so() {
    let install = Install::new();
    assert!(matches!(install.engine().plan_undo("nope"), Err(ChangeError::NoSuchChange { .. })), "by its number");
    assert!(matches!(install.engine().load("nope"), Err(ChangeError::NoSuchChange { .. })), "for reading too");
}

#[test]
fn a_step_that_takes_back_a_record_says_whether_it_goes_or_comes_back() {
    let install = Install::new();
    let mut p = install.planner();
    let key = || Row::new().with("port", 9_400);
    p.registry_put("ports", key(), Row::new().with("module", "broca2").with("created_by", 1), "Reserve").unwrap();
    let plan = p.finish("Reserve a port", "");
    install.apply(&plan).unwrap();
    let titles = |id: &str| -> Vec<String> {
        install.engine().plan_undo(id).unwrap().steps.into_iter().map(|step| step.title).collect()
    };
    assert_eq!(titles(&plan.id), ["Remove the record"], "it was not there before");
    let mut p = install.planner();
    p.registry_delete("ports", key(), "Let go of it").unwrap();
    let gone = p.finish("Let go of a port", "");
    install.apply(&gone).unwrap();
    assert_eq!(titles(&gone.id), ["Put the record back"], "it was there before");
}
