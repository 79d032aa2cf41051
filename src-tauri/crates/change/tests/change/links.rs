//! Nothing is written through a link that leads out, whenever the link appears.

use std::os::unix::fs::symlink;

use sanctum_change::ChangeError;

use crate::support::{Install, snapshot};

#[test]
fn a_link_out_of_the_root_is_refused_when_planning() {
    let install = Install::new();
    let outside = tempfile::tempdir().unwrap();
    symlink(outside.path(), install.root.join("agents/app")).unwrap();
    let mut p = install.planner();
    let refused = p.write_file("agents/app/x/evil.txt", b"x".to_vec(), 0o600, "Write");
    assert!(
        matches!(&refused, Err(ChangeError::ThroughLink { link, .. }) if link == "agents/app"),
        "it names the link: {refused:?}"
    );
    assert!(
        matches!(p.trash("agents/app/x", "Trash"), Err(ChangeError::ThroughLink { .. })),
        "no step goes through it"
    );
    p.trash("agents/app", "Trash").expect("the link itself may be moved away");
    install.apply(&p.finish("t", "")).unwrap();
    assert!(snapshot(outside.path()).is_empty() && outside.path().exists(), "what it led to is untouched");
}

#[test]
fn a_link_that_appears_after_planning_is_refused_when_applying() {
    let install = Install::new();
    let outside = tempfile::tempdir().unwrap();
    let mut p = install.planner();
    p.write_file("agents/agent-athena/broca2/new.txt", b"x".to_vec(), 0o600, "Write").unwrap();
    let plan = p.finish("t", "");
    std::fs::remove_dir_all(install.root.join("agents/agent-athena/broca2")).unwrap();
    symlink(outside.path(), install.root.join("agents/agent-athena/broca2")).unwrap();
    let before = install.both();
    let refused = install.apply(&plan);
    assert!(matches!(refused, Err(ChangeError::ThroughLink { .. })), "refused: {refused:?}");
    assert_eq!(install.both(), before, "nothing was written inside");
    assert!(snapshot(outside.path()).is_empty(), "nor outside");
}

#[test]
fn a_link_further_up_is_refused_by_its_name_even_where_it_leads_inside() {
    let install = Install::new();
    let mut p = install.planner();
    p.write_file("agents/agent-athena/broca2/new.txt", b"x".to_vec(), 0o600, "Write").unwrap();
    let plan = p.finish("t", "");
    let (athena, moved) = (install.root.join("agents/agent-athena"), install.root.join("agents/moved"));
    std::fs::rename(&athena, &moved).unwrap();
    symlink("moved", &athena).unwrap();
    let before = install.both();
    let refused = install.apply(&plan);
    assert!(
        matches!(&refused, Err(ChangeError::ThroughLink { link, .. }) if link == "agents/agent-athena"),
        "it names the link: {refused:?}"
    );
    assert_eq!(install.both(), before, "nothing was written");
    std::fs::remove_file(&athena).unwrap();
    std::fs::rename(&moved, &athena).unwrap();
    install.apply(&plan).expect("with the folder back in its place it is applied");
}

#[test]
fn a_link_inside_the_root_is_resolved_to_the_real_folder() {
    let install = Install::new();
    symlink("agent-athena/broca2", install.root.join("agents/app")).unwrap();
    let mut p = install.planner();
    p.write_file("agents/app/config/.env", b"X='1'\n".to_vec(), 0o600, "Write").unwrap();
    let plan = p.finish("t", "");
    assert_eq!(
        plan.steps[0].action.target(),
        "agents/agent-athena/broca2/config/.env",
        "the sheet names the real file"
    );
    install.apply(&plan).unwrap();
    assert_eq!(install.read("agents/agent-athena/broca2/config/.env"), b"X='1'\n", "which is written");
}

#[test]
fn a_file_that_is_a_link_is_not_written() {
    let install = Install::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("t"), "t").unwrap();
    symlink(outside.path().join("t"), install.root.join("leaf")).unwrap();
    let mut p = install.planner();
    let refused = p.write_file("leaf", b"x".to_vec(), 0o600, "Write");
    assert!(matches!(refused, Err(ChangeError::WrongKind { .. })), "a link is no file: {refused:?}");
    assert!(matches!(p.set_mode("leaf", 0o777, "Mode"), Err(ChangeError::WrongKind { .. })), "nor is its mode changed");
    assert!(
        matches!(p.write_file("agents", vec![], 0o600, "Write"), Err(ChangeError::WrongKind { .. })),
        "nor is a folder a file"
    );
}
