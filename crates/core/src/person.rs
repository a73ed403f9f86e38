//! What is asked about somebody only when the user looks: their card, and their devices' programs and clocks.

use crate::contact::Availability;
use crate::ids::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PersonQuestion {
    /// Of a device: which program it runs (XEP-0092).
    Program,
    /// Of a device: what its clock shows (XEP-0202).
    Clock,
    /// Of the account: its vCard (XEP-0292, published by XEP-0163).
    Card,
    /// Of the account: its vCard in the old form (XEP-0054).
    OldCard,
    /// Of the account: since when nobody was there (XEP-0012 §4).
    LastActivity,
    /// Of a device: what it understands (XEP-0030, XEP-0115).
    Abilities,
    /// Of my own account: what it says that I like to be called (XEP-0172 §4.3).
    Nick,
}

/// What is answered. All texts are theirs, bounded, and never markup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum PersonAnswer {
    /// The program.
    Program {
        /// Its name.
        name: String,
        /// Its version, empty when they do not say.
        version: String,
    },
    /// The clock.
    Clock {
        /// Minutes east of UTC.
        offset: i16,
    },
    /// Nobody was there.
    LastActivity {
        /// For so many seconds.
        seconds: u32,
    },
    /// What the device understands, of what there is a word for.
    Abilities {
        /// In a fixed order.
        abilities: Vec<DeviceAbility>,
    },
    /// What they like to be called.
    Nick {
        /// On one line; empty when they do not say.
        nick: String,
    },
    /// The card, as far as it is text.
    Card {
        /// In their order.
        fields: Vec<CardField>,
    },
}

/// A line of a vCard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CardField {
    /// What it says.
    pub kind: CardKind,
    /// In their words.
    pub text: String,
}

/// What a device can do with me.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceAbility {
    /// It says that messages arrived (XEP-0184).
    Receipts,
    /// It says what was read (XEP-0333).
    ReadMarks,
    /// It takes corrections (XEP-0308).
    Corrections,
    /// It takes answers (XEP-0461).
    Replies,
    /// It takes reactions (XEP-0444).
    Reactions,
    /// It can be called for attention (XEP-0224).
    Attention,
    /// It calls and is called (XEP-0167).
    Calls,
    /// It encrypts from end to end (XEP-0384).
    Encryption,
}

/// What a line of a vCard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// The whole name.
    Name,
    /// What they like to be called.
    Nickname,
    /// A mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An address in the web.
    Url,
    /// Born on.
    Birthday,
    /// Where they work.
    Organisation,
    /// As what.
    Title,
    /// What they do there.
    Role,
    /// Where they live.
    Address,
    /// Anything else.
    Note,
}

impl CardKind {
    /// What is written to a card; the rest of it is only shown and kept.
    pub const WRITTEN: &[Self] = &[
        Self::Name,
        Self::Nickname,
        Self::Email,
        Self::Phone,
        Self::Url,
        Self::Organisation,
        Self::Birthday,
        Self::Note,
    ];

    /// Whether it is one of those.
    #[must_use]
    pub fn is_written(self) -> bool {
        Self::WRITTEN.contains(&self)
    }
}

/// A device that a contact is signed in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceView {
    /// Its resource; empty for a presence without one.
    pub resource: String,
    /// −128 to 127; the highest speaks for the contact.
    pub priority: i8,
    /// What it shows.
    pub availability: Availability,
    /// The person's words there.
    pub status: String,
    /// Since when nobody has used it (XEP-0319), as far as it says.
    pub idle_since: Option<Timestamp>,
}

/// What is known of a contact without asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactDetails {
    /// Since when they are away, as far as this computer saw it.
    pub last_seen: Option<Timestamp>,
    /// Their devices, the one that speaks for them first.
    pub devices: Vec<DeviceView>,
}
