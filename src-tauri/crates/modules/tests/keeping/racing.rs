use std::collections::BTreeSet;
use std::time::Duration;

use sanctum_modules::control::{StartError, WhoKind, stop};

use crate::support::{eventually, steady, working_in};

#[test]
fn of_many_who_start_at_the_same_moment_one_does() {
    for _ in 0..5 {
        let module = steady();
        let results: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..6).map(|_| scope.spawn(|| module.try_start())).collect();
            all.into_iter().map(|one| one.join().expect("no start panics")).collect()
        });
        let started: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
        assert_eq!(started.len(), 1, "exactly one: {results:?}");
        for refused in results.iter().filter_map(|result| result.as_ref().err()) {
            assert!(matches!(refused, StartError::Runs(who) if who.kind == WhoKind::Keeper), "{refused:?}");
        }
        assert_eq!(working_in(module.path()), [started[0].module.clone()], "and one module runs");
    }
}

#[test]
fn a_module_can_be_stopped_and_started_as_fast_as_one_likes() {
    let module = steady();
    let mut seen = BTreeSet::new();
    for round in 0..10 {
        seen.insert(module.start().module);
        stop(&module.place(), Duration::from_secs(20)).expect("it stops");
        assert_eq!(working_in(module.path()), [], "round {round}: nothing is left");
    }
    assert_eq!(seen.len(), 10, "ten runs");
}

#[test]
fn starts_and_stops_at_the_same_time_leave_one_or_none() {
    let module = steady();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let _ = module.try_start();
                }
            });
            scope.spawn(|| {
                for _ in 0..5 {
                    stop(&module.place(), Duration::from_secs(20)).expect("stopping is never refused");
                }
            });
        }
    });
    let left = working_in(module.path());
    assert!(left.len() <= 1, "never two: {left:?}");
    let run = module.look();
    assert_eq!(run.module().cloned().into_iter().collect::<Vec<_>>(), left, "and a look says which: {run:?}");
    stop(&module.place(), Duration::from_secs(20)).expect("it stops");
    eventually("nothing is left", || working_in(module.path()).is_empty().then_some(()));
}
