//! What is to be shown and heard, and why.

use super::cells::{Attention, Icon, Preview, Sound, TrayAction, Volume};
use super::event::EventKind;
use super::rows::CellSource;
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

/// The parts of a plan that a rule can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// The whole plan.
    Everything,
    /// The popup.
    Popup,
    /// How much the popup gives away.
    Preview,
    /// The sound.
    Sound,
    /// The icon.
    Icon,
    /// The tray.
    Tray,
    /// The attention.
    Attention,
}

/// What decided a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Rule {
    /// A row of the settings.
    Row {
        /// Which row was asked.
        row: EventKind,
        /// Where its value comes from.
        source: CellSource,
    },
    /// It was seen already, here or elsewhere.
    AlreadySeen,
    /// History never rings.
    History,
    /// The chat is in front and has the focus.
    InFront,
    /// Presence settles after signing in.
    PresenceBurst,
    /// The contact was gone for a moment only.
    Flapping,
    /// The user muted alerts.
    Muted,
    /// The user's own status is "do not disturb".
    OwnBusy,
    /// The desktop's own Do Not Disturb.
    DesktopDoNotDisturb,
    /// The screen is locked or shows something in full screen.
    ScreenPrivate,
    /// The same chat rang less than five seconds ago.
    FollowUp,
    /// Too many popups within three seconds.
    Flood,
    /// "Try it" rings whatever silences the rest.
    Sample,
}

/// One line of the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TraceStep {
    /// What was decided.
    pub cell: Cell,
    /// By which rule. A later step on the same cell overrules an earlier one.
    pub rule: Rule,
}

/// What is to be done about an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AlertPlan {
    /// The row that applied.
    pub kind: EventKind,
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
    /// A popup with the same key is replaced.
    pub replace_key: String,
    /// How it came to this, in order.
    pub trace: Vec<TraceStep>,
}

impl AlertPlan {
    /// Whether nothing is seen or heard of it.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        self.popup.is_none() && self.sound.is_none() && matches!(self.attention, Attention::None)
    }
}
