//! How often something may be tried.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// A token bucket per key. Time comes from outside, as the time since any fixed moment.
#[derive(Debug)]
pub(crate) struct Throttle<K> {
    /// How many tries may come at once.
    burst: f64,
    /// Time in which one try is regained.
    interval: Duration,
    buckets: HashMap<K, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// Keys remembered at once. Full buckets are forgotten first, they say nothing.
const MOST_KEYS: usize = 1024;

impl<K: Hash + Eq> Throttle<K> {
    pub(crate) fn new(burst: u32, interval: Duration) -> Self {
        Throttle {
            burst: f64::from(burst),
            interval,
            buckets: HashMap::new(),
        }
    }

    fn tokens(&self, bucket: &Bucket, now: Duration) -> f64 {
        let regained = now.saturating_sub(bucket.at).as_secs_f64() / self.interval.as_secs_f64();
        (bucket.tokens + regained).min(self.burst)
    }

    /// Whether one more try is allowed, without using it up.
    pub(crate) fn allows(&self, key: &K, now: Duration) -> bool {
        self.buckets
            .get(key)
            .is_none_or(|bucket| self.tokens(bucket, now) >= 1.0)
    }

    /// Uses up one try. With too many keys in use at once a new one is not counted, so a throttle over all keys
    /// belongs beside one whose keys strangers choose.
    pub(crate) fn spend(&mut self, key: K, now: Duration) {
        if self.buckets.len() >= MOST_KEYS {
            let (burst, interval) = (self.burst, self.interval.as_secs_f64());
            self.buckets.retain(|_, b| {
                b.tokens + now.saturating_sub(b.at).as_secs_f64() / interval < burst
            });
        }
        let left = self
            .buckets
            .get(&key)
            .map_or(self.burst, |bucket| self.tokens(bucket, now));
        if self.buckets.len() < MOST_KEYS || self.buckets.contains_key(&key) {
            self.buckets.insert(
                key,
                Bucket {
                    tokens: (left - 1.0).max(0.0),
                    at: now,
                },
            );
        }
    }

    /// Allows and uses up in one step.
    pub(crate) fn take(&mut self, key: K, now: Duration) -> bool {
        let allowed = self.allows(&key, now);
        if allowed {
            self.spend(key, now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_one_more_after_each_interval() {
        let mut throttle = Throttle::new(3, Duration::from_secs(10));
        let start = Duration::from_secs(1_000);
        assert_eq!(
            [0; 5].map(|_| throttle.take("alice", start)),
            [true, true, true, false, false]
        );
        assert!(!throttle.take("alice", start + Duration::from_secs(9)));
        assert!(throttle.take("alice", start + Duration::from_secs(10)));
        assert!(!throttle.take("alice", start + Duration::from_secs(11)));
        assert!(
            throttle.take("bob", start),
            "another key has its own bucket"
        );
    }

    #[test]
    fn many_keys_do_not_grow_without_bound() {
        let mut throttle = Throttle::new(1, Duration::from_secs(60));
        for n in 0..10_000 {
            throttle.spend(n, Duration::ZERO);
        }
        assert!(throttle.buckets.len() <= MOST_KEYS);
        throttle.spend(0, Duration::from_secs(61));
        assert_eq!(throttle.buckets.len(), 1, "full buckets are forgotten");
    }
}
