//! The kinds of events: one table, from which everything else derives.
//!
//! To add a kind, add a line here, its icon to `icons/events` and `ringer/pictures.rs`, and its words to the
//! locales. The compiler then names each place that has to say something about it: all of them match on every kind.

use super::defaults::{inherits, quiet, rings, sticky, with_icon};
use super::rows::Row;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use ts_rs::TS;

/// What an event is about, as far as conditions and popups care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nature {
    /// Something said in a chat: quiet while the chat is in front, told once in a lively chat, summed up in a flood.
    Said,
    /// A contact's presence: quiet while presence settles.
    Presence,
    /// The connection itself: one popup for lost and restored.
    Connection,
    /// Anything else: one popup for each kind and contact.
    Notice,
}

macro_rules! event_kinds {
    ($(
        $(#[$doc:meta])*
        $name:ident $text:literal $nature:ident under $parent:ident strength $strength:literal icon $icon:literal = $row:expr;
    )*) => {
        /// The rows of the alert settings, in the order of the settings screen.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum EventKind {
            $($(#[$doc])* $name,)*
        }

        impl EventKind {
            /// All rows, in the order of the settings screen.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$name),*];

            /// The name in the settings file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The row that is asked where this one has no opinion; only [`Self::Generic`] has none.
            #[must_use]
            pub const fn parent(self) -> Option<Self> {
                match self {
                    Self::Generic => None,
                    $(#[allow(unreachable_patterns)] Self::$name => Some(Self::$parent),)*
                }
            }

            /// What it is about.
            #[must_use]
            pub const fn nature(self) -> Nature {
                match self { $(Self::$name => Nature::$nature,)* }
            }

            /// How strong it is beside others, 0 to 100: of two sounds at once the stronger is heard.
            #[must_use]
            pub const fn strength(self) -> u8 {
                match self { $(Self::$name => $strength,)* }
            }

            /// The built-in icon drawn for it.
            #[must_use]
            pub const fn icon_name(self) -> &'static str {
                match self { $(Self::$name => $icon,)* }
            }
        }

        static BUILT_IN: LazyLock<[Row; EventKind::ALL.len()]> = LazyLock::new(|| [
            $(with_icon($icon, $row),)*
        ]);
    };
}

event_kinds! {
    /// The parent of all other rows; nothing happens by this name.
    Generic "generic" Notice under Generic strength 50 icon "new" = inherits();
    /// A message, its chat not in front.
    Message "message" Said under Generic strength 50 icon "message" = rings("bell").showing_avatar();
    /// Another message in a chat that rang less than 5 s ago.
    MessageFollowup "message_followup" Said under Message strength 10 icon "message"
        = inherits().without_ring().without_attention().showing_avatar();
    /// A message for the chat that has the focus.
    MessageInFront "message_in_front" Said under Message strength 10 icon "message_in_front" = quiet().without_tray();
    /// What came while nobody was here, in one summary.
    Missed "missed" Notice under Message strength 55 icon "missed" = inherits();
    /// My nick, or a keyword of mine, in a room.
    Mention "mention" Said under Generic strength 70 icon "mention" = rings("double-bell");
    /// Another message in a room.
    RoomMessage "room_message" Said under Generic strength 30 icon "room_message" = quiet();
    /// Somebody reacts to a message of mine (XEP-0444).
    Reaction "reaction" Said under Generic strength 20 icon "reaction" = quiet().without_tray();
    /// A file or a picture arrives.
    FileReceived "file_received" Said under Message strength 50 icon "file_received" = inherits();
    /// Somebody asks for my attention (XEP-0224).
    Attention "attention" Notice under Generic strength 90 icon "attention" = sticky("buzz");
    /// A contact comes available.
    ContactAvailable "contact_available" Presence under Generic strength 40 icon "contact_available"
        = rings("rise").for_seconds(5).without_tray().without_attention();
    /// A contact goes offline.
    ContactUnavailable "contact_unavailable" Presence under Generic strength 30 icon "contact_unavailable"
        = quiet().without_tray();
    /// A contact goes away, comes back, or changes their words.
    ContactStatus "contact_status" Presence under Generic strength 20 icon "contact_status" = quiet().without_tray();
    /// Somebody asks to be my contact.
    ContactRequest "contact_request" Notice under Generic strength 60 icon "contact_request" = sticky("knock");
    /// Somebody accepted my request.
    RequestAccepted "request_accepted" Notice under Generic strength 45 icon "request_accepted"
        = rings("accept").without_tray();
    /// I am invited to a room.
    RoomInvite "room_invite" Notice under Generic strength 60 icon "room_invite" = sticky("knock-knock");
    /// Somebody who is not a contact wrote; it waits in Requests.
    StrangerMessage "stranger_message" Notice under Generic strength 30 icon "stranger_message"
        = quiet().giving_nothing_away();
    /// A message of mine left.
    MessageSent "message_sent" Notice under Generic strength 10 icon "message" = quiet().without_tray();
    /// A message of mine could not be sent, or was refused.
    MessageFailed "message_failed" Notice under Generic strength 65 icon "message_failed" = rings("fail");
    /// The connection is gone, and did not come back within the grace period.
    ConnectionLost "connection_lost" Connection under Generic strength 60 icon "connection_lost"
        = quiet().without_tray();
    /// The connection is back after it was told as lost.
    ConnectionRestored "connection_restored" Connection under Generic strength 40 icon "connection_restored"
        = quiet().without_tray();
    /// Signing in needs the user.
    AccountAttention "account_attention" Notice under Generic strength 80 icon "account_attention"
        = sticky("warning");
}

impl EventKind {
    /// The kind with this name in the settings file.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// This row, its parent, and so on up to the generic one.
    pub fn chain(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |kind| kind.parent())
    }

    /// Whether it is about a contact's presence.
    #[must_use]
    pub const fn is_presence(self) -> bool {
        matches!(self.nature(), Nature::Presence)
    }

    /// Whether it is something said in a chat.
    #[must_use]
    pub const fn is_said(self) -> bool {
        matches!(self.nature(), Nature::Said)
    }

    /// What popups of this kind have in common: those with the same purpose and contact replace each other.
    #[must_use]
    pub const fn purpose(self) -> &'static str {
        match self.nature() {
            Nature::Said => "chat",
            Nature::Presence => "presence",
            Nature::Connection => "connection",
            Nature::Notice => self.name(),
        }
    }

    /// What Carillon sets in this row; `None` cells inherit from the parent row.
    #[must_use]
    pub fn built_in(self) -> &'static Row {
        // The table has a line for each kind, in the order of the kinds.
        &BUILT_IN[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_in_the_settings_as_it_is_named() {
        for kind in EventKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(EventKind::named(kind.name()), Some(kind));
        }
    }

    #[test]
    fn every_chain_of_parents_ends_in_the_generic_row() {
        for kind in EventKind::ALL {
            assert_eq!(kind.chain().last(), Some(EventKind::Generic));
            assert!(kind.chain().count() <= 3);
        }
    }

    #[test]
    fn every_row_knows_its_icon() {
        for kind in EventKind::ALL {
            assert!(
                kind.built_in().icon.is_some() || kind == EventKind::Generic,
                "{kind:?}"
            );
        }
    }
}
