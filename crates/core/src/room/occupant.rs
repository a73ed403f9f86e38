//! Who is in a room, and what they may do there (XEP-0045 §5).

use super::Moderation;
use crate::contact::Presence;
use jid::BareJid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What somebody may do while they are in a room (XEP-0045 §5.1). The order is that of power.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May listen; in a moderated room not speak.
    Visitor,
    /// May speak.
    #[default]
    Participant,
    /// May put visitors and participants out, and give and take the voice.
    Moderator,
}

/// What somebody is to a room, in it or not (XEP-0045 §5.2). The order is that of power.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[serde(rename_all = "snake_case")]
pub enum Affiliation {
    /// Banned.
    Outcast,
    /// Nothing in particular.
    #[default]
    None,
    /// Let into a room for members.
    Member,
    /// May ban, and make members.
    Admin,
    /// May do everything, the room's end included.
    Owner,
}

/// Somebody who is in a room, as the room shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Occupant {
    /// What they are called there; the room lets nobody else be called so at the same time.
    pub nick: String,
    /// What they may do now.
    pub role: Role,
    /// What they are to the room.
    pub affiliation: Affiliation,
    /// What they show.
    pub presence: Presence,
    /// Tells the same person under whatever nick (XEP-0421). To be believed only where
    /// [`RoomAbout::names_occupants`](super::RoomAbout::names_occupants) holds: elsewhere anybody may write anything here.
    pub id: Option<String>,
    /// Their address, where the room shows it to me.
    #[ts(type = "string | null")]
    pub jid: Option<BareJid>,
}

impl Occupant {
    /// Whether I, being `self`, may do that with `other`.
    #[must_use]
    pub fn may(&self, act: Moderation, other: &Self) -> bool {
        match act {
            Moderation::Kick => self.may_kick(other),
            Moderation::Ban => self.may_ban(other),
            Moderation::GrantVoice => self.may_change_voice(other) && other.role == Role::Visitor,
            Moderation::RevokeVoice => {
                self.may_change_voice(other) && other.role == Role::Participant
            }
        }
    }

    /// Whether I, being `self`, may put `other` out of the room for now (XEP-0045 §8.2).
    #[must_use]
    pub fn may_kick(&self, other: &Self) -> bool {
        self.role == Role::Moderator && other.affiliation <= self.affiliation.max(Affiliation::None)
    }

    /// Whether I, being `self`, may let `other` speak, or no longer (XEP-0045 §8.3, §8.4).
    #[must_use]
    pub fn may_change_voice(&self, other: &Self) -> bool {
        self.may_kick(other) && other.role != Role::Moderator
    }

    /// Whether I, being `self`, may ban `other` (XEP-0045 §9.1): never somebody of my own rank or above.
    #[must_use]
    pub fn may_ban(&self, other: &Self) -> bool {
        self.affiliation >= Affiliation::Admin && other.affiliation < self.affiliation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(role: Role, affiliation: Affiliation) -> Occupant {
        Occupant {
            role,
            affiliation,
            ..Occupant::default()
        }
    }

    #[test]
    fn a_guest_who_moderates_kicks_guests_and_nobody_above() {
        let me = who(Role::Moderator, Affiliation::None);
        assert!(me.may_kick(&who(Role::Participant, Affiliation::None)));
        assert!(!me.may_kick(&who(Role::Participant, Affiliation::Member)));
        assert!(!me.may_ban(&who(Role::Participant, Affiliation::None)));
    }

    #[test]
    fn an_admin_bans_members_and_no_owner_or_admin() {
        let me = who(Role::Moderator, Affiliation::Admin);
        assert!(me.may_ban(&who(Role::Participant, Affiliation::Member)));
        assert!(!me.may_ban(&who(Role::Moderator, Affiliation::Admin)));
        assert!(!me.may_ban(&who(Role::Moderator, Affiliation::Owner)));
        assert!(!me.may_kick(&who(Role::Moderator, Affiliation::Owner)));
    }

    #[test]
    fn voice_is_given_and_taken_by_moderators_and_not_from_moderators() {
        let me = who(Role::Moderator, Affiliation::Owner);
        assert!(me.may_change_voice(&who(Role::Visitor, Affiliation::None)));
        assert!(!me.may_change_voice(&who(Role::Moderator, Affiliation::Admin)));
        let guest = who(Role::Participant, Affiliation::Owner);
        assert!(!guest.may_change_voice(&who(Role::Visitor, Affiliation::None)));
    }
}
