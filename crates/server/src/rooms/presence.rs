//! Entering, changing nick or presence, and leaving (XEP-0045 §7.1, §7.6, §7.7, §7.14).

use jid::FullJid;
use minidom::Element;

use super::room::{Occupant, Room, occupant_id};
use super::{MOST_ROOMS, Parcel, Rooms};
use crate::ns;
use crate::stanza::{Build, Condition, el, remove_children, set, unset};

/// Status codes of XEP-0045 §15.6.2.
const NOT_ANONYMOUS: u16 = 100;
const SELF: u16 = 110;
const CREATED: u16 = 201;
const NEW_NICK: u16 = 303;

/// A client's presence without what the room sets itself.
fn plain(presence: &Element) -> Element {
    let mut presence = presence.clone();
    unset(&mut presence, "to");
    unset(&mut presence, "from");
    remove_children(&mut presence, |c| {
        c.is("x", ns::MUC) || c.is("x", ns::MUC_USER) || c.is("occupant-id", ns::OCCUPANT_ID)
    });
    presence
}

/// The presence of an occupant as the room shows it.
struct Shown<'a> {
    nick: &'a str,
    session: &'a FullJid,
    occupant_id: &'a str,
    presence: &'a Element,
    /// The occupant goes, perhaps to another nick.
    new_nick: Option<&'a str>,
}

impl Room {
    fn shown(&self, shown: &Shown<'_>, codes: &[u16]) -> Element {
        let bare = shown.session.to_bare();
        let gone = shown.presence.attr("type") == Some("unavailable");
        let role = if gone && shown.new_nick.is_none() {
            "none"
        } else {
            self.role(&bare)
        };
        let mut item = el("item", ns::MUC_USER)
            .set("affiliation", self.affiliation(&bare))
            .set("role", role)
            .set("jid", shown.session.as_str());
        if let Some(nick) = shown.new_nick {
            item = item.set("nick", nick);
        }
        let x = codes
            .iter()
            .fold(el("x", ns::MUC_USER).put(item), |x, code| {
                x.put(el("status", ns::MUC_USER).set("code", code.to_string()))
            });
        let mut presence = shown.presence.clone();
        set(&mut presence, "from", self.occupant_jid(shown.nick));
        presence
            .put(x)
            .put(el("occupant-id", ns::OCCUPANT_ID).set("id", shown.occupant_id))
    }

    /// Shows a presence to everybody, with its own codes for the occupant's sessions.
    fn show(&self, shown: &Shown<'_>, codes: &[u16], own_codes: &[u16]) -> Vec<Parcel> {
        let bare = shown.session.to_bare();
        let mut parcels = Vec::new();
        for occupant in self.occupants.values() {
            for (to, _) in &occupant.sessions {
                let codes = if occupant.bare == bare {
                    own_codes
                } else {
                    codes
                };
                parcels.push(Parcel {
                    to: to.clone(),
                    stanza: self.shown(shown, codes),
                });
            }
        }
        parcels
    }

    /// The occupants that somebody finds who enters (XEP-0045 §7.2.2).
    fn introduce(&self, to: &FullJid, own: &str) -> Vec<Parcel> {
        let mut parcels = Vec::new();
        for (nick, occupant) in self.occupants.iter().filter(|(nick, _)| *nick != own) {
            if let Some((session, presence)) = occupant.sessions.last() {
                let shown = Shown {
                    nick,
                    session,
                    occupant_id: &occupant.id,
                    presence,
                    new_nick: None,
                };
                parcels.push(Parcel {
                    to: to.clone(),
                    stanza: self.shown(&shown, &[]),
                });
            }
        }
        parcels
    }

    /// What was said before, then the subject, which ends the entering (XEP-0045 §7.2.14, §7.2.15).
    fn catch_up(&self, to: &FullJid, history: usize) -> Vec<Parcel> {
        let skip = self.history.len().saturating_sub(history);
        let subject = self.subject.clone().unwrap_or_else(|| {
            el("message", ns::CLIENT)
                .set("type", "groupchat")
                .set("from", self.jid.as_str())
                .put(el("subject", ns::CLIENT))
        });
        let messages = self
            .history
            .iter()
            .skip(skip)
            .map(|(_, message)| message.clone())
            .chain([subject]);
        messages
            .map(|stanza| Parcel {
                to: to.clone(),
                stanza,
            })
            .collect()
    }
}

