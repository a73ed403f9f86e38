//! Questions to the rooms' domain, to a room and to an occupant.

use jid::{FullJid, Jid};
use minidom::Element;

use super::room::Room;
use super::{Parcel, Rooms};
use crate::ns;
use crate::router::disco_info;
use crate::stanza::{Build, Condition, el};

/// What every room here is like (XEP-0045 §15.3).
const ROOM_FEATURES: [&str; 9] = [
    ns::DISCO_INFO,
    ns::MUC,
    ns::STANZA_ID,
    ns::OCCUPANT_ID,
    "muc_open",
    "muc_public",
    "muc_temporary",
    "muc_nonanonymous",
    "muc_unmoderated",
];

type Answer = (Option<Element>, Vec<Parcel>);

fn now(payload: Element) -> Answer {
    (Some(payload), Vec::new())
}

impl Rooms {
    pub(crate) fn iq(
        &mut self,
        to: &Jid,
        from: &FullJid,
        iq: &Element,
    ) -> Result<Answer, Condition> {
        let payload = iq.children().next().ok_or(Condition::BadRequest)?;
        let get = iq.attr("type") == Some("get");
        match (to.node(), to.resource()) {
            (None, _) => self.service_iq(payload, get).map(now),
            (Some(node), None) => self.room_iq(node.as_str(), from, payload, get),
            (Some(node), Some(nick)) => {
                self.occupant_iq(node.as_str(), nick.as_str(), from, payload)
            }
        }
    }

    fn service_iq(&self, payload: &Element, get: bool) -> Result<Element, Condition> {
        if payload.is("query", ns::DISCO_INFO) && get {
            let features = [ns::DISCO_INFO, ns::DISCO_ITEMS, ns::MUC];
            Ok(disco_info("conference", "text", Some("Rooms"), &features))
        } else if payload.is("query", ns::DISCO_ITEMS) && get {
            Ok(self
                .rooms
                .values()
                .fold(el("query", ns::DISCO_ITEMS), |list, room| {
                    let name = room.name.clone().unwrap_or_else(|| room.jid.clone());
                    list.put(
                        el("item", ns::DISCO_ITEMS)
                            .set("jid", room.jid.as_str())
                            .set("name", name),
                    )
                }))
        } else {
            Err(Condition::ServiceUnavailable)
        }
    }

    fn room_iq(
        &mut self,
        node: &str,
        from: &FullJid,
        payload: &Element,
        get: bool,
    ) -> Result<Answer, Condition> {
        if payload.is("query", ns::MUC_OWNER) {
            return self.owner_iq(node, from, payload, get);
        }
        let room = self.room(node)?;
        if payload.is("query", ns::DISCO_INFO) && get {
            Ok(now(disco_info(
                "conference",
                "text",
                room.name.as_deref(),
                &ROOM_FEATURES,
            )))
        } else if payload.is("query", ns::DISCO_ITEMS) && get {
            Ok(now(room.occupants.keys().fold(
                el("query", ns::DISCO_ITEMS),
                |list, nick| {
                    list.put(el("item", ns::DISCO_ITEMS).set("jid", room.occupant_jid(nick)))
                },
            )))
        } else {
            Err(Condition::ServiceUnavailable)
        }
    }

    /// Configuration and destruction by an owner (XEP-0045 §10).
    fn owner_iq(
        &mut self,
        node: &str,
        from: &FullJid,
        query: &Element,
        get: bool,
    ) -> Result<Answer, Condition> {
        let room = self.rooms.get_mut(node).ok_or(Condition::ItemNotFound)?;
        if !room.owners.contains(&from.to_bare()) {
            return Err(Condition::Forbidden);
        }
        if get {
            return Ok(now(el("query", ns::MUC_OWNER).put(form(room))));
        }
        if let Some(destroy) = query.get_child("destroy", ns::MUC_OWNER) {
            let parcels = room.destroyed(destroy);
            self.rooms.remove(node);
            return Ok((None, parcels));
        }
        let form = query
            .get_child("x", ns::DATA)
            .ok_or(Condition::BadRequest)?;
        // An empty form accepts the room as it is: an "instant room" (XEP-0045 §10.1.2).
        if form.attr("type") == Some("submit") {
            for field in form.children().filter(|field| field.is("field", ns::DATA)) {
                if field.attr("var") == Some("muc#roomconfig_roomname") {
                    let name = field.get_child("value", ns::DATA).map(Element::text);
                    room.name = name.filter(|name| !name.is_empty() && name.len() <= 1023);
                }
            }
        }
        Ok((None, Vec::new()))
    }

    /// Only a client's question to itself, whether it is still in the room (XEP-0410 §3.2).
    fn occupant_iq(
        &self,
        node: &str,
        nick: &str,
        from: &FullJid,
        payload: &Element,
    ) -> Result<Answer, Condition> {
        let own = self
            .rooms
            .get(node)
            .and_then(|room| room.nick_of(from))
            .ok_or(Condition::NotAcceptable)?;
        if payload.is("ping", ns::PING) && own == nick {
            return Ok((None, Vec::new()));
        }
        if self.room(node)?.occupants.contains_key(nick) {
            Err(Condition::ServiceUnavailable)
        } else {
            Err(Condition::ItemNotFound)
        }
    }
}

impl Room {
    /// Everybody is shown out (XEP-0045 §10.9).
    fn destroyed(&self, destroy: &Element) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        for (nick, occupant) in &self.occupants {
            let item = el("item", ns::MUC_USER)
                .set("affiliation", "none")
                .set("role", "none");
            let mut reason = el("destroy", ns::MUC_USER);
            if let Some(text) = destroy.get_child("reason", ns::MUC_OWNER) {
                reason.append_child(el("reason", ns::MUC_USER).say(&text.text()));
            }
            let status = el("status", ns::MUC_USER).set("code", "110");
            let stanza = el("presence", ns::CLIENT)
                .set("type", "unavailable")
                .set("from", self.occupant_jid(nick))
                .put(el("x", ns::MUC_USER).put(item).put(reason).put(status));
            for (to, _) in &occupant.sessions {
                parcels.push(Parcel {
                    to: to.clone(),
                    stanza: stanza.clone(),
                });
            }
        }
        parcels
    }
}

fn form(room: &Room) -> Element {
    let field = |var: &str, value: &str| {
        el("field", ns::DATA)
            .set("var", var)
            .put(el("value", ns::DATA).say(value))
    };
    el("x", ns::DATA)
        .set("type", "form")
        .put(field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig").set("type", "hidden"))
        .put(
            field(
                "muc#roomconfig_roomname",
                room.name.as_deref().unwrap_or_default(),
            )
            .set("type", "text-single")
            .set("label", "Name of the room"),
        )
}
