//! Copies of messages for a user's other clients (XEP-0280).

use carillon_xml::write;
use jid::{BareJid, Jid};
use minidom::Element;

use super::iq::Sender;
use super::message::{Kind, kind};
use super::{ConnId, Place, Router};
use crate::ledger::{Entry, Letter};
use crate::ns;
use crate::stanza::{Build, el};

/// Whether a message is for one client and no other (XEP-0280 §9).
pub(super) fn is_private(message: &Element) -> bool {
    message.has_child("private", ns::CARBONS) || message.has_child("no-copy", ns::HINTS)
}

/// Whether copies are made of a message (XEP-0280 §6.1).
fn eligible(message: &Element) -> bool {
    if is_private(message) {
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
    /// The other clients of the recipient. `reached` got the message itself.
    pub(super) fn copy_receivers(
        &self,
        name: &str,
        message: &Element,
        reached: &[ConnId],
    ) -> Vec<ConnId> {
        if self.ending || !eligible(message) {
            return Vec::new();
        }
        let mut receivers = self.sessions.select(name, |session| session.carbons);
        receivers.retain(|conn| !reached.contains(conn));
        receivers
    }

    /// For another client of the recipient.
    pub(super) fn copy_received(
        &mut self,
        name: &str,
        message: &Element,
        conn: ConnId,
        letter: Option<Letter>,
    ) {
        if let Some(copy) = self.copy(name, "received", message, conn) {
            let text = write(&copy);
            let entry = Entry {
                since: Some(self.now),
                letter,
                ..Entry::passing(text)
            };
            self.post(conn, entry);
        }
    }

    /// For the other clients of the sender.
    pub(super) fn copy_sent(&mut self, sender: &Sender, message: &Element, reached: &[ConnId]) {
        let own = message
            .attr("to")
            .and_then(|to| Jid::new(to).ok())
            .is_some_and(|to| matches!(self.place(&to), Place::User(name) if name == sender.name));
        // What I send to myself reached my other clients already, or was copied to them as received.
        if own {
            return;
        }
        let mut others = reached.to_vec();
        others.push(sender.conn);
        for conn in self.copy_receivers(&sender.name, message, &others) {
            if let Some(copy) = self.copy(&sender.name, "sent", message, conn) {
                self.send(conn, &copy);
            }
        }
    }

    fn copy(
        &self,
        name: &str,
        direction: &str,
        message: &Element,
        conn: ConnId,
    ) -> Option<Element> {
        let account = self.account_jid(name)?;
        let to = self.sessions.get(conn)?.jid.to_string();
        let forwarded = el("forwarded", ns::FORWARD).put(message.clone());
        let copy = el("message", ns::CLIENT)
            .set("from", account.as_str())
            .set("to", to)
            .put(el(direction, ns::CARBONS).put(forwarded));
        Some(match message.attr("type") {
            Some(kind) => copy.set("type", kind),
            None => copy,
        })
    }
}

/// The message of which this is a copy for its recipient, the owner of `account`. Nobody but the server can send in the
/// name of a bare address, so what somebody else made to look like a copy is not taken for one.
pub(super) fn copied<'a>(copy: &'a Element, account: &BareJid) -> Option<&'a Element> {
    if copy.attr("from") != Some(account.as_str()) {
        return None;
    }
    copy.get_child("received", ns::CARBONS)?
        .get_child("forwarded", ns::FORWARD)?
        .get_child("message", ns::CLIENT)
}
