//! Three-way verdicts.

use proptest::prelude::*;
use sanctum_config::{Verdict, three_way};

#[test]
fn each_of_the_five_verdicts() {
    for (base, ours, theirs, verdict) in [
        (Some("a"), Some("a"), Some("a"), Verdict::Same),
        (None, None, None, Verdict::Same),
        (Some("a"), Some("b"), Some("a"), Verdict::Ours),
        (Some("a"), None, Some("a"), Verdict::Ours),
        (Some("a"), Some("a"), Some("b"), Verdict::Theirs),
        (None, None, Some("b"), Verdict::Theirs),
        (Some("a"), Some("b"), Some("b"), Verdict::Both),
        (Some("a"), None, None, Verdict::Both),
        (None, Some("b"), Some("c"), Verdict::Collision),
        (Some("a"), None, Some("c"), Verdict::Collision),
    ] {
        let got = three_way(base.as_ref(), ours.as_ref(), theirs.as_ref());
        assert_eq!(got, verdict, "base {base:?}, ours {ours:?}, theirs {theirs:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_follows_who_changed_it(base in any::<Option<u8>>(), ours in any::<Option<u8>>(), theirs in any::<Option<u8>>()) {
        let (base, ours, theirs) = (base.map(|n| n % 3), ours.map(|n| n % 3), theirs.map(|n| n % 3));
        let verdict = three_way(base.as_ref(), ours.as_ref(), theirs.as_ref());
        let mirrored = match verdict {
            Verdict::Ours => Verdict::Theirs,
            Verdict::Theirs => Verdict::Ours,
            other => other,
        };
        prop_assert_eq!(three_way(base.as_ref(), theirs.as_ref(), ours.as_ref()), mirrored, "sides can be swapped");
        prop_assert_eq!(verdict == Verdict::Collision, ours != base && theirs != base && ours != theirs, "a collision needs two different changes");
        prop_assert_eq!(matches!(verdict, Verdict::Same | Verdict::Both), ours == theirs, "nothing to do when both say the same");
    }
}
