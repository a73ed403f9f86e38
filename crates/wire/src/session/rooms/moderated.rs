//! Messages that moderators have taken back (XEP-0425). Only the room itself says so.

use super::super::Session;
use super::super::change::{is_sound, only};
use super::super::direct::{id_of, stanza_id_by};
use super::out::has_status;
use crate::ns;
use crate::stanza::delayed_by;
use carillon_core::chat::Author;
use carillon_core::room::Moderated;
use carillon_core::session::{About, Change, Incoming, IncomingMessage, Origin};
use jid::{BareJid, Jid};
use minidom::Element;

/// Characters of a moderator's name.
const LONGEST_NAME: usize = 200;
/// Characters of a reason.
const LONGEST_WORDS: usize = 2_000;

impl Session {
    /// What the room says by its own address: a message is gone (XEP-0425 §4.1), or its settings have changed.
    pub(super) fn hear_room_itself(&mut self, message: &Element, room: &BareJid) {
        if has_status(message, "104") {
            self.hear_room_changed(room);
        }
        // Messages have the room's names only where it gives them.
        let named = self
            .rooms
            .place(room)
            .is_some_and(|place| place.names_entries);
        let Some(about) = moderation(message, room).filter(|_| named) else {
            return;
        };
        let delay = delayed_by(message, |by| {
            by == room.as_str() || by == room.domain().as_str()
        });
        let origin = if delay.is_some() {
            Origin::Delayed
        } else {
            Origin::Live
        };
        let told = IncomingMessage {
            stanza_id: stanza_id_by(message, |by| by == room.as_str()),
            at: delay.flatten(),
            ..said(message, room.clone().into(), about, origin)
        };
        self.tell(Incoming::Message(told));
    }
}

/// What an archive has of that: the words with which the room told it, or the mark that it left in the message's place
/// (XEP-0425 §5). `entry` is the name of that place.
pub(in crate::session) fn moderation_in_archive(
    inner: &Element,
    room: &BareJid,
    entry: &str,
) -> Option<IncomingMessage> {
    let from = Jid::new(inner.attr("from")?).ok()?;
    if from.to_bare() != *room || inner.attr("type") != Some("groupchat") {
        return None;
    }
    let Some(nick) = from.resource().map(|nick| nick.as_str().to_owned()) else {
        let about = moderation(inner, room)?;
        return Some(said(inner, from, about, Origin::Archive));
    };
    // A room that puts such a mark leaves no words beside it. Anybody in the room may have sent one all the same: who did
    // it, and why, only the room's own word says.
    if inner.has_child("body", ns::JABBER_CLIENT) {
        return None;
    }
    let retracted = only(inner, "retracted", ns::RETRACT)?;
    moderated(retracted, room)?;
    let about = About {
        target: entry.to_owned(),
        change: Change::Moderation(Box::default()),
    };
    Some(IncomingMessage {
        author: Author::Occupant { nick },
        ..said(inner, from, about, Origin::Archive)
    })
}

fn moderation(message: &Element, room: &BareJid) -> Option<About> {
    let retract = only(message, "retract", ns::RETRACT)?;
    let target = retract.attr("id").filter(|id| is_sound(id))?;
    Some(About {
        target: target.to_owned(),
        change: Change::Moderation(Box::new(moderated(retract, room)?)),
    })
}

/// Who did it, and why.
fn moderated(retract: &Element, room: &BareJid) -> Option<Moderated> {
    let moderated = only(retract, "moderated", ns::MODERATE)?;
    let by = moderated.attr("by").and_then(|by| Jid::new(by).ok());
    let name = by.map(|by| match by.resource() {
        Some(nick) if by.to_bare() == *room => nick.as_str().to_owned(),
        // The room itself names nobody.
        _ if by.to_bare() == *room => String::new(),
        _ => by.to_bare().to_string(),
    });
    let words = retract.get_child("reason", ns::RETRACT);
    let words = words.map(Element::text).unwrap_or_default();
    let short = |text: &str, longest| text.trim().chars().take(longest).collect();
    Some(Moderated {
        by: short(&name.unwrap_or_default(), LONGEST_NAME),
        words: short(&words, LONGEST_WORDS),
    })
}

fn said(message: &Element, from: Jid, about: About, origin: Origin) -> IncomingMessage {
    let nick = match &about.change {
        Change::Moderation(moderated) => moderated.by.clone(),
        _ => String::new(),
    };
    IncomingMessage {
        chat: from.to_bare().into(),
        from,
        author: Author::Occupant { nick },
        id: id_of(message),
        origin_id: None,
        stanza_id: None,
        body: String::new(),
        at: None,
        origin,
        wants_receipt: false,
        markable: false,
        file: None,
        occupant: None,
        about: Some(about),
        encryption: None,
        unstyled: false,
        reply: None,
    }
}
