//! Invitations to rooms: from the room on somebody's behalf (XEP-0045 §7.8.2), or straight from a person (XEP-0249).

use super::Session;
use super::direct::Moment;
use crate::ns;
use crate::stanza::delayed_by;
use carillon_core::room::InviteVia;
use carillon_core::session::Incoming;
use jid::{BareJid, Jid};
use minidom::Element;

impl Session {
    /// Whether this is an invitation by a room. A room speaks by its bare address, which no user can.
    pub(super) fn hear_mediated_invitation(&mut self, message: &Element, from: &Jid) -> bool {
        let Some(invite) = message
            .get_child("x", ns::MUC_USER)
            .and_then(|x| x.get_child("invite", ns::MUC_USER))
        else {
            return false;
        };
        let room = from.to_bare();
        if !from.is_bare() || from.node().is_none() || room == self.me.bare {
            tracing::warn!("an invitation that no room sent was dropped");
            return true;
        }
        let inviter = invite
            .attr("from")
            .and_then(|from| Jid::new(from).ok())
            .map_or_else(|| room.clone().into(), |from| named(from, &room));
        let reason = invite.get_child("reason", ns::MUC_USER).map(Element::text);
        let at = delayed_by(message, |by| self.me.held_back(by)).flatten();
        self.tell(Incoming::Invite {
            room,
            from: inviter,
            reason: reason.unwrap_or_default(),
            via: InviteVia::Mediated,
            at,
        });
        true
    }

    /// Whether this is an invitation by a person. Its body, if any, only says the same in words.
    pub(super) fn hear_direct_invitation(
        &mut self,
        message: &Element,
        sender: &BareJid,
        at: Moment,
    ) -> bool {
        let Some(x) = message.get_child("x", ns::CONFERENCE) else {
            return false;
        };
        let room = x.attr("jid").and_then(|jid| BareJid::new(jid).ok());
        let Some(room) = room.filter(|room| room.node().is_some()) else {
            return false;
        };
        self.tell(Incoming::Invite {
            room,
            from: sender.clone().into(),
            reason: x.attr("reason").unwrap_or_default().to_owned(),
            via: InviteVia::Direct,
            at,
        });
        true
    }
}

/// A person, whatever their device. Prosody names the occupant where the room is not open about addresses, and
/// finds who is to hear of a refusal by that name only.
fn named(from: Jid, room: &BareJid) -> Jid {
    if from.to_bare() == *room {
        from
    } else {
        from.into_bare().into()
    }
}
