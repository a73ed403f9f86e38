//! What comes after an alert: its repetition, and how two sounds share the loudspeaker.

use super::event::AlertEvent;
use super::kinds::EventKind;
use super::plan::{AlertPlan, Later, LaterWhy, Outcome};
use crate::ids::Timestamp;

/// When an alert that was carried out at `now` comes again: `None` once it was seen, after the last repetition, or
/// when it does not repeat. The event is then decided again with its `turn` set to the answer's `why`. There is at
/// most one repetition for each replace key: a newer one takes the place of an older.
#[must_use]
pub fn escalate(plan: &AlertPlan, event: &AlertEvent, seen: bool, now: Timestamp) -> Option<Later> {
    let repeat = plan.repeat.as_ref()?;
    let step = event.step().checked_add(1)?;
    if seen || event.sample || plan.outcome != Outcome::Now || step > repeat.times {
        return None;
    }
    Some(Later {
        at: now.plus_millis(repeat.every_millis()),
        why: LaterWhy::Repeat { step },
    })
}

/// A sound that plays, or wants to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sounding {
    /// What it is the sound of.
    pub kind: EventKind,
    /// When it began, or would.
    pub at: Timestamp,
}

/// What becomes of a sound that comes while another plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overlap {
    /// Both are heard.
    Both,
    /// The new one takes the other's place.
    Replace,
    /// The new one is not heard.
    Drop,
}

/// Within so many milliseconds only the stronger of two sounds is heard.
pub const OVERLAP: i64 = 1_000;

/// What becomes of `next` while `playing` plays: within a second the stronger event wins, of equals the first.
#[must_use]
pub fn overlap(playing: Sounding, next: Sounding) -> Overlap {
    if !(0..OVERLAP).contains(&next.at.millis_since(playing.at)) {
        return Overlap::Both;
    }
    if next.kind.strength() > playing.kind.strength() {
        Overlap::Replace
    } else {
        Overlap::Drop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(kind: EventKind, millis: i64) -> Sounding {
        Sounding {
            kind,
            at: Timestamp(millis),
        }
    }

    #[test]
    fn within_a_second_the_stronger_event_wins() {
        let message = at(EventKind::Message, 1_000);
        assert_eq!(
            overlap(message, at(EventKind::Attention, 1_999)),
            Overlap::Replace
        );
        assert_eq!(
            overlap(message, at(EventKind::ContactAvailable, 1_999)),
            Overlap::Drop
        );
    }

    #[test]
    fn of_equals_the_first_is_heard() {
        let message = at(EventKind::Message, 1_000);
        assert_eq!(
            overlap(message, at(EventKind::Message, 1_001)),
            Overlap::Drop
        );
    }

    #[test]
    fn after_a_second_both_are_heard() {
        let message = at(EventKind::Message, 1_000);
        assert_eq!(
            overlap(message, at(EventKind::Message, 2_000)),
            Overlap::Both
        );
    }

    #[test]
    fn a_clock_set_back_drops_nothing() {
        let message = at(EventKind::Attention, 1_000);
        assert_eq!(overlap(message, at(EventKind::Message, 500)), Overlap::Both);
    }
}
