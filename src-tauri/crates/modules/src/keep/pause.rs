//! When it is started again, and when that is given up. Pure: the time is passed in.

use std::time::Duration;

use crate::recipe::{Policy, Restart};

/// Counts the ends in a row.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    short: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is started again after this pause.
    After(Duration),
    /// It ended so many times within so much time.
    GiveUp { ends: u32 },
    /// It ended, and that is all right.
    Leave,
}

impl Breaker {
    pub fn ended(&mut self, rule: &Restart, failed: bool, lasted: Duration) -> Next {
        match rule.policy {
            Policy::Never => return Next::Leave,
            Policy::OnFailure if !failed => return Next::Leave,
            Policy::OnFailure | Policy::Always => {}
        }
        if lasted > Duration::from_millis(rule.breaker_within_ms) {
            self.short = 0;
        }
        self.short += 1;
        if self.short >= rule.breaker_ends.max(1) {
            return Next::GiveUp { ends: self.short };
        }
        let doubled = rule.first_ms.saturating_mul(1_u64.checked_shl(self.short - 1).unwrap_or(u64::MAX));
        Next::After(Duration::from_millis(doubled.min(rule.most_ms)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Breaker, Next};
    use crate::recipe::{Policy, Restart};

    const SHORT: Duration = Duration::from_secs(2);

    #[test]
    fn pauses_double_until_it_is_given_up() {
        let rule = Restart::default();
        let mut breaker = Breaker::default();
        for seconds in [1, 2, 4, 8] {
            let next = breaker.ended(&rule, true, SHORT);
            assert_eq!(next, Next::After(Duration::from_secs(seconds)), "each twice the one before");
        }
        assert_eq!(breaker.ended(&rule, true, SHORT), Next::GiveUp { ends: 5 }, "the fifth is the last");
    }

    #[test]
    fn a_pause_has_a_longest_and_a_long_run_starts_anew() {
        let rule = Restart { breaker_ends: 1000, ..Restart::default() };
        let mut breaker = Breaker::default();
        let longest = (0..200).map(|_| breaker.ended(&rule, true, SHORT)).last();
        assert_eq!(longest, Some(Next::After(Duration::from_secs(60))), "no pause beyond a minute");
        let fresh = breaker.ended(&rule, true, Duration::from_secs(121));
        assert_eq!(fresh, Next::After(Duration::from_secs(1)), "it had run well for more than two minutes");
    }

    #[test]
    fn what_is_not_to_be_started_again_is_left() {
        let rule = |policy| Restart { policy, ..Restart::default() };
        for (policy, failed, left) in [
            (Policy::Never, true, true),
            (Policy::OnFailure, false, true),
            (Policy::OnFailure, true, false),
            (Policy::Always, false, false),
        ] {
            let next = Breaker::default().ended(&rule(policy), failed, SHORT);
            assert_eq!(next == Next::Leave, left, "{policy:?}, failed: {failed}");
        }
    }
}
