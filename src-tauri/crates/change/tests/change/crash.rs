//! The process dies at every point: the next start ends in exactly the old or the new state, and says which.

use sanctum_change::{ApplyControl, ChangeError, Fault, Outcome, Plan};

use crate::support::{At, Install, now, operator, rich_plan};

/// What the death left, after recovery: `true` for the new state.
fn settled(install: &Install, plan: &Plan, old: &(crate::support::Snapshot, Vec<String>), at: &str) -> bool {
    let recovered = install.engine().recover(&now).unwrap();
    let state = install.state(&plan.id);
    assert!(
        install.leftovers().is_empty(),
        "no temporary file survives recovery after a death at {at}: {:?}",
        install.leftovers()
    );
    match state.as_deref() {
        Some("applied") => {
            assert!(recovered.is_empty(), "an applied change needs no recovery (death at {at}): {recovered:?}");
            true
        }
        None | Some("rolled_back") => {
            assert_eq!(install.both(), *old, "the old state stands exactly after a death at {at}");
            assert_eq!(
                recovered.len(),
                usize::from(state.is_some()),
                "recovery tells of the change it took back (death at {at})"
            );
            for one in &recovered {
                assert_eq!(
                    one.outcome,
                    Outcome::RolledBack,
                    "and says that it was taken back (death at {at}): {}",
                    one.message
                );
            }
            false
        }
        other => panic!("death at {at} ended as {other:?}: {recovered:?}"),
    }
}

fn sweep(make: impl Fn(&Install) -> Plan, at: impl Fn(usize) -> std::sync::Arc<At>) -> usize {
    let mut k = 0;
    loop {
        let install = Install::new();
        let plan = make(&install);
        let old = install.both();
        let faults = at(k);
        let result = install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet());
        let Some(point) = faults.hit() else {
            result.expect("without a death the plan is applied");
            return k;
        };
        assert!(matches!(result, Err(ChangeError::Died { .. })), "the death at {point} ends the apply: {result:?}");
        let new = settled(&install, &plan, &old, point);
        let committed = faults.points.lock().unwrap().contains(&"committed");
        assert_eq!(new, committed, "only after the commit is it the new state (death at {point})");
        k += 1;
    }
}

#[test]
fn a_death_at_every_point_of_an_apply_leaves_old_or_new() {
    let points = sweep(rich_plan, |k| At::new(k, Fault::Die));
    assert!(points > 40, "the sweep visits every point of a rich plan, it visited {points}");
}

#[test]
fn a_death_at_every_point_of_an_undo_leaves_old_or_new() {
    let undo = |install: &Install| {
        let plan = rich_plan(install);
        install.apply(&plan).unwrap();
        install.engine().plan_undo(&plan.id).unwrap()
    };
    let points = sweep(undo, |k| At::new(k, Fault::Die));
    assert!(points > 30, "the sweep visits every point of the undo, it visited {points}");
}

#[test]
fn a_death_while_the_trash_lies_on_another_volume_leaves_old_or_new() {
    let trash = |install: &Install| {
        let mut p = install.planner();
        p.trash("agents/old", "Move it away").unwrap();
        p.finish("Move it away", "")
    };
    assert!(sweep(trash, |k| At::across_volumes(k, Fault::Die)) > 8, "copying has points of its own");
    let back = |install: &Install| {
        let plan = trash(install);
        install.apply(&plan).unwrap();
        install.engine().plan_undo(&plan.id).unwrap()
    };
    assert!(sweep(back, |k| At::across_volumes(k, Fault::Die)) > 8, "copying back has points of its own");
}

#[test]
fn a_death_during_recovery_is_recovered_from_as_well() {
    let mut k = 0;
    let mut deaths = 0;
    loop {
        let install = Install::new();
        let plan = rich_plan(&install);
        let old = install.both();
        let faults = At::new(k, Fault::Die);
        let _ = install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet());
        let Some(point) = faults.hit() else { break };
        // Each start dies one point later than the one before, until one gets through.
        for at in 0.. {
            let faults = At::new(at, Fault::Die);
            match install.faulty(&faults).recover(&now) {
                Err(ChangeError::Died { .. }) => deaths += 1,
                other => {
                    other.expect("a recovery that is not killed succeeds");
                    break;
                }
            }
        }
        if install.state(&plan.id).as_deref() != Some("applied") {
            assert_eq!(install.both(), old, "the old state stands after deaths in recovery (first death at {point})");
            assert!(install.leftovers().is_empty(), "nothing is left over (first death at {point})");
        }
        k += 3;
    }
    assert!(deaths > 50, "recovery itself was killed often, not only {deaths} times");
}

#[test]
fn recovery_overwrites_nothing_that_somebody_changed_meanwhile() {
    let install = Install::new();
    let mut p = install.planner();
    p.write_file("readme.txt", b"new\n".to_vec(), 0o644, "Change it").unwrap();
    p.write_file("second.txt", b"two\n".to_vec(), 0o644, "Write it").unwrap();
    let plan = p.finish("Two files", "");
    // Dies between the files and the commit.
    let faults = At::never();
    install.faulty(&faults).apply(&plan, &operator(), &now, &ApplyControl::quiet()).unwrap();
    let commit = faults.points.lock().unwrap().iter().position(|p| *p == "commit").unwrap();
    let install = Install::new();
    let died = install.faulty(&At::new(commit, Fault::Die)).apply(&plan, &operator(), &now, &ApplyControl::quiet());
    assert!(matches!(died, Err(ChangeError::Died { .. })), "it died before the commit: {died:?}");

    install.put("readme.txt", b"somebody else's\n", 0o644);
    let recovered = install.engine().recover(&now).unwrap();
    assert_eq!(
        recovered[0].outcome,
        Outcome::NeedsYou,
        "neither state can be reached without overwriting: {recovered:?}"
    );
    assert_eq!(recovered[0].conflicts[0].target, "readme.txt", "it names the file");
    assert_eq!(install.read("readme.txt"), b"somebody else's\n", "the edit stands");
    assert_eq!(install.read("second.txt"), b"two\n", "and nothing else is half taken back");

    install.put("readme.txt", b"hello\n", 0o644);
    let again = install.engine().recover(&now).unwrap();
    assert_eq!(again[0].outcome, Outcome::RolledBack, "once it is as before, the next start finishes: {again:?}");
    assert!(!install.has("second.txt"), "the rest is taken back too");
    assert!(install.engine().recover(&now).unwrap().is_empty(), "and then nothing is open");
}

#[test]
fn an_apply_settles_what_was_interrupted_before_it_begins() {
    let install = Install::new();
    let first = rich_plan(&install);
    let old = install.both();
    let died = install.faulty(&At::new(12, Fault::Die)).apply(&first, &operator(), &now, &ApplyControl::quiet());
    assert!(matches!(died, Err(ChangeError::Died { .. })), "the first one dies: {died:?}");
    let second = {
        let fresh = Install::new();
        assert_eq!(fresh.both(), old, "the same install again");
        rich_plan(&fresh)
    };
    install.apply(&second).expect("the second is applied on the old state");
    assert_eq!(install.state(&first.id).as_deref(), Some("rolled_back"), "the first was taken back on the way");
}
