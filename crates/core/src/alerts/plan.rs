//! What is to be shown and heard.

use super::cells::{Attention, Icon, Preview, Sound, TrayAction, Volume};
use super::kinds::EventKind;
use super::repeat::Repeat;
use super::trace::TraceStep;
use crate::ids::{ChatRef, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a popup tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PopupForm {
    /// This event.
    Single,
    /// Everything of the last moments in one: there were too many.
    Summary,
    /// How many friends are there, once presence has settled after signing in.
    Friends,
}

/// A popup to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PopupPlan {
    /// Stays until it is handled.
    pub sticky: bool,
    /// Seconds on screen; `None`: the desktop's own time.
    pub seconds: Option<u8>,
    /// How much it gives away.
    pub preview: Preview,
    /// One event, or the summary of many.
    pub form: PopupForm,
}

/// A sound to play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SoundPlan {
    /// Never [`Sound::None`].
    pub sound: Sound,
    /// How loud.
    pub volume: Volume,
}

/// Why an alert comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum LaterWhy {
    /// Another device of mine is used in this chat: perhaps it is read there.
    OtherDevice,
    /// The user asked to be told when the quiet hours end.
    QuietHours,
    /// They may be back in a moment.
    Flapping,
    /// It comes again until it is seen.
    Repeat {
        /// The how-manieth repetition, from 1.
        step: u8,
    },
}

/// To be decided again at a moment, with [`super::AlertEvent::turn`] set to `why`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct Later {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: LaterWhy,
}

/// Whether the plan is carried out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outcome {
    /// Now, as the plan says; an empty plan is silence.
    Now,
    /// Not now: nothing is seen or heard, the tray may count, and it is decided again later.
    Later(Later),
}

/// What is read from a plan that was stored before it told.
const fn nothing_away() -> Preview {
    Preview::Nothing
}

/// What is to be done about an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertPlan {
    /// The row that applied.
    pub kind: EventKind,
    /// Now or later.
    pub outcome: Outcome,
    /// The popup, if any.
    pub popup: Option<PopupPlan>,
    /// The sound, if any.
    pub sound: Option<SoundPlan>,
    /// What stands for the event.
    pub icon: Icon,
    /// What the tray does.
    pub tray: TrayAction,
    /// The desktop's counterpart of vibration.
    pub attention: Attention,
    /// Whether it is read aloud.
    pub speak: bool,
    /// How much it gives away, however it is told; the popup's is the same.
    #[serde(default = "nothing_away")]
    #[ts(skip)]
    pub preview: Preview,
    /// How it comes again until it is seen; see [`super::escalate`].
    pub repeat: Option<Repeat>,
    /// Passes the desktop's own Do Not Disturb.
    pub breaks_through: bool,
    /// Ends the one-shot watch for this contact: it rang.
    pub ends_watch: Option<ChatRef>,
    /// A popup with the same key is replaced.
    pub replace_key: String,
    /// How it came to this, in order.
    pub trace: Vec<TraceStep>,
}

impl AlertPlan {
    /// Whether nothing is seen or heard of it.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        self.popup.is_none()
            && self.sound.is_none()
            && matches!(self.attention, Attention::None)
            && !self.speak
    }
}
