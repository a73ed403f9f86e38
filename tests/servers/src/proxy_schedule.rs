//! What befalls a wire, as a pure function of a seed.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;

/// A direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// What the client says.
    Server,
    /// What the server says.
    Client,
}

/// Where in what is said a link is cut. A frame is WebSocket's or a TLS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Wherever it is.
    Now,
    /// Behind the next whole frame.
    Behind(Towards),
    /// In the midst of the next frame.
    Within(Towards),
}

/// How a link ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// In good order, as far as TCP knows (FIN).
    Closed,
    /// By a reset (RST), and what was on the way is gone.
    Reset,
    /// The client sees a reset, and the server sees nothing.
    Unnoticed,
}

/// What befalls a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It ends.
    Cut(End, Where),
    /// Nothing gets through in either direction, and nobody is told. Reset after so long, if it is still there.
    HalfOpen(Duration),
    /// Nothing gets through in one direction for so long; then all does.
    Stall(Towards, Duration),
    /// For so long everything is written in pieces of 1 to this many bytes.
    Slice(Towards, usize, Duration),
    /// For so long everything comes later by the first.
    Delay(Towards, Duration, Duration),
}

impl Fault {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cut(End::Closed, _) => "closed",
            Self::Cut(End::Reset, _) => "reset",
            Self::Cut(End::Unnoticed, _) => "unnoticed",
            Self::HalfOpen(_) => "half-open",
            Self::Stall(..) => "stall",
            Self::Slice(..) => "slice",
            Self::Delay(..) => "delay",
        }
    }

    /// One of the faults of which nobody need wait for an answer in vain.
    pub fn quick(chance: &mut Rng) -> Self {
        let towards = match chance.u64(..2) {
            0 => Towards::Server,
            _ => Towards::Client,
        };
        match chance.u64(..10) {
            0..=5 => {
                let end = [End::Closed, End::Reset, End::Reset, End::Unnoticed];
                let place = [Where::Now, Where::Behind(towards), Where::Within(towards)];
                Self::Cut(one_of(chance, end), one_of(chance, place))
            }
            6 | 7 => Self::Stall(towards, millis(chance, 20..1_500)),
            8 => {
                let most = one_of(chance, [1, 7, 100]);
                Self::Slice(towards, most, millis(chance, 100..800))
            }
            _ => Self::Delay(towards, millis(chance, 5..150), millis(chance, 100..1_500)),
        }
    }

    /// Any fault. One in fifty is a link that is half open: it takes a client 15 s to notice.
    pub fn any(chance: &mut Rng) -> Self {
        match chance.u64(..50) {
            0 => Self::HalfOpen(millis(chance, 1_000..20_000)),
            1 => Self::Stall(Towards::Client, millis(chance, 3_000..12_000)),
            _ => Self::quick(chance),
        }
    }
}

fn millis(chance: &mut Rng, range: Range<u64>) -> Duration {
    Duration::from_millis(chance.u64(range))
}

fn one_of<T: Copy, const N: usize>(chance: &mut Rng, all: [T; N]) -> T {
    all[chance.usize(..N)]
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::Fault;

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let faults = |seed| {
            let mut chance = Rng::with_seed(seed);
            (0..500)
                .map(|_| Fault::any(&mut chance))
                .collect::<Vec<_>>()
        };
        assert_eq!(faults(7), faults(7));
        assert_ne!(faults(7), faults(8));
        for name in [
            "closed",
            "reset",
            "unnoticed",
            "half-open",
            "stall",
            "slice",
            "delay",
        ] {
            assert!(faults(7).iter().any(|fault| fault.name() == name), "{name}");
        }
    }
}
