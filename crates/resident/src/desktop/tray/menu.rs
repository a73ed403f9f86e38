//! What stands in the tray's menu; each system builds its own from it.

use super::{TrayEvent, TrayView};
use carillon_core::settings::OwnAvailability;

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Open,
    Status(OwnAvailability),
    MuteHour,
    Unmute,
    Quit,
}

impl Choice {
    /// What the resident is told. `token` is the desktop's permission to come to the front.
    pub(super) fn event(self, token: Option<String>) -> TrayEvent {
        match self {
            Self::Open => TrayEvent::Open { token },
            Self::Status(status) => TrayEvent::Status(status),
            Self::MuteHour => TrayEvent::MuteHour,
            Self::Unmute => TrayEvent::Unmute,
            Self::Quit => TrayEvent::Quit,
        }
    }
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) choice: Choice,
    /// Plain text; see [`plain`].
    pub(super) label: String,
    /// Of several entries this is the one that holds.
    pub(super) checked: bool,
}

/// One line of the menu. Which lines there are never changes, only what they say and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Entry(Entry),
    /// Entries of which one holds, behind a line of their own.
    OneOf {
        label: String,
        entries: Vec<Entry>,
    },
    Separator,
}

/// The menu from the top.
pub(super) fn lines(view: &TrayView) -> Vec<Line> {
    let labels = &view.labels;
    let mute = if view.state.muted {
        entry(Choice::Unmute, &labels.unmute)
    } else {
        entry(Choice::MuteHour, &labels.mute_hour)
    };
    vec![
        Line::Entry(entry(Choice::Open, &labels.open)),
        Line::Separator,
        Line::OneOf {
            label: labels.status.clone(),
            entries: statuses(view),
        },
        Line::Entry(mute),
        Line::Separator,
        Line::Entry(entry(Choice::Quit, &labels.quit)),
    ]
}

fn statuses(view: &TrayView) -> Vec<Entry> {
    let labels = &view.labels;
    [
        (OwnAvailability::Available, &labels.available),
        (OwnAvailability::Away, &labels.away),
        (OwnAvailability::ExtendedAway, &labels.extended_away),
        (OwnAvailability::Busy, &labels.busy),
        (OwnAvailability::Offline, &labels.offline),
    ]
    .into_iter()
    .map(|(status, label)| Entry {
        checked: status == view.status,
        ..entry(Choice::Status(status), label)
    })
    .collect()
}

fn entry(choice: Choice, label: &str) -> Entry {
    Entry {
        choice,
        label: label.to_owned(),
        checked: false,
    }
}

/// A label for a system whose menus take `mark` for the mark of the access key; a doubled one is the character itself.
pub(super) fn plain(label: &str, mark: char) -> String {
    let mut text = String::with_capacity(label.len());
    for character in label.chars() {
        text.push(character);
        if character == mark {
            text.push(mark);
        }
    }
    text
}

/// All that can be chosen, from the top.
#[cfg(any(not(target_os = "linux"), test))]
pub(super) fn entries(lines: &[Line]) -> impl Iterator<Item = &Entry> {
    lines.iter().flat_map(|line| match line {
        Line::Entry(entry) => std::slice::from_ref(entry),
        Line::OneOf { entries, .. } => entries,
        Line::Separator => &[],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::tray::TrayLabels;
    use carillon_core::tray::{TrayBase, TrayState};

    fn view(status: OwnAvailability, muted: bool) -> TrayView {
        TrayView {
            state: TrayState {
                base: TrayBase::Online,
                muted,
                ..TrayState::default()
            },
            status,
            title: "Alice".into(),
            tooltip: "Alice".into(),
            labels: TrayLabels {
                open: "Open".into(),
                status: "Status".into(),
                available: "Available".into(),
                away: "Away".into(),
                extended_away: "Away for long".into(),
                busy: "Busy".into(),
                offline: "Offline".into(),
                mute_hour: "Mute".into(),
                unmute: "Unmute".into(),
                quit: "Quit".into(),
            },
        }
    }

    #[test]
    fn open_status_mute_and_quit_stand_in_this_order() {
        let lines = lines(&view(OwnAvailability::Away, false));
        let said: Vec<&str> = entries(&lines).map(|entry| entry.label.as_str()).collect();
        assert_eq!(
            said,
            [
                "Open",
                "Available",
                "Away",
                "Away for long",
                "Busy",
                "Offline",
                "Mute",
                "Quit"
            ]
        );
        assert_eq!(
            lines
                .iter()
                .filter(|&line| *line == Line::Separator)
                .count(),
            2
        );
    }

    #[test]
    fn the_status_that_holds_is_the_only_one_checked() {
        let lines = lines(&view(OwnAvailability::Busy, false));
        let checked: Vec<Choice> = entries(&lines)
            .filter(|entry| entry.checked)
            .map(|entry| entry.choice)
            .collect();
        assert_eq!(checked, [Choice::Status(OwnAvailability::Busy)]);
    }

    #[test]
    fn a_muted_carillon_offers_to_unmute_in_the_same_place() {
        let at = |muted| {
            let lines = lines(&view(OwnAvailability::Available, muted));
            entries(&lines)
                .position(|entry| matches!(entry.choice, Choice::MuteHour | Choice::Unmute))
        };
        let lines = lines(&view(OwnAvailability::Available, true));
        assert!(entries(&lines).any(|entry| entry.choice == Choice::Unmute));
        assert!(!entries(&lines).any(|entry| entry.choice == Choice::MuteHour));
        assert_eq!(at(true), at(false));
    }

    #[test]
    fn the_token_comes_along_where_a_window_is_opened() {
        let token = Some("t7".to_owned());
        assert_eq!(
            Choice::Open.event(token.clone()),
            TrayEvent::Open {
                token: token.clone()
            }
        );
        assert_eq!(Choice::Quit.event(token), TrayEvent::Quit);
    }

    #[test]
    fn an_access_key_s_mark_is_shown_as_it_is() {
        assert_eq!(plain("Mute_for & ever", '_'), "Mute__for & ever");
        assert_eq!(plain("Mute_for & ever", '&'), "Mute_for && ever");
    }
}
