//! One room: who is in it, and what was said last.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jid::{BareJid, FullJid};
use minidom::Element;
use sha2::Sha256;

use super::Parcel;
use crate::ns;
use crate::stanza::{Build, el};

/// Messages that somebody who joins is shown at most.
const MOST_HISTORY: usize = 50;
/// Bytes of these messages at most.
const MOST_HISTORY_BYTES: usize = 256 << 10;

pub(super) struct Occupant {
    pub(super) bare: BareJid,
    pub(super) id: String,
    /// The user's resources in the room, each with its last presence without address.
    pub(super) sessions: Vec<(FullJid, Element)>,
}

pub(super) struct Room {
    /// Bare address.
    pub(super) jid: String,
    /// Shown in lists, if the owner gave one.
    pub(super) name: Option<String>,
    pub(super) owners: BTreeSet<BareJid>,
    /// By nick.
    pub(super) occupants: BTreeMap<String, Occupant>,
    /// The last message that set it.
    pub(super) subject: Option<Element>,
    /// The last messages with their stamps, each with its size.
    pub(super) history: VecDeque<(usize, Element)>,
}

impl Room {
    pub(super) fn new(jid: String, owner: BareJid) -> Room {
        Room {
            jid,
            name: None,
            owners: BTreeSet::from([owner]),
            occupants: BTreeMap::new(),
            subject: None,
            history: VecDeque::new(),
        }
    }

    pub(super) fn nick_of(&self, jid: &FullJid) -> Option<&str> {
        let inside = |o: &Occupant| o.sessions.iter().any(|(session, _)| session == jid);
        self.occupants
            .iter()
            .find(|(_, o)| inside(o))
            .map(|(nick, _)| nick.as_str())
    }

    pub(super) fn occupant_jid(&self, nick: &str) -> String {
        format!("{}/{nick}", self.jid)
    }

    pub(super) fn occupant_id(&self, nick: &str) -> Option<String> {
        self.occupants.get(nick).map(|occupant| occupant.id.clone())
    }

    pub(super) fn to_all(&self, stanza: &Element) -> Vec<Parcel> {
        self.occupants
            .values()
            .flat_map(|o| &o.sessions)
            .map(|(to, _)| Parcel {
                to: to.clone(),
                stanza: stanza.clone(),
            })
            .collect()
    }

    pub(super) fn to_nick(&self, nick: &str, stanza: &Element) -> Vec<Parcel> {
        let sessions = self
            .occupants
            .get(nick)
            .map_or(&[][..], |o| o.sessions.as_slice());
        sessions
            .iter()
            .map(|(to, _)| Parcel {
                to: to.clone(),
                stanza: stanza.clone(),
            })
            .collect()
    }

    pub(super) fn remember(&mut self, message: &Element, now: &str) {
        let delay = el("delay", ns::DELAY)
            .set("from", self.jid.as_str())
            .set("stamp", now);
        let message = message.clone().put(delay);
        self.history
            .push_back((carillon_xml::write(&message).len(), message));
        let bytes = |history: &VecDeque<(usize, Element)>| {
            history.iter().map(|(size, _)| size).sum::<usize>()
        };
        while self.history.len() > MOST_HISTORY || bytes(&self.history) > MOST_HISTORY_BYTES {
            self.history.pop_front();
        }
    }

    pub(super) fn affiliation(&self, bare: &BareJid) -> &'static str {
        if self.owners.contains(bare) {
            "owner"
        } else {
            "none"
        }
    }

    pub(super) fn role(&self, bare: &BareJid) -> &'static str {
        if self.owners.contains(bare) {
            "moderator"
        } else {
            "participant"
        }
    }
}

/// The same for the same person in the same room, and telling nothing else (XEP-0421 §3).
pub(super) fn occupant_id(secret: &[u8], room: &str, bare: &BareJid) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(format!("occupant\0{room}\0{bare}").as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}
