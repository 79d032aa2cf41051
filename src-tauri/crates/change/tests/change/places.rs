//! Named places outside of the root: written, taken back and recovered like the root, and never confused with it.

use std::os::unix::fs::{PermissionsExt, symlink};

use sanctum_change::{Action, ApplyControl, ChangeError, Engine, Fault, Outcome, Plan, Planner, RelPath, Step};

use crate::support::{At, Install, now, operator};

const ITEM: &str = "@login/org.sanctum.configurator.desktop";

fn start_at_login(install: &Install) -> Plan {
    let mut p = install.planner();
    p.write_file(ITEM, b"[Desktop Entry]\n".to_vec(), 0o644, "Start at login").unwrap();
    p.finish("Start at login", "")
}

fn step(action: Action) -> Plan {
    let mut plan = Planner::new(std::path::Path::new("/nowhere"), None).finish("By hand", "");
    plan.steps.push(Step { group: String::new(), title: "Do".into(), detail: String::new(), action });
    plan
}

#[test]
fn a_file_in_a_place_is_written_changed_removed_and_taken_back() {
    let install = Install::new();
    let old = install.both();
    let plan = start_at_login(&install);
    assert_eq!(plan.steps.len(), 1, "the place itself needs no step");
    assert_eq!(plan.steps[0].action.target(), ITEM, "the sheet names it readably");
    let receipt = install.apply(&plan).unwrap();
    assert_eq!(receipt.paths, [ITEM], "so does the receipt");
    let file = install.login().join("org.sanctum.configurator.desktop");
    assert_eq!(std::fs::read(&file).unwrap(), b"[Desktop Entry]\n", "it lies in the place");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&install.login())), (0o644, 0o700), "with its mode, in a folder made for it");

    let mut p = install.planner();
    p.patch_file(ITEM, b"[Desktop Entry]\nHidden=true\n".to_vec(), &[], "Hide").unwrap();
    p.write_file("@login/deep/er/x", b"x".to_vec(), 0o600, "Write").unwrap();
    let second = p.finish("Change", "");
    install.apply(&second).unwrap();
    let changed = install.both();
    let mut p = install.planner();
    p.remove_file(ITEM, "Remove").unwrap();
    let third = p.finish("Remove", "");
    install.apply(&third).unwrap();
    assert!(!file.exists(), "it is removed");
    install.apply(&install.engine().plan_undo(&third.id).unwrap()).unwrap();
    assert_eq!(install.both(), changed, "and comes back");
    for id in [&second.id, &plan.id] {
        install.apply(&install.engine().plan_undo(id).unwrap()).unwrap();
    }
    assert_eq!(install.both(), old, "everything is taken back");
    assert!(install.login().exists(), "the place stays");
}

#[test]
fn an_interrupted_change_in_a_place_is_taken_back_and_waits_for_an_engine_that_knows_it() {
    let mut k = 0;
    loop {
        let install = Install::new();
        let (plan, old, faults) = (start_at_login(&install), install.both(), At::new(k, Fault::Die));
        let _ = install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet());
        let Some(point) = faults.hit() else { break };
        let open = install.state(&plan.id).as_deref() == Some("applying");
        let stranger = Engine::new(install.root.clone(), install.registry.clone(), install.root.join("control"));
        let shut = stranger.recover(&now).unwrap();
        assert_eq!(shut.len(), usize::from(open), "death at {point}: an open change is told: {shut:?}");
        assert!(
            shut.iter().all(|r| r.outcome == Outcome::StillOpen && r.message.contains("@login")),
            "death at {point}: an engine without the place leaves it open and says why: {shut:?}"
        );
        let recovered = install.engine().recover(&now).unwrap();
        assert!(recovered.iter().all(|r| r.outcome == Outcome::RolledBack), "death at {point}: {recovered:?}");
        if install.state(&plan.id).as_deref() != Some("applied") {
            assert_eq!(install.both(), old, "death at {point}: the old state stands");
        }
        k += 1;
    }
    assert!(k > 6, "it died at every point, {k} of them");
}

