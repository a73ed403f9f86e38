//! People: presence, contacts and the requests between them.

use crate::avatar::AvatarHash;
use crate::ids::AccountId;
use crate::mood::Mood;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// How available somebody is (RFC 6121 §4.7.2.1). The wire's `chat` counts as [`Self::Available`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Not reachable; messages wait at the server.
    #[default]
    Offline,
    /// Away for a long time (`xa`).
    ExtendedAway,
    /// Away for a moment (`away`).
    Away,
    /// Does not want to be disturbed (`dnd`).
    Busy,
    /// Here.
    Available,
}

impl Availability {
    /// Whether the person has any device online.
    #[must_use]
    pub const fn is_online(self) -> bool {
        !matches!(self, Self::Offline)
    }
}

/// What a contact shows of themselves, over all their devices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Presence {
    /// Taken from the device with the highest priority.
    pub availability: Availability,
    /// The person's own words, empty when there are none.
    pub status: String,
}

/// One device's presence (RFC 6121 §4.7.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePresence {
    /// The device's resource; empty for a presence from the bare address.
    pub resource: String,
    /// −128 to 127; the highest speaks for the contact.
    pub priority: i8,
    /// What that device shows.
    pub presence: Presence,
    /// Since when nobody has used it (XEP-0319), as far as it says.
    pub idle_since: Option<crate::ids::Timestamp>,
}

/// The presence that stands for the whole contact: highest priority first, then the most available.
#[must_use]
pub fn effective_presence(devices: &[ResourcePresence]) -> Presence {
    devices
        .iter()
        .max_by_key(|device| (device.priority, device.presence.availability))
        .map(|device| device.presence.clone())
        .unwrap_or_default()
}

/// Who sees whose presence (RFC 6121 §2.1.2.5).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Subscription {
    /// Nobody sees the other.
    #[default]
    None,
    /// I see theirs.
    To,
    /// They see mine.
    From,
    /// Both.
    Both,
}

impl Subscription {
    /// Whether I see their presence.
    #[must_use]
    pub const fn i_see_them(self) -> bool {
        matches!(self, Self::To | Self::Both)
    }

    /// Whether they see mine.
    #[must_use]
    pub const fn they_see_me(self) -> bool {
        matches!(self, Self::From | Self::Both)
    }
}

/// A line of the roster (RFC 6121 §2.1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterItem {
    /// The contact.
    pub jid: BareJid,
    /// The name I gave them, empty when none.
    pub name: String,
    /// Sorted, without doubles. Clones share them.
    pub groups: Arc<[String]>,
    /// Who sees whom.
    pub subscription: Subscription,
    /// My request to see their presence still waits for an answer (`ask='subscribe'`).
    pub ask: bool,
}

/// A contact as the contact list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Contact {
    /// The account whose roster holds the contact.
    pub account: AccountId,
    /// The contact's address.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// The name I gave them, else the node of the address: never empty.
    pub name: String,
    /// Sorted, without doubles.
    pub groups: Vec<String>,
    /// Who sees whom.
    pub subscription: Subscription,
    /// My own request still waits for an answer.
    pub waiting: bool,
    /// On my block list.
    pub blocked: bool,
    /// Live presence.
    pub presence: Presence,
    /// The picture that they show.
    #[ts(type = "string | null")]
    pub avatar: Option<AvatarHash>,
    /// How they say that they feel.
    pub mood: Option<Mood>,
    /// What they like to be called, empty when they do not say. It is theirs to choose, and never their name here.
    pub nick: String,
    /// Where they have gone, and where I took them over.
    #[ts(type = "string | null")]
    pub moved_to: Option<BareJid>,
}

/// Somebody who asked to be my contact and has no answer yet (RFC 6121 §3.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactRequest {
    /// The account that was asked.
    pub account: AccountId,
    /// Who asks.
    #[ts(type = "string")]
    pub jid: BareJid,
    /// A name they offer (XEP-0172), empty when none.
    pub nick: String,
    /// Their words, empty when none.
    pub text: String,
    /// When it was first seen.
    pub at: crate::ids::Timestamp,
    /// They say that they were a contact of mine (XEP-0283); nothing where they name nobody whom I know.
    pub moved: Option<crate::moving::MoveClaim>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(priority: i8, availability: Availability) -> ResourcePresence {
        ResourcePresence {
            resource: format!("{priority}"),
            priority,
            presence: Presence {
                availability,
                status: String::new(),
            },
            idle_since: None,
        }
    }

    #[test]
    fn a_contact_without_devices_is_offline() {
        assert_eq!(effective_presence(&[]).availability, Availability::Offline);
    }

    #[test]
    fn the_device_with_the_highest_priority_speaks_for_the_contact() {
        let devices = [
            device(0, Availability::Available),
            device(5, Availability::Busy),
        ];
        assert_eq!(
            effective_presence(&devices).availability,
            Availability::Busy
        );
    }

    #[test]
    fn among_equal_priorities_the_most_available_device_speaks() {
        let devices = [
            device(0, Availability::Away),
            device(0, Availability::Available),
        ];
        assert_eq!(
            effective_presence(&devices).availability,
            Availability::Available
        );
    }
}
