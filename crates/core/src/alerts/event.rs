//! What happened, as far as alerts care.

use crate::ids::{AccountId, ChatRef};
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The rows of the alert settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The parent of all other rows; nothing happens by this name.
    Generic,
    /// A message, its chat not in front.
    Message,
    /// A message for the chat that has the focus.
    MessageInFront,
    /// A contact comes available.
    ContactAvailable,
    /// A contact goes offline.
    ContactUnavailable,
    /// Somebody asks to be my contact.
    ContactRequest,
    /// Somebody accepted my request.
    RequestAccepted,
    /// I am invited to a room.
    RoomInvite,
    /// Somebody who is not a contact wrote; it waits in Requests.
    StrangerMessage,
    /// A message of mine could not be sent, or was refused.
    MessageFailed,
    /// What came while nobody was here, in one summary.
    Missed,
    /// Signing in needs the user.
    AccountAttention,
}

impl EventKind {
    /// All rows, in the order of the settings screen.
    pub const ALL: [Self; 12] = [
        Self::Generic,
        Self::Message,
        Self::MessageInFront,
        Self::ContactAvailable,
        Self::ContactUnavailable,
        Self::ContactRequest,
        Self::RequestAccepted,
        Self::RoomInvite,
        Self::StrangerMessage,
        Self::MessageFailed,
        Self::Missed,
        Self::AccountAttention,
    ];

    /// The name in the settings file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Message => "message",
            Self::MessageInFront => "message_in_front",
            Self::ContactAvailable => "contact_available",
            Self::ContactUnavailable => "contact_unavailable",
            Self::ContactRequest => "contact_request",
            Self::RequestAccepted => "request_accepted",
            Self::RoomInvite => "room_invite",
            Self::StrangerMessage => "stranger_message",
            Self::MessageFailed => "message_failed",
            Self::Missed => "missed",
            Self::AccountAttention => "account_attention",
        }
    }

    /// Whether it is about a contact's presence.
    #[must_use]
    pub const fn is_presence(self) -> bool {
        matches!(self, Self::ContactAvailable | Self::ContactUnavailable)
    }
}

/// Whether something happens now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// Pushed as it happened.
    Live,
    /// Told later: history never rings as fresh.
    History,
}

/// Something that may ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEvent {
    /// Its row.
    pub kind: EventKind,
    /// The account that it happened to.
    pub account: AccountId,
    /// Whose doing it is: the contact, or the room.
    pub jid: Option<BareJid>,
    /// Fresh or history.
    pub freshness: Freshness,
    /// Already seen, here or on another device.
    pub seen: bool,
    /// From "Try it": rings whatever silences the rest.
    pub sample: bool,
    /// When this contact went offline last, in milliseconds before now; for flapping.
    pub gone_for: Option<i64>,
}

impl AlertEvent {
    /// The conversation that it belongs to.
    #[must_use]
    pub fn chat(&self) -> Option<ChatRef> {
        self.jid.clone().map(|jid| ChatRef {
            account: self.account,
            jid,
        })
    }

    /// Popups with the same key replace each other: one per conversation and purpose.
    #[must_use]
    pub fn replace_key(&self) -> String {
        let about = self.jid.as_ref().map_or("", |jid| jid.as_str());
        let purpose = match self.kind {
            EventKind::Message | EventKind::MessageInFront => "chat",
            EventKind::ContactAvailable | EventKind::ContactUnavailable => "presence",
            other => other.name(),
        };
        let sample = if self.sample { "sample " } else { "" };
        format!("{sample}{purpose} {} {about}", self.account)
    }
}
