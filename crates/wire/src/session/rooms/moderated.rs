//! Messages that moderators have taken back (XEP-0425). Only the room itself says so: as the document has it today, or as it
//! was until its version 0.2, fastened to the message (XEP-0422). Rooms that say both mean the same by both.

use super::super::Session;
use super::super::change::{is_sound, only};
use super::super::direct::{id_of, stanza_id_by};
use super::ask::with_reason;
use super::out::has_status;
use crate::ns;
use crate::stanza::{Build, delayed_by};
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
    if !has_mark(inner) {
        return None;
    }
    let about = About {
        target: entry.to_owned(),
        change: Change::Moderation(Box::default()),
    };
    Some(IncomingMessage {
        author: Author::Occupant { nick },
        ..said(inner, from, about, Origin::Archive)
    })
}

/// What a room is asked to do, in its words.
pub(super) fn take_back(entry: &str, words: &str, of_old: bool) -> Element {
    if !of_old {
        let moderate = Element::new_in(ns::MODERATE, "moderate").with("id", entry);
        let moderate = moderate.holding(Element::new_in(ns::RETRACT, "retract"));
        return with_reason(moderate, words);
    }
    let moderate = Element::new_in(ns::MODERATE_OLD, "moderate");
    let moderate = moderate.holding(Element::new_in(ns::RETRACT_OLD, "retract"));
    Element::new_in(ns::FASTEN, "apply-to")
        .with("id", entry)
        .holding(with_reason(moderate, words))
}

fn moderation(message: &Element, room: &BareJid) -> Option<About> {
    let (target, moderated) = of_today(message, room).or_else(|| of_old(message, room))?;
    Some(About {
        target: target.to_owned(),
        change: Change::Moderation(Box::new(moderated)),
    })
}

fn of_today<'a>(message: &'a Element, room: &BareJid) -> Option<(&'a str, Moderated)> {
    let retract = only(message, "retract", ns::RETRACT)?;
    let moderated = only(retract, "moderated", ns::MODERATE)?;
    let words = retract.get_child("reason", ns::RETRACT);
    Some((named(retract)?, by_whom(moderated, words, room)))
}

/// What else moderators may do to a message (XEP-0425, version 0.2, §3) is nothing that is known here.
fn of_old<'a>(message: &'a Element, room: &BareJid) -> Option<(&'a str, Moderated)> {
    let fastened = only(message, "apply-to", ns::FASTEN)?;
    let moderated = only(fastened, "moderated", ns::MODERATE_OLD)?;
    only(moderated, "retract", ns::RETRACT_OLD)?;
    let words = moderated.get_child("reason", ns::MODERATE_OLD);
    Some((named(fastened)?, by_whom(moderated, words, room)))
}

fn named(element: &Element) -> Option<&str> {
    element.attr("id").filter(|id| is_sound(id))
}

/// Whether a mark stands in the place of a message.
fn has_mark(inner: &Element) -> bool {
    let within = |outer: (&str, &str), inner_one: (&str, &str)| {
        only(inner, outer.0, outer.1)
            .is_some_and(|outer| only(outer, inner_one.0, inner_one.1).is_some())
    };
    within(("retracted", ns::RETRACT), ("moderated", ns::MODERATE))
        || within(
            ("moderated", ns::MODERATE_OLD),
            ("retracted", ns::RETRACT_OLD),
        )
}

/// Who did it, and why.
fn by_whom(moderated: &Element, words: Option<&Element>, room: &BareJid) -> Moderated {
    let by = moderated.attr("by").and_then(|by| Jid::new(by).ok());
    let name = by.map(|by| match by.resource() {
        Some(nick) if by.to_bare() == *room => nick.as_str().to_owned(),
        // The room itself names nobody.
        _ if by.to_bare() == *room => String::new(),
        _ => by.to_bare().to_string(),
    });
    let words = words.map(Element::text).unwrap_or_default();
    let short = |text: &str, longest| text.trim().chars().take(longest).collect();
    Moderated {
        by: short(&name.unwrap_or_default(), LONGEST_NAME),
        words: short(&words, LONGEST_WORDS),
    }
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
