//! What the engine asks for, as stanzas.

use super::pending::{Answerer, Asked};
use super::rooms::{goes_privately, mark};
use super::stream_management::Count;
use super::upload::Wish;
use super::{Session, change, reply, shared};
use crate::ns;
use crate::stanza::{Build, StanzaErrorType, about, blocking, error_answer, roster_set, show_into};
use carillon_core::contact::Presence;
use carillon_core::room::RoomTrouble;
use carillon_core::session::{
    About, Change, Incoming, Outgoing, RoomEvent, StanzaProblem, SubscriptionStep,
};
use carillon_xml::write;
use jid::{BareJid, Jid};
use minidom::Element;

/// Prosody and ejabberd end a client's stream at 256 KiB, and the message would be tried again for ever.
pub(super) const LONGEST: usize = 250_000;

impl Session {
    /// Writes one request. [`Outgoing::Close`] is not for here: it ends the session.
    pub(crate) fn say(&mut self, what: Outgoing) {
        let stanza = match what {
            Outgoing::Message {
                to,
                id,
                body,
                to_room,
            } => {
                let stanza = message(&to, &id, &body, to_room);
                if is_too_long(&stanza, &body) {
                    return self.refuse_too_long(to, id);
                }
                self.is_row(id);
                stanza
            }
            Outgoing::About {
                to,
                id,
                about,
                body,
                to_room,
            } => {
                let stanza = change::stanza(&to, &id, &about, to_room).unwrap_or_else(|| {
                    message(&to, &id, &body, to_room).holding(change::element(&about))
                });
                if is_too_long(&stanza, &body) {
                    return self.refuse_too_long(to, id);
                }
                self.is_row(id);
                stanza
            }
            Outgoing::Reply {
                to,
                id,
                of,
                body,
                corrects,
                to_room,
            } => {
                let body = reply::body(&of, &body);
                let mut stanza = reply::beside(message(&to, &id, &body, to_room), &of);
                if let Some(target) = corrects {
                    let change = Change::Correction;
                    stanza = stanza.holding(change::element(&About { target, change }));
                }
                if is_too_long(&stanza, &body) {
                    return self.refuse_too_long(to, id);
                }
                self.is_row(id);
                stanza
            }
            Outgoing::File {
                to,
                id,
                address,
                file,
                to_room,
            } => {
                let stanza = message(&to, &id, &address, to_room);
                let stanza = shared::hand_over(stanza, &address, &file);
                self.is_row(id);
                stanza
            }
            Outgoing::Slot {
                request,
                name,
                size,
                media_type,
            } => {
                return self.ask_slot(Wish {
                    request,
                    name,
                    size,
                    media_type,
                });
            }
            Outgoing::Kept { id, what } => return self.say_kept(id, &what),
            what @ (Outgoing::Receipt { .. }
            | Outgoing::Displayed { .. }
            | Outgoing::Subscription { .. }
            | Outgoing::DeclineInvite { .. }) => {
                let id = self.ids.next();
                return self.send.extend(small(&id, &what));
            }
            Outgoing::Typing { to, composing } => {
                let state = if composing { "composing" } else { "paused" };
                self.sign(
                    to.as_str(),
                    Element::new_in(ns::CHATSTATES, state),
                    "no-store",
                )
            }
            Outgoing::Attention { to } => self
                .sign(
                    to.as_str(),
                    Element::new_in(ns::ATTENTION, "attention"),
                    "no-store",
                )
                // Meant for the moment: a server must not keep it for later.
                .with("type", "headline"),
            Outgoing::Presence {
                availability,
                status,
                idle_since,
            } => {
                let presence = Presence {
                    availability,
                    status,
                };
                return self.show(presence, idle_since);
            }
            Outgoing::RosterSet {
                request,
                jid,
                name,
                groups,
            } => {
                return self.request(request, roster_set(&jid, &name, &groups, false));
            }
            Outgoing::RosterRemove { request, jid } => {
                return self.request(request, roster_set(&jid, "", &[], true));
            }
            Outgoing::Block { request, jids } => {
                return self.request(request, blocking::command("block", &jids));
            }
            Outgoing::Unblock { request, jids } => {
                // Empty would unblock everybody.
                if jids.is_empty() {
                    return;
                }
                return self.request(request, blocking::command("unblock", &jids));
            }
            Outgoing::JoinRoom {
                room,
                nick,
                history,
                password,
            } => return self.join(room, &nick, history, password),
            Outgoing::ReadBookmarks => return self.ask_bookmarks(),
            Outgoing::ReadSeenMarks => return self.ask_seen_marks(),
            Outgoing::SetSeenMark(mark) => return self.keep_seen_mark(mark),
            Outgoing::SetBookmark { request, bookmark } => {
                return self.keep_bookmark(request, bookmark);
            }
            Outgoing::Room {
                request,
                room,
                wish,
            } => return self.ask_room_for(request, room, *wish),
            Outgoing::Invite { room, to, words } => return self.invite_past(&room, &to, &words),
            Outgoing::LeaveRoom { room, nick } => return self.leave(&room, &nick),
            Outgoing::Bounce { to, id } => error_answer(
                "message",
                Some(to.as_str()),
                id.as_deref(),
                StanzaErrorType::Cancel,
                "service-unavailable",
            ),
            Outgoing::ClientState { active } => return self.say_client_state(active),
            Outgoing::Handled(up_to) => return self.sm.handled(Count(up_to)),
            Outgoing::Archive(query) => return self.ask_archive(query),
            Outgoing::RoomInfo { room } => return self.ask_room(room),
            Outgoing::AskPerson {
                request,
                of,
                question,
            } => return self.ask_person(request, &of, question),
            Outgoing::WriteCard { request, fields } => return self.write_card(request, fields),
            Outgoing::Invitation { request, kind } => return self.ask_invitation(request, kind),
            Outgoing::ShowPicture { request, picture } => {
                return self.show_picture(request, picture);
            }
            Outgoing::Tell { request, told } => return self.say_told(request, &told),
            Outgoing::SayMoved { request, to } => return self.say_moved(request, to.as_ref()),
            Outgoing::AskMoved { request, of } => return self.ask_moved(request, of),
            Outgoing::Picture {
                request,
                of,
                avatar,
            } => return self.ask_picture(request, of, avatar),
            Outgoing::Ping => return self.ping_anyway(),
            // Where nobody waits for it the stream is a new one.
            Outgoing::EarlierSettled | Outgoing::Close => return,
        };
        self.send.push(stanza);
    }

