//! What one person says to another: the words, and the signs around them.

use super::Session;
use super::change::{Said, is_sound, only, said};
use super::reply::take_reply;
use super::shared::handed_over;
use crate::ns;
use crate::stanza::{delayed_by, text_of};
use carillon_core::chat::Author;
use carillon_core::ids::Timestamp;
use carillon_core::session::{Incoming, IncomingMessage, Origin};
use jid::{BareJid, Jid};
use minidom::Element;

/// The way by which a message of a chat came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// To this device.
    Straight,
    /// To this device in a room, on the stream of an earlier run of the program: it was said a while ago.
    Earlier,
    /// To another device of mine, as a copy.
    Received,
    /// From another device of mine, as a copy.
    Sent {
        /// To whom.
        to: Jid,
    },
}

impl Session {
    pub(super) fn hear_direct(&mut self, message: &Element, from: &Jid, way: &Way) {
        let sender = from.to_bare();
        let mine = sender == self.me.bare;
        let delay = delayed_by(message, |by| self.me.held_back(by));
        let other = match way {
            Way::Sent { to } => to,
            Way::Straight | Way::Earlier | Way::Received => from,
        };
        let private = self.is_private(message, other);
        if !private && (*way != Way::Received || !mine) {
            self.hear_signs(message, &sender, way, delay.is_some());
        }
        if !mine && !private && self.hear_direct_invitation(message, &sender, delay.flatten()) {
            return;
        }
        let conversation = message.attr("type") != Some("headline");
        let mut said = match said(message) {
            // An announcement is about nothing else.
            Some(said) if said.about.is_some() && !conversation => Said {
                body: text_of(message, "body"),
                ..Said::default()
            },
            said => said.unwrap_or_default(),
        };
        if said.body.is_empty() && said.about.is_none() {
            return;
        }
        let peer = other.to_bare();
        if conversation {
            // In a room all addresses are the room's: they do not tell two apart.
            let two = (!private).then_some((&self.me.bare, &peer));
            take_reply(message, &mut said, two);
        }
        let file = handed_over(message, &said.body);
        let straight = *way == Way::Straight;
        let nick = other.resource().filter(|_| private);
        let author = match nick {
            _ if mine => Author::Me,
            Some(nick) => Author::Occupant {
                nick: nick.to_string(),
            },
            None => Author::Contact,
        };
        let asks = !mine && !private && conversation;
        let incoming = IncomingMessage {
            chat: if private { other.clone() } else { peer.into() },
            from: from.clone(),
            author,
            id: id_of(message),
            origin_id: origin_id_of(message),
            stanza_id: self.stanza_id_of(message),
            body: said.body,
            at: delay.flatten(),
            origin: match (way, delay) {
                (Way::Received | Way::Sent { .. }, _) => Origin::Carbon,
                (Way::Earlier, _) | (_, Some(_)) => Origin::Delayed,
                (Way::Straight, None) => Origin::Live,
            },
            // The device that the message went to answers, not the one that got a copy.
            wants_receipt: straight && asks && message.has_child("request", ns::RECEIPTS),
            markable: asks && message.has_child("markable", ns::DISPLAYED_MARKERS),
            file,
            occupant: match private && !mine {
                true => self.occupant_marked(message, from),
                false => None,
            },
            about: said.about,
            encryption: said.encryption,
            unstyled: said.unstyled,
            reply: said.reply,
        };
        self.tell(Incoming::Message(incoming));
    }

    /// Receipts (XEP-0184), markers (XEP-0333) and typing (XEP-0085).
    fn hear_signs(&mut self, message: &Element, sender: &BareJid, way: &Way, delayed: bool) {
        let marked = |name, namespace| {
            let sign = message.get_child(name, namespace)?;
            sign.attr("id").map(str::to_owned)
        };
        let displayed = marked("displayed", ns::DISPLAYED_MARKERS);
        if let Way::Sent { to } = way {
            let words = message.has_child("body", ns::JABBER_CLIENT);
            if !delayed && !words && (displayed.is_some() || shows_use(message)) {
                self.tell(Incoming::UsedElsewhere { chat: to.to_bare() });
            }
            if let Some(id) = displayed {
                self.tell(Incoming::SeenElsewhere {
                    chat: to.to_bare(),
                    id,
                });
            }
            return;
        }
        if *sender == self.me.bare {
            return;
        }
        let from = sender.clone();
        if let Some(id) = marked("received", ns::RECEIPTS) {
            self.tell(Incoming::Receipt {
                from: from.clone(),
                id,
            });
        }
        if let Some(id) = displayed {
            self.tell(Incoming::Displayed {
                from: from.clone(),
                id,
            });
        }
        // What was asked for a while ago is over.
        if *way == Way::Straight && !delayed && message.has_child("attention", ns::ATTENTION) {
            self.tell(Incoming::Attention { from: from.clone() });
        }
        // Words say by themselves that the typing is over.
        if *way == Way::Straight
            && !delayed
            && !message.has_child("body", ns::JABBER_CLIENT)
            && let Some(composing) = chat_state(message)
        {
            self.tell(Incoming::Typing {
                chat: from,
                nick: None,
                composing,
            });
        }
    }

    /// The archive's id, from my own account only, and only if it takes forged ones out (XEP-0359 §6).
    fn stanza_id_of(&self, message: &Element) -> Option<String> {
        stanza_id_by(message, |by| self.assigns_stanza_ids && self.me.is_bare(by))
    }
}

/// The id that somebody who may has given it.
pub(super) fn stanza_id_by(message: &Element, may: impl Fn(&str) -> bool) -> Option<String> {
    message
        .children()
        .find(|child| child.is("stanza-id", ns::SID) && child.attr("by").is_some_and(&may))
        .and_then(|child| child.attr("id"))
        .map(str::to_owned)
}

/// The sender's own id.
pub(super) fn id_of(message: &Element) -> Option<String> {
    let origin = || message.get_child("origin-id", ns::SID)?.attr("id");
    message.attr("id").or_else(origin).map(str::to_owned)
}

/// The sender's other id (XEP-0359 §3.2), where that is not the same.
pub(super) fn origin_id_of(message: &Element) -> Option<Box<str>> {
    let origin = only(message, "origin-id", ns::SID)?.attr("id")?;
    let other = message.attr("id").is_some_and(|id| id != origin);
    (other && is_sound(origin)).then(|| origin.into())
}

/// Whether the one who sent it has the chat in front of them.
fn shows_use(message: &Element) -> bool {
    message.children().any(|child| {
        child.has_ns(ns::CHATSTATES) && matches!(child.name(), "active" | "composing" | "paused")
    })
}

/// Whether somebody types, where the message says so.
pub(super) fn chat_state(message: &Element) -> Option<bool> {
    let state = message
        .children()
        .find(|child| child.has_ns(ns::CHATSTATES))?;
    match state.name() {
        "composing" => Some(true),
        "active" | "paused" | "inactive" | "gone" => Some(false),
        _ => None,
    }
}

/// A moment as the conversation's messages carry it.
pub(super) type Moment = Option<Timestamp>;
