//! What the tray icon shows, as a function of values.

use crate::alerts::{AlertEvent, AlertPlan, EventKind, Icon, TrayAction};
use crate::contact::Availability;
use crate::ids::Timestamp;
use serde::{Deserialize, Serialize};

/// What the tray icon depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrayInput {
    /// What I show, over all accounts the most available; offline when none is connected.
    pub availability: Availability,
    /// Some account is on its way to be connected.
    pub connecting: bool,
    /// Unseen messages, open requests and whatever else counts until it is seen; see [`tally`].
    pub unread: u32,
    /// The strongest event that was not seen.
    pub overlay: Option<TrayOverlay>,
    /// Something waits that needs the user (`until_seen`).
    pub attention: bool,
    /// Alerts are muted.
    pub muted: bool,
    /// What I showed until the connection was lost, while that is less than [`LOST_AFTER`] ago: a short break changes
    /// nothing. `None` when nothing was lost, or too long ago.
    pub before_loss: Option<Availability>,
}

/// A connection that is gone for longer than this, in milliseconds, shows in the tray.
pub const LOST_AFTER: i64 = 5 * 60 * 1_000;

/// The base drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrayBase {
    /// Not signed in.
    #[default]
    Offline,
    /// On the way.
    Connecting,
    /// Here.
    Online,
    /// Away.
    Away,
    /// Do not disturb.
    Busy,
}

/// What stands for the strongest event that was not seen, in a corner of the icon.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TrayOverlay {
    /// What happened: its own icon stands in for one that cannot be drawn.
    pub kind: EventKind,
    /// The icon of its row.
    pub icon: Icon,
}

/// What to draw.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TrayState {
    /// The base drawing.
    pub base: TrayBase,
    /// The number in the badge, 0 for none; above 99 the badge shows "99+".
    pub count: u32,
    /// The small icon in the other corner.
    pub overlay: Option<TrayOverlay>,
    /// Draw the attention variant.
    pub attention: bool,
    /// Draw the muted mark.
    pub muted: bool,
}

impl TrayInput {
    /// What counts as shown to others: a connection lost a moment ago changes nothing yet.
    #[must_use]
    pub const fn shown(&self) -> Availability {
        match (self.availability, self.before_loss) {
            (Availability::Offline, Some(before)) if self.connecting => before,
            (now, _) => now,
        }
    }
}

/// What the tray shows for `input`.
#[must_use]
pub fn tray_state(input: &TrayInput) -> TrayState {
    let base = match input.shown() {
        Availability::Available => TrayBase::Online,
        Availability::Away | Availability::ExtendedAway => TrayBase::Away,
        Availability::Busy => TrayBase::Busy,
        Availability::Offline if input.connecting => TrayBase::Connecting,
        Availability::Offline => TrayBase::Offline,
    };
    TrayState {
        base,
        count: input.unread,
        overlay: input.overlay.clone(),
        attention: input.attention,
        muted: input.muted,
    }
}

/// By what an event counts in the tray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    /// By its message, as long as that is unread.
    Message,
    /// By its card in Requests.
    Card,
    /// By itself, until the user has looked at a window.
    Look,
    /// By itself, until its chat was in front or the matter was dealt with.
    Itself,
}

const fn counted(kind: EventKind) -> Counted {
    match kind {
        EventKind::Message
        | EventKind::MessageFollowup
        | EventKind::MessageInFront
        | EventKind::Missed
        | EventKind::Mention
        | EventKind::RoomMessage
        | EventKind::FileReceived
        | EventKind::StrangerMessage => Counted::Message,
        EventKind::ContactRequest | EventKind::RoomInvite => Counted::Card,
        EventKind::Generic
        | EventKind::Reaction
        | EventKind::ContactAvailable
        | EventKind::ContactUnavailable
        | EventKind::ContactStatus
        | EventKind::RequestAccepted
        | EventKind::MessageSent
        | EventKind::ConnectionLost
        | EventKind::ConnectionRestored => Counted::Look,
        EventKind::Attention | EventKind::MessageFailed | EventKind::AccountAttention => {
            Counted::Itself
        }
    }
}

/// What the tray keeps of an event until it is seen, under the event's replace key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrayMark {
    /// What happened.
    pub kind: EventKind,
    /// What stands for it.
    pub icon: Icon,
    /// Its row asks for the badge. A request whose row does not is marked so as not to be counted.
    pub counts: bool,
    /// When it happened.
    pub at: Timestamp,
}

impl TrayMark {
    /// What the tray keeps of an event that was decided now. `looked_at`: a window of Carillon has the focus,
    /// `in_front`: with the event's own chat. `None`: nothing.
    #[must_use]
    pub fn of(
        event: &AlertEvent,
        plan: &AlertPlan,
        now: Timestamp,
        looked_at: bool,
        in_front: bool,
    ) -> Option<Self> {
        let counts = plan.tray != TrayAction::None;
        let kept = match counted(event.kind) {
            Counted::Message => counts && plan.kind != EventKind::MessageInFront,
            Counted::Card => !event.seen,
            Counted::Look => counts && !looked_at,
            Counted::Itself => counts && !in_front,
        };
        kept.then(|| Self {
            kind: event.kind,
            icon: plan.icon.clone(),
            counts,
            at: now,
        })
    }

