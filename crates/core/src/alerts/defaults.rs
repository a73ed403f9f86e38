//! Carillon's own opinion on every row, before the user has one.

use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
use super::event::EventKind;
use super::rows::Row;

/// The root of all inheritance: every cell has a value.
pub(super) struct Root {
    pub(super) popup: Popup,
    pub(super) seconds: u8,
    pub(super) preview: Preview,
    pub(super) sound: Sound,
    pub(super) volume: Volume,
    pub(super) icon: Icon,
    pub(super) tray: TrayAction,
    pub(super) attention: Attention,
}

pub(super) fn generic() -> Root {
    Root {
        popup: Popup::Banner,
        seconds: 0,
        preview: Preview::Full,
        sound: builtin_sound("chime"),
        volume: Volume::clamped(60),
        icon: builtin_icon("new"),
        tray: TrayAction::Badge,
        attention: Attention::Once,
    }
}

/// What Carillon sets in the row of `kind`; `None` cells inherit from the generic row.
#[must_use]
pub fn built_in(kind: EventKind) -> Row {
    let row = Row {
        icon: Some(builtin_icon(icon_name(kind))),
        ..Row::default()
    };
    match kind {
        EventKind::Generic => Row::default(),
        EventKind::Message => Row {
            sound: Some(builtin_sound("bell")),
            icon: Some(Icon::Avatar),
            ..row
        },
        EventKind::Missed => Row {
            sound: Some(builtin_sound("bell")),
            ..row
        },
        EventKind::MessageInFront => Row {
            tray: Some(TrayAction::None),
            ..quiet(row)
        },
        EventKind::ContactAvailable => Row {
            seconds: Some(5),
            sound: Some(builtin_sound("rise")),
            tray: Some(TrayAction::None),
            attention: Some(Attention::None),
            ..row
        },
        EventKind::ContactUnavailable => Row {
            tray: Some(TrayAction::None),
            ..quiet(row)
        },
        EventKind::ContactRequest => sticky("knock", row),
        EventKind::RequestAccepted => Row {
            sound: Some(builtin_sound("accept")),
            tray: Some(TrayAction::None),
            ..row
        },
        EventKind::RoomInvite => sticky("knock-knock", row),
        EventKind::StrangerMessage => Row {
            preview: Some(Preview::Nothing),
            ..quiet(row)
        },
        EventKind::MessageFailed => Row {
            sound: Some(builtin_sound("fail")),
            ..row
        },
        EventKind::AccountAttention => sticky("warning", row),
    }
}

/// The icon drawn for the row of `kind`.
#[must_use]
pub const fn icon_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Generic => "new",
        other => other.name(),
    }
}

fn quiet(row: Row) -> Row {
    Row {
        popup: Some(Popup::None),
        sound: Some(Sound::None),
        attention: Some(Attention::None),
        ..row
    }
}

fn sticky(sound: &str, row: Row) -> Row {
    Row {
        popup: Some(Popup::Sticky),
        sound: Some(builtin_sound(sound)),
        attention: Some(Attention::UntilSeen),
        ..row
    }
}

fn builtin_sound(name: &str) -> Sound {
    Sound::Builtin(name.to_owned())
}

fn builtin_icon(name: &str) -> Icon {
    Icon::Builtin(name.to_owned())
}
