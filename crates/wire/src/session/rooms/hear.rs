//! What rooms say.

use super::super::Session;
use super::super::change::said;
use super::super::direct::{chat_state, id_of, origin_id_of, stanza_id_by};
use super::super::reply::take_reply;
use super::super::shared::handed_over;
use super::occupant::{occupant, occupant_id};
use super::out::{has_status, new_nick, not_let_in, put_out};
use super::{Stage, nick_of};
use crate::ns;
use crate::stanza::{delayed_by, error_of, text_of};
use carillon_core::chat::Author;
use carillon_core::session::{Incoming, IncomingMessage, Origin, RoomEvent};
use jid::{BareJid, Jid};
use minidom::Element;

impl Session {
    pub(in crate::session) fn hear_room_message(&mut self, message: &Element, from: &Jid) {
        let room = from.to_bare();
        let Some(place) = self.rooms.place(&room) else {
            tracing::debug!("a message of a room that was not joined was dropped");
            return;
        };
        let body = text_of(message, "body");
        let subject = message.get_child("subject", ns::JABBER_CLIENT);
        if let (Some(subject), true) = (subject, body.is_empty()) {
            if place.stage == Stage::History {
                place.stage = Stage::Live;
            }
            let text = subject.text();
            let by_me = nick_of(from).is_some_and(|nick| nick == place.nick);
            let wish = if by_me { place.topic_wish.take() } else { None };
            self.tell_room(room, RoomEvent::Subject { text });
            if let Some(wish) = wish {
                self.grant_wish(wish.request);
            }
            return;
        }
        let Some(nick) = nick_of(from) else {
            return self.hear_room_itself(message, &room);
        };
        let my_nick = nick == place.nick && place.stage != Stage::Joining;
        let live = place.stage == Stage::Live;
        // A room's ids count only where the room announces them (XEP-0359 §6).
        let named = place.names_entries;
        let stanza_id = stanza_id_by(message, |by| named && by == room.as_str());
        let delay = delayed_by(message, |by| {
            !live || by == room.as_str() || by == room.domain().as_str()
        });
        // What was said before I came in was not said by me, whatever nick it was said under, unless the room says so.
        let marked_me = place.marks_me(occupant_id(message).as_deref());
        let mine = marked_me || my_nick && delay.is_none();
        let occupant = place.occupant(message, &nick, delay.is_none());
        let Some(mut said) = said(message) else {
            if delay.is_none() {
                self.hear_room_signs(message, room, nick, mine);
            }
            return;
        };
        take_reply(message, &mut said, None);
        let file = handed_over(message, &said.body);
        self.tell(Incoming::Message(IncomingMessage {
            chat: room.into(),
            from: from.clone(),
            author: if mine {
                Author::Me
            } else {
                Author::Occupant { nick }
            },
            id: id_of(message),
            origin_id: origin_id_of(message),
            stanza_id,
            body: said.body,
            at: delay.flatten(),
            origin: if delay.is_some() {
                Origin::Delayed
            } else {
                Origin::Live
            },
            wants_receipt: false,
            markable: false,
            file,
            occupant,
            about: said.about,
            encryption: said.encryption,
            unstyled: said.unstyled,
            reply: said.reply,
        }));
    }

    fn hear_room_signs(&mut self, message: &Element, room: BareJid, nick: String, mine: bool) {
        if mine {
            let displayed = message.get_child("displayed", ns::DISPLAYED_MARKERS);
            if let Some(id) = displayed.and_then(|displayed| displayed.attr("id")) {
                let id = id.to_owned();
                self.tell(Incoming::SeenElsewhere { chat: room, id });
            }
        } else if let Some(composing) = chat_state(message) {
            self.tell(Incoming::Typing {
                chat: room,
                nick: Some(nick),
                composing,
            });
        }
    }

    pub(in crate::session) fn hear_room_presence(&mut self, presence: &Element, from: &Jid) {
        let room = from.to_bare();
        let kind = presence.attr("type");
        if kind == Some("error") {
            return self.hear_refusal(presence, from);
        }
        let Some(nick) = nick_of(from) else {
            // The room itself is gone, or shows its picture.
            if kind.is_none() {
                self.hear_room_photo(room, presence);
            }
            return;
        };
        let Some(place) = self.rooms.place(&room) else {
            return;
        };
        let mine = has_status(presence, "110");
        match kind {
            None if mine => {
                if place.stage == Stage::Joining {
                    place.stage = Stage::History;
                    place.earlier = false;
                }
                place.nick.clone_from(&nick);
                place.is_here(&nick, &mut self.ids);
                let me = Box::new(occupant(presence, nick));
                place.my_id.clone_from(&me.id);
                let created = has_status(presence, "201");
                let wish = place.nick_wish.take_if(|wish| wish.of == place.nick);
                self.tell_room(room, RoomEvent::Joined { me, created });
                if let Some(wish) = wish {
                    self.grant_wish(wish.request);
                }
            }
            None => {
                place.is_here(&nick, &mut self.ids);
                let there = Box::new(occupant(presence, nick));
                self.tell_room(room, RoomEvent::Occupant(there));
            }
            Some("unavailable") => {
                place.tenures.remove(&nick);
                let me = mine || (nick == place.nick && place.stage != Stage::Joining);
                if !me {
                    let renamed = new_nick(presence);
                    return self.tell_room(room, RoomEvent::Gone { nick, renamed });
                }
                if has_status(presence, "303") {
                    // I am called something else now; the new name comes as presence of its own.
                    return;
                }
                if place.stage == Stage::Joining {
                    // That was I on an earlier session.
                    return;
                }
                let trouble = (!place.leaving).then(|| put_out(presence));
                self.rooms.left(&room);
                self.tell_room(room, RoomEvent::Left { trouble });
            }
            Some(_) => {}
        }
    }

    fn hear_refusal(&mut self, presence: &Element, from: &Jid) {
        let room = from.to_bare();
        let Some(place) = self.rooms.place(&room) else {
            return;
        };
        if place.stage != Stage::Joining {
            // Some rooms answer from the nick that I asked for, some from the one that I have.
            if let Some(wish) = place.nick_wish.take() {
                let (request, answer) = (wish.request, Err(error_of(presence)));
                self.tell(Incoming::RoomAnswer { request, answer });
            }
            return;
        }
        let trouble = not_let_in(presence);
        self.rooms.left(&room);
        self.tell_room(room, RoomEvent::Refused { trouble });
    }

    /// Whether this refuses a topic that I asked for.
    pub(in crate::session) fn hear_topic_refused(&mut self, message: &Element, from: &Jid) -> bool {
        let Some(place) = self.rooms.place(&from.to_bare()) else {
            return false;
        };
        let refused = message.attr("id");
        let Some(wish) = place
            .topic_wish
            .take_if(|wish| Some(wish.of.as_str()) == refused)
        else {
            return false;
        };
        let (request, answer) = (wish.request, Err(error_of(message)));
        self.tell(Incoming::RoomAnswer { request, answer });
        true
    }

    pub(in crate::session) fn tell_room(&mut self, room: BareJid, event: RoomEvent) {
        self.tell(Incoming::Room { room, event });
    }
}
