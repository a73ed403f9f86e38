//! Who may write to me, as a decision.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who may write to me.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WhoMayWrite {
    /// Everyone: a stranger's message opens a chat.
    Everyone,
    /// Contacts; what others write waits in Requests.
    #[default]
    ContactsOthersAsk,
    /// Contacts only; others are answered as if I were absent.
    NobodyNew,
}

/// What is known of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// On the roster with a subscription in either direction, or I asked to see them.
    pub contact: bool,
    /// I wrote to them first, or accepted their messages.
    pub accepted: bool,
    /// On the block list.
    pub blocked: bool,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Into its chat; receipts, typing and markers as the settings say.
    Chat,
    /// Into Requests: stored, and nothing is sent back.
    Requests,
    /// Nowhere: answered as for an absent user, counted in Activity.
    Hidden,
    /// Nowhere: the server should have kept it.
    Blocked,
}

/// Where a message of `sender` goes under `policy`.
#[must_use]
pub const fn admit(policy: WhoMayWrite, sender: Sender) -> Admission {
    if sender.blocked {
        return Admission::Blocked;
    }
    if sender.contact || sender.accepted {
        return Admission::Chat;
    }
    match policy {
        WhoMayWrite::Everyone => Admission::Chat,
        WhoMayWrite::ContactsOthersAsk => Admission::Requests,
        WhoMayWrite::NobodyNew => Admission::Hidden,
    }
}

/// Where a private message of somebody in a room goes under `policy`. I am in that room of my own will and hear them
/// there anyway, so nobody waits in Requests; whoever wants to hear nobody new hears nobody new there either.
#[must_use]
pub const fn admit_in_room(policy: WhoMayWrite, sender: Sender) -> Admission {
    match admit(policy, sender) {
        Admission::Requests => Admission::Chat,
        admission => admission,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Sender = Sender {
        contact: false,
        accepted: false,
        blocked: false,
    };

    #[test]
    fn a_stranger_waits_in_requests_unless_the_user_chose_otherwise() {
        assert_eq!(admit(WhoMayWrite::default(), STRANGER), Admission::Requests);
        assert_eq!(admit(WhoMayWrite::Everyone, STRANGER), Admission::Chat);
        assert_eq!(admit(WhoMayWrite::NobodyNew, STRANGER), Admission::Hidden);
    }

    #[test]
    fn somebody_in_my_room_writes_to_me_unless_i_want_nobody_new() {
        let rows = [
            (WhoMayWrite::Everyone, Admission::Chat),
            (WhoMayWrite::ContactsOthersAsk, Admission::Chat),
            (WhoMayWrite::NobodyNew, Admission::Hidden),
        ];
        for (policy, goes) in rows {
            assert_eq!(admit_in_room(policy, STRANGER), goes);
        }
    }

    #[test]
    fn contacts_and_accepted_people_always_get_through() {
        for policy in [
            WhoMayWrite::Everyone,
            WhoMayWrite::ContactsOthersAsk,
            WhoMayWrite::NobodyNew,
        ] {
            assert_eq!(
                admit(
                    policy,
                    Sender {
                        contact: true,
                        ..STRANGER
                    }
                ),
                Admission::Chat
            );
            assert_eq!(
                admit(
                    policy,
                    Sender {
                        accepted: true,
                        ..STRANGER
                    }
                ),
                Admission::Chat
            );
        }
    }

    #[test]
    fn a_block_outweighs_everything() {
        let sender = Sender {
            contact: true,
            accepted: true,
            blocked: true,
        };
        assert_eq!(admit(WhoMayWrite::Everyone, sender), Admission::Blocked);
    }
}
