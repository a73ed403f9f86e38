//! Presence: who learns when somebody comes, changes and goes (RFC 6121 §4).

use jid::{BareJid, Jid};
use minidom::Element;

use super::iq::Sender;
use super::{ConnId, Place, Router};
use crate::ns;
use crate::router::blocking::matches_any;
use crate::stanza::{Build, Condition, el, set, unset};
use crate::subscription::Request;

impl Router {
    pub(super) fn presence(
        &mut self,
        sender: &Sender,
        to: Option<Jid>,
        presence: &mut Element,
    ) -> Result<(), Condition> {
        let kind = presence.attr("type").map(str::to_owned);
        match (kind.as_deref(), to) {
            (None, None) => self.available(sender, presence),
            (Some("unavailable"), None) => {
                self.unavailable(sender, presence);
                Ok(())
            }
            (None | Some("unavailable" | "error"), Some(to)) => {
                self.directed(sender, &to, presence)
            }
            (Some("probe"), Some(to)) => self.probe(sender, &to),
            (Some(kind), Some(to)) => match Request::from_type(kind) {
                Some(request) => {
                    self.send_request(&sender.bare(), &sender.name, &to, request, presence)
                }
                None => Err(Condition::BadRequest),
            },
            (Some(_), None) => Err(Condition::BadRequest),
        }
    }

    fn available(&mut self, sender: &Sender, presence: &Element) -> Result<(), Condition> {
        let priority = match presence.get_child("priority", ns::CLIENT) {
            None => 0,
            Some(priority) => priority
                .text()
                .trim()
                .parse()
                .map_err(|_| Condition::BadRequest)?,
        };
        let Some(session) = self.sessions.get_mut(sender.conn) else {
            return Ok(());
        };
        let initial = session.presence.is_none();
        let silent_before = initial || session.priority < 0;
        session.presence = Some(presence.clone());
        session.priority = priority;
        self.broadcast(sender, presence)?;
        if initial {
            self.show_contacts(sender)?;
            self.repeat_requests(sender)?;
        }
        if silent_before && priority >= 0 {
            self.flush_waiting(sender.conn, &sender.name)?;
        }
        Ok(())
    }

    /// To the contacts who may see it, and to one's own resources (RFC 6121 §4.2.2, §4.4.2, §4.5.2).
    fn broadcast(&mut self, sender: &Sender, presence: &Element) -> Result<(), Condition> {
        let blocked = self.store.blocked(&sender.name)?;
        for item in self.store.watchers(&sender.name)? {
            if !matches_any(&blocked, &item.contact.clone().into()) {
                self.show(presence, &item.contact)?;
            }
        }
        self.show(presence, &sender.bare())
    }

    /// Delivers a presence to all available resources of a user of this server.
    pub(super) fn show(&mut self, presence: &Element, to: &BareJid) -> Result<(), Condition> {
        let Place::User(name) = self.place(&to.clone().into()) else {
            return Ok(());
        };
        let from = presence.attr("from").and_then(|from| Jid::new(from).ok());
        if let Some(from) = &from
            && from.to_bare() != *to
            && self.blocks(&name, from)?
        {
            return Ok(());
        }
        let mut presence = presence.clone();
        set(&mut presence, "to", to.as_str());
        for conn in self.sessions.available(&name) {
            self.send(conn, &presence);
        }
        Ok(())
    }

    /// To a resource that came available: the presences it may see (RFC 6121 §4.3.2), its own account's first.
    fn show_contacts(&mut self, sender: &Sender) -> Result<(), Condition> {
        let others: Vec<Element> = self
            .sessions
            .of(&sender.name)
            .filter(|(conn, _)| *conn != sender.conn)
            .filter_map(|(_, session)| session.presence.clone())
            .collect();
        self.show_to(sender.conn, &sender.bare(), others);
        for item in self.store.watched(&sender.name)? {
            self.show_contact(sender, &item.contact)?;
        }
        Ok(())
    }

    fn show_contact(&mut self, sender: &Sender, contact: &BareJid) -> Result<(), Condition> {
        if let Place::User(name) = self.place(&contact.clone().into())
            && !self.blocks(&name, &sender.jid.clone().into())?
            && !self.blocks(&sender.name, &contact.clone().into())?
        {
            let presences = self.sessions.presences(&name);
            self.show_to(sender.conn, &sender.bare(), presences);
        }
        Ok(())
    }

    fn show_to(&mut self, conn: ConnId, to: &BareJid, presences: Vec<Element>) {
        for presence in presences {
            self.send(conn, &presence.set("to", to.as_str()));
        }
    }

