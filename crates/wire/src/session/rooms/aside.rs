//! Private messages between occupants (XEP-0045 §7.5).

use super::super::Session;
use super::super::direct::Way;
use super::{Stage, nick_of};
use crate::ns;
use crate::stanza::Build;
use jid::Jid;
use minidom::Element;

impl Session {
    /// What comes from a room that I am in and is not for all: only who is there can have said it. What an earlier run of
    /// the program was told on this stream comes after it, and is taken: nobody would say it again (XEP-0198 §5).
    pub(in crate::session) fn hear_private(&mut self, message: &Element, from: &Jid) {
        if self.was_other_occupant(from) {
            self.hear_direct(message, from, &Way::Earlier);
        } else if self.is_other_occupant(from) {
            self.hear_direct(message, from, &Way::Straight);
        } else {
            tracing::debug!("private words of somebody who is not in the room were dropped");
        }
    }

    /// Whether somebody else than me has this address in a room that I am in.
    pub(in crate::session) fn is_other_occupant(&self, address: &Jid) -> bool {
        let Some((place, nick)) = self
            .rooms
            .0
            .get(&address.to_bare())
            .zip(nick_of(address))
            .filter(|(place, _)| place.stage != Stage::Joining)
        else {
            return false;
        };
        nick != place.nick && place.tenures.contains_key(&nick)
    }

    /// Whether somebody else than me may have had this address in a room that an earlier run of the program was in, and
    /// that this one is not in yet.
    pub(in crate::session) fn was_other_occupant(&self, address: &Jid) -> bool {
        let place = self.rooms.0.get(&address.to_bare());
        place.zip(nick_of(address)).is_some_and(|(place, nick)| {
            place.earlier && (place.leaving || place.stage == Stage::Joining) && nick != place.nick
        })
    }

    /// Whether a message is one between occupants, `other` being the other one: a room that I am in is at that address,
    /// or the message bears the mark. That mark is only a claim: whether there is such a room the engine knows.
    pub(in crate::session) fn is_private(&self, message: &Element, other: &Jid) -> bool {
        other.is_full() && (self.rooms.has(&other.to_bare()) || is_marked(message))
    }

    /// What a room's mark tells of who has said something privately, where the room takes forged marks out.
    pub(in crate::session) fn occupant_marked(
        &self,
        message: &Element,
        from: &Jid,
    ) -> Option<String> {
        let place = self.rooms.0.get(&from.to_bare())?;
        place.occupant(message, &nick_of(from)?, false)
    }
}

/// Whether a message says that it is a private one in a room. Invitations have such an element too, with something in it.
pub(in crate::session) fn is_marked(message: &Element) -> bool {
    let asks = |x: &Element| {
        x.children()
            .any(|child| matches!(child.name(), "invite" | "decline"))
    };
    message
        .get_child("x", ns::MUC_USER)
        .is_some_and(|x| !asks(x))
}

/// Whether what goes to this address is private in a room.
pub(in crate::session) fn goes_privately(to: &Jid, to_room: bool) -> bool {
    to.is_full() && !to_room
}

/// The mark of what is private (§7.5), by which my other devices get their copy (XEP-0280 §6.1).
pub(in crate::session) fn mark() -> Element {
    Element::new_in(ns::MUC_USER, "x")
}
