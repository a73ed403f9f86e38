//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// The shortest ceiling, used after the first failure.
const FIRST: Duration = Duration::from_secs(2);
/// No wait is longer: five minutes is what a person who comes back to the desk still accepts.
const LONGEST: Duration = Duration::from_secs(300);

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
    fn the_ceiling_doubles_and_ends_at_five_minutes() {
        assert_eq!(wait(1, 1.0), Duration::from_secs(2));
        assert_eq!(wait(2, 1.0), Duration::from_secs(4));
        assert_eq!(wait(60, 1.0), Duration::from_secs(300));
    }

    proptest! {
        #[test]
        fn a_wait_never_exceeds_the_ceiling(failures in any::<u32>(), chance in any::<f64>()) {
            prop_assume!(!chance.is_nan());
            prop_assert!(wait(failures, chance) <= LONGEST);
        }
    }
}
