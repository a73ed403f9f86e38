//! Copies of messages for a user's other clients (XEP-0280).

use jid::Jid;
use minidom::Element;

use super::iq::Sender;
use super::message::{Kind, kind};
use super::{ConnId, Place, Router};
use crate::ns;
use crate::stanza::{Build, el};

/// Whether copies are made of a message (XEP-0280 §6.1).
fn eligible(message: &Element) -> bool {
    if message.has_child("private", ns::CARBONS) || message.has_child("no-copy", ns::HINTS) {
        return false;
    }
    let muc = message.get_child("x", ns::MUC_USER);
    let invitation = muc.is_some_and(|x| x.has_child("invite", ns::MUC_USER));
    match kind(message) {
        // A private message in a room belongs to the client that is in the room.
        Kind::Chat => muc.is_none() || invitation,
        Kind::Normal => {
            invitation
                || message.has_child("body", ns::CLIENT)
                || message.children().any(|c| {
                    [
                        ns::RECEIPTS,
                        ns::CHAT_STATES,
                        ns::MARKERS,
                        ns::DIRECT_INVITE,
                    ]
                    .iter()
                    .any(|namespace| c.has_ns(*namespace))
                })
        }
        Kind::Error | Kind::Groupchat | Kind::Headline => false,
    }
}

impl Router {
    /// For the other clients of the recipient. `reached` got the message itself.
    pub(super) fn copy_received(&mut self, name: &str, message: &Element, reached: &[ConnId]) {
        self.copy(name, "received", message, reached);
    }

    /// For the other clients of the sender.
    pub(super) fn copy_sent(&mut self, sender: &Sender, message: &Element, reached: &[ConnId]) {
        let own = message
            .attr("to")
            .and_then(|to| Jid::new(to).ok())
            .is_some_and(|to| matches!(self.place(&to), Place::User(name) if name == sender.name));
        // What I send to myself reached my other clients already, or was copied to them as received.
        if !own {
            let mut others = reached.to_vec();
            others.push(sender.conn);
            self.copy(&sender.name, "sent", message, &others);
        }
    }

    fn copy(&mut self, name: &str, direction: &str, message: &Element, except: &[ConnId]) {
        if !eligible(message) {
            return;
        }
        let Some(account) = self.account_jid(name) else {
            return;
        };
        for conn in self.sessions.select(name, |session| session.carbons) {
            let Some(to) = self.sessions.get(conn).map(|s| s.jid.to_string()) else {
                continue;
            };
            if except.contains(&conn) {
                continue;
            }
            let forwarded = el("forwarded", ns::FORWARD).put(message.clone());
            let mut copy = el("message", ns::CLIENT)
                .set("from", account.as_str())
                .set("to", to)
                .put(el(direction, ns::CARBONS).put(forwarded));
            if let Some(kind) = message.attr("type") {
                copy = copy.set("type", kind);
            }
            self.send(conn, &copy);
        }
    }
}