    /// Whether it is seen once the user looks at any window of Carillon.
    #[must_use]
    pub const fn is_seen_at_a_look(&self) -> bool {
        matches!(counted(self.kind), Counted::Look)
    }

    const fn rank(&self) -> (u8, Timestamp) {
        (self.kind.strength(), self.at)
    }

    /// What stays under a key: of what happened there before and was not seen, the stronger.
    #[must_use]
    pub fn beside(self, before: Option<&Self>) -> Self {
        match before {
            Some(before) if before.counts && before.kind.strength() > self.kind.strength() => {
                before.clone()
            }
            _ => self,
        }
    }
}

/// Whether the message of an event stays out of the tray's count. What was said in the chat in front is looked at
/// there; if it is left unread all the same, it counts.
#[must_use]
pub fn stays_out(event: &AlertEvent, plan: &AlertPlan) -> bool {
    plan.tray == TrayAction::None
        && matches!(counted(event.kind), Counted::Message)
        && plan.kind != EventKind::MessageInFront
        && !event.seen
}

/// The number in the badge, and what stands beside it: of so many unread messages and open requests that count, and
/// of what else was not seen.
#[must_use]
pub fn tally<'a>(
    messages: u32,
    requests: u32,
    marks: impl Iterator<Item = &'a TrayMark>,
) -> (u32, Option<TrayOverlay>) {
    let mut count = messages.saturating_add(requests);
    let mut strongest: Option<&TrayMark> = None;
    for mark in marks.filter(|mark| mark.counts) {
        if matches!(counted(mark.kind), Counted::Look | Counted::Itself) {
            count = count.saturating_add(1);
        }
        if strongest.is_none_or(|known| mark.rank() >= known.rank()) {
            strongest = Some(mark);
        }
    }
    let overlay = strongest.map(|mark| TrayOverlay {
        kind: mark.kind,
        icon: mark.icon.clone(),
    });
    (count, overlay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: EventKind, counts: bool, at: i64) -> TrayMark {
        TrayMark {
            kind,
            icon: Icon::Builtin(kind.icon_name().to_owned()),
            counts,
            at: Timestamp(at),
        }
    }

    #[test]
    fn what_is_no_message_counts_by_itself_and_what_is_one_only_once() {
        let marks = [
            mark(EventKind::Message, true, 1),
            mark(EventKind::ContactAvailable, true, 2),
            mark(EventKind::MessageFailed, true, 3),
            mark(EventKind::ContactRequest, true, 4),
        ];
        assert_eq!(tally(5, 1, marks.iter()).0, 8);
    }

    #[test]
    fn the_strongest_stands_beside_the_count_and_of_equals_the_newest() {
        let marks = [
            mark(EventKind::ContactAvailable, true, 9),
            mark(EventKind::Message, true, 1),
            mark(EventKind::FileReceived, true, 2),
            mark(EventKind::RoomInvite, false, 3),
        ];
        let (_, overlay) = tally(2, 0, marks.iter());
        assert_eq!(overlay.unwrap().kind, EventKind::FileReceived);
        assert_eq!(tally(0, 0, marks[3..].iter()), (0, None));
    }

    #[test]
    fn a_mention_stays_above_the_chatter_that_follows_it() {
        let mention = mark(EventKind::Mention, true, 1);
        let chatter = mark(EventKind::RoomMessage, true, 2);
        assert_eq!(chatter.clone().beside(Some(&mention)), mention);
        assert_eq!(mention.clone().beside(Some(&chatter)), mention);
        assert_eq!(chatter.clone().beside(None), chatter);
    }

    #[test]
    fn an_account_on_its_way_shows_as_connecting_not_as_offline() {
        let input = TrayInput {
            connecting: true,
            ..TrayInput::default()
        };
        assert_eq!(tray_state(&input).base, TrayBase::Connecting);
    }

    #[test]
    fn a_connection_lost_a_moment_ago_still_shows_what_was_shown() {
        let input = TrayInput {
            connecting: true,
            before_loss: Some(Availability::Away),
            ..TrayInput::default()
        };
        assert_eq!(tray_state(&input).base, TrayBase::Away);
    }

    #[test]
    fn who_signs_out_is_offline_at_once() {
        let input = TrayInput {
            before_loss: Some(Availability::Away),
            ..TrayInput::default()
        };
        assert_eq!(tray_state(&input).base, TrayBase::Offline);
    }

    #[test]
    fn the_count_survives_a_lost_connection() {
        let input = TrayInput {
            unread: 7,
            ..TrayInput::default()
        };
        assert_eq!(tray_state(&input).count, 7);
    }
}
