//! What a moderator does.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What can be done with somebody in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Moderation {
    /// They are put out for now (XEP-0045 §8.2).
    Kick,
    /// They are put out for good (§9.1).
    Ban,
    /// They may speak (§8.3).
    GrantVoice,
    /// They may listen only (§8.4).
    RevokeVoice,
}

/// That moderators have taken a message back (XEP-0425).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Moderated {
    /// The nick of who did it, empty when the room does not say.
    pub by: String,
    /// Why, empty when there are no words.
    pub words: String,
}
