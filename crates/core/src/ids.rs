//! Identities and time, as small types that cannot be mistaken for each other.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! row_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

row_id! {
    /// An account of this profile; never reused after the account is removed.
    AccountId
}
row_id! {
    /// A stored message, in the order in which this profile learnt of it.
    MessageId
}
row_id! {
    /// A stored invitation to a room.
    InviteId
}
row_id! {
    /// A file that is to be sent, in the order in which files were chosen.
    TransferId
}
row_id! {
    /// A row of the Activity list.
    ActivityId
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment moved by `millis` milliseconds, back when negative; stops at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this moment, negative when `earlier` is later.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(moment: jiff::Timestamp) -> Self {
        Self(moment.as_millisecond())
    }
}

/// One conversation: the account, and the address of the other side: a contact's or a room's bare one, or the full one of
/// somebody in a room with whom it is private (XEP-0045 §7.5). No contact's conversation has a full address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
pub struct ChatRef {
    /// The account that holds the conversation.
    pub account: AccountId,
    /// The other side: a contact's or a room's bare address, or `room@service/nick`.
    #[ts(type = "string")]
    pub jid: jid::Jid,
}

impl ChatRef {
    /// Whether it is a private conversation with somebody in a room.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.jid.is_full()
    }

    /// The address without what somebody is called in a room: of a private conversation the room.
    #[must_use]
    pub fn bare(&self) -> jid::BareJid {
        self.jid.to_bare()
    }

    /// The room in which a private conversation is, and what the other one is called there.
    #[must_use]
    pub fn private_in(&self) -> Option<(Self, &str)> {
        let nick = self.jid.resource()?;
        let room = Self {
            account: self.account,
            jid: self.jid.to_bare().into(),
        };
        Some((room, nick.as_str()))
    }
}
