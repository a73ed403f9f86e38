//! Why I am not in a room.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What keeps me out of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoomCause {
    /// Put out by a moderator (XEP-0045 §8.2, status 307).
    Kicked,
    /// Banned: put out (status 301), or not let in (§7.2.7).
    Banned,
    /// Put out because what I am to the room has changed (status 321).
    RightsChanged,
    /// The room is for members only: put out (status 322), or not let in (§7.2.6).
    MembersOnly,
    /// The room's server shuts down (status 332).
    ShutDown,
    /// The connection between my server and the room broke (status 333, XEP-0410).
    ConnectionBroke,
    /// The room was closed for good (§10.9).
    Closed,
    /// The room asks for a password, or this one is wrong (§7.2.5).
    Password,
    /// Somebody else has this nick, or may have it (§7.2.8).
    NickTaken,
    /// Too many are in the room (§7.2.9).
    Full,
    /// There is no such room, or it is not open yet (§7.2.10).
    NoSuchRoom,
    /// I may not make a room there (§10.1.1).
    MayNotCreate,
    /// Something else; its words say what.
    #[default]
    Other,
}

impl RoomCause {
    /// Whether coming back by itself, after every sign-in, would be against somebody's will or of no use.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Kicked | Self::Banned | Self::Closed)
    }
}

/// Why I am not in a room, and in whose words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct RoomTrouble {
    /// What keeps me out.
    pub cause: RoomCause,
    /// The nick of who did it, empty when nobody is named.
    pub by: String,
    /// The room's or a moderator's words, or the error's condition; empty when there are none.
    pub words: String,
}
