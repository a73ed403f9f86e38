//! Ways to begin: all rows at once.

use super::cells::{Attention, Popup, Preview, Sound, TrayAction};
use super::kinds::EventKind;
use super::rows::{AlertRows, Row};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A set of rows to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Nothing is heard, and only what asks for an answer pops up.
    Quiet,
    /// Carillon's defaults.
    Balanced,
    /// Every kind is seen and heard.
    Everything,
    /// Told by sound alone.
    SoundOnly,
    /// Told by sight alone.
    SightOnly,
}

impl Preset {
    /// All presets, in the order of the settings screen.
    pub const ALL: [Self; 5] = [
        Self::Quiet,
        Self::Balanced,
        Self::Everything,
        Self::SoundOnly,
        Self::SightOnly,
    ];

    /// Its rows; they take the place of all rows for everybody.
    #[must_use]
    pub fn rows(self) -> AlertRows {
        let mut rows = AlertRows::default();
        for kind in EventKind::ALL {
            rows.set(kind, self.row(kind));
        }
        rows
    }

    fn row(self, kind: EventKind) -> Row {
        let default = kind.built_in();
        let rings = kind == EventKind::Generic || default.sound.as_ref() != Some(&Sound::None);
        match self {
            Self::Balanced => Row::default(),
            Self::Quiet => Row {
                sound: Some(Sound::None),
                popup: (default.popup != Some(Popup::Sticky)).then_some(Popup::None),
                attention: (default.popup != Some(Popup::Sticky)).then_some(Attention::None),
                ..Row::default()
            },
            Self::Everything => everything(kind, rings),
            Self::SoundOnly => Row {
                popup: Some(Popup::None),
                attention: Some(Attention::None),
                ..Row::default()
            },
            Self::SightOnly => Row {
                sound: Some(Sound::None),
                speak: Some(false),
                tray: (rings && default.tray.is_none()).then_some(TrayAction::Blink),
                ..Row::default()
            },
        }
    }
}

/// What is silent by default gets a soft sound and a short banner.
fn everything(kind: EventKind, rings: bool) -> Row {
    if rings {
        return Row::default();
    }
    let soft = |name: &str| Some(Sound::Builtin(name.to_owned()));
    let sound = match kind {
        EventKind::ContactUnavailable | EventKind::ConnectionLost => soft("fall"),
        EventKind::ConnectionRestored => soft("rise"),
        EventKind::StrangerMessage => soft("chime"),
        _ => soft("tick"),
    };
    // Words that are before my eyes, or are my own, need no popup.
    let seen = [
        EventKind::MessageInFront,
        EventKind::MessageFollowup,
        EventKind::MessageSent,
    ];
    let popup = (!seen.contains(&kind)).then_some(Popup::Banner);
    Row {
        popup,
        seconds: popup.map(|_| 5),
        preview: (kind == EventKind::StrangerMessage).then_some(Preview::Sender),
        sound,
        ..Row::default()
    }
}
