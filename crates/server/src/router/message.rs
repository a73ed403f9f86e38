//! Messages of clients: what they are, and where they go first (RFC 6121 §5, §8.5).

use jid::Jid;
use minidom::Element;

use super::iq::Sender;
use super::{Place, Router};
use crate::ns;
use crate::stanza::{Condition, set};

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
pub(super) fn passing(message: &Element) -> bool {
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
}

/// A moment as XEP-0082 writes it, in milliseconds.
pub(crate) fn stamp(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}
