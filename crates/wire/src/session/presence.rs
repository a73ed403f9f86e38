//! Presence and subscriptions (RFC 6121 §3, §4).

use super::Session;
use crate::ns;
use crate::stanza::{availability, status_of, time_of};
use carillon_core::contact::{Availability, Presence, ResourcePresence};
use carillon_core::invitation::LONGEST_TOKEN;
use carillon_core::session::{Incoming, SubscriptionStep, Wish};
use jid::{BareJid, Jid};
use minidom::Element;

impl Session {
    pub(super) fn hear_presence(&mut self, presence: &Element) {
        if !self.is_for_me(presence) {
            tracing::debug!("a presence for somebody else was dropped");
            return;
        }
        let Some(from) = self.me.sender(presence) else {
            return;
        };
        if presence.attr("from").is_none() {
            return;
        }
        if self.rooms.has(&from.to_bare()) {
            return self.hear_room_presence(presence, &from);
        }
        if presence.has_child("x", ns::MUC_USER) {
            tracing::debug!("presence of a room that was not joined was dropped");
            return;
        }
        match presence.attr("type") {
            None => {
                self.hear_photo(&from, presence);
                self.tell_presence(&from, presence, availability(presence));
            }
            Some("unavailable") => self.tell_presence(&from, presence, Availability::Offline),
            Some(kind) => {
                if let Some(step) = step(kind, presence) {
                    let from = from.into_bare();
                    if from != self.me.bare {
                        self.tell(Incoming::Subscription { from, step });
                    }
                }
            }
        }
    }

    fn tell_presence(&mut self, from: &Jid, presence: &Element, availability: Availability) {
        // The server echoes what I show to this very device.
        if from.as_str() == self.me.full.as_str() {
            return;
        }
        let priority = presence
            .get_child("priority", ns::JABBER_CLIENT)
            .and_then(|priority| priority.text().trim().parse().ok());
        let resource = from.resource().map(|resource| resource.as_str());
        self.tell(Incoming::Presence {
            from: from.to_bare(),
            device: ResourcePresence {
                resource: resource.unwrap_or_default().to_owned(),
                priority: priority.unwrap_or_default(),
                presence: Presence {
                    availability,
                    status: status_of(presence),
                },
                idle_since: presence
                    .get_child("idle", ns::IDLE)
                    .and_then(|idle| time_of(idle.attr("since")?)),
            },
        });
    }
}

fn step(kind: &str, presence: &Element) -> Option<SubscriptionStep> {
    match kind {
        "subscribe" => Some(SubscriptionStep::Subscribe(wish(presence))),
        "subscribed" => Some(SubscriptionStep::Subscribed),
        "unsubscribe" => Some(SubscriptionStep::Unsubscribe),
        "unsubscribed" => Some(SubscriptionStep::Unsubscribed),
        // Errors, probes, and what nobody has defined.
        _ => None,
    }
}

/// What goes with it, as far as it makes sense; the rest is as if it were not there (XEP-0379 §5.1).
fn wish(presence: &Element) -> Wish {
    let text = |name, namespace| presence.get_child(name, namespace).map(Element::text);
    let token = presence
        .get_child("preauth", ns::PARS)
        .and_then(|preauth| preauth.attr("token"))
        .filter(|token| token.len() <= LONGEST_TOKEN);
    let moved_from = presence
        .get_child("moved", ns::MOVED)
        .and_then(|moved| moved.get_child("old-jid", ns::MOVED))
        .and_then(|old| BareJid::new(old.text().trim()).ok());
    Wish {
        nick: text("nick", ns::NICK).unwrap_or_default(),
        text: status_of(presence),
        token: token.unwrap_or_default().to_owned(),
        moved_from,
    }
}
