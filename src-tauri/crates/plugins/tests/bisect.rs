//! The search for the plugin that breaks its tool.

#![expect(clippy::unwrap_used, reason = "in a test an unexpected error is a failure, told with its place")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sanctum_plugins::bisect::{Answer, Bisect, Outcome};

fn names(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("p{n}")).collect()
}

/// Plays it to its end; each step is written down and read again, as when the app is restarted.
fn play(mut bisect: Bisect, is_bad: impl Fn(&BTreeSet<String>) -> bool) -> (Outcome, u32) {
    while let Some(on) = bisect.on() {
        let text = serde_json::to_string(&bisect).unwrap();
        bisect = serde_json::from_str(&text).unwrap();
        assert!(bisect.step() < bisect.most(), "it ends in time: {} of {}", bisect.step(), bisect.most());
        let bad = is_bad(&on.into_iter().collect());
        bisect.answer(if bad { Answer::Bad } else { Answer::Good });
    }
    (bisect.outcome().unwrap().clone(), bisect.step())
}

fn most(n: usize) -> u32 {
    (n as f64).log2().ceil() as u32 + 1
}

fn begin(n: usize) -> Bisect {
    Bisect::new("smcp", &names(n), &[], &BTreeMap::new()).unwrap()
}

#[test]
fn every_culprit_among_every_number_of_plugins_is_found_in_time() {
    for n in 1..=40 {
        for culprit in names(n) {
            let (outcome, steps) = play(begin(n), |on| on.contains(&culprit));
            assert_eq!(outcome, Outcome::Culprit { name: culprit.clone() }, "{culprit} of {n}");
            assert!(steps <= most(n), "{steps} restarts for {n} plugins");
        }
    }
}

#[test]
fn a_tool_that_is_broken_without_plugins_is_told_from_them() {
    for n in 1..=40 {
        let (outcome, steps) = play(begin(n), |_| true);
        assert_eq!(outcome, Outcome::NotAPlugin, "with {n} plugins");
        assert!(steps <= most(n), "{steps} restarts for {n} plugins");
    }
}

#[test]
fn two_that_fail_only_together_are_no_culprits() {
    for (a, b) in [("p0", "p7"), ("p0", "p1"), ("p3", "p4"), ("p6", "p7")] {
        let (outcome, _) = play(begin(8), |on| on.contains(a) && on.contains(b));
        assert_eq!(outcome, Outcome::Together, "{a} with {b}");
    }
    let (outcome, _) = play(begin(8), |on| on.len() == 8);
    assert_eq!(outcome, Outcome::Together, "all of them at once");
}

#[test]
fn an_unclear_answer_is_tried_again_once() {
    let mut bisect = begin(4);
    let (on, most) = (bisect.on(), bisect.most());
    bisect.answer(Answer::Unclear);
    assert_eq!((bisect.on(), bisect.most()), (on, most + 1), "the same again, which costs one restart");
    bisect.answer(Answer::Good);
    bisect.answer(Answer::Unclear);
    assert!(bisect.outcome().is_none(), "a clear answer between them starts anew");
    bisect.answer(Answer::Unclear);
    assert_eq!(
        bisect.outcome(),
        Some(&Outcome::Unclear { suspects: vec!["p2".into(), "p3".into()] }),
        "who is left is told"
    );
}

#[test]
fn it_can_be_called_off_and_knows_what_was_on() {
    let mut bisect = begin(5);
    bisect.answer(Answer::Bad);
    bisect.call_off();
    assert_eq!((bisect.outcome(), bisect.on()), (Some(&Outcome::CalledOff), None), "it is over");
    assert_eq!(bisect.original(), names(5), "all of it is put back");
    bisect.answer(Answer::Bad);
    assert_eq!(bisect.outcome(), Some(&Outcome::CalledOff), "and stays over");
}

#[test]
fn what_is_trusted_stays_on_and_nothing_on_is_no_search() {
    let bisect = Bisect::new("smcp", &names(4), &["p1".to_owned()], &BTreeMap::new()).unwrap();
    assert!(bisect.on().unwrap().contains(&"p1".to_owned()), "it is on in each step");
    assert!(!bisect.suspects().contains(&"p1".to_owned()), "and not suspected");
    assert!(Bisect::new("smcp", &[], &[], &BTreeMap::new()).is_err(), "nothing is on");
}

#[test]
fn plugins_that_need_each_other_in_a_circle_are_named_together() {
    let needs = BTreeMap::from([("p0".to_owned(), vec!["p1".to_owned()]), ("p1".to_owned(), vec!["p0".to_owned()])]);
    let bisect = Bisect::new("smcp", &names(5), &[], &needs).unwrap();
    let (outcome, _) = play(bisect, |on| on.contains("p0"));
    assert_eq!(outcome, Outcome::OneOf { names: vec!["p1".into(), "p0".into()] }, "they cannot be told apart");
}

/// Plugins that need only such as come later, so that their given order is no help.
fn needy() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, usize)> {
    (1..60_usize).prop_flat_map(|n| (Just(n), prop::collection::vec((0..n, 0..n), 0..80), 0..n))
}

proptest! {
    #[test]
    fn with_all_that_they_need_it_is_found_in_time((n, pairs, culprit) in needy()) {
        let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (from, to) in pairs.iter().filter(|(from, to)| from < to) {
            needs.entry(format!("p{from}")).or_default().push(format!("p{to}"));
        }
        let bisect = Bisect::new("smcp", &names(n), &[], &needs).unwrap();
        let culprit = format!("p{culprit}");
        let (outcome, steps) = play(bisect, |on| {
            for name in on {
                for need in needs.get(name).into_iter().flatten() {
                    assert!(on.contains(need), "{name} is on with what it needs");
                }
            }
            on.contains(&culprit)
        });
        prop_assert_eq!(outcome, Outcome::Culprit { name: culprit });
        prop_assert!(steps <= most(n), "{} restarts for {} plugins", steps, n);
    }
}