impl Rooms {
    /// Somebody enters, or changes nick or presence.
    pub(crate) fn enter(
        &mut self,
        node: &str,
        nick: &str,
        from: &FullJid,
        presence: &Element,
    ) -> Result<Vec<Parcel>, Condition> {
        let joins = presence.get_child("x", ns::MUC);
        let inside = self
            .rooms
            .get(node)
            .is_some_and(|room| room.nick_of(from).is_some());
        if joins.is_none() && !inside {
            // A client that still thinks it is inside must learn that it is not.
            return Err(Condition::NotAcceptable);
        }
        let created = !self.rooms.contains_key(node);
        if created {
            if self.rooms.len() >= MOST_ROOMS {
                return Err(Condition::ResourceConstraint);
            }
            let room = Room::new(format!("{node}@{}", self.domain), from.to_bare());
            self.rooms.insert(node.to_owned(), room);
        }
        let id = {
            let jid = format!("{node}@{}", self.domain);
            occupant_id(&self.secret, &jid, &from.to_bare())
        };
        let room = self.rooms.get_mut(node).ok_or(Condition::ItemNotFound)?;
        if room
            .occupants
            .get(nick)
            .is_some_and(|o| o.bare != from.to_bare())
        {
            return Err(Condition::Conflict);
        }
        let presence = plain(presence);
        let before = room.nick_of(from).map(str::to_owned);
        let mut parcels = Vec::new();
        match &before {
            Some(old) if old != nick => parcels = room.rename(old, nick, from),
            _ => {}
        }
        let entering = before.is_none() || joins.is_some();
        if entering {
            parcels.extend(room.introduce(from, nick));
        }
        let occupant = room
            .occupants
            .entry(nick.to_owned())
            .or_insert_with(|| Occupant {
                bare: from.to_bare(),
                id: id.clone(),
                sessions: Vec::new(),
            });
        occupant.sessions.retain(|(session, _)| session != from);
        occupant.sessions.push((from.clone(), presence.clone()));
        let shown = Shown {
            nick,
            session: from,
            occupant_id: &id,
            presence: &presence,
            new_nick: None,
        };
        let own: &[u16] = match (entering, created) {
            (true, true) => &[NOT_ANONYMOUS, SELF, CREATED],
            (true, false) => &[NOT_ANONYMOUS, SELF],
            _ => &[SELF],
        };
        parcels.extend(room.show(&shown, &[], own));
        if entering {
            parcels.extend(room.catch_up(from, wanted_history(joins)));
        }
        Ok(parcels)
    }

    /// A session leaves a room. A room that nobody is in is gone.
    pub(crate) fn leave(&mut self, node: &str, from: &FullJid, presence: &Element) -> Vec<Parcel> {
        let Some(room) = self.rooms.get_mut(node) else {
            return Vec::new();
        };
        let Some(nick) = room.nick_of(from).map(str::to_owned) else {
            return Vec::new();
        };
        let mut presence = plain(presence);
        set(&mut presence, "type", "unavailable");
        let Some(occupant) = room.occupants.get_mut(&nick) else {
            return Vec::new();
        };
        let id = occupant.id.clone();
        occupant.sessions.retain(|(session, _)| session != from);
        let last = occupant.sessions.is_empty();
        let shown = Shown {
            nick: &nick,
            session: from,
            occupant_id: &id,
            presence: &presence,
            new_nick: None,
        };
        let own = Parcel {
            to: from.clone(),
            stanza: room.shown(&shown, &[SELF]),
        };
        let mut parcels = Vec::new();
        if last {
            room.occupants.remove(&nick);
            parcels = room.show(&shown, &[], &[]);
        }
        parcels.push(own);
        if room.occupants.is_empty() {
            self.rooms.remove(node);
        }
        parcels
    }

    /// A session leaves every room that it is in.
    pub(crate) fn leave_all(&mut self, from: &FullJid, presence: &Element) -> Vec<Parcel> {
        let inside = |room: &Room| room.nick_of(from).is_some();
        let nodes: Vec<String> = self
            .rooms
            .iter()
            .filter(|(_, room)| inside(room))
            .map(|(node, _)| node.clone())
            .collect();
        nodes
            .iter()
            .flat_map(|node| self.leave(node, from, presence))
            .collect()
    }
}

impl Room {
    /// Moves one session from a nick to another, and tells everybody (XEP-0045 §7.6).
    fn rename(&mut self, old: &str, new: &str, from: &FullJid) -> Vec<Parcel> {
        let Some(occupant) = self.occupants.get(old) else {
            return Vec::new();
        };
        let gone = el("presence", ns::CLIENT).set("type", "unavailable");
        let shown = Shown {
            nick: old,
            session: from,
            occupant_id: &occupant.id,
            presence: &gone,
            new_nick: Some(new),
        };
        let parcels = self.show(&shown, &[NEW_NICK], &[NEW_NICK, SELF]);
        if let Some(occupant) = self.occupants.get_mut(old) {
            occupant.sessions.retain(|(session, _)| session != from);
            if occupant.sessions.is_empty() {
                self.occupants.remove(old);
            }
        }
        parcels
    }
}

/// How much history somebody wants who joins (XEP-0045 §7.2.13).
fn wanted_history(x: Option<&Element>) -> usize {
    let history = x.and_then(|x| x.get_child("history", ns::MUC));
    let Some(history) = history else {
        return usize::MAX;
    };
    let number = |name: &str| {
        history
            .attr(name)
            .and_then(|value| value.parse::<usize>().ok())
    };
    if number("maxchars") == Some(0) {
        return 0;
    }
    number("maxstanzas").unwrap_or(usize::MAX)
}
