//! Carillon's own opinion, before the user has one: the words in which the table of kinds is written.

use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
use super::repeat::Repeat;
use super::rows::Row;
use std::sync::LazyLock;

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
    pub(super) speak: bool,
    pub(super) repeat: Repeat,
}

pub(super) static ROOT: LazyLock<Root> = LazyLock::new(|| Root {
    popup: Popup::Banner,
    seconds: 0,
    preview: Preview::Full,
    sound: builtin_sound("chime"),
    volume: Volume::clamped(60),
    icon: Icon::Builtin("new".to_owned()),
    tray: TrayAction::Badge,
    attention: Attention::Once,
    speak: false,
    repeat: Repeat::OFF,
});

/// A row without an opinion.
pub(super) fn inherits() -> Row {
    Row::default()
}

/// A row with a sound of its own.
pub(super) fn rings(sound: &str) -> Row {
    Row {
        sound: Some(builtin_sound(sound)),
        ..Row::default()
    }
}

/// A row that is neither seen nor heard; the badge may count.
pub(super) fn quiet() -> Row {
    Row {
        popup: Some(Popup::None),
        ..inherits().without_sound().without_attention()
    }
}

/// A row that stays until it is handled.
pub(super) fn sticky(sound: &str) -> Row {
    Row {
        popup: Some(Popup::Sticky),
        attention: Some(Attention::UntilSeen),
        ..rings(sound)
    }
}

/// The row with its kind's icon, unless it has one already; the root has its own.
pub(super) fn with_icon(icon: &str, row: Row) -> Row {
    if icon == "new" {
        return row;
    }
    Row {
        icon: row.icon.or_else(|| Some(Icon::Builtin(icon.to_owned()))),
        ..row
    }
}

impl Row {
    pub(super) fn showing_avatar(self) -> Self {
        Self {
            icon: Some(Icon::Avatar),
            ..self
        }
    }

    pub(super) fn for_seconds(self, seconds: u8) -> Self {
        Self {
            seconds: Some(seconds),
            ..self
        }
    }

    /// Neither heard nor repeated; it is read aloud where its parent is.
    pub(super) fn without_ring(self) -> Self {
        Self {
            sound: Some(Sound::None),
            repeat: Some(Repeat::OFF),
            ..self
        }
    }

    /// Neither heard, nor read aloud, nor repeated.
    pub(super) fn without_sound(self) -> Self {
        Self {
            speak: Some(false),
            ..self.without_ring()
        }
    }

    pub(super) fn without_attention(self) -> Self {
        Self {
            attention: Some(Attention::None),
            ..self
        }
    }

    pub(super) fn without_tray(self) -> Self {
        Self {
            tray: Some(TrayAction::None),
            ..self
        }
    }

    pub(super) fn giving_nothing_away(self) -> Self {
        Self {
            preview: Some(Preview::Nothing),
            ..self
        }
    }
}

fn builtin_sound(name: &str) -> Sound {
    Sound::Builtin(name.to_owned())
}
