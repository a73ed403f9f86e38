//! Rooms, as far as an invitation needs them (XEP-0045, XEP-0249).

use crate::ids::{AccountId, InviteId, Timestamp};
use jid::{BareJid, Jid};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How an invitation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InviteVia {
    /// From the room, on behalf of an occupant (XEP-0045 §7.8.2): can be declined.
    Mediated,
    /// From the person (XEP-0249): there is no way to decline it but to ignore it.
    Direct,
}

/// An invitation that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomInvite {
    /// The stored row.
    pub id: InviteId,
    /// The account that is invited.
    pub account: AccountId,
    /// The room.
    #[ts(type = "string")]
    pub room: BareJid,
    /// Who invites.
    #[ts(type = "string")]
    pub from: Jid,
    /// Their words, empty when none.
    pub reason: String,
    /// How it came.
    pub via: InviteVia,
    /// When it came.
    pub at: Timestamp,
}

/// Where I stand in a room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RoomState {
    /// Not in it.
    #[default]
    Outside,
    /// Asked to be let in.
    Joining,
    /// In it.
    Joined,
    /// The room or its server refused.
    Refused {
        /// Why, in words.
        reason: String,
    },
}
