//! Rooms that I am in or asked to join (XEP-0045). Nobody else can speak as a room.

pub(super) mod about;
mod affiliated;
mod answer;
mod aside;
mod ask;
mod hear;
mod inviting;
mod moderated;
mod occupant;
mod out;
mod picture;
mod searching;

pub(super) use aside::{goes_privately, is_marked, mark};
pub(super) use inviting::Inviting;
pub(super) use moderated::moderation_in_archive;
pub(super) use occupant::occupant_id;
pub(super) use picture::RoomCard;
pub(super) use searching::AskedForm;

use crate::ids::Ids;
use carillon_core::room::Affiliation;
use jid::{BareJid, Jid};
use minidom::Element;
use std::collections::HashMap;

/// How far I am into a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Asked to be let in.
    Joining,
    /// Let in; what comes before the subject is history (§7.1: presence, history, subject, live).
    History,
    /// What comes now is said now.
    Live,
}

/// My place in a room.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) nick: String,
    pub(super) stage: Stage,
    /// I asked to be let out.
    pub(super) leaving: bool,
    /// An earlier run of the program was in it on this stream, and what was said there until it was left may still come.
    pub(super) earlier: bool,
    /// The room announces XEP-0359, so it takes forged ids out.
    pub(super) names_entries: bool,
    /// The room announces XEP-0425 only as it was until its version 0.2, and is asked so.
    pub(super) moderates_as_of_old: bool,
    /// The room announces XEP-0421, so it takes forged marks out.
    pub(super) names_occupants: bool,
    /// The mark that the room shows on me; believed only with [`Self::names_occupants`].
    pub(super) my_id: Option<String>,
    /// A name for the time since which each nick belongs to one and the same occupant.
    tenures: HashMap<String, String>,
    /// What it was entered with, empty for none.
    pub(super) password: String,
    /// The nick that I asked for.
    pub(super) nick_wish: Option<Awaited>,
    /// The topic that I asked for, by its message's id.
    pub(super) topic_wish: Option<Awaited>,
    /// How it tells of itself.
    pub(super) telling: picture::Telling,
}

/// Something that the room answers in its own way.
#[derive(Debug)]
pub(super) struct Awaited {
    pub(super) request: u64,
    /// By this the answer is known.
    pub(super) of: String,
}

/// What an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Only that it is done.
    Word,
    Items,
    Service,
    Settings,
    /// Who is that to the room.
    People(Affiliation),
    /// Whether rooms can be searched for there.
    Searches,
    /// What was found.
    Channels,
}

impl Place {
    /// Whether somebody whom the room marks so is me, on whatever device and under whatever nick.
    pub(super) fn marks_me(&self, id: Option<&str>) -> bool {
        self.names_occupants && id.is_some() && id == self.my_id.as_deref()
    }

    /// Somebody with this nick is there.
    fn is_here(&mut self, nick: &str, ids: &mut Ids) {
        if !self.tenures.contains_key(nick) {
            self.tenures.insert(nick.to_owned(), ids.tenure());
        }
    }

    /// Which occupant said this: by the room's mark, else by who has had the address since when, which only says
    /// something of what is said now.
    pub(super) fn occupant(&self, message: &Element, nick: &str, now: bool) -> Option<String> {
        if self.names_occupants {
            return occupant_id(message).map(|id| format!("id:{id}"));
        }
        self.tenures.get(nick).filter(|_| now).cloned()
    }
}

/// All of them, by the room's address.
#[derive(Debug, Default)]
pub(super) struct Rooms(HashMap<BareJid, Place>);

impl Rooms {
    pub(super) fn has(&self, room: &BareJid) -> bool {
        self.0.contains_key(room)
    }

    pub(super) fn enter(&mut self, room: BareJid, nick: String) {
        let place = Place {
            nick,
            stage: Stage::Joining,
            leaving: false,
            earlier: self.0.get(&room).is_some_and(|before| before.earlier),
            names_entries: false,
            moderates_as_of_old: false,
            names_occupants: false,
            my_id: None,
            password: String::new(),
            nick_wish: None,
            topic_wish: None,
            telling: picture::Telling::default(),
            tenures: HashMap::new(),
        };
        self.0.insert(room, place);
    }

    pub(super) fn place(&mut self, room: &BareJid) -> Option<&mut Place> {
        self.0.get_mut(room)
    }

    pub(super) fn left(&mut self, room: &BareJid) {
        self.0.remove(room);
    }

    /// `room/nick` of every room that I am in.
    pub(super) fn my_addresses(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|(_, place)| place.stage != Stage::Joining && !place.leaving)
            .filter_map(|(room, place)| room.with_resource_str(&place.nick).ok())
            .map(|jid| jid.as_str().to_owned())
            .collect()
    }
}

/// The occupant that an address in a room names.
fn nick_of(from: &Jid) -> Option<String> {
    from.resource().map(|nick| nick.as_str().to_owned())
}
