//! Whom I invite to a room: through it (XEP-0045 §7.8.2), or past it (XEP-0249).

use super::super::Session;
use super::super::pending::{Answerer, Asked};
use super::ask::with_reason;
use super::out::short;
use crate::ns;
use crate::stanza::{Build, error_of};
use carillon_core::room::NotInvited;
use carillon_core::session::{Incoming, RoomReply, StanzaProblem};
use jid::{BareJid, Jid};
use minidom::Element;

/// Invitations on their way through a room, until it has answered what was asked behind them.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::session) struct Inviting {
    request: u64,
    /// Who is invited by which message.
    people: Vec<(String, BareJid)>,
    refused: Vec<NotInvited>,
}

impl Inviting {
    /// Whether the message with this id was one of them. One is refused once.
    pub(in crate::session) fn is_refused(&mut self, id: &str, why: &StanzaProblem) -> bool {
        let Some(at) = self.people.iter().position(|(of, _)| of == id) else {
            return false;
        };
        let (_, jid) = self.people.swap_remove(at);
        let why = StanzaProblem {
            condition: short(&why.condition),
            text: short(&why.text),
        };
        self.refused.push(NotInvited { jid, why });
        true
    }
}

impl Session {
    /// A room answers in the order in which it is asked (RFC 6120 §10.1), so that an answer to the question that goes behind
    /// the invitations, whatever it is, comes after all that it refuses.
    pub(super) fn invite_through(
        &mut self,
        request: u64,
        room: BareJid,
        people: Vec<BareJid>,
        words: &str,
    ) {
        let people = people
            .into_iter()
            .map(|to| {
                let id = self.ids.next();
                let invite = Element::new_in(ns::MUC_USER, "invite").with("to", to.as_str());
                let x = Element::new_in(ns::MUC_USER, "x").holding(with_reason(invite, words));
                let message = Element::stanza("message")
                    .with("to", room.as_str())
                    .with("id", &id)
                    .holding(x);
                self.send.push(message);
                (id, to)
            })
            .collect();
        let inviting = Inviting {
            request,
            people,
            refused: Vec::new(),
        };
        let query = Element::new_in(ns::DISCO_INFO, "query");
        self.ask("get", Answerer::Room(room), Asked::Invited(inviting), query);
    }

    /// Whether a room refuses an invitation of mine. Only the room itself, by its bare address, can.
    pub(in crate::session) fn hear_invitation_refused(
        &mut self,
        message: &Element,
        from: &Jid,
    ) -> bool {
        let Some(id) = message.attr("id") else {
            return false;
        };
        let why = error_of(message);
        self.pending
            .inviting_through(from)
            .any(|inviting| inviting.is_refused(id, &why))
    }

    pub(in crate::session) fn hear_invited(&mut self, inviting: Inviting) {
        self.tell(Incoming::RoomAnswer {
            request: inviting.request,
            answer: Ok(RoomReply::Invited(inviting.refused)),
        });
    }

    pub(in crate::session) fn invite_past(&mut self, room: &BareJid, to: &BareJid, words: &str) {
        let id = self.ids.next();
        let words = Some(words).filter(|words| !words.is_empty());
        let password = self
            .rooms
            .place(room)
            .map(|place| place.password.clone())
            .filter(|password| !password.is_empty());
        let x = Element::new_in(ns::CONFERENCE, "x")
            .with("jid", room.as_str())
            .with_some("password", password.as_deref())
            .with_some("reason", words);
        let message = Element::stanza("message")
            .with("to", to.as_str())
            .with("id", &id)
            .holding(x);
        self.send.push(message);
    }
}
