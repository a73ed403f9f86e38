//! What rooms say.

use super::super::Session;
use super::super::direct::{chat_state, has_file, id_of, stanza_id_by};
use super::{Stage, nick_of};
use crate::ns;
use crate::stanza::{StanzaErrorType, availability, delayed_by, error_answer, error_of, text_of};
use carillon_core::chat::Author;
use carillon_core::contact::Availability;
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
            return self.tell_room(room, RoomEvent::Subject { text });
        }
        // What the room itself says is about its settings.
        let Some(nick) = nick_of(from) else {
            return;
        };
        let my_nick = nick == place.nick && place.stage != Stage::Joining;
        let live = place.stage == Stage::Live;
        // A room's ids count only where the room announces them (XEP-0359 §6).
        let named = place.names_entries;
        let stanza_id = stanza_id_by(message, |by| named && by == room.as_str());
        let delay = delayed_by(message, |by| {
            !live || by == room.as_str() || by == room.domain().as_str()
        });
        // What was said before I came in was not said by me, whatever nick it was said under.
        let mine = my_nick && delay.is_none();
        if body.is_empty() {
            if delay.is_none() {
                self.hear_room_signs(message, room, nick, mine);
            }
            return;
        }
        self.tell(Incoming::Message(IncomingMessage {
            chat: room,
            from: from.clone(),
            author: if mine {
                Author::Me
            } else {
                Author::Occupant { nick }
            },
            id: id_of(message),
            stanza_id,
            body,
            at: delay.flatten(),
            origin: if delay.is_some() {
                Origin::Delayed
            } else {
                Origin::Live
            },
            wants_receipt: false,
            markable: false,
            file: has_file(message),
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

    /// Whispers between occupants (XEP-0045 §7.5) have no place here yet. Shown in the room they would mislead,
    /// so the sender hears that they did not arrive.
    pub(in crate::session) fn hear_private_in_room(&mut self, message: &Element, from: &Jid) {
        if from.is_full() && !text_of(message, "body").is_empty() {
            let answer = error_answer(
                "message",
                Some(from.as_str()),
                message.attr("id"),
                StanzaErrorType::Cancel,
                "feature-not-implemented",
            );
            self.send.push(answer);
        }
    }

    pub(in crate::session) fn hear_room_presence(&mut self, presence: &Element, from: &Jid) {
        let room = from.to_bare();
        let kind = presence.attr("type");
        if kind == Some("error") {
            return self.hear_refusal(presence, room);
        }
        let Some(nick) = nick_of(from) else {
            // The room itself is gone, or shows its picture.
            return;
        };
        let Some(place) = self.rooms.place(&room) else {
            return;
        };
        let x = presence.get_child("x", ns::MUC_USER);
        let mine = has_status(x, "110");
        match kind {
            None if mine => {
                if place.stage == Stage::Joining {
                    place.stage = Stage::History;
                }
                place.nick.clone_from(&nick);
                self.tell_room(room, RoomEvent::Joined { nick });
            }
            None => {
                let availability = availability(presence);
                self.tell_room(room, RoomEvent::Occupant { nick, availability });
            }
            Some("unavailable") => {
                let me = mine || (nick == place.nick && place.stage != Stage::Joining);
                if me && has_status(x, "303") {
                    // I am called something else now; the new name comes as presence of its own.
                    return;
                }
                if me && place.stage == Stage::Joining {
                    // That was I on an earlier session.
                    return;
                }
                if me {
                    let reason = if place.leaving {
                        String::new()
                    } else {
                        why_out(presence, x)
                    };
                    self.rooms.left(&room);
                    return self.tell_room(room, RoomEvent::Left { reason });
                }
                let availability = Availability::Offline;
                self.tell_room(room, RoomEvent::Occupant { nick, availability });
            }
            Some(_) => {}
        }
    }

    fn hear_refusal(&mut self, presence: &Element, room: BareJid) {
        let Some(place) = self.rooms.place(&room) else {
            return;
        };
        if place.stage != Stage::Joining {
            return;
        }
        let problem = error_of(presence);
        let reason = if problem.text.is_empty() {
            problem.condition
        } else {
            problem.text
        };
        self.rooms.left(&room);
        self.tell_room(room, RoomEvent::Refused { reason });
    }

    pub(in crate::session) fn tell_room(&mut self, room: BareJid, event: RoomEvent) {
        self.tell(Incoming::Room { room, event });
    }
}

/// Status codes of XEP-0045 §15.6.
fn has_status(x: Option<&Element>, code: &str) -> bool {
    x.is_some_and(|x| {
        x.children()
            .any(|child| child.is("status", ns::MUC_USER) && child.attr("code") == Some(code))
    })
}

/// Why I am out, in words: the room's or a moderator's, else what the status says.
fn why_out(presence: &Element, x: Option<&Element>) -> String {
    let words = x.and_then(|x| {
        x.children()
            .filter(|child| child.is("item", ns::MUC_USER) || child.is("destroy", ns::MUC_USER))
            .find_map(|child| child.get_child("reason", ns::MUC_USER))
            .map(Element::text)
    });
    if let Some(words) = words.filter(|words| !words.is_empty()) {
        return words;
    }
    let known = [
        ("301", "banned"),
        ("307", "removed by a moderator"),
        ("321", "removed because of a change of rights"),
        ("322", "the room is for members only now"),
        ("332", "the room's server shuts down"),
        ("333", "the connection to the room broke"),
    ];
    if let Some((_, words)) = known.iter().find(|(code, _)| has_status(x, code)) {
        return (*words).to_owned();
    }
    if x.is_some_and(|x| x.has_child("destroy", ns::MUC_USER)) {
        return "the room was closed".to_owned();
    }
    text_of(presence, "status")
}
