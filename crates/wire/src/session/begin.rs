//! The first things said on a bound session: all at once, so that they cost one round trip.

use super::pending::{Answerer, Asked};
use super::{Session, rooms};
use crate::ns;
use crate::stanza::{Build, about, moment, show_into};
use carillon_core::contact::{Availability, Presence};
use carillon_core::ids::Timestamp;
use carillon_core::session::Incoming;
use minidom::Element;

impl Session {
    /// Asks for everything and then shows itself, which lets the server send what waited (RFC 6121 §4.2).
    pub(crate) fn begin(
        &mut self,
        roster_version: Option<&str>,
        presence: &(Availability, String),
    ) {
        let info = || Element::new_in(ns::DISCO_INFO, "query");
        self.ask("get", Answerer::Domain, Asked::ServerInfo, info());
        self.ask("get", Answerer::Account, Asked::AccountInfo, info());
        let roster = Element::new_in(ns::ROSTER, "query").with_some("ver", roster_version);
        self.ask("get", Answerer::Account, Asked::Roster, roster);
        if !self.features.carbons {
            let carbons = Element::new_in(ns::CARBONS, "enable");
            self.ask("set", Answerer::Account, Asked::Carbons, carbons);
        }
        let block_list = Element::new_in(ns::BLOCKING, "blocklist");
        self.ask("get", Answerer::Account, Asked::BlockList, block_list);
        let (availability, status) = presence.clone();
        if availability.is_online() {
            let presence = Presence {
                availability,
                status,
            };
            self.show(presence, None);
        }
    }

    /// They were switched on when the resource was bound.
    pub(crate) const fn carbons_come(&mut self) {
        self.features.carbons = true;
    }

    /// Sends a request.
    pub(super) fn ask(
        &mut self,
        kind: &'static str,
        answerer: Answerer,
        asked: Asked,
        payload: Element,
    ) {
        let id = self.ids.next();
        let iq = Element::stanza("iq").with("type", kind).with("id", &id);
        let iq = match &answerer {
            Answerer::Account => iq,
            Answerer::Domain => iq.with("to", self.me.domain()),
            Answerer::Device(jid) => iq.with("to", jid.as_str()),
            Answerer::Room(jid) | Answerer::Person(jid) | Answerer::Service(jid) => {
                iq.with("to", jid.as_str())
            }
        };
        self.send.push(iq.holding(payload));
        self.pending.add(id, answerer, asked);
    }

    /// Shows `presence` to everyone who may see it, and to the rooms I am in (XEP-0045 §7.7).
    pub(super) fn show(&mut self, presence: Presence, idle_since: Option<Timestamp>) {
        let stanza = match idle_since.filter(|_| presence.availability.is_online()) {
            // Rooms are not told: whoever is there is not always a contact.
            Some(since) => shown(&presence)
                .holding(Element::new_in(ns::IDLE, "idle").with("since", &moment(since))),
            None => shown(&presence),
        };
        self.send.push(stanza);
        for address in self.rooms.my_addresses() {
            self.send.push(shown(&presence).with("to", &address));
        }
        if !presence.availability.is_online() {
            self.rooms = rooms::Rooms::default();
        }
        self.shown = presence;
    }

    /// Both answers about features are there, or will not come any more.
    pub(crate) fn online(&mut self) {
        if self.begun {
            return;
        }
        self.begun = true;
        self.tell.push_front(Incoming::Online {
            jid: self.me.full.clone(),
            features: self.features,
        });
        for earlier in std::mem::take(&mut self.early).into_iter().rev() {
            self.tell.push_front(earlier);
        }
    }

    /// The session is over; what it still has to tell is told after Online, as ever.
    pub(crate) fn online_if_needed(&mut self) {
        self.cut_short |= !self.begun;
        if !self.tell.is_empty() {
            self.online();
        }
    }

    /// Whether [`Incoming::Online`] was told.
    pub(crate) const fn is_online(&self) -> bool {
        self.begun
    }
}

fn shown(presence: &Presence) -> Element {
    let stanza = show_into(Element::stanza("presence"), presence);
    if presence.availability.is_online() {
        stanza.holding(about::caps())
    } else {
        stanza
    }
}
