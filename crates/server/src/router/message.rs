//! Messages: by priority to resources, or into the store (RFC 6121 §8.5, XEP-0160).

use carillon_xml::write;
use jid::Jid;
use minidom::Element;

use super::iq::Sender;
use super::{ConnId, Effect, Place, Router};
use crate::ns;
use crate::stanza::{Build, Condition, el, remove_children, set};

/// The type of a message; anything unknown counts as normal (RFC 6121 §5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Chat,
    Error,
    Groupchat,
    Headline,
    Normal,
}

pub(super) fn kind(message: &Element) -> Kind {
    match message.attr("type") {
        Some("chat") => Kind::Chat,
        Some("error") => Kind::Error,
        Some("groupchat") => Kind::Groupchat,
        Some("headline") => Kind::Headline,
        _ => Kind::Normal,
    }
}

fn has_hint(message: &Element, hint: &str) -> bool {
    message.has_child(hint, ns::HINTS)
}

/// Whether a message must not be kept for later: it says so (XEP-0334), or it holds nothing but a chat state (XEP-0160 §3).
fn passing(message: &Element) -> bool {
    if has_hint(message, "no-store") || has_hint(message, "no-permanent-store") {
        return true;
    }
    !has_hint(message, "store")
        && message
            .children()
            .all(|c| c.has_ns(ns::CHAT_STATES) || c.has_ns(ns::HINTS) || c.is("thread", ns::CLIENT))
}

impl Router {
    pub(super) fn message(
        &mut self,
        sender: &Sender,
        to: Option<Jid>,
        message: &mut Element,
    ) -> Result<(), Condition> {
        let to = to.unwrap_or_else(|| sender.bare().into());
        set(message, "to", to.as_str());
        if self.blocks(&sender.name, &to)? {
            return Err(Condition::Blocked);
        }
        match self.place(&to) {
            Place::Server => Err(Condition::ServiceUnavailable),
            Place::Elsewhere => Err(Condition::RemoteServerNotFound),
            Place::Rooms => self.room_message(sender, &to, message),
            Place::User(name) => {
                let outcome = self.deliver_message(&name, &to, message);
                let reached = outcome.as_deref().unwrap_or_default().to_vec();
                self.copy_sent(sender, message, &reached);
                outcome.map(|_| ())
            }
        }
    }

    /// Brings a message to a user, now or later. Gives the connections it went to.
    pub(super) fn deliver_message(
        &mut self,
        name: &str,
        to: &Jid,
        message: &Element,
    ) -> Result<Vec<ConnId>, Condition> {
        let kind = kind(message);
        let refusal = if matches!(kind, Kind::Error | Kind::Headline) {
            Ok(Vec::new())
        } else {
            Err(Condition::ServiceUnavailable)
        };
        let from = message.attr("from").and_then(|from| Jid::new(from).ok());
        let blocked = match &from {
            Some(from) => self.blocks(name, from)?,
            None => false,
        };
        if blocked || !self.store.account_exists(name)? {
            return refusal;
        }
        let mut bare = message.clone();
        // The wish of XEP-0280 §9 is between the sender and the servers.
        remove_children(&mut bare, |c| c.is("private", ns::CARBONS));
        if let Ok(full) = to.try_as_full() {
            if let Some(conn) = self.sessions.find(full) {
                self.send(conn, &bare);
                self.copy_received(name, message, &[conn]);
                return Ok(vec![conn]);
            }
            // RFC 6121 §8.5.3.2.1: only a chat goes on as if it were for the bare address.
            if kind != Kind::Chat {
                return refusal;
            }
        }
        let reached = match kind {
            Kind::Groupchat | Kind::Error => return refusal,
            Kind::Headline => self
                .sessions
                .select(name, |s| s.presence.is_some() && s.priority >= 0),
            Kind::Chat | Kind::Normal => self.most_available(name),
        };
        for conn in &reached {
            self.send(*conn, &bare);
        }
        if !reached.is_empty() {
            self.copy_received(name, message, &reached);
        } else if kind != Kind::Headline {
            self.keep(name, &bare)?;
        }
        Ok(reached)
    }

    /// The resources with the highest priority, which must not be negative (RFC 6121 §8.5.2.1.1).
    fn most_available(&self, name: &str) -> Vec<ConnId> {
        let priorities = self
            .sessions
            .of(name)
            .filter(|(_, s)| s.presence.is_some())
            .map(|(_, s)| s.priority);
        match priorities.max() {
            Some(highest) if highest >= 0 => self
                .sessions
                .select(name, |s| s.presence.is_some() && s.priority == highest),
            _ => Vec::new(),
        }
    }

    fn keep(&mut self, name: &str, message: &Element) -> Result<(), Condition> {
        if passing(message) {
            return Ok(());
        }
        let delay = el("delay", ns::DELAY)
            .set("from", self.domain.to_string())
            .set("stamp", stamp(self.now));
        let stanza = write(&message.clone().put(delay));
        let sender = message.attr("from").unwrap_or_default();
        if self.store.keep_offline(name, sender, &stanza)? {
            Ok(())
        } else {
            Err(Condition::ServiceUnavailable)
        }
    }

    /// A message whose connection broke before it left goes to the user's other resources, or waits. Not a copy, which
    /// is a matter of that connection, nor what is said in a room, which it has left.
    pub(super) fn deliver_again(&mut self, message: &Element) {
        let jid = |name: &str| message.attr(name).and_then(|jid| Jid::new(jid).ok());
        let (Some(from), Some(to)) = (jid("from"), jid("to")) else {
            return;
        };
        let in_room = matches!(self.place(&from), Place::Rooms) && from.resource().is_some();
        let copy = message.children().any(|child| child.has_ns(ns::CARBONS));
        if in_room || copy || !matches!(kind(message), Kind::Chat | Kind::Normal) {
            return;
        }
        if let Place::User(name) = self.place(&to) {
            // These have it: as a copy.
            let others = self.most_available(&name);
            let told = |conn: &ConnId| {
                self.sessions
                    .get(*conn)
                    .is_some_and(|session| session.carbons)
            };
            if !others.is_empty() && others.iter().all(told) {
                return;
            }
            if let Err(condition) = self.deliver_message(&name, &to.into_bare().into(), message) {
                tracing::warn!(
                    ?condition,
                    "a message whose connection broke could not be kept"
                );
            }
        }
    }

    /// Sends what waits to a resource that came available. It is forgotten only when it was written to the connection.
    pub(super) fn flush_waiting(&mut self, conn: ConnId, name: &str) -> Result<(), Condition> {
        if self.draining.contains_key(name) {
            return Ok(());
        }
        let waiting = self.store.waiting(name)?;
        let Some(last) = waiting.last().map(|w| w.id) else {
            return Ok(());
        };
        for message in waiting {
            let blocked = match Jid::new(&message.sender) {
                Ok(sender) => self.blocks(name, &sender)?,
                Err(_) => false,
            };
            if !blocked {
                self.out.push(Effect::SendKept(conn, message.stanza));
            }
        }
        self.draining.insert(name.to_owned(), (conn, last));
        self.out.push(Effect::Mark(conn, last));
        Ok(())
    }
}

/// A moment as XEP-0082 writes it, in milliseconds.
pub(crate) fn stamp(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}
