//! Messages: who sent this, to whom, and by which way (RFC 6121 §5, XEP-0280).

use super::Session;
use super::direct::Way;
use crate::ns;
use crate::stanza::error_of;
use carillon_core::session::Incoming;
use jid::Jid;
use minidom::Element;

impl Session {
    pub(super) fn hear_message(&mut self, message: &Element) {
        if let Some(result) = message.get_child("result", ns::MAM) {
            return self.hear_result(message, result);
        }
        if !self.is_for_me(message) {
            tracing::debug!("a message for somebody else was dropped");
            return;
        }
        let Some(from) = self.me.sender(message) else {
            return tracing::debug!("a message without a readable sender was dropped");
        };
        if message.attr("type") == Some("error") {
            return self.hear_bounce(message, &from);
        }
        if let Some(carbon) = carbon(message) {
            return self.hear_carbon(message, carbon);
        }
        if message.attr("type") == Some("groupchat") {
            return self.hear_room_message(message, &from);
        }
        if self.hear_pep(message, &from) || self.hear_mediated_invitation(message, &from) {
            return;
        }
        if self.rooms.has(&from.to_bare()) {
            return self.hear_private(message, &from);
        }
        self.hear_direct(message, &from, &Way::Straight);
    }

    /// Any resource of mine: the server also gives me what was sent to a device that is gone (RFC 6121 §8.5.3.2.1).
    pub(super) fn is_for_me(&self, stanza: &Element) -> bool {
        stanza
            .attr("to")
            .is_none_or(|to| Jid::new(to).is_ok_and(|to| to.to_bare() == self.me.bare))
    }

    fn hear_bounce(&mut self, message: &Element, from: &Jid) {
        if self.hear_topic_refused(message, from) || self.hear_invitation_refused(message, from) {
            return;
        }
        let Some(id) = message.attr("id") else {
            return;
        };
        self.tell(Incoming::MessageFailed {
            chat: match self.is_private(message, from) {
                true => from.clone(),
                false => from.to_bare().into(),
            },
            id: id.to_owned(),
            problem: error_of(message),
        });
    }

    /// A copy of what another device of mine got or sent. Only my own account may say so (CVE-2017-5589).
    fn hear_carbon(&mut self, message: &Element, carbon: &Element) {
        if !message
            .attr("from")
            .is_some_and(|from| self.me.is_bare(from))
        {
            tracing::warn!("a forged carbon was dropped");
            return;
        }
        let inner = carbon
            .get_child("forwarded", ns::FORWARD)
            .and_then(|forwarded| forwarded.get_child("message", ns::JABBER_CLIENT));
        let Some(inner) = inner else {
            return;
        };
        // Neither is ever copied (XEP-0280 §6.1), and both mean something else than a chat's message.
        if matches!(inner.attr("type"), Some("groupchat" | "error" | "headline")) {
            return;
        }
        let Some(from) = self.me.sender(inner) else {
            return;
        };
        if carbon.name() == "sent" {
            let to = inner.attr("to").and_then(|to| Jid::new(to).ok());
            match to {
                Some(to) if from.to_bare() == self.me.bare => {
                    self.hear_direct(inner, &from, &Way::Sent { to });
                }
                _ => tracing::warn!("a carbon of what I did not send was dropped"),
            }
        } else if !self.is_for_me(inner) {
            tracing::warn!("a carbon of what was not for me was dropped");
        } else if !self.hear_mediated_invitation(inner, &from) {
            let of_room = self.rooms.has(&from.to_bare());
            if !of_room || self.is_other_occupant(&from) || self.was_other_occupant(&from) {
                self.hear_direct(inner, &from, &Way::Received);
            }
        }
    }
}

fn carbon(message: &Element) -> Option<&Element> {
    message
        .children()
        .find(|child| child.is("received", ns::CARBONS) || child.is("sent", ns::CARBONS))
}
