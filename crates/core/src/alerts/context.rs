//! What a decision knows of the moment.

use super::recent::Recent;
use crate::contact::Availability;
use crate::ids::{ChatRef, Timestamp};
use crate::room::RoomNotify;
use crate::settings::Mute;
use jiff::tz::TimeZone;

/// Something that a desktop may not tell. Unknown never counts as true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Known {
    /// The desktop does not say.
    #[default]
    Unknown,
    /// It is not so.
    No,
    /// It is so.
    Yes,
}

impl Known {
    /// Whether it is known to be so.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

/// What the desktop and the window say, pushed by signals and read without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The chat that the window with the focus shows; void as soon as the window is gone.
    pub chat_in_front: Option<ChatRef>,
    /// A window of Carillon has the focus, whatever it shows; void as soon as the window is gone.
    pub looked_at: bool,
    /// A window of Carillon is open, whether anybody looks or not: what it shows is to be true.
    pub window_open: bool,
    /// The desktop's Do Not Disturb.
    pub do_not_disturb: Known,
    /// The screen is locked.
    pub locked: Known,
    /// Something covers the whole screen.
    pub full_screen: Known,
    /// The screen is shared or recorded.
    pub shared: Known,
}

impl Surroundings {
    /// The chat that the user has before their eyes: none while the screen is locked, whatever a window shows behind it.
    #[must_use]
    pub fn in_front(&self) -> Option<&ChatRef> {
        self.chat_in_front
            .as_ref()
            .filter(|_| !self.locked.is_yes())
    }

    /// Whether the user looks at a window of Carillon: at none while the screen is locked.
    #[must_use]
    pub const fn is_looked_at(&self) -> bool {
        self.looked_at && !self.locked.is_yes()
    }
}

/// Everything that a decision looks at beside the rules and the event.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The moment.
    pub now: Timestamp,
    /// The zone that the user lives in now: quiet hours and schedules are in its time.
    pub zone: &'a TimeZone,
    /// The desktop and the window.
    pub surroundings: &'a Surroundings,
    /// My own status.
    pub own: Availability,
    /// A mute for all, if one was set.
    pub mute: Option<Mute>,
    /// What rang lately.
    pub recent: &'a Recent,
    /// The account's presence burst after signing in is over.
    pub presence_settled: bool,
    /// The contact groups that the event's contact is in.
    pub groups: &'a [String],
    /// When another device of mine was used last in the event's chat, as far as carbons told.
    pub other_device: Option<Timestamp>,
    /// Of which messages of the event's room I want to hear, where that was said for the room.
    pub notify: Option<RoomNotify>,
}