    /// Something that the engine keeps as a row, and wants to hear of when the server has it.
    fn say_kept(&mut self, id: String, what: &Outgoing) {
        match small(&id, what) {
            Some(stanza) => {
                self.send.push(stanza.with("id", &id));
                self.is_row(id);
            }
            None => tracing::warn!("something that is never a row was to be sent as one"),
        }
    }

    /// No stanza, so nobody counts it (XEP-0352 §4.2).
    fn say_client_state(&mut self, active: bool) {
        if self.client_state && (active || !self.holds_back_all) {
            let state = if active { "active" } else { "inactive" };
            self.send.push(Element::new_in(ns::CSI, state));
        }
    }

    fn is_row(&mut self, id: String) {
        if !self.sm.is_on() {
            self.reached.written(id.clone());
        }
        self.rows.insert(id);
    }

    /// Asks how far the server has come, if rows were written since it last said so. On a managed stream that is
    /// asked along with what is written.
    pub(crate) fn ask_reached(&mut self) {
        if !self.sm.is_on() && self.reached.should_ask() {
            self.ping();
        }
    }

    /// As [`Self::ask_reached`], for what is written last.
    pub(crate) fn ask_reached_last(&mut self) {
        if !self.sm.is_on() && self.reached.should_ask_last() {
            self.ping();
        }
    }

    /// Asks whether the link lives, unless that is being asked.
    pub(crate) fn ping_anyway(&mut self) {
        if self.sm.is_on() {
            self.send.extend(self.sm.ask());
        } else if self.reached.ask_anyway() {
            self.ping();
        }
    }

    /// Whether an answer to such a question is being waited for.
    pub(crate) fn is_asking(&self) -> bool {
        self.reached.is_asking() || self.sm.is_asking()
    }

    fn refuse_too_long(&mut self, chat: Jid, id: String) {
        let problem = StanzaProblem {
            condition: "policy-violation".to_owned(),
            text: "the message is too long".to_owned(),
        };
        self.tell(Incoming::MessageFailed { chat, id, problem });
    }

    fn ping(&mut self) {
        let ping = Element::new_in(ns::PING, "ping");
        self.ask("get", Answerer::Domain, Asked::Ping, ping);
    }

    fn request(&mut self, request: u64, payload: Element) {
        self.ask("set", Answerer::Account, Asked::Request(request), payload);
    }

    /// A message without words. `hint` says whether an archive should keep it (XEP-0334).
    fn sign(&mut self, to: &str, sign: Element, hint: &'static str) -> Element {
        signed(to, &self.ids.next(), sign, hint)
    }

