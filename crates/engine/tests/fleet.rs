//! All clients of a server that was down for ten minutes come back: soon, and not all at once. No client, no socket and
//! no clock: only what decides when each of them tries again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use carillon_core::backoff;
use std::time::Duration;

const CLIENTS: usize = 500;
const SEEDS: u64 = 100;
const OUTAGE: Duration = Duration::from_secs(600);
/// They were signed in for long when the server went.
const BEFORE: Duration = Duration::from_secs(3_600);

/// SplitMix64: each client has a chance of its own, and each run of this test the same ones.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    fn chance(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

/// How long after the server one client is back. A server that is down refuses at once.
fn back_after(mut dice: Dice) -> Duration {
    let mut now = Duration::ZERO;
    let mut failures = backoff::failures(0, Some(BEFORE));
    loop {
        now += backoff::wait(failures, dice.chance());
        if now >= OUTAGE {
            return now - OUTAGE;
        }
        failures = backoff::failures(failures, None);
    }
}

/// One outage.
struct Return {
    /// The most clients that come within one second, wherever it begins, of all.
    peak: f64,
    /// When nineteen of twenty are back.
    nearly_all: Duration,
    all: Duration,
}

fn fleet(seed: u64) -> Return {
    let mut dice = Dice(seed);
    let mut back: Vec<_> = (0..CLIENTS)
        .map(|_| back_after(Dice(dice.next())))
        .collect();
    back.sort();
    let within_a_second = |from: &Duration| {
        let end = *from + Duration::from_secs(1);
        back.iter().filter(|one| (*from..end).contains(one)).count()
    };
    let peak = back.iter().map(within_a_second).max().unwrap();
    Return {
        peak: share(peak),
        nearly_all: back[CLIENTS * 95 / 100 - 1],
        all: back[CLIENTS - 1],
    }
}

fn share(clients: usize) -> f64 {
    f64::from(u32::try_from(clients).unwrap()) / f64::from(u32::try_from(CLIENTS).unwrap())
}

/// The value that so many of a hundred do not exceed.
fn percentile<T: Copy + PartialOrd>(values: &mut [T], percent: usize) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[(values.len() * percent).div_ceil(100).max(1) - 1]
}

#[test]
fn the_clients_of_a_server_that_was_down_come_back_soon_and_not_at_once() {
    let returns: Vec<_> = (0..SEEDS).map(fleet).collect();
    let mut peaks: Vec<_> = returns.iter().map(|one| one.peak * 100.0).collect();
    let mut nearly_all: Vec<_> = returns.iter().map(|one| one.nearly_all).collect();
    let mut all: Vec<_> = returns.iter().map(|one| one.all).collect();
    println!("{CLIENTS} clients after {OUTAGE:?}, {SEEDS} seeds; median / p95 / worst");
    println!(
        "peak within one second: {:.1} / {:.1} / {:.1} %",
        percentile(&mut peaks, 50),
        percentile(&mut peaks, 95),
        percentile(&mut peaks, 100)
    );
    for (what, times) in [("19 of 20 back", &mut nearly_all), ("all back", &mut all)] {
        println!(
            "{what}: {:.1} / {:.1} / {:.1} s",
            percentile(times, 50).as_secs_f64(),
            percentile(times, 95).as_secs_f64(),
            percentile(times, 100).as_secs_f64()
        );
    }
    assert!(percentile(&mut peaks, 50) <= 4.0);
    assert!(percentile(&mut peaks, 95) <= 5.5);
    assert!(percentile(&mut nearly_all, 95) <= Duration::from_secs(75));
}