    fn unavailable(&mut self, sender: &Sender, presence: &Element) {
        let Some(session) = self.sessions.get_mut(sender.conn) else {
            return;
        };
        let was_available = session.presence.take().is_some();
        session.priority = 0;
        let directed = std::mem::take(&mut session.directed);
        if was_available {
            if let Err(condition) = self.broadcast(sender, presence) {
                tracing::error!(?condition, "an absence could not be announced");
            }
            // The resource itself is no longer available, and learns that it is not (RFC 6121 §4.5.2).
            let mut own = presence.clone();
            set(&mut own, "to", sender.bare().as_str());
            self.send(sender.conn, &own);
        }
        for to in directed {
            if let Err(condition) = self.deliver_directed(&to, presence) {
                tracing::error!(?condition, "an absence could not be announced");
            }
        }
        self.leave_rooms(sender, presence);
    }

    /// What a connection leaves behind when it ends, for whatever reason (RFC 6121 §4.5.2).
    pub(super) fn end_session(&mut self, conn: ConnId) {
        let Some(session) = self.sessions.get(conn) else {
            return;
        };
        let sender = Sender {
            conn,
            jid: session.jid.clone(),
            name: session.name.clone(),
        };
        self.draining.retain(|_, draining| draining.conn != conn);
        let farewell = el("presence", ns::CLIENT)
            .set("type", "unavailable")
            .set("from", sender.jid.as_str());
        // Taken out first, so that nothing is sent to a connection that is gone.
        let Some(session) = self.sessions.remove(conn) else {
            return;
        };
        let announced = if session.presence.is_some() {
            self.broadcast(&sender, &farewell)
        } else {
            Ok(())
        };
        let directed: Result<(), Condition> = session
            .directed
            .iter()
            .try_for_each(|to| self.deliver_directed(to, &farewell));
        if let Err(condition) = announced.and(directed) {
            tracing::error!(?condition, "an absence could not be announced");
        }
        self.leave_rooms(&sender, &farewell);
        if let Some(ledger) = session.ledger {
            self.bring_unacknowledged(&sender.name, ledger);
        }
    }

    /// Presence to somebody in particular (RFC 6121 §4.6).
    fn directed(
        &mut self,
        sender: &Sender,
        to: &Jid,
        presence: &mut Element,
    ) -> Result<(), Condition> {
        if self.blocks(&sender.name, to)? {
            return Err(Condition::Blocked);
        }
        match self.place(to) {
            Place::Rooms => return self.room_presence(sender, to, presence),
            Place::Elsewhere => return Err(Condition::RemoteServerNotFound),
            Place::Server | Place::User(_) => {}
        }
        if let Some(session) = self.sessions.get_mut(sender.conn) {
            match presence.attr("type") {
                None if session.directed.len() < 1000 => {
                    session.directed.insert(to.clone());
                }
                Some("unavailable") => {
                    session.directed.remove(to);
                }
                _ => {}
            }
        }
        self.deliver_directed(to, presence)
    }

    fn deliver_directed(&mut self, to: &Jid, presence: &Element) -> Result<(), Condition> {
        match to.try_as_full() {
            Err(bare) => self.show(presence, bare),
            Ok(full) => {
                let from = presence.attr("from").and_then(|from| Jid::new(from).ok());
                if let (Some(conn), Some(from), Place::User(name)) =
                    (self.sessions.find(full), from, self.place(to))
                    && !self.blocks(&name, &from)?
                {
                    let presence = presence.clone().set("to", to.as_str());
                    self.send(conn, &presence);
                }
                Ok(())
            }
        }
    }

    /// A client asks again for a contact's presence (RFC 6121 §4.3).
    fn probe(&mut self, sender: &Sender, to: &Jid) -> Result<(), Condition> {
        let contact = to.to_bare();
        let sees = self
            .store
            .roster_item(&sender.name, &contact)?
            .is_some_and(|item| item.state.sees());
        if sees || contact == sender.bare() {
            return self.show_contact(sender, &contact);
        }
        let denial = el("presence", ns::CLIENT)
            .set("type", "unsubscribed")
            .set("from", contact.as_str())
            .set("to", sender.bare().as_str());
        self.send(sender.conn, &denial);
        Ok(())
    }

    /// Presence of each of a user's resources as `to` may or may no longer see it.
    pub(super) fn show_all(
        &mut self,
        name: &str,
        to: &BareJid,
        here: bool,
    ) -> Result<(), Condition> {
        for mut presence in self.sessions.presences(name) {
            if !here {
                presence.take_nodes();
                set(&mut presence, "type", "unavailable");
                unset(&mut presence, "id");
            }
            self.show(&presence, to)?;
        }
        Ok(())
    }
}
