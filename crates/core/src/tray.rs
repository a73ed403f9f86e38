//! What the tray icon shows, as a function of values.

use crate::contact::Availability;

/// What the tray icon depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrayInput {
    /// What I show, over all accounts the most available; offline when none is connected.
    pub availability: Availability,
    /// Some account is on its way to be connected.
    pub connecting: bool,
    /// Unseen messages and open requests that count.
    pub unread: u32,
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

/// What to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TrayState {
    /// The base drawing.
    pub base: TrayBase,
    /// The number in the badge, 0 for none; above 99 the badge shows "99+".
    pub count: u32,
    /// Draw the attention variant.
    pub attention: bool,
    /// Draw the muted mark.
    pub muted: bool,
}

/// What the tray shows for `input`.
#[must_use]
pub const fn tray_state(input: TrayInput) -> TrayState {
    let shown = match (input.availability, input.before_loss) {
        (Availability::Offline, Some(before)) if input.connecting => before,
        (now, _) => now,
    };
    let base = match shown {
        Availability::Available => TrayBase::Online,
        Availability::Away | Availability::ExtendedAway => TrayBase::Away,
        Availability::Busy => TrayBase::Busy,
        Availability::Offline if input.connecting => TrayBase::Connecting,
        Availability::Offline => TrayBase::Offline,
    };
    TrayState {
        base,
        count: input.unread,
        attention: input.attention,
        muted: input.muted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_on_its_way_shows_as_connecting_not_as_offline() {
        let input = TrayInput {
            connecting: true,
            ..TrayInput::default()
        };
        assert_eq!(tray_state(input).base, TrayBase::Connecting);
    }

    #[test]
    fn a_connection_lost_a_moment_ago_still_shows_what_was_shown() {
        let input = TrayInput {
            connecting: true,
            before_loss: Some(Availability::Away),
            ..TrayInput::default()
        };
        assert_eq!(tray_state(input).base, TrayBase::Away);
    }

    #[test]
    fn who_signs_out_is_offline_at_once() {
        let input = TrayInput {
            before_loss: Some(Availability::Away),
            ..TrayInput::default()
        };
        assert_eq!(tray_state(input).base, TrayBase::Offline);
    }

    #[test]
    fn the_count_survives_a_lost_connection() {
        let input = TrayInput {
            unread: 7,
            ..TrayInput::default()
        };
        assert_eq!(tray_state(input).count, 7);
    }
}
