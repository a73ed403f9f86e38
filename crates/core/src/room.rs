//! Rooms (XEP-0045) and invitations to them (XEP-0249).

mod affiliated;
mod bookmark;
mod channel;
mod inside;
mod inviting;
mod moderation;
mod notify;
mod occupant;
mod private;
mod trouble;

pub use affiliated::{Affiliated, AffiliationList};
pub use bookmark::{Bookmark, Reconciled, reconcile};
pub use channel::{Channel, Channels, SearchRefusal};
pub use inside::Inside;
pub use inviting::NotInvited;
pub use moderation::{Moderated, Moderation};
pub use notify::RoomNotify;
pub use occupant::{Affiliation, Occupant, Role};
pub use private::{PrivateState, is_lasting, whom};
pub use trouble::{RoomCause, RoomTrouble};

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
    /// Not let in, or put out.
    Refused {
        /// Why.
        trouble: RoomTrouble,
    },
}

/// What a room says of itself (XEP-0045 §6.4). Nobody else can answer for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a feature that the room announces by itself"
)]
pub struct RoomAbout {
    /// Its name, empty when it has none.
    pub name: String,
    /// What it is about, empty when it does not say.
    pub description: String,
    /// It marks what comes from the same person (XEP-0421), and takes forged marks out.
    pub names_occupants: bool,
    /// Its moderators can take a message back for everybody (XEP-0425); it names each message (XEP-0359).
    pub moderates: bool,
    /// Only members get in.
    pub members_only: bool,
    /// A password is asked for.
    pub password: bool,
    /// Visitors may only listen.
    pub moderated: bool,
    /// Everybody sees everybody's address.
    pub addresses_shown: bool,
    /// It is still there when nobody is in it.
    pub persistent: bool,
    /// It is not listed, and found by who knows its address.
    pub hidden: bool,
    /// Its owners can give it a picture (XEP-0486).
    pub pictures: bool,
}
