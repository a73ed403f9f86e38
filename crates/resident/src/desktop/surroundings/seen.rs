//! What a system says of its user in one answer.

use carillon_core::alerts::{Known, Surroundings};

/// The desktop's part of [`Surroundings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Seen {
    pub(crate) do_not_disturb: Known,
    pub(crate) locked: Known,
    pub(crate) full_screen: Known,
}

impl Seen {
    /// Takes the place of what was known before; says whether that was something else.
    pub(crate) fn write(self, known: &mut Surroundings) -> bool {
        let before = Self {
            do_not_disturb: known.do_not_disturb,
            locked: known.locked,
            full_screen: known.full_screen,
        };
        known.do_not_disturb = self.do_not_disturb;
        known.locked = self.locked;
        known.full_screen = self.full_screen;
        before != self
    }
}

/// What a `QUERY_USER_NOTIFICATION_STATE` of Windows means (shellapi.h); `None`: it did not answer.
///
/// In each state but the last two Windows holds its own popups back, so a sound would tell what nobody sees.
#[cfg(any(target_os = "windows", test))]
pub(crate) fn of_windows(state: Option<i32>) -> Seen {
    let seen = |do_not_disturb, full_screen| Seen {
        do_not_disturb,
        locked: Known::No,
        full_screen,
    };
    match state {
        // QUNS_NOT_PRESENT: locked, a screen saver, another user's session in front. What lies behind is not told.
        Some(1) => Seen {
            locked: Known::Yes,
            ..Seen::default()
        },
        // QUNS_BUSY, QUNS_RUNNING_D3D_FULL_SCREEN, QUNS_PRESENTATION_MODE
        Some(2..=4) => seen(Known::Yes, Known::Yes),
        // QUNS_QUIET_TIME
        Some(6) => seen(Known::Yes, Known::No),
        // QUNS_ACCEPTS_NOTIFICATIONS
        Some(5) => seen(Known::No, Known::No),
        // QUNS_APP: an app of the Store on the whole screen, over which popups are shown.
        Some(7) => seen(Known::No, Known::Yes),
        _ => Seen::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Known::{No, Unknown, Yes};

    #[test]
    fn each_state_of_windows_says_what_is_quiet_locked_and_on_the_whole_screen() {
        let table = [
            (Some(1), [Unknown, Yes, Unknown]),
            (Some(2), [Yes, No, Yes]),
            (Some(3), [Yes, No, Yes]),
            (Some(4), [Yes, No, Yes]),
            (Some(5), [No, No, No]),
            (Some(6), [Yes, No, No]),
            (Some(7), [No, No, Yes]),
        ];
        for (state, expected) in table {
            let seen = of_windows(state);
            assert_eq!(
                [seen.do_not_disturb, seen.locked, seen.full_screen],
                expected,
                "{state:?}"
            );
        }
    }

    #[test]
    fn a_state_of_a_later_windows_and_a_failed_call_count_as_unknown() {
        for state in [None, Some(0), Some(8), Some(-1)] {
            assert_eq!(of_windows(state), Seen::default(), "{state:?}");
        }
    }

    #[test]
    fn what_the_window_shows_is_left_alone_and_only_changes_are_told() {
        let chat = carillon_core::ids::ChatRef {
            account: carillon_core::ids::AccountId(1),
            jid: "bob@example.org".parse().unwrap(),
        };
        let mut known = Surroundings {
            chat_in_front: Some(chat.clone()),
            ..Surroundings::default()
        };
        assert!(of_windows(Some(6)).write(&mut known));
        assert!(known.do_not_disturb.is_yes());
        assert_eq!(known.chat_in_front, Some(chat));
        assert!(!of_windows(Some(6)).write(&mut known), "nothing new");
        assert!(of_windows(None).write(&mut known));
        assert_eq!(known.do_not_disturb, Unknown);
    }
}
