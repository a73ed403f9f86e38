//! The contact list (RFC 6121 §2).

use std::collections::BTreeSet;

use jid::{BareJid, Jid};
use minidom::Element;

use super::iq::{Reply, Sender};
use super::{Place, Router};
use crate::ns;
use crate::stanza::{Build, Condition, el};
use crate::store::{RosterItem, StoreError};
use crate::subscription::{Grant, Request};

/// Bytes of a contact's or group's name (RFC 6121 §2.1.2.4 leaves it to the server).
const MOST_NAME_BYTES: usize = 1023;

fn item_element(item: &RosterItem) -> Element {
    let mut element = el("item", ns::ROSTER).set("jid", item.contact.as_str());
    if !item.listed {
        return element.set("subscription", "remove");
    }
    element = element.set("subscription", item.state.as_attribute());
    if let Some(name) = &item.name {
        element = element.set("name", name.as_str());
    }
    if item.state.to == Grant::Pending {
        element = element.set("ask", "subscribe");
    }
    if item.state.approved {
        element = element.set("approved", "true");
    }
    item.groups.iter().fold(element, |element, group| {
        element.put(el("group", ns::ROSTER).say(group))
    })
}

fn query(epoch: &str, version: i64) -> Element {
    el("query", ns::ROSTER).set("ver", format!("{epoch}-{version}"))
}

impl Router {
    pub(super) fn roster_iq(&mut self, sender: &Sender, iq: &Element) -> Result<Reply, Condition> {
        let request = iq
            .get_child("query", ns::ROSTER)
            .ok_or(Condition::BadRequest)?;
        if iq.attr("type") == Some("get") {
            return self.roster_get(sender, iq, request);
        }
        let mut items = request
            .children()
            .filter(|child| child.is("item", ns::ROSTER));
        let (Some(item), None) = (items.next(), items.next()) else {
            return Err(Condition::BadRequest);
        };
        let contact = item
            .attr("jid")
            .and_then(|jid| Jid::new(jid).ok())
            .ok_or(Condition::BadRequest)?;
        let contact = contact.into_bare();
        if contact == sender.bare() {
            return Err(Condition::NotAllowed);
        }
        if item.attr("subscription") == Some("remove") {
            self.remove_roster_item(&sender.name, &contact)?;
        } else {
            self.set_roster_item(&sender.name, contact, item)?;
        }
        Ok(Reply::Now(None))
    }

    /// The whole roster, or, for a client that has an older version, what changed since (RFC 6121 §2.6.3).
    fn roster_get(
        &mut self,
        sender: &Sender,
        iq: &Element,
        request: &Element,
    ) -> Result<Reply, Condition> {
        if let Some(session) = self.sessions.get_mut(sender.conn) {
            session.wants_roster = true;
        }
        let (epoch, current) = self.store.roster_version(&sender.name)?;
        let known = request
            .attr("ver")
            .and_then(|ver| ver.rsplit_once('-'))
            .filter(|(of, _)| *of == epoch)
            .and_then(|(_, number)| number.parse::<i64>().ok())
            .filter(|number| (0..=current).contains(number));
        let Some(known) = known else {
            let items = self.store.roster(&sender.name)?;
            let whole = items
                .iter()
                .map(item_element)
                .fold(query(&epoch, current), Build::put);
            return Ok(Reply::Now(Some(whole)));
        };
        // The empty result comes first, the changes follow as pushes.
        let result = crate::stanza::result_reply(iq, None);
        self.send(sender.conn, &result);
        for (version, item) in self.store.roster_since(&sender.name, known)? {
            self.push_to(sender.conn, &item, &epoch, version);
        }
        Ok(Reply::Done)
    }

    fn set_roster_item(
        &mut self,
        name: &str,
        contact: BareJid,
        wish: &Element,
    ) -> Result<(), Condition> {
        let display = wish
            .attr("name")
            .filter(|name| !name.is_empty())
            .map(str::to_owned);
        let mut groups = BTreeSet::new();
        for group in wish
            .children()
            .filter(|child| child.is("group", ns::ROSTER))
        {
            let group = group.text();
            if group.is_empty() || group.len() > MOST_NAME_BYTES {
                return Err(Condition::NotAcceptable);
            }
            // RFC 6121 §2.3.3: the same group twice.
            if !groups.insert(group) {
                return Err(Condition::BadRequest);
            }
        }
        if display
            .as_ref()
            .is_some_and(|name| name.len() > MOST_NAME_BYTES)
        {
            return Err(Condition::NotAcceptable);
        }
        let before = self
            .store
            .roster_item(name, &contact)?
            .unwrap_or_else(|| RosterItem::new(contact));
        let after = RosterItem {
            name: display,
            groups: groups.into_iter().collect(),
            listed: true,
            ..before.clone()
        };
        self.change_item(name, &before, &after)
    }

    fn remove_roster_item(&mut self, name: &str, contact: &BareJid) -> Result<(), Condition> {
        let before = self
            .store
            .roster_item(name, contact)?
            .filter(|item| item.listed);
        self.end_relation(name, &before.ok_or(Condition::ItemNotFound)?)
    }

    /// RFC 6121 §2.5: removing a contact also ends both subscriptions, and refuses what was asked.
    pub(super) fn end_relation(
        &mut self,
        name: &str,
        before: &RosterItem,
    ) -> Result<(), Condition> {
        let contact = &before.contact;
        let own = self
            .account_jid(name)
            .ok_or(Condition::InternalServerError)?;
        if before.state.is_seen() {
            self.show_all(name, contact, false)?;
        }
        self.change_item(name, before, &RosterItem::new(contact.clone()))?;
        let Place::User(contact_name) = self.place(&contact.clone().into()) else {
            return Ok(());
        };
        for (wanted, request) in [
            (before.state.to != Grant::None, Request::Unsubscribe),
            (before.state.from != Grant::None, Request::Unsubscribed),
        ] {
            if wanted {
                let stanza = el("presence", ns::CLIENT)
                    .set("type", request.as_type())
                    .set("from", own.as_str())
                    .set("to", contact.as_str());
                self.receive_request(&contact_name, contact, &own, request, &stanza)?;
            }
        }
        Ok(())
    }

    /// Tells the user's clients of a changed item (RFC 6121 §2.1.6).
    pub(super) fn push_item(
        &mut self,
        name: &str,
        item: &RosterItem,
        version: i64,
    ) -> Result<(), StoreError> {
        let (epoch, _) = self.store.roster_version(name)?;
        for conn in self.sessions.select(name, |session| session.wants_roster) {
            self.push_to(conn, item, &epoch, version);
        }
        Ok(())
    }

    fn push_to(&mut self, conn: super::ConnId, item: &RosterItem, epoch: &str, version: i64) {
        let Some(to) = self
            .sessions
            .get(conn)
            .map(|session| session.jid.to_string())
        else {
            return;
        };
        let push = el("iq", ns::CLIENT)
            .set("type", "set")
            .set("id", self.token())
            .set("to", to)
            .put(query(epoch, version).put(item_element(item)));
        self.send(conn, &push);
    }
}
