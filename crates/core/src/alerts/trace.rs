//! Why a plan is as it is.

use super::hours::Hours;
use super::kinds::EventKind;
use super::rows::{CellSource, Level};
use crate::ids::ChatRef;
use crate::room::RoomNotify;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// The voice.
    Speak,
    /// The repetition.
    Repeat,
}

/// What a rule did to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It gave the value; `none` is a value too.
    Gave,
    /// It took it away.
    Took,
    /// It made something else of it.
    Changed,
    /// It kept it from being taken away.
    Kept,
    /// It put it off.
    Delayed,
    /// It would have taken it away, and was passed.
    Yielded,
}

/// What decided a cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
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
    /// One popup tells how many friends are there, if the user wants it.
    BurstSummary,
    /// The contact was gone for a moment only.
    Flapping,
    /// Alerts are muted: all of them, or those of an account, a group, a contact or a room.
    Muted {
        /// [`Level::Settings`] for the mute of all alerts.
        level: Level,
    },
    /// What all of my devices tell of a room (XEP-0492).
    RoomNotify {
        /// Which room.
        room: ChatRef,
        /// Of what they tell.
        notify: RoomNotify,
    },
    /// The user's own status is "do not disturb".
    OwnBusy,
    /// Quiet hours.
    QuietHours {
        /// Which.
        hours: Hours,
    },
    /// The desktop's own Do Not Disturb.
    DesktopDoNotDisturb,
    /// The screen is locked, shared, or shows something in full screen.
    ScreenPrivate,
    /// Popups of this account, group, contact or room never give anything away.
    Discreet {
        /// Where it is set.
        level: Level,
    },
    /// Marked to break through what silences.
    BreakThrough {
        /// Where the mark is; [`Level::Settings`] for a kind's.
        level: Level,
    },
    /// The same chat or contact rang less than five seconds ago.
    FollowUp,
    /// Too many popups within three seconds.
    Flood,
    /// Another device of mine is used in this chat.
    OtherDevice,
    /// It comes again until it is seen, and grows.
    Escalation {
        /// The how-manieth repetition; 0: the first alert.
        step: u8,
    },
    /// "Try it" rings whatever silences the rest.
    Sample,
}

/// One line of the trace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct TraceStep {
    /// What was decided.
    pub cell: Cell,
    /// What was done to it.
    pub effect: Effect,
    /// By which rule. A later step on the same cell overrules an earlier one.
    pub rule: Rule,
}
