//! Rooms (XEP-0045), the smallest useful part: open, not anonymous, in memory, gone with their last occupant.
//!
//! Pure: what happens comes in as values, what is to be sent goes out as [`Parcel`]s.

mod iq;
mod presence;
mod room;

use std::collections::BTreeMap;

use jid::FullJid;
use minidom::Element;

use crate::ns;
use crate::stanza::{Build, Condition, el, remove_children, set, unset};
use room::Room;

/// A stanza for one resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parcel {
    pub(crate) to: FullJid,
    pub(crate) stanza: Element,
}

/// Rooms of one server at once.
const MOST_ROOMS: usize = 500;
/// Bytes of the message that sets a subject.
const MOST_SUBJECT_BYTES: usize = 8 << 10;

pub(crate) struct Rooms {
    domain: String,
    secret: Vec<u8>,
    /// By localpart.
    rooms: BTreeMap<String, Room>,
}

impl Rooms {
    pub(crate) fn new(domain: &str, secret: &[u8]) -> Rooms {
        Rooms {
            domain: domain.to_owned(),
            secret: secret.to_vec(),
            rooms: BTreeMap::new(),
        }
    }

    pub(crate) fn domain(&self) -> &str {
        &self.domain
    }

    fn room(&self, node: &str) -> Result<&Room, Condition> {
        self.rooms.get(node).ok_or(Condition::ItemNotFound)
    }

    /// Whether somebody may invite to a room: any occupant may.
    pub(crate) fn may_invite(&self, node: &str, from: &FullJid) -> Result<(), Condition> {
        self.room(node)?
            .nick_of(from)
            .map(|_| ())
            .ok_or(Condition::NotAcceptable)
    }

    /// A message to all, or a new subject (XEP-0045 §7.4, §8.1). `now` is its stamp for those who join later,
    /// `id` the room's own id for it.
    pub(crate) fn say(
        &mut self,
        node: &str,
        from: &FullJid,
        message: &Element,
        now: &str,
        id: &str,
    ) -> Result<Vec<Parcel>, Condition> {
        let room = self.rooms.get_mut(node).ok_or(Condition::ItemNotFound)?;
        let nick = room
            .nick_of(from)
            .ok_or(Condition::NotAcceptable)?
            .to_owned();
        let sender = room.occupant_jid(&nick);
        let mut message = message.clone();
        unset(&mut message, "to");
        set(&mut message, "from", sender);
        // Ids of a room are the room's to give (XEP-0359 §6, XEP-0421 §4).
        remove_children(&mut message, |c| {
            c.is("occupant-id", ns::OCCUPANT_ID)
                || c.is("x", ns::MUC_USER)
                || (c.is("stanza-id", ns::STANZA_ID) && c.attr("by") == Some(room.jid.as_str()))
        });
        if let Some(occupant_id) = room.occupant_id(&nick) {
            message.append_child(el("occupant-id", ns::OCCUPANT_ID).set("id", occupant_id));
        }
        message.append_child(
            el("stanza-id", ns::STANZA_ID)
                .set("id", id)
                .set("by", room.jid.as_str()),
        );
        let subject = message.has_child("subject", ns::CLIENT)
            && !message.has_child("body", ns::CLIENT)
            && !message.has_child("thread", ns::CLIENT);
        if subject {
            if carillon_xml::write(&message).len() > MOST_SUBJECT_BYTES {
                return Err(Condition::NotAcceptable);
            }
            room.subject = Some(message.clone());
        } else if message.has_child("body", ns::CLIENT) {
            room.remember(&message, now);
        }
        Ok(room.to_all(&message))
    }

    /// A private message to an occupant (XEP-0045 §7.5).
    pub(crate) fn whisper(
        &mut self,
        node: &str,
        nick: &str,
        from: &FullJid,
        message: &Element,
    ) -> Result<Vec<Parcel>, Condition> {
        let room = self.room(node)?;
        let own = room.nick_of(from).ok_or(Condition::NotAcceptable)?;
        if message.attr("type") == Some("groupchat") {
            return Err(Condition::BadRequest);
        }
        let mut message = message.clone();
        set(&mut message, "from", room.occupant_jid(own));
        remove_children(&mut message, |c| c.is("x", ns::MUC_USER));
        message.append_child(el("x", ns::MUC_USER));
        let parcels = room.to_nick(nick, &message);
        if parcels.is_empty() {
            Err(Condition::ItemNotFound)
        } else {
            Ok(parcels)
        }
    }
}
