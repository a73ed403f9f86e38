//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// The shortest ceiling, used after the first failure.
const FIRST: Duration = Duration::from_secs(2);
/// No wait is longer. After a long outage all clients of a server are back within it: it is short enough that nineteen
/// of twenty are there after 75 seconds, and long enough that not more than one in twenty comes within one second.
const LONGEST: Duration = Duration::from_secs(85);
/// A session that lasted so long was a good one, and what came before it no longer counts.
const STEADY: Duration = Duration::from_secs(60);

/// The failures in a row, once another attempt or session has ended. `lasted` says for how long the account was signed
/// in, `None` when it was not.
///
/// A server that lets somebody in and drops them at once must not be asked again and again without a rest.
#[must_use]
pub fn failures(before: u32, lasted: Option<Duration>) -> u32 {
    if lasted.is_some_and(|lasted| lasted >= STEADY) {
        1
    } else {
        before.saturating_add(1)
    }
}

/// The wait after `failures` failed attempts in a row, with full jitter.
///
/// `chance` is a random number in `0.0..=1.0`. Full jitter (the wait is drawn from zero up to the
/// ceiling) spreads the clients of a restarted server over the whole ceiling instead of letting
/// them return at the same second.
#[must_use]
pub fn wait(failures: u32, chance: f64) -> Duration {
    if failures == 0 {
        return Duration::ZERO;
    }
    let doublings = (failures - 1).min(16);
    let ceiling = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    ceiling.mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_attempt_does_not_wait() {
        assert_eq!(wait(0, 1.0), Duration::ZERO);
    }

    #[test]
    fn the_ceiling_doubles_and_ends_where_a_fleet_is_back_soon() {
        assert_eq!(wait(1, 1.0), Duration::from_secs(2));
        assert_eq!(wait(2, 1.0), Duration::from_secs(4));
        assert_eq!(wait(60, 1.0), LONGEST);
    }

    #[test]
    fn only_a_session_that_lasted_makes_good_what_was_before() {
        assert_eq!(failures(7, None), 8);
        assert_eq!(failures(7, Some(Duration::from_secs(59))), 8);
        assert_eq!(failures(7, Some(STEADY)), 1);
        assert_eq!(failures(u32::MAX, None), u32::MAX);
    }

    proptest! {
        #[test]
        fn a_wait_never_exceeds_the_ceiling(failures in any::<u32>(), chance in any::<f64>()) {
            prop_assume!(!chance.is_nan());
            prop_assert!(wait(failures, chance) <= LONGEST);
        }
    }
}
