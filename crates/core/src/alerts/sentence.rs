//! What a row does, in parts from which a window makes a sentence.

use super::cells::{Attention, Icon, Popup, Preview, Sound, TrayAction, Volume};
use super::kinds::EventKind;
use super::repeat::Repeat;
use super::rows::EffectiveRow;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// "When a friend comes available: show a banner for 5 s with the friend's picture, play Rise at 60 %." What does not
/// happen is `None`, so that only what happens is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RowSentence {
    /// When.
    pub when: EventKind,
    /// A popup.
    pub popup: Option<SaidPopup>,
    /// A sound.
    pub sound: Option<SaidSound>,
    /// It is read aloud.
    pub speak: bool,
    /// The tray counts or blinks.
    pub tray: Option<TrayAction>,
    /// The desktop's attention.
    pub attention: Option<Attention>,
    /// All of it comes again.
    pub repeat: Option<Repeat>,
}

/// A popup in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaidPopup {
    /// Stays until it is handled.
    pub sticky: bool,
    /// For so many seconds; `None`: as long as the desktop says, or until handled.
    pub seconds: Option<u8>,
    /// What it gives away.
    pub preview: Preview,
    /// With this picture.
    pub icon: Icon,
}

/// A sound in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaidSound {
    /// Which.
    pub sound: Sound,
    /// How loud.
    pub volume: Volume,
}

impl RowSentence {
    /// What happens by this row.
    #[must_use]
    pub fn of(row: &EffectiveRow) -> Self {
        let sticky = row.popup.value == Popup::Sticky;
        let popup = (row.popup.value != Popup::None).then(|| SaidPopup {
            sticky,
            seconds: (!sticky && row.seconds.value > 0).then_some(row.seconds.value),
            preview: row.preview.value,
            icon: row.icon.value.clone(),
        });
        let sound = (row.sound.value != Sound::None).then(|| SaidSound {
            sound: row.sound.value.clone(),
            volume: row.volume.value,
        });
        let attention = (row.attention.value != Attention::None).then_some(row.attention.value);
        let reaches = popup.is_some() || sound.is_some() || attention.is_some() || row.speak.value;
        Self {
            when: row.kind,
            popup,
            sound,
            speak: row.speak.value,
            tray: (row.tray.value != TrayAction::None).then_some(row.tray.value),
            attention,
            repeat: (reaches && !row.repeat.value.is_off()).then(|| row.repeat.value.clone()),
        }
    }
}
