//! Requests to see somebody's presence, between two users of this server (RFC 6121 §3).

use jid::{BareJid, Jid};
use minidom::Element;

use super::iq::Sender;
use super::{Place, Router};
use crate::ledger::Entry;
use crate::ns;
use crate::stanza::{Build, Condition, el, set};
use crate::store::{RosterItem, StoreError};
use crate::subscription::{Grant, Request, Subscription};

impl Router {
    /// The user sends a request or an answer.
    pub(super) fn send_request(
        &mut self,
        own: &BareJid,
        name: &str,
        to: &Jid,
        request: Request,
        stanza: &Element,
    ) -> Result<(), Condition> {
        let contact = to.to_bare();
        if contact == *own {
            return Err(Condition::NotAllowed);
        }
        if self.blocks(name, to)? {
            return Err(Condition::Blocked);
        }
        let Place::User(contact_name) = self.place(to) else {
            return Err(Condition::RemoteServerNotFound);
        };
        let before = self
            .store
            .roster_item(name, &contact)?
            .unwrap_or_else(|| RosterItem::new(contact.clone()));
        let outcome = before.state.outbound(request);
        let mut after = before.clone();
        after.state = outcome.state;
        if matches!(request, Request::Subscribe) || after.state.is_seen() || after.state.approved {
            after.listed = true;
        }
        if after.state.from != Grant::Pending {
            after.request = None;
        }
        self.change_item(name, &before, &after)?;
        if outcome.route {
            // RFC 6121 §3.1.2: from and to are bare.
            let mut stanza = stanza.clone();
            set(&mut stanza, "from", own.as_str());
            set(&mut stanza, "to", contact.as_str());
            self.receive_request(&contact_name, &contact, own, request, &stanza)?;
        }
        match (before.state.is_seen(), after.state.is_seen()) {
            (false, true) => self.show_all(name, &contact, true),
            (true, false) => self.show_all(name, &contact, false),
            _ => Ok(()),
        }
    }

    /// A request or an answer arrives at the account `name`.
    pub(super) fn receive_request(
        &mut self,
        name: &str,
        own: &BareJid,
        from: &BareJid,
        request: Request,
        stanza: &Element,
    ) -> Result<(), Condition> {
        // RFC 6121 §8.5.1: silence, so that accounts can't be found by trying.
        if !self.store.account_exists(name)? {
            return Ok(());
        }
        let blocked = self.blocks(name, &from.clone().into())?;
        // Who is blocked can take away, or both would believe different things when the block ends, but not ask.
        if blocked && matches!(request, Request::Subscribe | Request::Subscribed) {
            return Ok(());
        }
        let before = self
            .store
            .roster_item(name, from)?
            .unwrap_or_else(|| RosterItem::new(from.clone()));
        let outcome = before.state.inbound(request);
        let mut after = before.clone();
        after.state = outcome.state;
        after.request = match after.state.from {
            Grant::Pending if outcome.deliver && request == Request::Subscribe => {
                Some(carillon_xml::write(stanza))
            }
            Grant::Pending => before.request.clone(),
            _ => None,
        };
        self.change_item(name, &before, &after)?;
        if outcome.deliver && !blocked {
            for conn in self.sessions.select(name, |s| s.presence.is_some()) {
                self.send(conn, stanza);
            }
        }
        if outcome.answer {
            let answer = el("presence", ns::CLIENT)
                .set("type", "subscribed")
                .set("from", own.as_str())
                .set("to", from.as_str());
            if let Place::User(asker) = self.place(&from.clone().into()) {
                self.receive_request(&asker, from, own, Request::Subscribed, &answer)?;
                self.show_all(name, from, true)?;
            }
        }
        if before.state.is_seen() && !after.state.is_seen() {
            self.show_all(name, from, false)?;
        }
        Ok(())
    }

    /// Stores what changed about an item, and tells the user's clients if they can see it.
    pub(super) fn change_item(
        &mut self,
        name: &str,
        before: &RosterItem,
        after: &RosterItem,
    ) -> Result<(), Condition> {
        if before == after {
            return Ok(());
        }
        let visible = |item: &RosterItem| {
            item.listed.then(|| {
                let Subscription { approved, to, .. } = item.state;
                let asks = to == Grant::Pending;
                (
                    item.state.as_attribute(),
                    approved,
                    asks,
                    item.name.clone(),
                    item.groups.clone(),
                )
            })
        };
        let seen = visible(before) != visible(after);
        let version = self.store.put_roster_item(name, after, seen)?;
        if seen {
            self.push_item(name, after, version)?;
        }
        Ok(())
    }

    /// Requests that wait for an answer are shown at each login (RFC 6121 §3.1.3).
    pub(super) fn repeat_requests(&mut self, sender: &Sender) -> Result<(), Condition> {
        for item in self.store.requests(&sender.name)? {
            if let Some(request) = item.request {
                self.post(sender.conn, Entry::passing(request));
            }
        }
        Ok(())
    }

    pub(super) fn make_friends(&mut self, a: &str, b: &str) -> Result<(), StoreError> {
        let (Some(jid_a), Some(jid_b)) = (self.account_jid(a), self.account_jid(b)) else {
            return Ok(());
        };
        for (name, contact) in [(a, &jid_b), (b, &jid_a)] {
            let before = self.store.roster_item(name, contact)?;
            let mut after = before
                .clone()
                .unwrap_or_else(|| RosterItem::new(contact.clone()));
            after.state = Subscription {
                to: Grant::Granted,
                from: Grant::Granted,
                approved: false,
            };
            after.listed = true;
            after.request = None;
            if after.name.is_none() {
                after.name = contact.node().map(|node| display_name(node.as_str()));
            }
            if before.as_ref() != Some(&after) {
                let version = self.store.put_roster_item(name, &after, true)?;
                self.push_item(name, &after, version)?;
            }
        }
        for (name, contact) in [(a, &jid_b), (b, &jid_a)] {
            if self.show_all(name, contact, true).is_err() {
                tracing::error!("a presence could not be shown");
            }
        }
        Ok(())
    }
}

/// "alice" becomes "Alice".
fn display_name(node: &str) -> String {
    let mut chars = node.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