#[test]
fn unknown_places_and_other_kinds_of_steps_are_refused_by_name() {
    let install = Install::new();
    let mut p = install.planner();
    let unknown = p.write_file("@other/x", b"x".to_vec(), 0o600, "Write").unwrap_err();
    assert!(unknown.to_string().contains("@other"), "a plan cannot name an unknown place: {unknown}");
    let path = |text: &str| RelPath::new(text).unwrap();
    let old = install.both();
    let whole = |path: RelPath| Action::WriteFile { path, before: None, after: b"x".to_vec(), mode: 0o600 };
    for (action, says) in [
        (whole(path("@other/x")), "@other"),
        (whole(path("@login")), "the place itself"),
        (whole(path("@login/.sanctum-x")), "engine's own"),
        (Action::Symlink { path: path("@login/l"), target: "x".into() }, "only files and folders"),
        (Action::SetMode { path: path("@login/f"), before: 0o600, after: 0o644 }, "only files and folders"),
    ] {
        let refused = install.apply(&step(action)).unwrap_err();
        assert!(
            matches!(refused, ChangeError::BadPath { .. }) && refused.to_string().contains(says),
            "{says}: {refused}"
        );
    }
    std::fs::create_dir_all(install.login()).unwrap();
    std::fs::write(install.login().join("f"), "x").unwrap();
    let mut p = install.planner();
    p.trash("@login/f", "Trash").unwrap();
    let trashed = install.apply(&p.finish("t", ""));
    assert!(matches!(trashed, Err(ChangeError::BadPath { .. })), "nothing goes from there to the trash: {trashed:?}");
    std::fs::remove_file(install.login().join("f")).unwrap();
    assert_eq!(install.both(), old, "nothing was written");
}

#[test]
fn a_folder_of_the_root_with_such_a_name_is_neither_reached_nor_touched() {
    let install = Install::new();
    install.put("@login/mine.txt", b"mine\n", 0o644);
    symlink(install.root.join("@login"), install.root.join("agents/through")).unwrap();
    let plan = start_at_login(&install);
    install.apply(&plan).unwrap();
    assert!(install.login().join("org.sanctum.configurator.desktop").exists(), "the place is meant");
    let names: Vec<_> = std::fs::read_dir(install.root.join("@login")).unwrap().collect();
    assert_eq!(names.len(), 1, "the folder of the root is as it was");
    let refused = install.planner().write_file("agents/through/x", b"x".to_vec(), 0o600, "Write");
    assert!(
        matches!(&refused, Err(ChangeError::BadPath { reason, .. }) if reason.contains('@')),
        "no link leads a plan into it: {refused:?}"
    );
    install.put("@login/org.sanctum.configurator.desktop", b"not this\n", 0o644);
    install.apply(&install.engine().plan_undo(&plan.id).unwrap()).unwrap();
    assert_eq!(install.read("@login/org.sanctum.configurator.desktop"), b"not this\n", "nor does undo");
}

#[test]
fn links_in_a_place_and_places_that_lead_into_the_root_are_refused() {
    let install = Install::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(install.login()).unwrap();
    symlink(outside.path(), install.login().join("link")).unwrap();
    let refused = install.planner().write_file("@login/link/x", b"x".to_vec(), 0o600, "Write");
    assert!(
        matches!(&refused, Err(ChangeError::ThroughLink { link, .. }) if link == "@login/link"),
        "it names the link: {refused:?}"
    );
    let direct = step(Action::WriteFile {
        path: RelPath::new("@login/link/x").unwrap(),
        before: None,
        after: b"x".to_vec(),
        mode: 0o600,
    });
    let refused = install.apply(&direct);
    assert!(
        matches!(&refused, Err(ChangeError::ThroughLink { link, .. }) if link == "@login/link"),
        "also one that came later: {refused:?}"
    );
    let inside = outside.path().join("inside");
    symlink(&install.root, &inside).unwrap();
    for dir in [install.root.join("agents"), inside, "relative".into()] {
        let mut p = Planner::new(&install.root, None).at_place("in", &dir);
        p.write_file("@in/x", b"x".to_vec(), 0o600, "Write").unwrap();
        let engine = install.engine().with_place("in", dir.clone());
        let refused = engine.apply(&p.finish("t", ""), &operator(), &now, &ApplyControl::quiet());
        assert!(matches!(refused, Err(ChangeError::BadPath { .. })), "{dir:?} is refused: {refused:?}");
    }
    assert!(std::fs::read_dir(outside.path()).unwrap().count() == 1, "nothing was written outside");
}
