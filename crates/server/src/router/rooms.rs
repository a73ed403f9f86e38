//! Between sessions and rooms: the rooms decide, the router delivers.

use jid::Jid;
use minidom::Element;

use super::iq::Sender;
use super::message::stamp;
use super::{Place, Router};
use crate::ns;
use crate::rooms::Parcel;
use crate::router::message::{Kind, kind};
use crate::stanza::{Build, Condition, el};

impl Router {
    fn deliver_parcels(&mut self, parcels: Vec<Parcel>) {
        for parcel in parcels {
            if let Some(conn) = self.sessions.find(&parcel.to) {
                let stanza = parcel.stanza.set("to", parcel.to.as_str());
                self.send(conn, &stanza);
            }
        }
    }

    pub(super) fn room_presence(
        &mut self,
        sender: &Sender,
        to: &Jid,
        presence: &Element,
    ) -> Result<(), Condition> {
        let (node, nick) = (to.node(), to.resource());
        let (Some(node), Some(nick)) = (node, nick) else {
            return Err(Condition::JidMalformed);
        };
        let parcels = match presence.attr("type") {
            None => self
                .rooms
                .enter(node.as_str(), nick.as_str(), &sender.jid, presence)?,
            Some("unavailable") => self.rooms.leave(node.as_str(), &sender.jid, presence),
            Some(_) => Vec::new(),
        };
        self.deliver_parcels(parcels);
        Ok(())
    }

    /// The session is gone, or unavailable to all.
    pub(super) fn leave_rooms(&mut self, sender: &Sender, presence: &Element) {
        let parcels = self.rooms.leave_all(&sender.jid, presence);
        self.deliver_parcels(parcels);
    }

    pub(super) fn room_message(
        &mut self,
        sender: &Sender,
        to: &Jid,
        message: &Element,
    ) -> Result<(), Condition> {
        let Some(node) = to.node().map(ToString::to_string) else {
            return Err(Condition::ServiceUnavailable);
        };
        if kind(message) == Kind::Error {
            return Ok(());
        }
        if let Some(nick) = to.resource() {
            let parcels = self
                .rooms
                .whisper(&node, nick.as_str(), &sender.jid, message)?;
            self.deliver_parcels(parcels);
            return Ok(());
        }
        if kind(message) == Kind::Groupchat {
            let (now, id) = (stamp(self.now), self.token());
            let parcels = self.rooms.say(&node, &sender.jid, message, &now, &id)?;
            self.deliver_parcels(parcels);
            return Ok(());
        }
        let x = message
            .get_child("x", ns::MUC_USER)
            .ok_or(Condition::BadRequest)?;
        if x.has_child("invite", ns::MUC_USER) {
            self.invite(sender, &node, x)
        } else if let Some(decline) = x.get_child("decline", ns::MUC_USER) {
            self.decline(sender, to, decline)
        } else {
            Err(Condition::BadRequest)
        }
    }

    /// Mediated invitations (XEP-0045 §7.8.2), each delivered like any message: to resources, or kept.
    fn invite(&mut self, sender: &Sender, node: &str, x: &Element) -> Result<(), Condition> {
        self.rooms.may_invite(node, &sender.jid)?;
        let room = format!("{node}@{}", self.rooms.domain());
        for invite in x
            .children()
            .filter(|child| child.is("invite", ns::MUC_USER))
        {
            let to = invite
                .attr("to")
                .and_then(|to| Jid::new(to).ok())
                .ok_or(Condition::JidMalformed)?;
            let passed = about(
                "invite",
                &room,
                &sender.bare().to_string(),
                &to,
                invite,
                self.token(),
            );
            self.pass_on(sender, &to, &passed)?;
        }
        Ok(())
    }

    /// A declined invitation goes back to who invited (XEP-0045 §7.8.2, example 60).
    fn decline(&mut self, sender: &Sender, room: &Jid, decline: &Element) -> Result<(), Condition> {
        let to = decline
            .attr("to")
            .and_then(|to| Jid::new(to).ok())
            .ok_or(Condition::JidMalformed)?;
        let room = room.to_bare().to_string();
        let passed = about(
            "decline",
            &room,
            &sender.bare().to_string(),
            &to,
            decline,
            self.token(),
        );
        self.pass_on(sender, &to, &passed)
    }

    fn pass_on(&mut self, sender: &Sender, to: &Jid, message: &Element) -> Result<(), Condition> {
        let Place::User(name) = self.place(to) else {
            return Err(Condition::RemoteServerNotFound);
        };
        // Who blocked the sender is not reached through a room either.
        if self.blocks(&name, &sender.jid.clone().into())? {
            return Err(Condition::ServiceUnavailable);
        }
        self.deliver_message(&name, to, message).map(|_| ())
    }

    pub(super) fn rooms_iq(
        &mut self,
        sender: &Sender,
        to: &Jid,
        iq: &Element,
    ) -> Result<Option<Element>, Condition> {
        let (answer, parcels) = self.rooms.iq(to, &sender.jid, iq)?;
        self.deliver_parcels(parcels);
        Ok(answer)
    }
}

/// The message of a room about an invitation, with the reason that was given.
fn about(what: &str, room: &str, from: &str, to: &Jid, original: &Element, id: String) -> Element {
    let mut inner = el(what, ns::MUC_USER).set("from", from);
    if let Some(reason) = original.get_child("reason", ns::MUC_USER) {
        inner.append_child(reason.clone());
    }
    el("message", ns::CLIENT)
        .set("from", room)
        .set("to", to.as_str())
        .set("id", id)
        .put(el("x", ns::MUC_USER).put(inner))
}