    fn join(&mut self, room: BareJid, nick: &str, history: u32, password: String) {
        let Ok(address) = room.with_resource_str(nick) else {
            let trouble = RoomTrouble {
                words: "the nick is not allowed".to_owned(),
                ..RoomTrouble::default()
            };
            return self.tell_room(room, RoomEvent::Refused { trouble });
        };
        let history = Element::new_in(ns::MUC, "history").with("maxstanzas", &history.to_string());
        let presence = show_into(Element::stanza("presence"), &self.shown)
            .with("to", address.as_str())
            .holding(if password.is_empty() {
                Element::new_in(ns::MUC, "x").holding(history)
            } else {
                let x = Element::new_in(ns::MUC, "x").holding(history);
                x.holding_text("password", &password)
            })
            .holding(about::caps());
        self.rooms
            .enter(room.clone(), address.resource().as_str().to_owned());
        if let Some(place) = self.rooms.place(&room) {
            place.password = password;
        }
        // Before anybody is shown: whose marks may be believed is known when they come.
        self.ask_room(room);
        self.send.push(presence);
    }

    fn leave(&mut self, room: &BareJid, nick: &str) {
        let address = match self.rooms.place(room) {
            Some(place) => {
                place.leaving = true;
                room.with_resource_str(&place.nick)
            }
            None => room.with_resource_str(nick),
        };
        if let Ok(address) = address {
            let presence = Element::stanza("presence")
                .with("to", address.as_str())
                .with("type", "unavailable");
            self.send.push(presence);
        }
    }
}

/// Whether a server would end the stream rather than take this.
fn is_too_long(stanza: &Element, body: &str) -> bool {
    // No character needs more than six bytes, so most bodies need not be written to know.
    body.len() > LONGEST / 8 && write(stanza).len() > LONGEST
}

fn message(to: &Jid, id: &str, body: &str, to_room: bool) -> Element {
    let stanza = Element::stanza("message")
        .with("type", if to_room { "groupchat" } else { "chat" })
        .with("to", to.as_str())
        .with("id", id)
        .holding_text("body", body);
    let origin = Element::new_in(ns::SID, "origin-id").with("id", id);
    // Somebody in a room is told nothing of me but the words, and asked for nothing.
    if goes_privately(to, to_room) {
        return stanza.holding(origin).holding(mark());
    }
    let stanza = stanza
        .holding(Element::new_in(ns::CHATSTATES, "active"))
        .holding(origin);
    if to_room {
        return stanza;
    }
    stanza
        .holding(Element::new_in(ns::RECEIPTS, "request"))
        .holding(Element::new_in(ns::DISPLAYED_MARKERS, "markable"))
}

fn signed(to: &str, id: &str, sign: Element, hint: &'static str) -> Element {
    Element::stanza("message")
        .with("type", "chat")
        .with("to", to)
        .with("id", id)
        .holding(sign)
        .holding(Element::new_in(ns::HINTS, hint))
}

/// A receipt, a marker, or what needs no id: a step of the subscription dance, the refusal of an invitation; `None` for
/// everything else.
fn small(id: &str, what: &Outgoing) -> Option<Element> {
    match what {
        Outgoing::Receipt { to, id: of } => {
            let sign = Element::new_in(ns::RECEIPTS, "received").with("id", of);
            Some(signed(to.as_str(), id, sign, "store"))
        }
        Outgoing::Displayed { to, id: of } => {
            let sign = Element::new_in(ns::DISPLAYED_MARKERS, "displayed").with("id", of);
            Some(signed(to.as_str(), id, sign, "store"))
        }
        Outgoing::Subscription { to, step } => Some(subscription(to, step)),
        Outgoing::DeclineInvite { room, to } => Some(decline(room, to)),
        _ => None,
    }
}

fn subscription(to: &BareJid, step: &SubscriptionStep) -> Element {
    let stanza = Element::stanza("presence").with("to", to.as_str());
    match step {
        SubscriptionStep::Subscribe(wish) => {
            let mut stanza = stanza.with("type", "subscribe");
            if !wish.text.is_empty() {
                stanza = stanza.holding_text("status", &wish.text);
            }
            if !wish.nick.is_empty() {
                stanza = stanza.holding(Element::new_in(ns::NICK, "nick").saying(&wish.nick));
            }
            if !wish.token.is_empty() {
                let token = Element::new_in(ns::PARS, "preauth").with("token", &wish.token);
                stanza = stanza.holding(token);
            }
            if let Some(old) = &wish.moved_from {
                let moved = Element::new_in(ns::MOVED, "moved");
                stanza = stanza.holding(moved.holding_text("old-jid", old.as_str()));
            }
            stanza
        }
        SubscriptionStep::Subscribed => stanza.with("type", "subscribed"),
        SubscriptionStep::Unsubscribe => stanza.with("type", "unsubscribe"),
        SubscriptionStep::Unsubscribed => stanza.with("type", "unsubscribed"),
    }
}

fn decline(room: &BareJid, to: &Jid) -> Element {
    let decline = Element::new_in(ns::MUC_USER, "decline").with("to", to.as_str());
    Element::stanza("message")
        .with("to", room.as_str())
        .holding(Element::new_in(ns::MUC_USER, "x").holding(decline))
}
